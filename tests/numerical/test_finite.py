"""Forward, backward and central differences against exact derivatives, theory and counts."""

import dataclasses

import mpmath
import numpy as np
import pytest

from diffkit.errors import ArgumentsError, DomainError, NonScalarError, NotElementwiseError
from diffkit.numerical import Backward, Central, ComplexStep, Forward, Richardson
from diffkit.numerical.step import optimal_step, unit_roundoff

EVERY = (Forward(), Backward(), Central(), Richardson(), ComplexStep())
REAL = EVERY[:4]
names = lambda method: method.name if hasattr(method, "name") else str(method)
every = pytest.mark.parametrize("method", EVERY, ids=names)
DTYPES = (np.float16, np.float32, np.float64, np.longdouble)


def textbook(x, y):
    return x**2 * y + y + 2


@pytest.mark.parametrize(("method", "slope"), [(Forward, 1), (Backward, 1), (Central, 2)])
def test_the_error_falls_with_the_order_of_the_formula(method, slope):
    x, steps = 0.7, np.logspace(-2, -1, 10)
    exact = np.exp(-(x**2)) * (np.cos(x) - 2 * x * np.sin(x))
    f = lambda t: np.sin(t) * np.exp(-(t**2))
    errors = [abs(method(h=h).derivative(f, x).value - exact) for h in steps]
    assert np.polyfit(np.log(steps), np.log(errors), 1)[0] == pytest.approx(slope, abs=0.1)


@pytest.mark.parametrize(("method", "expected"), [(Forward, 8.72), (Backward, 7.32), (Central, 8.02)])
def test_the_cubic_at_1_with_a_step_of_a_tenth(method, expected):
    value = method(h=0.1).derivative(lambda x: 2 * x**3 + x**2, 1.0).value
    assert value == pytest.approx(expected, abs=1e-13)  # a few ulps of f, divided by h


def test_the_gradient_by_hand_agrees_in_every_bit():
    found = Forward(h=1e-5).jacobian(textbook, [np.float64(3), np.float64(4)])
    assert found.value == [24.000039999805264, 10.000000000331966]
    assert (found.step, found.evaluations) == (1e-5, 3)


def test_the_square_at_3_agrees_in_every_bit():
    assert Forward(h=1e-6).derivative(lambda x: x * x, 3.0).value == 6.000001000927568


@pytest.mark.parametrize(
    ("method", "calls"), list(zip(EVERY, (1001, 1001, 2000, 4000, 1002), strict=True)), ids=names
)
def test_a_gradient_of_1000_parameters_costs_what_it_costs(method, calls):
    asked = []
    found = method.jacobian(lambda x: asked.append(1) or np.sum(x * x), [np.linspace(1, 2, 1000)])
    assert found.evaluations == len(asked) == calls


def test_higher_accuracy_shares_the_sample_at_the_point_as_well():
    assert Forward(accuracy=2).jacobian(np.sum, [np.ones(10)]).evaluations == 21


@every
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_any_derivative_of_exp_is_exp_to_the_accuracy_of_theory(method, order):
    x = 0.3
    found = method.derivative(np.exp, x, order)
    exact_method = method.name == "complex-step" and order == 1
    bound = 1e-15 if exact_method else optimal_step(method.stencil(order), np.exp(x), np.exp(x))[1]
    assert abs(found.value - np.exp(x)) < 3 * bound  # the higher terms of the series, and x + k h


@pytest.mark.parametrize("method", REAL, ids=names)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("order", [1, 2])
def test_the_error_is_near_the_optimum_of_each_dtype(method, dtype, order):
    x = np.linspace(0.5, 1.5, 7).astype(dtype)
    found = method.derivative(np.sin, x, order)
    wide = x.astype(np.longdouble)
    exact = np.cos(wide) if order == 1 else -np.sin(wide)
    _, bound = optimal_step(method.stencil(order), roundoff=unit_roundoff(dtype))
    assert found.value.dtype == dtype
    assert abs(found.value - exact).max() < 3 * bound + unit_roundoff(dtype)


@every
@pytest.mark.parametrize("dtype", DTYPES)
def test_shape_and_dtype_are_those_of_the_point(method, dtype):
    for x in (np.ones((2, 3), dtype), np.array(1, dtype), dtype(1), np.zeros((0, 3), dtype)):
        value = method.derivative(np.exp, x).value
        assert (value.shape, value.dtype) == (x.shape, dtype)


@every
def test_a_python_float_a_numpy_float_and_an_integer_are_the_same_point(method):
    values = {float(method.derivative(np.exp, x).value) for x in (2.0, np.float64(2), 2, np.array(2.0))}
    assert len(values) == 1


def test_an_array_of_points_takes_one_call_for_each_offset_and_one_that_keeps_elements_apart():
    seen = []
    found = Central().derivative(lambda x: seen.append(x.shape) or np.sin(x), np.ones((3, 4)))
    assert seen == [(3, 4)] * 3
    assert (found.evaluations, found.method, found.note) == (3, "central", "")
    assert found.step.shape == (3, 4)


def test_a_step_for_each_element_is_used_and_reported():
    h = np.array([1e-3, 1e-4])
    found = Central(h=h).derivative(np.exp, np.zeros(2))
    assert np.array_equal(found.step, h)
    assert found.value == pytest.approx(np.sinh(h) / h, abs=1e-12)  # u / h


def test_truncation_and_rounding_are_separated_and_add_up():
    method, x, h = Central(), 1.0, 1e-6
    with mpmath.workdps(60):
        exact = mpmath.exp(1)
        replay = method.apply(mpmath.exp, mpmath.mpf(x), mpmath.mpf(h))
        computed = mpmath.mpf(float(method.apply(np.exp, x, h)))
        truncation, rounding = replay - exact, computed - replay
        assert float(truncation) == pytest.approx(np.e * 1e-12 / 6, rel=1e-6)
        assert abs(rounding) < 2 * np.e * unit_roundoff(float) / h
        assert truncation + rounding == computed - exact


def test_integers_and_booleans_from_f_are_subtracted_as_numbers():
    assert Central(h=1.0).derivative(lambda x: x > 0, 0.5).value == 0.5
    assert Forward(h=1.0).derivative(lambda x: np.uint8(3 - x), 0.0).value == -1.0


@every
def test_a_function_that_mixes_elements_is_told_of_gradient_and_jacobian(method):
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient.*dk\.jacobian"):
        method.derivative(np.sum, np.ones(3))


@pytest.mark.parametrize("method", REAL, ids=names)
def test_a_complex_function_is_refused(method):
    f = lambda x: np.sqrt(x - 2 + 0j)
    with pytest.raises(DomainError, match="f is complex at this real point"):
        method.derivative(f, np.ones(1))


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_nan_from_f_is_noted_with_the_point_that_gave_it():
    found = Central(h=1e-3).derivative(np.log, np.array([1.0, 1e-9]))
    assert np.isfinite(found.value).tolist() == [True, False]
    assert found.note == f"f is nan at {1e-9 - 1e-3}, where the formula at x = 1e-09 samples it."
    assert "not finite" in Central(h=1e-3).jacobian(lambda x: np.log(x).sum(), [np.array([1.0, 1e-9])]).note


def test_a_step_that_is_lost_is_noted():
    found = Forward(h=1e-20).derivative(np.sin, 1.0)
    assert found.value == 0
    assert "x + h rounds to x" in found.note


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf, "small", 1j])
@every
def test_a_bad_step_is_a_value_error(method, bad):
    with pytest.raises(ValueError, match="finite, nonzero real number"):
        type(method)(h=bad).derivative(np.sin, 1.0)


@pytest.mark.parametrize("order", [0, -1, 1.5])
@every
def test_a_bad_order_is_a_value_error(method, order):
    with pytest.raises(ValueError, match="whole number"):
        method.derivative(np.sin, 1.0, order)


@every
def test_a_jacobian_has_one_block_for_each_leaf_in_its_dtype(method):
    x, y = np.arange(1.0, 7).reshape(2, 3), np.float32(2)
    found = method.jacobian(lambda x, y: (x**2).sum(axis=1) * y, [x, y])
    expected = np.zeros((2, 2, 3))
    expected[0, 0], expected[1, 1] = 4 * x[0], 4 * x[1]
    assert [part.dtype for part in found.value] == [np.float64, np.float32]
    assert found.value[0] == pytest.approx(expected, abs=1e-5)
    assert found.value[1] == pytest.approx((x**2).sum(axis=1), rel=5e-3)
    assert [np.shape(h) for h in found.step] == [(2, 3), ()]


@every
def test_arguments_are_never_written_to_not_even_by_f(method):
    def careless(x):
        x *= 2
        return x.sum()

    x = np.ones(3)
    assert method.jacobian(careless, [x]).value[0] == pytest.approx(2, abs=1e-6)
    assert method.derivative(lambda x: np.multiply(x, 2, out=x), x).value == pytest.approx(2, abs=1e-6)
    assert np.array_equal(x, np.ones(3))


@every
def test_an_f_that_hands_back_its_argument_has_the_identity_as_jacobian(method):
    assert method.jacobian(lambda x: x, [np.ones(3)]).value[0] == pytest.approx(np.eye(3), abs=1e-7)


@every
def test_empty_leaves_give_empty_blocks(method):
    assert method.jacobian(lambda x: np.ones(4), [np.zeros((0, 2))]).value[0].shape == (4, 0, 2)
    assert method.hessian(np.sum, [np.zeros(0)]).value[0][0].shape == (0, 0)


@every
def test_a_hessian_is_symmetric_and_near_the_truth(method):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 2)), np.float64(0.5)
    f = lambda x, y: np.sin(x).prod() * np.exp(y) + y**3
    (xx, xy), (yx, yy) = method.hessian(f, [x, y]).value
    s, c = np.sin(x).ravel(), np.cos(x).ravel()
    product = lambda *without: np.prod(np.delete(s, without))
    exact = np.array(
        [[-s.prod() if i == j else c[i] * c[j] * product(i, j) for j in range(4)] for i in range(4)]
    )
    bound = 2e-4 if method.name in ("forward", "backward") else 1e-6
    assert xx.reshape(4, 4) == pytest.approx(exact * np.exp(0.5), abs=bound)
    assert xy.ravel() == pytest.approx([c[i] * product(i) * np.exp(0.5) for i in range(4)], abs=bound)
    assert yy == pytest.approx(s.prod() * np.exp(0.5) + 3, abs=bound)
    assert np.array_equal(xx, xx.transpose(2, 3, 0, 1))
    assert np.array_equal(xy, yx)


@pytest.mark.parametrize(
    ("method", "calls"),
    [
        (Forward(), 1 + 2 * 4 + 6),
        (Backward(), 1 + 2 * 4 + 6),
        (Central(), 1 + 2 * 4 + 4 * 6),
        (ComplexStep(check=False), 4 * 5),
    ],
    ids=names,
)
def test_a_hessian_samples_no_point_twice(method, calls):
    seen = []
    found = method.hessian(lambda x: seen.append(x.tobytes()) or np.exp(x.sum()), [np.arange(1.0, 5)])
    assert found.evaluations == len(seen) == len(set(seen)) == calls


@every
def test_a_hessian_of_an_array_is_refused(method):
    with pytest.raises(NonScalarError, match=r"dk\.jacobian"):
        method.hessian(np.sin, [np.ones(2)])


def test_the_textbook_function_has_its_hessian():
    found = Central(h=1e-3).hessian(textbook, [3.0, 4.0])
    assert np.array(found.value) == pytest.approx(np.array([[8, 6], [6, 0]]), abs=1e-7)  # 42 u / h^2
    assert found.step == 1e-3


@pytest.mark.parametrize("f", [np.cumsum, lambda x: x[::-1] * 2, lambda x: x - x.mean(), lambda x: x * x[0]])
@pytest.mark.parametrize("method", [Forward(), Backward(), Central(), Central(accuracy=4)])
def test_an_f_that_mixes_elements_without_a_change_of_shape_is_refused(f, method):
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
        method.derivative(f, np.arange(1.0, 6.0))


def test_elements_with_constants_of_their_own_are_apart():
    w = np.arange(1.0, 6.0)
    found = Central(h=0.5).derivative(lambda x: w * x**2, np.ones(5))
    assert np.array_equal(found.value, 2 * w)


# -- along a direction -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "calls"), list(zip(EVERY, (2, 2, 2, 4, 1), strict=True)), ids=names)
def test_a_directional_derivative_costs_as_much_as_one_variable(method, calls):
    asked = []
    f = lambda x: asked.append(1) or np.sin(x).sum()
    x, v = np.linspace(0, 1, 1000), np.linspace(-1, 1, 1000)
    found = dataclasses.replace(method, check=False).directional(f, [x], [v])
    assert found.evaluations == len(asked) == calls
    assert found.value == pytest.approx(np.cos(x) @ v, abs=1e-4 if calls == 2 else 1e-9)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_it_is_the_jacobian_times_the_direction_for_any_shapes(method, dtype):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 3)).astype(dtype), dtype(0.5)
    v, w = rng.normal(size=(2, 3)).astype(dtype), dtype(-2)
    f = lambda x, y: np.sin(x) * np.exp(y)
    found = method.directional(f, [x, y], [v, w])
    exact = np.exp(y) * (np.cos(x) * v + np.sin(x) * w)
    assert found.value.dtype == dtype
    bound = 1e-15 if method.name == "complex-step" else 1
    if bound == 1:
        bound = optimal_step(method.stencil(), roundoff=unit_roundoff(dtype))[1]
    assert found.value == pytest.approx(exact, abs=float(200 * max(bound, unit_roundoff(dtype))))


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
@pytest.mark.parametrize("method", REAL, ids=names)
def test_its_step_suits_directions_and_points_of_any_size(method, size):
    found = method.directional(lambda x: np.sin(x).sum(), [np.array([0.3, 0.4])], [np.array([size, -size])])
    assert found.value == pytest.approx(size * (np.cos(0.3) - np.cos(0.4)), rel=1e-5)
    assert found.step * size == pytest.approx(method.step(0.3), rel=1e-5)
    far = method.directional(
        lambda x: np.log(x[0]) * np.sin(x[1]), [np.array([1e9, 0.5])], [np.array([1e9, 1])]
    )
    assert far.value == pytest.approx(np.sin(0.5) + np.log(1e9) * np.cos(0.5), rel=1e-5)


def test_its_own_step_is_the_one_along_the_line():
    found = Central(h=0.5).directional(lambda x: x[0] ** 3, [np.array([1.0, 2.0])], [np.array([2.0, 0.0])])
    assert (found.value, found.step) == (8, 0.5)  # ((1 + 1)^3 - (1 - 1)^3) / 1


@every
def test_along_nothing_nothing_changes(method):
    assert method.directional(lambda x: np.exp(x), [np.ones(2)], [np.zeros(2)]).value.tolist() == [0, 0]


@pytest.mark.parametrize("direction", [[], [np.ones(3)], [np.ones(2), np.ones(2)], [[np.nan, 1]], [[1j, 1]]])
def test_a_direction_that_does_not_fit_is_one_sentence(direction):
    with pytest.raises(
        ArgumentsError, match=r"the direction has parts of shapes .* and the point \[\(2,\)\]"
    ):
        Central().directional(np.sum, [np.ones(2)], direction)
