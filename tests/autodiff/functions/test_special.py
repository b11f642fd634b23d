"""The twins of scipy.special: SciPy's values, and derivatives that are right to any order."""

import inspect

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.autodiff.functions import special
from diffkit.errors import LostHistoryError
from diffkit.example import Array, example

A = np.array([[0.3, -1.2, 2.0], [0.1, 0.4, -0.7]])


V, M = Array(4), Array(2, 3)
B = np.array([[1.0, 0.0, 0.5], [0.2, 1.0, 0.0]])
AWAY = Array(4, made=lambda x: x + 1)  # from a pole, where differences are rough
TWINS = [
    *[
        ("logsumexp", example(M, axis=axis, b=b, keepdims=keepdims))
        for axis in (None, 0, -1, (0, 1)) for keepdims in (False, True) for b in (None, B)
    ],
    ("logsumexp", example(M, 1, Array(3))),
    ("logsumexp", example(Array())),
    ("logsumexp", example(M, 0, -B, False, True)),
    *[(name, example(M, axis=axis)) for name in ("softmax", "log_softmax") for axis in (None, 0, 1)],
    *[("polygamma", example(n, AWAY)) for n in (0, 1, 2, 5)],
    ("polygamma", example(np.array([[0], [1], [3]]), AWAY)),
    ("multigammaln", example(Array(3, made=lambda a: a + 2), 4)),
    ("factorial", example(V)),
    ("comb", example(Array(3, made=lambda a: a + 3), Array(3))),
    ("comb", example(Array(3, made=lambda a: a + 1), Array(3), repetition=True)),
    ("perm", example(Array(3, made=lambda a: a + 3), Array(3))),
    ("diric", example(V, 5)),
    ("diric", example(Array(2, 1), np.array([1, 2, 7]))),
    *[
        (f"spherical_{kind}n", example(n, AWAY, derivative))
        for kind in "jyik" for n in (0, 1, 3) for derivative in (False, True)
    ],
]  # fmt: skip


@pytest.mark.parametrize(("name", "shown"), TWINS)
def test_a_twin_has_scipys_values_and_the_right_derivatives(name, shown, check_twin):
    check_twin(getattr(special, name), getattr(sc, name), shown)


def test_a_choice_with_repetition_of_less_than_one_thing_is_a_binomial_coefficient_too():
    """Which SciPy 1.15 says is 0."""
    assert special.comb(0.6, 0.9, repetition=True) == sc.binom(0.6 + 0.9 - 1, 0.9) > 0


@pytest.mark.parametrize("name", special.__all__)
def test_every_twin_stands_in_the_table_with_scipys_signature(name):
    assert name in {row[0] for row in TWINS}
    ours, theirs = (inspect.signature(getattr(m, name)).parameters.values() for m in (special, sc))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_polygamma_has_scipys_values_and_the_next_one_as_its_slope(n):
    x = np.array([0.5, 1.0, 7.25])
    np.testing.assert_allclose(special.polygamma(n, x), sc.polygamma(n, x), rtol=1e-13)
    np.testing.assert_allclose(
        dk.derivative(lambda v: special.polygamma(n, v), x), sc.polygamma(n + 1, x), rtol=1e-12
    )


def test_multigammaln_has_scipys_values_and_a_slope_of_digammas():
    assert special.multigammaln(3.5, 4) == pytest.approx(float(sc.multigammaln(3.5, 4)), rel=1e-14)
    slope = dk.derivative(lambda a: special.multigammaln(a, 4), 3.5)
    assert slope == pytest.approx(float(sum(sc.psi(3.5 - j / 2) for j in range(4))), rel=1e-14)


@pytest.mark.parametrize("method", ["reverse", "dual", "central"])
def test_the_gradient_of_logsumexp_is_softmax_by_every_method(method):
    np.testing.assert_allclose(
        dk.gradient(special.logsumexp, A, method=method), sc.softmax(A), rtol=1e-7, atol=1e-9
    )


def test_the_hessian_of_logsumexp_is_that_of_the_textbook():
    p = sc.softmax(A[0])
    np.testing.assert_allclose(
        dk.hessian(special.logsumexp, A[0]), np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-15
    )


def test_nothing_overflows_and_minus_infinity_is_a_weight_of_zero():
    assert dk.gradient(special.logsumexp, np.array([1000.0, 1000.0])).tolist() == [0.5, 0.5]
    assert special.logsumexp(np.array([-np.inf, 0.0])) == 0.0
    assert dk.autodiff.grad(special.logsumexp)(np.array([-np.inf, 0.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    "a", [[-np.inf, -np.inf], [np.inf, 0.0], [0.0, -45.0], [5.0, 5.0, 1.0], [np.nan, 0.0]]
)
@pytest.mark.parametrize("b", [None, -1.0, 2.0])
def test_logsumexp_has_scipys_answers_at_the_ends_of_its_range(a, b):
    with np.errstate(all="ignore"):
        expected, sign = sc.logsumexp(a, b=b, return_sign=True)
    sign = 0.0 if np.isneginf(expected) else sign  # which SciPy 1.15 takes from b
    found = special.logsumexp(a, b=b, return_sign=True)
    np.testing.assert_allclose(found, (expected, sign), rtol=1e-15)


@pytest.mark.parametrize(
    "a", [[-np.inf, -np.inf], [np.inf, 0.0], [0.0, -45.0], [5.0, 5.0, 1.0], [np.nan, 0.0], [-700.0, -710.0]]
)
def test_logsumexp_without_weights_has_scipys_answers_too(a):
    with np.errstate(all="ignore"):
        for many in (np.array(a), np.array([a, np.arange(len(a), dtype=float)])):
            for keepdims in (False, True):
                expected = sc.logsumexp(many, axis=-1, keepdims=keepdims)
                found = special.logsumexp(many, axis=-1, keepdims=keepdims)
                np.testing.assert_allclose(found, expected, rtol=1e-15)
                assert np.shape(found) == np.shape(expected)


@pytest.mark.parametrize("a", [[0.0, -45.0, -1.0], [5.0, 5.0, 1.0], [2.0, 2.0, 2.0]])
def test_the_slopes_of_logsumexp_are_shares_where_one_part_or_several_are_the_largest(a):
    assert dk.autodiff.grad(special.logsumexp)(np.array(a)) == pytest.approx(sc.softmax(a), rel=1e-15)
    forward = dk.autodiff.jacobian(lambda x: special.logsumexp(x) * np.ones(4))(np.array(a))
    assert forward == pytest.approx(np.tile(sc.softmax(a), (4, 1)), rel=1e-15)


def test_a_weight_of_0_takes_no_part_and_yet_has_a_slope():
    a = np.array([0.0, 1.0])
    slope = dk.autodiff.grad(lambda b: special.logsumexp(a, b=b))(np.array([2.0, 0.0]))
    assert slope == pytest.approx([0.5, np.e / 2], rel=1e-15)
    assert special.logsumexp([0.0, 5000.0], b=[2.0, 0.0]) == np.log(2.0)


def test_the_bend_of_the_dirichlet_kernel_is_right_at_its_peak():
    bend = dk.autodiff.grad(dk.autodiff.grad(lambda x: special.diric(x, 5)))
    assert bend(0.0) == pytest.approx(-(5**2 - 1) / 12, rel=1e-14)


def test_counting_outside_the_range_is_0_and_exact_counts_are_whole():
    assert (special.comb(2, 3), special.perm(2, -1), special.factorial(-2.0)) == (0, 0, 0)
    assert (special.comb(60, 30, exact=True), special.factorial(25, exact=True)) == (
        sc.comb(60, 30, exact=True),
        sc.factorial(25, exact=True),
    )


def test_the_multivariate_gamma_function_says_where_it_has_a_value():
    with pytest.raises(ValueError, match=r"needs a > \(d - 1\) / 2 = 1\.5"):
        special.multigammaln(1.5, 4)


@pytest.mark.parametrize("name", ["logsumexp", "polygamma", "multigammaln"])
def test_the_original_says_where_its_twin_is(name):
    calls = {
        "logsumexp": lambda x: sc.logsumexp(np.stack([x, x])),
        "polygamma": lambda x: sc.polygamma(1, x),
        "multigammaln": lambda x: sc.multigammaln(x, 2),
    }
    with pytest.raises(LostHistoryError, match=f"diffkit.autodiff.functions.special.{name}"):
        dk.grad(calls[name])(3.0)
