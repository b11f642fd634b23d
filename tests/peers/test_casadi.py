"""A tape in CasADi's expressions, elementwise functions and sums of them, and its derivatives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import NoRuleError
from diffkit.peers.casadi import ROWS, ByCasadi, Casadi

casadi = pytest.importorskip("casadi")
pytestmark = pytest.mark.peers


FUNCTIONS = [getattr(sc, key) if isinstance(key, str) else key for key in ROWS]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_every_row_has_numpy_s_value_and_our_derivative(function):
    points = {np.arccosh: [1.25], np.where: [1.0, 0.75, 0.5], np.fmod: [1.75, 0.5]}
    point = points.get(function, [0.75, 0.5][: getattr(function, "nin", 2)])
    tape = dk.record(lambda *p: function(*p) * 1.0, *point)
    symbols = [casadi.SX.sym(f"x{i}") for i in range(len(point))]
    f = casadi.Function("f", symbols, [tape.replay(*symbols, arithmetic="casadi")])
    assert float(f(*point)) == pytest.approx(float(function(*point)), rel=1e-15)
    mine = dk.gradient(lambda v: function(*v) * 1.0, np.array(point))
    assert dk.gradient(lambda v: function(*v) * 1.0, np.array(point), method="casadi") == pytest.approx(
        mine, rel=1e-14, abs=1e-15
    )


def test_vectors_higher_orders_and_branches(check_symbols):
    check_symbols("casadi", casadi.SX.sym("x"))


@pytest.mark.parametrize("f", [sc.j0, sc.gammaln, np.rint])
def test_what_casadi_lacks_is_named(f):
    with pytest.raises(NoRuleError, match=f"^{f.__name__} has no meaning in casadi arithmetic; method="):
        dk.derivative(lambda x: f(x) * 1.0, 0.5, "casadi")


def test_the_examples_of_the_docstrings_run(run_examples):
    run_examples(Casadi)
    run_examples(ByCasadi, ByCasadi=ByCasadi)
