"""The nodes of an expression: operands first, each once, however deep."""

from __future__ import annotations

import sympy

from diffkit.tape.walk import below, in_order, negated

x = sympy.Symbol("x")


def test_operands_come_before_what_is_made_of_them_and_each_node_comes_once():
    shared = sympy.sin(x)
    order = in_order([sympy.exp(shared), shared + 1])
    assert order == [x, shared, sympy.exp(shared), sympy.Integer(1), shared + 1]


def test_what_is_known_is_left_out_with_all_below_it():
    shared = sympy.sin(x)
    assert in_order([sympy.exp(shared)], known={id(shared)}) == [sympy.exp(shared)]


def test_the_parts_of_a_node_may_be_told():
    assert in_order([sympy.sin(x)], parts=lambda e: ()) == [sympy.sin(x)]


def test_only_a_negative_fixed_power_is_under_the_bar():
    assert [below(e) for e in (1 / x, x**-2, 1 / sympy.sqrt(x), x**2, x**-x, x)] == [True] * 3 + [False] * 3


def test_only_minus_one_times_one_thing_is_written_with_a_minus_sign():
    y = sympy.Symbol("y")
    assert negated(-x) == x
    assert [negated(e) for e in (x, -2 * x, -x * y, sympy.Float(-1) * x)] == [None] * 4
