"""Derivatives along a graph: the same both ways, the digits of the other methods, linear in size."""

from __future__ import annotations

from itertools import chain

import mpmath
import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.symbolic.graph import Graph
from diffkit.symbolic.written import written
from diffkit.tape.formula import as_tape


def loop(a, b, n=100):
    z = 0.0
    for i in range(n):
        z = a * np.cos(z + i) + z * np.sin(b - i)
    return z


def speelpenning(*x):
    product = x[0]
    for factor in x[1:]:
        product = product * factor
    return product


def program(f, at, derive):
    """The tape of what `derive(graph, u, variables)` lists for f."""
    graph = Graph()
    symbols = [sympy.Symbol(f"x{i}", real=True) for i in range(len(at))]
    u = written(dk.record(f, *at), symbols, graph.pool)
    derived = derive(graph, u, [graph.pool.term(s) for s in symbols])
    return as_tape([d.node for d in derived], [s.name for s in symbols])


def exponent(sizes, rows):
    """The power with which rows grow with size."""
    return np.polyfit(np.log(sizes), np.log(rows), 1)[0]


def test_the_gradient_of_a_product_of_a_hundred_variables_is_linear():
    """Speelpenning's product: written out, the gradient has 9900 multiplications."""
    sizes = (25, 50, 100, 200)
    rows = [len(program(speelpenning, np.ones(n), Graph.gradient)) for n in sizes]
    assert exponent(sizes, rows) == pytest.approx(1, abs=0.1)
    assert rows[2] <= 3 * 99


def test_the_gradient_of_the_product_is_the_product_of_the_others():
    at = np.arange(1.0, 13.0)
    assert program(speelpenning, at, Graph.gradient).replay(*at) == [np.prod(at) / x for x in at]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_each_derivative_of_a_loop_grows_linearly(order):
    sizes = (20, 40, 80)
    rows = [
        len(program(lambda a, n=n: loop(a, 0.5, n), [0.5], lambda g, u, x: g.derivatives(u, x[0], order)))
        for n in sizes
    ]
    assert exponent(sizes, rows) <= 1.1


def test_both_ways_through_the_graph_find_the_same():
    def f(x, y):
        return np.sin(x * y) / (x + y) + np.where(x > y, x**y, np.exp(x) * y) - np.maximum(x, y**2)

    for at in [(0.5, 0.25), (0.25, 0.5), (2.0, 1.5)]:
        back = program(f, at, Graph.gradient).replay(*at)
        forth = program(f, at, lambda g, u, xs: [g.forwards(u, x) for x in xs]).replay(*at)
        assert back == pytest.approx(forth, rel=8 * 2**-52)


def test_an_infinite_slope_of_a_piece_that_is_not_selected_does_not_leak():
    def f(x, y):
        return np.where(x > 0, np.sqrt(x) * y, x * y) + np.where(x > 1, np.log(x - 1), y)

    for derive in (Graph.gradient, lambda g, u, xs: [g.forwards(u, x) for x in xs]):
        with np.errstate(all="ignore"):
            assert program(f, [0.0, 2.0], derive).replay(0.0, 2.0) == [2.0, 1.0]
            assert program(f, [1.0, 2.0], derive).replay(1.0, 2.0) == [1.0, 2.0]


def test_a_second_derivative_through_a_piece_whose_cotangent_happens_to_be_0_is_there():
    def f(x, y):
        return np.where(x < 1, (x - y) * np.exp(x), 0.0)

    rows = program(f, [0.5, 0.5], lambda g, u, xs: chain(*g.hessian(u, xs))).replay(0.5, 0.5)
    e = float(np.exp(0.5))
    assert rows == pytest.approx([2 * e, -e, -e, 0.0])


def test_a_hessian_is_symmetric_to_the_bit():
    def f(x, y, z):
        return np.exp(x * y) / (z + np.sin(x)) + x * z**2

    h = np.reshape(
        program(f, [0.3, 0.4, 2.0], lambda g, u, xs: chain(*g.hessian(u, xs))).replay(0.3, 0.4, 2.0), (3, 3)
    )
    assert np.array_equal(h, h.T)
    assert h.ravel() == pytest.approx(
        np.ravel(dk.hessian(lambda v: f(*v), np.array([0.3, 0.4, 2.0]))), rel=1e-14
    )


def test_derivatives_have_mpmaths_digits_when_the_tape_runs_in_mpmath():
    tape = program(lambda a: loop(a, 0.5, 10), [0.5], lambda g, u, x: g.derivatives(u, x[0], 2))

    def exact(a):
        z = mpmath.mpf(0)
        for i in range(10):
            z = a * mpmath.cos(z + i) + z * mpmath.mpf(float(np.sin(0.5 - i)))
        return z

    with mpmath.workdps(50):
        found = tape.replay(mpmath.mpf("0.5"), arithmetic="mpmath")
        with mpmath.workdps(120):
            expected = [mpmath.diff(exact, mpmath.mpf("0.5"), n) for n in (1, 2)]
        assert all(abs(a / b - 1) < mpmath.mpf(10) ** -40 for a, b in zip(found, expected, strict=True))


def test_a_function_of_one_variable_and_many_results_is_gone_through_forwards():
    graph = Graph()
    x = graph.pool.term(sympy.Symbol("x", real=True))
    powers = [x]
    for _ in range(99):
        powers.append(powers[-1] * x)
    rows = graph.jacobian(powers, [x])
    assert len(as_tape([d.node for row in rows for d in row], ["x"])) <= 3 * 99


def test_a_graph_may_be_deeper_than_pythons_stack():
    graph = Graph()
    u = x = graph.pool.term(sympy.Symbol("x", real=True))
    for _ in range(1500):
        u = u.call(sympy.sin, u)
    back, forth = (as_tape(d.node, ["x"]) for d in (graph.gradient(u, [x])[0], graph.forwards(u, x)))
    assert back(0.5) == pytest.approx(forth(0.5), rel=1500 * 2**-52)


def test_what_does_not_depend_on_a_variable_has_derivative_0_by_it():
    graph = Graph()
    x, y = (graph.pool.term(s) for s in sympy.symbols("x y", real=True))
    assert [str(d) for d in graph.gradient(x * 2, [x, y])] == ["2", "0"]
    assert str(graph.forwards(graph.pool.term(5), x)) == "0"
