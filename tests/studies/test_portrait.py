"""Portraits: all studies of one function, and the reason where one is not there."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError
from diffkit.studies.portrait import MOST_POSITIONS, STAGES, Missing, Sitting, portrait

pytestmark = pytest.mark.slow  # every study at once; the page's tests use it by default


def test_a_formula_has_every_study_and_each_is_the_study_itself():
    found = portrait("x*sin(x)", 0.7)
    assert found.comparison.reference == dk.compare("x*sin(x)", 0.7, methods=["reverse"]).reference
    assert found.sweep.best == dk.error_sweep("x*sin(x)", 0.7).best
    assert str(found.table) == str(dk.views.table(dk.record("x*sin(x)", 0.7), 0.7, labels="names"))
    assert found.graph.nodes == dk.views.graph(dk.record("x*sin(x)", 0.7), 0.7, labels="names").nodes
    assert str(found.steps.derivative) == str(dk.symbolic.derivative("x*sin(x)"))
    assert found.swell["raw"].operations == dk.swell("x*sin(x)", simplified=False)["raw"].operations
    assert found.wrt == "x"


def test_the_secants_stand_at_steps_of_the_sweep_with_the_longest_among_them():
    for x in (0.7, 1e-200):  # the second has 40 decades of steps
        found = portrait("x^2", x)
        assert set(found.secants.steps) <= set(found.sweep.steps)
        assert found.secants.steps[-1] == found.sweep.steps[-1]
        assert 50 < len(found.secants.steps) <= MOST_POSITIONS + 1


def test_what_cannot_be_followed_keeps_its_secants_and_says_why_there_is_no_more():
    found = portrait(lambda x: float(x) ** 2, 3.0)
    assert found.secants.lines["central"][-1].slope == 6.0
    for study in (found.sweep, found.table, found.graph, found.steps):
        assert isinstance(study, Missing)
        assert "float()" in study.reason
    assert found.comparison["central"].status == "ok"


def test_an_array_has_graph_and_trace_but_no_step():
    found = portrait(lambda v: np.sum(v * v), np.array([1.0, 2.0]))
    assert found.table.derivative.tolist() == [2.0, 4.0]
    assert found.sweep == found.secants == Missing(
        "v is an array of shape (2,), and a step is taken from one number"
    )  # fmt: skip


@pytest.mark.usefixtures("few_steps")
def test_one_of_several_variables_moves_and_the_others_stay():
    at = {"x": 3.0, "y": 4.0}
    assert portrait("x^2*y + y", at).sweep.exact == 24.0
    found = portrait("x^2*y + y", at, wrt="y")
    assert (found.wrt, found.sweep.exact, str(found.steps.derivative)) == ("y", 10.0, "x**2 + 1")
    assert found.comparison.reference == {"x": 24.0, "y": 10.0}
    assert portrait(lambda u, v: u * v**2, 3.0, 4.0, wrt="v").sweep.exact == 24.0
    with pytest.raises(ArgumentsError, match="f has no variable 'z'; its variables are x, y"):
        portrait("x^2*y + y", at, wrt="z")


@pytest.mark.usefixtures("few_steps")
def test_a_higher_order_is_that_of_every_study_that_has_one():
    found = portrait("x^3", 2.0, order=2)
    assert (found.comparison.reference, found.sweep.exact, found.steps.order, found.swell.order) == (
        12.0, 12.0, 2, 2,
    )  # fmt: skip
    assert found.secants.lines["central"][-1].slope == pytest.approx(12.0)


def test_what_f_itself_raises_is_passed_on_and_no_value_is_an_error():
    with pytest.raises(DomainError, match="f is nan"):
        portrait("log(x)", -1.0)
    with pytest.raises(ZeroDivisionError):
        portrait(lambda x: 1 / 0, 1.0)


@pytest.mark.usefixtures("few_steps")
def test_every_study_calls_f_by_the_same_name():
    def mine(x):
        return x * x

    for found, name in ((portrait(mine, 3.0), "mine"), (portrait(mine, 3.0, text="yours"), "yours")):
        assert found.comparison.f == found.sweep.f_text == found.secants.f_text == found.swell.f == name


@pytest.mark.usefixtures("few_steps")
def test_each_study_is_told_before_it_is_made():
    told = []
    portrait("x", 1.0, tell=lambda what, done, of: told.append((what.partition(":")[0], done / of)))
    assert list(dict.fromkeys(what for what, _ in told)) == list(STAGES)
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_a_gradient_of_many_numbers_is_not_written_out():
    found = portrait(lambda v: np.sum(v * v), np.ones(31))
    assert found.swell == Missing(
        "the gradient has 31 numbers, and 30 at most are written out; take dk.swell"
    )  # fmt: skip


@pytest.mark.usefixtures("few_steps")
def test_a_step_of_ones_own_is_among_those_of_the_sweep_and_of_the_secants():
    found = portrait("x^2", 3.0, h=0.123)
    assert found.h == 0.123
    assert 0.123 in found.sweep.steps
    assert 0.123 in found.secants.steps
    assert portrait("x^2", 3.0).h is None


def test_one_step_alone_is_quick_and_has_the_errors_of_the_whole_sweep():
    sitting = Sitting("exp(x)", 1.0, h=0.1)
    alone, whole = sitting.swept(alone=True), sitting.swept()
    assert alone.steps.tolist() == [0.1]
    place = whole.steps.tolist().index(0.1)
    for method, curve in whole.curves.items():
        assert alone[method].total[0] == curve.total[place]
        assert alone[method].truncation[0] == pytest.approx(curve.truncation[place], rel=1e-14)


def test_few_secants_are_one_a_decade_and_some_of_all():
    sitting = Sitting("exp(x)", 1.0, h=0.03)
    few, every = sitting.secants(few=True), sitting.secants()
    assert len(few.steps) == 18  # 16 decades, and h
    assert set(few.steps.tolist()) <= set(every.steps.tolist())
    assert 0.03 in few.steps


def test_a_sitting_names_the_variables_that_may_move():
    sitting = Sitting("x*y", {"x": 3.0, "y": 4.0}, wrt="y")
    assert (sitting.names, sitting.wrt) == (("x", "y"), "y")
    assert sitting.swept().exact == 3.0


def test_a_constant_has_its_one_step_whatever_its_variable_is_called():
    found = portrait("5", 1.0).steps
    assert [step.rule for step in found.steps] == ["constant"]
    assert found.derivative == 0
