"""The textbook's worked examples, with their numbers; each case is named after the example's number.

The imperative interface, the training loops and the views of a tape have their examples in their own tests.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import NotClosedFormError
from diffkit.problems import huber, logistic, recursive_sine
from diffkit.studies.reference import exact_derivative

DAMPED = "sin(x)*exp(-x^2)"
CUBIC = "2*x^3 + x^2"
XXY = "x^2*y + y + 2"
STEPS = np.geomspace(1e-2, 1e-1, 9)
FEW_ULPS = {"rtol": 4 * 2.0**-52, "atol": 0.0}
EXACT = ["complex-step", "symbolic", "dual", "reverse"]
AUTOMATIC = ["dual", "reverse"]


def textbook_loop(a: Any, b: Any) -> Any:
    z = 0
    for i in range(100):
        z = a * np.cos(z + i) + z * np.sin(b - i)
    return z


def trace_example(x1: Any, x2: Any) -> Any:
    return np.log(x1) + x1 * x2 - np.sin(x2)


class Counted:
    """f with its calls counted."""

    def __init__(self, f: Any) -> None:
        self.f, self.calls = f, 0

    def __call__(self, *point: Any) -> Any:
        self.calls += 1
        return self.f(*point)


# -- numerical differentiation ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "order", "within"),
    [
        pytest.param("forward", 1, 0.1, id="1-forward"),
        pytest.param("backward", 1, 0.1, id="1-backward"),
        pytest.param("central", 2, 0.1, id="1-central"),
        pytest.param("richardson", 4, 0.2, id="2-richardson"),
    ],
)
def test_errors_fall_like_a_power_of_h(method: str, order: int, within: float) -> None:
    truth = dk.derivative(DAMPED, 0.7)
    errors = [abs(dk.derivative(DAMPED, 0.7, method, h=h) - truth) for h in STEPS]
    slope, _ = np.polyfit(np.log(STEPS), np.log(errors), 1)
    assert slope == pytest.approx(order, abs=within)


@pytest.mark.parametrize("h", [pytest.param(h, id=f"2-{h}") for h in (1e-1, 1e-3, 2.0**-10)])
def test_richardson_is_the_textbook_form(h: float) -> None:
    D0 = lambda h: dk.derivative(DAMPED, 0.7, "central", h=h)
    assert dk.derivative(DAMPED, 0.7, "richardson", h=h) == (4 * D0(h) - D0(2 * h)) / 3


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        pytest.param("forward", 8.72, id="3-forward"),
        pytest.param("backward", 7.32, id="3-backward"),
        pytest.param("central", 8.02, id="3-central"),
        pytest.param("richardson", 8.0, id="3-richardson"),
    ],
)
def test_the_cubic_at_1_with_a_step_of_a_tenth(method: str, expected: float) -> None:
    # f is about 3 and h is 0.1: a rounding of f grows to 3 eps / 0.1.
    assert dk.derivative(CUBIC, 1.0, method, h=0.1) == pytest.approx(expected, abs=60 * 2.0**-52)


@pytest.mark.parametrize("method", [pytest.param(m, id=f"3-{m}") for m in EXACT])
def test_the_cubic_at_1_exactly(method: str) -> None:
    np.testing.assert_allclose(dk.derivative(CUBIC, 1.0, method), 8.0, **FEW_ULPS)


@pytest.mark.parametrize(
    "f", [pytest.param(XXY, id="4-text"), pytest.param(lambda x, y: x**2 * y + y + 2, id="4")]
)
def test_the_forward_gradient_bit_for_bit(f: Any) -> None:
    assert dk.gradient(f, 3, 4, method="forward", h=1e-5) == (24.000039999805264, 10.000000000331966)
    assert dk.gradient(f, 3, 4) == (24.0, 10.0)


@pytest.mark.parametrize("f", [pytest.param("x^2", id="5-text"), pytest.param(lambda x: x**2, id="5-power"),
                               pytest.param(lambda x: x * x, id="5-product")])  # fmt: skip
def test_the_forward_difference_of_a_parabola_bit_for_bit(f: Any) -> None:
    assert dk.derivative(f, 3.0, "forward", h=1e-6) == 6.000001000927568


@pytest.mark.parametrize(
    ("method", "calls"),
    [
        pytest.param("forward", 1001, id="6-forward"),
        pytest.param("backward", 1001, id="6-backward"),
        pytest.param("central", 2000, id="6-central"),
        pytest.param("dual", 1000, id="6-dual"),
        pytest.param("reverse", 1, id="6-reverse"),
    ],
)
def test_what_a_gradient_of_1000_numbers_costs(method: str, calls: int) -> None:
    f = Counted(lambda x: np.sum(x**2))
    found = dk.gradient(f, np.linspace(0, 1, 1000), method=method, full_output=True)
    assert found.evaluations == f.calls == calls


@pytest.mark.parametrize(
    "method", [pytest.param(m, id=f"8-{m}") for m in ("forward", "central", "richardson")]
)
@pytest.mark.parametrize("h", [1e-1, 1e-5, 1e-9])
def test_truncation_and_rounding_make_up_the_error(method: str, h: float) -> None:
    curve = dk.error_sweep(DAMPED, 0.7, methods=(method,), steps=[h])[method]
    total, truncation, rounding = (float(part[0]) for part in (curve.total, curve.truncation, curve.rounding))
    truth = exact_derivative(dk.record(DAMPED, 0.7), 0.7)
    error = dk.derivative(DAMPED, 0.7, method, h=h) - float(truth)
    assert total == pytest.approx(error, abs=2.0**-52)  # the truth rounded to float
    assert truncation + rounding == pytest.approx(total, rel=1e-12)


# -- symbolic differentiation -----------------------------------------------------------------------------


@pytest.mark.parametrize("example", [9])
def test_the_symbolic_derivative_of_the_cubic(example: int) -> None:
    x = sympy.Symbol("x", real=True)
    formula = dk.symbolic.expression(dk.record(CUBIC, 1.0))
    assert sympy.expand(sympy.diff(formula, x) - (6 * x**2 + 2 * x)) == 0
    for at in (-2.0, 0.5, 1.0, 3.0):
        np.testing.assert_allclose(dk.derivative(CUBIC, at, "symbolic"), 6 * at**2 + 2 * at, **FEW_ULPS)


@pytest.mark.parametrize("example", [9])
def test_the_cubic_rule_by_rule(example: int) -> None:
    trace = dk.symbolic.steps(CUBIC, time_limit=None)
    lines = [dk.symbolic.as_text(step.expression) for step in trace.steps]
    assert [step.rule for step in trace.steps] == ["sum", "constant factor", "power", "power"]
    assert lines[0] == "d/dx(2*x^3) + d/dx(x^2)"
    assert lines[-1] == dk.symbolic.as_text(trace.collected) == "6*x^2 + 2*x"


@pytest.mark.parametrize("example", [10])
def test_the_raw_rewrite_is_kept_and_pruned_by_a_pass_of_its_own(example: int) -> None:
    trace = dk.symbolic.steps("5 + x*y", "x", shortcuts=False, time_limit=None)
    assert dk.symbolic.as_text(trace.raw) == "0 + (0*x + y*1)"
    assert dk.symbolic.as_text(trace.steps[-1].expression) == "0 + (0*x + y*1)"
    assert dk.symbolic.prune(trace.raw) == trace.pruned == sympy.Symbol("y", real=True)


@pytest.mark.parametrize("example", [11])
def test_the_five_rules_are_those_that_are_used(example: int) -> None:
    by_x, by_y = (dk.symbolic.steps(XXY, x, time_limit=None) for x in "xy")
    assert dk.symbolic.as_text(by_x.collected) == "2*x*y"
    assert dk.symbolic.as_text(by_y.collected) == "x^2 + 1"
    assert {step.rule for trace in (by_x, by_y) for step in trace.steps} == {
        "constant", "variable", "power", "sum", "constant factor",
    }  # fmt: skip


@pytest.mark.parametrize(
    "at", [pytest.param({"x": 3.0, "y": 4.0}, id="11"), pytest.param({"x": -0.5, "y": 2.0}, id="11-b")]
)
@pytest.mark.parametrize("method", EXACT)
def test_the_partials_by_the_five_rules(at: dict[str, float], method: str) -> None:
    partials = dk.gradient(XXY, at, method=method)
    assert partials == pytest.approx({"x": 2 * at["x"] * at["y"], "y": at["x"] ** 2 + 1}, rel=1e-15)


@pytest.mark.parametrize("method", [pytest.param(m, id=f"12-{m}") for m in EXACT])
def test_the_slope_of_the_fourth_logistic_map(method: str) -> None:
    # The factors 1 - 2 l lose up to two bits each.
    exactly = float(Fraction(708288, 78125))
    assert dk.derivative(logistic, 0.2, method) == pytest.approx(exactly, rel=16 * 2.0**-52)


@pytest.mark.parametrize("example", [12])
def test_expression_swell_of_the_logistic_map(example: int) -> None:
    found = dk.swell(family="logistic", n=range(1, 8), time_limit=60, simplified=False)
    assert found.counts("sympy f")[:4] == [0, 3, 8, 18]
    assert found.counts("sympy diff") == [0, 2, 21, 82, 264, 768, 2096]
    assert set(np.diff(found.counts("shared"))[2:]) == {7}  # as a graph, by so many a step


@pytest.mark.parametrize(
    ("n", "operations", "shared"),
    [
        pytest.param(10, 30_211, 112, id="13-10", marks=pytest.mark.slow),
        pytest.param(12, 149_507, 138, id="13-12", marks=pytest.mark.slow),
        pytest.param(14, 712_707, 164, id="13-14", marks=pytest.mark.slow),
    ],
)
def test_expression_swell_of_the_unrolled_loop(n: int, operations: int, shared: int) -> None:
    found = dk.swell(family="loop", n=n, time_limit=120, max_nodes=2_000_000, simplified=False)
    assert found["pruned"].operations == found["sympy diff"].operations == operations
    assert found["sympy cse"].operations == shared
    assert found["shared"].operations == 14 * n - 15  # linear, too


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        pytest.param(huber, 0.5, 0.5, id="14-if"),
        pytest.param(huber, -3.0, -1.0, id="14-else"),
        pytest.param(recursive_sine, 2.0, np.cos(2.0), id="14-recursion"),
        pytest.param(dk.problems.babylonian, 2.0, 0.5 / np.sqrt(2.0), id="14-while"),
    ],
)
def test_programs_are_differentiated_automatically_and_have_no_closed_form(
    f: Any, x: float, slope: float
) -> None:
    for method in AUTOMATIC:
        assert dk.derivative(f, x, method) == pytest.approx(slope, rel=1e-6)  # recursive_sine is 1e-7 off
    with pytest.raises(NotClosedFormError, match="not closed form: f branches on its argument at line"):
        dk.derivative(f, x, "symbolic")
    row = next(row for row in dk.compare(f, x).rows if row.method == "symbolic")
    assert row.status == "not applicable"
    assert row.note.startswith("not closed form")


# -- automatic differentiation ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", [pytest.param(m, id=f"15-{m}") for m in EXACT])
def test_the_graph_of_a_sum_times_z(method: str) -> None:
    f = lambda x, y, z: (x + y) * z
    assert f(1, -2, 3) == -3
    assert dk.gradient(f, 1, -2, 3, method=method) == (3.0, 3.0, -1.0)
    assert dk.gradient(lambda x, y: x + y, 1, -2, method=method) == (1.0, 1.0)  # da/dx, da/dy
    assert dk.gradient(lambda a, z: a * z, -1, 3, method=method) == (3.0, -1.0)  # df/da, df/dz


@pytest.mark.parametrize("example", [15])
def test_the_tape_of_a_sum_times_z(example: int) -> None:
    tape = dk.record(lambda x, y, z: (x + y) * z, 1.0, -2.0, 3.0)
    assert [row.op for row in tape.instructions] == ["add", "multiply"]
    assert tape.run([1.0, -2.0, 3.0])[3:] == [-1.0, -3.0]


@pytest.mark.parametrize("method", [pytest.param(m, id=f"16-{m}") for m in ("symbolic", "dual", "reverse")])
def test_the_gradient_and_the_hessian_of_the_node_example(method: str) -> None:
    f = lambda v: v[0] ** 2 * v[1] + v[1] + 2
    assert dk.gradient(f, [3.0, 4.0], method=method).tolist() == [24.0, 10.0]
    assert dk.hessian(f, [3.0, 4.0], method=method).tolist() == [[8.0, 6.0], [6.0, 0.0]]
    by_name = {"x": {"x": 8.0, "y": 6.0}, "y": {"x": 6.0, "y": 0.0}}
    assert dk.hessian(XXY, {"x": 3, "y": 4}, method=method) == by_name


@pytest.mark.parametrize(
    ("method", "within"),
    [
        # f is about 42; the step of each method balances h against 42 eps / h^2, or h^2 or h^4 against it.
        pytest.param("forward", 1e-2, id="16-forward"),
        pytest.param("backward", 1e-2, id="16-backward"),
        pytest.param("central", 1e-5, id="16-central"),
        pytest.param("richardson", 1e-8, id="16-richardson"),
        pytest.param("complex-step", 1e-8, id="16-complex-step"),
    ],
)
def test_the_hessian_of_the_node_example_by_differences(method: str, within: float) -> None:
    found = dk.hessian(lambda v: v[0] ** 2 * v[1] + v[1] + 2, [3.0, 4.0], method=method)
    np.testing.assert_allclose(found, [[8, 6], [6, 0]], atol=within)


@pytest.mark.parametrize("method", [pytest.param(m, id=f"18-{m}") for m in EXACT])
def test_the_gradient_of_the_trace_example(method: str) -> None:
    np.testing.assert_allclose(
        dk.gradient(trace_example, 2.0, 5.0, method=method), (5.5, 1.7163378145367738), **FEW_ULPS
    )


@pytest.mark.parametrize("example", [18])
def test_the_trace_of_the_trace_example(example: int) -> None:
    tape = dk.record(trace_example, 2.0, 5.0)
    values = dict(zip([row.op for row in tape.instructions], tape.run([2.0, 5.0])[2:], strict=True))
    assert [row.op for row in tape.instructions] == ["log", "multiply", "add", "sin", "subtract"]
    assert values["log"] == pytest.approx(0.693147, abs=5e-7)
    assert values["multiply"] == 10
    assert values["add"] == pytest.approx(10.693147, abs=5e-7)
    assert values["sin"] == pytest.approx(-0.958924, abs=5e-7)
    np.testing.assert_allclose(values["subtract"], 11.652071455223084, **FEW_ULPS)


# fmt: off
LOOP = [
    pytest.param((0.5, 0.5), -0.521229458232646,  (-2.1365913121839126, -0.1559980770750438), id="19-a"),
    pytest.param((1.2, 0.5), -1.6332401876214693, (-2.291397463225304,  7.805270327338955),   id="19-b"),
    pytest.param((0.0, 0.0), 0.0,                 (-1.2191980976555579, 0.0),                 id="19-c"),
]
# fmt: on


@pytest.mark.parametrize("method", ["complex-step", *AUTOMATIC])
@pytest.mark.parametrize(("point", "value", "gradient"), LOOP)
def test_the_loop_of_a_hundred_steps_unchanged(
    point: tuple[float, float], value: float, gradient: tuple[float, float], method: str
) -> None:
    # A hundred steps pile up about a hundred roundings.
    roundings = {"rtol": 100 * 2.0**-52}
    np.testing.assert_allclose(textbook_loop(*point), value, **roundings)
    np.testing.assert_allclose(dk.gradient(textbook_loop, *point, method=method), gradient, **roundings)


@pytest.mark.parametrize("method", [pytest.param(m, id=f"20-{m}") for m in EXACT])
def test_the_higher_derivatives_of_powers(method: str) -> None:
    near = 1e-5 if method == "complex-step" else 1e-15  # it takes higher orders by differences
    assert dk.derivative("x^2", 3.0, method, order=2) == pytest.approx(2.0, rel=near)
    assert dk.derivative("x^3", 3.0, method, order=3) == pytest.approx(6.0, rel=near)


# fmt: off
REDUCTIONS = [
    pytest.param(lambda x: np.mean(x * x), 3.5, [0, 0.5, 1, 1.5], id="24-mean"),
    pytest.param(lambda x: (x * x).mean(), 3.5, [0, 0.5, 1, 1.5], id="24-method"),
    pytest.param(lambda x: np.max(x * x),  9.0, [0, 0, 0, 6],     id="25-max"),
    pytest.param(lambda x: (x * x).max(),  9.0, [0, 0, 0, 6],     id="25-method"),
]
# fmt: on


@pytest.mark.parametrize("method", EXACT)
@pytest.mark.parametrize(("f", "value", "gradient"), REDUCTIONS)
def test_the_gradients_of_mean_and_max(f: Any, value: float, gradient: list[float], method: str) -> None:
    x = np.arange(4.0)
    assert f(x) == value
    np.testing.assert_allclose(dk.gradient(f, x, method=method), gradient, **FEW_ULPS)
