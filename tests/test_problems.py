"""The catalogue is right: each row's derivatives, scale and reason are checked, not believed."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import pytest

from diffkit.functions import as_function
from diffkit.numerical.noise import noise_level
from diffkit.problems import PROBLEMS, Function, Problem
from diffkit.studies.reference import exact_derivative
from diffkit.tape import record
from diffkit.tape.digits import working_digits

DERIVATIVES = [
    pytest.param(problem, order, id=f"{problem.name}-{order}")
    for problem in PROBLEMS.values()
    for order in range(1, len(problem.derivatives) + 1)
]


def each_problem(*names: str) -> pytest.MarkDecorator:
    chosen = [PROBLEMS[name] for name in names] if names else list(PROBLEMS.values())
    return pytest.mark.parametrize("problem", chosen, ids=lambda problem: problem.name)


def in_mpmath(f: Function, x: float) -> Any:
    """f at the exact binary value of x, by its own tape, in the digits that are set."""
    with np.errstate(all="ignore"):  # NumPy evaluates both sides of a where
        tape = record(as_function(f), x)
    return tape.replay(x, arithmetic="mpmath")


def taylor(problem: Problem) -> list[float]:
    """|f^(k)| scale^k / k! for k = 0 ... 5."""
    with working_digits(50):
        values = [in_mpmath(problem.f, problem.at)]
    values += [exact_derivative(as_function(problem.f), problem.at, k) for k in range(1, 6)]
    return [float(abs(value)) * problem.scale**k / factorial(k) for k, value in enumerate(values)]


@pytest.mark.parametrize(("problem", "order"), DERIVATIVES)
def test_a_derivative_agrees_with_mpmath_to_40_digits(problem: Problem, order: int) -> None:
    truth = exact_derivative(as_function(problem.f), problem.at, order)
    with working_digits(50) as mp:
        given = in_mpmath(problem.derivatives[order - 1], problem.at)
        # Relative; where the derivative is 0 there is nothing to be relative to.
        assert abs(given - truth) <= mp.mpf(10) ** -40 * (abs(truth) or 1)


@pytest.mark.parametrize(("problem", "order"), DERIVATIVES)
def test_a_derivative_runs_in_plain_numpy_and_on_arrays(problem: Problem, order: int) -> None:
    derivative = as_function(problem.derivatives[order - 1])
    truth = float(exact_derivative(as_function(problem.f), problem.at, order))
    rough = 1e-9 * 10**problem.digits_lost  # as for the methods, with room for formulas that cancel
    assert float(derivative(problem.at)) == pytest.approx(truth, rel=rough)
    if isinstance(problem.derivatives[order - 1], str):  # a branch takes one number at a time
        assert np.shape(derivative(np.full(3, problem.at))) == (3,)


@pytest.mark.sampled(3)
@each_problem()
def test_past_the_second_the_taylor_coefficients_do_not_grow_in_units_of_the_scale(problem: Problem) -> None:
    coefficients = taylor(problem)
    assert max(coefficients[3:]) <= max(coefficients[:3])


@each_problem()
def test_a_row_says_why_it_is_there_in_a_sentence(problem: Problem) -> None:
    assert problem.why[0].isupper() or problem.why.startswith(("exp", "(x"))  # a formula may begin it
    assert problem.why.endswith(".")
    assert len(problem.why.split()) >= 6
    assert "\n" not in problem.why


@each_problem()
def test_a_row_is_complete(problem: Problem) -> None:
    assert isinstance(problem.at, float)
    assert problem.derivatives
    assert problem.scale > 0
    assert 0 <= problem.digits_lost <= 15


def test_names_are_unique_and_can_be_typed_in_a_shell() -> None:
    from diffkit.problems import _ROWS

    names = [problem.name for problem in _ROWS]
    assert list(PROBLEMS) == names  # a mapping would silently drop a second row of that name
    assert all(name.replace("-", "").isalnum() and name.islower() for name in names)


def test_no_two_rows_are_the_same_function_at_the_same_point() -> None:
    assert len({(problem.f, problem.at) for problem in PROBLEMS.values()}) == len(PROBLEMS)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PROBLEMS["mine"] = PROBLEMS["sine"]  # type: ignore[index]


def test_there_are_fifty_rows_and_most_tell_three_derivatives_or_more() -> None:
    told = [len(problem.derivatives) for problem in PROBLEMS.values()]
    assert len(told) >= 50
    assert sum(count >= 3 for count in told) / len(told) > 0.85


@each_problem("subnormal-sine", "subnormal-point")
def test_the_subnormal_rows_are_below_the_smallest_normal_number(problem: Problem) -> None:
    f = as_function(problem.f)
    assert 0 < min(abs(problem.at), abs(float(f(problem.at)))) < np.finfo(float).tiny


def test_a_noisy_row_is_its_smooth_function_and_noise_that_changes_from_one_sample_to_the_next() -> None:
    (noisy,) = (problem for problem in PROBLEMS.values() if problem.smooth)
    x = noisy.at + np.linspace(-1e-3, 1e-3, 1000)
    noise = as_function(noisy.f)(x) - as_function(noisy.smooth)(x)
    assert np.max(np.abs(noise)) <= 1e-6 + 1e-15  # and the roundings of the two sines
    assert np.std(noise) == pytest.approx(1e-6 / 2**0.5, rel=0.1)  # a sine's, at phases that are all over
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.1
    assert noise_level(as_function(noisy.f), noisy.at) == pytest.approx(np.std(noise), rel=0.7)


@each_problem("branch", "recursion", "while")
def test_the_programs_branch_on_their_argument(problem: Problem) -> None:
    assert record(as_function(problem.f), problem.at).guards


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_the_loop_with_a_tolerance_ends_in_every_type(dtype: Any) -> None:
    problem = PROBLEMS["while"]
    rough = max(4 * float(np.finfo(dtype).eps), 1e-12)
    assert float(problem.f(dtype(2))) == pytest.approx(2**0.5, rel=rough)
    assert float(problem.derivatives[0](dtype(2))) == pytest.approx(0.125**0.5, rel=rough)


def test_the_side_of_where_that_is_left_out_is_infinite() -> None:
    with np.errstate(over="ignore"):
        assert np.isinf(np.log1p(np.exp(PROBLEMS["where"].at)))


def test_the_loop_is_a_tape_of_about_700_rows() -> None:
    assert len(record(as_function(PROBLEMS["loop"].f), PROBLEMS["loop"].at)) == 698
