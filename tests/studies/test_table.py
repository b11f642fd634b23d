"""CSV, JSON, and how numbers are worded."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from diffkit.studies.table import (
    csv_text,
    digits_text,
    error_text,
    json_ready,
    seconds_text,
    value_text,
)


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
