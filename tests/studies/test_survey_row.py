"""One problem in one type: a row a method, whatever happens."""

import json
import math
import re
from dataclasses import asdict

import numpy as np
import pytest

import diffkit as dk
from diffkit.problems import PROBLEMS, Problem
from diffkit.studies.survey_row import rows_of


def mine(f, at):
    return Problem("mine", f, at, (), "")


def test_a_row_has_what_compare_has():
    (row,) = rows_of(("pole", "float64", ["central"]))
    problem = PROBLEMS["pole"]
    there = dk.compare(problem.f, problem.at, methods="central")["central"]
    names = ("value", "error", "digits", "evaluations", "status", "note")
    assert [getattr(row, name) for name in names] == [getattr(there, name) for name in names]
    assert (row.problem, row.point, row.method, row.dtype, row.reason) == (
        "pole", 1e-3, "central", "float64", "",
    )  # fmt: skip


@pytest.mark.parametrize(("dtype", "most"), [("float16", 11), ("float32", 24), ("float64", 53)])
def test_no_more_digits_are_claimed_than_the_type_holds(dtype, most):
    (row,) = rows_of((mine("x^2", 1.0), dtype, ["reverse"]))
    assert row.error == 0
    assert row.digits == pytest.approx(-math.log10(2.0**-most))


def test_the_point_is_the_one_that_the_type_holds():
    (row,) = rows_of((mine("x^2", 0.7), "float32", ["reverse"]))
    assert row.point == float(np.float32(0.7))
    assert row.value == 2 * row.point


@pytest.mark.parametrize(
    ("problem", "method", "reason"),
    [
        ("kink", "complex-step", "complex"),
        ("bessel", "complex-step", "complex"),
        ("log-edge", "richardson", "domain"),
        ("branch", "symbolic", "formula"),
    ],
)
def test_a_method_that_does_not_apply_says_why_in_a_word_and_in_a_sentence(problem, method, reason):
    (row,) = rows_of((problem, "float64", [method]))
    assert (row.status, row.reason, row.value, row.digits) == ("not applicable", reason, None, None)
    assert len(row.note) > 20


@pytest.mark.parametrize(
    ("f", "at", "reason", "said"),
    [
        (lambda x: 1 / 0, 1.0, "error", r"f fails: ZeroDivisionError"),
        ("log(x)", -1.0, "domain", r"f is nan at x = -1\.0"),
        (lambda x: np.array([x, x]), 1.0, "value", r"f returned an array of shape \(2,\)"),
    ],
)
def test_a_function_that_fails_is_a_row_a_method_with_the_reason(f, at, reason, said):
    rows = rows_of((mine(f, at), "float64", ["forward", "reverse"]))
    assert [(row.method, row.status, row.reason) for row in rows] == [
        ("forward", "failed", reason), ("reverse", "failed", reason),
    ]  # fmt: skip
    assert all(re.search(said, row.note) for row in rows)


def test_a_point_that_the_type_cannot_hold_is_a_failed_row():
    (row,) = rows_of(("far-cosine", "float16", ["reverse"]))
    assert (row.status, row.reason) == ("failed", "domain")


def test_without_a_reference_there_are_no_digits_and_no_reason():
    (row,) = rows_of((mine("abs(x)", 0.0), "float64", ["reverse"]))
    assert (row.status, row.reason, row.digits, row.error) == ("ok", "", None, None)


def test_every_row_is_json():
    for problem in ("kink", "noisy-sine"):
        for row in rows_of((problem, "float32", ["central", "complex-step"])):
            assert json.loads(json.dumps(asdict(row), allow_nan=False)) == asdict(row)
