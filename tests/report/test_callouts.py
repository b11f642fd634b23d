"""The words in an error figure: what is said of which curve, once each, where it is true."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from diffkit.report import callouts
from diffkit.report.frame import Frame
from diffkit.report.labels import Labels
from diffkit.report.style import LOOKS, house_style, new_axes

pytestmark = pytest.mark.sampled(3)  # a wide cross of figures and sizes

ALL = ("forward", "backward", "central", "richardson", "complex-step")
ROW = Line2D([], [], label="a row")


class Stage(NamedTuple):
    labels: Labels
    frame: Frame

    def said(self) -> list[str]:
        return [text.get_text() for text in self.frame.ax.texts if text.get_text()]

    def text(self, words: str) -> Any:
        return next(text for text in self.frame.ax.texts if text.get_text() == words)

    def triangles(self) -> list[Any]:
        """The corners of each triangle, in decades."""
        drawn = [patch for patch in self.frame.ax.patches if isinstance(patch, Polygon)]
        return [np.log10(patch.get_xy()[:3]) for patch in drawn]


@pytest.fixture
def stage() -> Callable[[Any], Stage]:
    """stage(sweep): empty axes made ready for it, with its medians in the labels' way."""

    def make(sweep: Any) -> Stage:
        with house_style():
            heights = [curve.median for curve in sweep.curves.values()]
            frame = Frame(new_axes(), sweep, sweep.curves, heights)
            labels = Labels(frame.ax)
            for height in heights:
                labels.avoid(sweep.steps, frame.shown(height), 4.0)
        return Stage(labels, frame)

    return make


# -- lines that are one to the eye ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "one"),
    [
        ([1, 10, 100], [1.4, 7, 100], True),
        ([1, 10, 100], [1, 10, 160], False),
        ([1, np.nan, 0], [1, 10, 100], True),
        ([1, 10, -5], [1, np.inf, 100], True),
        ([1, np.nan], [np.nan, 1], False),
        ([0, 0], [0, 0], False),
    ],
)
def test_lines_coincide_within_a_factor_of_one_and_a_half_wherever_both_are_seen(
    a: list[float], b: list[float], one: bool
) -> None:
    first, second = np.array(a, float), np.array(b, float)
    assert callouts.coincide(first, second) is one
    assert callouts.coincide(second, first) is one


# -- the best steps ------------------------------------------------------------------------------------------


def test_each_star_has_a_name_in_bold_and_its_numbers_in_the_ink_of_its_method(
    stage: Any, build: Any
) -> None:
    on = stage(build("exp(x)", ALL))
    callouts.best(on.labels, on.frame, {})
    for method in ALL:
        name = on.text(LOOKS[method].name)
        assert (name.get_weight(), name.get_color()) == ("bold", LOOKS[method].ink)
    assert sum(words.startswith("best h ≈") for words in on.said()) == 4
    assert sum(words.startswith("any small h") for words in on.said()) == 1


def test_the_words_of_a_level_line_stand_beside_that_line(stage: Any, sweep: Any) -> None:
    on = stage(sweep.only("central"))
    callouts.best(on.labels, on.frame, {"level": 1e-9})
    box, (_, height) = on.text("level").get_window_extent(), on.labels.to_pixels(1.0, 1e-9)[0]
    assert min(abs(box.y0 - height), abs(box.y1 - height)) < 10


def test_that_zeros_are_nothing_is_said_at_the_floor(stage: Any, build: Any) -> None:
    on = stage(build("x**3", ("forward", "central", "richardson")))
    callouts.zeros(on.labels, on.frame)
    box = on.text("error exactly 0").get_window_extent()
    floor = on.labels.to_pixels(1.0, on.frame.floor)[0, 1]
    assert min(abs(box.y0 - floor), abs(box.y1 - floor)) < 10


def test_that_values_cancel_is_said_at_the_derivative_and_along_its_marks(stage: Any, sweep: Any) -> None:
    curve = sweep.curves["central"]
    lost = (sweep.steps > 1e-10) & (sweep.steps < 1e-2)
    told = replace(sweep, exact=1e-3, order=2, curves={"central": replace(curve, lost=lost)})
    on = stage(told)
    callouts.lost(on.labels, on.frame)
    box = on.text("difference exactly 0: error |f″|").get_window_extent()
    (left, height), (right, _) = on.labels.to_pixels([1e-10, 1e-2], [1e-3, 1e-3])
    assert min(abs(box.y0 - height), abs(box.y1 - height)) < 15
    assert left - 10 < box.x0 < right


def test_where_no_step_is_lost_nothing_is_said_of_it(stage: Any, sweep: Any) -> None:
    curve = replace(sweep.curves["central"], lost=np.zeros(len(sweep.steps), bool))
    on = stage(replace(sweep, curves={"central": curve}))
    callouts.lost(on.labels, on.frame)
    assert on.said() == []


# -- theory's steps ------------------------------------------------------------------------------------------


def test_a_step_that_two_methods_share_is_named_once(stage: Any, build: Any) -> None:
    on = stage(build("exp(x)", ALL).only("forward", "backward", "central"))
    callouts.predictions(on.labels, on.frame)
    assert sorted(on.said()) == sorted(["√ε", "³√ε"])


def test_a_predicted_step_stands_at_its_tick(stage: Any, sweep: Any) -> None:
    on = stage(sweep.only("central"))
    callouts.predictions(on.labels, on.frame)
    box = on.text("³√ε").get_window_extent()
    x, foot = on.labels.to_pixels(2.0 ** (-52 / 3), on.frame.ax.get_ylim()[0])[0]
    assert min(abs(box.x0 - x), abs(box.x1 - x)) < 10
    assert 0 <= box.y0 - foot < 25


def test_a_flat_method_has_a_longest_step_instead_of_a_best_one(stage: Any, build: Any) -> None:
    on = stage(build("exp(x)", ALL).only("complex-step"))
    callouts.predictions(on.labels, on.frame)
    step = on.frame.curves["complex-step"].predicted[0]
    assert on.said() == [f"≤ {step:.0e}"]


@pytest.mark.parametrize("step", [math.nan, math.inf, 0.0])
def test_where_theory_has_no_step_nothing_is_said(stage: Any, sweep: Any, step: float) -> None:
    curve = replace(sweep.curves["central"], predicted=(step, step))
    on = stage(replace(sweep, curves={"central": curve}))
    callouts.predictions(on.labels, on.frame)
    assert on.said() == []


# -- slopes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("central", 2), ("richardson", 4)])
def test_a_triangle_has_exactly_the_slope_that_was_fitted(
    stage: Any, sweep: Any, method: str, order: int
) -> None:
    on = stage(sweep.only(method))
    callouts.slopes(on.labels, on.frame)
    ((left, corner, top),) = on.triangles()
    run, rise = corner[0] - left[0], top[1] - corner[1]
    assert (corner[1], top[0]) == pytest.approx((left[1], corner[0]))
    assert rise / run == pytest.approx(sweep.curves[method].slope)
    assert run <= 1.0 + 1e-9
    assert rise <= 2.4 + 1e-9
    assert on.said() == [f"slope {order}"]


def test_a_triangle_stands_below_its_curve(stage: Any, sweep: Any) -> None:
    on = stage(sweep.only("central"))
    callouts.slopes(on.labels, on.frame)
    curve = sweep.curves["central"]
    for x, y in on.triangles()[0]:
        assert 10**y < np.interp(x, np.log10(sweep.steps), np.abs(curve.truncation))


def test_a_triangle_gives_way_to_what_stands_in_its_place(stage: Any, sweep: Any) -> None:
    first, second = stage(sweep.only("central")), stage(sweep.only("central"))
    callouts.slopes(first.labels, first.frame)
    inside = 10 ** first.triangles()[0].mean(axis=0)
    second.labels.avoid(*inside)
    callouts.slopes(second.labels, second.frame)
    (corners,) = second.triangles()
    assert abs(corners - first.triangles()[0]).max() > 0.05


def test_curves_that_coincide_share_one_triangle(stage: Any, build: Any) -> None:
    on = stage(build("exp(x)", ALL).only("forward", "backward"))
    callouts.slopes(on.labels, on.frame)
    assert (len(on.triangles()), on.said()) == (1, ["slope 1"])


def test_a_curve_without_slope_or_far_from_its_law_has_no_triangle(stage: Any, sweep: Any) -> None:
    curve = sweep.curves["central"]
    for other in (
        replace(curve, slope=math.nan),
        replace(curve, model_truncation=10 * curve.model_truncation),
    ):
        on = stage(replace(sweep, curves={"central": other}))
        callouts.slopes(on.labels, on.frame)
        assert (on.triangles(), on.said()) == ([], [])


# -- regions and theory's lines ------------------------------------------------------------------------------


def test_rounding_dominates_on_the_left_and_truncation_on_the_right(stage: Any, sweep: Any) -> None:
    on = stage(sweep)
    callouts.regions(on.labels, on.frame)
    left = on.text("← rounding dominates").get_window_extent()
    right = on.text("truncation dominates →").get_window_extent()
    inside = on.frame.ax.get_window_extent()
    highest = on.labels.to_pixels(1.0, on.frame.top)[0, 1]
    assert inside.x0 < left.x0 < left.x1 < right.x0 < right.x1 < inside.x1
    assert highest < min(left.y0, right.y0)


def test_a_side_that_is_not_there_is_not_named(stage: Any, sweep: Any) -> None:
    curve = sweep.curves["central"]
    for step, words in (
        (sweep.steps[0], "truncation dominates →"),
        (sweep.steps[-1], "← rounding dominates"),
    ):
        on = stage(replace(sweep, curves={"central": replace(curve, best=(float(step), 1e-9))}))
        callouts.regions(on.labels, on.frame)
        assert on.said() == [words]


def test_at_0_where_x_plus_h_is_exact_only_f_is_rounded(stage: Any, sweep: Any) -> None:
    on = stage(replace(sweep, x=0.0))
    callouts.models(on.labels, on.frame)
    assert "rounding ≈ u |f| / h" in on.said()


def test_every_truncation_line_is_named_once_and_rounding_once_for_all(stage: Any, build: Any) -> None:
    on = stage(build("exp(x)", ALL).only("forward", "backward", "central", "richardson"))
    callouts.models(on.labels, on.frame)
    assert sorted(on.said()) == sorted(
        ["truncation ≈ C h", "C h²", "C h⁴", "rounding ≈ u (|f| + |x f′|) / h"]
    )


def test_without_cancellation_or_without_truncation_those_lines_are_not_named(stage: Any, build: Any) -> None:
    exp = build("exp(x)", ALL)
    flat = stage(exp.only("complex-step"))
    callouts.models(flat.labels, flat.frame)
    assert flat.said() == ["truncation ≈ C h²"]
    nothing = replace(exp.curves["central"], model_truncation=np.zeros(len(exp.steps)))
    level = stage(replace(exp, curves={"central": nothing}))
    callouts.models(level.labels, level.frame)
    assert level.said() == ["rounding ≈ u (|f| + |x f′|) / h"]


def test_the_rounding_line_of_the_curve_that_goes_furthest_stands_for_all(build: Any) -> None:
    curves = build("exp(x)", ALL).curves
    assert callouts.rounding_line(list(curves.values())) is curves["richardson"]
    assert callouts.rounding_line([curves["central"], curves["forward"]]) is curves["central"]


def test_flat_curves_have_no_rounding_line(build: Any) -> None:
    assert callouts.rounding_line([build("exp(x)", ALL).curves["complex-step"]]) is None
    assert callouts.rounding_line([]) is None


def test_words_along_a_line_are_turned_as_it_is_and_stand_close_to_it(stage: Any, sweep: Any) -> None:
    on, line = stage(sweep), 1e-12 / sweep.steps
    where = np.flatnonzero((line > on.frame.floor) & (line < on.frame.top))
    callouts.along(on.labels, "words", sweep.steps, line, where, "black")
    text = on.text("words")
    start, end = on.labels.to_pixels(sweep.steps[where[[0, -1]]], line[where[[0, -1]]])
    across, up = end - start
    assert text.get_rotation() % 360 == pytest.approx(math.degrees(math.atan2(up, across)) % 360)
    box = text.get_window_extent()
    away = (box.p0 + box.p1) / 2 - start
    assert abs(across * away[1] - up * away[0]) / math.hypot(across, up) < 34 + box.height


@pytest.mark.parametrize("where", [[], [150]])
def test_a_line_of_fewer_than_two_points_has_no_words(stage: Any, sweep: Any, where: list[int]) -> None:
    on = stage(sweep)
    callouts.along(on.labels, "words", sweep.steps, sweep.steps, np.array(where, int), "black")
    assert on.said() == []


# -- the key -------------------------------------------------------------------------------------------------


def test_the_key_stands_inside_on_no_curve_and_no_later_label_may_touch_it(stage: Any, sweep: Any) -> None:
    on = stage(sweep)
    callouts.key(on.labels, on.frame, [ROW, ROW])
    on.frame.ax.figure.draw_without_rendering()
    box, inside = on.frame.ax.get_legend().get_window_extent(), on.frame.ax.get_window_extent()
    assert inside.x0 <= box.x0 < box.x1 <= inside.x1
    assert inside.y0 <= box.y0 < box.y1 <= inside.y1
    x, y = on.labels.obstacles.T
    assert not np.any((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1))
    assert on.labels.covers(box) == math.inf


def test_where_there_is_no_room_there_is_no_key(stage: Any, sweep: Any) -> None:
    on = stage(sweep)
    on.labels.avoid_box(on.frame.ax.get_window_extent())
    callouts.key(on.labels, on.frame, [ROW])
    assert on.frame.ax.get_legend() is None
