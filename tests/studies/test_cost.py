"""What a gradient costs: counts by size, what is left out and why, and every form of output."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import time

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import ArgumentsError, ExpressionError, OptionError, UnknownMethodError


def square(x):
    return np.sum(x * x)


@pytest.fixture(scope="module")
def found():
    return dk.cost(square, (1, 10, 100), "forward,central,dual,reverse")


def test_growth_is_fitted_and_theory_stands_beside_it(found):
    assert [found.growth(m) for m in found.methods] == ["n^1.00", "n^1.00", "n^1.00", "constant"]
    assert [str(theory) for theory in found.theory.values()] == ["n + 1", "2n", "n passes", "1, and 1 sweep"]
    assert dk.cost(square, (1, 2), "central").growth("central") == ""


def test_the_power_of_time_is_the_slope_in_logarithms(found):
    rows = tuple(dataclasses.replace(row, ratio=3.0 * row.n**1.5) for row in found.rows)
    assert dataclasses.replace(found, rows=rows).power("dual") == pytest.approx(1.5)
    assert dk.cost(square, (1, 2), "central").power("central") is None


def test_times_are_ratios_to_a_call_of_f(found):
    for row in found.rows:
        assert row.seconds > 0
        assert row.ratio > 0
    assert set(found.f_seconds) == {1, 10, 100}


def test_the_table_is_aligned_and_says_why(found):
    text = str(found)
    assert text.startswith("Cost of the gradient of f = square by n inputs\none call of f: ")
    assert "reverse         1 + 1   1 + 1    1 + 1  constant  1, and 1 sweep" in text
    assert "central             2      20      200  n^1.00    2n" in text
    assert "central called f 200 times for 100 inputs" in text
    assert "reverse mode took one sweep back for 100 inputs" in text


def test_it_goes_out_as_json_csv_markdown_and_html(found):
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert (data["schema"], data["sizes"]) == ("diffkit.cost/1", [1, 10, 100])
    assert [row["evaluations"] for row in data["rows"] if row["method"] == "central"] == [2, 20, 200]
    assert data["growth"][1]["theory"] == "2n"
    rows = list(csv.DictReader(io.StringIO(found.csv())))
    assert len(rows) == 12
    assert rows[-1]["sweeps"] == "1"
    assert "| dual | 1 | 10 | 100 | n^1.00 | n passes |" in found.markdown()
    assert "<td" in found._repr_html_()


def test_a_formula_in_one_variable_is_summed():
    found = dk.cost("x^2", (1, 5), "central,symbolic")
    assert found.f == "the sum of x^2 over x"
    assert found.counts("symbolic") == [1, 1]
    assert dk.cost(sympy.Symbol("t") ** 2, 3, "reverse").f == "the sum of t**2 over t"


def test_a_method_that_does_not_apply_is_a_remark():
    found = dk.cost(lambda x: np.sum(np.abs(x)), (1, 3), "central,complex-step")
    assert found["complex-step", 3].status == "not applicable"
    assert "complex-step: not applicable: " in str(found)
    assert "\ncomplex-step  " not in str(found)


def test_a_method_that_does_not_apply_for_several_reasons_is_said_once():
    def f(x):
        if len(x) < 3:
            return np.sum(x) * float(x[0])
        return np.sum(x) * float(x[2])

    found = dk.cost(f, (1, 3), "symbolic,central")
    assert found["symbolic", 1].note != found["symbolic", 3].note  # each names its line
    assert str(found).count("symbolic: not applicable: float()") == 1


def test_a_ratio_is_the_least_time_over_the_least_time_of_f(found):
    for row in found.rows:
        assert row.ratio == row.seconds / found.f_seconds[row.n]


def test_an_accident_of_a_first_call_is_no_measure():
    calls = []

    def f(x):
        calls.append(len(x))
        if len(x) == 20 and calls.count(20) == 3:  # in the gradient, after a call for the value and its time
            time.sleep(0.3)
        return square(x)

    assert dk.cost(f, (10, 20), "reverse")["reverse"].seconds < 0.1


def test_what_would_take_longer_than_the_limit_is_left_out():
    def slow(x):
        time.sleep(0.002)
        return square(x)

    found = dk.cost(slow, (1, 100), "central,reverse", time_limit=0.3)
    assert [found["central", n].status for n in found.sizes] == ["ok", "left out"]
    assert found["central"].expected == 200
    assert found["reverse"].status == "ok"
    assert "central is left out at n = 100: it would take about " in str(found)


def test_a_large_size_alone_is_approached_by_smaller_ones():
    asked = []

    def f(x):
        asked.append(np.size(x))
        return square(x)

    dk.cost(f, 1000, "reverse")
    assert {10, 100, 1000} == set(asked)


def test_a_size_at_which_f_fails_is_left_out_with_the_reason():
    found = dk.cost(lambda x: x[1] * np.sum(x), (1, 2, 3), "reverse")
    assert found.sizes == (2, 3)
    assert "n = 1 is left out: f fails there: IndexError: index 1 is out of bounds" in str(found)
    with pytest.raises(IndexError):
        dk.cost(lambda x: x[9], (1, 2), "reverse")


def test_the_point_may_be_given():
    seen = []
    dk.cost(
        lambda x: (seen.append(np.asarray(x).tolist()), np.sum(x))[1], 2, "central", x=lambda n: [2.0] * n
    )
    assert seen[0] == [2.0, 2.0]
    assert dk.cost(lambda x: np.sum(np.log(x)), (1, 4), "reverse").counts("reverse") == [1, 1]


def test_an_f_that_writes_into_its_argument_costs_as_any_other():
    def f(x):
        x *= 2
        return np.sum(x)

    assert dk.cost(f, (1, 2, 3), "central").counts("central") == [2, 4, 6]


def test_a_row_is_found_by_its_method_and_size(found):
    assert found["central", 10].evaluations == 20
    assert found["central"].n == 100
    with pytest.raises(KeyError, match="'centre' is not in this study; it has forward, central"):
        found["centre"]
    with pytest.raises(KeyError, match="n = 7 was not measured; the sizes are 1, 10, 100"):
        found["central", 7]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (("x1*x2",), {}, ArgumentsError, "the formula x1\\*x2 has 2 variables \\(x1, x2\\); write one in a"),
        (("3",), {}, ArgumentsError, "the formula 3 has no variable"),
        ((np.sin, 3), {}, ArgumentsError, "f returned an array of shape \\(3,\\)"),
        ((square, ()), {}, ArgumentsError, "sizes=\\(\\); write numbers of inputs such as"),
        ((square, (1, 0)), {}, ArgumentsError, "sizes=\\(1, 0\\)"),
        ((square, "10"), {}, ArgumentsError, "sizes='10'"),
        ((square, 3, "centre"), {}, UnknownMethodError, "no method 'centre'; did you mean 'central'"),
        (("sin(",), {}, ExpressionError, "is missing after"),
        ((square,), {"time_limit": 0}, OptionError, "time_limit=0; write a number of seconds"),
        ((square, 3), {"x": lambda n: np.ones(2)}, ArgumentsError, "x\\(3\\) has 2 numbers"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(arguments, options, error, message):
    with pytest.raises(error, match=message):
        dk.cost(*arguments, **options)
