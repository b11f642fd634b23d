"""Every function that one expects of automatic differentiation of NumPy: one call of each, in every mode.

The lists are those of HIPS autograd 1.9.1: what it differentiates, and then what it takes and does not
differentiate. A call is that of the function's own row; what has none has its call here.
"""

import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff.functions import integrate, linalg, signal, special, stats
from diffkit.example import Array, example
from diffkit.rules import rules
from diffkit.tape import written

UFUNCS = """
absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh conjugate cos cosh deg2rad degrees
divide exp exp2 expm1 fabs fmax fmin hypot log log10 log1p log2 logaddexp logaddexp2 matmul maximum
minimum multiply negative power rad2deg radians reciprocal remainder mod sin sinh sqrt square subtract tan
tanh abs acos acosh asin asinh atan atan2 atanh conj pow true_divide
"""
FUNCTIONS = """
amax max amin min mean prod std sum var cumsum diff gradient dot inner outer kron cross tensordot einsum
trace reshape ravel squeeze expand_dims transpose swapaxes moveaxis rollaxis atleast_1d atleast_2d
atleast_3d broadcast_to flipud fliplr rot90 roll tile repeat pad split array_split vsplit hsplit dsplit
diag diagonal tril triu full sort partition clip where nan_to_num real imag real_if_close angle sinc
linspace astype concatenate vstack hstack column_stack stack append select array r_ c_
"""
LINALG = "cholesky det eig eigh inv norm pinv slogdet solve svd "
FFT = """
fft ifft rfft irfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn fftshift ifftshift
"""
SPECIAL = """
gamma gammaln rgamma psi digamma polygamma multigammaln gammasgn gammainc gammaincc beta betaln betainc
erf erfc erfinv erfcinv expit logit logsumexp j0 j1 y0 y1 jn jv yn i0 i1 iv ive
"""
STATS = """
norm.pdf norm.cdf norm.sf norm.logpdf norm.logcdf norm.logsf t.pdf t.logpdf t.cdf t.logcdf gamma.pdf
gamma.logpdf gamma.cdf beta.pdf beta.logpdf beta.cdf chi2.pdf chi2.logpdf chi2.cdf poisson.pmf
poisson.logpmf poisson.cdf dirichlet.pdf dirichlet.logpdf multivariate_normal.pdf
multivariate_normal.logpdf multivariate_normal.entropy
"""
SCIPY_LINALG = "sqrtm solve_triangular solve_banded solve_sylvester"

# What autograd takes and has no gradient for.
LACKED = """
cumprod flip median percentile quantile average ptp nansum nanmean nanstd nanvar nanmax nanmin nanprod
nancumsum take take_along_axis choose compress extract piecewise convolve correlate cov corrcoef vdot
vecdot matvec trapezoid unwrap cbrt float_power copysign positive fmod modf divmod i0 heaviside meshgrid
broadcast_arrays dstack block insert delete resize diagflat vander poly polyval polyfit polyadd polymul
interp ediff1d asarray asanyarray copy concat unstack matrix_transpose cumulative_sum cumulative_prod
geomspace logspace apply_along_axis add.reduce add.accumulate multiply.outer
"""
LACKED_LINALG = """
qr lstsq eigvals eigvalsh svdvals matrix_power multi_dot cond tensorinv tensorsolve vector_norm
matrix_norm
"""

NAMES = {
    "numpy": UFUNCS + FUNCTIONS + LACKED,
    "numpy.linalg": LINALG + LACKED_LINALG,
    "numpy.fft": FFT + "hfft ihfft",
    "scipy.special": SPECIAL,
    "scipy.stats": STATS,
    "scipy.linalg": SCIPY_LINALG,
    "scipy.integrate": "odeint",
    "scipy.signal": "convolve",
}
HOMES = {"numpy": np, "numpy.linalg": np.linalg, "numpy.fft": np.fft, "scipy.special": sc}

V, M, NUMBER = Array(4), Array(2, 3), Array()
SQUARE = Array(3, 3, made=lambda a: a + 2 * np.eye(3))
POSITIVE = Array(2, 2, made=lambda a: a @ a.T + np.eye(2))
SHARES = Array(3, made=lambda a: a / np.sum(a))
PLACED = (Array(made=lambda v: v / 10), Array(made=lambda v: v + 1))  # loc and scale
FREEDOM, SHAPE = Array(made=lambda v: v + 3), Array(made=lambda v: v + 2)
POINTS = np.array([-0.7, 0.2, 1.1])
COUNTS = np.array([0.0, 2.0, 3.0])


def pendulum(y, t, length):
    return np.array([y[1], -np.sin(y[0]) / length])


def stats_calls():
    x = Array(3)
    operands = {
        "norm": (x, *PLACED), "t.pdf": (x, FREEDOM, *PLACED), "t.logpdf": (x, FREEDOM, *PLACED),
        "t": (x, 3.5, *PLACED), "gamma.pdf": (x, SHAPE), "gamma.logpdf": (x, SHAPE), "gamma": (x, 2.5),
        "beta.pdf": (Array(3, made=lambda x: x / 1.5), SHAPE, SHAPE),
        "beta.logpdf": (Array(3, made=lambda x: x / 1.5), SHAPE, SHAPE),
        "beta": (Array(3, made=lambda x: x / 1.5), 2.5, 1.7), "chi2": (x, 3.5), "poisson": (COUNTS, NUMBER),
        "dirichlet": (SHARES, Array(3)), "multivariate_normal": (Array(3, 2), Array(2), POSITIVE),
        "multivariate_normal.entropy": (None, POSITIVE),
    }  # fmt: skip
    for name in STATS.split():
        distribution, method = name.split(".")
        found = operands[name] if name in operands else operands[distribution]
        yield name, (getattr(getattr(stats, distribution), method), example(*found))


# Calls of what has no row of its own: NumPy's helpers that make arrays, methods of ufuncs, twins of SciPy.
CALLS = {
    "numpy": {
        "sort": (np.sort, example(V)),
        "partition": (np.partition, example(V, 2)),
        "full": (lambda x: np.full((2, 3), x), example(NUMBER)),
        "array": (lambda x, y: np.array([[x, y], [x * y, 1.0]]) * y, example(NUMBER, NUMBER)),
        "r_": (lambda x, y: np.r_[x, 1.0, y] * y, example(V, NUMBER)),
        "c_": (lambda x: np.c_[x, x**2], example(V)),
        "asarray": (lambda x, y: np.asarray([x, y]) ** 2, example(NUMBER, NUMBER)),
        "asanyarray": (lambda x: np.asanyarray(x) * x, example(V)),
        "add.reduce": (lambda x: np.add.reduce(x, axis=1), example(M)),
        "add.accumulate": (lambda x: np.add.accumulate(x, axis=1), example(M)),
        "multiply.outer": (np.multiply.outer, example(V, M)),
    },
    "scipy.special": {
        "polygamma": (special.polygamma, example(2, Array(3, made=lambda x: x + 1))),
        "multigammaln": (special.multigammaln, example(Array(3, made=lambda a: a + 2), 4)),
        "logsumexp": (special.logsumexp, example(M, axis=1, b=M, keepdims=True)),
    },
    "scipy.stats": dict(stats_calls()),
    "scipy.linalg": {
        "sqrtm": (linalg.sqrtm, example(POSITIVE)),
        "solve_triangular": (linalg.solve_triangular, example(SQUARE, Array(3, 2))),
        "solve_banded": (
            lambda ab, b: linalg.solve_banded((1, 1), ab, b),
            example(Array(3, 4, made=lambda a: a + np.array([[0.0], [4], [0]])), V),
        ),
        "solve_sylvester": (linalg.solve_sylvester, example(SQUARE, POSITIVE, Array(3, 2))),
    },
    "scipy.integrate": {
        "odeint": (
            lambda y, t, length: integrate.odeint(pendulum, y, t, (length,), rtol=1e-12, atol=1e-12),
            example(Array(2), Array(2, made=lambda t: t / 20 + [0, 0.4]), Array(made=lambda v: v + 1)),
        )
    },
    "scipy.signal": {"convolve": (signal.convolve, example(Array(2, 4), Array(2, 3), "same"))},
}  # fmt: skip

ROWS = {rule.function: rule for rule in rules()}


def in_the_domain(rule):
    """A call of an elementwise function within its first box; what has no rule is held still."""

    def operand(side, partial):
        if not isinstance(side, tuple):
            return side
        low, high = side
        moved = Array(3, made=lambda x: low + (x - 0.3) * (high - low))
        return moved if partial is not None else (low + high) / 2

    return example(*(operand(*pair) for pair in zip(rule.domain[0], rule.partials, strict=True)))


def call_of(home, name):
    """(function, example) of the function's name, None where there is none."""
    if name in CALLS.get(home, {}):
        return CALLS[home][name]
    function = getattr(HOMES[home], name)
    if function in written.EXAMPLES:
        return function, written.EXAMPLES[function][0]
    if function not in ROWS:
        return None
    rule = ROWS[function]
    return function, (rule.examples[0] if rule.partials is None else in_the_domain(rule))


EVERY = [(home, name) for home, names in NAMES.items() for name in names.split()]


def test_every_function_of_the_lists_has_a_call():
    assert [pair for pair in EVERY if call_of(*pair) is None] == []
    lists = (UFUNCS, FUNCTIONS, LINALG, FFT, SPECIAL, STATS, SCIPY_LINALG, LACKED, LACKED_LINALG)
    assert [len(names.split()) for names in lists] == [57, 71, 10, 14, 31, 27, 4, 69, 12]


SLOW = {"odeint"}  # solves equations for its second derivatives, to many digits
CASES = [
    pytest.param(*pair, marks=[pytest.mark.slow] if pair[1] in SLOW else [], id=".".join(pair))
    for pair in EVERY
]


@pytest.mark.parametrize(("home", "name"), CASES)
def test_the_derivatives_along_a_line_are_right_in_both_modes_and_every_mix(home, name, program, check_line):
    f, shapes = program(*call_of(home, name))
    rng = np.random.default_rng(7)
    start = [rng.uniform(0.3, 1.3, shape)[()] for shape in shapes]
    along = [rng.uniform(-1, 1, shape)[()] for shape in shapes]
    weights = rng.uniform(0.5, 1, np.shape(f(*start)))[()]

    def g(t):  # the sine gives a linear function a second derivative too
        return np.sum(weights * np.sin(f(*(a + t * d for a, d in zip(start, along, strict=True)))))

    check_line(g)
