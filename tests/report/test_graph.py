"""The drawing of a computational graph."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import computational_graph, new_axes, rendered
from diffkit.views.graph import graph

F = dk.record(
    lambda x, y, z: (np.sin(x * y) + np.exp(-(x**2))) * (y - np.log(x + z)) / np.sqrt(z), 1.0, 2.0, 3.0
)


@pytest.fixture(scope="module")
def ax():
    return computational_graph(graph(F, 1.0, 2.0, 3.0))


def boxes_of_texts(ax):
    ax.figure.draw_without_rendering()
    return {text: text.get_window_extent() for text in ax.texts}


def test_no_two_texts_overlap(ax):
    boxes = boxes_of_texts(ax)
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(wide, high) <= 1.0, f"{one.get_text()!r} meets {other.get_text()!r}"


def test_every_text_of_a_box_is_inside_it_and_every_slope_outside(ax):
    boxes = boxes_of_texts(ax)
    frames = [patch.get_window_extent() for patch in ax.patches if hasattr(patch, "get_boxstyle")]
    for text, box in boxes.items():
        middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        around = [f for f in frames if f.x0 <= middle[0] <= f.x1 and f.y0 <= middle[1] <= f.y1]
        assert len(around) == (0 if text.get_fontsize() < 9 else 1)
        for frame in around:
            assert frame.x0 <= box.x0
            assert box.x1 <= frame.x1


def test_every_number_is_there(ax):
    shown = " ".join(text.get_text() for text in ax.texts)
    for node in graph(F, 1.0, 2.0, 3.0).nodes:
        assert node.label in shown
    for number in ("0.452533", "[-0.739942]", "[0.589928]", "[-0.259767]", "0.288675"):
        assert number in shown


def test_the_structure_alone_has_no_numbers_but_constants():
    drawn = computational_graph(graph(dk.record(lambda x: 3 * x, 1.0)))
    assert sorted(text.get_text() for text in drawn.texts) == ["3", "v0 = x", "v1  ×"]


def test_it_is_drawn_on_axes_that_are_given(ax):
    assert computational_graph(graph(F), ax=ax) is ax


def test_words_and_lines_grow_with_the_boxes():
    own = computational_graph(graph(F, 1.0, 2.0, 3.0))
    width, height = own.figure.get_size_inches()
    large = new_axes(2 * width, 2 * height)
    large.set_position((0.0, 0.0, 1.0, 1.0))
    computational_graph(graph(F, 1.0, 2.0, 3.0), ax=large)
    for small, big in zip(boxes_of_texts(own).values(), boxes_of_texts(large).values(), strict=True):
        # Letters are fitted to whole dots.
        assert np.subtract(big.extents, 2 * small.extents) == pytest.approx(np.zeros(4), abs=6)
    for small, big in zip(own.patches, large.patches, strict=True):
        assert big.get_linewidth() == pytest.approx(2 * small.get_linewidth())


def test_the_two_slopes_of_a_square_stand_one_above_the_other():
    square = computational_graph(graph(dk.record(lambda x: (h := np.tanh(x)) * h, 0.7), 0.7))
    upper, lower = (text for text in square.texts if text.get_text() == "0.604368")
    boxes = boxes_of_texts(square)
    assert min(boxes[upper].y1, boxes[lower].y1) <= max(boxes[upper].y0, boxes[lower].y0)
    assert upper.get_position()[0] == lower.get_position()[0]


def test_a_picture_is_the_same_bytes_each_time():
    pictures = [rendered(graph(F, 1.0, 2.0, 3.0).plot(), "svg") for _ in range(2)]
    assert pictures[0] == pictures[1]
