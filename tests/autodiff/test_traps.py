"""The traps of automatic differentiation, and the right answer in each: by both modes, at both orders.

Not here, since they stand elsewhere in both modes: confused perturbations, the closure that escapes and the
variable that a derivative changes, whole numbers, lost histories, programs that do not depend on x
(test_transforms); products with zeros, ties and masks of reductions (rules/test_reductions), of sort
(rules/test_ordering) and of order statistics (tape/written/test_statistics); buffers changed between the two
passes and gradients that share memory (test_reverse).

(s) marks a subgradient: there is no derivative, and this is the convention.
"""

import numpy as np
import pytest

from diffkit.autodiff import grad, hessian, jvp

A = np.array
NONE = None  # no second derivative, or none that is asked


def slope(f):
    """The gradient by forward mode: one pass for each element."""

    def gradient(x):
        x = x if np.ndim(x) else np.reshape(x, ())[()]
        units = np.reshape(np.eye(np.size(x)), (np.size(x), *np.shape(x)))
        return np.reshape(np.stack([jvp(f, (x,), (unit[()],))[1] for unit in units]), np.shape(x))[()]

    return gradient


MODES = pytest.mark.parametrize("D", [grad, slope], ids=["reverse", "forward"])
MIXES = pytest.mark.parametrize(
    ("D", "E"),
    [(grad, grad), (grad, slope), (slope, grad), (slope, slope)],
    ids=["reverse over reverse", "reverse over forward", "forward over reverse", "forward over forward"],
)


def doubled(x, times=60):
    for _ in range(times):
        x = x + x
    return x


def reused(a):
    b = a + a
    return b + b


def assigned(x):
    y = x * x
    y[0] = 10 * x[1]
    y *= 2
    return np.sum(y)


def overwritten_constant(x):
    c = A([1.0, 2.0])
    y = x * c
    c[:] = 100
    return np.sum(y)


def overwritten_operand(x):
    y = x * x
    x[:] = 100
    return np.sum(y)


def log_add_exp(x, y):
    return np.logaddexp(x, y)


SINGULAR, LOWER = A([[1.0, 2], [2, 4]]), A([[0.0, 0], [1, 2]])
# The Hessian of the determinant of a 2 x 2 matrix, whatever the matrix.
MINORS = A([[0.0, 0, 0, 1], [0, 0, -1, 0], [0, -1, 0, 0], [1, 0, 0, 0]]).reshape(2, 2, 2, 2)
ZEROS, ONES, EYE = np.zeros, np.ones, np.eye
inf, nan = np.inf, np.nan

# The trap, f, the point, its first and its second derivative.
TRAPS = [
    # the same value again
    ("aliasing: x*x", lambda x: x * x, 3.0, 6, 2),
    ("aliasing: x*x of an array", lambda x: np.sum(x * x), A([3.0, 4]), [6, 8], 2 * EYE(2)),
    ("aliasing: x @ x", lambda x: x @ x, A([3.0, 4]), [6, 8], 2 * EYE(2)),
    ("fan-out: x+x sixty times", doubled, 1.0, 2.0**60, 0),
    ("reuse of what is not a leaf", reused, 1.0, 4, 0),
    # powers
    *[(f"x**{n!r} at 0", lambda x, n=n: x**n, 0.0, first, second) for n, first, second in [
        (0, 0, 0), (0.0, 0, 0), (1, 1, 0), (1.0, 1, 0), (2, 0, 2), (2.0, 0, 2), (3, 0, 0), (1.5, 0, inf),
        (0.5, inf, -inf),
    ]],
    ("x**3 at -2", lambda x: x**3, -2.0, 12, -12),
    ("x**2. at -3", lambda x: x**2.0, -3.0, -6, 2),
    ("x**-1 at 0", lambda x: x**-1, 0.0, -inf, NONE),
    ("(-2)**x is not real around 3", lambda x: (-2.0) ** x, 3.0, nan, nan),
    ("0**x at 2", lambda x: 0.0**x, 2.0, 0, 0),
    ("0**x at 0 (s)", lambda x: 0.0**x, 0.0, 0, 0),
    ("x**0 of an array with a zero", lambda x: np.sum(x**0), A([0.0, 2]), [0, 0], ZEROS((2, 2))),
    ("x**[0, 1, 2] at 0", lambda x: np.sum(x ** A([0, 1, 2])), ZEROS(3), [0, 1, 0], np.diag([0.0, 0, 2])),
    # infinite slopes and corners
    ("sqrt at 0", np.sqrt, 0.0, inf, -inf),
    ("cbrt at 0", np.cbrt, 0.0, inf, NONE),
    ("log at 0", np.log, 0.0, inf, -inf),
    ("arccos at 1", np.arccos, 1.0, -inf, NONE),
    ("abs at 0 (s)", abs, 0.0, 0, 0),
    ("sign(x) x at 0 (s)", lambda x: np.sign(x) * x, 0.0, 0, 0),
    ("norm at 0 (s)", np.linalg.norm, ZEROS(2), [0, 0], NONE),
    ("norm squared at 0", lambda x: np.linalg.norm(x) ** 2, ZEROS(2), [0, 0], NONE),
    ("hypot at (0, 0) (s)", lambda x: np.hypot(x[0], x[1]), ZEROS(2), [0, 0], NONE),
    ("sum of squares at 0", lambda x: np.sum(x**2), ZEROS(2), [0, 0], 2 * EYE(2)),
    ("std of equal numbers (s)", np.std, ONES(3), [0, 0, 0], NONE),
    ("var of equal numbers", np.var, ONES(2), [0, 0], A([[0.5, -0.5], [-0.5, 0.5]])),
    # the side that was not taken
    ("where: sqrt beside 0", lambda x: np.where(x > 0, np.sqrt(x), 0), 0.0, 0, 0),
    ("where: sqrt of what is negative", lambda x: np.where(x >= 0, x, np.sqrt(-x)), 1.0, 1, 0),
    ("where: sin(x)/x at 0", lambda x: np.where(x == 0, 1.0, np.sin(x) / x), 0.0, 0, 0),
    ("where: x log x at 0", lambda x: np.where(x > 0, x * np.log(x), 0.0), 0.0, 0, 0),
    ("where: element by element", lambda x: np.sum(np.where(x > 0, np.sqrt(x), 2 * x)), A([-1.0, 0, 4]),
     [2, 2, 0.25], np.diag([0, 0, -1 / 32])),
    ("where: x**1.5 at 0, whose slope is finite", lambda x: np.sum(np.where(x > 0, x**1.5, 0)),
     A([0.0, 4]), [0, 3], np.diag([0, 3 / 8])),
    ("where: x sqrt(x) at 0", lambda x: np.sum(np.where(x > 0, x * np.sqrt(x), 0)), A([0.0, 4]), [0, 3],
     np.diag([0, 3 / 8])),
    ("where: a power of what is negative", lambda x: np.sum(np.where(x > 0, x**x, 0)), A([-1.0, 1]), [0, 1],
     np.diag([0.0, 2])),
    ("where: a cotangent that is zero by value", lambda x: np.sum(np.where(x > 0, (x**1.5 - 1) ** 2, 0)),
     A([0.0, 1]), [0, 0], np.diag([0, 4.5])),
    ("a mask by index", lambda x: np.sum(np.sqrt(x)[x > 0]), A([-1.0, 0, 4]), [0, 0, 0.25],
     np.diag([0, 0, -1 / 32])),
    *[(f"a mask in {f.__name__}", lambda x, f=f: f(np.sqrt(x), where=x > 0), A([-1.0, 0, 4]), [0, 0, 0.25],
       np.diag([0, 0, -1 / 32])) for f in (np.sum, np.mean, np.prod)],
    ("a mask in a method", lambda x: np.sqrt(x).sum(where=x > 0), A([-1.0, 0, 4]), [0, 0, 0.25],
     np.diag([0, 0, -1 / 32])),
    ("a mask in var", lambda x: np.var(np.sqrt(x), where=x > 0), A([-1.0, 0, 1, 9]), [0, 0, -1 / 2, 1 / 6],
     np.pad(A([[3 / 8, -1 / 24], [-1 / 24, 1 / 216]]), ((2, 0), (2, 0)))),
    ("nan in nanstd", lambda x: np.nanstd(np.sqrt(x)), A([-1.0, 1, 9]), [0, -0.25, 1 / 12],
     np.diag([0, 1 / 8, -1 / 216])),
    ("the diagonal in trace", lambda x: np.trace(np.sqrt(np.stack([x[::-1], x]))), A([0.0, 4]), [0, 0.5],
     np.diag([0, -1 / 16])),
    ("maximum beside log 0", lambda x: np.maximum(0.0, np.log(x)), 0.0, 0, 0),
    ("clip beside sqrt 0", lambda x: np.clip(np.sqrt(x), 1.0, 2.0), 0.0, 0, 0),
    # ties
    ("max of equal ones (s)", np.max, A([2.0, 2, 1]), [0.5, 0.5, 0], ZEROS((3, 3))),
    ("median of equal ones (s)", np.median, A([2.0, 2, 1]), [0.5, 0.5, 0], ZEROS((3, 3))),
    ("sort of equal ones (s)", lambda x: np.sort(x) @ A([1.0, 2, 4]), A([2.0, 2, 1]), [3, 3, 1],
     ZEROS((3, 3))),
    ("maximum(x, x)", lambda x: np.maximum(x, x), 1.0, 1, 0),
    ("maximum of equal squares", lambda x: np.maximum(x * x, x * x), 1.0, 2, 2),
    ("minimum(x, 2x) at 0 (s)", lambda x: np.minimum(x, 2 * x), 0.0, 1.5, 0),
    ("relu(x) - relu(-x) at 0", lambda x: np.maximum(x, 0) - np.maximum(-x, 0), 0.0, 1, 0),
    ("clip at its upper edge (s)", lambda x: np.clip(x, 0, 1), 1.0, 1, 0),
    ("clip at its lower edge (s)", lambda x: np.clip(x, 0, 1), 0.0, 1, 0),
    ("floor(x) x", lambda x: np.floor(x) * x, 2.5, 2, 0),
    # removable singularities and overflow
    ("sinc at 0", np.sinc, 0.0, 0, -(np.pi**2) / 3),
    ("logaddexp(0, x) far out", lambda x: log_add_exp(0.0, x), 1000.0, 1, 0),
    ("logaddexp(-inf, x)", lambda x: log_add_exp(-inf, x), 1.0, 1, 0),
    ("logaddexp(x, x) far out", lambda x: log_add_exp(x, x), 1000.0, 1, 0),
    ("tanh far out", np.tanh, 1000.0, 0, 0),
    ("arctan2 on its cut", lambda x: np.arctan2(x[0], x[1]), A([0.0, -1]), [-1, 0], A([[0.0, -1], [-1, 0]])),
    ("prod with a zero", np.prod, A([0.0, 2, 3]), [6, 0, 0], A([[0.0, 3, 2], [3, 0, 0], [2, 0, 0]])),
    ("prod with two zeros", np.prod, A([0.0, 0, 3]), [0, 0, 0], A([[0.0, 3, 0], [3, 0, 0], [0, 0, 0]])),
    ("cumprod with a zero", lambda x: np.sum(np.cumprod(x)), A([0.0, 2, 3]), [9, 0, 0],
     A([[0.0, 4, 2], [4, 0, 0], [2, 0, 0]])),
    # shapes and indices
    ("repeated indices", lambda x: x[[0, 0, 1]] ** 2 @ A([1.0, 2, 3]), ONES(2), [6, 6], 6 * EYE(2)),
    ("repeated indices in take", lambda x: np.sum(np.take(x, [0, 0, 1]) ** 2), ONES(2), [4, 2],
     np.diag([4.0, 2])),
    ("broadcasting (3,1)*(4,)", lambda x: np.sum(x**2 * ONES(4)), ONES((3, 1)), 8 * ONES((3, 1)),
     8 * EYE(3).reshape(3, 1, 3, 1)),
    ("broadcasting (3,1)*(1,4)", lambda x: np.sum(x[:3, None] * x[None, 3:]), ONES(7), [4, 4, 4, 3, 3, 3, 3],
     np.kron(A([[0.0, 1], [1, 0]]), ONES((4, 4)))[np.ix_([0, 1, 2, 4, 5, 6, 7], [0, 1, 2, 4, 5, 6, 7])]),
    ("broadcasting a number", lambda x: np.sum(x**2 * A([1.0, 2, 4])), 1.0, 14, 14),
    ("broadcasting (3,)+(2,3)", lambda x: np.sum((x + ZEROS((2, 3))) ** 2), ONES(3), [4, 4, 4], 4 * EYE(3)),
    ("an array of no dimension", lambda x: np.sum(x * x), A(3.0), 6, 2),
    ("trace beside the diagonal", lambda x: np.trace(x, offset=1), ONES((2, 3)), [[0, 1, 0], [0, 0, 1]],
     ZEROS((2, 3, 2, 3))),
    ("diag of what is not square", lambda x: np.sum(np.diag(x)), ONES((2, 3)), [[1, 0, 0], [0, 1, 0]],
     ZEROS((2, 3, 2, 3))),
    # matrices
    ("det of rank 1", np.linalg.det, SINGULAR, [[4, -2], [-2, 1]], MINORS),
    ("det of zeros", np.linalg.det, ZEROS((2, 2)), ZEROS((2, 2)), MINORS),
    ("det with a row of zeros", np.linalg.det, LOWER, [[2, -1], [0, 0]], MINORS),
    ("eigh of equal eigenvalues", lambda a: np.sum(np.linalg.eigh(a)[0] ** 2), EYE(2), 2 * EYE(2), NONE),
    ("svd of equal singular values", lambda a: np.sum(np.linalg.svd(a)[1]), EYE(2), EYE(2), NONE),
    ("a corner squared (s)", lambda x: np.maximum(x, 0) ** 2, 0.0, 0, 0.5),
    # changes in place
    ("assignment", assigned, A([1.0, 2, 3]), [0, 28, 12], np.diag([0.0, 4, 4])),
    ("a constant overwritten before the sweep", overwritten_constant, A([3.0, 4]), [1, 2], ZEROS((2, 2))),
    ("an operand overwritten before the sweep", overwritten_operand, A([3.0, 4]), [6, 8], 2 * EYE(2)),
]  # fmt: skip

FIRST = [pytest.param(f, x, first, id=name) for name, f, x, first, _ in TRAPS]
SECOND = [pytest.param(f, x, second, id=name) for name, f, x, _, second in TRAPS if second is not NONE]


@MODES
@pytest.mark.parametrize(("f", "x", "right"), FIRST)
@np.errstate(all="ignore")  # f itself may compute the side that is not taken
def test_the_first_derivative_is_right_in_both_modes(D, f, x, right):
    found = D(f)(np.copy(x)[()])
    assert np.shape(found) == np.shape(x)
    np.testing.assert_allclose(found, right, rtol=1e-15, atol=1e-15)


@pytest.mark.sampled(3)
@MIXES
@pytest.mark.parametrize(("f", "x", "right"), SECOND)
@np.errstate(all="ignore")
def test_the_second_derivative_is_right_in_every_mix_of_modes(D, E, f, x, right):
    weights = np.arange(1.0, 1 + np.size(x)).reshape(np.shape(x))[()]
    found = D(lambda x: np.sum(weights * E(f)(x)))(np.copy(x)[()])
    right = np.tensordot(weights, right, np.ndim(x)) if np.ndim(x) else right
    np.testing.assert_allclose(found, right, rtol=4e-15, atol=1e-14)


# What a program has lost cannot be brought back: then the answer is nan or right, and never another number.
# The trap, the program, how to write it instead, the point, the derivative.
LOST = [
    ("sqrt(x*x) at 0 (s)", lambda x: np.sqrt(x * x), abs, 0.0, 0),
    ("sqrt(x)**2 at 0", lambda x: np.sqrt(x) ** 2, lambda x: x, 0.0, 1),
    ("cbrt(x**3) at 0", lambda x: np.cbrt(x**3), lambda x: x, 0.0, 1),
    ("cbrt(x)**3 at 0", lambda x: np.cbrt(x) ** 3, lambda x: x, 0.0, 1),
    ("sqrt(x**4) at 0", lambda x: np.sqrt(x**4), lambda x: x**2, 0.0, 0),
    ("x sqrt(x) at 0", lambda x: x * np.sqrt(x), lambda x: x**1.5, 0.0, 0),
    ("x x**.5 at 0", lambda x: x * x**0.5, lambda x: x**1.5, 0.0, 0),
    ("log(1 + exp(x)) at 1000", lambda x: np.log(1 + np.exp(x)), lambda x: np.logaddexp(0, x), 1000.0, 1),
    ("sin(x)/x at 0", lambda x: np.sin(x) / x, lambda x: np.sinc(x / np.pi), 0.0, 0),
    ("log(sum(exp(x))) far out", lambda x: np.log(np.exp(x) + np.exp(x)), lambda x: np.logaddexp(x, x),
     1000.0, 1),
]  # fmt: skip


@MODES
@pytest.mark.parametrize(
    ("f", "rewritten", "x", "right"), [pytest.param(*row[1:], id=row[0]) for row in LOST]
)
@np.errstate(all="ignore")
def test_what_is_lost_is_nan_and_another_spelling_keeps_it(D, f, rewritten, x, right):
    assert np.isnan(found := D(f)(x)) or found == right
    assert D(rewritten)(x) == right


# -- long programs -----------------------------------------------------------------------------------


def chain(n):
    def f(x):
        for _ in range(n):
            x = np.sin(x)
        return x

    return f


@pytest.mark.slow
@MODES
def test_a_chain_of_100_000_operations_needs_no_recursion(D):
    assert D(chain(100_000))(0.5) == pytest.approx(1.2462630769e-06, rel=1e-10)


@pytest.mark.slow
@MIXES
def test_a_chain_of_20_000_operations_has_a_second_derivative_in_every_mix(D, E):
    assert D(E(chain(20_000)))(0.5) == pytest.approx(-8.661782460e-05, rel=1e-9)


# -- precision and emptiness ---------------------------------------------------------------------------

LINE = [
    np.sum, np.max, np.mean, np.std, np.prod, np.median, np.linalg.norm, lambda x: x @ x, lambda x: x[0] ** 2,
    lambda x: np.sum(x**2.0), lambda x: np.sum(2.0**x), lambda x: np.sum(np.where(x > 1, x, 0.0)),
    lambda x: np.sum(np.clip(x, 0.0, 2.0)), lambda x: np.sum(np.sinc(x)), lambda x: np.sum(np.sort(x)[::2]),
    lambda x: np.sum(np.cumprod(x)), lambda x: np.sum(x[:, None] * x), lambda x: np.sum(x / 3 + np.pi),
    lambda x: np.sum(np.logaddexp(0, x)), lambda x: np.sum(np.tanh(x)), lambda x: np.sum(np.convolve(x, x)),
]  # fmt: skip


@MODES
@pytest.mark.parametrize("f", LINE)
def test_single_precision_is_kept_and_agrees_with_double(D, f):
    x = A([1.25, 0.5, 2.75], np.float32)
    found = D(f)(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, D(f)(x.astype(float)), rtol=1e-5, atol=1e-6)
    bend = hessian(f)(x)
    assert bend.dtype == np.float32
    np.testing.assert_allclose(bend, hessian(f)(x.astype(float)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
@pytest.mark.parametrize("f", [np.sum, np.prod, lambda x: np.sum(x * x), lambda x: np.sum(np.sort(x, 0)),
    lambda x: np.sum(np.concatenate([x, x])), lambda x: np.sum(x @ x.T), np.linalg.norm])  # fmt: skip
def test_of_nothing_the_gradient_is_nothing_in_its_shape(f, shape):
    found = grad(f)(ZEROS(shape))
    assert (found.shape, found.dtype) == (shape, np.float64)
    assert hessian(f)(ZEROS(shape)).shape == shape + shape


def test_a_singular_matrix_has_no_inverse_and_says_so():
    for f in (np.linalg.inv, lambda a: np.linalg.solve(a, ONES(2)), lambda a: np.linalg.slogdet(a)[1]):
        with pytest.raises(np.linalg.LinAlgError, match="Singular matrix"):
            grad(lambda a: np.sum(f(a)))(SINGULAR)  # noqa: B023


# -- exact for the program, and not for what was meant -------------------------------------------------
# J. Hueckelheim et al., A taxonomy of automatic differentiation pitfalls, WIREs 2024 (arXiv:2305.07546).


def newton(a, start):
    x, steps = start, 0
    while abs(x * x - a) > 1e-12 and steps < 50:
        x, steps = x - (x * x - a) / (2 * x), steps + 1
    return x


def conjugate_gradients(t, steps):
    a = np.diag([1.0, 10, 100]) + t * np.diag([1.0, 0, 0])
    x, r = ZEROS(3), ONES(3)
    p, rr = r, r @ r
    for _ in range(steps):
        q = a @ p
        alpha = rr / (p @ q)
        x, r = x + alpha * p, r - alpha * q
        p, rr = r + (r @ r) / rr * p, r @ r
    return np.sum(x)


def logistic_map(x, n):
    for _ in range(n):
        x = 4 * x * (1 - x)
    return x


def elapsed(end):
    return 0.0 * end + sum(0.1 for _ in range(int(np.floor(end / 0.1).astype(int))))


GRID = np.arange(5.0)

# The trap, the program, the point, its derivative, and what was meant.
PITFALLS = [
    ("Newton started at the answer", lambda a: newton(a, 2.0), 4.0, 0.0, 0.25),
    ("Newton started elsewhere", lambda a: newton(a, 1.0), 4.0, 0.25, 0.25),
    ("conjugate gradients cut short", lambda t: conjugate_gradients(t, 2), 0.0, -0.0453, -1.0),
    ("conjugate gradients to the end", lambda t: conjugate_gradients(t, 3), 0.0, -1.0, -1.0),
    ("a table of nearest values", lambda x: GRID[np.rint(x).astype(int)] ** 2 + 0 * x, 2.4, 0.0, 4.8),
    ("a table of lines at a knot", lambda x: np.interp(x, GRID, GRID**2), 2.0, 5.0, 4.0),
    ("a branch at one point: a value", lambda x: 1.0 + 0 * x if x == 1 else x * x, 1.0, 0.0, 2.0),
    ("a branch at one point: a zero", lambda x: x if x != 0 else 0.0 * x, 0.0, 0.0, 1.0),
    ("a staircase of rounding", lambda x: (x + 1e16) - 1e16, 1.0, 1.0, 1.0),
    ("the number of steps depends on x", elapsed, 1.05, 0.0, 1.0),
    ("chaos, 10 steps", lambda x: logistic_map(x, 10), 0.3, -455.0, -455.0),
    ("chaos, 30 steps", lambda x: logistic_map(x, 30), 0.3, 5.1e8, 5.1e8),
]  # fmt: skip


@MODES
@pytest.mark.parametrize(
    ("f", "x", "right"),
    [pytest.param(f, x, right, id=f"{name}, meant {meant:g}") for name, f, x, right, meant in PITFALLS],
)
def test_the_derivative_is_that_of_the_program_also_where_another_was_meant(D, f, x, right):
    assert D(f)(x) == pytest.approx(right, rel=5e-3, abs=1e-12)
