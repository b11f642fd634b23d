"""Labels placed together: no two meet, the sum of dislikes is least, what cannot stand is left out."""

from __future__ import annotations

import numpy as np

from diffkit.report.fit import LEADER_POINTS, Place, fit

NO_LEADER = np.full((LEADER_POINTS, 2), np.nan)
LEFT, RIGHT = (0, 0, 1, 1), (2, 0, 3, 1)


def place(cost: float, box: tuple[float, float, float, float]) -> Place:
    return Place(cost, box, NO_LEADER)


def test_a_lone_label_takes_its_cheapest_place() -> None:
    assert fit([[place(2, LEFT), place(1, RIGHT)]]) == [1]


def test_the_sum_decides_who_gives_way() -> None:
    first = [place(0, LEFT), place(5, RIGHT)]
    second = [place(0, LEFT), place(1, RIGHT)]
    assert fit([first, second]) == [0, 1]


def test_of_two_labels_with_one_place_one_is_left_out() -> None:
    assert sorted(map(str, fit([[place(0, LEFT)], [place(0, LEFT)]]))) == ["0", "None"]


def test_no_line_to_a_label_runs_through_another() -> None:
    line = np.linspace((-1, 0.5), (2, 0.5), LEADER_POINTS)
    assert fit([[place(0, LEFT)], [Place(0, RIGHT, line), place(9, (4, 0, 5, 1))]]) == [0, 1]


def test_nothing_to_place_is_nothing_placed() -> None:
    assert fit([]) == []
