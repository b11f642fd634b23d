"""Comparison: every method on the same function, beside the truth."""

import json
import math
import pickle
from dataclasses import dataclass

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import (
    ArgumentsError,
    DomainError,
    ExpressionError,
    UnknownMethodError,
    UnknownOptionError,
)

TEXT = "sin(x)*exp(-x**2)"


@pytest.mark.parametrize(
    ("given", "write"),
    [
        ({"method": "central"}, r"no method=, .* write methods='central'$"),
        ({"h": 1e-5}, r"no h=, .* objects such as methods=\[diffkit\.numerical\.Central\(h=\.\.\.\)\]$"),
    ],
)
def test_where_several_methods_are_asked_method_is_methods(given, write):
    with pytest.raises(UnknownOptionError, match=write):
        dk.compare("x^2", 3.0, **given)
    with pytest.raises(ArgumentsError, match=r'a point is not given by keywords \(x\); write {"x": 3\.0}'):
        dk.compare("x^2", x=3.0)


@pytest.fixture(scope="module")
def textbook():
    return dk.compare(TEXT, 0.7)


def test_all_nine_methods_answer_in_the_order_of_the_table(textbook):
    names = " ".join(row.method for row in textbook.rows)
    assert names == "forward backward central richardson adaptive complex-step symbolic dual reverse"
    assert {row.status for row in textbook.rows} == {"ok"}


def test_every_error_and_digit_follows_from_the_reference(textbook):
    with mpmath.workdps(50):
        x = mpmath.mpf(0.7)
        truth = mpmath.exp(-x * x) * (mpmath.cos(x) - 2 * x * mpmath.sin(x))
        assert abs(mpmath.mpf(textbook.reference_text) - truth) < mpmath.mpf(10) ** -25
        assert mpmath.nstr(truth, 16) == "-0.08396815100693276"
        for row in textbook.rows:
            error = abs(mpmath.mpf(row.value) - truth)
            assert row.error == pytest.approx(float(error), rel=1e-12, abs=1e-30)
            assert row.relative_error == pytest.approx(float(error / abs(truth)), rel=1e-12)
            assert row.digits == pytest.approx(min(-math.log10(2**-53), -math.log10(row.relative_error)))


def test_the_digits_are_those_of_theory(textbook):
    assert textbook["forward"].digits == pytest.approx(7, abs=1)
    assert textbook["central"].digits == pytest.approx(10, abs=1)
    assert textbook["richardson"].digits == pytest.approx(11.5, abs=1.5)
    assert min(textbook[m].digits for m in ("complex-step", "symbolic", "dual", "reverse")) > 14.5


def test_calls_are_counted_not_claimed():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return x * x

    for method in dk.METHODS:
        calls = 0
        assert dk.derivative(f, 1.5, method, full_output=True).evaluations == calls


def test_the_text_says_why(textbook):
    text = str(textbook)
    assert "Why: a difference has to balance truncation (h too large) against rounding (h too small)" in text
    assert "complex-step, symbolic, dual and reverse take no difference and keep" in text
    assert all(repr(row.value) in text for row in textbook.rows)


def test_truncation_and_rounding_of_each_difference_add_up_to_its_error(textbook):
    for method in ("forward", "backward", "central", "richardson"):
        row = textbook[method]
        assert abs(row.truncation + row.rounding) == pytest.approx(row.error, rel=1e-9)


def test_the_reason_is_truncation_where_h_is_too_large_for_f():
    assert "h is too large for this f, truncation dominates" in str(dk.compare("sin(1/x)", 1e-4))


def test_the_reason_is_rounding_where_h_is_too_small_for_f():
    found = dk.compare("exp(x/10^8)", 1.0, methods=["central", "richardson"])
    assert "h is too small for this f, rounding dominates" in str(found)


def test_plain_numpy_with_a_loop_and_an_if_has_a_row_that_says_why_symbolic_does_not_apply():
    def f(x):
        for _ in range(3):
            x = np.sin(x) + x * x
        if x > 1:
            return x * x
        return x

    found = dk.compare(f, 0.5)
    assert found["symbolic"].status == "not applicable"
    assert "branches on its argument at line" in found["symbolic"].note
    assert "if x > 1" in found["symbolic"].note
    assert found["symbolic"].value is None
    assert min(found["dual"].digits, found["reverse"].digits) > 14.5
    assert "symbolic: not closed form" in str(found)


def test_a_function_of_math_leaves_the_numerical_methods_and_a_reason():
    found = dk.compare(lambda x: math.sin(x), 1.0)
    assert found.reference is None
    assert "np.sin, not math.sin" in found.reference_source
    assert found["central"].value == pytest.approx(math.cos(1.0), rel=1e-9)
    assert found["central"].digits is None
    assert {found[m].status for m in ("complex-step", "symbolic", "dual", "reverse")} == {"not applicable"}


@pytest.mark.parametrize(
    ("f", "point", "reason"),
    [
        (lambda x: math.sin(x), 1.0, "lose the history"),
        (lambda x: x if isinstance(x, float | complex) else [][1], 1.0, "IndexError: list index"),
    ],
)
def test_a_reason_that_the_reference_and_methods_share_is_said_once(f, point, reason):
    found = dk.compare(f, point)
    assert found.title()[1] == "exact f'(x) = unknown  (see below)"
    (line,) = [line for line in str(found).splitlines() if reason in line and "complex-step" not in line]
    assert line.startswith("the reference, symbolic, dual and reverse: ")


def test_a_gradient_without_a_reference_is_still_called_a_gradient():
    found = dk.compare(lambda v: math.sin(v[0]) * v[1], np.ones(2))
    assert found.title()[1] == "exact gradient = unknown  (see below)"


def test_a_function_that_fails_on_other_numbers_has_rows_that_say_so():
    def only_floats(x):
        if not isinstance(x, float):
            raise TypeError("floats only")
        return x * x

    found = dk.compare(only_floats, 1.0)
    assert "floats only" in found["reverse"].note
    assert found["central"].status == "ok"


def test_the_gradient_of_text_is_nested_as_its_mapping():
    found = dk.compare("x^2*y + y + 2", {"x": 3, "y": 4})
    assert found.reference == {"x": 24.0, "y": 10.0}
    assert found["reverse"].value == {"x": 24.0, "y": 10.0}
    assert found["reverse"].digits > 15
    assert found["forward"].evaluations == 3
    assert found.value == 42.0


def test_a_dataclass_is_written_by_its_fields():
    @dataclass
    class Line:
        slopes: np.ndarray
        offset: float
        unit: str = "m"

    f = lambda line: np.sum(line.slopes**2) * line.offset
    found = dk.compare(f, Line(np.array([1.0, 2.0]), 3.0))
    text = str(found)
    assert "x1 = Line(slopes=[1.0, 2.0], offset=3.0, unit='m')    f = 15.0" in text
    assert "exact gradient = Line(slopes=[6.0, 12.0], offset=5.0, unit=m)" in text
    right = {"slopes": [6.0, 12.0], "offset": 5.0, "unit": "m"}
    assert json.loads(json.dumps(found.to_dict()))["reference"]["value"] == right
    assert found.csv().count("unit") == len(found.rows)
    assert [row.digits for row in found.rows][-2:] == pytest.approx([15.95, 15.95], abs=0.01)


def test_an_array_has_the_digits_of_its_worst_component():
    found = dk.compare(lambda x: np.sum(np.exp(x)), np.array([0.0, 1.0]), methods=["central"])
    errors = np.abs(found["central"].value - np.exp([0.0, 1.0]))
    assert found["central"].error == pytest.approx(errors.max(), rel=1e-3)
    assert np.shape(found.reference) == (2,)


def test_higher_orders_and_chosen_methods():
    found = dk.compare("exp(x)", 1.0, methods=["central", dk.numerical.Central(accuracy=4), "dual"], order=3)
    assert found.reference == pytest.approx(math.e)
    assert [row.method for row in found.rows] == ["central", "central", "dual"]
    assert found.rows[1].digits > found.rows[0].digits


def test_the_dictionary_is_json_with_the_promised_keys(textbook):
    data = json.loads(json.dumps(textbook.to_dict(), allow_nan=False))
    assert data["schema"] == "diffkit.compare/1"
    assert {"schema", "f", "at", "value", "reference", "results"} <= set(data)
    assert data["at"] == {"x": 0.7}
    assert data["f"] == TEXT
    assert {"value", "source"} <= set(data["reference"])
    wanted = {"method", "value", "error", "digits", "step", "evaluations", "seconds", "status", "note"}
    assert all(wanted <= set(row) for row in data["results"])


def test_a_zero_derivative_is_measured_absolutely():
    found = dk.compare("cos(x)", 0.0, methods=["forward", "reverse"])
    assert found.reference == 0.0
    assert found["reverse"].error == 0.0
    assert found["forward"].relative_error is None
    assert 7 < found["forward"].digits < 9


def test_where_the_slope_is_infinite_there_is_no_reference_and_no_invented_error():
    found = dk.compare("sqrt(x)", 0.0)
    assert found.reference is None
    assert found["reverse"].value == math.inf
    assert found["central"].status == "not applicable"
    assert "domain" in found["central"].note
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("f", "point", "error", "words"),
    [
        ("log(x)", (-1.0,), DomainError, "nan"),
        ("1/x", (0.0,), DomainError, "inf"),
        ("x", (math.nan,), DomainError, "finite"),
        ("x", (math.inf,), DomainError, "finite"),
        ("x", (1 + 2j,), DomainError, "real"),
        ("x", ([],), DomainError, "empty"),
        ("x", (), DomainError, "empty"),
        ("x*y", (1.0,), ArgumentsError, "2 variables"),
        ("x*y", ({"x": 1.0},), ArgumentsError, "x, y"),
        ("foo(x)", (1.0,), ExpressionError, "foo"),
        (lambda x: np.ones(3) * x, (1.0,), ArgumentsError, "scalar"),
        (lambda x, y: x * y, (1.0,), ArgumentsError, "'y'"),
    ],
)
def test_a_bad_point_gets_one_clear_line(f, point, error, words):
    with pytest.raises(error) as caught:
        dk.compare(f, *point)
    assert words in str(caught.value).split("\n")[0]


def test_the_point_stays_as_it_was_given_when_f_writes_into_it():
    def f(x):
        x[0] = 1.0
        return x[0] * x[1]

    point = np.array([2.0, 3.0])
    found = dk.compare(f, point, methods=["central"])
    assert point.tolist() == found.at["x"].tolist() == [2.0, 3.0]
    assert found["central"].value == pytest.approx([0.0, 1.0])


def test_one_method_is_a_name_and_several_are_names_with_commas():
    assert [row.method for row in dk.compare("x", 1.0, methods="reverse").rows] == ["reverse"]
    assert [row.method for row in dk.compare("x", 1.0, methods="dual, central").rows] == ["dual", "central"]


def test_an_unknown_method_is_named():
    with pytest.raises(UnknownMethodError, match="did you mean 'central'"):
        dk.compare("x", 1.0, methods=["centrl"])


def test_a_row_that_is_not_there_is_a_key_error_that_lists_the_rows(textbook):
    with pytest.raises(KeyError, match="forward"):
        textbook["nothing"]


def test_a_notebook_shows_a_table(textbook):
    page = textbook._repr_html_()
    assert page.partition("<img")[0].count("<tr>") == 10
    assert "-0.08396815" in page


def test_a_complex_step_that_f_leads_astray_is_told_from_the_methods_that_keep_their_digits():
    f = lambda x: x @ np.arange(9.0).reshape(3, 3) @ x + np.linalg.norm(x)
    found = dk.compare(f, np.array([1.0, 2.0, 3.0]))
    (sentence,) = found.remarks()
    assert "complex-step keeps 2.0 digits only, since f is not analytic" in sentence
    assert "symbolic, dual and reverse take no difference and keep 15" in sentence


@pytest.mark.parametrize("ask", [dk.gradient, dk.hessian, dk.jacobian, dk.compare])
@pytest.mark.parametrize("point", [[], (), {}])
def test_an_empty_point_is_refused_by_every_question_alike(ask, point):
    with pytest.raises(DomainError, match="the point is empty; write at least one number"):
        ask(lambda x: np.sum(x), point)


def test_a_comparison_of_a_lambda_can_be_pickled_and_loses_nothing_but_f():
    found = dk.compare(lambda x: x * x, 3.0, methods="reverse")
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert (found.function(3.0), again.function) == (9.0, None)


@pytest.mark.parametrize("f", ["max(x, 0)^2", lambda x: np.where(x > 0, x * x, 0.0)])
def test_a_complex_step_of_second_order_through_a_comparison_is_a_row_like_others(f):
    found = dk.compare(f, 1.0, methods="central,complex-step", order=2)
    assert found["central"].truncation is not None
    assert found["complex-step"].truncation is None
