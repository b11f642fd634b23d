"""Formulas on paper: what is written, and with which parentheses."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
import sympy

import diffkit as dk
from diffkit.functions import as_function, parse
from diffkit.symbolic.layout import as_latex, as_mathml, as_text
from diffkit.symbolic.passes import as_written
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.written import written

X = sympy.Symbol("x", real=True)

# As written in the text, in text again, and in LaTeX.
ON_PAPER = [
    ("x - (x + 1)", "x - (x + 1)", "x - (x + 1)"),
    ("x*(x + 1)*2", "2*x*(x + 1)", "2 x (x + 1)"),
    ("x/(x*3)", "x/(3*x)", r"\frac{x}{3 x}"),
    ("-x^2", "-x^2", "-x^{2}"),
    ("(-x)^2", "(-x)^2", "(-x)^{2}"),
    ("2*(-x)*3", "-6*x", "-6 x"),
    ("x*2^x", "x*2^x", r"x \cdot 2^{x}"),
    ("exp(-x^2/2)", "exp(-x^2/2)", "e^{-x^{2}/2}"),
    ("exp(x)^2", "exp(x)^2", "(e^{x})^{2}"),
    ("sin(x)^2", "sin(x)^2", r"\sin^{2}(x)"),
    ("log(x)^2", "log(x)^2", r"\log(x)^{2}"),
    ("sqrt(1 + x^2)", "sqrt(1 + x^2)", r"\sqrt{1 + x^{2}}"),
    ("x^0.5/3", "sqrt(x)/3", r"\frac{\sqrt{x}}{3}"),
    ("cos(1/x)", "cos(1/x)", r"\cos\left(\frac{1}{x}\right)"),
    ("1/x^2", "1/x^2", r"\frac{1}{x^{2}}"),
    ("(x + 1)/2", "(x + 1)/2", r"\frac{x + 1}{2}"),
    ("x^(2/3)", "x^(2/3)", "x^{2/3}"),
    ("exp(1/(x*2 + 1))", "exp(1/(2*x + 1))", "e^{1/(2 x + 1)}"),
    ("exp((x + 1)/x/3)", "exp((x + 1)/(3*x))", "e^{(x + 1)/(3 x)}"),
    ("2^(x/3)/3", "2^(x/3)/3", r"\frac{2^{x/3}}{3}"),
    ("x^x^2", "x^(x^2)", "x^{x^{2}}"),
    ("abs(x) + ceil(x)", "abs(x) + ceil(x)", r"\left\lvert x \right\rvert + \operatorname{ceil}(x)"),
    ("arctan(pi*x)", "atan(pi*x)", r"\arctan(\pi x)"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "text", "latex"), ON_PAPER)
def test_a_formula_is_written_as_in_a_book(given, text, latex):
    u = as_written(written(dk.record(as_function(given), 1.0), [X], Pool())).node
    assert (as_text(u), as_latex(u)) == (text, latex)
    assert parse(as_text(u))(0.7) == pytest.approx(parse(given)(0.7), rel=1e-14)


@pytest.mark.parametrize(("given", "_", "latex"), ON_PAPER)
def test_what_is_written_is_read_by_a_typesetter(given, _, latex):
    from matplotlib.mathtext import MathTextParser

    u = as_written(written(dk.record(as_function(given), 1.0), [X], Pool())).node
    latex = latex.replace(r"\lvert", "|").replace(r"\rvert", "|")  # which this one does not know
    assert MathTextParser("path").parse(f"${latex}$").width > 0
    core = {"math", "mrow", "mi", "mn", "mo", "msup", "msub", "mfrac", "msqrt", "mtext"}
    found = {e.tag.rpartition("}")[2] for e in ET.fromstring(as_mathml(u)).iter()}
    assert "math" in found
    assert found <= core


def test_what_a_rule_writes_is_printed_as_it_stands():
    x = Pool().term(X)
    assert as_text((0 + (0 * x + x * 1)).node) == "0 + (0*x + x*1)"
    assert as_text((x - x * (x * 1) * 2).node) == "x - (x*(x*1))*2"
    assert as_text((x / (x * x) / 2).node) == "(x/(x*x))/2"


def test_a_derivative_stays_at_its_place_beside_a_fraction():
    x = Pool().term(X)
    d = x.call(sympy.Derivative, x, sympy.Tuple(X, 1))
    assert as_text((1 / (2 * x) * d).node) == "1/(2*x)*d/dx(x)"
    assert as_text(as_written(d * x / 3 + x * d).node) == "1/3*d/dx(x)*x + x*d/dx(x)"
    assert as_latex(d.node) == r"\frac{d}{dx}(x)"
    assert as_text(sympy.Derivative(X**2, X, X)) == "d^2/dx^2(x^2)"


def test_a_formula_by_cases_says_its_conditions():
    e = sympy.Piecewise((X**2, (X > 0) & (X <= 3)), (-X, True))  # SymPy sorts the conditions
    assert as_text(e) == "{x^2 if x <= 3 and x > 0; -x otherwise}"
    assert as_latex(e) == (
        r"\begin{cases}x^{2} & \text{if }x \le 3 \text{ and } x > 0 \\ -x & \text{otherwise}\end{cases}"
    )
    assert ET.fromstring(as_mathml(e)).tag.endswith("math")


@pytest.mark.parametrize(
    ("name", "latex", "mathml"),
    [
        ("x1", "x_{1}", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("x[0, 1]", "x_{0, 1}", "<msub><mi>x</mi><mn>0, 1</mn></msub>"),
        ("omega", r"\omega", "<mi>ω</mi>"),
        ("lambda", r"\lambda", "<mi>λ</mi>"),
        ("speed_of", r"\mathrm{speed\_of}", "<mi>speed_of</mi>"),
    ],
)
def test_letters_have_their_indices_and_greek_its_alphabet(name, latex, mathml):
    e = sympy.Symbol(name)
    assert as_latex(e) == latex
    assert mathml in as_mathml(e)


def test_a_function_without_a_sign_of_its_own_is_named():
    e = sympy.besselj(2, X)
    assert as_text(e) == "besselj(2, x)"
    assert as_latex(e) == r"\operatorname{besselj}(2, x)"
    assert "<mi>besselj</mi>" in as_mathml(e)


@pytest.mark.parametrize(
    ("e", "text", "latex"),
    [
        (sympy.besselj(0, X), "j0(x)", r"\operatorname{besselj}(0, x)"),
        (sympy.besselj(1, X), "j1(x)", r"\operatorname{besselj}(1, x)"),
        (sympy.digamma(X), "digamma(x)", r"\operatorname{polygamma}(0, x)"),
        (sympy.loggamma(X), "lgamma(x)", r"\operatorname{lgamma}(x)"),
        (sympy.sinc(sympy.pi * X), "sinc(x)", r"\operatorname{sinc}(\pi x)"),
        (sympy.sinc(sympy.pi * X * (X + 1)), "sinc(x*(1 + x))", None),
        (sympy.sinc(X), "sinc(x/pi)", r"\operatorname{sinc}(x)"),
        (sympy.sinc(X + 1), "sinc((1 + x)/pi)", r"\operatorname{sinc}(1 + x)"),
        (X**sympy.E, "x^e", "x^{e}"),
    ],
)  # fmt: skip
def test_in_text_a_function_has_the_name_and_the_operands_that_are_read(e, text, latex):
    assert as_text(e) == text
    assert latex is None or as_latex(e) == latex
    assert parse(text)(0.7) == pytest.approx(float(e.subs(X, sympy.Rational(7, 10))), rel=1e-14)
