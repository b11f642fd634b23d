"""The error figures: what is drawn where, what is said, and that no two words touch."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text

import diffkit as dk
from diffkit.report import LOOKS, alt_text, error_against_step, error_split, new_axes

pytestmark = pytest.mark.sampled(3)  # a wide cross of figures and sizes

ALL = ("forward", "backward", "central", "richardson", "complex-step")
THREE = ("forward", "central", "richardson")
CASES = ("sin(x)*exp(-x^2)", "exp(x)", "x**3", "tan(x)", "log(x)")


def said(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if text.get_text()]


def line(ax: Axes, label: str) -> Line2D:
    return next(line for line in ax.get_lines() if line.get_label() == label)


@pytest.fixture(scope="module")
def drawn(sweep: Any) -> Axes:
    """The lecture's figure, drawn once for all tests that only look at it."""
    return error_against_step(sweep)


PAGE, SLIDE = (7.5, 5.0), (8.0, 4.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "methods", "size"),
    [*itertools.product(CASES, (THREE, ALL), (PAGE,)), (CASES[0], THREE, SLIDE), (CASES[0], ALL, SLIDE)],
)
def test_no_two_words_touch_and_none_leaves_the_figure(
    build: Callable[..., Any],
    text: str,
    methods: tuple[str, ...],
    size: tuple[float, float],
    assert_legible: Callable[..., None],
) -> None:
    assert_legible(error_against_step(build(text, methods), new_axes(*size)), dpi=200)


class FivePoint(dk.numerical.Central):
    """A sixth method with a step."""

    name = "five-point"

    def stencil(self, derivative: int = 1) -> Any:
        return dk.numerical.Central(accuracy=4).stencil(derivative)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("f", "x", "more"),
    [
        ("exp(x)", 1.0, {}),
        ("x^3", 0.0, {}),
        ("1/x", 1e-3, {}),
        ("sin(x)", 1e6, {}),
        ("abs(x)", 0.1, {}),
        ("sin(x)", 1.0, {"dtype": "float32"}),
        ("sin(x)", 1.0, {"order": 2}),
        ("exp(x)", 1.0, {"order": 3}),
        ("exp(x)", 1.0, {"methods": (*ALL, FivePoint())}),
    ],
)
def test_no_two_words_touch_whatever_is_swept(
    f: str, x: float, more: dict[str, Any], assert_legible: Callable[..., None]
) -> None:
    sweep = dk.error_sweep(f, x, **more)
    ax = error_against_step(sweep)
    assert_legible(ax, dpi=150)
    told = " ".join(said(ax))
    assert all(LOOKS[name].name in told for name in sweep.curves if name in LOOKS)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_one_to_five_methods_are_all_named(
    build: Callable[..., Any], count: int, assert_legible: Callable[..., None]
) -> None:
    sweep = build(CASES[0], ALL).only(*ALL[:count])
    ax = error_against_step(sweep)
    assert {LOOKS[method].name for method in sweep.curves} <= set(said(ax))
    assert_legible(ax, dpi=100)


@pytest.mark.sampled(7)
@pytest.mark.parametrize("method", ["forward", "richardson", "complex-step"])
@pytest.mark.parametrize("text", CASES)
def test_no_two_words_touch_in_a_split(
    build: Callable[..., Any], text: str, method: str, assert_legible: Callable[..., None]
) -> None:
    assert_legible(error_split(build(text, ALL), method), dpi=150)


def test_a_long_function_is_cut_in_the_title_and_not_in_the_alternative_text(
    sweep: Any, assert_legible: Callable[..., None]
) -> None:
    long = replace(sweep, f_text="sin(x)*exp(-x^2) + " * 8 + "1")
    ax = error_against_step(long)
    assert_legible(ax, dpi=100)
    assert "…" in ax.get_title(loc="left")
    assert long.f_text in ax.alt


def test_both_axes_are_logarithmic_and_h_grows_to_the_right(drawn: Axes, sweep: Any) -> None:
    assert (drawn.get_xscale(), drawn.get_yscale()) == ("log", "log")
    assert drawn.get_xlim()[0] < sweep.steps[0] < sweep.steps[-1] < drawn.get_xlim()[1]


def test_the_thick_line_is_the_median_and_the_thin_one_the_error_at_every_step_that_is_not_lost(
    drawn: Axes, sweep: Any
) -> None:
    curve = sweep.curves["central"]
    thick = line(drawn, "central")
    np.testing.assert_array_equal(thick.get_ydata(), curve.median)
    thin = [
        one for one in drawn.get_lines() if one.get_alpha() == 0.35 and one.get_color() == thick.get_color()
    ]
    np.testing.assert_array_equal(thin[0].get_xdata(), sweep.steps[~curve.lost])
    np.testing.assert_array_equal(thin[0].get_ydata(), np.abs(curve.total[~curve.lost]))
    assert thick.get_linewidth() >= 1.5 > thin[0].get_linewidth()


def test_a_star_stands_at_the_best_of_the_median(drawn: Axes, sweep: Any) -> None:
    stars = [(*one.get_xdata(), *one.get_ydata()) for one in drawn.get_lines()
             if one.get_marker() == "*"]  # fmt: skip
    assert stars == [curve.best for curve in sweep.curves.values()]


def test_the_best_step_is_said_beside_its_star(drawn: Axes) -> None:
    assert "best h ≈ 2e-06, error ≈ 6e-12" in said(drawn)


def test_slopes_1_2_4_are_drawn_as_triangles_of_that_slope(drawn: Axes) -> None:
    assert {"slope 1", "slope 2", "slope 4"} <= set(said(drawn))
    triangles = [np.log10(patch.get_xy()[:3]) for patch in drawn.patches if isinstance(patch, Polygon)]
    slopes = [(c[1] - b[1]) / (b[0] - a[0]) for a, b, c in triangles]
    assert slopes == pytest.approx([1, 2, 4], abs=0.05)


def test_every_kind_of_theory_line_is_named(drawn: Axes) -> None:
    assert {"truncation ≈ C h", "C h²", "C h⁴", "rounding ≈ u (|f| + |x f′|) / h"} <= set(said(drawn))


def test_the_roots_of_epsilon_are_ticks_on_the_h_axis_exactly_where_they_are(drawn: Axes) -> None:
    ticks = [one.get_xdata()[0] for one in drawn.get_lines() if list(one.get_ydata()) == [0, 0.035]]
    assert ticks == pytest.approx([2.0**-26, 2.0 ** (-52 / 3), 2.0 ** (-52 / 5)], rel=1e-15)
    assert {"√ε", "³√ε", "⁵√ε"} <= set(said(drawn))


def test_a_method_without_step_is_a_level_line(drawn: Axes, sweep: Any) -> None:
    levels = [one.get_ydata() for one in drawn.get_lines() if list(one.get_xdata()) == [0, 1]]
    assert [list(level) for level in levels] == [[sweep.flat["reverse"]] * 2]
    assert "reverse mode (no h): error 5e-18" in said(drawn)


def test_level_lines_that_coincide_share_their_words(sweep: Any) -> None:
    both = replace(sweep, flat={"reverse": 5e-18, "dual": 5e-18})
    assert "reverse mode and dual numbers (no h): error 5e-18" in said(error_against_step(both))


def test_level_lines_that_are_one_to_the_eye_are_drawn_once_at_the_larger_error(sweep: Any) -> None:
    ax = error_against_step(replace(sweep, flat={"reverse": 2e-17, "dual": 5e-17}))
    assert [one.get_ydata()[0] for one in ax.get_lines() if list(one.get_xdata()) == [0, 1]] == [5e-17]
    assert "dual numbers and reverse mode (no h): error 5e-17" in said(ax)


def test_lost_steps_are_hollow_marks_at_the_derivative_and_no_thin_line_leads_there(sweep: Any) -> None:
    curve = sweep.curves["central"]
    lost = np.arange(len(sweep.steps)) % 3 == 0
    told = replace(sweep, curves={"central": replace(
        curve, lost=lost, total=np.where(lost, -sweep.exact, curve.total))})  # fmt: skip
    lines = error_against_step(told).get_lines()
    (marks,) = [one for one in lines if one.get_markerfacecolor() == "none" and len(one.get_xdata())]
    np.testing.assert_array_equal(marks.get_xdata(), sweep.steps[lost])
    np.testing.assert_array_equal(marks.get_ydata(), abs(sweep.exact))
    (thin,) = [one for one in lines if one.get_alpha() == 0.35]
    np.testing.assert_array_equal(thin.get_xdata(), sweep.steps[~lost])


def test_the_key_names_only_what_is_drawn(build: Callable[..., Any]) -> None:
    def rows(ax: Axes) -> list[str]:
        legend = ax.get_legend()
        return [text.get_text() for text in legend.get_texts()] if legend else []

    exp = build("exp(x)", ALL)
    assert {"best h, measured", "best h, theory"} <= set(rows(error_against_step(exp.only("central"))))
    assert "best h, measured" not in rows(error_against_step(exp.only("complex-step")))
    cube = build("x**3", THREE).only("richardson")  # no truncation error: theory has no best step
    assert "best h, theory" not in rows(error_against_step(cube))


def test_errors_of_exactly_zero_stand_on_a_floor_below_all_others(build: Callable[..., Any]) -> None:
    sweep = build("x**3", THREE)
    ax = error_against_step(sweep)
    total = sweep.curves["richardson"].total
    marks = [one for one in ax.get_lines() if one.get_markerfacecolor() == "none" and len(one.get_xdata())]
    heights = np.concatenate([one.get_ydata() for one in marks])
    heights = heights[heights != sweep.exact]  # where the values of f cancel
    assert len(heights) == np.count_nonzero(total == 0) > 0
    smallest = min(np.abs(c.total[c.total != 0]).min() for c in sweep.curves.values())
    assert np.all((ax.get_ylim()[0] < heights) & (heights < smallest))
    assert "error exactly 0" in said(ax)


def test_no_floor_is_drawn_where_no_error_is_zero(drawn: Axes) -> None:
    assert "error exactly 0" not in said(drawn)


def test_backward_has_forwards_hue_in_dashes() -> None:
    assert LOOKS["backward"].ink == LOOKS["forward"].ink
    assert LOOKS["backward"].dash != LOOKS["forward"].dash == "-"


def test_a_flat_curve_has_no_best_step(build: Callable[..., Any]) -> None:
    ax = error_against_step(build("exp(x)", ALL).only("complex-step"))
    assert not any(one.get_marker() == "*" for one in ax.get_lines())
    assert "any small h, error ≈ 1e-16" in said(ax)


def test_steps_outside_the_domain_are_gaps(build: Callable[..., Any]) -> None:
    sweep = build("log(x)", THREE)
    drawn = line(error_against_step(sweep), "central").get_ydata()
    assert np.isnan(np.asarray(drawn)[sweep.steps > 0.01]).all()


def test_the_split_draws_both_parts_as_they_were_measured(sweep: Any) -> None:
    ax, curve = error_split(sweep, "central"), sweep.curves["central"]
    np.testing.assert_array_equal(line(ax, "truncation error").get_ydata(), np.abs(curve.truncation))
    np.testing.assert_array_equal(line(ax, "rounding error").get_ydata(), np.abs(curve.rounding))
    np.testing.assert_array_equal(line(ax, "total error (median)").get_ydata(), curve.median)
    assert ax.get_title(loc="left").endswith("at 0.7, central")


def test_the_split_of_a_method_that_was_not_swept_names_those_that_were(sweep: Any) -> None:
    with pytest.raises(ValueError, match="no method 'centre'; it has forward, central, richardson"):
        error_split(sweep, "centre")


def test_the_alternative_text_is_the_label_of_the_axes(drawn: Axes, sweep: Any) -> None:
    assert drawn.alt == alt_text(sweep)


def test_a_second_derivative_in_float32_has_its_own_words(sweep: Any) -> None:
    told = replace(sweep, order=2, dtype="float32")
    assert "Error of the second derivative" in alt_text(told)
    assert alt_text(told).split(". ")[0].endswith("in float32")
    assert "rounding ≈ u (|f| + |x f′|) / h²" in said(error_against_step(told))


def test_it_draws_where_it_is_told(sweep: Any) -> None:
    ax = new_axes(6, 4)
    assert error_against_step(sweep.only("central"), ax) is ax


def test_the_users_settings_are_untouched(sweep: Any) -> None:
    with matplotlib.rc_context({"font.size": 23.0, "lines.linewidth": 7.0}):
        before = dict(matplotlib.rcParams)
        ax = error_against_step(sweep.only("central"))
        assert dict(matplotlib.rcParams) == before
        assert ax.title.get_fontsize() < 14


def test_small_text_is_large_enough(drawn: Axes, words_of: Callable[[Axes], list[Text]]) -> None:
    assert min(text.get_fontsize() for text in words_of(drawn)) >= 10
