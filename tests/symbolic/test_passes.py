"""Each pass does what it is named after, changes no value, and is linear."""

from __future__ import annotations

import pytest
import sympy

import diffkit as dk
from diffkit.functions import as_function
from diffkit.symbolic.layout import as_text
from diffkit.symbolic.passes import as_printed, as_written, collect, evaluated, prune, share
from diffkit.symbolic.pool import Pool, in_order
from diffkit.symbolic.rewrite import differentiate
from diffkit.symbolic.written import written

X, Y = sympy.symbols("x y", real=True)


def term(text):
    f = as_function(text)
    symbols = [sympy.Symbol(v, real=True) for v in f.variables]
    return written(dk.record(f, *[1.0] * len(symbols)), symbols, Pool())


@pytest.mark.parametrize(
    ("make", "pruned"),
    [
        (lambda x: 0 + x, "x"),
        (lambda x: x - 0, "x"),
        (lambda x: 1 * x * 1, "x"),
        (lambda x: 0 * x + x * 0, "0"),
        (lambda x: 0 / x, "0"),
        (lambda x: x**1, "x"),
        (lambda x: x**0, "1"),
        (lambda x: -1 * (-x), "x"),
        (lambda x: 2 * (3 * x), "6*x"),
        (lambda x: x * 2 * x, "2*x*x"),
        (lambda x: 1 + x + 2, "3 + x"),
        (lambda x: x + (x + (1 - 1)), "x + x"),
        (lambda x: x / 2 / 3, "x/6"),
        (lambda x: 1 / (2 * x) / x, "1/(2*x*x)"),
        (lambda x: (1 / x) ** 2, "1/x^2"),
        (lambda x: x.pool.term(4) ** sympy.Rational(1, 2) * x, "2*x"),
        (lambda x: x.pool.term(2) ** sympy.Rational(1, 2) * x, "sqrt(2)*x"),
        (lambda x: x.call(sympy.sin, 0 + x) * x, "x*sin(x)"),
        (lambda x: x - (x + 1), "x - (x + 1)"),
        (lambda x: x.call(sympy.exp, 0 * x) + x.call(sympy.cos, 1), "1 + cos(1)"),
        (lambda x: x.pool.term(sympy.E) ** x, "exp(x)"),
        (lambda x: sympy.oo * (0 * x), "oo*0"),
    ],
)
def test_pruning_leaves_out_what_changes_nothing_and_gathers_nothing(make, pruned):
    assert as_text(prune(make(Pool().term(X))).node) == pruned


@pytest.mark.parametrize(
    ("text", "collected"),
    [
        ("x + x", "2*x"),
        ("x*y - y*x", "0"),
        ("x*x^2/x^5", "1/x^2"),
        ("sqrt(x)*sqrt(x)", "x"),
        ("2^x*3*2^x", "3*(2^x)^2"),
        ("x - (x + 1)", "-1"),
        ("2*(x + 1) + 3*(1 + x)", "5*x + 5"),
        ("(x + y)*(y + x)", "(x + y)^2"),
        ("sin(x)*cos(x) + cos(x)*sin(x)", "2*sin(x)*cos(x)"),
        ("(x + 1)/(1 + x)", "1"),
    ],
)
def test_collecting_gathers_like_terms_and_like_factors(text, collected):
    assert as_text(collect(term(text)).node) == collected


def test_roots_of_numbers_are_gathered():
    x = Pool().term(X)
    root = x.pool.term(2) ** sympy.Rational(1, 2)
    assert as_text(collect(root * x * root).node) == "2*x"


def test_what_a_student_begins_with_keeps_the_order_of_its_factors():
    u = term("sin(x)*x*2")
    assert as_text(as_written(u).node) == "2*sin(x)*x"
    assert as_text(prune(u).node) == "2*x*sin(x)"


def test_an_expression_comes_back_as_an_expression_and_a_term_as_a_term():
    assert prune(X + 0) == X
    u = Pool().term(X)
    assert prune(u + 0).node is u.node


def test_shared_subexpressions_put_back_give_the_expression():
    e = sympy.sin(X * Y) * sympy.exp(sympy.sin(X * Y)) + sympy.sqrt(X * Y)
    named, result = share(e)
    assert [str(name) for name, _ in named] == ["v1", "v2"]
    for name, part in reversed(named):
        result = evaluated(result).subs(name, evaluated(part))
    assert sympy.simplify(result - e) == 0


def test_names_of_shared_subexpressions_are_none_of_the_variables():
    v1 = sympy.Symbol("v1")
    named, _ = share(sympy.sin(v1) + sympy.exp(sympy.sin(v1)))
    assert [str(name) for name, _ in named] == ["v2"]


def test_nothing_is_named_that_occurs_once():
    assert share(sympy.sin(X) + sympy.cos(X))[0] == []


@pytest.mark.parametrize(
    "e", [X**2 + 1, X**3 - 3 * X**2 + 2, X * sympy.sin(X), -2 * X / Y, 2 * X * (3 * X + 1), 1 - X]
)
def test_what_sympy_evaluated_is_printed_in_the_order_of_sympy(e):
    assert as_text(as_printed(e, Pool()).node) == str(e).replace("**", "^")


def test_what_sympy_did_not_evaluate_is_printed_in_its_own_order():
    e = sympy.Add(1, X, 2, evaluate=False)
    assert as_text(as_printed(e, Pool()).node) == "3 + x"
    assert as_text(as_printed(X + 3, Pool()).node) == "x + 3"


def test_every_pass_is_linear_where_the_tree_is_exponential():
    u = x = Pool().term(X)
    for _ in range(60):  # a tree of 2^60 nodes
        u = u.call(sympy.sin, u) * (u + 1)
    raw = differentiate(u, x)
    sizes = [len(in_order([p(raw).node])) for p in (prune, collect)]
    named, _ = share(collect(raw))
    assert max(sizes) < 20 * 60
    assert len(named) > 60


@pytest.mark.parametrize("one_pass", [prune, collect])
@pytest.mark.parametrize(
    "twice", [lambda u: u * u + 1, lambda u: u * u, lambda u: u + u * 3, lambda u: (u + 1) + (u + 2)]
)
def test_what_is_used_twice_again_and_again_stays_small(one_pass, twice):
    u = Pool().term(sympy.Symbol("x", real=True))
    for _ in range(60):
        u = twice(u)
    assert len(in_order([one_pass(u).node])) < 60 * 120
