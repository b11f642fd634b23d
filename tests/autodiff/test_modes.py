"""Reverse mode and dual numbers as methods: derivative, jacobian, hessian, counted and checked."""

import mpmath
import numpy as np
import pytest

from diffkit.autodiff import DualNumbers, Reverse
from diffkit.errors import NonScalarError, NotElementwiseError

METHODS = (Reverse(), DualNumbers())
each = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


def survey(x):
    return np.log(x[0]) + x[0] * x[1] - np.sin(x[1])


@each
@pytest.mark.parametrize("order", range(1, 7))
def test_a_derivative_of_any_order_is_right_to_a_few_ulps(method, order):
    x = np.array([0.3, 0.7, 1.9])
    found = method.derivative(lambda x: np.sin(x) * np.exp(-x * x), x, order)
    with mpmath.workdps(30):
        exact = [float(mpmath.diff(lambda t: mpmath.sin(t) * mpmath.exp(-t * t), t, order)) for t in x]
    assert found.value == pytest.approx(exact, rel=1e-13, abs=1e-13)
    assert found.error_estimate is None


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_a_derivative_has_the_shape_and_precision_of_its_points(method, dtype, shape):
    value = method.derivative(np.sin, np.full(shape, 0.5, dtype)[()], 2).value
    assert (np.shape(value), np.asarray(value).dtype) == (shape, dtype)
    assert np.allclose(value, -np.sin(0.5))


@each
def test_a_constant_has_derivative_zero(method):
    assert method.derivative(lambda x: 3.0, 1.0).value == 0.0
    assert method.derivative(lambda x: np.ones_like(x), np.ones(2)).value.tolist() == [0.0, 0.0]


@each
@np.errstate(invalid="ignore")
def test_there_is_no_derivative_where_there_is_no_value(method):
    # The slope of log is 1/x, which has a value at -1, but log has none there.
    found = method.derivative(np.log, np.array([-1.0, 2.0])).value
    assert np.array_equal(found, [np.nan, 0.5], equal_nan=True)
    (table,) = method.jacobian(np.log, [np.array([-1.0, 2.0])]).value
    assert np.isnan(table[0]).all()
    assert table[1].tolist() == [0.0, 0.5]


@each
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "f", [lambda x: x * np.sum(x * x), lambda x: np.cumsum(x * x), lambda x: x[::-1] ** 2, lambda x: x[0] * x]
)
def test_a_function_that_mixes_elements_is_refused(method, f, order):
    with pytest.raises(
        NotElementwiseError, match=r"acts on other elements of the result, too; use dk\.gradient"
    ):
        method.derivative(f, np.array([1.0, 2.0]), order)


@each
@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: np.sqrt(x * x + 1) - x, [1e4, 1.2e4, 9e3]),
        (lambda x: (np.exp(x) - 1) / x, [1e-5, 3e-5, 2e-5]),
        (lambda x: 1e-320 * np.sin(x), [1.0, 1.1, 1.2]),
    ],
    ids=["difference", "quotient", "subnormal"],
)
@pytest.mark.parametrize("order", [1, 2])
def test_a_function_that_cancels_does_not_mix_elements(method, f, x, order):
    found = method.derivative(f, np.array(x), order).value
    assert found == pytest.approx([float(method.derivative(f, v, order).value) for v in x], rel=1e-6)


@each
@pytest.mark.parametrize("size", [2, 3, 40, 200])
def test_one_pair_of_elements_among_many_is_found(method, size):
    def swapped(x):
        return np.concatenate([x[1:2] + x[:1], x[1:]])

    with pytest.raises(NotElementwiseError, match=r"element \(1,\) of x"):
        method.derivative(swapped, np.linspace(1.0, 2.0, size))


@each
@pytest.mark.parametrize(("f", "shape"), [(np.sum, r"shape \(\)"), (lambda x: [x, x], "list")])
def test_a_result_of_another_shape_is_refused(method, f, shape):
    with pytest.raises(NotElementwiseError, match=f"f returned {shape}"):
        method.derivative(f, np.array([1.0, 2.0]))


@each
def test_the_jacobian_of_the_survey_function(method):
    (found,) = method.jacobian(survey, [np.array([2.0, 5.0])]).value
    assert found == pytest.approx(np.array([5.5, 1.7163378145367738]), rel=1e-15)


@each
@pytest.mark.parametrize("shape_in", [(), (2,), (2, 3), (0,)])
@pytest.mark.parametrize("shape_out", [(), (2,), (3, 2), (0,)])
def test_a_jacobian_has_the_shape_of_the_result_and_then_of_each_leaf(method, shape_in, shape_out):
    rng = np.random.default_rng(0)
    leaves = [rng.normal(size=shape_in)[()], 0.7]
    weights = rng.normal(size=shape_out + shape_in)
    axes = tuple(range(len(shape_out), weights.ndim))
    found = method.jacobian(lambda x, y: np.sum(weights * x, axis=axes) * y, leaves).value
    assert [np.shape(part) for part in found] == [shape_out + shape_in, shape_out]
    assert found[0] == pytest.approx(0.7 * weights)
    assert found[1] == pytest.approx(np.sum(weights * leaves[0], axis=axes))


@each
def test_f_may_return_a_list_of_numbers_for_a_vector(method):
    f = lambda x: [x[0] * x[1], x[0] ** 2, 1.0]
    assert method.jacobian(f, [np.array([3.0, 4.0])]).value[0].tolist() == [[4, 3], [6, 0], [0, 0]]
    assert method.jacobian(lambda x: [1.0, 2.0], [np.ones(3)]).value[0].tolist() == [[0, 0, 0]] * 2


@each
def test_the_hessian_has_a_block_for_each_pair_of_leaves(method):
    x, y = np.array([1.0, 2.0]), 3.0
    found = method.hessian(lambda x, y: x[0] * x[1] ** 2 * y + y**3, [x, y]).value
    assert found[0][0].tolist() == [[0.0, 12.0], [12.0, 6.0]]
    assert found[0][1].tolist() == found[1][0].tolist() == [4.0, 4.0]
    assert found[1][1] == 18.0


@each
def test_the_hessian_of_a_constant_is_zero_and_of_a_vector_an_error(method):
    assert method.hessian(lambda x: 3.0, [np.ones(2)]).value[0][0].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    with pytest.raises(NonScalarError):
        method.hessian(lambda x: x, [np.ones(2)])


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_the_calls_of_f_are_counted_one_in_reverse_mode_and_n_in_forward_mode(n):
    for method, calls in zip(METHODS, (1, n), strict=True):
        asked = []
        found = method.jacobian(lambda x: asked.append(1) or np.sum(x * x), [np.linspace(1, 2, n)])  # noqa: B023
        assert found.evaluations == len(asked) == calls


def test_the_note_says_how_many_passes_and_sweeps_it_took():
    x = np.ones(3)
    assert Reverse().jacobian(np.sum, [x]).note == "1 pass forward, 1 sweep back"
    assert Reverse().jacobian(np.sin, [x]).note == "1 pass forward, 1 sweep back with 3 seeds"
    assert DualNumbers().jacobian(np.sum, [x]).note == "3 passes forward"
    assert Reverse().derivative(np.sin, 1.0).note == "1 pass forward, 1 back"
    assert DualNumbers().derivative(np.sin, 1.0).note == "1 pass forward"


@each
def test_float32_stays_float32(method):
    x = np.array([1.0, 2.0], np.float32)
    assert method.jacobian(lambda x: x * x, [x]).value[0].dtype == np.float32
    assert method.hessian(lambda x: np.sum(x**3), [x]).value[0][0].dtype == np.float32


@each
def test_a_function_that_widens_float32_has_derivatives_in_float32(method):
    x, wide = np.ones(2, np.float32), np.array([1.0, 2.0])
    assert method.derivative(lambda x: x * x * wide, x).value.dtype == np.float32
    assert method.jacobian(lambda x: x * x * wide, [x]).value[0].dtype == np.float32
    blocks = method.hessian(lambda x, y: np.sum(x * x * y * y), [x, wide]).value
    assert [[block.dtype for block in row] for row in blocks] == [["f4", "f8"], ["f8", "f8"]]
