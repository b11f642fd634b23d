"""The sentence under a comparison says what was measured, and nothing else."""

import dataclasses

import pytest

from diffkit.studies.compare import ComparisonRow
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


@pytest.mark.parametrize(
    ("truncation", "rounding", "words"),
    [(1e-3, 1e-9, "h is too large"), (1e-9, 1e-3, "h is too small"), (0.0, 1e-3, "h is too small")],
)
def test_the_part_that_dominates_is_named(truncation, rounding, words):
    row = dataclasses.replace(CENTRAL, truncation=truncation, rounding=rounding)
    assert words in why([row])


def test_an_exact_difference_is_not_blamed():
    assert "vanishes for this f" in why([dataclasses.replace(CENTRAL, digits=15.9, truncation=0.0)])


def test_gradients_whose_parts_are_not_measured_still_have_a_sentence():
    row = dataclasses.replace(CENTRAL, truncation=None, rounding=None)
    assert "balance" in why([row])


def test_what_does_not_apply_is_named_and_no_reference_is_said():
    assert why([REVERSE, SYMBOLIC]).endswith("symbolic does not apply, for the reason given.")
    assert "without a reference" in why([dataclasses.replace(REVERSE, digits=None)])
