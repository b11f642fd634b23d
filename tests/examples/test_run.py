"""The worked examples of the textbooks: each is run here, one by one; and how they print and are chosen."""

from __future__ import annotations

import csv
import io
import json
from threading import Event

import pytest

from diffkit.errors import ArgumentsError
from diffkit.examples import CHAPTERS, Example, exactly, examples
from diffkit.examples.row import checked

ROWS = [row for rows in CHAPTERS.values() for row in rows]
SLOW = {13, 34}  # SymPy's diff of 700 000 operations, and a hundred thousand epochs


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=f"{row.number}-{row.title}", marks=[pytest.mark.slow] * (row.number in SLOW))
        for row in ROWS
    ],
)
def test_a_worked_example_comes_out_as_the_textbook_has_it(row):
    checks, error = checked(row)
    assert not error
    assert checks
    assert not [check for check in checks if not check.ok]


def test_the_textbooks_have_35_examples_and_each_has_its_place():
    assert [row.number for row in ROWS] == list(range(1, 36))
    assert len({row.title for row in ROWS}) == 35


def test_a_wrong_expectation_differs_and_so_does_what_raises_and_the_others_run(monkeypatch):
    wrong = Example(36, "a wrong line", "2 + 2", lambda: {"sum": 2.0 + 2.0}, {"sum": exactly(5)})
    broken = Example(37, "a broken line", "1 / 0", lambda: {"ratio": 1 / 0}, {"ratio": 1})
    monkeypatch.setitem(CHAPTERS, "put in", (wrong, broken))
    found = examples(5, "36-37")
    assert [outcome.ok for outcome in found.outcomes] == [True, False, False]
    assert not found
    lines = [" ".join(line.split()) for line in str(found).split("\n")]
    assert {"sum 5 4 differs", "ratio 1 - differs"} < set(lines)
    assert lines[-2:] == [
        "Example 37 raised ZeroDivisionError: division by zero",
        "1 of 3 examples agree; what differs: 36, 37.",
    ]


def test_a_chapter_is_a_table_with_the_values_of_an_example_below_its_title():
    assert (
        str(examples(5, 29))
        == """\
Worked examples: what the textbooks say, and what diffkit gets

#  numerical                           expected           got                status  note
5  a forward difference of a parabola                                                x^2 at 3, h = 1e-6
     f'(3)                             6.000001000927568  6.000001000927568  ok

 #  imperative             expected  got    status  note
29  a chain of two powers                           y = x^3, z = y^2 at 5
      z                    15625     15625  ok
      dz/dx                18750     18750  ok

2 of 2 examples agree."""
    )


def test_a_tolerance_that_is_no_rounding_stands_beside_what_is_expected():
    cells = {row[1].strip(): row[2] for row in examples(2).tables()[0].rows}
    assert (cells["richardson"], cells["off the form"]) == ("4 ± 0.2", "(0, 0, 0)")


@pytest.mark.parametrize(
    ("which", "numbers"),
    [
        ((5,), [5]),
        (("5", "3-5", 4), [3, 4, 5]),
        (("seven nodes",), [16]),
        (("CHAIN",), [29]),
        (("numerical", "29"), [1, 2, 3, 4, 5, 6, 7, 8, 29]),
        (("requires_grad",), [27, 31]),  # of a setting
    ],
)
def test_examples_are_chosen_by_number_range_and_word(which, numbers, monkeypatch):
    for chapter, rows in CHAPTERS.items():
        idle = [Example(row.number, row.title, row.setting, dict, {}) for row in rows]
        monkeypatch.setitem(CHAPTERS, chapter, tuple(idle))
    assert [outcome.number for outcome in examples(*which).outcomes] == numbers
    assert len(examples().outcomes) == 35


@pytest.mark.parametrize(
    ("which", "message"),
    [
        (36, "there is no example 36; write a number from 1 to 35, several as 16-18"),
        ("0", "there is no example 0; "),
        ("30-36", "there is no example 30-36; "),
        ("18-16", "there is no example 18-16; "),
        ("quantum", "no example has 'quantum' in its title; write a number from 1 to 35, several as 16-18,"),
        ("", "no example has '' in its title"),
    ],
)  # fmt: skip
def test_an_example_that_is_not_there_is_one_clear_sentence(which, message, assert_one_clear_line):
    with pytest.raises(ArgumentsError) as caught:
        examples(which)
    assert message in str(caught.value)
    assert_one_clear_line(caught.value)


def test_json_has_the_numbers_and_csv_a_line_a_value():
    found = examples(16, 5)
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (told["schema"], told["passed"]) == ("diffkit.examples/1", True)
    parabola, nodes = told["examples"]
    assert parabola == {
        "chapter": "numerical", "number": 5, "title": "a forward difference of a parabola",
        "setting": "x^2 at 3, h = 1e-6", "error": "", "ok": True,
        "checks": [{"name": "f'(3)", "expected": 6.000001000927568, "tolerance": "exact",
                    "got": 6.000001000927568, "ok": True}],
    }  # fmt: skip
    assert nodes["checks"][-1]["got"] == [[8.0, 6.0], [6.0, 0.0]]
    lines = list(csv.DictReader(io.StringIO(found.csv())))
    assert [(line["number"], line["value"]) for line in lines] == [
        ("5", "f'(3)"), ("16", "values"), ("16", "adjoints"), ("16", "Hessian"),
    ]  # fmt: skip
    assert {line["status"] for line in lines} == {"ok"}
    assert lines[0]["got"] == "6.000001000927568"


def test_markdown_and_html_hold_the_same_table():
    found = examples(5)
    assert "|   f'(3) | 6.000001000927568 | 6.000001000927568 | ok |" in found.markdown()
    assert "<td" in found._repr_html_()


def test_an_example_worked_out_aside_begins_first_is_told_of_last_and_stands_in_its_place(
    monkeypatch,
):
    waits, said = Event(), []
    aside = Example(1, "aside", "", lambda: {"waited": waits.wait(60)}, {"waited": True}, aside=True)
    other = Example(2, "other", "", lambda: {"set": waits.set()}, {"set": None})
    monkeypatch.setitem(CHAPTERS, "numerical", (aside, other))
    found = examples("numerical", tell=lambda *what: said.append(what))
    assert [(outcome.number, outcome.ok) for outcome in found.outcomes] == [(1, True), (2, True)]
    assert said == [("2 other", 0, 2), ("1 aside", 1, 2)]


def test_it_is_told_which_example_comes_next():
    said = []
    examples(5, 29, tell=lambda *what: said.append(what))
    assert said == [("5 a forward difference of a parabola", 0, 2), ("29 a chain of two powers", 1, 2)]
