"""Derivatives of data: exact on polynomials, NumPy's where NumPy has them, and an estimate that holds."""

from __future__ import annotations

from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.numerical.samples import derivative_of_samples, fornberg
from diffkit.numerical.stencil import Stencil, central, lopsided

# name -> f, f', f'', f'''
SMOOTH = {
    "sine": (np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)),
    "exponential": (np.exp,) * 4,
    "witch": (
        lambda x: 1 / (1 + x**2),
        lambda x: -2 * x / (1 + x**2) ** 2,
        lambda x: (6 * x**2 - 2) / (1 + x**2) ** 3,
        lambda x: 24 * x * (1 - x**2) / (1 + x**2) ** 4,
    ),
}
# name -> n points from -2 to 3
GRIDS = {
    "even": lambda n: np.linspace(-2, 3, n),
    "falling": lambda n: np.linspace(3, -2, n),
    "random": lambda n: np.sort(np.random.default_rng(n).uniform(-2, 3, n)),
    "chebyshev": lambda n: 0.5 - 2.5 * np.cos(np.linspace(0, np.pi, n)),
    "geometric": lambda n: np.geomspace(1, 6, n) - 3,
}
each_grid = pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
each_function = pytest.mark.parametrize("fs", SMOOTH.values(), ids=SMOOTH)


# -- the values ------------------------------------------------------------------------------------------


@each_grid
@pytest.mark.parametrize("accuracy", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_polynomials_of_degree_below_order_plus_accuracy_are_differentiated_exactly(grid, order, accuracy):
    x = grid(25)
    for degree in range(order + accuracy):
        exact = (
            factorial(degree) / factorial(degree - order) * x ** (degree - order)
            if degree >= order
            else 0 * x
        )
        found = derivative_of_samples(x, x**degree, order, accuracy)
        # But for rounding, which the estimate knows.
        assert np.all(np.abs(found.value - exact) <= found.error_estimate)
        assert np.median(found.error_estimate) < 1e-7


@given(st.data())
def test_on_any_grid_the_formula_is_the_exact_stencil_on_its_points(data):
    steps = data.draw(st.lists(st.floats(0.01, 10), min_size=4, max_size=9))
    order = data.draw(st.integers(1, 3))
    x = data.draw(st.floats(-100, 100)) + np.cumsum(steps)
    y = np.sin(x)
    found = derivative_of_samples(x, y, order, len(x) - order)  # one formula on all the points
    for i in range(len(x)):
        stencil = Stencil.on(x, x[i], order)
        samples = {k: Fraction(v) for k, v in zip((Fraction(t) - Fraction(x[i]) for t in x), y, strict=True)}
        exact = stencil.combine([samples[k] for k in stencil.offsets], 1)
        # Up to 8 steps of the recursion, each with products of up to 8 rounded differences.
        size = fornberg((x - x[i])[None], order, bound=True)[0] @ (np.abs(y) + np.abs(y[i]))
        assert float(abs(Fraction(found.value[i]) - exact)) <= 200 * 2.0**-53 * size


@pytest.mark.parametrize("accuracy", [2, 4])
@pytest.mark.parametrize("order", [1, 2])
def test_on_an_even_grid_each_value_is_the_textbook_formula_bit_for_bit(order, accuracy):
    h, y = 0.25, np.exp(np.arange(12) * 0.25)
    value = derivative_of_samples(h, y, order, accuracy).value
    middle, last = central(order, accuracy), len(y) - 1
    reach = middle.offsets[-1]
    for i in range(len(y)):
        behind = i if i < reach else order + accuracy - 1 - (last - i)
        stencil = middle if reach <= i <= last - reach else lopsided(behind, order, accuracy)
        assert value[i] == stencil.combine([y[i + k] for k in stencil.offsets], h)


@each_grid
def test_accuracy_2_is_what_numpy_calls_gradient(grid):
    x = grid(40)
    y = np.exp(np.sin(x))
    ours = derivative_of_samples(x, y).value
    assert ours == pytest.approx(np.gradient(y, x, edge_order=2), rel=1e-10, abs=1e-12)


def test_with_a_distance_for_x_it_is_numpys_gradient_in_every_bit():
    y = np.random.default_rng(0).normal(size=(5, 7, 6))
    for axis in (0, 1, 2, -1):
        ours = derivative_of_samples(0.1, y, axis=axis).value
        assert np.array_equal(
            np.moveaxis(ours, axis, 0)[1:-1], np.moveaxis(np.gradient(y, 0.1, axis=axis), axis, 0)[1:-1]
        )


@each_grid
def test_every_column_of_a_table_is_differentiated_as_if_alone(grid):
    x = grid(15)
    y = np.stack([np.sin(x), np.exp(x), x**3 + 1])
    together = derivative_of_samples(x, y, 2, axis=1)
    for i in range(3):
        alone = derivative_of_samples(x, y[i], 2)
        assert np.array_equal(together.value[i], alone.value)
        assert np.array_equal(together.error_estimate[i], alone.error_estimate)
    assert np.array_equal(derivative_of_samples(x, y.T, 2, axis=0).value, together.value.T)


@pytest.mark.parametrize("grid", ["even", "random"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_read_from_the_other_end_the_data_have_the_same_derivatives(grid, order):
    x = GRIDS[grid](20)
    found, turned = (derivative_of_samples(x[::s], np.sin(x)[::s], order) for s in (1, -1))
    assert found.value == pytest.approx(turned.value[::-1], rel=1e-9)


@each_function
@pytest.mark.parametrize("accuracy", [2, 3, 4, 6])
@pytest.mark.parametrize("grid", ["even", "chebyshev"])
def test_twice_as_many_samples_divide_the_error_by_2_to_the_accuracy(fs, accuracy, grid):
    def worst(n):
        x = GRIDS[grid](n)
        return np.max(np.abs(derivative_of_samples(x, fs[0](x), 1, accuracy).value - fs[1](x)))

    # At least: odd accuracies are even ones inside, and the largest error need not stay where it was.
    assert np.log2(worst(81) / worst(161)) > accuracy - 0.35


# -- how far they can be trusted -----------------------------------------------------------------------


@each_grid
@each_function
@pytest.mark.parametrize("n", [20, 50, 200, 3000])
def test_the_error_is_below_its_estimate_on_smooth_data(fs, grid, n):
    x, within = grid(n), []
    for order in (1, 2, 3):
        for accuracy in (1, 2, 3, 4, 6):
            found = derivative_of_samples(x, fs[0](x), order, accuracy)
            ratio = np.abs(found.value - fs[order](x)) / found.error_estimate
            assert np.max(ratio) < 3
            within.append(ratio <= 1)
    assert np.mean(within) >= 0.99


@each_function
@pytest.mark.parametrize("grid", ["even", "chebyshev"])
def test_and_where_the_data_are_dense_the_estimate_is_no_more_than_a_few_times_the_error(fs, grid):
    x = GRIDS[grid](200)
    found = derivative_of_samples(x, fs[0](x))
    error = np.abs(found.value - fs[1](x))
    assert np.median(found.error_estimate / error) < 4
    assert found.note == ""


@pytest.mark.parametrize("grid", ["even", "random", "chebyshev"])
@pytest.mark.parametrize("noise", [1e-9, 1e-4])
@pytest.mark.parametrize(("order", "accuracy"), [(1, 2), (1, 6), (2, 2)])
def test_noise_is_seen_and_told(grid, noise, order, accuracy):
    x = GRIDS[grid](400)
    y = np.sin(x) + noise * np.random.default_rng(1).normal(size=400)
    found = derivative_of_samples(x, y, order, accuracy)
    error = np.abs(found.value - SMOOTH["sine"][order](x))
    assert np.mean(error <= found.error_estimate) > 0.95
    assert np.median(found.error_estimate / error) < 30
    if accuracy == 6 or noise == 1e-4:
        assert "from a smooth curve: noise, or too few" in found.note
        told = float(found.note.split("about ")[1].split()[0])
        assert noise / 4 < told < 4 * noise


def test_a_grid_far_from_0_is_taken_as_it_is_and_not_for_an_even_one():
    x = np.linspace(1e6, 1e6 + 1, 101)  # its points are off by 1e-10, and so would the slope by 1e-8
    found = derivative_of_samples(x, np.sin(x), accuracy=6)
    assert found.step is None
    assert np.max(np.abs(found.value - np.cos(x))) < 1e-12
    even = derivative_of_samples(np.linspace(0, 1, 101), np.zeros(101))
    assert even.step == pytest.approx(0.01)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize("uneven", [False, True])
def test_as_few_samples_as_will_do_are_enough_and_what_cannot_be_told_is_inf(n, uneven):
    x = np.arange(n) ** (1.2 if uneven else 1.0) * 0.1
    for order in range(1, n):
        for accuracy in range(1, n - order + 1):
            found = derivative_of_samples(x, np.exp(x), order, accuracy)
            assert np.all(np.abs(found.value - np.exp(x)) <= found.error_estimate)
            unknown = n == order + 1
            assert np.all(np.isinf(found.error_estimate)) == unknown
            assert ("just enough for the formula" in found.note) == unknown


def test_a_missing_sample_spoils_its_neighbours_only_and_is_told():
    x = np.linspace(0, 1, 50)
    y = np.sin(x)
    y[20] = np.nan
    found = derivative_of_samples(x, y)
    assert np.flatnonzero(np.isnan(found.value)).tolist() == [19, 21]
    assert np.all(np.isinf(found.error_estimate[19:22]))
    assert np.all(np.isfinite(found.error_estimate[:10]))
    assert found.note == "y is not finite at 1 of 50 samples."


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_the_value_has_the_dtype_of_the_data_and_the_estimate_knows_its_rounding(dtype):
    x = np.arange(32, dtype=dtype) / 16
    found = derivative_of_samples(x, np.exp(x))
    assert found.value.dtype == dtype
    exact = np.exp(np.arange(32, dtype=np.longdouble) / 16)
    slack = np.finfo(dtype).eps * np.abs(exact)  # the value itself is rounded
    assert np.all(np.abs(found.value - exact) <= found.error_estimate + slack)


def test_whole_numbers_and_lists_are_data_too():
    found = derivative_of_samples([0, 1, 2, 3], [0, 1, 4, 9])
    assert found.value.tolist() == [0.0, 2.0, 4.0, 6.0]
    assert found.method == "samples"
    assert found.evaluations == 0


# -- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "options", "error", "message"),
    [
        ([0, 1, 1, 2], [0] * 4, {}, ValueError, r"x\[2\] = 1.0 follows x\[1\] = 1.0: sort the samples by x"),
        ([0, 2, 1, 3], [0] * 4, {}, ValueError, r"x\[2\] = 1.0 follows x\[1\] = 2.0"),
        ([3, 2, 2.5], [0] * 3, {}, ValueError, r"x\[2\] = 2.5 follows x\[1\] = 2.0"),
        ([0, np.nan, 2], [0] * 3, {}, ValueError, r"x\[1\] = nan follows x\[0\] = 0.0"),
        ([0, 1], [0, 1], {}, ValueError, "takes at least 3 samples, and y has 2 along axis -1"),
        ([0, 1, 2, 3], [0] * 4, {"order": 3}, ValueError, "order=3 with accuracy=2 takes at least 5 samples"),
        ([], [], {}, ValueError, "takes at least 3 samples, and y has 0"),
        ([0, 1, 2], [0] * 4, {}, ValueError, r"x has shape \(3,\), and y has 4 samples"),
        (np.zeros((2, 2)), np.zeros((2, 2)), {}, ValueError, r"x has shape \(2, 2\)"),
        ([0, 1, 2], np.zeros((3, 4)), {}, ValueError, "or the axis of y that x belongs to"),
        ([0, 1, 2], [0] * 3, {"axis": 1}, ValueError, r"axis=1 is not an axis of y"),
        ([0, 1, 2], 5.0, {}, ValueError, r"axis=-1 is not an axis of y, whose shape is \(\)"),
        (0.0, [0] * 3, {}, ValueError, "x=0.0 is not a distance between samples"),
        ([0, 1, 2], [0] * 3, {"order": 0}, ValueError, "order=0 is not a whole number from 1 on"),
        ([0, 1, 2], [0] * 3, {"accuracy": 1.5}, ValueError, "accuracy=1.5 is not a whole number"),
        ([0, 1, 2], [0, 1j, 2], {}, TypeError, "y is complex: differentiate its real and its imaginary part"),
        ([0, 1, 2], ["a", "b", "c"], {}, TypeError, "y is not an array of real numbers"),
        ([0, [1], 2], [0] * 3, {}, TypeError, "x is not an array of real numbers"),
    ],
)
def test_what_cannot_be_differentiated_is_refused_in_one_sentence(x, y, options, error, message):
    with pytest.raises(error, match=message):
        derivative_of_samples(x, y, **options)


def test_the_data_are_left_as_they_are():
    x, y = np.linspace(0, 1, 9), np.linspace(0, 1, 9) ** 2
    kept = x.copy(), y.copy()
    derivative_of_samples(x, y)
    assert np.array_equal(x, kept[0])
    assert np.array_equal(y, kept[1])
