"""The catalogue crossed with the table of methods: each keeps the promise of its kind on every problem.

What a row of the catalogue needs a method to know is on the row (`scale`, `digits_lost`); what a method
can do is read off f's tape. There are no tolerances for single cases.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import DiffkitError
from diffkit.functions import as_function
from diffkit.methods import METHODS
from diffkit.numerical.step import optimal_step
from diffkit.problems import PROBLEMS, Problem
from diffkit.studies.reference import Exact, exact_derivative
from diffkit.symbolic import tree_size
from diffkit.tape import Slot, Tape, record
from diffkit.tape.digits import working_digits

DIFFERENCES = ["forward", "backward", "central", "richardson"]
EXACT = ["complex-step", "symbolic", "dual", "reverse"]
NAMES = [*DIFFERENCES, "adaptive", *EXACT]

EPS = 2.0**-52
ULPS = 4  # a handful of operations, each rounded to half an ulp
SMALLEST = 5e-324  # below it everything rounds to 0

# The complex step asks whether f(x + ih) strays from f(x), and where f is nothing but noise it cannot tell.
UNDECIDED = {("expanded-power", "complex-step")}

problems = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda problem: problem.name)


# -- the truth, and what a tape says about it ---------------------------------------------------------


@cache
def truth(name: str, order: int) -> Any:
    """f^(order) at the problem's point, in mpmath; order 0 is f."""
    problem = PROBLEMS[name]
    if order == 0:
        with working_digits(50):
            return Exact(as_function(problem.f))(problem.at)
    return exact_derivative(as_function(problem.f), problem.at, order)


def error_of(value: float, name: str, order: int = 1) -> float:
    with working_digits(50) as mp:
        return float(abs(mp.mpf(value) - truth(name, order)))


def rounding_tolerance(problem: Problem, order: int = 1) -> float:
    """ULPS times what one rounding of x and one of the result may do: (|x f''/f'| + 1) |f'| eps.

    The two are multiplied out, since f' may be 0. A row that says so loses digits on top of it.
    """
    condition = abs(truth(problem.name, order)) + abs(problem.at * truth(problem.name, order + 1))
    return ULPS * EPS * float(condition) * 10**problem.digits_lost + SMALLEST


@cache
def tape_of(name: str) -> Tape:
    with np.errstate(all="ignore"):
        return record(as_function(PROBLEMS[name].f), PROBLEMS[name].at)


def one_formula(name: str) -> bool:
    """Whether f is a formula of reasonable size: no branch, and not more than the symbolic method's limit."""
    return not tape_of(name).guards and tree_size(tape_of(name)) <= METHODS["symbolic"].max_nodes  # type: ignore[attr-defined]


def analytic(name: str) -> bool:
    """Whether every function between x and the result answers complex numbers with complex numbers.

    A comparison selects, as np.where does; it takes no part in the value.
    """
    tape = tape_of(name)
    needed = {o.index for o in tape.outputs if isinstance(o, Slot)}
    for slot, row in reversed(list(enumerate(tape.instructions, start=tape.input_count))):
        if slot in needed:
            loops = getattr(row.function, "types", ["D->D"])  # np.where takes anything
            if "dd->?" in loops:
                continue
            if not any(kinds.startswith("D") and kinds.endswith("->D") for kinds in loops):
                return False
            needed.update(row.slots)
    return True


def applies(method: str, name: str) -> bool:
    return {"symbolic": one_formula, "complex-step": analytic}.get(method, lambda name: True)(name)


# Beside numbers as small as these the imaginary step is lost, and the answer is silently wrong.
UNDERFLOWING = {("subnormal-sine", "complex-step")}


# -- the exact methods ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", EXACT)
@problems
def test_an_exact_method_is_right_to_4_ulps_times_the_condition(
    problem: Problem, method: str, request: pytest.FixtureRequest
) -> None:
    if not applies(method, problem.name) or (problem.name, method) in UNDECIDED:
        pytest.skip("does not apply: another test")
    if (problem.name, method) in UNDERFLOWING:
        request.applymarker(pytest.mark.xfail(reason="the imaginary step underflows", strict=True))
    value = dk.derivative(problem.f, problem.at, method)
    assert error_of(value, problem.name) <= rounding_tolerance(problem)


@pytest.mark.parametrize("method", ["symbolic", "dual", "reverse"])
@problems
def test_so_it_is_for_the_second_derivative(problem: Problem, method: str) -> None:
    # Where the first derivative cancels the second cancels more, and by how much is f's own affair.
    if not applies(method, problem.name) or problem.digits_lost > 5:
        pytest.skip("does not apply, or more digits are lost than the row tells")
    value = dk.derivative(problem.f, problem.at, method, order=2)
    assert error_of(value, problem.name, 2) <= rounding_tolerance(problem, 2)


@pytest.mark.parametrize(
    ("name", "method"),
    [(n, m) for n in PROBLEMS for m in ("symbolic", "complex-step") if not applies(m, n)],
)
def test_a_method_that_does_not_apply_says_so_in_one_line(
    name: str, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    problem = PROBLEMS[name]
    with pytest.raises(DiffkitError) as caught:
        dk.derivative(problem.f, problem.at, method)
    assert_one_clear_line(caught.value)


def test_what_does_not_apply_is_what_one_expects() -> None:
    refused = {(m, n) for n in PROBLEMS for m in EXACT if not applies(m, n)}
    assert refused == {
        *[("symbolic", name) for name in ("branch", "loop", "recursion", "while")],
        *[("complex-step", name) for name in ("bessel", "log-gamma", "kink", "cubed-kink", "noisy-sine")],
    }


# -- finite differences -----------------------------------------------------------------------------------


def reach_of(problem: Problem, method: str) -> float:
    """How far from x a difference samples f, with its default step."""
    stencil, h = METHODS[method].stencil(), METHODS[method].step(problem.at)  # type: ignore[attr-defined]
    return float(h) * max(map(abs, stencil.offsets))


def predicted_error(problem: Problem, method: str) -> float:
    """|C f^(1+p)| h^p + S u / h at the step taken, with u the error of f's own values, met around x."""
    stencil, h = METHODS[method].stencil(), float(METHODS[method].step(problem.at))  # type: ignore[attr-defined]
    # The noise of a noisy row is an error of its values, as seen from the smooth function behind it.
    f, exact, u = as_function(problem.f), Exact(as_function(problem.smooth or problem.f)), SMALLEST
    around = problem.at + reach_of(problem, method) * np.random.default_rng(0).uniform(-1, 1, 20)
    with working_digits(50) as mp, np.errstate(all="ignore"):
        for t in map(float, around):
            y = float(f(t))
            u = max(u, float(abs(mp.mpf(y) - exact(t))), EPS / 2 * abs(y))
    higher = float(truth(problem.name, 1 + stencil.order))
    return abs(float(stencil.error_constant) * higher) * h**stencil.order + float(stencil.noise_gain) * u / h


def least_error(problem: Problem, method: str) -> float:
    """The smallest error bound that any step has, with f's values rounded correctly."""
    stencil = METHODS[method].stencil()  # type: ignore[attr-defined]
    value, higher = truth(problem.name, 0), truth(problem.name, 1 + stencil.order)
    return optimal_step(stencil, float(value), float(higher))[1]


@pytest.mark.parametrize("method", DIFFERENCES)
@problems
def test_where_its_step_is_short_a_difference_errs_as_the_model_predicts(
    problem: Problem, method: str
) -> None:
    if reach_of(problem, method) > problem.scale / 10:
        pytest.skip("the step is long against the scale of f")
    value = dk.derivative(problem.f, problem.at, method)
    # Half as much again: the terms after the leading one, and noise that 20 samples did not meet.
    assert error_of(value, problem.name) <= 1.5 * predicted_error(problem, method)


@pytest.mark.parametrize("method", DIFFERENCES)
@problems
def test_where_f_varies_over_about_x_a_default_step_is_near_the_best(problem: Problem, method: str) -> None:
    usual = max(1.0, abs(problem.at))
    if not usual / 3 <= problem.scale <= 3 * usual or problem.digits_lost or problem.smooth:
        pytest.skip("the default step is not made for this scale, or for noise")
    least = least_error(problem, method)
    if least == 0:
        pytest.skip("there is no best step, the longer the better or the shorter")
    value = dk.derivative(problem.f, problem.at, method)
    # A hundred: the default takes |f| ~ |f^(p+1)| ~ 1, and a factor 3 in the scale is 3^4 for Richardson.
    assert error_of(value, problem.name) <= 100 * least


def test_the_step_of_a_forward_difference_is_short_on_every_row() -> None:
    assert all(reach_of(problem, "forward") <= problem.scale / 10 for problem in PROBLEMS.values())


# -- the adaptive method --------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, 2])
@problems
def test_the_error_estimate_of_adaptive_holds_and_it_knows_no_scale(problem: Problem, order: int) -> None:
    found = dk.derivative(problem.f, problem.at, "adaptive", order=order, full_output=True)
    assert error_of(found.value, problem.name, order) <= found.error_estimate
    assert found.error_estimate < np.inf or found.note


@problems
def test_adaptive_has_more_digits_than_a_central_difference_with_a_default_step(problem: Problem) -> None:
    central = error_of(dk.derivative(problem.f, problem.at, "central"), problem.name)
    adaptive = error_of(dk.derivative(problem.f, problem.at, "adaptive"), problem.name)
    assert adaptive <= max(central, 1e-11 * abs(float(truth(problem.name, 1))))


# -- every method, every problem ------------------------------------------------------------------------


@pytest.mark.sampled(2)
@pytest.mark.parametrize("method", NAMES)
@problems
def test_the_answer_is_a_number_or_one_line(
    problem: Problem, method: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    for order in (1, 2, 3):
        try:
            value = dk.derivative(problem.f, problem.at, method, order=order)
        except DiffkitError as error:
            assert_one_clear_line(error)
        else:
            assert type(value) is float
            assert np.isfinite(value)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("method", NAMES)
@problems
def test_an_estimate_tells_the_value_the_method_and_the_calls(problem: Problem, method: str) -> None:
    calls = 0
    f = as_function(problem.f)

    def counted(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return f(x)

    try:
        found = dk.derivative(counted, problem.at, method, full_output=True)
    except DiffkitError:
        return
    assert found.evaluations == calls > 0
    assert found.method == method
    assert found.value == dk.derivative(problem.f, problem.at, method)
