"""Where labels stand: on the cheapest free spot, off the curves, apart, inside, or nowhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.transforms import Bbox

from diffkit.report.labels import Label, Labels, Spot, compass
from diffkit.report.style import new_axes

RIGHT, LEFT, ABOVE, BELOW = Spot(1, 0), Spot(-1, 0), Spot(0, 1, 0), Spot(0, -1, 0)


@pytest.fixture
def labels() -> Labels:
    """Empty axes from 0 to 1, both ways."""
    ax = new_axes(5, 4)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    return Labels(ax)


def texts(labels: Labels) -> dict[str, Any]:
    return {text.get_text(): text for text in labels.ax.texts if text.get_text()}


def box_at(labels: Labels, x: float, y: float, half: float = 10.0) -> Bbox:
    at = labels.to_pixels(x, y)[0]
    return Bbox([at - half, at + half])


# -- spots -------------------------------------------------------------------------------------------------


def test_a_compass_has_every_direction_and_no_spot_twice() -> None:
    spots = compass()
    assert len(set(spots)) == len(spots)
    assert {(spot.right, spot.up) for spot in spots} == {
        (right, up) for right in (-1, 0, 1) for up in (-1, 0, 1) if right or up
    }


def test_near_is_better_than_far_in_every_direction() -> None:
    for spot in (spots := compass()):
        for other in spots:
            if (spot.right, spot.up) == (other.right, other.up):
                assert (spot.dislike < other.dislike) == (spot.gap + spot.lift < other.gap + other.lift)


def test_the_directions_that_are_asked_for_come_first_in_their_order() -> None:
    spots = compass((0.0, -1.0), (1.0, 1.0), reach=(8,))
    cheapest = sorted(spots, key=lambda spot: spot.dislike - 0.25 * (spot.gap + spot.lift))
    assert [(spot.right, spot.up) for spot in cheapest[:2]] == [(0, -1), (1, 1)]
    assert len(spots) == 8


def test_a_spot_above_or_below_does_not_slide_and_one_beside_is_not_lifted() -> None:
    assert {spot.gap for spot in compass() if not spot.right} == {0}
    assert {spot.lift for spot in compass() if not spot.up} == {0}


# -- what is in the way --------------------------------------------------------------------------------------


def test_a_line_is_in_the_way_along_all_its_length(labels: Labels) -> None:
    labels.avoid([0.1, 0.9], [0.5, 0.5])
    gaps = np.hypot(*np.diff(labels.obstacles, axis=0).T)
    assert gaps.max() < 3.1
    np.testing.assert_allclose(labels.obstacles[[0, -1]], labels.to_pixels([0.1, 0.9], [0.5, 0.5]))


def test_points_without_a_value_are_in_nobodys_way(labels: Labels) -> None:
    labels.avoid([0.1, 0.2, 0.3], [np.nan, 0.5, np.inf])
    np.testing.assert_allclose(labels.obstacles, labels.to_pixels(0.2, 0.5))
    labels.avoid([0.1], [np.nan])
    assert len(labels.obstacles) == len(labels.weights) == 1


def test_a_box_covers_what_the_lines_under_it_weigh(labels: Labels) -> None:
    box = box_at(labels, 0.5, 0.5)
    assert labels.covers(box) == 0
    labels.avoid([0.5], [0.5], 4.0)
    labels.avoid([0.5], [0.5], 0.5)
    labels.avoid([0.1], [0.1], 100.0)
    assert labels.covers(box) == 4.5


def test_no_box_may_touch_a_label_or_leave_the_axes(labels: Labels) -> None:
    labels.avoid_box_around(labels.to_pixels(0.5, 0.5)[0], 7)
    assert labels.covers(box_at(labels, 0.5, 0.5)) == math.inf
    assert labels.covers(box_at(labels, 0.7, 0.5)) == 0
    for x, y in ((0, 0.5), (1, 0.5), (0.5, 0), (0.5, 1)):
        assert labels.covers(box_at(labels, x, y)) == math.inf


def test_a_polygon_holds_only_what_is_between_its_sides(labels: Labels) -> None:
    triangle = labels.to_pixels([0.2, 0.8, 0.8], [0.2, 0.2, 0.8])
    labels.avoid([0.3, 0.4], [0.7, 0.5], 8.0)  # in its box, on the other side of its longest side
    assert labels.holds(triangle) == 0
    labels.avoid([0.7], [0.3], 2.0)
    assert labels.holds(triangle) == 2
    labels.avoid_box(box_at(labels, 0.3, 0.7))
    assert labels.holds(triangle) == math.inf


# -- one label after another ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spot", "side"),
    [(RIGHT, (1, 0)), (LEFT, (-1, 0)), (ABOVE, (0, 1)), (BELOW, (0, -1)), (Spot(1, 1), (1, 1))],
)
def test_a_label_stands_on_the_side_that_its_spot_says(
    labels: Labels, spot: Spot, side: tuple[int, int]
) -> None:
    assert labels.place("word", (0.5, 0.5), [spot])
    box, at = texts(labels)["word"].get_window_extent(), labels.to_pixels(0.5, 0.5)[0]
    for way, low, high, here in zip(side, box.p0, box.p1, at, strict=True):
        if way:
            assert min(abs(low - here), abs(high - here)) == pytest.approx(7, abs=3)
            assert (low > here, high < here) == (way > 0, way < 0)
        else:
            assert (low + high) / 2 == pytest.approx(here, abs=1)


def test_a_label_above_its_point_may_slide_along(labels: Labels) -> None:
    assert labels.place("word", (0.5, 0.5), [ABOVE._replace(gap=30.0)])
    box = texts(labels)["word"].get_window_extent()
    assert (box.x0 + box.x1) / 2 - labels.to_pixels(0.5, 0.5)[0, 0] == pytest.approx(30, abs=1)


def test_the_spot_that_covers_least_is_taken_before_one_that_is_named_first(labels: Labels) -> None:
    labels.avoid([0.5, 1.0], [0.5, 0.5])
    assert labels.place("word", (0.5, 0.5), [RIGHT, LEFT])
    assert texts(labels)["word"].get_window_extent().x1 < labels.to_pixels(0.5, 0.5)[0, 0]


def test_a_spot_may_be_disliked_more_than_covering_a_curve(labels: Labels) -> None:
    labels.avoid([0.6], [0.5], 1.0)
    assert labels.place("a long word", (0.5, 0.5), [RIGHT, LEFT._replace(dislike=5.0)])
    assert texts(labels)["a long word"].get_window_extent().x0 > labels.to_pixels(0.5, 0.5)[0, 0]


def test_a_label_that_would_cover_more_than_it_may_is_left_out(labels: Labels) -> None:
    labels.avoid([0.5, 1.0], [0.5, 0.5])
    assert not labels.place("word", (0.5, 0.5), [RIGHT], most=0.0)
    assert texts(labels) == {}
    assert len(labels.taken) == 0
    assert labels.place("word", (0.5, 0.5), [RIGHT])


def test_two_labels_at_one_point_stand_apart_and_a_third_is_left_out(labels: Labels) -> None:
    assert [labels.place(word, (0.5, 0.5), [RIGHT, LEFT]) for word in "abc"] == [True, True, False]
    boxes = [texts(labels)[word].get_window_extent() for word in "ab"]
    assert not boxes[0].overlaps(boxes[1])
    assert set(texts(labels)) == {"a", "b"}


def test_a_label_that_would_leave_the_axes_stands_elsewhere_or_nowhere(labels: Labels) -> None:
    assert not labels.place("word", (1.0, 0.5), [RIGHT])
    assert labels.place("word", (1.0, 0.5), [RIGHT, LEFT])
    assert labels.ax.get_window_extent().x1 >= texts(labels)["word"].get_window_extent().x1


def test_a_label_is_turned_as_its_spot_is_and_made_to_look_as_asked(labels: Labels) -> None:
    assert labels.place("along", (0.5, 0.5), [ABOVE._replace(angle=30.0)], color="#123456")
    text = texts(labels)["along"]
    assert (text.get_rotation(), text.get_color()) == (30.0, "#123456")


def test_a_turned_label_covers_only_what_lies_under_its_turned_box(labels: Labels) -> None:
    # A line 25 pixels above the diagonal misses the words on it, though it runs through their upright box.
    start, end = labels.to_pixels([0.2, 0.8], [0.2, 0.8])
    angle = math.degrees(math.atan2(*(end - start)[::-1]))
    up = labels.to_pixels([0.0, 0.0], [0.0, 1.0])
    lift = 25 / (up[1, 1] - up[0, 1]) / math.cos(math.radians(angle))
    labels.avoid([0.2, 0.8], [0.2 + lift, 0.8 + lift])
    spot = Spot(0, 0, 0, 0)
    assert not labels.place("a rather long text", (0.5, 0.5), [spot], most=0.0)
    assert labels.place("a rather long text", (0.5, 0.5), [spot._replace(angle=angle)], most=0.0)


# -- several at once -----------------------------------------------------------------------------------------


def wanted(words: str, anchor: tuple[float, float], *spots: Spot) -> Label:
    return Label([(words, {})], anchor, spots, math.inf, {"color": "black"})


def test_of_labels_placed_together_the_first_gives_way_where_the_sum_is_less(labels: Labels) -> None:
    first = wanted("first", (0.5, 0.5), RIGHT, LEFT._replace(dislike=5.0))
    second = wanted("second", (0.5, 0.5), RIGHT, LEFT._replace(dislike=50.0))
    assert labels.place_together([first, second]) == [0, 1]
    at = labels.to_pixels(0.5, 0.5)[0, 0]
    assert texts(labels)["first"].get_window_extent().x1 < at < texts(labels)["second"].get_window_extent().x0


def test_those_that_found_a_place_are_told_and_the_others_leave_no_text(labels: Labels) -> None:
    outside = wanted("outside", (1.0, 0.5), RIGHT)
    assert labels.place_together([outside, wanted("inside", (0.5, 0.5), RIGHT)]) == [1]
    assert set(texts(labels)) == {"inside"}
    assert len(labels.taken) == 1


def lines_at(*spots: Spot) -> Label:
    lines = [("a name", {"weight": "bold"}), ("what is said of it", {})]
    return Label(lines, (0.5, 0.5), spots, math.inf, {"color": "black"})


@pytest.mark.parametrize(("spot", "lean"), [(RIGHT, "left"), (LEFT, "right"), (ABOVE, "center")])
def test_several_lines_stand_one_below_the_other_and_lean_towards_their_point(
    labels: Labels, spot: Spot, lean: str
) -> None:
    assert labels.place_together([lines_at(spot)]) == [0]
    name, said = texts(labels).values()
    upper, lower = name.get_window_extent(), said.get_window_extent()
    assert upper.y0 > lower.y1
    edges = {
        "left": upper.x0 - lower.x0,
        "right": upper.x1 - lower.x1,
        "center": sum(upper.intervalx - lower.intervalx),
    }
    assert edges[lean] == pytest.approx(0, abs=1.5)
    assert (name.get_weight(), said.get_weight()) == ("bold", "normal")


@pytest.mark.parametrize(("lift", "lines"), [(10, 0), (90, 1)])
def test_only_a_label_that_stands_far_off_is_joined_to_its_point(
    labels: Labels, lift: int, lines: int
) -> None:
    assert labels.place_together([lines_at(Spot(0, 1, 0, lift))]) == [0]
    leaders = [text for text in labels.ax.texts if not text.get_text()]
    assert len(leaders) == lines
    assert all(leader.arrow_patch is not None and leader.xy == (0.5, 0.5) for leader in leaders)


def test_a_gap_in_a_line_is_free(labels: Labels) -> None:
    x = np.linspace(0.1, 0.9, 9)
    labels.avoid(x, np.where(abs(x - 0.5) < 0.15, np.nan, 0.5))
    on, gap = labels.to_pixels([0.2, 0.5], [0.5, 0.5])
    assert labels.covers(Bbox([on - 5, on + 5])) > 0
    assert labels.covers(Bbox([gap - 5, gap + 5])) == 0
    (left, _), (right, _) = labels.to_pixels([0.3, 0.7], [0.5, 0.5])
    assert not np.any((labels.obstacles[:, 0] > left + 1) & (labels.obstacles[:, 0] < right - 1))


@pytest.mark.parametrize("y", [[np.nan, np.nan], [0.5, np.nan], [np.nan, 0.5, np.nan]])
def test_only_the_points_that_are_there_stand_in_the_way(labels: Labels, y: list[float]) -> None:
    labels.avoid(np.linspace(0.2, 0.8, len(y)), y)
    assert len(labels.obstacles) == len(labels.weights) == np.isfinite(y).sum()


def test_no_line_to_a_label_runs_through_what_others_may_not_touch(labels: Labels) -> None:
    labels.avoid_box(box_at(labels, 0.5, 0.7))  # another star, above
    far = [Spot(0, 1, 0, 150, dislike=0), Spot(0, -1, 0, 60, dislike=50)]
    lines: list[tuple[str, dict[str, Any]]] = [("name", {}), ("words", {})]
    labels.place_together([Label(lines, (0.5, 0.5), far, math.inf, {"color": "black"})])
    assert texts(labels)["name"].get_window_extent().y1 < labels.to_pixels(0.5, 0.5)[0, 1]
