"""The two passes: the numbers of the table, an arrow for each term, both passes on the same rows."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

import diffkit as dk
from diffkit.errors import ArgumentsError
from diffkit.report import new_axes, two_passes
from diffkit.report.passes import WAY, trace_figure
from diffkit.report.pen import RED, typeset
from diffkit.views.table import number_text, table

SURVEY = dk.record(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0)


def arrows_on(ax):
    """The arrows from row to row: those of the values, and those of adjoints or tangents."""
    arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch) and p.get_linewidth() < WAY]
    red = matplotlib.colors.to_rgba(RED)
    sent = [arrow for arrow in arrows if arrow.get_edgecolor() == red]
    return [arrow for arrow in arrows if arrow not in sent], sent


def words_on(ax):
    return [text.get_text() for text in ax.texts]


def test_reverse_mode_is_the_table_of_the_survey():
    ax = two_passes(table(SURVEY, 2.0, 5.0))
    assert [len(arrows) for arrows in arrows_on(ax)] == [8, 8]
    words = words_on(ax)
    assert words[:14] == [
        "v₋₁ = x₁", "= 2", "v\u0304₋₁", "= 5.5", "+= v\u0304₂·v₀ = 5", "+= v\u0304₁/v₋₁ = 0.5",
        "v₀ = x₂", "= 5", "v\u0304₀", "= 1.716338", "+= v\u0304₃·cos(v₀) = −0.283662", "+= v\u0304₂·v₋₁ = 2",
        "v₁ = log(v₋₁)", "= 0.693147",
    ]  # fmt: skip
    assert words[-7:] == [
        "v₅ = v₄ − v₃", "= 11.652071", "v\u0304₅", "= 1", "the seed", "forward pass: values ↓",
        "backward pass: adjoints ↑",
    ]  # fmt: skip
    assert "Adjoints upwards: v5: 1; v4: 1 = v\u03045; v3: -1 = -v\u03045; " in ax.alt
    assert ax.alt.endswith("v-1: 5.5 = v\u03042*v0 + v\u03041/v-1.")


def ends_of(arrow):
    return arrow._path_original.vertices[[0, -1], 1]


def test_values_go_down_and_adjoints_up_and_tangents_down():
    for mode, way in (("reverse", 1), ("forward", -1)):
        down, sent = arrows_on(two_passes(table(SURVEY, 2.0, 5.0, mode=mode)))
        assert all(np.diff(ends_of(arrow)) < 0 for arrow in down)
        assert all(way * np.diff(ends_of(arrow)) > 0 for arrow in sent)


def test_an_arrow_ends_at_the_term_that_it_adds():
    ax = two_passes(table(SURVEY, 2.0, 5.0))
    lines = {text.get_position()[1]: text.get_text() for text in ax.texts if text.get_text().startswith("+=")}
    ends = [ends_of(arrow)[1] for arrow in arrows_on(ax)[1]]
    found = [min(lines, key=lambda y: abs(y - end)) for end in ends]
    assert sorted(found) == sorted(lines)
    assert max(abs(y - end) for y, end in zip(found, ends, strict=True)) < 0.05


def test_forward_mode_goes_down_with_both():
    words = words_on(two_passes(table(SURVEY, 2.0, 5.0, mode="forward")))
    at = words.index("v₄ = v₁ + v₂")
    assert words[at : at + 6] == [
        "v₄ = v₁ + v₂", "= 10.693147", "v\u0307₄", "= 5.5", "+= v\u0307₁ = 0.5", "+= v\u0307₂ = 5",
    ]  # fmt: skip
    assert words.count("the seed") == 2


def test_a_step_shows_what_is_known_by_then():
    ax = two_passes(table(SURVEY, 2.0, 5.0, step=3))
    assert [len(arrows) for arrows in arrows_on(ax)] == [8, 2]
    assert words_on(ax).count("v\u0304₃") == 1
    assert "v\u0304₂" not in words_on(ax)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_every_program_is_legible_at_the_size_of_a_page_and_of_a_slide(trace, place, mode, assert_legible):
    assert_legible(two_passes(trace(mode=mode), place))


def test_every_row_that_is_drawn_has_its_two_numbers_and_every_term_its_arrow(trace):
    shown = trace()
    ax = two_passes(shown)
    if "rows are left out" in ax.alt:
        assert len(shown.rows) > 100
        return
    values, sent = arrows_on(ax)
    assert len(values) == len(shown.arrows)
    assert len(sent) == sum(arrow.travel != "" for arrow in shown.arrows)
    words = words_on(ax)
    for row in shown.rows:
        for number in (row.value, row.derivative):
            told = number_text(number)
            assert f"= {typeset(told).replace('array of shape', 'array')}" in words
            assert told in ax.alt


def test_twelve_rows_are_all_on_a_slide():
    def logistic(x):
        for _ in range(4):
            x = 4 * x * (1 - x)
        return x

    ax = two_passes(table(dk.record(logistic, 0.2), 0.2), new_axes(8, 4.5))
    assert not [word for word in words_on(ax) if "rows" in word]


def test_without_numbers_there_are_no_passes():
    with pytest.raises(ArgumentsError, match="the two passes have numbers"):
        two_passes(table(SURVEY))


def test_a_table_draws_itself_in_either_way():
    shown = table(SURVEY, 2.0, 5.0)
    assert shown.plot().get_title(loc="left").startswith("Reverse mode")
    assert shown.plot(figure="staircase").get_title(loc="left").startswith("A program of 5 steps")
    with pytest.raises(ArgumentsError, match="write 'passes' or 'staircase'"):
        trace_figure(shown, figure="stairs")


def test_the_users_settings_stay():
    before = dict(matplotlib.rcParams)
    two_passes(table(SURVEY, 2.0, 5.0))
    assert dict(matplotlib.rcParams) == before
