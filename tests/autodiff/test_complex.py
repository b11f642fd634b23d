"""Complex numbers, by one convention: the cotangent of z = x + iy is du/dx - i du/dy, for the real result u.

So a cotangent passes through an analytic function by its derivative, without any conjugate, and the gradient
of an analytic function is its derivative. Of both modes together: Re sum(y_bar y_dot) = Re sum(z_bar z_dot).
"""

import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad, hessian, jvp, vjp
from diffkit.autodiff.functions import linalg, signal, special
from diffkit.errors import NoRuleError

la, fft = np.linalg, np.fft


def test_the_gradient_by_a_complex_number_is_the_slope_of_an_analytic_function():
    # and of u(x + iy), real: du/dx - i du/dy
    assert grad(lambda z: z**3)(1 + 2j) == pytest.approx(-9 + 12j)
    assert grad(lambda z: np.abs(z) ** 2)(1 + 2j) == pytest.approx(2 - 4j)
    assert grad(lambda z: np.real(z * np.conjugate(z)))(1 + 2j) == pytest.approx(2 - 4j)
    assert grad(lambda z: z.imag)(1 + 2j) == -1j
    assert jvp(np.abs, (3 + 4j,), (1j,)) == (5.0, pytest.approx(0.8))


# -- every rule that takes complex operands -----------------------------------------------------------


def regular(a):
    return a + 3 * np.eye(a.shape[-1])


def adjoint(a):
    return np.conjugate(np.swapaxes(a, -1, -2))


def together(parts):
    """All results in one array."""
    return np.concatenate([np.ravel(part) for part in parts])


def assigned(z):
    y = 0 * z
    y[0] = z[1] * z[2]
    y[1:] = np.conjugate(z[:2])
    y *= z
    return y


def hermitian_part(a):
    """Put together again from eigenvalues and eigenvectors, whose phase must not matter."""
    w, v = la.eigh(a)
    return v * w**2 @ adjoint(v)


def squared(a):
    """From a = u s v^H, whose phases must not matter: u s^2 v^H."""
    u, s, vh = la.svd(a, full_matrices=False)
    return u * s**2 @ vh


NUMBERS, MATRIX = (3,), (2, 3)
SQUARE, TALL = (3, 3), (3, 2)
# A name, a function, and the shapes of its operands.
CASES = [
    *[(f.__name__, f, NUMBERS) for f in (
        np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sqrt, np.square, np.reciprocal,
        np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh,
        np.arccosh, np.arctanh, np.sinc, np.negative, np.positive,
        np.absolute, np.angle, np.real, np.imag, np.conjugate, np.sign, np.nan_to_num,
        np.sum, np.prod, np.mean, np.var, np.std, np.cumsum, np.cumprod, np.diff, np.sort, np.trapezoid,
        np.gradient, np.flip, np.ediff1d, np.poly, np.roots,
        sc.erf, sc.erfc, sc.erfcx, sc.erfi, sc.dawsn, sc.wofz, sc.exp1, sc.expi, sc.spence, sc.lambertw,
        sc.wrightomega,
        special.logsumexp, special.softmax, assigned,
    )],
    *[(f.__name__, f, NUMBERS, NUMBERS) for f in (
        np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power, sc.xlogy, np.dot, np.vdot,
        np.cross, np.polyval, np.kron,
    )],
    *[(f"z**{n}", lambda z, n=n: z**n, NUMBERS) for n in (0, 1, 2, 3, -2, 0.5, 1.5, 0.3 + 0.2j)],
    ("2**z", lambda z: 2.0**z, NUMBERS),
    *[(f.__name__, lambda z, f=f: together(f(z)), NUMBERS) for f in (
        sc.fresnel, sc.shichi, sc.sici, sc.airy,
    )],
    *[(f.__name__, lambda z, f=f: f(1.5, z), NUMBERS) for f in (sc.jv, sc.yv, sc.iv, sc.kv, sc.hankel1)],
    ("hyp1f1", lambda z: sc.hyp1f1(0.5, 1.5, z), NUMBERS),
    *[(f"{f.__name__} along an axis", lambda z, f=f: f(z, axis=0), MATRIX) for f in (
        np.sum, np.prod, np.mean, np.var, np.std, np.cumprod,
    )],
    ("var of some", lambda z: np.var(z, axis=0, ddof=1, where=[[True], [False], [True]]), (3, 3)),
    ("average", lambda z: np.average(z, weights=[1, 2, 3]), NUMBERS),
    ("cov", np.cov, (2, 4)),
    ("corrcoef", np.corrcoef, (2, 4)),
    # products, which never conjugate unless NumPy does
    ("matmul", np.matmul, MATRIX, TALL), ("matvec", np.matvec, MATRIX, NUMBERS),
    ("vecmat", np.vecmat, NUMBERS, TALL), ("vecdot", np.vecdot, MATRIX, NUMBERS),
    ("inner", np.inner, MATRIX, MATRIX), ("outer", np.outer, NUMBERS, (2,)),
    ("tensordot", lambda a, b: np.tensordot(a, b, 1), MATRIX, TALL),
    ("einsum", lambda a, b: np.einsum("ij,kj,ij->ik", a, b, np.conjugate(a)), MATRIX, MATRIX),
    ("einsum of a diagonal", lambda a: np.einsum("ii->i", a), SQUARE),
    ("convolve", np.convolve, (4,), (2,)),
    ("correlate", lambda a, v: np.correlate(a, v, "full"), (4,), (2,)),
    ("signal.convolve", signal.convolve, (4,), (2,)),
    # shapes, indices, choices
    ("where", lambda a, b: np.where([True, False, True], a, b), NUMBERS, NUMBERS),
    ("concatenate", lambda a, b: np.concatenate([a, b, a]), NUMBERS, (2,)),
    ("an array of elements", lambda a, b: np.array([a, b]) * a, (), ()),
    ("repeated indices", lambda z: z[[0, 0, 2]], NUMBERS),
    ("a mask", lambda z: z[np.array([True, False, True])], NUMBERS),
    ("a slice", lambda z: z[::-1, 1:], MATRIX),
    ("the adjoint", lambda z: adjoint(z) @ z, TALL),
    ("trace", np.trace, SQUARE),
    ("interp", lambda fp: np.interp([0.3, 1.2], [0, 1, 2], fp), NUMBERS),
    ("polyfit", lambda y: np.polyfit(np.arange(4.0), y, 1), (4,)),
    # linear algebra
    ("solve", lambda a, b: la.solve(regular(a), b), SQUARE, NUMBERS),
    ("inv", lambda a: la.inv(regular(a)), (2, *SQUARE)),
    ("det", la.det, SQUARE),
    ("slogdet", lambda a: together(la.slogdet(a)), SQUARE),
    ("pinv", la.pinv, TALL),
    ("lstsq", lambda a, b: la.lstsq(a, b)[0], (4, 2), (4,)),
    ("eig", lambda a: together(la.eig(a)), SQUARE),
    ("eigvals", la.eigvals, SQUARE),
    ("eigvalsh", la.eigvalsh, SQUARE),
    ("eigh", hermitian_part, SQUARE),
    ("svdvals", la.svdvals, TALL),
    ("svd", squared, TALL),
    ("qr", lambda a: together(la.qr(a)), TALL),
    ("cholesky", lambda a: la.cholesky(a @ adjoint(a) + np.eye(3)), SQUARE),
    *[(f"norm, ord={n}", lambda z, n=n: la.norm(z, n), NUMBERS) for n in (None, 1, 3, np.inf)],
    *[(f"norm of a matrix, ord={n}", lambda z, n=n: la.norm(z, n), TALL) for n in ("fro", "nuc", 2, 1)],
    *[(f"matrix_power {n}", lambda a, n=n: la.matrix_power(a, n), (2, 2)) for n in (3, -2)],
    ("multi_dot", lambda a: la.multi_dot([a, adjoint(a), a]), (2, 2)),
    ("cond", la.cond, (2, 2)),
    ("expm", linalg.expm, (2, 2)),
    ("sqrtm", lambda a: linalg.sqrtm(regular(a)), (2, 2)),
    ("logm", lambda a: linalg.logm(regular(a)), (2, 2)),
    ("solve_triangular", lambda a, b: linalg.solve_triangular(regular(a), b, trans="C"), (2, 2), (2,)),
    ("solve_sylvester", lambda a, b, q: linalg.solve_sylvester(regular(a), regular(b), q), *[(2, 2)] * 3),
    *[(f"fft.{f.__name__}", f, (2, 4)) for f in (
        fft.fft, fft.ifft, fft.fft2, fft.ifft2, fft.fftn, fft.ifftn, fft.irfft, fft.irfft2, fft.irfftn,
        fft.hfft, fft.fftshift, fft.ifftshift,
    )],
]  # fmt: skip
# The first quadrant, and turned into the three others: a branch cut must not be met, nor mistaken.
TURNS = (1, 1j, -1, -1j)


def numbers(rng, shape, turn):
    """Complex numbers away from 0 and from the axes."""
    return (rng.uniform(0.3, 1.3, shape) + 1j * rng.uniform(0.2, 0.8, shape))[()] * turn


@pytest.mark.sampled(3)
@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize(("f", "shapes"), [pytest.param(f, shapes, id=name) for name, f, *shapes in CASES])
def test_both_modes_are_right_by_the_real_and_by_the_imaginary_part(f, shapes, turn, difference, check_line):
    rng = np.random.default_rng(3)
    z = [numbers(rng, shape, turn) for shape in shapes]
    z_dot = [numbers(rng, shape, 1) - 0.8 for shape in shapes]
    y, pullback = vjp(f, *z)
    weights = rng.uniform(-1, 1, np.shape(y))[()]
    y_bar = weights * np.exp(3j * weights) if np.iscomplexobj(y) else weights
    moved = lambda t, along: f(*(a + t * b for a, b in zip(z, along, strict=True)))

    y_dot = jvp(f, tuple(z), tuple(z_dot))[1]
    np.testing.assert_allclose(y_dot, difference(lambda t: moved(t, z_dot)), rtol=1e-9, atol=1e-9)

    z_bar = pullback(y_bar)
    for i, operand in enumerate(z):
        for index in np.ndindex(np.shape(operand)):
            unit = [np.zeros(shape, complex) for shape in shapes]
            unit[i][index] = 1
            u = lambda t, step: np.sum(np.real(y_bar * moved(t, [step * e for e in unit])))  # noqa: B023
            by_x, by_y = (difference(lambda t, step=step: u(t, step)) for step in (1, 1j))  # noqa: B023
            assert np.asarray(z_bar[i])[index] == pytest.approx(by_x - 1j * by_y, rel=1e-9, abs=1e-9)

    inner = sum(np.sum(a * b) for a, b in zip(z_bar, z_dot, strict=True))
    assert np.real(np.sum(y_bar * y_dot)) == pytest.approx(np.real(inner), rel=1e-12, abs=1e-13)
    check_line(lambda t: np.sum(np.real(y_bar * np.sin(moved(t, z_dot)))))  # real, complex, and real again


# -- from real numbers to complex ones, and back -------------------------------------------------------


def test_the_power_of_a_spectrum_is_n_times_that_of_the_signal():
    x = np.array([1.0, -2.0, 0.5, 3.0, 1.5])
    power = lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2)
    assert grad(power)(x) == pytest.approx(10 * x, rel=1e-14)
    assert hessian(power)(x) == pytest.approx(10 * np.eye(5), abs=1e-13)


def test_an_oscillation_written_with_complex_numbers_slopes_as_one_written_with_real_ones():
    t = np.linspace(0, 3, 7)
    turning = lambda p: np.sum(np.real(np.exp((p[0] + 1j * p[1]) * t)) ** 2)
    plain = lambda p: np.sum((np.exp(p[0] * t) * np.cos(p[1] * t)) ** 2)
    p = np.array([-0.4, 2.0])
    assert grad(turning)(p) == pytest.approx(grad(plain)(p), rel=1e-13)
    assert grad(turning)(p).dtype == np.float64
    assert hessian(turning)(p) == pytest.approx(hessian(plain)(p), rel=1e-12)


def test_the_modes_of_a_matrix_of_real_numbers_may_be_complex():
    turning = lambda t: np.max(np.imag(np.linalg.eigvals(np.array([[0.1, -1.0], [1.0, 0.1]]) * t)))
    assert grad(turning)(2.0) == pytest.approx(1.0)  # the eigenvalues are t (0.1 +- i)


@pytest.mark.parametrize("f", [np.exp, np.square, np.tanh, np.sign, np.cumprod, np.fft.fft, lambda z: z @ z])
def test_single_precision_is_kept(f):
    z = np.array([1 + 2j, 0.5 - 1j], np.complex64)
    y, pullback = vjp(f, z)
    assert y.dtype == pullback(np.ones_like(y))[0].dtype == jvp(f, (z,), (z,))[1].dtype == np.complex64
    x = np.real(z)
    found = grad(lambda x: np.sum(np.abs(f(x + 1j * x))))(x)
    assert found.dtype == np.float32


# -- corners ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f", [np.abs, lambda z: np.abs(z) ** 2, np.linalg.norm, lambda z: np.real(np.sign(z))]
)
def test_the_slope_of_a_size_and_of_a_direction_at_0_is_0(f):
    assert grad(lambda z: np.sum(f(z)))(np.zeros(2, complex)).tolist() == [0, 0]  # (s)


def test_a_real_argument_of_a_complex_program_has_a_real_gradient_and_the_rest_is_not_felt():
    assert grad(lambda x: (x * (2 + 3j)).real)(1.0) == 2.0
    assert grad(lambda x: (x * (2 + 3j)).imag)(1.0) == 3.0
    assert grad(lambda x: np.abs(x * (3 + 4j)))(-2.0) == pytest.approx(-5.0)


@pytest.mark.parametrize("f", [sc.gamma, sc.loggamma, sc.rgamma])
def test_gamma_and_its_kin_slope_once_at_complex_numbers(f, difference):
    z = 1.3 + 0.7j
    assert grad(f)(z) == pytest.approx(difference(lambda t: f(z + t)), rel=1e-11)
    with pytest.raises(NoRuleError, match=r"SciPy has no zeta.*complex"):
        grad(lambda z: np.real(grad(f)(z)))(z)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_the_derivatives_of_complex_numbers_are_complex_also_where_they_are_real(dtype):
    z = np.array([1 + 2j, 3 - 1j], dtype)
    slope = grad(lambda z: np.sum(np.real(z)))(z)
    assert (slope.dtype, slope.tolist()) == (dtype, [1, 1])
    x = z.real
    y_dot = jvp(lambda x: x.astype(dtype), (x,), (x,))[1]
    assert (y_dot.dtype, y_dot.tolist()) == (dtype, x.tolist())
