"""The sentence under a comparison says what was measured, and nothing else."""

import dataclasses

import pytest

from diffkit.studies.compare import ComparisonRow
from diffkit.studies.row import MOST_DIGITS
from diffkit.studies.why import listed, why

CENTRAL = ComparisonRow("central", 1.0, digits=9.4, subtracts=True, truncation=2e-11, rounding=-3e-12)
FORWARD = ComparisonRow("forward", 1.0, digits=6.6, subtracts=True, truncation=2e-8, rounding=1e-9)
REVERSE = ComparisonRow("reverse", 1.0, digits=15.5)
DUAL = ComparisonRow("dual", 1.0, digits=14.9)
SYMBOLIC = ComparisonRow("symbolic", status="not applicable", note="it branches")


def test_names_are_listed_as_in_a_sentence():
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_differences_balance_and_the_others_keep_the_fewest_digits_among_them():
    assert why([FORWARD, CENTRAL, DUAL, REVERSE]) == (
        "Why: a difference has to balance truncation (h too large) against rounding (h too small), "
        "which leaves from 6.6 (forward) to 9.4 (central) digits; "
        "dual and reverse take no difference and keep 14.9 digits or more."
    )


def test_more_is_said_only_where_some_keep_more():
    all_of_them = dataclasses.replace(REVERSE, digits=MOST_DIGITS)
    others = [all_of_them, dataclasses.replace(all_of_them, method="dual")]
    assert why(others) == "Why: reverse and dual take no difference and keep 15.9 digits."
    assert why([DUAL, dataclasses.replace(REVERSE, digits=14.93)]).endswith("keep 14.9 digits.")
    assert why([DUAL]) == "Why: dual takes no difference and keeps 14.9 digits."


def test_differences_of_equal_digits_are_no_range():
    text = why([CENTRAL, dataclasses.replace(FORWARD, digits=9.42)])
    assert "which leaves 9.4 digits." in text
    assert "which leaves 9.4 digits (central)." in why([CENTRAL])


def test_a_complex_step_that_is_too_large_is_told_apart_from_what_has_no_step():
    stepped = ComparisonRow("complex-step", 1.0, digits=5.1, step=1e-3)
    assert why([stepped, DUAL, REVERSE]) == (
        "Why: complex-step takes no difference, but its h, too large, leaves 5.1 digits; "
        "dual and reverse take no difference and keep 14.9 digits or more."
    )
    small = dataclasses.replace(stepped, digits=14.0)
    assert "complex-step, dual and reverse take" in why([small, DUAL, REVERSE])


@pytest.mark.parametrize(
    ("truncation", "rounding", "words"),
    [(1e-3, 1e-9, "h is too large"), (1e-9, 1e-3, "h is too small"), (0.0, 1e-3, "h is too small")],
)
def test_the_part_that_dominates_is_named(truncation, rounding, words):
    row = dataclasses.replace(CENTRAL, truncation=truncation, rounding=rounding)
    assert words in why([row])


def test_a_method_that_chooses_its_steps_has_no_h_that_is_too_large():
    central = dataclasses.replace(CENTRAL, digits=10.1, truncation=1e-10, rounding=1e-16)
    adaptive = ComparisonRow("adaptive", 1.0, digits=15.2, subtracts=True)
    assert why([adaptive, central]) == (
        "Why: h is too large for this f, truncation dominates: differences keep 10.1 digits (central); "
        "see diffkit sweep; adaptive keeps 15.2 digits."
    )
    forward = dataclasses.replace(FORWARD, truncation=1e-8, rounding=1e-16)
    text = why([adaptive, central, forward])
    assert "differences keep from 6.6 (forward) to 10.1 (central) digits; " in text
    assert "which leaves from 9.4 (central) to 15.2 (adaptive) digits." in why([adaptive, CENTRAL])


def test_an_exact_difference_is_not_blamed():
    assert "vanishes for this f" in why([dataclasses.replace(CENTRAL, digits=15.9, truncation=0.0)])


def test_gradients_whose_parts_are_not_measured_still_have_a_sentence():
    row = dataclasses.replace(CENTRAL, truncation=None, rounding=None)
    assert "balance" in why([row])


def test_what_does_not_apply_is_named_and_no_reference_is_said():
    assert why([REVERSE, SYMBOLIC]).endswith("symbolic does not apply, for the reason given.")
    assert "without a reference" in why([dataclasses.replace(REVERSE, digits=None)])
