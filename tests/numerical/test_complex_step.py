"""The complex step: exact where f is analytic, an error or nan where it is not."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.errors import DomainError, NotElementwiseError
from diffkit.numerical import Central, ComplexStep
from diffkit.numerical.complex_step import HalfCircle, imaginary_step

ANALYTIC = [
    (np.exp, mpmath.exp),
    (lambda x: x**3 * np.sin(x), lambda x: x**3 * mpmath.sin(x)),
    (lambda x: np.log(x) / np.cosh(x), lambda x: mpmath.log(x) / mpmath.cosh(x)),
    (lambda x: np.sqrt(1 + x**2), lambda x: mpmath.sqrt(1 + x**2)),
]


@pytest.mark.parametrize(("f", "f_mp"), ANALYTIC)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_the_first_derivative_is_right_to_a_few_ulps(f, f_mp, dtype):
    x = np.linspace(0.4, 2.5, 9).astype(dtype)
    found = ComplexStep(check=False).derivative(f, x)
    assert found.evaluations == 1
    assert np.array_equal(ComplexStep().derivative(f, x).value, found.value)
    with mpmath.workdps(40):
        # x as an exact pair of doubles: a longdouble does not fit in one.
        points = [mpmath.mpf(float(t)) + mpmath.mpf(float(t - dtype(float(t)))) for t in x]
        exact = np.array([np.longdouble(mpmath.nstr(mpmath.diff(f_mp, t), 25)) for t in points])
    assert found.value.dtype == dtype
    scale = 1 + abs(exact)
    assert (abs(found.value - exact) / scale).max() < 16 * np.finfo(dtype).eps


def test_half_precision_is_right_to_its_last_digit():
    x = np.array([0.5, 1, 2], np.float16)
    found = ComplexStep().derivative(np.sin, x)
    assert found.value.dtype == np.float16
    assert np.array_equal(found.value, np.cos(x.astype(np.float64)).astype(np.float16))


@given(st.floats(1e-250, 1e250))
def test_the_step_suits_points_of_any_size(x):
    assert ComplexStep().derivative(np.log, x).value == pytest.approx(1 / x, rel=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_the_step_is_a_power_of_two_far_below_the_roundoff(dtype):
    for x in (dtype(0), dtype(1), dtype(-1000)):
        h = imaginary_step(x)
        mantissa, _ = np.frexp(h)
        assert h.dtype == dtype
        assert mantissa == 0.5
        assert 0 < h < np.finfo(dtype).eps * max(1, abs(x))


def test_a_given_step_shows_the_truncation_error_of_theory():
    h = 1e-3
    found = ComplexStep(h=h).derivative(np.exp, 1.0)
    predicted = float(ComplexStep.error_constant) * np.e * h**ComplexStep.order
    assert found.step == h
    assert found.value - np.e == pytest.approx(predicted, rel=1e-5)


@pytest.mark.parametrize("order", [2, 3, 4, 5, 8])
@pytest.mark.parametrize(("f", "f_mp"), [*ANALYTIC, (np.tan, mpmath.tan), (lambda x: 1 / x, lambda x: 1 / x)])
def test_a_higher_derivative_keeps_its_digits_and_its_error_estimate_holds(f, f_mp, order):
    for x in (0.7, 1.2, 1e-3):
        found = ComplexStep().derivative(f, x, order)
        with mpmath.workdps(80):
            exact = float(mpmath.diff(f_mp, mpmath.mpf(x), order))
        assert abs(found.value - exact) <= found.error_estimate
        assert found.error_estimate < 1e-4 * max(1, abs(exact)) or order == 8


@pytest.mark.parametrize("order", [2, 3, 4, 6])
def test_half_a_circle_keeps_more_digits_than_a_difference_of_slopes(order):
    slope = lambda x: ComplexStep(check=False).derivative(np.exp, x).value
    differenced = Central().derivative(slope, np.array([0.3, 0.5]), order - 1)
    found = ComplexStep(check=False).derivative(np.exp, np.array([0.3, 0.5]), order)
    exact = np.exp([0.3, 0.5])
    assert found.evaluations == order
    assert abs(found.value - exact).max() < 1e-12
    assert abs(found.value - exact).max() < abs(differenced.value - exact).max() / 20


@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
@pytest.mark.parametrize("order", [2, 3, 4])
def test_higher_derivatives_have_the_digits_of_their_dtype(dtype, order):
    found = ComplexStep().derivative(np.exp, dtype(0.5), order)
    assert found.value.dtype == dtype
    assert abs(found.value - np.exp(dtype(0.5))) < float(np.finfo(dtype).eps) ** 0.7
    assert abs(found.value - np.exp(dtype(0.5))) <= found.error_estimate


@pytest.mark.parametrize("order", [2, 3, 5])
def test_calls_of_higher_derivatives_are_two_circles_two_slopes_and_two_real_ones(order):
    asked = []
    f = lambda x: asked.append(x) or np.exp(x)
    assert ComplexStep().derivative(f, 0.5, order).evaluations == len(asked) == 2 * order + 4
    assert ComplexStep(check=False).derivative(np.exp, 0.5, order).evaluations == order


def test_where_f_varies_fast_the_circle_shrinks_and_a_given_one_does_not():
    found = ComplexStep().derivative(lambda x: np.sin(1000 * x), np.array([1.0, 1e-4]), 2)
    assert found.value == pytest.approx(-1e6 * np.sin([1000, 0.1]), rel=1e-7)
    given = ComplexStep(h=0.01).derivative(lambda x: np.sin(1000 * x), 1.0, 2)
    assert given.step == 0.01
    assert given.error_estimate > abs(given.value + 1e6 * np.sin(1000)) > 1e5


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_the_formula_replays_in_mpmath_with_the_error_of_theory(order):
    circle = ComplexStep().stencil(order)
    assert circle.error_constant == -Fraction(math.factorial(order), math.factorial(3 * order))
    with mpmath.workdps(120):
        x, h = mpmath.mpf(0.5), mpmath.mpf("1e-3")
        error = ComplexStep().apply(mpmath.exp, x, h, order) - mpmath.exp(x)
        constant = error / (h**circle.order * mpmath.exp(x))
        assert float(constant) == pytest.approx(float(circle.error_constant), rel=1e-2)


def test_the_points_lie_on_half_a_circle_and_the_first_derivative_has_one():
    assert ComplexStep().stencil().offsets == (1j,)
    assert HalfCircle(3).angles == (Fraction(1, 6), Fraction(1, 2), Fraction(5, 6))
    assert HalfCircle(3).offsets[1] == 1j
    assert HalfCircle(4).noise_gain == pytest.approx(6 / math.sin(math.pi / 8))


@pytest.mark.parametrize("f", [np.abs, np.real, lambda x: np.abs(x) ** 3, lambda x: x.real + 1])
@pytest.mark.parametrize("order", [1, 2])
def test_an_f_that_drops_the_imaginary_part_is_not_analytic(f, order):
    with pytest.raises(DomainError, match=r'not analytic.*method="central".*"reverse"'):
        ComplexStep().derivative(f, np.array([1.5, -0.5]), order)


@pytest.mark.parametrize("f", [math.sin, lambda x: x * math.sin(x), lambda x: math.sqrt(complex(x))])
def test_an_f_that_does_not_take_complex_numbers_says_what_to_write(f):
    with pytest.raises(DomainError, match=r"np\.sin for math\.sin"):
        ComplexStep().derivative(f, 1.0)


def test_a_constant_has_derivative_zero_although_it_answers_with_a_real_number():
    assert ComplexStep().derivative(lambda x: 3.0, 1.0).value == 0
    assert ComplexStep().derivative(lambda x: np.full(x.shape, 3), np.ones(2)).value.tolist() == [0, 0]
    parts = ComplexStep().jacobian(lambda x, y: x**2, [3.0, 4.0]).value
    assert parts == [6.0, 0.0]


@pytest.mark.parametrize("f", [np.log, np.sqrt, lambda x: x**3.5])
def test_outside_the_real_domain_the_answer_is_nan_as_that_of_f(f):
    found = ComplexStep().derivative(f, np.array([2.0, -1e-4]))
    assert np.isnan(found.value).tolist() == [False, True]
    assert found.note == "f is nan at -0.0001, where the formula at x = -0.0001 samples it."
    assert np.isnan(ComplexStep().jacobian(lambda x: f(x).sum(), [np.array([2.0, -1.0])]).value[0][1])


def test_a_zero_of_f_is_no_obstacle_and_costs_two_calls_more():
    found = ComplexStep(check=False).derivative(lambda x: x**2 - 1, 1.0)
    assert (found.value, found.evaluations) == (2.0, 3)
    assert ComplexStep(check=False).jacobian(lambda x: x, [np.zeros(5)]).evaluations == 11


def test_comparisons_of_numpy_numbers_follow_the_real_part():
    relu = lambda x: np.maximum(x, 0)
    assert ComplexStep().derivative(relu, np.array([-1.0, 2.0])).value.tolist() == [0, 1]
    assert ComplexStep().derivative(lambda x: x if x > 0 else -x, -1.5).value == -1


def test_the_hessian_reports_the_real_steps_of_its_differences():
    found = ComplexStep().hessian(lambda x: np.exp(x).prod(), [np.array([0.1, 0.2])])
    assert found.value[0][0] == pytest.approx(np.full((2, 2), np.exp(0.3)), abs=1e-9)
    assert (found.step[0] > 1e-6).all()


def test_a_branch_point_has_no_derivative_and_a_large_step_is_still_the_formula():
    assert np.isnan(ComplexStep().derivative(np.sqrt, 0.0).value)
    assert ComplexStep(h=1.0).derivative(np.exp, 1.0).value == pytest.approx(np.exp(1.0) * np.sin(1.0))


@pytest.mark.parametrize("power", [2, 3, 5])
def test_where_f_vanishes_faster_than_its_argument_the_slope_is_zero(power):
    assert abs(ComplexStep().derivative(lambda x: x**power, 0.0).value) < 1e-150


def test_the_noise_of_a_cancelling_f_is_no_branch_point():
    def expanded(x):
        return x**7 - 7 * x**6 + 21 * x**5 - 35 * x**4 + 35 * x**3 - 21 * x**2 + 7 * x - 1

    assert ComplexStep().derivative(expanded, 1.01).value == pytest.approx(7e-12, abs=1e-12)


@pytest.mark.parametrize("f", [np.cumsum, lambda x: x[::-1] * 2, lambda x: x - x.mean()])
def test_an_f_that_mixes_elements_is_refused(f):
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
        ComplexStep().derivative(f, np.arange(1.0, 6.0))


def test_the_hessian_has_twelve_digits_and_shrinks_its_circles_where_f_varies_fast():
    f = lambda v: np.sin(v[0]) * v[1] + np.log(v[0]) * v[1] ** 2
    exact = lambda x, y: np.array(
        [[-np.sin(x) * y - y**2 / x**2, np.cos(x) + 2 * y / x], [np.cos(x) + 2 * y / x, 2 * np.log(x)]]
    )
    found = ComplexStep().hessian(f, [np.array([0.9, 2.0])])
    assert found.evaluations == 2 * 3 + 6
    np.testing.assert_allclose(found.value[0][0], exact(0.9, 2.0), rtol=1e-10)
    near = ComplexStep().hessian(f, [np.array([1e-3, 2.0])]).value[0][0]
    np.testing.assert_allclose(near, exact(1e-3, 2.0), rtol=1e-5)
    assert np.array_equal(near, near.T)
    assert ComplexStep().hessian(f, [np.array([0.9, 2.0], np.float32)]).value[0][0].dtype == np.float32


def test_an_array_gets_no_note_from_the_call_that_shows_its_elements_apart():
    assert ComplexStep().derivative(np.exp, np.array([1.0, 2.0])).note == ""


@pytest.mark.parametrize("order", [2, 3, 4])
def test_a_step_whose_power_overflows_is_no_error(order):
    with np.errstate(all="ignore"):
        assert ComplexStep().derivative(np.tanh, 1e300, order).value == 0.0
        assert Central(h=1e200).derivative(np.tanh, 1e300, order).value == 0.0
