"""What a peer with expressions is asked on f's tape; SymPy is the peer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import DomainError, NonScalarError, NotElementwiseError
from diffkit.peers.symbols import InSymbols
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.objects import SympyArithmetic


class Sympy(InSymbols):
    name: ClassVar[str] = "sympy"
    arithmetic: ClassVar[type[Arithmetic]] = SympyArithmetic

    def symbol(self, name):
        return sympy.Symbol(name, real=True)

    def partials(self, outputs, symbols):
        return [[sympy.diff(y, s) for s in symbols] for y in outputs]

    def depends(self, expression):
        return expression != 0

    def numbers(self, expressions, symbols, point):
        values = dict(zip(symbols, point.tolist(), strict=True))
        return [float(e.subs(values)) for e in expressions]


def test_a_branch_is_the_one_that_f_takes_at_the_point():
    f = lambda x: x**3 if x > 1 else -x
    assert dk.derivative(f, 2.0, Sympy(), order=2) == 12.0
    assert dk.derivative(f, 0.5, Sympy()) == -1.0


def test_an_array_has_the_derivative_at_each_element():
    found = dk.derivative(lambda x: x**3, np.array([[1.0, 2.0]]), Sympy(), full_output=True)
    assert found.value.tolist() == [[3.0, 12.0]]
    assert (found.evaluations, found.note) == (1, f"sympy {sympy.__version__}")


@pytest.mark.parametrize("f", [np.sum, np.cumsum, lambda x: x[::-1] * 2])
def test_a_function_that_mixes_elements_is_refused(f):
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
        dk.derivative(f, np.arange(1.0, 4.0), Sympy())


def test_jacobians_and_hessians_of_several_leaves():
    f = lambda a, b: np.outer(a, a) * b
    by_a, by_b = dk.jacobian(f, np.array([1.0, 2.0]), 3.0, method=Sympy())
    assert by_a.tolist() == [[[6.0, 0.0], [6.0, 3.0]], [[6.0, 3.0], [0.0, 12.0]]]
    assert by_b.tolist() == [[1.0, 2.0], [2.0, 4.0]]
    (aa, ab), (ba, bb) = dk.hessian(lambda a, b: np.sum(a**3) * b, np.array([1.0, 2.0]), 3.0, method=Sympy())
    assert aa.tolist() == [[18.0, 0.0], [0.0, 36.0]]
    assert ab.tolist() == ba.tolist() == [3.0, 12.0]
    assert bb == 0.0
    with pytest.raises(NonScalarError):
        dk.hessian(lambda a: a, np.ones(2), method=Sympy())


def test_there_is_no_derivative_where_f_has_no_value():
    with pytest.raises(DomainError):
        dk.hessian(lambda x, y: np.log(x) + y, -1.0, 2.0, method=Sympy())


def test_an_empty_point_has_an_empty_answer():
    assert dk.derivative(np.sin, np.zeros(0), Sympy()).shape == (0,)
    assert dk.jacobian(lambda x: np.sum(x), np.zeros(0), method=Sympy()).shape == (0,)
