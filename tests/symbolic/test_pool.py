"""Nodes are what is written, and each is kept once."""

from __future__ import annotations

import pytest
import sympy

from diffkit.symbolic.pool import Pool, below, in_order, negated

X, Y = sympy.symbols("x y", real=True)


@pytest.fixture
def x():
    return Pool().term(X)


def test_nothing_is_simplified(x):
    written = [x + 0, 0 + x, x * 1, x * 0, x**1, x * x, x - x, x / x, 2 * (x + 1), x.pool.term(-1) * -x]
    shown = ["x + 0", "0 + x", "x*1", "x*0", "x**1", "x*x", "x - x", "x/x", "2*(x + 1)", "-(-1)*x"]
    assert [str(term) for term in written] == shown


def test_equal_nodes_are_one_object(x):
    assert (x * x + 1).node is (x * x + 1).node
    assert (2 * x).node is not (x * 2).node


def test_a_number_is_taken_exactly(x):
    assert (x * 0.1).node.args[1] == sympy.Rational(1, 10)
    assert (x * 2**60).node.args[1] == 2**60


def test_a_minus_sign_of_a_number_is_part_of_the_number(x):
    assert (-x.pool.term(2)).node == -2
    assert (-x.pool.term(2)).node.is_Number


@pytest.mark.parametrize(
    "expression",
    [
        X * Y * 3 / 7,
        sympy.sin(X) * 2 / Y**2 / 3 - X,
        sympy.exp(-(X**2)) + sympy.sqrt(X * Y),
        sympy.Piecewise((X, X > 0), (Y, (X < -1) & (Y > X)), (1, True)),
        sympy.besselj(2, X) + sympy.Max(X, Y, 3),
        sympy.Integer(5),
        1 / X / Y,
    ],
)
def test_an_expression_of_sympys_comes_in_unchanged_in_value(expression):
    taken = Pool().take(expression)
    assert taken.doit() == expression
    assert all(len(e.args) <= 2 for e in in_order([taken]) if e.is_Add or e.is_Mul)


def test_the_graph_of_a_repeated_square_has_a_node_each_time(x):
    y = x
    for _ in range(2000):
        y = y * y
    assert len(in_order([y.node])) == 2001


def test_operands_come_before_what_is_made_of_them(x):
    order = in_order([(x * x + x.call(sympy.sin, x)).node])
    assert [str(e) for e in order] == ["x", "x*x", "sin(x)", "x*x + sin(x)"]
    assert in_order([(x * x).node], {id(x.node)}) == [(x * x).node]


def test_a_factor_under_the_bar_and_a_minus_sign_are_recognised(x):
    assert [below(u.node) for u in (1 / x, x, x**2)] == [True, False, False]
    assert negated((-x).node) is x.node
    assert negated((2 * x).node) is None


def test_a_comparison_is_kept_and_has_no_truth_value(x):
    assert str((x < 1).node) == "x < 1"
    with pytest.raises(TypeError, match="cannot tell whether x >= 1 holds"):
        bool(x >= 1)


def test_what_is_no_number_is_no_operand(x):
    with pytest.raises(TypeError):
        x + "1"
