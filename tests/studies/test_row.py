"""What one method answered: timed, counted, measured against the truth."""

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import DomainError
from diffkit.methods import METHODS
from diffkit.studies.row import MOST_DIGITS, measured, split


def ask(f, x):
    return lambda method: dk.derivative(f, x, method, full_output=True)


def test_error_and_digits_are_those_of_the_worst_component():
    truth = [np.array([mpmath.mpf(2), mpmath.mpf(4)], dtype=object)]
    answer = dk.Estimate(np.array([2.0, 4.0 + 1e-6]), evaluations=7, method="given")
    row = measured(METHODS["reverse"], lambda method: answer, truth, 1)
    assert row.error == pytest.approx(1e-6)
    assert row.relative_error == pytest.approx(2.5e-7)
    assert row.digits == pytest.approx(-np.log10(2.5e-7))
    assert row.evaluations == 7


def test_an_exact_answer_has_all_the_digits_of_a_double_and_no_more():
    row = measured(METHODS["reverse"], ask(lambda x: x * x, 3.0), [mpmath.mpf(6)], 1)
    assert row.error == 0.0
    assert row.digits == MOST_DIGITS == pytest.approx(15.95, abs=0.01)


def test_an_infinite_answer_has_no_digits():
    row = measured(METHODS["reverse"], ask(np.sqrt, 0.0), [mpmath.mpf(1)], 1)
    assert row.digits == 0.0


def test_a_method_that_does_not_apply_is_a_reason_in_one_line():
    def refuses(method):
        raise DomainError("not here\nand more")

    row = measured(METHODS["central"], refuses, [mpmath.mpf(1)], 1)
    assert (row.status, row.note, row.value) == ("not applicable", "not here", None)


def test_what_f_raises_for_a_methods_numbers_is_a_reason_too():
    def breaks(method):
        raise KeyError("x")

    row = measured(METHODS["dual"], breaks, None, 1)
    assert row.note == "f fails on the numbers of this method: KeyError: 'x'"


def test_only_differences_are_split():
    truth = mpmath.mpf(2)
    for name, parts in (("central", True), ("complex-step", False), ("reverse", False)):
        row = measured(METHODS[name], ask(lambda x: x * x, 1.0), [truth], 1)
        found = split(row, METHODS[name], lambda x: x * x, 1.0, 1, truth)
        assert (found.truncation is not None) == parts


@pytest.mark.parametrize(
    ("f", "x", "method", "note"),
    [
        # What 50 digits leave of an identity, 1e-49, is no part of an error of 0.
        (lambda x: np.sin(x) ** 2 + np.cos(x) ** 2, 1.0, "richardson", "truncation 0, rounding 0"),
        (lambda x: np.sin(x) ** 2 + np.cos(x) ** 2, 0.7, "central", "truncation 0, rounding 0"),
        # The formula is exact for a parabola, and the error of the value is not 0.
        (lambda x: x**2 + x / 3, 0.0, "richardson", "truncation 0, rounding 1.85e-17"),
        # h^2 is 4.44e-16, of which the value 2 + 2^-51 lacks 1e-31.
        (lambda x: x**3 + 2 * x, 0.0, "forward", "truncation 4.44e-16, rounding 0"),
        # The parts cancel, and each by itself would be seen: h^2 of f = 1 + x^3.
        (lambda x: 1 + x**3, 0.0, "forward", "truncation 4.44e-16, rounding 4.44e-16"),
    ],
)
def test_a_part_that_shows_nowhere_is_told_as_0(f, x, method, note):
    assert dk.compare(f, x, methods=method)[method].note == note


def test_the_complex_step_subtracts_only_for_higher_orders():
    rows = [measured(METHODS["complex-step"], ask(np.exp, 0.0), None, order) for order in (1, 2)]
    assert [row.subtracts for row in rows] == [False, True]
