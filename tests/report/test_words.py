"""What a figure says: numbers in one digit, powers, titles, labels, and the text that replaces it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from diffkit.report.words import (
    alt_text,
    best_text,
    is_flat,
    number,
    power,
    slope_text,
    split_alt_text,
    theory_tick,
    title_text,
)

ALL = ("forward", "backward", "central", "richardson", "complex-step")


def test_numbers_and_powers_in_words() -> None:
    assert (number(0.0), number(9.4e-18), power("h", 12)) == ("0", "9e-18", "h¹²")
    assert (slope_text(1.02), slope_text(-0.96), slope_text(2.31)) == ("slope 1", "slope -1", "slope 2.3")


def test_a_number_that_rounds_up_to_the_next_decade_says_so() -> None:
    assert (number(9.6e-6), number(-0.0), number(1.0)) == ("1e-05", "0", "1e+00")


def test_a_power_may_be_negative() -> None:
    assert power("10", -16) == "10⁻¹⁶"


@pytest.mark.parametrize(
    ("slope", "text"), [(0.951, "1"), (1.049, "1"), (1.051, "1.1"), (0.94, "0.9"), (6.0, "6")]
)
def test_a_slope_is_whole_within_a_twentieth(slope: float, text: str) -> None:
    assert slope_text(slope) == f"slope {text}"


EPS_32 = 2.0**-23


@pytest.mark.parametrize(
    ("step", "tick"),
    [
        (EPS_32**0.5 * 9.9, (EPS_32**0.5, "√ε")),
        (EPS_32**0.5 * 10.1, (EPS_32**0.5 * 10.1, "3e-03")),
        (EPS_32**0.5 / 9.9, (EPS_32**0.5, "√ε")),
        (EPS_32**0.5 / 10.1, (EPS_32**0.5 / 10.1, "3e-05")),
    ],
)
def test_the_rule_of_thumb_is_named_within_a_factor_of_10_and_where_it_is_exactly(
    sweep: Any, step: float, tick: tuple[float, str]
) -> None:
    curve = replace(sweep.curves["forward"], predicted=(step, 1.0))
    assert theory_tick(curve, 1, "float32") == tick


def test_the_root_of_epsilon_is_that_of_the_dtype_and_of_both_orders(sweep: Any) -> None:
    central = replace(sweep.curves["central"], predicted=(2e-4, 1.0))
    assert theory_tick(central, 2, "float64") == (2.0**-13, "⁴√ε")
    assert theory_tick(replace(central, predicted=(3e-3, 1.0)), 1, "float32") == (EPS_32 ** (1 / 3), "³√ε")


@pytest.mark.parametrize("step", [0.0, math.inf, math.nan])
def test_a_step_that_one_cannot_take_has_no_tick(sweep: Any, step: float) -> None:
    assert theory_tick(replace(sweep.curves["central"], predicted=(step, 0.0)), 1, "float64") is None


# -- titles ------------------------------------------------------------------------------------------------


def test_a_title_names_derivative_function_and_point(sweep: Any) -> None:
    assert title_text(sweep) == "Error of the derivative of sin(x)*exp(-x^2) at 0.7"


@pytest.mark.parametrize(
    ("order", "which"),
    [
        (1, "derivative"),
        (2, "second derivative"),
        (3, "third derivative"),
        *((n, f"{n}th derivative") for n in (4, 10, 11, 12, 13, 14, 20, 111)),
        *((n, f"{n}st derivative") for n in (21, 101)),
        (22, "22nd derivative"),
        (23, "23rd derivative"),
    ],
)
def test_a_title_says_which_derivative(sweep: Any, order: int, which: str) -> None:
    assert title_text(replace(sweep, order=order)).startswith(f"Error of the {which} of sin")


@pytest.mark.parametrize("dtype", ["float16", "float32", "longdouble"])
def test_a_title_names_a_dtype_that_is_not_the_usual_one(sweep: Any, dtype: str) -> None:
    assert title_text(replace(sweep, dtype=dtype)) == title_text(sweep) + f" in {dtype}"
    assert title_text(replace(sweep, dtype=dtype), by="central").endswith(f" at 0.7 in {dtype}, central")


def test_a_title_names_the_method_it_is_given_last(sweep: Any) -> None:
    assert title_text(sweep, by="central") == title_text(sweep) + ", central"


@pytest.mark.parametrize(
    ("room", "f"), [(15, "sin(x)*exp(-x^2)"[:14] + "…"), (16, "sin(x)*exp(-x^2)"), (3, "si…"), (1, "s…")]
)
def test_a_function_is_cut_to_its_room_and_only_then(sweep: Any, room: int, f: str) -> None:
    assert title_text(sweep, room) == f"Error of the derivative of {f} at 0.7"


def test_a_point_has_six_digits_in_the_title_and_twelve_in_the_alternative_text(sweep: Any) -> None:
    third = replace(sweep, x=1 / 3)
    assert title_text(third).endswith(" at 0.333333")
    assert " at 0.333333333333 against" in alt_text(third)
    assert " at 0.333333333333 by" in split_alt_text(third, "central")


# -- labels ------------------------------------------------------------------------------------------------


def test_a_method_is_flat_when_its_rounding_error_does_not_grow(build: Callable[..., Any]) -> None:
    curves = build("exp(x)", ALL).curves
    assert {name for name in ALL if is_flat(curves[name])} == {"complex-step"}


def test_the_best_of_a_curve_is_its_step_and_its_error(sweep: Any) -> None:
    curve = replace(sweep.curves["central"], best=(2.4e-6, 6.3e-12))
    assert best_text(curve) == "best h ≈ 2e-06, error ≈ 6e-12"
    assert best_text(replace(curve, best=(0.25, 0.0))) == "best h ≈ 2e-01, error 0"


def test_a_flat_curve_names_no_best_step_whatever_it_is(build: Callable[..., Any]) -> None:
    curve = build("exp(x)", ALL).curves["complex-step"]
    assert best_text(replace(curve, best=(1e-12, 4.2e-16))) == "any small h, error ≈ 4e-16"
    assert best_text(replace(curve, best=(1e-12, 0.0))) == "any small h, error 0"


# -- alternative texts -------------------------------------------------------------------------------------


def test_the_alternative_text_tells_the_curves(sweep: Any) -> None:
    told = alt_text(sweep)
    assert told.startswith(
        "Error of the derivative of sin(x)*exp(-x^2) at 0.7 against the step h on logarithmic axes"
    )
    assert "central: falls with slope 2.0 to 6e-12 at h = 2e-06, then rises for smaller h." in told
    assert "reverse mode has no step: error 5e-18." in told


def test_a_curve_without_slope_is_told_without_one(build: Callable[..., Any]) -> None:
    told = alt_text(build("x**3", ALL))
    assert "Richardson: reaches 0 at h = 3e-01" in told
    assert "nan" not in told


def test_a_flat_curve_stays_where_it_is(build: Callable[..., Any]) -> None:
    told = alt_text(build("exp(x)", ALL).only("complex-step"))
    assert told.split(". ")[1].startswith("complex step: falls with slope 2.0 to 1e-16 at h = ")
    assert "then stays there for smaller h" in told
    assert "rises" not in told


def test_there_is_a_sentence_for_the_picture_each_curve_and_each_level_line(any_sweep: Any) -> None:
    told = alt_text(any_sweep)
    assert told.count(": ") - len(any_sweep.flat) == len(any_sweep.curves)
    assert told.count("has no step") == len(any_sweep.flat)
    assert "nan" not in told


def test_a_peer_is_told_by_its_own_name(sweep: Any) -> None:
    assert alt_text(replace(sweep, flat={"jax": 0.0})).endswith(" jax has no step: error 0.")


def test_the_alternative_text_of_a_split_tells_both_parts_and_their_least_sum(sweep: Any) -> None:
    assert split_alt_text(sweep, "central") == (
        "Error of the derivative of sin(x)*exp(-x^2) at 0.7 by central on logarithmic axes, in two parts. "
        "As the step h shrinks the truncation error shrinks with slope 2.0 and the rounding error grows; "
        "their sum is least, 6e-12, near h = 2e-06."
    )


def test_a_split_without_truncation_or_without_growth_says_that(
    sweep: Any, build: Callable[..., Any]
) -> None:
    curve = replace(sweep.curves["central"], slope=math.nan)
    told = split_alt_text(replace(sweep, curves={"central": curve}), "central")
    assert "the truncation error is nothing to see and the rounding error grows" in told
    assert "the rounding error stays level" in split_alt_text(build("exp(x)", ALL), "complex-step")
