"""What an original of SciPy says when it meets an active value: where its twin is."""

import re
from importlib import import_module

import numpy as np
import pytest
import scipy.fft
import scipy.integrate
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.special
import scipy.stats

from diffkit.autodiff import grad, jvp
from diffkit.errors import LostHistoryError, NoRuleError
from diffkit.tape import record

# SciPy 1.15 and 1.16 warn of what 1.17 does.
pytestmark = pytest.mark.filterwarnings("ignore:dtype=object is not supported:DeprecationWarning")

ORIGINALS = {
    "special.logsumexp": lambda x: scipy.special.logsumexp(x),
    "special.polygamma": lambda x: scipy.special.polygamma(1, x),
    "special.multigammaln": lambda x: scipy.special.multigammaln(x, 2),
    "special.factorial": lambda x: scipy.special.factorial(x),
    "special.comb": lambda x: scipy.special.comb(x, 2),
    "stats.norm.logpdf": lambda x: scipy.stats.norm.logpdf(x),
    "stats.norm.pdf": lambda x: scipy.stats.norm.pdf(0.0, loc=x),
    "stats.poisson.logpmf": lambda x: scipy.stats.poisson.logpmf(2, x),
    "stats.dirichlet.logpdf": lambda x: scipy.stats.dirichlet.logpdf(x / 6, x),
    "stats.multivariate_normal.logpdf": lambda x: scipy.stats.multivariate_normal.logpdf(x, np.zeros(3)),
    "integrate.odeint": lambda x: scipy.integrate.odeint(lambda y, t: -y, x, [0.0, 1.0]),
    "integrate.solve_ivp": lambda x: scipy.integrate.solve_ivp(lambda t, y: -y, (0, 1), x).y,
    "integrate.quad": lambda x: scipy.integrate.quad(np.sin, 0, x[0])[0],
    "signal.fftconvolve": lambda x: scipy.signal.fftconvolve(x, x),
    "signal.lfilter": lambda x: scipy.signal.lfilter([1.0], [1.0, 0.5], x),
}
if LFILTER_TAKES_OBJECTS := np.lib.NumpyVersion(scipy.__version__) < "1.17.0":
    del ORIGINALS["signal.lfilter"]


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_original_names_its_twin_in_both_modes(name):
    f = lambda x: np.sum(ORIGINALS[name](x))
    x = np.array([1.0, 2.0, 3.0])
    for derivative in (lambda: grad(f)(x), lambda: jvp(f, (x,), (x,))):
        with pytest.raises(LostHistoryError) as caught:
            derivative()
        assert f"use its twin diffkit.autodiff.functions.{name} " in str(caught.value)
    module, *path = name.split(".")
    twin = import_module(f"diffkit.autodiff.functions.{module}")
    for part in path:
        twin = getattr(twin, part)
    assert callable(twin)


def test_what_scipy_writes_with_numpy_alone_needs_no_twin():
    x = np.array([1.0, 2.0, 3.0])
    assert grad(lambda x: np.sum(scipy.signal.convolve(x, x)))(x).tolist() == [12.0, 12.0, 12.0]
    if LFILTER_TAKES_OBJECTS:
        filtered = lambda x: scipy.signal.lfilter([1.0], [1.0, 0.5], x)
        assert grad(lambda x: np.sum(filtered(x) ** 2))(x).tolist() == [1.625, 0.75, 4.5]


def test_an_error_of_the_users_own_inside_a_solver_is_not_scipys():
    def inner(x):
        return scipy.optimize.brentq(lambda t: float(x) - t, 0.0, 2.0)

    with pytest.raises(LostHistoryError, match=re.escape("float(), a math function")):
        grad(inner)(1.0)


def test_an_error_that_says_enough_is_left_alone():
    with pytest.raises(NoRuleError, match="has no derivative rule"):
        grad(lambda x: np.nextafter(x, 2.0))(1.0)
    with pytest.raises(ValueError, match="twelve"):
        grad(lambda x: int("twelve") * x)(1.0)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (
            lambda x: scipy.fft.irfft(scipy.fft.rfft(x)),
            "scipy.fft.rfft makes plain arrays .* use np.fft.rfft",
        ),
        (lambda x: scipy.ndimage.gaussian_filter(x, 1), "gaussian_filter .* it has no twin in diffkit"),
        (lambda x: scipy.stats.weibull_min.logpdf(x, 1.2), "weibull_min.logpdf .* no twin .* custom_rule"),
    ],
)
def test_what_has_no_twin_says_what_else_to_write(f, words):
    with pytest.raises(LostHistoryError, match=words):
        grad(lambda x: np.sum(f(x)))(np.array([1.0, 2.0, 3.0]))


def test_a_missing_method_names_the_function():
    with pytest.raises(
        AttributeError, match=r"an active value has no argpartition; write np\.argpartition\(x\)"
    ):
        record(lambda x: x.argpartition(1), np.array([0.3, 0.7]))
    with pytest.raises(AttributeError, match="an active value has no strides; it belongs to the memory"):
        record(lambda x: x.strides, np.array([0.3, 0.7]))
    with pytest.raises(AttributeError, match=r"an active value has no colour$"):
        record(lambda x: x.colour, np.array([0.3, 0.7]))


def test_numbers_that_a_function_refuses_are_not_taken_for_objects():
    # scipy.special has no long doubles, with or without active values.
    refused = r"^ufunc 'erf' not supported for the input types"
    for x in (np.longdouble(0.5), np.full(2, np.longdouble(0.5))):
        with pytest.raises(TypeError, match=refused):
            scipy.special.erf(x)
        with pytest.raises(TypeError, match=refused):
            jvp(scipy.special.erf, (x,), (x,))
    with pytest.raises(LostHistoryError, match="an array of objects"):
        grad(lambda x: scipy.special.erf(np.array([x, 1.0], object))[0])(0.5)
