"""What is typed is answered by diffkit's numbers, or by one sentence beside the field that is wrong."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest

import diffkit as dk
from diffkit.report.web.labels import words
from diffkit.report.web.live.explorer import Unreadable
from diffkit.report.web.page import parts_of
from diffkit.studies.portrait import portrait
from diffkit.studies.reference import Exact
from diffkit.tables import error_text


def asked(explorer, **texts):
    return list(explorer.answers(texts))


@pytest.mark.usefixtures("few_steps")
def test_the_parts_together_are_the_page_of_the_same_function(explorer, parsed):
    messages = asked(explorer(), f="x*sin(x)", at="0.5", h="0.25")
    parts = {name: html for message in messages for name, html in message.get("html", {}).items()}
    data = {name: value for message in messages for name, value in message.get("data", {}).items()}
    expected, expected_data = parts_of(portrait("x*sin(x)", 0.5, h=0.25), words("en"))
    parts.pop("main")
    expected.pop("methods")  # which came with the first
    assert parts == expected
    assert data == expected_data
    assert messages[-1] == {"done": True}


@pytest.mark.usefixtures("few_steps")
def test_the_first_answer_has_the_methods_and_the_step_that_was_typed(explorer, parsed):
    first = asked(explorer(), f="exp(x)", at="1", h="0.003")[0]
    made = parsed(first["html"]["main"])
    found = dk.compare("exp(x)", 1.0)
    cells = {e.text for e in made.all("td")}
    assert {repr(row.value) for row in found.rows} <= cells
    sweep = dk.error_sweep("exp(x)", 1.0, steps=[0.003])
    for method, curve in sweep.curves.items():
        assert float(made.ids[f"{method}-0"].text) == dk.derivative("exp(x)", 1.0, method, h=0.003)
        assert made.ids[f"{method}-1"].text == error_text(abs(curve.total[0]))
        assert made.ids[f"{method}-2"].text == error_text(abs(curve.truncation[0]))
    assert made.ids["h-now"].text == "h = 0.003"
    assert made.source.count("Being measured") == 4  # the curve, the graph, the rules, the swell


@pytest.mark.parametrize("h", ["0.25", ""])
def test_the_first_answer_asks_exactly_a_few_times_and_no_sweep(explorer, monkeypatch, h):
    count = 0
    exact = Exact.__call__

    def counted(self, *point):
        nonlocal count
        count += 1
        return exact(self, *point)

    monkeypatch.setattr(Exact, "__call__", counted)
    answers = explorer().answers({"f": "sin(x)*exp(-x^2)", "at": "0.7", "h": h})
    next(answers)
    assert count < 60  # 321 steps of three methods would ask 1290 times


@pytest.mark.parametrize(
    ("texts", "field", "said"),
    [
        ({"f": "2x"}, "f", "column 2: no operation stands before 'x'; multiplication is written with *"),
        ({"f": ""}, "f", "the expression is empty; write one such as sin(x)*exp(-x^2)"),
        ({"f": "x" * 1001}, "f", "These are 1001 characters; at most 1000 are read."),
        ({"f": "9^9^9^9"}, "f", "column 4: the exponent 3.8742e+08 is beyond 1000, the largest that is read; "
         "what is larger is written as a function in Python"),
        ({"at": "y=1"}, "at", "f takes x and the point gives y; write x=..."),
        ({"at": ""}, "at", "the point is empty; write a point as 0.7, as 0,1,2 or as x=1,y=2"),
        ({"at": "1," * 600}, "at", "These are 1200 characters; at most 1000 are read."),
        ({"f": "log(x)", "at": "-1"}, "at", "f is nan at x = -1.0, so it has no derivative there"),
        ({"f": "x*y", "at": "x=1,y=2", "wrt": "z"}, "wrt", "f has no variable 'z'; its variables are x, y"),
        *(({"h": h}, "h", f"{h!r} is no step; write a number from 1e-40 to 1e+300, such as 1e-5.")
          for h in ("0", "-1", "tiny", "1e-50", "1,2", "x=1", "nan")),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said_beside_its_field(explorer, texts, field, said):
    (message,) = asked(explorer(), **texts)
    assert message["wrong"] == field
    assert message["said"].startswith(said)


@pytest.mark.usefixtures("few_steps")
def test_of_several_variables_one_moves_and_all_are_named(explorer):
    messages = asked(explorer(), f="x^2*y", at="x=3,y=4", wrt="y", h="0.5")
    assert (messages[0]["names"], messages[0]["wrt"]) == (["x", "y"], "y")
    assert "By y alone" in messages[0]["html"]["main"]


@pytest.mark.usefixtures("few_steps")
def test_a_step_may_be_a_formula_and_may_be_left_out(explorer):
    assert "h = 0.000977" in asked(explorer(), f="x", at="1", h="2^-10")[0]["html"]["main"]
    assert asked(explorer(), f="x", at="1", h="")[-1] == {"done": True}


@pytest.mark.usefixtures("few_steps")
def test_a_function_of_ones_own_is_served_by_its_text_until_that_is_changed(explorer):
    def mine(x):
        return np.sin(x) ** 3

    own = explorer(mine, "mine.py:f")
    assert "mine.py:f" in asked(own, at="0.5")[0]["html"]["head"]
    (message,) = asked(own, f="mine.py:g", at="0.5")
    assert message["wrong"] == "f"


def test_what_a_function_raises_is_said(explorer):
    (message,) = asked(explorer(lambda x: 1 / 0, "mine"))
    assert message == {"wrong": "f", "said": "f failed: ZeroDivisionError: division by zero"}


def test_a_function_that_loops_for_ever_is_stopped_and_the_next_is_answered(explorer):
    def f(x):
        while True:
            pass

    own = explorer(f, "mine", seconds=0.3)
    (message,) = asked(own)
    assert message == {"wrong": "f", "said": "Not answered: it took longer than 0.3 s and was stopped."}
    own.worker.seconds = 30.0
    assert "html" in next(iter(own.answers({"f": "x", "at": "1"})))


@pytest.mark.usefixtures("few_steps")
def test_a_part_that_takes_too_long_says_so_and_the_others_are_there(explorer, monkeypatch):
    def for_ever(self):
        while True:
            pass

    monkeypatch.setattr("diffkit.studies.portrait.Sitting.swell", for_ever)
    own = explorer()
    answers = own.answers({"f": "x^2", "at": "3", "h": "0.5"})
    for message in answers:
        if "steps" in message["html"]:
            break
    own.worker.seconds = 0.2
    html = next(answers)["html"]["swell"]
    assert "it took longer than 0.2 s and was stopped" in html
    own.worker.seconds = 30.0
    assert [list(message.get("html", message)) for message in answers] == [["step"], ["done"]]


@pytest.mark.usefixtures("few_steps")
def test_every_answer_is_in_the_language_of_the_page(explorer):
    own = explorer()
    own.lang, own._say = "zh", words("zh")
    assert re.search("在 x = 1.0 处的导数", asked(own, f="x", at="1")[0]["html"]["head"])


def test_warming_up_answers_no_one_and_has_more_time_than_a_question(explorer):
    own = explorer(seconds=1e-9)
    own.warm_up()
    own.worker.seconds = 30.0
    assert "html" in next(own.answers({"f": "x", "at": "1"}))


def test_what_cannot_be_read_can_be_copied_with_its_field():
    found = pickle.loads(pickle.dumps(Unreadable("at", "no number")))
    assert (found.field, str(found)) == ("at", "no number")
