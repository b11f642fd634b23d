"""A tape in SymEngine's expressions, and its symbolic derivatives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import NoRuleError, NotClosedFormError
from diffkit.peers.symengine import ROWS, BySymengine, Symengine

symengine = pytest.importorskip("symengine")
pytestmark = pytest.mark.peers


@pytest.mark.parametrize("function", ROWS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("point", [[0.75, 0.5], [-0.75, 0.5], [0.5, 0.75]])
def test_every_row_has_our_derivative(function, point):
    point = np.array(point[: function.nin])
    f = lambda v: function(*v) * v[0]
    assert dk.gradient(f, point, method="symengine") == pytest.approx(dk.grad(f)(point), rel=1e-15)


def test_a_float_that_is_a_short_fraction_is_exact_and_another_stays():
    tape = dk.record(lambda x: 0.5 * x**2.0 + 0.123456789, 1.0)
    found = tape.replay(symengine.Symbol("x"), arithmetic="symengine")
    assert str(found) == "0.123456789 + (1/2)*x**2"


def test_vectors_higher_orders_and_branches(check_symbols):
    check_symbols("symengine", symengine.Symbol("x"))


def test_what_symengine_lacks_or_leaves_undone_is_named():
    with pytest.raises(NoRuleError, match=r"^j0 has no meaning in symengine arithmetic; method="):
        dk.derivative(sc.j0, 0.5, "symengine")
    with pytest.raises(NoRuleError, match=r"^symengine leaves .*floor.* as it is; write method='symbolic'"):
        dk.derivative(lambda x: np.floor(x) * x, 0.5, "symengine")


def test_a_formula_that_would_never_end_is_refused():
    def logistic(x):
        for _ in range(50):
            x = 4 * x * (1 - x)
        return x

    with pytest.raises(NotClosedFormError, match="more than 20000 nodes; write method='reverse'"):
        dk.derivative(logistic, 0.2, "symengine")


def test_the_examples_of_the_docstrings_run(run_examples):
    run_examples(Symengine)
    run_examples(BySymengine, BySymengine=BySymengine)
