"""Where a user's number chooses the work there is a limit: up to it all is well, beyond it one sentence.

A row is a call of one number: the largest that is let through, and a number beyond it. Limits that are in the
table of limits are lowered where the largest that they let through takes seconds.
"""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.cli.commands import run
from diffkit.functions import MAX_DEPTH, MAX_EXPONENT, MAX_LENGTH, MAX_NODES, parse
from diffkit.numerical import Stencil
from diffkit.studies import train
from diffkit.symbolic import steps
from diffkit.tape import node
from diffkit.views import graph, table


@dataclass(frozen=True)
class Bound:
    """A call whose number chooses the work, the largest that is let through, and what refuses more."""

    call: Any
    largest: int
    says: str
    beyond: int = 0  # the first that is refused; the next number where it is not given
    limits: dict[str, int] = field(default_factory=dict)


X = sympy.Symbol("x", real=True)
PYTHON = "what is larger is written as a function in Python"


def many(x, n):
    for _ in range(n):
        x = 0.9 * np.sin(x)
    return x


def tower(height):
    return parse("x" + "^x" * height)


def raised_by(name):
    return rf"the limit is \d+;.* with dk\.limits\({name}=\.\.\.\): raises it"


def of(name, call, largest, beyond=10**9):
    """A bound of the table of limits, which is put to `largest`; thousand millions are refused as quickly."""
    return Bound(call, largest, raised_by(name), beyond, {name: largest})


QUICK = {"simplified": False, "time_limit": 0.01}


BOUNDS = {
    "characters of a formula": Bound(lambda n: parse("x" + " " * (n - 1)), MAX_LENGTH, PYTHON),
    "nodes of a formula": Bound(lambda n: parse("x" + "+x" * ((n - 1) // 2)), 499, PYTHON, MAX_NODES + 1),
    "depth of a formula": Bound(lambda n: parse("-" * n + "x"), MAX_DEPTH, PYTHON),
    "an exponent": Bound(lambda n: parse(f"x^{n}"), MAX_EXPONENT, PYTHON),
    "order by a difference": of("order", lambda n: dk.derivative("exp(x)", 0.5, "central", order=n), 60),
    "order by a formula": of("order", lambda n: dk.derivative("exp(x)", 0.5, "symbolic", order=n), 60),
    "order by reverse mode": of("nested", lambda n: dk.derivative("exp(x)", 0.5, order=n), 5, 6),
    "order by dual numbers": of("nested", lambda n: dk.derivative("exp(x)", 0.5, "dual", order=n), 5, 6),
    "order of a sweep": of("order", lambda n: dk.error_sweep("exp(x)", 0.5, "central", [0.1], order=n), 2),
    "order of a comparison": of("order", lambda n: dk.compare("x^2", 0.5, methods="central", order=n), 2),
    "order of a swell": of("order", lambda n: dk.swell("x^2", order=n, **QUICK), 2),
    "order of the steps": of("order", lambda n: steps("exp(x)", order=n, time_limit=None), 2),
    "order of a formula to read": of("order", lambda n: dk.symbolic.derivative("exp(x)", 0.5, order=n), 60),
    "points of a stencil": of("points", lambda n: Stencil.of(range(n)), 50, 51),
    "accuracy": of("points", lambda n: dk.derivative(np.exp, 0.5, "forward", accuracy=n - 1), 50),
    "digits": of("digits", lambda n: dk.symbolic.evaluate(sympy.sin(X), {"x": 0.1}, digits=n), 10_000),
    "steps of a sweep": of("steps", lambda n: dk.error_sweep("x^2", 0.5, "central", range(1, n + 1)), 3, 4),
    "inputs of a cost": of("size", lambda n: dk.cost("x^2", n, "reverse", time_limit=0.1), 100),
    "n of a family": of("n", lambda n: dk.swell(family="loop", n=n, **QUICK), 3),
    "n of an iteration": of("n", lambda n: dk.swell("x^2", iterate=n, **QUICK), 3),
    "nodes of f's formula": Bound(
        lambda n: dk.derivative(lambda x: many(x, n), 0.5, "symbolic", max_nodes=40), 6,
        "max_nodes=40;.* share=True", 99,
    ),
    "nodes of its derivative": Bound(
        lambda n: dk.derivative(tower(n), 0.9, "symbolic", order=2, max_nodes=400), 5,
        r"5 \* max_nodes=2000;.* share=True", 20,
    ),
    "steps by the rules": Bound(
        lambda n: steps("*".join(["x"] * n), max_steps=20, time_limit=None), 2, "max_steps=", 60
    ),
    "epochs": Bound(lambda n: train("x^2", 1.0, rate=0.1, epochs=n), 9, "train in parts", 50_000_000),
    "--order": Bound(lambda n: typed("compare x --at 1 --methods central --order", n), 10, "from 1 to 10"),
    "--samples": Bound(lambda n: typed("check x --at 1 --samples", n), 10**6, "from 1 to 1000000"),
    "--sizes": Bound(lambda n: typed("cost x --methods reverse --sizes", n), 9, "1 to 1000000", 10**6 + 1),
    "--n": Bound(lambda n: typed("swell --family loop --time-limit 0.01 --n", n), 2, "1 to 10000", 10_001),
    "--epochs": Bound(lambda n: typed("train square --epochs", n), 5, "from 0 to 10000000", 10**7 + 1),
    "--workers": Bound(
        lambda n: typed("survey --problems sine --methods central --workers", n), 1, "1 to 1000", 1001
    ),
}  # fmt: skip


def typed(line, n):
    """The command, run; what it says is raised where it is bad usage."""
    err = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(err):
        status = run([*line.split(), str(n)])
    if status == 2:
        raise dk.errors.OptionError(err.getvalue().strip())


SLOW = {
    "order of a swell",
    "n of a family",
    "n of an iteration",
    "--n",
    "--sizes",
    "--workers",
}  # seconds each


@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[pytest.mark.slow] if what in SLOW else []) for what in BOUNDS]
)
def test_at_the_limit_it_is_done_and_beyond_it_one_sentence_names_the_limit_and_the_way(
    what, assert_one_clear_line
):
    bound = BOUNDS[what]
    with dk.limits(**bound.limits):
        bound.call(bound.largest)
        with pytest.raises(dk.DiffkitError, match=bound.says) as caught:
            bound.call(bound.beyond or bound.largest + 1)
    assert_one_clear_line(getattr(caught.value, "reason", caught.value))


@pytest.mark.parametrize("name", sorted({name for what in {*BOUNDS} - SLOW for name in BOUNDS[what].limits}))
def test_whoever_knows_what_they_want_raises_the_limit(name):
    bound = next(BOUNDS[what] for what in BOUNDS if what not in SLOW and name in BOUNDS[what].limits)
    with dk.limits(**{name: 2}), pytest.raises(dk.DiffkitError, match=raised_by(name)):
        bound.call(3)
    with dk.limits(**{name: 3}):
        bound.call(3)


def forever(x):
    while True:
        x = x * 1.0000001


@pytest.mark.sampled(4)
@pytest.mark.parametrize("call", [dk.derivative, dk.record, dk.gradient, dk.hessian])
def test_a_loop_without_end_is_stopped_when_its_rows_fill_the_memory(call, monkeypatch):
    monkeypatch.setattr(node, "_next_number", node._numbers(1000).__next__)
    with dk.limits(rows=5000), pytest.raises(dk.errors.DomainError, match=raised_by("rows")) as caught:
        call(forever, 1.0)
    assert "it goes on at line" in str(caught.value)
    assert "x = x * 1.0000001" in str(caught.value)


@pytest.mark.slow
def test_rows_that_nothing_keeps_are_not_counted(monkeypatch):
    """A long loop of forgotten values, and many short recordings one after the other."""
    monkeypatch.setattr(node, "_next_number", node._numbers(6000).__next__)

    def f(x):
        for _ in range(20_000):
            np.sin(x)
        return x * x

    with dk.limits(rows=5000):
        assert dk.derivative(f, 3.0) == 6.0
        for _ in range(30):
            assert np.isfinite(dk.derivative(lambda x: many(x, 1000), 0.5))


@pytest.mark.slow
def test_of_a_long_program_views_show_a_part():
    tape = dk.record(lambda x: many(x, 2000), 0.5)
    assert len(str(table(tape, 0.5)).splitlines()) < 100
    assert len(graph(tape, 0.5).dot()) < 2000


@pytest.mark.slow
def test_exponentials_of_exponentials_are_answered_on_the_page_at_once(explorer_answers):
    """A constant beyond all floats is refused by the parser; one that a variable hides, where f is."""
    (refused,) = explorer_answers(f="max(exp(exp(exp(12))),3)", at="1")
    assert refused["wrong"] == "f"
    assert "has no finite real value" in refused["said"]
    (outside,) = explorer_answers(f="max(exp(exp(exp(12*x))),3)", at="1")
    assert outside["wrong"] == "at"
    assert explorer_answers(f="min(exp(exp(exp(12*x))),3)", at="1")[-1] == {"done": True}


@pytest.fixture
def explorer_answers(few_steps):
    from diffkit.cli.explore import START, reader
    from diffkit.report.web.live import Explorer

    explorer = Explorer(reader("x", parse("x")), START)
    return lambda **asked: list(explorer.answers({"h": "0.1", **asked}))
