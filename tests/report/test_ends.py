"""Names at the ends of lines: moved apart, and room made for them, on both kinds of axis."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.text import Text

from diffkit.report.ends import make_room, names_at_ends, settle, spread
from diffkit.report.labels import Labels
from diffkit.report.style import look_of, new_axes


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_names_stand_right_of_the_line_s_end_inside_the_axes_and_apart(scale):
    ax = new_axes()
    ax.set_xscale(scale)
    ax.set(xlim=(1, 100), ylim=(0, 10))
    names = ["reverse", "central", "dual"]
    ends = [(5 + i / 10, f"the {name} line", look_of(name)) for i, name in enumerate(names)]
    texts = names_at_ends(ax, 100, ends)
    make_room(ax, 1, 100, texts)
    labels = Labels(ax)
    settle(labels, texts)
    ax.figure.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in texts]  # without their leaders
    for below, above in pairwise(boxes):
        assert below.y1 <= above.y0
    end, inside = Labels(ax).to_pixels(100, 5)[0, 0], ax.get_window_extent()
    for box in boxes:
        assert end < box.x0 < box.x1 <= inside.x1
    assert [text.get_color() for text in texts] == [look_of(name).ink for name in names]


@pytest.mark.parametrize(
    ("heights", "moved"),
    [
        ([0, 100, 200], [0, 100, 200]),
        ([50, 52], [46, 56]),
        ([50, 52, 54], [42, 52, 62]),
        ([50, 52, 61], [44.333, 54.333, 64.333]),
    ],
)
def test_names_are_moved_apart_as_little_as_possible(heights, moved):
    assert spread(np.array(heights, float), 10.0, -1000.0) == pytest.approx(moved, abs=1e-3)


def test_no_name_is_moved_below_the_axes():
    assert spread(np.array([1.0, 2.0]), 10.0, 0.0).tolist() == [5.0, 15.0]
