"""Tables: aligned text, Markdown, HTML, CSV, JSON, and how numbers are worded."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

import diffkit as dk
from diffkit.tables import (
    BELOW,
    Table,
    csv_text,
    digits_text,
    error_text,
    json_ready,
    seconds_text,
    value_text,
)

TABLE = Table(("method", "digits"), (("central", "10.6"), ("a|<b>", "5")), frozenset({"digits"}))


def test_text_columns_line_up_and_numbers_stand_on_the_right():
    assert TABLE.text().splitlines() == ["method   digits", "central    10.6", "a|<b>         5"]


def test_numbers_in_html_stand_on_the_right_and_are_not_broken():
    assert '<td style="text-align:right;white-space:nowrap">10.6</td>' in TABLE.html()
    assert '<td style="text-align:left">central</td>' in TABLE.html()


COLUMNS = ("method", "value", "step", "calls", "note")
WIDE = Table(
    COLUMNS,
    (
        ("central", "[1.5, -2.25, 3.125, 4.0]", "-", "8", "first of all"),
        ("dual", "[1.0, -2.0, 3.0, 4.0]", "-", "4", ""),
    ),
    frozenset({"step", "calls"}),
)


@pytest.mark.parametrize(
    ("width", "row", "below"),
    [
        (60, "central  [1.5, -2.25, 3.125, 4.0]     -      8  first of all", []),
        (59, "central  [1.5, -2.25, 3.125, 4.0]     -      8", ["", "central: first of all"]),
        (45, "central  [1.5, -2.25, 3.125, 4.0]      8", ["", "central: first of all"]),
        (37, "central  [1.5, -2.25, ...]          8", ["", "central: first of all"]),
        (1, "central  [1.5, ...]      8", ["", "central: first of all"]),
    ],
)
def test_in_a_narrow_place_words_give_way_and_numbers_stay_whole(width, row, below):
    lines = WIDE.text(width).splitlines()
    assert lines[1] == row
    assert lines[3:] == below


def test_an_empty_cell_among_lists_stays_empty():
    assert Table(("value",), (("(1.0, 2.0)",), ("",))).text(1) == "value\n(1.0, ...)\n"


def test_a_note_that_points_below_is_not_repeated_there():
    rows = (("central", "first of all"), ("symbolic", BELOW))
    assert Table(("method", "note"), rows).text(10).splitlines()[3:] == ["", "central: first of all"]


def test_a_table_without_lists_or_notes_stays_as_it_is_however_narrow():
    assert TABLE.text(1) == TABLE.text()


@pytest.mark.parametrize(
    ("cell", "short"),
    [
        ("x=1.0, y=2.0, z=3.0", "x=1.0, ..."),
        ("(1.0, 2.0)", "(1.0, ...)"),
        ("[1.0, 2.0, 3.0, ... 99 values]", "[1.0, ... 99 values]"),
        ("-0.08396815100693278", "-0.08396815100693278"),
    ],
)
def test_a_list_keeps_its_first_entry_and_a_number_all_its_digits(cell, short):
    assert Table(("value",), ((cell,),)).text(1).splitlines()[1] == short


def test_markdown_escapes_the_bar():
    assert TABLE.markdown().splitlines()[-1] == r"| a\|<b> | 5 |"
    assert TABLE.markdown().splitlines()[1] == "| :--- | ---: |"


def test_html_escapes_angle_brackets():
    assert "a|&lt;b&gt;" in TABLE.html()


def test_a_bar_over_a_letter_takes_no_room():
    lines = Table(("a", "b"), (("v̄3", "1"), ("v33", "2"))).text().splitlines()
    assert lines == ["a    b", "v̄3   1", "v33  2"]


@dataclass
class Layer:
    w: np.ndarray
    b: float
    act: Callable = np.tanh
    name: str = "l"


def test_csv_can_be_read_back_with_commas_quotes_and_empty_cells():
    text = csv_text(["a", "b"], [['x, "y"', None], [1.5, "z"]])
    assert list(csv.reader(io.StringIO(text))) == [["a", "b"], ['x, "y"', ""], ["1.5", "z"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (np.float64(-0.08396815100693276), "-0.08396815100693276"),
        (None, "-"),
        ({"x": 24.0, "y": np.float64(10)}, "x=24.0, y=10.0"),
        ((1.0, 2.0), "(1.0, 2.0)"),
        (np.arange(3.0), "[0.0, 1.0, 2.0]"),
        (np.arange(4.0), "[0.0, 1.0, 2.0, 3.0]"),
        (np.arange(1000.0), "[0.0, 1.0, 2.0, ... 1000 values]"),
        (Layer(np.ones(2), 3.0), "Layer(w=[1.0, 1.0], b=3.0, act=tanh, name='l')"),
        ({"l": Layer(2.0, None)}, "l=Layer(w=2.0, b=-, act=tanh, name='l')"),
    ],
)
def test_a_value_keeps_all_its_digits(value, text):
    assert value_text(value) == text


def test_errors_times_and_digits_are_worded_shortly():
    assert [error_text(e) for e in (1.967e-8, 0.0, None, float("nan"))] == ["1.97e-08", "0", "-", "-"]
    assert [seconds_text(s) for s in (2.5, 0.0123, 4e-6, None)] == ["2.5 s", "12.3 ms", "4 µs", "-"]
    assert [digits_text(d) for d in (15.95, 6.68, None)] == ["15.9", "6.6", "-"]


def test_json_has_a_dataclass_as_an_object_and_a_function_by_its_name():
    ready = {"w": [1.0, 1.0], "b": None, "act": "tanh", "name": "l"}
    assert json_ready([Layer(np.ones(2), np.nan)]) == [ready]


def test_json_holds_no_nan_and_no_numpy_types():
    ready = json_ready(
        {"a": np.array([1.0, np.nan]), "b": (np.float32(2), np.inf), "c": np.int64(3), "d": None}
    )
    assert ready == {"a": [1.0, None], "b": [2.0, None], "c": 3, "d": None}
    assert type(ready["c"]) is int


def test_what_prints_itself_shows_the_same_in_a_notebook():
    told = []

    class Printer:
        text = told.append

    tape = dk.record(lambda x, y: x * y, 2.0, 5.0)
    for shown in (
        tape,
        dk.views.table(tape, 2.0, 5.0),
        dk.views.graph(tape, 2.0, 5.0),
        dk.symbolic.steps("x^2", time_limit=None),
        dk.numerical.explain(np.sin, 0.7),
        dk.compare("x^2", 3.0, methods="reverse"),
    ):
        vars(type(shown))["_repr_pretty_"](shown, Printer, False)  # a dataclass has a __repr__, too
        assert told.pop() == str(shown)
