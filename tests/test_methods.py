"""The catalogue crossed with the table of methods: each keeps the promise of its kind on every problem.

What a row of the catalogue needs a method to know is on the row (`scale`, `digits_lost`); what a method
can do is read off f's tape. There are no tolerances for single cases.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit import methods as table
from diffkit.errors import ArgumentsError, DiffkitError, UnknownMethodError, UnknownOptionError
from diffkit.functions import as_function
from diffkit.methods import METHODS, method_for, register_method
from diffkit.numerical import Central, Forward
from diffkit.numerical.step import optimal_step
from diffkit.problems import PROBLEMS, Problem
from diffkit.studies.reference import Exact, exact_derivative, working_digits
from diffkit.symbolic import tree_size
from diffkit.tape import Slot, Tape, record

NAMES = ["forward", "backward", "central", "richardson", "complex-step", "symbolic", "dual", "reverse"]
DIFFERENCES = ["forward", "backward", "central", "richardson"]
EXACT = ["complex-step", "symbolic", "dual", "reverse"]

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


# -- the exact methods ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", EXACT)
@problems
def test_an_exact_method_is_right_to_4_ulps_times_the_condition(problem: Problem, method: str) -> None:
    if not applies(method, problem.name) or (problem.name, method) in UNDECIDED:
        pytest.skip("does not apply: another test")
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
def test_a_method_that_does_not_apply_says_so_in_one_line(name: str, method: str) -> None:
    problem = PROBLEMS[name]
    with pytest.raises(DiffkitError) as caught:
        dk.derivative(problem.f, problem.at, method)
    assert_one_clear_line(caught.value)


def test_what_does_not_apply_is_what_one_expects() -> None:
    refused = {(m, n) for n in PROBLEMS for m in EXACT if not applies(m, n)}
    assert refused == {
        *[("symbolic", name) for name in ("branch", "loop", "recursion", "while")],
        *[("complex-step", name) for name in ("bessel", "log-gamma", "kink")],
    }


# -- finite differences -----------------------------------------------------------------------------------


def reach_of(problem: Problem, method: str) -> float:
    """How far from x a difference samples f, with its default step."""
    stencil, h = METHODS[method].stencil(), METHODS[method].step(problem.at)  # type: ignore[attr-defined]
    return float(h) * max(map(abs, stencil.offsets))


def predicted_error(problem: Problem, method: str) -> float:
    """|C f^(1+p)| h^p + S u / h at the step taken, with u the error of f's own values, met around x."""
    stencil, h = METHODS[method].stencil(), float(METHODS[method].step(problem.at))  # type: ignore[attr-defined]
    f, exact, u = as_function(problem.f), Exact(as_function(problem.f)), 0.0
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
    if not usual / 3 <= problem.scale <= 3 * usual or problem.digits_lost:
        pytest.skip("the default step is not made for this scale, or for noise")
    least = least_error(problem, method)
    if least == 0:
        pytest.skip("there is no best step, the longer the better or the shorter")
    value = dk.derivative(problem.f, problem.at, method)
    # A hundred: the default takes |f| ~ |f^(p+1)| ~ 1, and a factor 3 in the scale is 3^4 for Richardson.
    assert error_of(value, problem.name) <= 100 * least


def test_the_step_of_a_forward_difference_is_short_on_every_row() -> None:
    assert all(reach_of(problem, "forward") <= problem.scale / 10 for problem in PROBLEMS.values())


# -- every method, every problem ------------------------------------------------------------------------


def assert_one_clear_line(error: DiffkitError) -> None:
    text = str(error)
    assert text
    assert "\n" not in text
    assert "Traceback" not in text
    assert "diffkit/" not in text
    assert len(text) < 400


@pytest.mark.parametrize("method", NAMES)
@problems
def test_the_answer_is_a_number_or_one_line(problem: Problem, method: str) -> None:
    for order in (1, 2, 3):
        try:
            value = dk.derivative(problem.f, problem.at, method, order=order)
        except DiffkitError as error:
            assert_one_clear_line(error)
        else:
            assert type(value) is float
            assert np.isfinite(value)


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


# -- the table of names ---------------------------------------------------------------------------------


@pytest.fixture
def own_table() -> Iterator[None]:
    """The table of methods, put back as it was."""
    before = dict(table._TABLE)
    yield
    table._TABLE.clear()
    table._TABLE.update(before)


def test_the_table_holds_the_methods_in_the_order_of_the_lecture() -> None:
    assert [name for name in METHODS if name in NAMES] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_method_knows_its_name_and_its_kind(name: str) -> None:
    method = METHODS[name]
    assert method.name == name
    assert method.kind in ("numerical", "symbolic", "automatic")
    assert method_for(name) is method
    assert method_for(method) is method


@pytest.mark.parametrize("name", NAMES)
def test_a_method_is_a_frozen_record_that_prints_as_it_is_made(name: str) -> None:
    method = METHODS[name]
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.h = 1.0  # type: ignore[misc, attr-defined]
    assert repr(method).startswith(type(method).__name__ + "(")
    assert hash(method) == hash(type(method)())


# fmt: off
OPTIONS: list[tuple[str, dict[str, Any], Callable[..., Any]]] = [
    ("forward",      {"h": 1e-5},                dk.numerical.Forward),
    ("forward",      {"accuracy": 3},            dk.numerical.Forward),
    ("backward",     {"h": 1e-5, "accuracy": 2}, dk.numerical.Backward),
    ("central",      {"h": 1e-5},                dk.numerical.Central),
    ("central",      {"h": 1e-2, "accuracy": 6}, dk.numerical.Central),
    ("richardson",   {"h": 1e-3},                dk.numerical.Richardson),
    ("complex-step", {"h": 1e-20},               dk.numerical.ComplexStep),
    ("symbolic",     {"max_nodes": 50},          dk.symbolic.Symbolic),
]
# fmt: on


@pytest.mark.parametrize(("name", "options", "make"), OPTIONS)
def test_an_option_and_a_method_object_are_the_same_thing(
    name: str, options: dict[str, Any], make: Callable[..., Any]
) -> None:
    assert method_for(name, options) == make(**options)
    by_option = dk.derivative("sin(x)*exp(-x^2)", 0.7, name, full_output=True, **options)
    assert by_option == dk.derivative("sin(x)*exp(-x^2)", 0.7, make(**options), full_output=True)
    g = lambda v: np.sum(np.sin(v) * v)
    by_object = dk.gradient(g, np.array([0.5, 1.0]), method=make(**options))
    np.testing.assert_array_equal(dk.gradient(g, np.array([0.5, 1.0]), method=name, **options), by_object)


def test_an_option_changes_a_method_object_too_and_leaves_it_as_it_was() -> None:
    central = Central(h=1e-3)
    assert method_for(central, {"accuracy": 4}) == Central(h=1e-3, accuracy=4)
    assert central == Central(h=1e-3)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("centrl", "central"), ("Reverse", "reverse"), ("complexstep", "complex-step"), ("foward", "forward")],
)
def test_an_unknown_name_suggests_the_nearest_and_lists_them_all(typed: str, meant: str) -> None:
    with pytest.raises(UnknownMethodError, match=f"did you mean '{meant}'") as caught:
        dk.derivative(np.sin, 1.0, typed)
    assert all(name in str(caught.value) for name in METHODS)
    assert isinstance(caught.value, ValueError)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("typed", ["", "xyz"])
def test_a_name_near_nothing_lists_them_without_a_guess(typed: str) -> None:
    with pytest.raises(UnknownMethodError) as caught:
        dk.derivative(np.sin, 1.0, typed)
    assert "did you mean" not in str(caught.value)
    assert "central" in str(caught.value)


@pytest.mark.parametrize("given", [Central, None, 3, ["central"], np.sin])
def test_what_is_neither_a_name_nor_a_method_object_is_refused_with_an_example(given: Any) -> None:
    with pytest.raises(UnknownMethodError, match=r"Central\(h=1e-5\)") as caught:
        dk.derivative(np.sin, 1.0, given)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("forward", "h, accuracy"),
        ("complex-step", "are h"),
        ("symbolic", "max_nodes"),
        ("reverse", "it has none"),
    ],
)
def test_an_unknown_option_lists_the_options_of_that_method(name: str, has: str) -> None:
    for ask in (dk.derivative, dk.gradient, dk.jacobian, dk.hessian):
        with pytest.raises(UnknownOptionError, match=f"{name}.*'step'.*{has}") as caught:
            ask(np.sin, 1.0, method=name, step=1e-3)
        assert isinstance(caught.value, TypeError)
        assert_one_clear_line(caught.value)


def test_a_registered_method_is_used_by_its_name(own_table: None) -> None:
    register_method("five-point", Central(accuracy=4))
    assert dk.derivative(np.exp, 0.0, "five-point", h=0.1) == dk.derivative(np.exp, 0.0, Central(0.1, 4))
    assert list(METHODS)[-1] == "five-point"
    with pytest.raises(UnknownMethodError, match="five-point"):
        method_for("fivepoint")


def test_a_name_can_be_given_to_another_method(own_table: None) -> None:
    register_method("forward", Forward(accuracy=2))
    assert method_for("forward") == Forward(accuracy=2)


def test_a_method_of_ones_own_needs_three_answers_and_two_names(own_table: None) -> None:
    @dataclasses.dataclass(frozen=True)
    class Guess:
        always: float = 0.0
        name: str = dataclasses.field(default="guess", init=False)
        kind: str = dataclasses.field(default="numerical", init=False)

        def derivative(self, f: Any, x: Any, order: int = 1) -> dk.Estimate:
            return dk.Estimate(np.full(np.shape(x), self.always)[()], method=self.name)

        def jacobian(self, f: Any, leaves: list[Any]) -> dk.Estimate:
            return dk.Estimate([np.full(np.shape(leaf), self.always) for leaf in leaves], method=self.name)

        def hessian(self, f: Any, leaves: list[Any]) -> dk.Estimate:
            raise NotImplementedError

    register_method("guess", Guess())
    assert dk.derivative(np.sin, 1.0, "guess", always=0.5) == 0.5
    assert dk.gradient(np.sum, [1.0, 2.0], method="guess", always=1.0).tolist() == [1.0, 1.0]
    with pytest.raises(UnknownOptionError, match="its options are always"):
        dk.derivative(np.sin, 1.0, "guess", name="other")


@pytest.mark.parametrize(
    ("name", "method", "says"),
    [
        ("mine", object(), "lacks name, kind, derivative, jacobian, hessian"),
        ("mine", None, "lacks"),
        ("mine", "central", "lacks"),
        ("mine", Central, "is a class"),
        ("", Central(), "not a name"),
        (3, Central(), "not a name"),
    ],
)
def test_what_is_not_a_method_is_not_registered(own_table: None, name: Any, method: Any, says: str) -> None:
    before = dict(METHODS)
    with pytest.raises(ArgumentsError, match=says) as caught:
        register_method(name, method)
    assert dict(METHODS) == before
    assert_one_clear_line(caught.value)


def test_the_table_itself_is_read_only() -> None:
    with pytest.raises(TypeError):
        METHODS["mine"] = Central()  # type: ignore[index]
