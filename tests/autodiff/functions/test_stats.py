"""The twins of scipy.stats: SciPy's values on the whole line, and the derivatives by every parameter."""

import itertools

import mpmath
import numpy as np
import pytest
import scipy.special as sc
import scipy.stats

from diffkit.autodiff import grad
from diffkit.autodiff.functions import stats
from diffkit.errors import NoRuleError
from diffkit.example import Array, example

CONTINUOUS = {
    "norm": (), "t": (3.5,), "gamma": (2.3,), "chi2": (3.1,), "beta": (2.2, 1.7), "expon": (), "uniform": (),
    "lognorm": (0.8,), "laplace": (), "logistic": (), "cauchy": (),
}  # fmt: skip
DISCRETE = {"poisson": (1.7,), "binom": (5, 0.3), "bernoulli": (0.3,)}
OF_X = ("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf")
OF_Q = ("ppf", "isf")
OF_K = ("pmf", "logpmf", "cdf", "logcdf", "sf", "logsf")
LINE = np.array([-np.inf, -40.0, -3.0, -0.5, 0.0, 0.1, 0.7, 1.0, 1.4, 3.0, 40.0, np.inf, np.nan])
QUANTILES = np.array([-0.1, 0.0, 1e-10, 0.2, 0.8, 1.0, 1.1, np.nan])
COUNTS = np.array([-1.0, 0.0, 1.0, 2.0, 2.5, 5.0, 7.0, np.nan])


def both(name, method):
    return (getattr(getattr(m, name), method) for m in (stats, scipy.stats))


@pytest.mark.parametrize("placed", [{}, {"loc": 0.3, "scale": 1.7}, {"scale": -1.0}], ids=str)
@pytest.mark.parametrize(("name", "method"), list(itertools.product(CONTINUOUS, OF_X + OF_Q)))
def test_a_continuous_distribution_has_scipys_values_everywhere(name, method, placed):
    points = QUANTILES if method in OF_Q else LINE
    ours, theirs = both(name, method)
    found = ours(points, *CONTINUOUS[name], **placed)  # and warns of nothing
    with np.errstate(all="ignore"):
        expected = theirs(points, *CONTINUOUS[name], **placed)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-300)


@pytest.mark.parametrize(("name", "method"), list(itertools.product(DISCRETE, OF_K)))
def test_a_discrete_distribution_has_scipys_values_everywhere(name, method):
    ours, theirs = both(name, method)
    for placed in ({}, {"loc": 1}):
        with np.errstate(all="ignore"):
            expected = theirs(COUNTS, *DISCRETE[name], **placed)
        np.testing.assert_allclose(ours(COUNTS, *DISCRETE[name], **placed), expected, rtol=1e-13)


LOC, SCALE = Array(made=lambda v: v / 10), Array(3, made=lambda v: v + 1)
CLOSED = {"pdf", "logpdf"}  # closed by the shape parameters too; the rest by x, loc and scale only
FREE = {"lognorm"}  # closed by all of them in every method
CASES = [
    (
        name,
        method,
        example(
            Array(3, made=lambda q: q / 1.5) if method in OF_Q else Array(2, 3),
            *(Array(made=lambda v, s=s: v + s) if method in CLOSED or name in FREE else s for s in shapes),
            LOC,
            SCALE,
        ),
    )
    for (name, shapes), method in itertools.product(CONTINUOUS.items(), OF_X + OF_Q)
]
COUNTED = [
    (name, method, example(np.array([0.0, float(name != "bernoulli")]), *shapes))
    for name, shapes in {
        "poisson": (Array(2),),
        "binom": (5, Array(2, made=lambda p: p / 1.5)),
        "bernoulli": (Array(2, made=lambda p: p / 1.5),),
    }.items()
    for method in OF_K
]


@pytest.mark.parametrize(("name", "method", "shown"), CASES + COUNTED)
def test_the_derivatives_are_right_by_every_parameter_that_has_them(name, method, shown, check_twin):
    check_twin(*both(name, method), shown)


@pytest.mark.parametrize(
    ("f", "needs"),
    [
        (lambda a: stats.gamma.cdf(1.0, a), "gammainc"),
        (lambda v: stats.t.sf(1.0, v), "stdtr"),
        (lambda a: stats.beta.ppf(0.5, a, 1.0), "betaincinv"),
    ],
)
def test_a_parameter_without_a_closed_derivative_is_an_error_that_names_the_function(f, needs):
    with pytest.raises(NoRuleError, match=rf"scipy\.special\.{needs} has no derivative rule .* operand 1"):
        grad(f)(2.0)


def test_the_tails_keep_their_digits():
    tail = lambda z: mpmath.log(mpmath.ncdf(z))
    with mpmath.workdps(40):
        value, slope, bend = (float(mpmath.diff(tail, -30, n)) for n in range(3))
    assert stats.norm.logcdf(-30.0) == pytest.approx(value, rel=1e-15)
    assert grad(stats.norm.logcdf)(-30.0) == pytest.approx(slope, rel=1e-14)
    assert grad(grad(stats.norm.logsf))(30.0) == pytest.approx(bend, rel=1e-12)


def test_the_t_distribution_approaches_the_normal_one_without_noise():
    # log t = log normal + (z^4 - 2 z^2 - 1) / (4 v) + ..., of which the slope by v at z = 1 is 1 / (2 v^2)
    slope = grad(lambda v: stats.t.logpdf(1.0, v))
    assert slope(1e4) == pytest.approx(0.5e-8, rel=1e-3)
    assert slope(1e7) == pytest.approx(0.5e-14, rel=1e-3, abs=1e-23)


def test_a_fit_by_maximum_likelihood_has_a_gradient_of_0_at_the_mean_and_the_spread_of_the_data():
    x = np.array([1.0, 2.5, 3.0, 7.0])
    slopes = grad(lambda m, s: np.sum(stats.norm.logpdf(x, loc=m, scale=s)), argnums=(0, 1))(
        x.mean(), x.std()
    )
    assert slopes == pytest.approx((0.0, 0.0), abs=1e-14)


def test_outside_its_support_a_density_is_flat():
    assert grad(stats.expon.pdf)(-1.0) == grad(stats.uniform.cdf)(2.0) == 0.0
    assert grad(stats.gamma.logpdf, argnums=1)(-1.0, 2.0) == 0.0


@pytest.mark.parametrize("call", [lambda: stats.gamma.pdf(1.0), lambda: stats.norm.pdf(1.0, 0, 1, 2),
                                  lambda: stats.norm.pdf(1.0, mean=0)])  # fmt: skip
def test_a_wrong_parameter_is_told_the_names_of_the_right_ones(call):
    with pytest.raises(TypeError, match=r"the parameters are (a, )?loc, scale"):
        call()


def test_the_slope_of_a_tail_of_counts_is_a_probability():
    slope = grad(lambda mu: stats.poisson.sf(3, mu))(2.0)
    assert slope == pytest.approx(stats.poisson.pmf(3, 2.0), rel=1e-14)
    assert stats.poisson.pmf(3, 2.0) == pytest.approx(np.exp(-2.0) * 8 / sc.factorial(3), rel=1e-14)
