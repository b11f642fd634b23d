"""Pictures within axes: as many as are wanted, row by row, none on another."""

import itertools

import pytest

from diffkit.report import new_axes
from diffkit.report.panels import Margins, panels


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (3, 3), (5, 3), (4, 2)])
def test_they_are_insets_in_rows_from_the_top_left_and_do_not_overlap(count, columns):
    ax = new_axes()
    ax.set_axis_off()
    made = panels(ax, count, columns)
    assert made == list(ax.child_axes)
    boxes = [panel.get_window_extent() for panel in made]
    for k, box in enumerate(boxes):
        assert (k % columns == 0) == (box.x0 == pytest.approx(ax.get_window_extent().x0))
        assert (k < columns) == (box.y1 == pytest.approx(ax.get_window_extent().y1))
    for one, other in itertools.combinations(boxes, 2):
        assert min(one.x1, other.x1) - max(one.x0, other.x0) < 1e-6 or (
            min(one.y1, other.y1) - max(one.y0, other.y0) < 1e-6
        )


def test_margins_are_points_on_the_page():
    ax = new_axes()
    whole, point = ax.get_window_extent(), ax.figure.dpi / 72
    (panel,) = panels(ax, 1, 1, Margins(left=1, below=2, right=3, above=4), Margins(left=10, above=20))
    box = panel.get_window_extent()
    assert box.x0 == pytest.approx(whole.x0 + 11 * point)
    assert box.y0 == pytest.approx(whole.y0 + 2 * point)
    assert box.x1 == pytest.approx(whole.x1 - 3 * point)
    assert box.y1 == pytest.approx(whole.y1 - 24 * point)
