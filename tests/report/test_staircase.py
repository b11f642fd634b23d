"""The tape as a staircase: its rows, its arrows, its words."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

import diffkit as dk
from diffkit.report import tape_staircase
from diffkit.report.pen import typeset
from diffkit.report.staircase import places_of
from diffkit.views.table import number_text, table

SURVEY = dk.record(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0)


def arrows_on(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def test_the_program_of_the_survey_is_drawn_with_an_arrow_for_each_operand():
    ax = tape_staircase(table(SURVEY, 2.0, 5.0))
    assert len(arrows_on(ax)) == 8
    words = [text.get_text() for text in ax.texts]
    assert words == [
        "v₋₁ = x₁", "= 2", "input", "v₀ = x₂", "= 5", "input", "v₁ = log(v₋₁)", "= 0.693147", "v₂ = v₋₁·v₀",
        "= 10", "v₃ = sin(v₀)", "= −0.958924", "v₄ = v₁ + v₂", "= 10.693147", "v₅ = v₄ − v₃", "= 11.652071",
        "result",
    ]  # fmt: skip
    assert ax.alt.startswith("A program of 5 steps: each row reads only rows above it. v-1 = x1 = 2; ")
    assert ax.alt.endswith("v5 = v4 - v3 = 11.652071; the result is v5.")


def test_every_arrow_goes_down_and_then_to_the_right():
    for arrow in arrows_on(tape_staircase(table(SURVEY, 2.0, 5.0))):
        points = arrow._path_original.vertices
        assert np.all(np.diff(points[:, 0]) >= 0)
        assert np.all(np.diff(points[:, 1]) <= 0)


def test_a_tape_alone_has_no_numbers():
    words = [text.get_text() for text in tape_staircase(SURVEY).texts]
    assert words[0:3] == ["v₋₁ = x₁", "input", "v₀ = x₂"]
    assert not [word for word in words if word.startswith("=")]


def test_tangents_stand_in_brackets_beside_the_values():
    words = [text.get_text() for text in tape_staircase(table(SURVEY, 2.0, 5.0, mode="forward")).texts]
    assert words[words.index("v₄ = v₁ + v₂") :][:3] == ["v₄ = v₁ + v₂", "= 10.693147", "[5.5]"]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_every_program_is_legible_at_the_size_of_a_page_and_of_a_slide(trace, place, mode, assert_legible):
    assert_legible(tape_staircase(trace(mode=mode), place))


def test_every_row_that_is_drawn_has_its_value_and_an_arrow_for_each_operand(trace):
    shown = trace()
    ax = tape_staircase(shown)
    words = [text.get_text() for text in ax.texts]
    left_out = [word for word in words if " rows …" in word]
    if left_out:
        numbers = [None if word in left_out else 0 for word in words if word.startswith(("v", "…"))]
        assert left_out == [f"… {len(shown.rows) - len(numbers) + 1} rows …"]
        return
    assert len(arrows_on(ax)) == len(shown.arrows)
    for row in shown.rows:
        assert typeset(f"= {number_text(row.value)}") in words
        assert number_text(row.value) in ax.alt


def test_rows_that_are_left_out_are_seen_to_be_read_and_to_read():
    shown = table(dk.record(lambda x: np.exp(np.sin(x * x)) + x, 3.0))
    told = [(tail, head) for tail, head, _ in places_of(shown, [0, None, 4])]
    assert told == [(0, 1), (1, 2), (0, 2)]


def test_the_users_settings_stay():
    before = dict(matplotlib.rcParams)
    tape_staircase(SURVEY)
    assert dict(matplotlib.rcParams) == before
