"""The derivative of a graph: right, unsimplified, and linear in size."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.symbolic.pool import Pool, in_order
from diffkit.symbolic.rewrite import Variable, differentiate
from diffkit.symbolic.written import written
from diffkit.tape.formula import as_numpy

X, Y = sympy.symbols("x y", real=True)


def test_the_raw_derivative_of_five_plus_x_y_keeps_its_zeros_and_ones():
    pool = Pool()
    x, y = pool.term(X), pool.term(Y)
    assert str(differentiate(5 + x * y, x)) == "0 + (0*x + y*1)"


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
@pytest.mark.parametrize("shortcuts", [True, False])
def test_the_derivative_of_every_problem_is_that_of_reverse_mode(problem, shortcuts):
    pool, f = Pool(), as_function(problem.f)
    with np.errstate(all="ignore"):
        try:
            u = written(dk.record(f, problem.at), [X], pool)
        except dk.DiffkitError:
            pytest.skip("no SymPy expression")
        found = as_numpy(differentiate(u, pool.term(X), shortcuts).node, ["x"])(problem.at)
        expected = dk.derivative(f, problem.at)
    assert found == pytest.approx(expected, rel=10 ** (problem.digits_lost - 13), nan_ok=True)


def test_the_derivative_of_a_loop_grows_linearly():
    def loop(a, n):
        z = 0.0
        for i in range(n):
            z = a * np.cos(z + i) + z * np.sin(0.5 - i)
        return z

    def nodes(n):
        pool = Pool()
        u = written(dk.record(lambda a: loop(a, n), 0.5), [X], pool)
        return len(in_order([differentiate(u, pool.term(X)).node]))

    sizes = [nodes(n) for n in (25, 50, 100)]
    assert sizes[2] - sizes[1] == pytest.approx(2 * (sizes[1] - sizes[0]), abs=50)


def test_a_graph_may_be_deeper_than_pythons_stack():
    pool = Pool()
    u = x = pool.term(X)
    for _ in range(3000):
        u = u.call(sympy.sin, u)
    derived = differentiate(u, x).node
    assert len(in_order([derived])) < 5 * 3000
    expected = dk.derivative(_sine_of_sine, 0.5)
    assert as_numpy(derived, ["x"])(0.5) == pytest.approx(expected, rel=3000 * 2**-53)


def _sine_of_sine(x):
    for _ in range(3000):
        x = np.sin(x)
    return x


def test_a_variable_tells_what_varies_with_it():
    pool = Pool()
    x, y = pool.term(X), pool.term(Y)
    varies = Variable(x)
    assert [varies(u) for u in (x, y, x * y, y * y, (x * y) * (y * y), pool.term(1))] == [
        True, False, True, False, True, False,
    ]  # fmt: skip


def test_a_constant_factor_may_also_be_the_exponent_of_the_other():
    x = Pool().term(X)
    assert str(differentiate(x**2 * 2, x, shortcuts=True)) == "2*(2*x**1)"
