"""From a SymPy expression to NumPy and back: the same numbers, each subexpression once."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Piecewise, Rational
from sympy.abc import n

from diffkit.errors import ArgumentsError, NotClosedFormError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.written import written
from diffkit.tape import record
from diffkit.tape.formula import as_numpy, as_tape

x, y = sympy.symbols("x y", real=True)

EXPRESSIONS = [
    x, x + y, x - y, -x, x * y, x / y, 1 / x, -1 / (x * y), 2 * x / (3 * y), x**2 / y**3, 3 * x - 7, x**3,
    x**-3, x**Rational(1, 2), x**Rational(-1, 2), x**Rational(3, 2), x**Rational(-5, 3), x**y, x**-y, 2**x,
    sympy.pi * x, sympy.E**x, sympy.GoldenRatio * x, sympy.sqrt(2) * x, sympy.sin(1) * x,
    Rational(1, 3) * x, sympy.sqrt(x**2 + y**2),
    ((x + 1) * (y + 2) + (x + 3)) * ((x + 1) + (x + 1) * (y + 2)), sympy.sin(x) * sympy.exp(-(x**2)),
    sympy.log(x) / sympy.log(10), sympy.atan2(y, x), sympy.Mod(x, y), sympy.tan(x), sympy.sec(x),
    sympy.csc(x), sympy.cot(x), sympy.sech(x), sympy.csch(x), sympy.coth(x), sympy.asin(x / 4),
    sympy.acos(x / 4), sympy.atan(x), sympy.acot(x), sympy.sinh(x), sympy.cosh(x), sympy.tanh(x),
    sympy.asinh(x), sympy.acosh(x + 1), sympy.atanh(x / 4), sympy.sinc(x), sympy.Abs(x - 2),
    sympy.sign(x - 2), sympy.floor(3 * x), sympy.ceiling(3 * x), sympy.Max(x, y),
    sympy.Max(x, y, 1.5, 2 * x), sympy.Min(x, y, 3 - x), sympy.Heaviside(x - 1), sympy.Heaviside(x - 5),
    sympy.DiracDelta(x), sympy.DiracDelta(x, 1), Piecewise((x**2, x > 1), (x, True)),
    Piecewise((1, x < 0), (2, x < 1), (3, x >= 1)),
    Piecewise((x, (x > 0) & (y > 0) & (x < y)), (y, (x > 5) | (y > 5) | (x < 0)), (0, True)),
    Piecewise((1, sympy.Ne(x, 1) ^ (y > 0)), (2, True)),
    Piecewise((1, ~(x > 1)), (2, sympy.Eq(y, 2.5)), (3, True)), sympy.gamma(x), sympy.loggamma(x),
    sympy.digamma(x), sympy.polygamma(1, x), sympy.polygamma(2, x), sympy.beta(x, y), sympy.polygamma(3, x),
    sympy.erf(x), sympy.erfc(x), sympy.erfi(x), sympy.erfinv(x / 4), sympy.erfcinv(x / 4),
    sympy.besselj(0, x), sympy.besselj(2, x), sympy.bessely(1, x), sympy.besseli(1, x), sympy.besselk(2, x),
    sympy.besselj(2, x).diff(x), sympy.gamma(x).diff(x, 2), sympy.zeta(2, x), sympy.polylog(1, x / 4),
    sympy.polylog(2, x / 4), sympy.expint(1, x), sympy.Ei(x), sympy.elliptic_k(x / 4),
    sympy.elliptic_e(x / 4), sympy.lowergamma(x, y), sympy.uppergamma(x, y),
    sympy.betainc_regularized(x, y, Rational(1, 4), Rational(1, 2)), sympy.conjugate(x), sympy.re(x),
    sympy.Integer(3), Rational(1, 3), sympy.pi, sympy.Integer(10) ** 30 * x,
]  # fmt: skip
POINT = {x: Rational(5, 4), y: Rational(5, 2)}


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_an_expression_in_numpy_has_sympys_value(expression):
    exact = expression.subs(POINT)
    if isinstance(exact, sympy.erfcinv):
        exact = exact.rewrite(sympy.erfinv)
    found = as_numpy(expression, ["x", "y"])(1.25, 2.5)
    # 16 ulps: a few roundings, or what scipy.special promises.
    assert float(found) == pytest.approx(float(exact.evalf(30)), rel=16 * 2**-52, abs=1e-300)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_an_expression_takes_arrays(expression):
    f = as_numpy(expression, ["x", "y"])
    points = np.array([1.25, 0.5]), np.array([2.5, 3.0])
    together = np.broadcast_to(f(*points), 2)
    # SIMD loops of NumPy may differ from its scalar loops in the last bit.
    assert together == pytest.approx([float(f(a, b)) for a, b in zip(*points, strict=True)], rel=4 * 2**-52)


def test_a_negative_power_is_a_quotient_and_exact_where_the_quotient_is():
    assert as_numpy(x**-2, ["x"])(3.0) == 1 / 9
    assert as_numpy(x**-2, ["x"])(np.array([1, 2])).tolist() == [1.0, 0.25]
    assert as_numpy(3 * x**-1 * y, ["x", "y"])(7.0, 2.0) == 6.0 / 7.0


def test_a_square_root_is_a_square_root():
    points = np.random.default_rng(0).uniform(0, 9, 200)
    assert np.array_equal(as_numpy(sympy.sqrt(x), ["x"])(points), np.sqrt(points))


def test_a_third_is_rounded_once():
    assert as_numpy(x + Rational(1, 3), ["x"])(0.0) == 1 / 3


def test_several_expressions_share_their_parts():
    calls = []

    class Counting:
        def __array_ufunc__(self, ufunc, method, *args, **keywords):
            calls.append(ufunc.__name__)
            return 0.5

    as_numpy([sympy.sin(x) ** 3, sympy.exp(sympy.sin(x)), sympy.sin(x)], ["x"])(Counting())
    assert calls == ["sin"]


def test_a_list_gives_a_list_and_an_expression_gives_its_value():
    assert as_numpy([x, x + 1, sympy.Integer(2)], ["x"])(3.0) == [3.0, 4.0, 2]
    assert as_numpy([], ["x"])(3.0) == []


def test_the_names_set_the_order_of_the_arguments():
    assert as_numpy(x - y, ["y", "x"])(1.0, 10.0) == 9.0


def test_a_symbol_need_not_be_used():
    assert as_numpy(y, ["x", "y"])(1.0, 2.0) == 2.0


def test_the_wrong_number_of_values_is_counted():
    with pytest.raises(ArgumentsError, match=r"the expression has 2 variables \(x, y\), got 1 values"):
        as_numpy(x + y, ["x", "y"])(1.0)


def test_an_unknown_variable_is_named():
    with pytest.raises(ArgumentsError, match="a variable y that is not among x"):
        as_numpy(x + y, ["x"])


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        (sympy.LambertW(x), "LambertW"),
        (sympy.Function("f")(x), "f"),
        (sympy.Derivative(sympy.Function("f")(x), x), "Derivative"),
        (sympy.Sum(x**n, (n, 0, sympy.oo)), "Sum"),
        (sympy.polylog(3, x), "order 3"),
    ],
)
def test_what_numpy_cannot_evaluate_is_named(expression, name):
    with pytest.raises(NotClosedFormError, match=name):
        as_numpy(expression, ["x"])(0.5)


def test_infinities_and_undefined_numbers_have_their_float():
    assert as_numpy(sympy.oo, [])() == np.inf
    assert as_numpy(-sympy.oo, [])() == -np.inf
    assert np.isnan(as_numpy(sympy.nan, [])())
    assert np.isnan(as_numpy(sympy.zoo, [])())


def test_a_number_beyond_the_floats_is_infinite():
    assert as_numpy(-(sympy.Integer(10) ** 400), [])() == -np.inf
    assert as_numpy(Rational(1, 10**400), [])() == 0.0
    assert as_numpy(Rational(10**400 + 1, 10**399), [])() == 10.0


def test_an_imaginary_unit_gives_complex_values():
    assert as_numpy(x * sympy.I + 1, ["x"])(2.0) == 1 + 2j


def test_outside_every_piece_there_is_no_value():
    f = as_numpy(Piecewise((x, x > 1), (2, x < 0)), ["x"])
    assert np.array_equal(f(np.array([2.0, 0.5, -1.0])), [2.0, np.nan, 2.0], equal_nan=True)


def test_a_condition_alone_and_a_truth_value_are_evaluated():
    assert as_numpy(x > 1, ["x"])(np.array([0.0, 2.0])).tolist() == [False, True]
    assert as_numpy(sympy.true, [])() is True


def test_the_delta_is_infinite_at_its_point_only():
    delta = as_numpy(sympy.DiracDelta(x), ["x"])
    assert delta(np.array([-1.0, 0.0, 1e-300])).tolist() == [0.0, np.inf, 0.0]


def test_a_formula_that_nests_as_deep_as_sympy_can_build_it_is_evaluated():
    nested, expected = x, 1.25
    for _ in range(100):
        nested, expected = sympy.cos(nested), np.cos(expected)
    assert as_numpy(nested, ["x"])(1.25) == expected


def test_active_values_pass_through():
    tape = record(as_numpy(x**2 * sympy.sin(y) + 1, ["x", "y"]), 1.25, 2.5)
    ours = record(lambda x, y: 1 + x**2 * np.sin(y), 1.25, 2.5)
    assert sorted(row.op for row in tape.instructions) == sorted(row.op for row in ours.instructions)
    assert tape.replay(1.5, 0.5) == ours.replay(1.5, 0.5)


def test_polygamma_agrees_with_mpmath_at_orders_zero_to_five():
    for order in range(6):
        found = as_numpy(sympy.polygamma(order, x), ["x"])(0.375)
        assert found == pytest.approx(float(mpmath.polygamma(order, 0.375)), rel=1e-14)


def test_bits_survive_the_way_to_sympy_and_back():
    def f(x, y):
        return np.sin(x) * np.exp(-y) + np.sqrt(x * y) / 3

    formula = record(f, 1.0, 2.0).replay(x, y, arithmetic="sympy")
    found = as_numpy(formula, ["x", "y"])(1.25, 2.5)
    assert found == pytest.approx(float(f(1.25, 2.5)), rel=2 * 2**-52)


def test_what_is_taken_away_is_subtracted_and_what_is_under_the_bar_divides():
    tape = as_tape((x - y) / (3 * x**2) - 7, ["x", "y"])
    assert sorted(row.op for row in tape.instructions) == [
        "divide", "multiply", "power", "subtract", "subtract",
    ]  # fmt: skip


def test_equal_parts_are_one_row_though_they_are_two_objects():
    made = [Pool().take(x + y) for _ in range(2)]
    assert made[0] is not made[1]
    assert len(as_tape(sympy.Mul(*made, evaluate=False), ["x", "y"])) == 2


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
def test_what_is_written_from_a_program_has_its_bits(problem):
    f = as_function(problem.f)
    with np.errstate(all="ignore"):
        tape = record(f, problem.at)
        if tape.guards:
            pytest.skip("branches")
        try:
            again = as_tape(written(tape, [x], Pool(), named=True).node, ["x"])
        except NotClosedFormError:
            pytest.skip("no SymPy expression")
        got, of_program = again.replay(problem.at), tape.replay(problem.at)
    if problem.name == "bessel":  # j0(x) is written jv(0, x), since that takes complex numbers too
        assert got == pytest.approx(of_program, rel=4e-16)
    else:
        assert got == of_program


def test_a_shared_graph_has_a_row_for_each_of_its_nodes():
    def square_often(a):
        for _ in range(100):
            a = a * a
        return a

    graph = written(record(square_often, 1.0), [x], Pool())
    assert len(as_tape(graph.node, ["x"])) == 100


def test_a_graph_may_be_deeper_than_pythons_stack():
    graph = Pool().term(x)
    for _ in range(3000):
        graph = graph.call(sympy.sin, graph)
    assert len(as_tape(graph.node, ["x"])) == 3000


def test_an_array_input_is_indexed_and_an_array_of_expressions_is_an_array():
    p = sympy.symbols("p[0] p[1]", real=True)
    tape = as_tape({"m": sympy.Matrix([[p[0], 1], [p[1], x]]), "s": p[0]}, [np.array(["p[0]", "p[1]"]), "x"])
    found = tape.replay(np.array([2.0, 3.0]), 4.0)
    assert found["m"].tolist() == [[2.0, 1.0], [3.0, 4.0]]
    assert found["s"] == 2.0
    assert tape.input_shapes == ((2,), ())


def test_with_digits_constants_have_them_in_mpmath():
    third = as_tape(x ** Rational(1, 3) * sympy.pi, ["x"], digits=40)
    with mpmath.workdps(40):
        assert third.replay(mpmath.mpf(2), arithmetic="mpmath") == mpmath.cbrt(2) * mpmath.pi


def test_the_constants_of_a_product_are_one():
    assert [row.op for row in as_tape(2 * sympy.sqrt(2) * sympy.pi * x, ["x"]).instructions] == ["multiply"]
    assert as_numpy(2 * sympy.sqrt(2) * sympy.pi * x, ["x"])(1.0) == float(2 * mpmath.sqrt(2) * mpmath.pi)


def test_a_constant_keeps_the_width_of_float32():
    found = as_numpy(sympy.sin(1) * x, ["x"])(np.ones(2, np.float32))
    assert found.dtype == np.float32


def test_a_number_that_sympy_sums_by_itself_is_a_constant():
    total = sympy.Sum(1 / n**2, (n, 1, sympy.oo))
    assert as_numpy(x + total, ["x"])(0.0) == pytest.approx(np.pi**2 / 6, rel=2**-52)


def test_an_expression_without_a_tape_is_its_constant():
    assert as_numpy([2.5, sympy.Integer(1)], ["x"])(3.0) == [2.5, 1]
