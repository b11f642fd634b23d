"""The figure of cost: theory, counts and times where they belong, and words that do not touch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import cost_against_inputs, draw
from diffkit.report.style import LOOKS

pytestmark = pytest.mark.sampled(3)  # a wide cross of figures and sizes


def square(x):
    return np.sum(x * x)


@pytest.fixture(scope="module")
def four():
    return dk.cost(square, (1, 10, 100), "forward,central,dual,reverse")


@pytest.fixture(scope="module")
def nine():
    return dk.cost(lambda x: np.sum(x * np.sin(x)), (1, 3, 10, 30))


def of(ax, method, kind):
    """The line, the filled markers or the hollow ones of a method."""
    look = LOOKS[method]
    kinds = {"theory": lambda line: line.get_marker() == "None" and line.get_linewidth() == 1.5,
             "counted": lambda line: line.get_marker() != "None" != line.get_markerfacecolor() != "white",
             "timed": lambda line: line.get_markerfacecolor() == "white"}  # fmt: skip
    found = [line for line in ax.get_lines() if line.get_color() == look.colour and kinds[kind](line)]
    return [line for line in found if line.get_marker() in ("None", look.marker)]


def test_markers_are_the_counts_and_hollow_ones_the_times(four):
    ax = cost_against_inputs(four)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    for method in four.methods:
        (counted,), (timed,) = of(ax, method, "counted"), of(ax, method, "timed")
        assert counted.get_xdata().tolist() == [1, 10, 100]
        assert counted.get_ydata().tolist() == four.counts(method)
        assert timed.get_ydata().tolist() == four.ratios(method)


def test_lines_are_what_theory_says_between_the_sizes_too(four):
    (line,) = of(draw(four), "forward", "theory")
    n = line.get_xdata()
    assert (n[0], n[-1], len(n)) == (1, pytest.approx(100), 100)
    assert line.get_ydata() == pytest.approx(n + 1)


def test_of_many_methods_one_of_each_kind_is_timed(nine):
    ax = nine.plot()
    assert {m for m in nine.methods if of(ax, m, "timed")} == {"central", "dual", "reverse"}
    assert {m for m in nine.methods if of(ax, m, "counted")} == set(nine.methods)


def test_a_picture_without_times_says_none(four, assert_legible):
    ax = cost_against_inputs(four, times=False)
    assert not any(of(ax, method, "timed") for method in four.methods)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["what theory says", "counted"]
    assert "Time" not in ax.alt
    assert_legible(ax)


def test_names_say_what_theory_says(four, nine):
    words = [text.get_text() for text in four.plot().texts]
    assert words == [
        "reverse mode: 1, and 1 sweep",
        "dual numbers: n passes",
        "forward: n + 1",
        "central: 2n",
    ]
    about = nine["adaptive"].evaluations / 30
    assert f"adaptive: about {about:.2g}n" in [text.get_text() for text in nine.plot().texts]


@pytest.mark.parametrize("name", ["four", "nine"])
@pytest.mark.parametrize("size", [(7.5, 5.0), (8.0, 4.5)])
def test_no_two_words_touch_and_none_leaves_the_figure(name, size, request, assert_legible):
    assert_legible(request.getfixturevalue(name).plot(dk.report.new_axes(*size)))


def test_the_key_covers_no_marker(nine):
    ax = nine.plot()
    ax.figure.draw_without_rendering()
    key = ax.get_legend().get_window_extent()
    for line in ax.get_lines():
        assert not any(key.contains(*at) for at in ax.transData.transform(line.get_xydata()))


def test_the_sizes_are_the_ticks_where_they_stand_apart(four, nine):
    assert [label.get_text() for label in four.plot().get_xticklabels()] == ["1", "10", "100"]
    assert nine.plot().get_xticks().tolist() == [1, 3, 10, 30]
    close = dk.cost(square, range(4, 12), "reverse").plot()
    assert close.get_xticks().tolist() == [10]


def test_one_size_alone_and_what_is_left_out_are_drawn(four):
    ax = dk.cost(square, 5, "central,reverse").plot()
    assert of(ax, "central", "counted")[0].get_ydata().tolist() == [10]
    rows = tuple(
        dataclasses.replace(row, evaluations=None, ratio=None, status="left out")
        if (row.method, row.n) == ("central", 100)
        else row
        for row in four.rows
    )
    ax = dataclasses.replace(four, rows=rows).plot()
    assert np.isnan(of(ax, "central", "counted")[0].get_ydata()[-1])
    assert of(ax, "central", "theory")[0].get_ydata()[-1] == pytest.approx(200)
    assert "Left out at some sizes, since it takes too long: central." in ax.alt


def test_the_title_and_the_alternative_text_say_what_is_drawn(four):
    ax = four.plot()
    assert ax.get_title(loc="left") == "Cost of the gradient of square"
    assert ax.alt.startswith("Calls of f for the gradient of square against the number of inputs, n = 1 to")
    assert "reverse mode: 1, and 1 sweep; " in ax.alt.replace(". Time", "; Time")
    axes = dk.report.new_axes(8, 4.5)
    assert four.plot(axes) is axes
