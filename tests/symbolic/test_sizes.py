"""An expression's size: SymPy's own counts where SymPy can count, and sums over the graph beyond."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.rewrite import differentiate
from diffkit.symbolic.sizes import LONGEST, size_as_sympy_counts, size_as_written, size_of_derivative
from diffkit.symbolic.written import written

X, Y = sympy.symbols("x y", real=True)


def tree_nodes(e):
    return 1 + sum(map(tree_nodes, e.args))


def sympys(problem, order):
    """SymPy's derivative of a problem of the catalogue."""
    try:
        with np.errstate(all="ignore"):
            tape = dk.record(as_function(problem.f), problem.at)
        formula = dk.symbolic.expression(tape)
    except dk.DiffkitError:
        pytest.skip("not closed form")
    return sympy.diff(formula, X, order) if order else formula


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_sympys_derivatives_of_every_problem_have_sympys_count(problem, order):
    e = sympys(problem, order)
    size = size_as_sympy_counts([e])
    assert size.operations == sympy.count_ops(e)
    assert size.tree == tree_nodes(e)
    assert size.shared == len(set(sympy.preorder_traversal(e)))
    assert size.characters == len(str(e))


@pytest.mark.parametrize(
    "e",
    [
        -X - Y, -X + Y, X / Y / 3, -X / 3, 2 / X, -2 / X, X * sympy.exp(-X), X**-Y * 2, sympy.sqrt(X) / 2,
        sympy.E * X, sympy.exp(2) + X, sympy.Piecewise((X * 2, X > 0), (Y - 1, True)), sympy.Max(X, Y, 3),
        (-X - 1) * Y, -(X + Y) * X, sympy.Rational(-1, 3), X * sympy.Rational(2, 3) ** Y, sympy.pi * X,
        sympy.besselj(2, X), sympy.Derivative(sympy.Function("f")(X), X), X**sympy.Rational(-3, 2) * Y,
    ],
    ids=str,
)  # fmt: skip
def test_odd_shapes_have_sympys_count(e):
    assert size_as_sympy_counts([e]).operations == sympy.count_ops(e)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
def test_what_is_written_has_sympys_count_where_sympy_counts_it_as_written(problem):
    pool = Pool()
    try:
        with np.errstate(all="ignore"):
            u = written(dk.record(as_function(problem.f), problem.at), [X], pool)
    except dk.DiffkitError:
        pytest.skip("not closed form")
    for term in (u, differentiate(u, pool.term(X))):
        size = size_as_written([term.node])
        if size.tree > 1000:
            continue
        assert size.tree == tree_nodes(term.node)
        assert size.characters == len(str(term))
        # SymPy counts y*exp(-x) as y/exp(x), and folds 0*u and 2*3 before it counts.
        assert sympy.count_ops(term.node) <= size.operations


@pytest.mark.parametrize(
    "write",
    [
        lambda x, y: (4 * x) * (1 - x),
        lambda x, y: x / y - (-x) * y / (x * y),
        lambda x, y: -(x * y) - y**2,
        lambda x, y: 1 / x**2 + x / y**3,
        lambda x, y: (x + y) ** sympy.Rational(1, 2) * y,
        lambda x, y: x * sympy.Rational(-2, 3) - sympy.Rational(5, 7),
        lambda x, y: -x - y,
        lambda x, y: x.call(sympy.sin, x * y) * y,
    ],
)
def test_what_is_written_has_sympys_count(write):
    pool = Pool()
    e = write(pool.term(X), pool.term(Y)).node
    assert size_as_written([e]).operations == sympy.count_ops(e)


def test_what_sympy_folds_or_forgets_is_counted_as_it_is_written():
    x = Pool().term(X)
    written_out = {0 * (x + 1): 2, -(x + 1): 2, 2 * x * 3 / (x * x): 4}
    for term, operations in written_out.items():
        assert size_as_written([term.node]).operations == operations


def test_a_tree_that_no_memory_holds_is_measured_exactly():
    u = x = Pool().term(X)
    for _ in range(1000):
        u = u * u + x
    # operations t(k + 1) = 2 t(k) + 2; nodes the same with 1 + (1 + 2 t) + 1
    size = size_as_written([u.node])
    assert size.operations == 2 * (2**1000 - 1)
    assert size.tree == 2**1000 + 3 * (2**1000 - 1)
    assert size.shared == 2001
    assert size.characters is None


def test_several_expressions_share_what_they_have_in_common():
    x = Pool().term(X)
    a, b = (x * x + 1).node, (x * x + 2).node
    assert size_as_written([a, b]).operations == 4
    assert size_as_written([a, b]).shared == len({"x", "1", "2", "x*x", "x*x + 1", "x*x + 2"})
    assert size_as_sympy_counts([X + 1, X + 2]).shared == 5


def test_a_text_is_written_out_up_to_the_limit_and_not_where_it_is_too_deep():
    u = Pool().term(X)
    for _ in range(3000):
        u = u.call(sympy.sin, u)
    assert size_as_written([u.node]).tree < LONGEST
    assert size_as_written([u.node]).characters is None


def tower(height):
    e = X
    for _ in range(height):
        e = X**e
    return e


def nested(f, times):
    e = X
    for _ in range(times):
        e = f(e)
    return e


@pytest.mark.parametrize(
    "e",
    [X, sympy.Integer(3), Y, X**3, 2**X, X**X, X * Y * sympy.sin(X), tower(5), nested(sympy.sin, 8),
     1 / (1 + X**2),
     nested(lambda u: 4 * u * (1 - u), 5),
     sympy.atan2(X, X + 1), sum(X**k for k in range(30))],
    ids=str,
)  # fmt: skip
def test_the_size_of_a_derivative_is_foreseen_and_not_much_too_large(e):
    made = sympy.diff(e, X)
    foreseen = size_of_derivative(e, X)
    assert (foreseen == 0) == (made == 0)
    if made != 0:
        assert foreseen / 4 - 5 <= tree_nodes(made) <= 1.25 * foreseen
