"""Order statistics, averages, counts and nan-functions in their corners, in both modes."""

import warnings

import numpy as np
import pytest

from diffkit.autodiff import grad, jvp
from diffkit.errors import NoRuleError
from diffkit.tape import record

A = np.array
NAN = np.nan


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (np.median, [3.0, 1, 2], [0, 0, 1]),
        (np.median, [4.0, 1, 3, 2], [0, 0, 0.5, 0.5]),
        (np.median, [2.0, 2, 1], [0.5, 0.5, 0]),
        (np.median, [1.0, 2, 2, 3], [0, 0.5, 0.5, 0]),
        (lambda x: np.quantile(x, 0.25), [3.0, 1, 2], [0, 0.5, 0.5]),
        (lambda x: np.quantile(x, 0.5), [2.0, 2, 1], [0.5, 0.5, 0]),
        (lambda x: np.percentile(x, 100), [3.0, 1, 2], [1, 0, 0]),
        (lambda x: np.quantile(x, 0.4, method="nearest"), [3.0, 1, 2], [0, 0, 1]),
        (np.ptp, [3.0, 1, 2], [1, -1, 0]),
        (np.ptp, [1.0, 1], [0, 0]),
        (lambda x: np.average(x, weights=[1, 0, 3]), [3.0, 1, 2], [0.25, 0, 0.75]),
        (np.nansum, [1.0, NAN, 2], [1, 0, 1]),
        (np.nanmean, [1.0, NAN, 2], [0.5, 0, 0.5]),
        (np.nanmax, [1.0, NAN, 2], [0, 0, 1]),
        (lambda x: np.nanmax(x) * np.nanmin(x), [-3.0, NAN, -1], [-1, 0, -3]),
        (lambda x: np.nanmax(x) * np.nanmin(x), [3.0, NAN, 1], [1, 0, 3]),
        (np.nanmin, [1.0, NAN, 1], [0.5, 0, 0.5]),
        (np.nanprod, [3.0, NAN, 2], [2, 0, 3]),
        (np.nanprod, [0.0, NAN, 2], [2, 0, 0]),
        (np.nanstd, [1.0, NAN, 1], [0, 0, 0]),
        (np.nanvar, [1.0, NAN, 3], [-1, 0, 1]),
        (np.nanmedian, [1.0, NAN, 3, 2], [0, 0, 0, 1]),
        (lambda x: np.sum(np.nancumsum(x)), [1.0, NAN, 2], [3, 0, 1]),
        (lambda x: np.histogram([0.5, 1.5, 1.0], [0, 1, 2], weights=x)[0][1], [3.0, 1, 2], [0, 1, 1]),
        (lambda x: np.histogram(x, 2)[1][1], [3.0, 1, 2], [0.5, 0.5, 0]),
        (lambda x: np.histogram(x, 2)[1][1] ** 2, [3.0, 3, 3], [2, 2, 2]),
        (lambda x: np.bincount([1, 1, 0], x)[1] ** 2, [3.0, 1, 2], [8, 8, 0]),
        (lambda x: np.corrcoef(x, [1.0, 2, 3])[0, 1], [1.0, 2, 3], [0, 0, 0]),
    ],
)
def test_the_corners_have_the_stated_answers_in_both_modes(f, x, right):
    x = A(x)
    assert grad(f)(x) == pytest.approx(A(right, float), abs=1e-15)
    along = np.random.default_rng(0).uniform(1, 2, x.shape)
    assert jvp(f, (x,), (along,))[1] == pytest.approx(np.sum(right * along), abs=1e-15)


@pytest.mark.parametrize("q", [0.1, 0.3, 0.5, 0.9, [0.2, 0.7]])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_quantile_has_the_bits_of_numpys(q, dtype):
    # Before 2.4 NumPy looks in float32 for the place between two elements of float32.
    exact = dtype is np.float64 or np.lib.NumpyVersion(np.__version__) >= "2.4.0"
    for x in np.random.default_rng(0).uniform(-2, 2, (20, 3)).astype(dtype):
        found, right = record(lambda x: np.quantile(x, q), x).replay(x), np.quantile(x, q)
        assert found.dtype == right.dtype
        np.testing.assert_allclose(found, right, rtol=0, atol=0 if exact else 2.0**-22)


@pytest.mark.parametrize("f", [np.median, lambda x: np.quantile(x, 0.1)])
def test_a_nan_makes_an_order_statistic_nan(f):
    assert np.isnan(record(f, A([1.0, NAN, 2])).replay(A([1.0, NAN, 2])))


@pytest.mark.parametrize("f", [np.nanmax, np.nanmin, np.nanmean, np.nanmedian])
def test_of_nothing_but_nan_the_answer_is_nan_as_numpys_is(f):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert np.isnan(record(f, A([NAN, NAN])).replay(A([NAN, NAN])))


def test_a_nan_in_an_operand_leaves_the_others_their_derivative_at_second_order():
    x = A([1.0, NAN, 2])
    assert grad(lambda x: np.nansum(grad(lambda x: np.nansum(x**3))(x)))(x).tolist() == [6.0, 0.0, 12.0]


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: np.quantile(x, 0.5, weights=[1, 2, 3], method="inverted_cdf"), r"weights=\.\.\.\)"),
        (lambda x: np.histogram(x, "auto")[0], r"bins='auto'\).*give their number"),
    ],
)
def test_what_has_no_rule_says_what_to_write(f, message):
    with pytest.raises(NoRuleError, match=message):
        record(f, A([1.0, 2, 3]))
