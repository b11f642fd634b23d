"""The trace of a derivative as a teacher reads it, its passes, and that both are right."""

# ruff: noqa: E501  a line of a trace is a line of the board

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import diffkit as dk
from diffkit.errors import ArgumentsError, NotClosedFormError, OptionError
from diffkit.functions import parse
from diffkit.problems import PROBLEMS
from diffkit.symbolic.agreement import PROVED
from diffkit.symbolic.layout import as_text
from diffkit.symbolic.passes import evaluated
from diffkit.symbolic.rewrite import differentiate
from diffkit.symbolic.steps import Stage, _verdict, steps

# rule: what it replaces -> by what | the line, as a teacher writes them on the board; then what is collected.
TRACES = {
    "2*x^3 + x^2": """
        sum: d/dx(2*x^3 + x^2) -> d/dx(2*x^3) + d/dx(x^2) | d/dx(2*x^3) + d/dx(x^2)
        constant factor: d/dx(2*x^3) -> 2*d/dx(x^3) | 2*d/dx(x^3) + d/dx(x^2)
        power: d/dx(x^3) -> 3*x^2 | 6*x^2 + d/dx(x^2)
        power: d/dx(x^2) -> 2*x | 6*x^2 + 2*x
        = 6*x^2 + 2*x""",
    "x^2*sin(x)": """
        product: d/dx(x^2*sin(x)) -> d/dx(x^2)*sin(x) + x^2*d/dx(sin(x)) | d/dx(x^2)*sin(x) + x^2*d/dx(sin(x))
        power: d/dx(x^2) -> 2*x | 2*x*sin(x) + x^2*d/dx(sin(x))
        sine: d/dx(sin(x)) -> cos(x) | 2*x*sin(x) + x^2*cos(x)
        = 2*x*sin(x) + x^2*cos(x)""",
    "log(x)/x": """
        quotient: d/dx(log(x)/x) -> (d/dx(log(x))*x - log(x)*d/dx(x))/x^2 | (d/dx(log(x))*x - log(x)*d/dx(x))/x^2
        logarithm: d/dx(log(x)) -> 1/x | (x/x - log(x)*d/dx(x))/x^2
        variable: d/dx(x) -> 1 | (x/x - log(x))/x^2
        = (1 - log(x))/x^2""",
    "x^x": """
        general power: d/dx(x^x) -> x^x*d/dx(x*log(x)) | x^x*d/dx(x*log(x))
        product: d/dx(x*log(x)) -> d/dx(x)*log(x) + x*d/dx(log(x)) | x^x*(d/dx(x)*log(x) + x*d/dx(log(x)))
        variable: d/dx(x) -> 1 | x^x*(log(x) + x*d/dx(log(x)))
        logarithm: d/dx(log(x)) -> 1/x | x^x*(log(x) + x/x)
        = x^x*(log(x) + 1)""",
    "2^x": """
        exponential: d/dx(2^x) -> 2^x*log(2) | 2^x*log(2)
        = 2^x*log(2)""",
    "arctan(1/x)": """
        chain rule: arctangent: d/dx(atan(1/x)) -> 1/(1 + 1/x^2)*d/dx(1/x) | 1/(1 + 1/x^2)*d/dx(1/x)
        power: d/dx(1/x) -> -1/x^2 | -1/(x^2*(1 + 1/x^2))
        = -1/(x^2*(1 + 1/x^2))""",
    "log(sin(x))": """
        chain rule: logarithm: d/dx(log(sin(x))) -> 1/sin(x)*d/dx(sin(x)) | 1/sin(x)*d/dx(sin(x))
        sine: d/dx(sin(x)) -> cos(x) | cos(x)/sin(x)
        = cos(x)/sin(x)""",
    "sqrt(1 + x^2)": """
        chain rule: square root: d/dx(sqrt(1 + x^2)) -> 1/(2*sqrt(1 + x^2))*d/dx(1 + x^2) | 1/(2*sqrt(1 + x^2))*d/dx(1 + x^2)
        sum: d/dx(1 + x^2) -> d/dx(1) + d/dx(x^2) | (d/dx(1) + d/dx(x^2))/(2*sqrt(1 + x^2))
        constant: d/dx(1) -> 0 | 1/(2*sqrt(1 + x^2))*d/dx(x^2)
        power: d/dx(x^2) -> 2*x | x/sqrt(1 + x^2)
        = x/sqrt(1 + x^2)""",
    "exp(-x^2/2)": """
        chain rule: exponential: d/dx(exp(-x^2/2)) -> exp(-x^2/2)*d/dx(-x^2/2) | exp(-x^2/2)*d/dx(-x^2/2)
        constant factor: d/dx(-x^2/2) -> -1/2*d/dx(x^2) | -exp(-x^2/2)/2*d/dx(x^2)
        power: d/dx(x^2) -> 2*x | -x*exp(-x^2/2)
        = -x*exp(-x^2/2)""",
    "sin(x)^2*cos(x)": """
        product: d/dx(sin(x)^2*cos(x)) -> d/dx(sin(x)^2)*cos(x) + sin(x)^2*d/dx(cos(x)) | d/dx(sin(x)^2)*cos(x) + sin(x)^2*d/dx(cos(x))
        chain rule: power: d/dx(sin(x)^2) -> 2*sin(x)*d/dx(sin(x)) | 2*sin(x)*d/dx(sin(x))*cos(x) + sin(x)^2*d/dx(cos(x))
        sine: d/dx(sin(x)) -> cos(x) | 2*sin(x)*cos(x)*cos(x) + sin(x)^2*d/dx(cos(x))
        cosine: d/dx(cos(x)) -> -sin(x) | 2*sin(x)*cos(x)*cos(x) - sin(x)^2*sin(x)
        = 2*sin(x)*cos(x)^2 - sin(x)^3""",
    "tan(3*x)": """
        chain rule: tangent: d/dx(tan(3*x)) -> (1 + tan(3*x)^2)*d/dx(3*x) | (1 + tan(3*x)^2)*d/dx(3*x)
        constant factor: d/dx(3*x) -> 3*d/dx(x) | 3*(1 + tan(3*x)^2)*d/dx(x)
        variable: d/dx(x) -> 1 | 3*(1 + tan(3*x)^2)
        = 3*(1 + tan(3*x)^2)""",
    "x^2*sin(1/x)": """
        product: d/dx(x^2*sin(1/x)) -> d/dx(x^2)*sin(1/x) + x^2*d/dx(sin(1/x)) | d/dx(x^2)*sin(1/x) + x^2*d/dx(sin(1/x))
        power: d/dx(x^2) -> 2*x | 2*x*sin(1/x) + x^2*d/dx(sin(1/x))
        chain rule: sine: d/dx(sin(1/x)) -> cos(1/x)*d/dx(1/x) | 2*x*sin(1/x) + x^2*cos(1/x)*d/dx(1/x)
        power: d/dx(1/x) -> -1/x^2 | 2*x*sin(1/x) - x^2*cos(1/x)/x^2
        = 2*x*sin(1/x) - cos(1/x)""",
    "(2*x + 1)^5": """
        chain rule: power: d/dx((2*x + 1)^5) -> 5*(2*x + 1)^4*d/dx(2*x + 1) | 5*(2*x + 1)^4*d/dx(2*x + 1)
        sum: d/dx(2*x + 1) -> d/dx(2*x) + d/dx(1) | 5*(2*x + 1)^4*(d/dx(2*x) + d/dx(1))
        constant factor: d/dx(2*x) -> 2*d/dx(x) | 5*(2*x + 1)^4*(2*d/dx(x) + d/dx(1))
        variable: d/dx(x) -> 1 | 5*(2*x + 1)^4*(2 + d/dx(1))
        constant: d/dx(1) -> 0 | 10*(2*x + 1)^4
        = 10*(2*x + 1)^4""",
    "x*x*x": """
        product: d/dx(x*x*x) -> d/dx(x)*x*x + x*d/dx(x*x) | d/dx(x)*x*x + x*d/dx(x*x)
        variable: d/dx(x) -> 1 | x*x + x*d/dx(x*x)
        product: d/dx(x*x) -> d/dx(x)*x + x*d/dx(x) | x*x + x*(d/dx(x)*x + x*d/dx(x))
        variable: d/dx(x) -> 1 | x*x + x*(x + x)
        = 3*x^2""",
    "sqrt(x)/x^2": """
        quotient: d/dx(sqrt(x)/x^2) -> (d/dx(sqrt(x))*x^2 - sqrt(x)*d/dx(x^2))/x^4 | (d/dx(sqrt(x))*x^2 - sqrt(x)*d/dx(x^2))/x^4
        square root: d/dx(sqrt(x)) -> 1/(2*sqrt(x)) | (x^2/(2*sqrt(x)) - sqrt(x)*d/dx(x^2))/x^4
        power: d/dx(x^2) -> 2*x | (x^2/(2*sqrt(x)) - 2*x*sqrt(x))/x^4
        = -3/(2*x^(5/2))""",
    "1/(1 + exp(-x))": """
        chain rule: power: d/dx(1/(1 + exp(-x))) -> -1/(1 + exp(-x))^2*d/dx(1 + exp(-x)) | -1/(1 + exp(-x))^2*d/dx(1 + exp(-x))
        sum: d/dx(1 + exp(-x)) -> d/dx(1) + d/dx(exp(-x)) | -(d/dx(1) + d/dx(exp(-x)))/(1 + exp(-x))^2
        constant: d/dx(1) -> 0 | -1/(1 + exp(-x))^2*d/dx(exp(-x))
        chain rule: exponential: d/dx(exp(-x)) -> exp(-x)*d/dx(-x) | -exp(-x)/(1 + exp(-x))^2*d/dx(-x)
        constant factor: d/dx(-x) -> -d/dx(x) | exp(-x)/(1 + exp(-x))^2*d/dx(x)
        variable: d/dx(x) -> 1 | exp(-x)/(1 + exp(-x))^2
        = exp(-x)/(1 + exp(-x))^2""",
    "x^3 - 3*x^2 + 2": """
        sum: d/dx(x^3 - 3*x^2 + 2) -> d/dx(x^3) - d/dx(3*x^2) + d/dx(2) | d/dx(x^3) - d/dx(3*x^2) + d/dx(2)
        power: d/dx(x^3) -> 3*x^2 | 3*x^2 - d/dx(3*x^2) + d/dx(2)
        constant factor: d/dx(3*x^2) -> 3*d/dx(x^2) | 3*x^2 - 3*d/dx(x^2) + d/dx(2)
        power: d/dx(x^2) -> 2*x | 3*x^2 - 6*x + d/dx(2)
        constant: d/dx(2) -> 0 | 3*x^2 - 6*x
        = 3*x^2 - 6*x""",
    "x*exp(x)*cos(x)": """
        product: d/dx(x*exp(x)*cos(x)) -> d/dx(x)*exp(x)*cos(x) + x*d/dx(exp(x)*cos(x)) | d/dx(x)*exp(x)*cos(x) + x*d/dx(exp(x)*cos(x))
        variable: d/dx(x) -> 1 | exp(x)*cos(x) + x*d/dx(exp(x)*cos(x))
        product: d/dx(exp(x)*cos(x)) -> d/dx(exp(x))*cos(x) + exp(x)*d/dx(cos(x)) | exp(x)*cos(x) + x*(d/dx(exp(x))*cos(x) + exp(x)*d/dx(cos(x)))
        exponential: d/dx(exp(x)) -> exp(x) | exp(x)*cos(x) + x*(exp(x)*cos(x) + exp(x)*d/dx(cos(x)))
        cosine: d/dx(cos(x)) -> -sin(x) | exp(x)*cos(x) + x*(exp(x)*cos(x) - exp(x)*sin(x))
        = exp(x)*cos(x) + x*(exp(x)*cos(x) - exp(x)*sin(x))""",
    "e^x*x": """
        product: d/dx(exp(x)*x) -> d/dx(exp(x))*x + exp(x)*d/dx(x) | d/dx(exp(x))*x + exp(x)*d/dx(x)
        exponential: d/dx(exp(x)) -> exp(x) | x*exp(x) + exp(x)*d/dx(x)
        variable: d/dx(x) -> 1 | x*exp(x) + exp(x)
        = x*exp(x) + exp(x)""",
    "5/x^2": """
        constant factor: d/dx(5/x^2) -> 5*d/dx(1/x^2) | 5*d/dx(1/x^2)
        power: d/dx(1/x^2) -> -2/x^3 | -10/x^3
        = -10/x^3""",
}


@pytest.mark.parametrize("f", TRACES)
def test_a_derivative_is_written_as_on_the_board(f):
    trace = steps(f, time_limit=None)
    lines = [
        f"{s.rule}: {as_text(s.before)} -> {as_text(s.after)} | {as_text(s.expression)}" for s in trace.steps
    ]
    assert [*lines, f"= {as_text(trace.collected)}"] == [
        line.strip() for line in TRACES[f].strip().splitlines()
    ]
    assert trace.check == "equal to sympy.diff: proved"


def test_a_function_by_cases_is_differentiated_piece_by_piece():
    trace = steps(lambda x: np.where(x > 0, x**2, -x), time_limit=None)
    assert [s.rule for s in trace.steps] == ["piecewise", "power", "constant factor", "variable"]
    assert as_text(trace.collected) == "{2*x if x > 0; -1 otherwise}"


def test_the_line_is_what_it_was_with_the_derivative_replaced():
    for f in TRACES:
        line = None
        for step in steps(f, time_limit=None).steps:
            if line is None:
                line = step.before
            expected = evaluated(line).xreplace({evaluated(step.before): evaluated(step.after)})
            assert sympy.expand(expected - evaluated(step.expression)) == 0
            line = step.expression


def test_a_step_holds_derivatives_that_sympy_can_finish():
    for step in steps("x^2*sin(x)", time_limit=None).steps:
        assert isinstance(step.before, sympy.Derivative)
        assert step.before.args[0] is step.subexpression
        assert sympy.simplify(step.before.doit() - step.after.doit()) == 0


def test_a_derivative_that_stands_at_several_places_is_found_once():
    trace = steps("exp(x^2)*exp(x^2)", time_limit=None)
    assert [as_text(s.before) for s in trace.steps].count("d/dx(exp(x^2))") == 1


@pytest.mark.parametrize("f", TRACES)
@pytest.mark.parametrize("shortcuts", [True, False])
def test_the_steps_end_where_the_whole_rewrite_does(f, shortcuts):
    from diffkit.symbolic.reading import read

    trace = steps(f, shortcuts=shortcuts, time_limit=None)
    u, x = read(f, None, None, shortcuts)
    last = trace.steps[-1].expression
    if shortcuts:
        assert as_text(last) == as_text(trace.pruned)
    else:
        assert as_text(last) == as_text(trace.raw) == as_text(differentiate(u, x).node)


def test_the_bare_rules_know_a_product_and_a_chain_only():
    trace = steps("3*x^2", shortcuts=False, time_limit=None)
    assert [s.rule for s in trace.steps] == ["product", "power", "variable", "constant"]
    assert as_text(trace.raw) == "((2*x^1)*1)*3 + x^2*0"


def test_a_higher_order_continues_from_the_collected_derivative():
    trace = steps("x^3*y", "x", order=2, time_limit=None)
    assert [s.order for s in trace.steps] == [1, 1, 2, 2]
    assert as_text(trace.steps[2].before) == "d/dx(3*x^2*y)"
    assert as_text(trace.collected) == "6*x*y"


def test_the_stages_are_the_passes_in_order_and_each_is_checked():
    trace = steps("x*x + 2*x*x")
    assert [s.name for s in trace.stages] == ["raw", "pruned", "collected", "simplified", "shared"]
    assert all(s.agrees == PROVED for s in trace.stages)
    x = sympy.Symbol("x", real=True)
    assert (trace.simplified, trace.derivative) == (6 * x, 6 * x)


def test_the_best_form_is_the_shorter_one():
    assert as_text(steps("(x^2 - 1)/(x^2 + 1)").best.form) == "4*x/(x^2 + 1)^2"
    assert steps("sin(x)^2", time_limit=None).best.name == "collected"


def test_a_form_by_cases_is_not_the_best_where_there_is_one_without():
    trace = steps("abs(x)^3")
    assert as_text(next(s for s in trace.stages if s.name == "simplified").form).startswith("{0 if x = 0; ")
    assert as_text(trace.derivative) == "3*abs(x)^2*sign(x)"
    assert "cases" not in trace.latex()


@pytest.mark.slow
def test_simplifying_that_takes_too_long_is_stopped_and_said():
    f = "log(1 + exp(x*log(1 + exp(x*log(1 + exp(x*log(1 + exp(x))))))))"
    stage = next(s for s in steps(f, time_limit=0.2).stages if s.name == "simplified")
    assert (stage.expression, stage.note) == (None, "stopped after 0.2 s")


def test_what_is_computed_twice_gets_a_name():
    shared = steps("sin(x^2)*exp(sin(x^2))", time_limit=None).stages[-1]
    names = [f"{name} = {as_text(e)}" for name, e in shared.definitions]
    assert names == ["v1 = x^2", "v2 = cos(v1)", "v3 = sin(v1)", "v4 = exp(v3)"]
    assert shared.agrees.startswith(("proved", "to 50 digits"))


def test_a_verdict_never_hides_a_difference():
    good, bad = Stage("raw", 1, PROVED), Stage("pruned", 1, "differs at x=1.5")
    digits = Stage("collected", 1, "to 50 digits at 5 points")
    assert _verdict((good,)) == "equal to sympy.diff: proved"
    assert _verdict((good, digits)) == "equal to sympy.diff to 50 digits at 5 points"
    assert _verdict((good, digits, bad)) == "the stage 'pruned' against sympy.diff: differs at x=1.5"


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
def test_the_steps_of_every_problem_equal_those_of_sympy(problem):
    try:
        trace = steps(problem.f, at=problem.at, time_limit=None)
    except NotClosedFormError:
        pytest.skip("no formula")
    assert trace.check.startswith("equal to sympy.diff")


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"f": "x*y"}, ArgumentsError, "wrt='x'"),
        ({"f": "sin(x)*cos(x)*exp(x)", "max_steps": 3}, NotClosedFormError, "more than 3 steps; raise max_steps="),
        ({"f": "x^2", "order": 5, "max_steps": 4}, NotClosedFormError, "more than 4 steps"),
        ({"f": "x", "order": 0}, OptionError, "order=0"),
        ({"f": "x", "time_limit": -1}, OptionError, "time_limit=-1"),
        ({"f": sympy.Function("g")(sympy.Symbol("x"))}, NotClosedFormError, "no formula for the derivative of g"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_told_in_one_sentence(arguments, error, said):
    with pytest.raises(error, match=said):
        steps(**arguments)


def test_a_formula_too_long_to_be_written_out_is_refused_at_once():
    def square_often(x):
        for _ in range(100):
            x = x * x
        return x

    with pytest.raises(NotClosedFormError, match=r"more than 20000 nodes; dk\.derivative finds"):
        steps(square_often)


# -- random expressions -----------------------------------------------------------------------------

# Of moderate values and slopes everywhere, so that what differs is no rounding.
GROW = [
    "sin({0})", "cos({0})", "atan({0})", "tanh({0})", "sqrt(1 + ({0})^2)", "log(2 + ({0})^2)", "exp(sin({0}))",
    "({0}) + ({1})", "({0}) - ({1})", "({0})*({1})", "({0})/(3 + sin({1}))", "({0})^2", "-({0})", "3*({0})", "({0})/2",
]  # fmt: skip
TEXTS = st.recursive(
    st.sampled_from(["x", "x", "1", "2", "pi"]),
    lambda inner: st.builds(lambda form, a, b: form.format(a, b), st.sampled_from(GROW), inner, inner),
    max_leaves=6,
)


@settings(max_examples=60, derandomize=True)
@given(TEXTS)
def test_symbolic_automatic_and_numerical_differentiation_agree(text):
    assume(len(text) < 150)
    at = 0.7
    trace = steps(text, time_limit=None)
    assert trace.check.startswith("equal to sympy.diff")
    f = parse(text)
    exact = [dk.derivative(f, at, method) if f.variables else 0.0 for method in ("dual", "reverse")]
    for stage in ("raw", "pruned", "collected"):
        by_rules = parse(as_text(trace.stage(stage)))
        assert by_rules(*[at] * len(by_rules.variables)) == pytest.approx(exact[0], rel=1e-10, abs=1e-10)
    assert exact[1] == pytest.approx(exact[0], rel=1e-12, abs=1e-12)
    if f.variables:
        found = dk.derivative(f, at, "adaptive", full_output=True)
        assert abs(found.value - exact[0]) <= found.error_estimate + 1e-15 * abs(exact[0])
