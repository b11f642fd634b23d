"""Stencils are exact: order conditions in Fractions, the textbook's text, the textbook's bits."""

from decimal import Decimal
from fractions import Fraction
from math import factorial

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from diffkit.numerical.stencil import (
    Stencil,
    backward,
    central,
    extrapolation,
    forward,
    lopsided,
    richardson,
    shifted,
)

offset_sets = st.sets(st.integers(-9, 9) | st.fractions(-3, 3, max_denominator=6), min_size=2, max_size=7)


def moment(stencil, m):
    return sum(w * Fraction(k) ** m for k, w in zip(stencil.offsets, stencil.weights, strict=True))


@given(offset_sets, st.data())
def test_the_order_conditions_hold_exactly_for_any_offsets(offsets, data):
    q = data.draw(st.integers(1, len(offsets) - 1))
    stencil = Stencil.of(offsets, q)
    p = stencil.order
    expected = [factorial(q) if m == q else 0 for m in range(q + p)]
    assert [moment(stencil, m) for m in range(q + p)] == expected
    assert stencil.error_constant == moment(stencil, q + p) / factorial(q + p) != 0
    assert p >= len(offsets) - q
    assert 0 not in stencil.weights
    assert list(stencil.offsets) == sorted(stencil.offsets)


@given(offset_sets, st.data())
def test_a_stencil_is_exact_on_polynomials_below_its_first_failing_moment(offsets, data):
    q = data.draw(st.integers(1, len(offsets) - 1))
    stencil = Stencil.of(offsets, q)
    x, h = Fraction(2, 7), Fraction(-3, 5)
    n = q + stencil.order
    power = lambda t: t ** (n - 1)
    assert stencil.apply(power, x, h) == factorial(n - 1) // factorial(n - 1 - q) * x ** (n - 1 - q)
    # One degree more shows the error constant, and nothing else.
    exact = factorial(n) // factorial(n - q) * x ** (n - q)
    error = stencil.error_constant * factorial(n) * h**stencil.order
    assert stencil.apply(lambda t: t**n, x, h) == exact + error


@given(st.integers(1, 6), st.integers(1, 5))
def test_named_stencils_have_the_accuracy_they_are_asked_for(q, accuracy):
    assert forward(q, accuracy).order == backward(q, accuracy).order == accuracy
    assert central(q, 2 * accuracy).order == 2 * accuracy
    assert forward(q, accuracy).offsets == tuple(range(q + accuracy))
    assert backward(q, accuracy).weights == tuple(
        w * (-1) ** q for w in reversed(forward(q, accuracy).weights)
    )


@pytest.mark.parametrize(
    ("stencil", "constant", "gain"),
    [
        (forward(), Fraction(1, 2), 2),
        (backward(), Fraction(-1, 2), 2),
        (central(), Fraction(1, 6), 1),
        (forward(1, 2), Fraction(-1, 3), 4),
        (central(1, 4), Fraction(-1, 30), Fraction(3, 2)),
        (central(1, 6), Fraction(1, 140), Fraction(11, 6)),
        (central(2), Fraction(1, 12), 4),
    ],
)
def test_error_constants_and_noise_gains_are_those_of_the_table(stencil, constant, gain):
    assert (stencil.error_constant, stencil.noise_gain) == (constant, gain)


@pytest.mark.parametrize(
    ("stencil", "text"),
    [
        (forward(), "f'(x) ≈ (f(x+h) - f(x)) / h + O(h)"),
        (backward(), "f'(x) ≈ (f(x) - f(x-h)) / h + O(h)"),
        (central(), "f'(x) ≈ (f(x+h) - f(x-h)) / (2h) + O(h²)"),
        (central(1, 4), "f'(x) ≈ (-f(x+2h) + 8f(x+h) - 8f(x-h) + f(x-2h)) / (12h) + O(h⁴)"),
        (central(2), "f''(x) ≈ (f(x+h) - 2f(x) + f(x-h)) / h² + O(h²)"),
        (forward(3), "f'''(x) ≈ (f(x+3h) - 3f(x+2h) + 3f(x+h) - f(x)) / h³ + O(h)"),
        (central(4), "f⁽⁴⁾(x) ≈ (f(x+2h) - 4f(x+h) + 6f(x) - 4f(x-h) + f(x-2h)) / h⁴ + O(h²)"),
        (
            Stencil.of((0, Fraction(1, 2), Fraction(3, 2))),
            "f'(x) ≈ (-f(x+3h/2) + 9f(x+h/2) - 8f(x)) / (3h) + O(h²)",
        ),
    ],
)
def test_a_stencil_prints_as_the_textbook_formula(stencil, text):
    assert str(stencil) == text


@given(st.floats(-3, 3), st.floats(1e-9, 1.0))
def test_first_differences_are_the_textbook_operations_bit_for_bit(x, h):
    f = lambda t: np.sin(t) * np.exp(t)
    assert forward().apply(f, x, h) == (f(x + h) - f(x)) / h
    assert backward().apply(f, x, h) == (f(x) - f(x - h)) / h
    assert central().apply(f, x, h) == (f(x + h) - f(x - h)) / (2 * h)
    assert central(2).apply(f, x, h) == (f(x + h) - 2 * f(x) + f(x - h)) / h**2


def test_forward_differences_of_the_worked_examples_agree_in_every_bit():
    assert forward().apply(lambda x: x**2 * 4 + 4 + 2, 3.0, 1e-5) == 24.000039999805264
    assert forward().apply(lambda y: 9 * y + y + 2, 4.0, 1e-5) == 10.000000000331966
    assert forward().apply(lambda x: x * x, 3.0, 1e-6) == 6.000001000927568


def test_a_formula_runs_in_mpmath_and_on_object_arrays():
    with mpmath.workdps(60):
        x, h = mpmath.mpf(1), mpmath.mpf(2) ** -20
        expected = (mpmath.exp(x + h) - mpmath.exp(x - h)) / (2 * h)
        assert central().apply(mpmath.exp, x, h) == expected
        array = np.array([x, 2 * x], dtype=object)
        assert central().apply(lambda t: t**3, array, h).tolist() == [3 * x + h**2, 12 * x + h**2]


def test_fractional_offsets_run_in_mpmath():
    half = Stencil.of((Fraction(-1, 2), Fraction(1, 2)))
    assert half.apply(lambda t: t**2, mpmath.mpf(3), mpmath.mpf(1)) == 6


def test_offset_zero_is_the_point_itself():
    x = np.ones(3)
    assert shifted(x, 0, 0.1) is x


def test_f_is_called_once_for_each_offset():
    seen = []
    central(2).apply(lambda t: seen.append(t) or t, 0.0, 1.0)
    assert sorted(seen) == [-1.0, 0.0, 1.0]
    assert central(2).evaluations == 3


def test_one_extrapolation_of_the_central_difference_is_the_five_point_rule():
    assert central().extrapolated() == richardson() == central(1, 4)
    assert richardson(2) == central(2, 4)


@given(st.integers(1, 5))
def test_an_extrapolated_stencil_gains_the_next_order(q):
    assert central(q).extrapolated().order == 4
    assert forward(q).extrapolated().order == 2


@pytest.mark.parametrize("bad", [0, -1, 1.5, "1", True, None])
def test_derivative_and_accuracy_must_be_whole_numbers_from_one(bad):
    for make in (forward, backward, central, lambda q: forward(1, q), lambda q: Stencil.of((0, 1), q)):
        with pytest.raises(ValueError, match="is not a whole number from 1 on"):
            make(bad)


def test_an_odd_accuracy_of_a_central_difference_names_the_next_even_one():
    with pytest.raises(ValueError, match="write accuracy=4"):
        central(1, 3)


# -- grids that are not even ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [str, float, np.float32, np.longdouble, Decimal, Fraction])
def test_offsets_are_read_exactly_in_whatever_form_they_come(kind):
    offsets = [Fraction(-3, 2), Fraction(0), Fraction(1, 4), Fraction(2)]
    given = [kind(float(k)) if kind is not str else str(k) for k in offsets]
    assert Stencil.of(given, 2) == Stencil.of(offsets, 2)


def test_a_decimal_in_a_text_is_that_decimal_and_a_float_is_its_binary_value():
    assert Stencil.of((0, "0.1")).weights == (-10, 10)
    assert Stencil.of((0, 0.1)).offsets[1] == Fraction(3602879701896397, 2**55)


def test_whole_numbers_of_numpy_do_not_wrap_around():
    far = [np.int64(k) for k in (-3, -1, 0, 2**20)]
    assert Stencil.of(far, 3) == Stencil.of(map(int, far), 3)
    assert all(type(k) is int for k in Stencil.of(far).offsets)


@pytest.mark.parametrize("bad", ["x", "1/0", float("nan"), np.inf, 1j, None])
def test_an_offset_that_is_no_rational_number_is_refused(bad):
    with pytest.raises(ValueError, match="is not a rational number: write an offset as"):
        Stencil.of((0, bad))


@given(st.sets(st.fractions(-5, 5, max_denominator=20), min_size=3, max_size=6), st.data())
def test_on_a_grid_a_polynomial_through_its_points_is_differentiated_exactly(points, data):
    q = data.draw(st.integers(1, len(points) - 1))
    at = data.draw(st.sampled_from(sorted(points)) | st.fractions(-5, 5, max_denominator=20))
    stencil = Stencil.on(points, at, q)
    n = len(points) - 1
    slope = factorial(n) // factorial(n - q) * at ** (n - q)
    assert stencil.combine([(at + k) ** n for k in stencil.offsets], 1) == slope


@given(st.integers(0, 8), st.integers(1, 3), st.integers(1, 6))
def test_a_lopsided_stencil_has_so_many_points_behind_and_its_accuracy(behind, q, accuracy):
    if behind >= q + accuracy:
        with pytest.raises(ValueError, match="is not how many of "):
            lopsided(behind, q, accuracy)
        return
    stencil = lopsided(behind, q, accuracy)
    assert stencil.order - accuracy in (0, 1)
    assert -behind <= min(stencil.offsets)
    assert max(stencil.offsets) < q + accuracy - behind
    assert all(
        w * (-1) ** q == mirrored for w, mirrored in zip(stencil.weights, backwards(stencil), strict=True)
    )


def backwards(stencil):
    """The weights of the same points seen from the other side."""
    mirrored = Stencil.of([-k for k in stencil.offsets], stencil.derivative)
    assert mirrored.error_constant == stencil.error_constant * (-1) ** stencil.order
    return mirrored.weights[::-1]


@pytest.mark.parametrize(("behind", "named"), [(0, forward(2, 3)), (4, backward(2, 3)), (2, central(2, 4))])
def test_the_ends_and_the_middle_of_the_lopsided_are_the_named_ones(behind, named):
    assert lopsided(behind, 2, 3) == named


@pytest.mark.parametrize(
    ("stencil", "latex"),
    [
        (central(), r"f'(x) \approx \frac{f(x+h) - f(x-h)}{2h} + O(h^{2})"),
        (forward(), r"f'(x) \approx \frac{f(x+h) - f(x)}{h} + O(h)"),
        (
            central(4),
            r"f^{(4)}(x) \approx \frac{f(x+2h) - 4f(x+h) + 6f(x) - 4f(x-h) + f(x-2h)}{h^{4}} + O(h^{2})",
        ),
        (extrapolation((-1, 1)), r"f(x) \approx \frac{f(x+h) + f(x-h)}{2} + O(h^{2})"),
    ],
)
def test_a_stencil_is_written_in_latex_which_matplotlib_can_set(stencil, latex):
    assert stencil.to_latex() == latex
    assert stencil._repr_latex_() == rf"$\displaystyle {latex}$"
    MathTextParser("path").parse(f"${latex}$")


@pytest.mark.parametrize("named", [forward, backward, central])
@pytest.mark.parametrize("accuracy", range(1, 9))
@pytest.mark.parametrize("q", [1, 2, 3, 4])
def test_the_measured_order_and_constant_are_the_stated_ones(named, accuracy, q):
    if named is central and accuracy % 2:
        pytest.skip("a central difference has an even order")
    stencil = named(q, accuracy)
    with mpmath.workdps(120):
        error = lambda h: stencil.apply(mpmath.exp, mpmath.mpf(1), h) - mpmath.e
        h = mpmath.mpf(2) ** -20
        # The next term of the error is at most 8 h of the first.
        assert float(mpmath.log(error(2 * h) / error(h), 2)) == pytest.approx(accuracy, abs=1e-4)
        assert float(error(h) / h**accuracy / mpmath.e) == pytest.approx(stencil.error_constant, rel=1e-4)


@pytest.mark.parametrize("accuracy", range(2, 21, 2))
def test_the_error_constant_of_a_central_difference_has_the_closed_form(accuracy):
    m = accuracy // 2  # Fornberg 1988: (m!)^2 / (2m + 1)!, the signs alternating
    assert central(1, accuracy).error_constant == -Fraction(
        (-1) ** m * factorial(m) ** 2, factorial(2 * m + 1)
    )


def test_too_few_offsets_are_refused_with_the_number_needed():
    with pytest.raises(ValueError, match="needs at least 3 different offsets"):
        Stencil.of((0, 1, 1), 2)
