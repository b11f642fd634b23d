"""Reductions and running totals: their corners, their precision and their cost."""

import numpy as np
import pytest

from diffkit.autodiff import grad, hessian, jvp
from diffkit.tape import record

PLAIN = (np.sum, np.mean, np.max, np.min, np.amax, np.amin, np.prod)
SPREADS = (np.var, np.std)
METHODS = ("sum", "mean", "max", "min", "prod", "var", "std", "cumsum", "cumprod")


@pytest.mark.parametrize("name", METHODS)
def test_a_reduction_is_a_method_too(name, check_maps):
    check_maps(lambda x: getattr(x, name)(1), (2, 3, 4))


A = np.array


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (np.max, [2.0, 2, 1], [0.5, 0.5, 0]),
        (np.min, [1.0, 1, 1, 2], [1 / 3, 1 / 3, 1 / 3, 0]),
        (lambda x: np.sum(np.max(x, axis=0)), [[1.0, 2], [1, 0]], [[0.5, 1], [0.5, 0]]),
        (lambda x: np.max(x, initial=10.0), [2.0, 3], [0, 0]),
        (lambda x: np.max(x, initial=3.0), [2.0, 3], [0, 0.5]),
        (lambda x: np.max(x, initial=0.0, where=[True, False]), [2.0, 3], [1, 0]),
        (lambda x: np.sum(x, where=[True, False]), [2.0, 3], [1, 0]),
        (lambda x: np.mean(x, where=[True, False, True]), [2.0, 3, 4], [0.5, 0, 0.5]),
        (lambda x: np.sum(x, where=x > 2.5), [2.0, 3], [0, 1]),
        (lambda x: np.prod(x, initial=2.0), [2.0, 3], [6, 4]),
        (np.prod, [0.0, 2, 3], [6, 0, 0]),
        (np.prod, [0.0, 0, 3], [0, 0, 0]),
        (np.prod, [5.0], [1]),
        (lambda x: np.sum(np.cumprod(x)), [0.0, 2, 3], [9, 0, 0]),
        (lambda x: np.sum(np.cumprod(x)), [2.0, 0, 3], [1, 8, 0]),
        (np.std, [1.0, 1, 1], [0, 0, 0]),
        (lambda x: np.var(x, mean=1.0), [2.0, 3], [1, 2]),
        (lambda x: np.max(x * x), [0.0, 1, 2, 3], [0, 0, 0, 6]),
        (lambda x: np.mean(x * x), [0.0, 1, 2, 3], [0, 0.5, 1, 1.5]),
    ],
)
def test_the_corners_have_the_stated_answers_in_both_modes(f, x, right):
    x = A(x)
    assert grad(f)(x) == pytest.approx(A(right), rel=4e-16)
    along = np.random.default_rng(0).uniform(1, 2, x.shape)
    assert jvp(f, (x,), (along,))[1] == pytest.approx(np.sum(right * along), rel=1e-15)


@pytest.mark.parametrize(
    ("x", "right"),
    [([0.0, 2, 3], [[0, 3, 2], [3, 0, 0], [2, 0, 0]]), ([0.0, 0, 3], [[0, 3, 0], [3, 0, 0], [0, 0, 0]])],
)
def test_the_hessian_of_a_product_is_right_where_factors_are_zero(x, right):
    assert hessian(np.prod)(A(x)) == pytest.approx(A(right), abs=0)


def test_a_reduction_to_a_lower_precision_has_a_gradient_in_the_precision_of_its_operand():
    found = grad(lambda x: np.sum(x, dtype=np.float32))(np.ones(3))
    assert (found.tolist(), found.dtype) == ([1.0, 1.0, 1.0], np.float64)


@pytest.mark.parametrize("f", [*PLAIN, *SPREADS, lambda x: np.sum(np.cumprod(x))])
def test_float32_stays_float32(f):
    x = A([1.0, 2, 4], np.float32)
    assert grad(f)(x).dtype == np.float32
    assert jvp(f, (x,), (np.ones_like(x),))[1].dtype == np.float32


def test_a_long_product_takes_a_number_of_rows_that_grows_with_its_logarithm():
    rows = [len(record(grad(np.prod), np.ones(n))) for n in (10, 1000)]
    assert rows[1] <= rows[0] + 10
