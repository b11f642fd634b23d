"""Symbolic differentiation with share=True: other methods' numbers where trees would be too large."""

from __future__ import annotations

import operator
from functools import partial

import mpmath
import numpy as np
import pytest
import scipy.special as sc
from hypothesis import given, settings
from hypothesis import strategies as st

import diffkit as dk
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.symbolic.algebra import Graphs, Trees
from tests.symbolic.test_graph import loop

shared = partial(dk.derivative, method="symbolic", share=True)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
def test_every_problem_has_its_exact_derivative(problem):
    f = as_function(problem.f)
    with np.errstate(all="ignore"):
        tape, slope = (dk.record(g, problem.at) for g in (f, problem.derivatives[0]))
    if tape.guards:
        with pytest.raises(dk.errors.NotClosedFormError, match="branches=True"):
            shared(f, problem.at)
        return
    with mpmath.workdps(50):
        exact = float(slope.replay(mpmath.mpf(problem.at), arithmetic="mpmath"))
    digits = (13 if problem.digits_lost else 14) - problem.digits_lost
    found = shared(f, problem.at)
    assert found == pytest.approx(exact, rel=10**-digits, abs=0)
    assert found == pytest.approx(dk.derivative(f, problem.at), rel=10**-digits, abs=0)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((0.5, 0.5), (-2.1365913121839126, -0.1559980770750438)),
        ((1.2, 0.5), (-2.291397463225304, 7.805270327338955)),
        ((0.0, 0.0), (-1.2191980976555579, 0.0)),
    ],
)
def test_a_loop_of_a_hundred_iterations_has_its_gradient(at, expected):
    found = dk.gradient(loop, *at, method="symbolic", share=True)
    assert found == pytest.approx(expected, rel=32 * 2**-52)
    assert found == pytest.approx(dk.gradient(loop, *at), rel=32 * 2**-52)


def logistic(x, n=12):
    for _ in range(n - 1):
        x = 4 * x * (1 - x)
    return x


def test_the_twelfth_logistic_map_has_its_derivative():
    exact = dk.derivative(logistic, 0.2)
    assert shared(logistic, 0.2) == pytest.approx(exact, rel=1e-13)
    with pytest.raises(dk.errors.NotClosedFormError, match="share=True every value is written only once"):
        dk.derivative(lambda x: logistic(x, 20), 0.2, method="symbolic")


def test_the_note_counts_the_operations_of_f_and_its_derivative():
    note = shared(lambda x: np.sin(x) * x, 1.0, full_output=True).note
    assert note == "5 operations with shared subexpressions"  # sin, *, cos, *, +


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_arrays_keep_their_shape_and_their_precision(dtype):
    x = np.linspace(0.25, 2, 6, dtype=dtype).reshape(2, 3)

    def f(x):
        return np.exp(-x) * np.sqrt(x) / 3

    found = shared(f, x)
    assert found.dtype == dtype
    assert found.shape == (2, 3)
    with mpmath.workdps(40):
        exact = [
            mpmath.exp(-a) * (1 / (2 * mpmath.sqrt(a)) - mpmath.sqrt(a)) / 3
            for a in map(mpmath.mpf, x.ravel().astype(np.float64).tolist())
        ]
        errors = [abs(mpmath.mpf(str(v)) - e) / abs(e) for v, e in zip(found.ravel(), exact, strict=True)]
    assert float(max(errors)) < 64 * float(np.finfo(dtype).eps)


def test_elements_may_have_constants_of_their_own():
    x = np.array([0.5, 1.0, 2.0])
    assert shared(lambda x: x**2 * np.array([1.0, 2.0, 3.0]), x).tolist() == [1.0, 4.0, 12.0]
    with pytest.raises(dk.errors.NotElementwiseError, match=r"depends on"):
        shared(lambda x: x * np.sum(x), x)


@pytest.mark.parametrize("order", range(1, 7))
def test_every_order_is_that_of_reverse_mode(order):
    def f(x):
        return np.sin(x) * np.exp(-(x**2)) / (1 + x)

    assert shared(f, 0.7, order=order) == pytest.approx(dk.derivative(f, 0.7, order=order), rel=1e-12)


def test_gradient_jacobian_and_hessian_are_those_of_reverse_mode():
    x, m = np.array([0.3, 1.2, 0.8]), np.array([[1.0, 2.0, 0.5], [0.1, -1.0, 3.0]])

    def f(x):
        return np.sum(np.exp(m @ x)) / (1 + np.linalg.norm(x))

    def g(x):
        return np.tanh(m @ x) * np.array([x[0], x[1] / x[2]])

    for ask, h in ((dk.gradient, f), (dk.hessian, f), (dk.jacobian, g)):
        assert ask(h, x, method="symbolic", share=True) == pytest.approx(ask(h, x), rel=1e-13)
    point = {"x": 3, "y": 4}
    assert dk.hessian("x^2*y + y + 2", point, method="symbolic", share=True) == dk.hessian(
        "x^2*y + y + 2", point
    )


def test_a_hessian_keeps_the_precision_of_its_point():
    x = np.array([1.0, 2.0], np.float32)
    for share in (False, True):
        assert dk.hessian(lambda x: np.prod(x), x, method="symbolic", share=share).dtype == np.float32


def test_outside_the_domain_there_is_nan():
    assert np.array_equal(shared(np.log, [-1.0, 2.0]), [np.nan, 0.5], equal_nan=True)


def test_both_sides_of_a_branch_share_what_they_compute():
    def f(x):
        u = np.exp(np.sin(x))
        return u * x if x > 1 else u - x

    for x in (0.5, 2.0):
        assert shared(f, x, branches=True) == pytest.approx(dk.derivative(f, x), rel=8 * 2**-52)


def test_more_sweeps_than_anybody_would_wait_for_are_refused():
    with pytest.raises(dk.errors.NotClosedFormError, match="50 derivatives of a graph of"):
        dk.hessian(lambda x: np.prod(x), np.ones(50), method="symbolic", share=True, max_nodes=10)


@pytest.mark.slow
def test_a_shared_derivative_runs_as_a_program_that_a_tree_does_not_reach():
    def deep(x):
        for _ in range(1000):
            x = np.sin(x) + 0.5
        return x

    with pytest.raises(dk.errors.NotClosedFormError, match="share=True"):
        dk.derivative(deep, 0.3, method="symbolic", max_nodes=10**6)
    assert shared(deep, 0.3) == pytest.approx(dk.derivative(deep, 0.3), rel=1e-12)


LEAVES = st.sampled_from(["x", "y", 2.0, 0.5])
UNARY = [np.sin, np.cos, np.exp, np.tanh, np.arctan, lambda u: np.sqrt(1 + u * u),
         lambda u: np.log(2 + u * u), sc.erf, lambda u: u**3, lambda u: 1 / (1 + u**2)]  # fmt: skip
BINARY = [operator.add, operator.sub, operator.mul, lambda u, v: u / (1 + v * v)]
TREES = st.recursive(
    LEAVES,
    lambda parts: st.tuples(st.sampled_from(UNARY), parts) | st.tuples(st.sampled_from(BINARY), parts, parts),
    max_leaves=8,
)
POINTS = st.sampled_from([-1.25, -0.5, 0.125, 0.75, 1.5])


def value(tree, at):
    if isinstance(tree, tuple):
        return tree[0](*(value(part, at) for part in tree[1:]))
    return at.get(tree, tree)


@settings(max_examples=60, derandomize=True)
@given(TREES, POINTS, POINTS)
def test_on_any_expression_all_exact_methods_agree(tree, x, y):
    def f(x, y):
        return value(tree, {"x": x, "y": y}) + 0 * x + 0 * y

    methods = ({"method": "symbolic", "share": True}, {"method": "symbolic"}, {"method": "dual"})
    with np.errstate(all="ignore"):
        expected = dk.gradient(f, x, y)
        if np.all(np.abs(expected) < 1e100):
            for options in methods:
                assert dk.gradient(f, x, y, **options) == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_both_algebras_answer_the_same_questions():
    assert [n for n in dir(Trees) if not n.startswith("_")] == [
        n for n in dir(Graphs) if not n.startswith("_") and n != "graph"
    ]
