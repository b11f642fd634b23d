"""Python's parser: expressions alone, without its warnings, and asked by one thread at a time."""

import ast
import gc
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from diffkit.syntax import syntax_tree


def test_an_expression_is_a_tree_and_a_statement_an_error():
    assert ast.unparse(syntax_tree("sin( x )**2")) == "sin(x) ** 2"
    with pytest.raises(SyntaxError):
        syntax_tree("x = 3")


def test_what_the_parser_warns_of_is_not_shown():
    assert ast.unparse(syntax_tree("1if x else 2")) == "1 if x else 2"
    assert ast.unparse(syntax_tree('"a" is 3')) == "'a' is 3"


def test_threads_do_not_count_each_others_depths():
    """A callback of the collector, as coverage tools have them, lets another thread run amid the parsing."""
    text = "+".join(f"sin({k}*x)*(x**{k} - (1 + x)/2)" for k in range(30))
    alone = ast.dump(syntax_tree(text))
    usual, callback, limits = sys.getswitchinterval(), lambda *_: sum(range(100)), gc.get_threshold()
    sys.setswitchinterval(1e-6)
    gc.callbacks.append(callback)
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(8) as threads:
            found = set(threads.map(lambda _: ast.dump(syntax_tree(text)), range(64)))
    finally:
        gc.set_threshold(*limits)
        gc.callbacks.remove(callback)
        sys.setswitchinterval(usual)
    assert found == {alone}
