"""The figure of a comparison: a line for each method, its digits written out."""

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import digits_by_method, draw, look_of, new_axes
from diffkit.studies.row import MOST_DIGITS


@pytest.fixture(scope="module")
def comparison():
    return dk.compare(lambda x: x * x if x > 0 else -x, 0.7)


def test_there_is_a_line_for_each_method_in_the_order_of_the_table(comparison):
    ax = digits_by_method(comparison)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [look_of(row.method).name for row in comparison.rows]


def test_each_dot_stands_at_its_digits_in_the_colour_of_its_method(comparison):
    ax = digits_by_method(comparison)
    dots = {
        (line.get_color(), line.get_marker()): line for line in ax.get_lines() if line.get_marker() != "None"
    }
    for row in comparison.rows:
        if row.method in ("central", "richardson"):
            assert dots[look_of(row.method).colour, look_of(row.method).marker].get_xdata()[0] == row.digits


def test_a_method_that_does_not_apply_says_so_and_so_does_the_alternative_text(comparison):
    ax = digits_by_method(comparison)
    told = "not applicable: not closed form: f branches on its argument"
    assert any(text.get_text().startswith(told) for text in ax.texts)
    assert f"symbolic: {told}" in ax.alt


def test_a_reason_that_is_too_long_ends_inside_the_figure(assert_legible):
    def f(x):
        return abs(x) if x > 1 else np.floor(x)

    comparison = dk.compare(f, 1.5, methods=["symbolic", "complex-step", "reverse"])
    ax = digits_by_method(comparison, new_axes(5.0, 3.0))
    assert_legible(ax)
    told = [text.get_text() for text in ax.texts if text.get_text().startswith("not applicable: ")]
    assert len(told) == 2
    for text, row in zip(told, comparison.rows[:2], strict=True):
        assert text.endswith(" …")
        assert row.note.startswith(text.removeprefix("not applicable: ").removesuffix(" …"))


@pytest.mark.parametrize("size", [(7.5, 4.0), (8.0, 4.5)])
def test_no_two_words_touch_and_none_leaves_the_figure(comparison, size, assert_legible):
    assert_legible(digits_by_method(comparison, new_axes(*size)))


@pytest.mark.parametrize("size", [(7.5, 4.8), (8.0, 4.5), (6.0, 4.0)])
def test_no_words_cross_the_line_of_all_that_a_double_holds(size, assert_legible):
    """The adaptive method's 13.3 digits and its calls end beyond it where they stand beside the dot."""
    ax = digits_by_method(dk.compare("sin(x)*exp(-x^2)", 0.7), new_axes(*size))
    assert_legible(ax)
    at = ax.transData.transform((MOST_DIGITS, 0))[0]
    said = [text for text in ax.texts if "call" in text.get_text()]
    assert len(said) == 9
    for text in said:
        box = text.get_window_extent()
        assert box.x1 < at or box.x0 > at, text.get_text()


def test_a_study_draws_itself_and_a_thing_that_is_no_study_is_refused(comparison):
    assert comparison.plot().alt == digits_by_method(comparison).alt
    with pytest.raises(TypeError, match="no figure belongs to an int; there are figures of ErrorSweep, "):
        draw(3)


def test_without_a_reference_every_line_says_so():
    ax = dk.compare("abs(x)", 0.0).plot()
    assert [text.get_text() for text in ax.texts].count("no reference to compare with") == 8


@pytest.mark.parametrize(
    ("point", "order", "title"),
    [
        ((0.7,), 1, "Correct digits of the derivative of f at 0.7"),
        ((0.7,), 2, "Correct digits of the second derivative of f at 0.7"),
        (({"x": 3.0, "y": 4.0},), 1, "Correct digits of the gradient of f at x = 3, y = 4"),
        ((np.array([1.0, 2.0]),), 1, "Correct digits of the gradient of f at [1. 2.]"),
    ],
)
def test_the_title_says_which_derivative_and_where(point, order, title):
    f = "x^2*y" if isinstance(point[0], dict) else lambda x: np.sum(x * x)
    comparison = dk.compare(f, *point, methods=["central", "reverse"], order=order, text="f")
    ax = comparison.plot()
    assert ax.get_title(loc="left") == title
    assert ax.alt.startswith(title + ", and calls of f")


def test_a_long_function_and_a_long_point_are_cut_and_the_title_stays_in_the_figure():
    comparison = dk.compare(
        lambda x: np.sum(x * x), np.arange(40) / 7, methods=["reverse"], text="x*x + " * 50
    )
    ax = comparison.plot()
    ax.figure.draw_without_rendering()
    assert ax._left_title.get_window_extent().x1 <= ax.figure.bbox.x1
    assert ax.get_title(loc="left").count("…") == 2
