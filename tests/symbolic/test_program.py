"""Derivatives as formulas and as programs: shaped as the numbers, and equal to them."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

import diffkit as dk
from tests.symbolic.test_graph import exponent, loop, speelpenning

x, y = sympy.symbols("x y", real=True)


def energy(v):
    return np.sum(v**2) * np.exp(v[0]) + np.prod(v)


def field(v):
    return np.array([[v[0] * v[1], np.sin(v[2])], [v[2] / v[0], 1.0]])


V = np.array([0.5, 1.5, 2.0])


def numbers(formulas, at):
    """Expressions in v[0], v[1], ... as floats, by SymPy."""
    subs = {sympy.Symbol(f"v[{i}]", real=True): sympy.Float(a, 40) for i, a in enumerate(at)}
    return np.vectorize(lambda e: float(e.subs(subs).evalf(30)), otypes=[float])(formulas)


@pytest.mark.parametrize(
    ("ask", "f"),
    [("gradient", energy), ("hessian", energy), ("jacobian", field), ("jacobian", energy)],
)
def test_formulas_are_shaped_as_the_numbers_and_have_their_values(ask, f):
    expected = getattr(dk, ask)(f, V)
    formulas = getattr(dk.symbolic, ask)(f, V)
    tape = getattr(dk.symbolic, ask)(f, np.ones(3), share=True)
    assert formulas.shape == expected.shape
    assert numbers(formulas, V) == pytest.approx(expected, rel=1e-14)
    assert tape.replay(V) == pytest.approx(expected, rel=1e-14)


def test_names_make_a_dict():
    assert dk.symbolic.gradient("x^2*y + y + 2") == {"x": 2 * x * y, "y": x**2 + 1}
    assert dk.symbolic.hessian("x*y", {"y": 3.0, "x": 2.0}) == {"y": {"y": 0, "x": 1}, "x": {"y": 1, "x": 0}}
    tape = dk.symbolic.gradient("x^2*y + y + 2", share=True)
    assert tape.replay({"x": 3.0, "y": 4.0}) == {"x": 24.0, "y": 10.0}


def test_nested_arguments_nest_the_answer():
    def model(p, t):
        return np.sum(p["w"] * t) + p["b"]

    found = dk.symbolic.gradient(model, {"w": np.ones(2), "b": 1.0}, 3.0)
    assert [str(e) for e in found[0]["w"]] == ["x3", "x3"]
    assert found[0]["b"] == 1
    assert str(found[1]) == "x1[0] + x1[1]"


def test_a_sympy_expression_keeps_its_symbols_and_its_exact_numbers():
    a, b = sympy.symbols("a b", positive=True)
    assert dk.symbolic.gradient(sympy.sqrt(2) * a * b) == {"a": sympy.sqrt(2) * b, "b": sympy.sqrt(2) * a}
    assert dk.symbolic.derivative(a ** sympy.Rational(1, 3)) == a ** sympy.Rational(-2, 3) / 3


def test_a_sympy_matrix_has_a_jacobian_in_formulas_and_in_numbers():
    rotation = sympy.Matrix([[sympy.cos(x), -sympy.sin(x)], [sympy.sin(x), sympy.cos(x)]])
    assert sympy.Matrix(dk.symbolic.jacobian(rotation)) == rotation.diff(x)
    expected = [[-np.sin(0.5), -np.cos(0.5)], [np.cos(0.5), -np.sin(0.5)]]
    assert dk.jacobian(rotation, 0.5) == pytest.approx(np.array(expected))
    assert dk.symbolic.jacobian(rotation, share=True).replay(0.5) == pytest.approx(np.array(expected))


def test_a_sympy_expression_has_a_program():
    pieces = sympy.Piecewise((x**2, x > 0), (sympy.sin(x), True))
    assert dk.symbolic.program(pieces, order=2).replay(-0.5) == (np.sin(-0.5), np.cos(-0.5), -np.sin(-0.5))
    assert dk.symbolic.program(pieces, order=2).replay(0.5) == (0.25, 1.0, 2.0)
    assert dk.symbolic.gradient(x**2 * y, share=True).replay({"x": 3.0, "y": 4.0}) == {"x": 24.0, "y": 9.0}


def test_a_program_has_the_slope_of_the_piece_that_holds_at_a_single_point():
    pieces = sympy.Piecewise((sympy.exp(x), sympy.Ne(x, 0)), (1, True))
    assert dk.symbolic.program(pieces).replay(0.0) == (1.0, 0.0)
    assert dk.derivative(pieces, 0.0, "reverse") == 0.0
    assert dk.derivative(pieces, 0.0, "symbolic") == 1.0  # the limit


def test_a_derivative_of_any_order_is_an_expression():
    assert dk.symbolic.derivative("sin(2*x)", order=3) == -8 * sympy.cos(2 * x)
    assert dk.symbolic.derivative(lambda t: np.array([t, t**3]), 1.0, order=2).tolist() == [
        0,
        6 * sympy.Symbol("t", real=True),
    ]


def test_a_program_returns_f_and_its_derivatives_with_their_values():
    tape = dk.symbolic.program("sin(x)*exp(-x^2)", order=3)
    found = tape.replay(0.7)
    f = lambda x: np.sin(x) * np.exp(-(x**2))
    assert found[0] == f(0.7)
    assert found[1:] == pytest.approx([dk.derivative(f, 0.7, order=n) for n in (1, 2, 3)], rel=1e-13)


def test_a_program_of_several_numbers_returns_gradient_and_hessian():
    value, gradient, hessian = dk.symbolic.program(energy, np.ones(3), order=2).replay(V)
    assert value == energy(V)
    assert gradient == pytest.approx(dk.gradient(energy, V), rel=1e-14)
    assert hessian == pytest.approx(dk.hessian(energy, V), rel=1e-14)
    assert np.array_equal(hessian, hessian.T)


def test_the_program_of_a_loop_is_linear_in_its_iterations():
    rows = [len(dk.symbolic.program(lambda a, b, n=n: loop(a, b, n), 0.5, 0.5)) for n in (25, 50, 100)]
    assert exponent((25, 50, 100), rows) <= 1.1
    assert dk.symbolic.program(loop, 0.5, 0.5).replay(1.2, 0.5)[1] == pytest.approx(
        (-2.291397463225304, 7.805270327338955), rel=32 * 2**-52
    )


def test_the_gradient_program_of_a_product_is_linear_in_its_variables():
    rows = [len(dk.symbolic.program(lambda v: speelpenning(*v), np.ones(n))) for n in (25, 50, 100)]
    assert exponent((25, 50, 100), rows) == pytest.approx(1, abs=0.1)


def test_the_printed_program_gives_the_bits_of_its_replay():
    tape = dk.symbolic.program(energy, np.ones(3))
    text = dk.views.source(tape, names=["v"])
    assert text.count("np.exp") == 1
    value, gradient = tape.replay(V)
    scope = {}
    exec(text, scope)
    again = scope["f"](V)
    assert again[0] == value
    assert np.array_equal(again[1], gradient)


def test_a_program_has_any_number_of_digits_in_mpmath():
    with mpmath.workdps(60):
        at = mpmath.mpf("0.7")
        found = dk.symbolic.program("sin(x)*exp(-x^2)").replay(at, arithmetic="mpmath")
        exact = mpmath.exp(-(at**2)) * (mpmath.cos(at) - 2 * at * mpmath.sin(at))
        assert abs(found[1] - exact) < mpmath.mpf(10) ** -58


@pytest.mark.parametrize(
    ("ask", "kind", "message"),
    [
        (
            lambda: dk.symbolic.gradient(field, V),
            dk.errors.NonScalarError,
            r"returned shape \(2, 2\); use jac",
        ),
        (lambda: dk.symbolic.hessian(field, V), dk.errors.NonScalarError, "a Hessian needs"),
        (
            lambda: dk.symbolic.derivative("x*y"),
            dk.errors.ArgumentsError,
            "this one takes x, y; use gradient",
        ),
        (lambda: dk.symbolic.derivative("x", order=0), dk.errors.ArgumentsError, "whole number from 1 on"),
        (lambda: dk.symbolic.program("x*y", order=3), dk.errors.ArgumentsError, "write 1 or 2"),
        (lambda: dk.symbolic.gradient(energy), dk.errors.ArgumentsError, "no point is given"),
        (lambda: dk.symbolic.gradient("x*y", 1.0), dk.errors.ArgumentsError, "f has 2 variables"),
        (
            lambda: dk.symbolic.program(lambda x: x if x > 0 else -x, 1.0),
            dk.errors.NotClosedFormError,
            "branches on its argument",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(ask, kind, message):
    with pytest.raises(kind, match=message):
        ask()
