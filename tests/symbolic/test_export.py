"""Formulas for other programs compute what the formula does, to the last few bits."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import sympy

from diffkit.errors import ArgumentsError, NotClosedFormError, OptionError
from diffkit.symbolic.export import FORMS, export
from diffkit.symbolic.steps import steps

X, Y = sympy.symbols("x y", real=True)
AT = {X: 0.7, Y: 1.9}
FORMULAS = [
    X * sympy.sin(Y) / 3 + sympy.exp(-(X**2) / 2),
    sympy.sqrt(1 + X**2) * sympy.log(Y) / (X * Y),
    X ** sympy.Rational(2, 3) / Y**3,
    sympy.pi * X + sympy.E * Y + sympy.Rational(1, 7),
    sympy.Piecewise((X**2, X > Y), (-X, True)) / 3,
    sympy.Max(X, Y) + sympy.Min(X, Y) ** 2 + sympy.Abs(X - Y) + sympy.sign(X - Y),
    sympy.Heaviside(Y - X) * X + sympy.floor(Y) + sympy.ceiling(X),
    sympy.atan2(Y, X) + sympy.asinh(X) + sympy.tanh(Y) + sympy.acos(X),
    sympy.erf(X) * sympy.gamma(Y) + sympy.loggamma(X),
    X * 10**20 + Y * sympy.Rational(10**25 + 1, 3 * 10**20) + 2**31,
    sympy.sin(X * Y) * sympy.exp(sympy.sin(X * Y)) - sympy.sin(X * Y) ** 2,
    X / Y / 2 - (1 - (2 - X)) / -Y,
    sympy.Integer(3),
]
CC = shutil.which("cc")
needs_a_compiler = pytest.mark.skipif(CC is None, reason="no C compiler")


def truth(e):
    return float(e.subs({s: sympy.Rational(v) for s, v in AT.items()}).n(40))


def numpy_function(source, name="f"):
    space = {}
    exec(compile(source, "exported", "exec"), space)
    return space[name]


def c_library(source, folder):
    (folder / "f.c").write_text(source)
    command = [CC, "-std=c99", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-shared", "-fPIC"]
    subprocess.run([*command, "-o", folder / "f.so", folder / "f.c", "-lm"], check=True)
    return ctypes.CDLL(str(folder / "f.so"))


@pytest.mark.parametrize("e", FORMULAS, ids=str)
def test_numpy_source_computes_the_formula(e):
    f = numpy_function(export(e, "numpy", ["x", "y"]))
    assert float(f(*AT.values())) == pytest.approx(truth(e), rel=8 * 2.0**-52)


@needs_a_compiler
@pytest.mark.parametrize("e", FORMULAS, ids=str)
def test_c_source_compiles_without_a_warning_and_computes_the_formula(e, tmp_path):
    f = c_library(export(e, "c", ["x", "y"]), tmp_path).f
    f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double] * 2
    assert f(*AT.values()) == pytest.approx(truth(e), rel=8 * 2.0**-52)


@needs_a_compiler
@pytest.mark.parametrize(("x", "y"), [(-0.5, 3.0), (7.5, -2.0), (-7.5, -2.0), (7.5, 2.0)])
def test_a_remainder_in_c_has_the_sign_of_its_divisor(x, y, tmp_path):
    f = c_library(export(2 - X * sympy.Mod(X, Y) ** 2, "c"), tmp_path).f
    f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double] * 2
    assert f(x, y) == 2 - x * np.mod(x, y) ** 2
    assert "floor((x)/(49))" in export(sympy.Mod(X, 49), "c")  # 1.0/49.0*x would be below 1 at 49


def test_numpy_source_takes_arrays():
    f = numpy_function(export(FORMULAS[4] + 1 / X, "numpy"))
    x, y = np.array([1, 2, 3]), np.array([2, 2, 2])
    assert f(x, y) == pytest.approx([-1 / 3 + 1, -2 / 3 + 1 / 2, 3 + 1 / 3])


def test_a_jacobian_is_an_array_in_numpy_and_row_by_row_in_c(tmp_path):
    jacobian = sympy.Matrix([X**2 * Y, sympy.sin(X * Y)]).jacobian([X, Y])
    expected = np.array([[truth(e) for e in row] for row in jacobian.tolist()])
    assert numpy_function(export(jacobian, "numpy"))(*AT.values()) == pytest.approx(expected, rel=1e-14)
    assert export(jacobian.tolist(), "numpy") == export(np.array(jacobian.tolist()), "numpy")
    source = export(jacobian, "c", name="jacobian")
    assert source.count("sin(") + source.count("cos(") == 1
    if CC:
        out = np.zeros((2, 2))
        f = c_library(source, tmp_path).jacobian
        f.argtypes = [ctypes.c_double, ctypes.c_double, ctypes.c_void_p]
        f.restype = None
        f(*AT.values(), out.ctypes.data)
        assert out == pytest.approx(expected, rel=1e-14)


def test_a_list_with_numbers_in_it_is_a_vector():
    f = numpy_function(export([X, 0.1, 2], "numpy"))
    assert f(5.0).tolist() == [5.0, 0.1, 2.0]
    assert export([X, 0.1], "latex") == r"\begin{pmatrix}x \\ \frac{1}{10}\end{pmatrix}"
    assert len(ET.fromstring(export([[X, Y], [1, 2]], "mathml")).findall(".//{*}mtd")) == 4


def test_numbers_keep_all_their_digits():
    assert "3.141592653589793*x" in export(sympy.pi * X, "c")
    assert "0.1234567890123456" in export(sympy.Float("0.12345678901234560", 20) * X, "numpy")


def test_what_occurs_twice_is_computed_once():
    assert export(FORMULAS[10], "numpy").count("sin(") == 1
    assert export(FORMULAS[10], "c").count("sin(") == 1


@pytest.mark.parametrize(
    ("name", "form", "spelled"),
    [("lambda", "numpy", "lambda_"), ("double", "c", "double_"), ("x[0, 1]", "c", "x_0_1"), ("v1", "c", "v1"),
     ("numpy", "numpy", "numpy_"), ("out", "c", "out_")],
)  # fmt: skip
def test_a_variable_that_the_language_cannot_name_is_respelled(name, form, spelled):
    s = sympy.Symbol(name, real=True)
    source = export(sympy.sin(s) + sympy.sin(s) ** 2 + s, form)
    assert f"f({'double ' * (form == 'c')}{spelled})" in source
    assert f" + {spelled}" in source or f"{spelled} + " in source


def test_no_two_variables_become_one():
    a, b = sympy.symbols(["x[0]", "x_0"], real=True)
    assert numpy_function(export(a - 2 * b, "numpy", ["x[0]", "x_0"]))(5.0, 1.0) == 3.0


def test_arguments_come_in_the_order_given_and_may_be_more():
    source = export(X - Y, "numpy", ["y", "t", "x"], name="difference")
    assert numpy_function(source, "difference")(1.0, 100.0, 5.0) == 4.0
    assert "def f(x2, x10):" in export(sympy.Symbol("x10") + sympy.Symbol("x2"), "numpy")
    assert "double f(void)" in export(sympy.Integer(3), "c")


def test_paper_forms_are_those_of_the_steps():
    trace = steps("x^2/3", time_limit=None)
    assert export(trace.collected, "latex") == r"\frac{2 x}{3}"
    assert ET.fromstring(export(trace.collected, "mathml")).tag.endswith("math")


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((X, "fortran"), OptionError, "write one of latex, mathml, numpy, c"),
        ((sympy.besselj(1, X), "c"), NotClosedFormError, "besselj is no function of C's library"),
        ((sympy.Function("g")(X), "numpy"), NotClosedFormError, "g is no function of NumPy's library"),
        ((X * Y, "c", ["x"]), ArgumentsError, r"has the variables x, y; .* must name each once"),
        ((X, "c", ["x", "x"]), ArgumentsError, "must name each once"),
        ((X, "c", None, "for"), ArgumentsError, "name='for' is no name for a function"),
        (("__import__('os')", "numpy"), ArgumentsError, "is no SymPy expression"),
        (([X, "y"], "numpy"), ArgumentsError, "'y' is no SymPy expression"),
        (([[[X]]], "numpy"), ArgumentsError, r"shape \(1, 1, 1\); export takes one, a list or a table"),
        (([[X, Y], [X]], "numpy"), ArgumentsError, "is no SymPy expression"),
        (([], "numpy"), ArgumentsError, r"shape \(0,\); export takes one"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_told_in_one_sentence(arguments, error, said):
    with pytest.raises(error, match=said) as told:
        export(*arguments)
    assert "\n" not in str(told.value)


def test_the_forms_are_these():
    assert FORMS == ("latex", "mathml", "numpy", "c")
