"""The twins of scipy.linalg: SciPy's values, and slopes of what SciPy reads and of nothing else."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.linalg as sl

from diffkit.autodiff import grad, jvp
from diffkit.autodiff.functions import linalg
from diffkit.errors import LostHistoryError, NoRuleError

rng = np.random.default_rng(4)
A = rng.normal(size=(3, 3)) + 3 * np.eye(3)  # not symmetric: what is not read must not be felt
POSITIVE = A @ A.T
B, BS = rng.normal(size=3), rng.normal(size=(3, 2))
AB = rng.normal(size=(4, 5)) + np.array([[0.0], [5], [0], [0]])

KINDS = [
    None, "general", "sym", "symmetric", "her", "hermitian", "pos", "positive definite", "diagonal",
    "tridiagonal", "lower triangular", "upper triangular",
]  # fmt: skip
CALLS = [
    *[("solve", (A, B), {"assume_a": kind, "lower": lower}) for kind in KINDS for lower in (False, True)],
    ("solve", (A, BS), {"transposed": True}),
    *[
        ("solve_triangular", (A, b), {"trans": trans, "lower": lower, "unit_diagonal": unit})
        for b in (B, BS)
        for trans in (0, 1, 2, "N", "T", "C")
        for lower in (False, True)
        for unit in (False, True)
    ],
    ("solve_sylvester", (A, POSITIVE[:2, :2], BS), {}),
    ("solve_continuous_lyapunov", (A, POSITIVE), {}),
    ("solve_discrete_lyapunov", (A, POSITIVE), {}),
    ("cholesky", (A,), {}),
    ("cholesky", (A,), {"lower": True}),
    ("inv", (A,), {}),
    ("det", (A,), {}),
    ("pinv", (BS,), {}),
    ("norm", (A, 1), {}),
    ("svdvals", (BS,), {}),
    ("eigvalsh", (A,), {}),
    ("eigvalsh", (A,), {"lower": False}),
    ("eigvalsh", (A, POSITIVE), {}),
    ("eigvalsh", (A, POSITIVE), {"lower": False, "subset_by_index": (0, 1)}),
]


@pytest.mark.parametrize(("name", "args", "options"), CALLS)
def test_it_has_scipys_values_and_slopes_that_differences_confirm(name, args, options, check_slopes):
    arrays = [a for a in args if isinstance(a, np.ndarray)]
    rest = args[len(arrays) :]
    ours, theirs = (lambda *x, m=m: getattr(m, name)(*x, *rest, **options) for m in (linalg, sl))
    assert np.array_equal(ours(*arrays), theirs(*arrays))
    check_slopes(ours, theirs, *arrays)


@pytest.mark.parametrize("b", [AB[0], AB[:2].T])
@pytest.mark.parametrize("widths", [(2, 1), (1, 2), (1, 1), (0, 1), (3, 0)])
def test_a_banded_system_is_followed_by_its_diagonals(widths, b, check_slopes):
    lower, upper = widths
    ab = AB[: lower + upper + 1].copy()
    ab[upper] += 6
    ours, theirs = (lambda ab, b, m=m: m.solve_banded(widths, ab, b) for m in (linalg, sl))
    check_slopes(ours, theirs, ab, b)


@pytest.mark.parametrize("lower", [False, True])
def test_a_factor_serves_to_solve(lower, check_slopes):
    ours, theirs = (lambda a, b, m=m: m.cho_solve(m.cho_factor(a, lower), b) for m in (linalg, sl))
    check_slopes(ours, theirs, POSITIVE, B)
    check_slopes(ours, theirs, POSITIVE, BS)


def test_complex_systems_are_conjugated_where_scipy_conjugates(check_slopes):
    z = lambda a: a + 1j * np.cos(3 * a)
    for trans in (0, 1, 2):
        ours, theirs = (lambda a, b, m=m: m.solve_triangular(z(a), z(b), trans) for m in (linalg, sl))  # noqa: B023
        check_slopes(ours, theirs, A, B)
    ours, theirs = (lambda a, q, m=m: m.solve_continuous_lyapunov(z(a), z(q)) for m in (linalg, sl))
    check_slopes(ours, theirs, A, POSITIVE)


def test_eigenvectors_are_normed_by_the_second_matrix():
    def f(a, b):
        w, v = linalg.eigh(a, b)
        return np.sum(np.abs(v) * np.exp(0.1 * w))

    a, b = A + A.T, POSITIVE
    found, h = grad(f, argnums=(0, 1))(a, b), 1e-6
    for i, j in ((0, 0), (2, 1)):
        step = np.zeros((3, 3))
        step[i, j] = h
        differences = (f(a + step, b) - f(a - step, b), f(a, b + step) - f(a, b - step))
        for bar, difference in zip(found, differences, strict=True):
            assert bar[i, j] == pytest.approx(difference / (2 * h), rel=1e-6)


def test_what_has_no_rule_says_what_to_write():
    with pytest.raises(NoRuleError, match="write it with type=1"):
        grad(lambda a: linalg.eigh(a, POSITIVE, type=2)[0][0])(A)


def test_pinv_cuts_where_scipy_cuts_and_tells_the_rank():
    a = np.diag([1.0, 1e-3, 1e-9])
    for options in ({}, {"rtol": 1e-6}, {"atol": 1e-2}, {"atol": 1e-6, "rtol": 1e-8}):
        f = lambda a, o=options: linalg.pinv(a, return_rank=True, **o)
        right, rank = sl.pinv(a, return_rank=True, **options)
        np.testing.assert_allclose(jvp(lambda a: f(a)[0], (a,), (a,))[0], right, rtol=1e-12)  # noqa: B023
        assert jvp(lambda a: f(a)[1] * np.sum(a), (a,), (a,))[0] == rank * np.sum(a)  # noqa: B023


# SciPy 1.18 warns of what comes to an error of ours.
@pytest.mark.filterwarnings("ignore:.*with arguments of dtype=object:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("expm", lambda a: sl.expm(a)),
        ("logm", lambda a: sl.logm(a)),
        ("sqrtm", lambda a: sl.sqrtm(a)),
        ("solve_triangular", lambda a: sl.solve_triangular(a, B)),
        ("solve_banded", lambda a: sl.solve_banded((1, 1), a, B)),
        ("solve_sylvester", lambda a: sl.solve_sylvester(a, a, a)),
        ("cholesky", lambda a: sl.cholesky(a)),
        ("cho_solve", lambda a: sl.cho_solve((a, True), B)),
        ("solve", lambda a: sl.solve(A, a)),
        ("det", lambda a: sl.det(a)),
        ("circulant", lambda a: sl.circulant(a[0])),
    ],
)
def test_the_original_says_where_its_twin_is(name, call):
    with pytest.raises(LostHistoryError, match=f"use its twin diffkit.autodiff.functions.linalg.{name} "):
        grad(lambda a: np.sum(call(a)))(A)
    assert name in linalg.__all__


def test_scipys_linear_algebra_is_loaded_when_it_is_asked_for():
    code = (
        "import sys, diffkit; assert 'scipy.linalg' not in sys.modules; "
        "from diffkit.autodiff import functions; functions.linalg.expm; assert 'scipy.linalg' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
