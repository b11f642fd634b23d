"""Python's parser of expressions, asked by one thread at a time."""

from __future__ import annotations

import ast
import threading

from diffkit.quiet import warnings_in_a_block

__all__ = ["syntax_tree"]

# Python 3.11 counts in one number how deep the parsers of all threads are, and raises SystemError when
# another thread has changed it.
_ONE_AT_A_TIME = threading.Lock()


def syntax_tree(text: str) -> ast.expr:
    """The syntax tree of a Python expression; nothing of it is run.

    Raises
    ------
    SyntaxError, ValueError, MemoryError, RecursionError
        As `ast.parse` does, where the text is no expression, or nests too deeply.

    Examples
    --------
    >>> syntax_tree("sin(x)").func.id
    'sin'
    """
    with _ONE_AT_A_TIME, warnings_in_a_block("ignore"):  # as of a number that a word follows at once
        return ast.parse(text, mode="eval").body
