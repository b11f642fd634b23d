"""The stage: logarithmic axes that hold every height, a row for zeros, a title that stays inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from diffkit.report.frame import Frame
from diffkit.report.style import house_style, new_axes

pytestmark = pytest.mark.sampled(3)  # a wide cross of figures and sizes


@pytest.fixture
def frame_of(sweep: Any) -> Callable[..., Frame]:
    """frame_of(heights, **more): a frame for one array of heights; `dtype` and `f_text` are the sweep's."""

    def make(
        heights: Any, dtype: str = "float64", f_text: str = "f", width: float = 7.5, **more: Any
    ) -> Frame:
        told = replace(sweep, dtype=dtype, f_text=f_text)
        with house_style():
            return Frame(new_axes(width), told, told.curves, [np.array(heights)], **more)

    return make


def test_all_heights_and_steps_are_inside_the_limits(frame_of: Any) -> None:
    frame = frame_of([1e-9, -3e-4, np.nan, 2e-2])
    low, high = frame.ax.get_ylim()
    assert low < frame.floor < 1e-9
    assert frame.top == pytest.approx(2e-2, rel=1e-12)
    assert frame.top < high
    left, right = frame.ax.get_xlim()
    assert left < frame.sweep.steps[0] < frame.sweep.steps[-1] < right
    assert (frame.ax.get_xscale(), frame.ax.get_yscale()) == ("log", "log")


def test_without_zeros_the_floor_is_a_tenth_of_a_decade_below_the_least(frame_of: Any) -> None:
    assert frame_of([1e-9, 1e-2]).floor == pytest.approx(10**-9.1)


def test_zeros_have_a_row_of_their_own_at_least_a_decade_below(frame_of: Any) -> None:
    assert frame_of([3e-9, 0.0, 1e-2]).floor == pytest.approx(1e-10)
    assert frame_of([1e-9, 0.0, 1e-2]).floor == pytest.approx(1e-11)


def test_what_is_shown_is_the_size_and_zeros_stand_on_the_floor(frame_of: Any) -> None:
    frame = frame_of([1e-9, 0.0, 1e-2])
    shown = frame.shown(np.array([-1e-3, 0.0, -0.0, np.nan, 5.0]))
    np.testing.assert_array_equal(shown, [1e-3, frame.floor, frame.floor, np.nan, 5.0])
    assert frame.is_zero(np.array([-1e-3, 0.0, np.nan])).tolist() == [False, True, False]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_what_50_digits_cannot_tell_from_the_derivative_is_zero(
    frame_of: Any, sweep: Any, dtype: str
) -> None:
    largest = max(abs(sweep.exact), *(np.nanmax(np.abs(c.truncation)) for c in sweep.curves.values()))
    frame = frame_of([1e-3, 1e2], dtype)
    assert frame.is_zero(np.array([0.9, -0.9, 1.1]) * largest * 1e-40).tolist() == [True, True, False]


def test_a_small_error_stands_where_it_is_however_large_the_rounding_errors_are(frame_of: Any) -> None:
    frame = frame_of([1e16, 2e-18])  # of a second derivative: it was once drawn near 1e-13
    assert frame.floor == pytest.approx(2e-18 / 10**0.1)
    assert frame.shown(np.array([2e-18])).tolist() == [2e-18]


def test_noise_of_many_digits_does_not_stretch_the_axis(frame_of: Any) -> None:
    assert frame_of([1e-3, 1e-60, 1.0]).floor == frame_of([1e-3, 0.0, 1.0]).floor


def test_above_a_cut_only_what_is_higher_counts_and_only_0_is_zero(frame_of: Any) -> None:
    frame = frame_of([1e-40, 2e-7, 1e-2], cut=1e-8)
    assert frame.floor == pytest.approx(2e-7 / 10**0.1)
    assert not frame.is_zero(np.array(1e-40))
    assert frame.is_zero(np.array(0.0))


@pytest.mark.parametrize("heights", [[], [0.0], [np.nan, np.inf], [0.0, np.nan]])
def test_where_there_is_no_error_to_see_the_axes_are_made_all_the_same(frame_of: Any, heights: Any) -> None:
    frame = frame_of(heights)
    low, high = frame.ax.get_ylim()
    assert 0 < low < frame.floor < frame.top == 1.0 < high < np.inf


def test_every_labelled_tick_is_a_decade_and_ticks_between_have_no_label(frame_of: Any) -> None:
    frame = frame_of([1e-9, 1e-2])
    for axis in (frame.ax.xaxis, frame.ax.yaxis):
        decades = np.log10(axis.get_majorticklocs())
        np.testing.assert_allclose(decades, np.round(decades), atol=1e-9)
        assert not any(label.get_text() for label in axis.get_minorticklabels())
    assert (frame.ax.get_xlabel(), frame.ax.get_ylabel()) == ("step h", "absolute error")


LONG = "sin(x)*" * 40


@pytest.mark.parametrize(("width", "length"), [(9.0, 180), (7.5, 150), (6.0, 100), (5.0, 70)])
def test_a_title_is_cut_as_far_as_it_takes_to_stay_in_the_figure(
    frame_of: Any, width: float, length: int
) -> None:
    ax = frame_of([1e-9, 1e-2], f_text=LONG[:length], width=width).ax
    title = ax._left_title
    assert title.get_window_extent().x1 <= ax.figure.bbox.x1
    assert "…" in title.get_text()
    assert title.get_text().endswith(" at 0.7")


def test_a_function_of_any_length_is_cut_without_a_warning(frame_of: Any) -> None:
    assert "…" in frame_of([1e-9, 1e-2], f_text=LONG).ax.get_title(loc="left")


def test_as_much_of_a_long_function_is_shown_as_of_a_longer_one(frame_of: Any) -> None:
    long, longer = (
        frame_of([1e-9, 1e-2], f_text=text).ax.get_title(loc="left") for text in (LONG[:150], LONG)
    )
    assert long == longer


def test_a_title_that_fits_is_whole_and_names_its_method(frame_of: Any) -> None:
    ax = frame_of([1e-9, 1e-2], f_text="exp(x)", by="central").ax
    assert ax.get_title(loc="left") == "Error of the derivative of exp(x) at 0.7, central"
