"""The three states of a graph: what is in each, in the same places."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch

import diffkit as dk
from diffkit.errors import ArgumentsError
from diffkit.report import graph_states, new_axes
from diffkit.report.pen import RED, typeset
from diffkit.report.states import graph_figure
from diffkit.views.graph import graph
from diffkit.views.table import number_text


def chain(x, y, z):
    a = x + y
    return a * z


CHAIN = graph(dk.record(chain, 1.0, -2.0, 3.0), 1.0, -2.0, 3.0, labels="names")


@np.errstate(all="ignore")
def graph_of(program):
    tape, point, options = program
    return graph(tape, *point, **options)


def places(ax, word):
    """Where a text stands, from the top of the picture."""
    found = [text.get_position() for text in ax.texts if text.get_text() == word]
    return sorted(found, key=lambda place: -place[1])


def test_the_chain_has_its_names_three_times_its_values_twice_and_its_adjoints_once():
    ax = graph_states(CHAIN)
    words = [text.get_text() for text in ax.texts]
    for name in ("x", "y", "z", "a  +", "v₂  ×"):
        assert words.count(name) == 3
    assert [words.count(value) for value in ("−3", "3")] == [2, 3]  # 3 is a local derivative, too
    assert [words.count(adjoint) for adjoint in ("[3]", "[−1]", "[1]")] == [3, 1, 1]
    assert {"structure", "values", "adjoints"} < set(words)
    assert ax.alt.startswith("The graph in three states: its structure, its values, its adjoints.")
    assert "z = 3 adjoint -1" in ax.alt


def test_boxes_and_values_stand_in_the_same_places_in_every_state():
    ax = graph_states(CHAIN)
    down = np.diff(places(ax, "x"), axis=0)
    for word in ("y", "a  +", "v₂  ×"):
        assert np.diff(places(ax, word), axis=0) == pytest.approx(down)
    assert np.diff(places(ax, "−2"), axis=0) == pytest.approx(down[1:])


def arrows_on(ax):
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    back = [arrow for arrow in arrows if arrow.get_edgecolor() == matplotlib.colors.to_rgba(RED)]
    return [arrow for arrow in arrows if arrow not in back], back


def test_solid_arrows_go_to_the_right_in_every_state_and_dashed_ones_back_in_the_last(program):
    found = graph_of(program)
    forth, back = arrows_on(graph_states(found))
    assert (len(forth), len(back)) == (3 * len(found.edges), len(found.edges))
    for arrows, way in ((forth, 1), (back, -1)):
        assert all(way * np.diff(arrow._path_original.vertices[[0, -1], 0]) > 0 for arrow in arrows)
    assert {arrow.get_linestyle() for arrow in forth} <= {"-"}
    assert "-" not in {arrow.get_linestyle() for arrow in back}


def test_every_number_is_there(program):
    found = graph_of(program)
    words = [text.get_text() for text in graph_states(found).texts]
    for node in found.nodes:
        if node.value is not None:
            assert words.count(typeset(number_text(node.value))) >= 2
        if node.adjoint is not None:
            assert typeset(f"[{number_text(node.adjoint)}]") in words
    for edge in found.edges:
        assert edge.partial is None or typeset(number_text(edge.partial)) in words


def test_every_program_is_legible_at_the_size_of_a_page_and_of_a_slide(program, place, assert_legible):
    assert_legible(graph_states(graph_of(program), place))


def test_a_small_graph_fills_the_page():
    ax = graph_states(CHAIN, new_axes(7.5, 5.0))
    assert min(text.get_fontsize() for text in ax.texts if text.get_text() in "xyz") > 10


def test_without_numbers_there_is_one_state_only():
    with pytest.raises(ArgumentsError, match="the three states need the numbers"):
        graph_states(graph(dk.record(chain, 1.0, -2.0, 3.0)))


def test_a_graph_draws_itself_in_one_state_or_in_three():
    one, three = CHAIN.plot(), CHAIN.plot(states=True)
    assert len(three.texts) > len(one.texts)
    assert len(graph_figure(CHAIN).texts) == len(one.texts)


def test_the_users_settings_stay():
    before = dict(matplotlib.rcParams)
    graph_states(CHAIN)
    assert dict(matplotlib.rcParams) == before
