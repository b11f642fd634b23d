"""What the pictures of programs are drawn with."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.report import new_axes
from diffkit.report.pen import head_and_tail, inches, rounded, text_width, typeset
from diffkit.report.style import house_style


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("v-1", "v₋₁"),
        ("v\u03043*cos(v0)", "v\u0304₃·cos(v₀)"),
        ("v12 - n4**2", "v₁₂ − n₄²"),
        ("x_1*x1", "x₁·x₁"),
        ("exp2(v1)*log1p(y)", "exp2(v₁)·log1p(y)"),
        ("x**2.5 + x**n", "x**2.5 + x**n"),
        ("1e-09*v1", "1e−09·v₁"),
        ("a = -0.5", "a = −0.5"),
        ("loss_2_bar + z[0]", "loss_2_bar + z[0]"),
    ],
)
def test_a_formula_is_printed_as_in_a_book(text, printed):
    assert typeset(text) == printed


@pytest.mark.parametrize("count", [1, 5, 7, 60, 5002])
@pytest.mark.parametrize("most", [3, 4, 9, 20])
def test_head_and_tail_take_the_room_there_is(count, most):
    numbers = head_and_tail(count, most)
    assert len(numbers) == min(count, most)
    shown = [n for n in numbers if n is not None]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (0, count - 1)
    assert numbers.count(None) == (count > most)


def test_axes_are_as_many_inches_as_they_are_drawn():
    with house_style():
        ax = new_axes(7.5, 4.0)
        ax.set_title("Above", loc="left")
        width, height = inches(ax)
        ax.figure.draw_without_rendering()
        drawn = ax.get_window_extent()
    assert (width, height) == pytest.approx((drawn.width / 100, drawn.height / 100), abs=0.01)
    assert 7.2 < width < 7.5
    assert 3.4 < height < 4.0


def test_the_width_of_a_text_is_what_it_is_drawn_with():
    with house_style():
        ax = new_axes()
        text = ax.text(0, 0, "v₁ = log(v₋₁)", fontsize=10)
        ax.figure.draw_without_rendering()
    assert text_width(text.get_text()) == pytest.approx(text.get_window_extent().width / 100, rel=0.03)


def test_a_way_around_corners_stays_inside_them_and_a_short_side_has_a_small_one():
    way = rounded([(0, 0), (1, 0), (1, 0.1), (2, 0.1)], 0.5)
    assert way.vertices[0].tolist() == [0, 0]
    assert way.vertices[-1].tolist() == [2, 0.1]
    points = way.to_polygons(closed_only=False)[0]
    assert np.all(np.diff(points[:, 0]) >= -1e-12)
    assert np.all(np.diff(points[:, 1]) >= -1e-12)
