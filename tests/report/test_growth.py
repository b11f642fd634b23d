"""The figure of expression swell: its lines, its words, and that no two of these touch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import draw, expression_growth
from diffkit.report.growth import STAGE_LOOKS
from diffkit.report.style import LOOKS, new_axes
from diffkit.studies.stages import STAGES
from diffkit.studies.swell import swell


@pytest.fixture(scope="module")
def family():
    return swell(family="softplus", n=range(1, 7), simplified=False)


@pytest.fixture(scope="module")
def single():
    return swell("x*sin(x)*exp(-x^2)", time_limit=30)


@pytest.fixture(scope="module")
def drawn(family):
    """The family's figure, drawn once for all tests that only look at it."""
    return expression_growth(family)


def lines(ax):
    return {(line.get_color(), line.get_marker()): line for line in ax.get_lines()}


def test_each_stage_is_a_line_at_its_operations_on_a_logarithmic_axis(family, drawn):
    assert drawn.get_yscale() == "log"
    for stage in ("f", "raw", "pruned", "sympy diff", "sympy cse", "shared", "adjoint"):
        look = STAGE_LOOKS[stage]
        line = lines(drawn)[look.colour, look.marker]
        assert line.get_xdata().tolist() == list(family.sizes)
        assert line.get_ydata().tolist() == family.counts(stage)


def test_names_and_laws_stand_beside_the_lines(drawn):
    words = [text.get_text() for text in drawn.texts]
    assert "shared graph: 8 more a step" in words
    assert "reverse mode: 9 more a step" in words
    assert "raw rules: like n^1.8" in words
    study = swell(family="logistic", n=range(1, 7), max_nodes=1)
    assert study.plot().texts[-1].get_text() == "raw rules: × 2.7 a step"


def test_a_line_that_stops_says_why(family, assert_legible):
    def stopping(row):
        if row.stage != "sympy simplify":
            return row
        if row.n < 4:
            return replace(row, operations=family["sympy diff", row.n].operations, status="ok", note="")
        return replace(row, status="stopped", note="stopped after 0.5 s")

    ax = expression_growth(replace(family, rows=tuple(map(stopping, family.rows))))
    assert "stopped after 0.5 s at n = 4" in [text.get_text() for text in ax.texts]
    assert_legible(ax)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["family", "single"])
@pytest.mark.parametrize("size", [(7.5, 5.0), (8.0, 4.5)])
def test_no_two_words_touch_and_none_leaves_the_figure(name, size, request, assert_legible):
    assert_legible(request.getfixturevalue(name).plot(new_axes(*size)))


def test_one_function_has_a_line_a_stage_with_its_operations(single):
    ax = draw(single)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [look.name for look in STAGE_LOOKS.values()]
    words = [text.get_text() for text in ax.texts]
    assert words[1] == f"{single['raw'].operations} operations, {single['raw'].tree} nodes"
    assert words[-1] == f"{single['adjoint'].operations} rows, of f and the sweep back"


def test_a_stage_without_a_count_says_so():
    ax = dk.swell("x^2", max_nodes=1).plot()
    assert [text.get_text() for text in ax.texts].count("not tried") == 3


def test_the_title_and_the_alternative_text_say_what_is_drawn(family, single):
    ax = family.plot()
    assert ax.get_title(loc="left") == "Expression swell of the derivative of the softplus family"
    assert ax.alt.startswith("Operations of the derivative of the softplus family, from n = 1 to 6")
    assert "shared graph: 8 more a step" in ax.alt
    assert single.plot().get_title(loc="left") == "Expression swell of the derivative of x*sin(x)*exp(-x^2)"
    gradient = dk.swell(family="loop", n=(1, 2), max_nodes=1).plot()
    assert gradient.get_title(loc="left") == "Expression swell of the derivative of the loop family by a"


@pytest.mark.slow
def test_counts_beyond_a_float_are_left_out_of_the_picture():
    ax = dk.swell("sin(x)*cos(x)", iterate=(100, 200, 1100), max_nodes=1).plot()
    assert np.isnan(lines(ax)["#bd1f01", "^"].get_ydata()).tolist() == [False, False, True]
    assert np.isfinite(lines(ax)["#3f90da", "o"].get_ydata()).all()


def test_it_is_drawn_on_axes_that_are_given(family):
    ax = dk.report.new_axes(8, 4.5)
    assert family.plot(ax) is ax


def test_stages_are_told_apart_in_the_colours_of_the_house():
    assert set(STAGE_LOOKS) <= set(STAGES)
    assert {look.colour for look in STAGE_LOOKS.values()} <= {look.colour for look in LOOKS.values()}
    assert len({(look.colour, look.marker) for look in STAGE_LOOKS.values()}) == len(STAGE_LOOKS)
    assert len({(look.colour, look.dash) for look in STAGE_LOOKS.values()}) == len(STAGE_LOOKS)
