"""The symbolic derivative: right to a few ulps, in the shape of the point, and nan where f has no value."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from diffkit.errors import NonScalarError, NotClosedFormError, NotElementwiseError
from diffkit.functions import parse
from diffkit.symbolic import Symbolic

V = np.array([0.5, 1.5, -2.0])
ULP = 2.0**-52


def slope(f, at, order=1):
    return Symbolic().derivative(f, at, order).value


# -- derivatives of functions of one variable ----------------------------------------------------------

SMOOTH = [
    (np.sin, mpmath.sin),
    (lambda x: 2 * x**3 + x**2, lambda x: 2 * x**3 + x**2),
    (lambda x: np.sin(x) * np.exp(-(x**2)), lambda x: mpmath.sin(x) * mpmath.exp(-(x**2))),
    (lambda x: x**x, lambda x: x**x),
    (lambda x: np.log(x) / np.cosh(x), lambda x: mpmath.log(x) / mpmath.cosh(x)),
    (lambda x: np.sqrt(1 + x * x), lambda x: mpmath.sqrt(1 + x * x)),
    (lambda x: np.arctan2(x, 2), lambda x: mpmath.atan2(x, 2)),
    (lambda x: 1 / (1 + x**2), lambda x: 1 / (1 + x**2)),
    (sc.erf, mpmath.erf),
    (sc.gamma, mpmath.gamma),
    (sc.gammaln, mpmath.loggamma),
    (sc.j0, lambda x: mpmath.besselj(0, x)),
    (lambda x: sc.kv(1, x), lambda x: mpmath.besselk(1, x)),
    (sc.expit, lambda x: 1 / (1 + mpmath.exp(-x))),
    (sc.ellipk, mpmath.ellipk),
    (sc.spence, lambda x: mpmath.polylog(2, 1 - x)),
    (sc.exp1, mpmath.e1),
    (np.cbrt, mpmath.cbrt),
    (np.sinc, mpmath.sincpi),
    (lambda x: abs(x) * x, lambda x: abs(x) * x),
    (lambda x: np.maximum(x, 1) ** 3, lambda x: max(x, mpmath.mpf(1)) ** 3),
    (lambda x: np.clip(x, -1, 2) ** 2, lambda x: x**2),
    (lambda x: (x > 0) * np.exp(x), mpmath.exp),
    (lambda x: np.where(x > 0.5, x**3, -x), lambda x: x**3),
    (lambda x: np.sign(x) * np.hypot(x, 1), lambda x: mpmath.hypot(x, 1)),
]


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(("f", "exact"), SMOOTH)
def test_a_derivative_is_right_to_a_few_ulps_at_every_order(f, exact, order):
    at = 0.75
    with mpmath.workdps(40):
        expected = float(mpmath.diff(exact, mpmath.mpf(at), order))
        size = float(max(abs(mpmath.diff(exact, mpmath.mpf(at), k)) for k in range(order + 1)))
    found = slope(f, at, order)
    assert isinstance(found, float)
    # A formula of some twenty operations, whose terms may cancel down from the size of the lower orders.
    assert found == pytest.approx(expected, rel=40 * ULP, abs=40 * ULP * size)


@pytest.mark.parametrize(
    ("f", "at", "value"),
    [
        (lambda x: x * np.floor(x), 1.5, 1.0),
        (lambda x: x + np.floor(x**2) + np.ceil(3 * x) + np.trunc(x), 1.5, 1.0),
        (lambda x: x**2 % 2, 1.5, 3.0),
        (lambda x: np.fmod(-(x**2), 2) + x // 2, 1.5, -3.0),
        (np.sign, 1.5, 0.0),
        (np.abs, -1.5, -1.0),
        (lambda x: np.maximum(x, 0), -1.5, 0.0),
        (lambda x: np.copysign(x, -x), 1.5, -1.0),
        (np.cbrt, -8.0, 1 / 12),
        (lambda x: np.heaviside(x, 0.5) * x, 2.0, 1.0),
    ],
)
def test_functions_with_kinks_and_steps_have_their_slope_between_them(f, at, value):
    assert slope(f, at) == pytest.approx(value, rel=4 * ULP, abs=0)


def test_a_constant_has_derivative_zero():
    found = slope(lambda x: 3.0, 1.0)
    assert (found, type(found)) == (0.0, float)
    assert slope(lambda x: np.full(3, 3.0), V).tolist() == [0.0, 0.0, 0.0]


def test_a_whole_number_is_a_point_of_the_reals():
    assert slope(lambda x: x**3 / 2, 1) == 1.5
    assert slope(lambda x: x**2 / 4, [1, 3]).tolist() == [0.5, 1.5]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_derivative_has_the_precision_of_the_point(dtype):
    points = np.array([0.5, 1.5], dtype)
    assert slope(np.sin, points).dtype == np.result_type(slope(np.sin, points[0])) == dtype
    assert np.array_equal(slope(np.sin, points), np.cos(points))


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 3)])
def test_an_array_of_points_gives_an_array_of_slopes(shape):
    points = np.full(shape, 0.5)
    found = slope(np.exp, points)
    assert np.shape(found) == shape
    assert np.array_equal(found, np.exp(points))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x**2 * np.array([1.0, 2.0, 3.0]),
        lambda x: np.array([x[0] ** 2, 2 * x[1] ** 2, 3 * x[2] ** 2]),
        lambda x: x * np.concatenate([x[:1], 2 * x[1:2], 3 * x[2:]]),
    ],
)
def test_each_element_may_have_a_constant_of_its_own(f):
    assert slope(f, V).tolist() == (2 * V * [1.0, 2.0, 3.0]).tolist()


@pytest.mark.parametrize(
    "f",
    [
        np.cumsum,
        lambda x: x[::-1],
        np.sum,
        lambda x: x / np.sum(x),
        lambda x: x + 1e-5 * np.sum(x),
        lambda x: 1e-12 * x / np.sum(x),
        lambda x: np.outer(x, x),
        lambda x: x[:2],
    ],
)
def test_a_function_that_mixes_elements_has_no_elementwise_derivative(f):
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
        slope(f, np.array([0.5, 1.5, 2.5]))


def test_a_scalar_point_needs_a_scalar_result():
    with pytest.raises(NotElementwiseError, match=r"returned shape \(2,\)"):
        slope(lambda x: np.array([x, x]), 1.0)


def test_where_f_has_no_value_its_derivative_has_none():
    with np.errstate(all="ignore"):
        assert np.array_equal(slope(np.log, np.array([-1.0, 2.0])), [np.nan, 0.5], equal_nan=True)
        assert np.isnan(slope(lambda x: np.sqrt(-(x**2)), 1.0))


def test_a_function_of_text_is_named_by_its_variables():
    f = parse("sin(a)^2")
    assert f.variables == ("a",)
    assert slope(f, 0.5) == pytest.approx(np.sin(1.0), rel=4 * ULP)
    g = parse("x^2*y + y + 2")
    assert Symbolic().jacobian(g, [3.0, 4.0]).value == [24.0, 10.0]


def test_the_estimate_tells_what_was_done():
    found = Symbolic().derivative(lambda x: x**3, 2.0)
    assert (found.value, found.method, found.evaluations, found.note) == (
        12.0,
        "symbolic",
        1,
        "2 operations in the formula",
    )
    assert Symbolic().derivative(lambda x: x**2 / 2, 2.0).note == "0 operations in the formula"
    assert Symbolic().derivative(lambda x: x**2, 2.0).note == "1 operation in the formula"


# -- gradients, Jacobians, Hessians ----------------------------------------------------------------------


def test_the_gradient_of_worked_example_11():
    assert Symbolic().jacobian(lambda x, y: x**2 * y + y + 2, [3.0, 4.0]).value == [24.0, 10.0]


def test_the_gradient_of_worked_example_18():
    found = Symbolic().jacobian(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), [2.0, 5.0]).value
    assert found == pytest.approx([5.5, 1.7163378145367738], rel=4 * ULP)


def test_the_hessian_of_worked_example_16():
    assert Symbolic().hessian(lambda x, y: x**2 * y + y + 2, [3.0, 4.0]).value == [[8.0, 6.0], [6.0, 0.0]]


def test_a_jacobian_has_the_shape_of_the_result_and_then_of_the_point():
    A = np.arange(6.0).reshape(2, 3)
    (linear,) = Symbolic().jacobian(lambda x: A @ x, [V]).value
    assert np.array_equal(linear, A)
    matrix, scale = Symbolic().jacobian(lambda m, k: k * m[0], [A, 2.0]).value
    assert (matrix.shape, scale.tolist()) == ((3, 2, 3), A[0].tolist())
    assert np.array_equal(matrix[:, 0], 2 * np.eye(3))
    assert not matrix[:, 1].any()


def test_a_hessian_of_an_array_is_symmetric_and_exact():
    ((found,),) = Symbolic().hessian(lambda x: x[0] ** 2 * x[1] + x[1] * x[2] ** 3, [V]).value
    a, b, c = V
    assert found.tolist() == [[2 * b, 2 * a, 0], [2 * a, 0, 3 * c * c], [0, 3 * c * c, 6 * b * c]]


def test_a_norm_a_mean_and_a_largest_element_have_formulas():
    assert Symbolic().jacobian(np.linalg.norm, [np.array([3.0, 4.0])]).value[0] == pytest.approx([0.6, 0.8])
    assert Symbolic().jacobian(np.mean, [V]).value[0].tolist() == [1 / 3] * 3
    assert Symbolic().jacobian(np.max, [V]).value[0].tolist() == [0.0, 1.0, 0.0]


def test_a_result_that_is_constant_has_a_jacobian_of_zeros():
    assert Symbolic().jacobian(lambda x: 3.0, [V]).value[0].tolist() == [0.0, 0.0, 0.0]
    assert Symbolic().hessian(lambda x: 3.0, [V]).value[0][0].tolist() == np.zeros((3, 3)).tolist()
    assert Symbolic().jacobian(np.sum, [np.zeros(0)]).value[0].shape == (0,)


def test_names_of_arguments_and_of_elements_do_not_meet():
    # With symbols x_0, x_1 for the elements of x, the argument x_0 would have been taken for one of them.
    first, second = (
        Symbolic().jacobian(lambda x, x_0: np.sum(x**2) * x_0**3, [np.array([3.0, 4.0]), 2.0]).value
    )
    assert (first.tolist(), second) == ([48.0, 64.0], 300.0)


def test_a_hessian_needs_one_number():
    with pytest.raises(NonScalarError):
        Symbolic().hessian(lambda x: x * 2, [V])


def test_a_gradient_of_300_inputs_is_exact():
    points = np.linspace(-2, 2, 300)
    assert np.array_equal(Symbolic().jacobian(lambda x: np.sum(x**3), [points]).value[0], 3 * points**2)


TOWER = parse("x" + "^x" * 45)


@pytest.mark.parametrize("call", [
    lambda method: method.derivative(TOWER, 0.9, 3),
    lambda method: method.hessian(TOWER, [0.9]),
])  # fmt: skip
def test_a_derivative_that_would_take_minutes_to_write_is_refused_at_once_and_shared_is_found(call):
    """A formula of a hundred nodes, whose second derivative has 146 318 and its third millions."""
    with pytest.raises(NotClosedFormError, match=r"the limit is 5 \* max_nodes=100000; .* share=True"):
        call(Symbolic())
    assert np.all(np.isfinite(call(Symbolic(share=True)).value))


def test_the_limit_of_a_derivative_is_raised_by_the_option_that_the_message_names():
    with pytest.raises(NotClosedFormError, match=r"max_nodes=500\b"):
        Symbolic(max_nodes=100).derivative(parse("x" + "^x" * 9), 0.9, 2)
    assert np.isfinite(Symbolic(max_nodes=2000).derivative(parse("x" + "^x" * 9), 0.9, 2).value)
