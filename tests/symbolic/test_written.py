"""What a tape says, kept as it is written."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc
import sympy

import diffkit as dk
from diffkit.errors import ArgumentsError, NotClosedFormError
from diffkit.symbolic.pool import Pool, in_order
from diffkit.symbolic.written import written

X = sympy.Symbol("x", real=True)


def shown(f, at=0.3):
    return str(written(dk.record(f, at), [X], Pool()))


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda x: x * x + 0 * x, "x*x + 0*x"),
        (lambda x: 4 * x * (1 - x), "(4*x)*(1 - x)"),
        (lambda x: np.sqrt(x) / np.log2(x), "sqrt(x)/((log(x)/log(2)))"),
        (lambda x: np.exp(-(x**2)), "exp(-x**2)"),
        (lambda x: np.where(x > 0, x, -x), "Piecewise((x, x > 0), (-x, True))"),
        (lambda x: (x > 0) * x, "Piecewise((1, x > 0), (0, True))*x"),
        (lambda x: np.maximum(x, 0.1), "Max(1/10, x)"),
        (lambda x: abs(x), "Abs(x)"),
        (lambda x: np.sinc(x) + sc.j0(x), "sinc(pi*x) + besselj(0, x)"),
        (lambda x: np.isfinite(x) * x, "1*x"),
        (lambda x: 2.0, "2"),
    ],
)
def test_each_step_is_there_as_it_ran(f, text):
    assert shown(f) == text


def test_an_array_is_an_array_of_expressions():
    names = np.array(sympy.symbols("a b", real=True), dtype=object)
    found = written(dk.record(lambda x: x * x[::-1], np.array([1.0, 2.0])), [names], Pool())
    assert [str(term) for term in found] == ["a*b", "b*a"]


def test_a_loop_costs_a_node_a_row_however_large_its_tree_is():
    def logistic(x):
        for _ in range(300):
            x = 4 * x * (1 - x)
        return x

    tape = dk.record(logistic, 0.2)
    node = written(tape, [X], Pool()).node
    # A row each, and x, the numbers 4, 1 and -1, and the product that a minus sign is.
    assert len(in_order([node])) == len(tape) + 4 + 300


def test_a_branch_is_named_with_its_line():
    with pytest.raises(NotClosedFormError, match=r"branches on its argument at line \d+ of test_written.py"):
        shown(lambda x: x if x > 0 else -x)


def test_a_function_that_sympy_lacks_is_named():
    with pytest.raises(NotClosedFormError, match="hyp2f1 has no meaning"):
        shown(lambda x: sc.hyp2f1(1.0, 2.0, 3.0, x))


@pytest.mark.parametrize(("answer", "words"), [(None, "nothing"), ("a", "a str")])
def test_an_f_that_returns_no_number_gets_one_clear_sentence(answer, words):
    """It was an AttributeError of SymPy's."""
    for study in (dk.swell, lambda f, x: dk.symbolic.steps(f, at=x)):
        with pytest.raises(ArgumentsError, match=f"f returned {words}"):
            study(lambda x: answer, 0.7)
