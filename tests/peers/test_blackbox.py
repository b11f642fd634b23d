"""What a peer that calls f is given, and what becomes of its answer; a central difference is the peer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import DomainError, NonScalarError, NoRuleError, NotElementwiseError, OptionError
from diffkit.peers.blackbox import BlackBox, Found

H = 2.0**-10


class Numpy(BlackBox):
    """A central difference, exact for parabolas at these points, that estimates its error as H."""

    name: ClassVar[str] = "numpy"

    def slope(self, g, x, order):
        if order > 1:
            raise self.only_first("derivative of an order above 1")
        return Found((g(x + H) - g(x - H)) / (2 * H), np.full(x.shape, H), H)

    def table(self, g, x):
        columns = [(g(x + H * e) - g(x - H * e)) / (2 * H) for e in np.eye(len(x))]
        return Found(np.stack(columns, axis=-1), np.full((len(columns[0]), len(x)), H))

    def square(self, g, x):
        E = np.eye(len(x)) * H
        mixed = lambda a, b: g(x + a + b) - g(x + a - b) - g(x - a + b) + g(x - a - b)
        value = np.array([[mixed(a, b) for b in E] for a in E]) / (4 * H * H)
        return Found(value, np.full((len(x), len(x)), H))


def test_a_number_is_a_number_for_f_and_calls_are_counted(counted):
    f = counted(lambda x: float(x) ** 2 if x > 0 else -x)  # a black box that branches
    found = dk.derivative(f, 3.0, Numpy(), full_output=True)
    assert (found.value, found.error_estimate, found.step, found.evaluations) == (6.0, H, H, f.calls)
    assert f.calls == 2


def test_an_array_is_asked_whole_and_once_more_whether_its_elements_mix(counted):
    shapes = []
    f = counted(lambda x: shapes.append(x.shape) or x**2)
    found = dk.derivative(f, np.array([[1.0, 2.0]]), Numpy(), full_output=True)
    assert found.value.tolist() == [[2.0, 4.0]]
    assert found.error_estimate.tolist() == [[H, H]]
    assert found.evaluations == f.calls == 3
    assert set(shapes) == {(1, 2)}


@pytest.mark.parametrize("f", [np.sum, np.cumsum, lambda x: x[::-1] * 2])
def test_a_function_that_mixes_elements_is_refused(f):
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
        dk.derivative(f, np.arange(1.0, 4.0), Numpy())


def test_the_answer_has_the_type_of_the_point():
    assert dk.gradient(lambda x: x @ x, np.ones(2, np.float32), method=Numpy()).dtype == np.float32


def test_several_leaves_and_an_array_as_the_result(counted):
    f = counted(lambda a, b: np.outer(a, a) * b)
    found = dk.jacobian(f, np.array([1.0, 2.0]), 3.0, method=Numpy(), full_output=True)
    by_a, by_b = found.value
    assert by_a.tolist() == [[[6.0, 0.0], [6.0, 3.0]], [[6.0, 3.0], [0.0, 12.0]]]
    assert by_b.tolist() == [[1.0, 2.0], [2.0, 4.0]]
    assert [part.shape for part in found.error_estimate] == [(2, 2, 2), (2, 2)]
    assert found.evaluations == f.calls == 6


def test_a_hessian_in_blocks():
    (aa, ab), (ba, bb) = dk.hessian(lambda a, b: (a @ a) * b, np.array([1.0, 2.0]), 3.0, method=Numpy())
    assert aa.tolist() == [[6.0, 0.0], [0.0, 6.0]]
    assert ab.tolist() == ba.tolist() == [2.0, 4.0]
    assert bb == 0.0
    with pytest.raises(NonScalarError):
        dk.hessian(lambda a: a, np.ones(2), method=Numpy())


def test_what_f_raises_is_f_s_own_and_what_the_peer_lacks_is_told():
    with pytest.raises(ZeroDivisionError):
        dk.derivative(lambda x: 1 // 0, 1.0, Numpy())
    with pytest.raises(OptionError, match="numpy has no derivative of an order above 1; write method="):
        dk.derivative(np.sin, 1.0, Numpy(), order=2)

    class Weak(Numpy):
        def slope(self, g, x, order):
            raise IndexError("no room")

    with pytest.raises(NoRuleError, match="IndexError: no room"):
        dk.derivative(np.sin, 1.0, Weak())


def test_where_the_domain_ends_the_note_says_which_point_was_outside():
    with pytest.raises(DomainError, match=r"leaves the domain of f near 0\.0 .*f is nan at -0\.00"):
        dk.derivative(np.sqrt, 0.0, Numpy())


def test_f_may_write_into_its_argument_and_an_empty_one_is_no_question():
    def f(x):
        x *= 2
        return x @ x

    point = np.array([1.0, 2.0])
    assert dk.gradient(f, point, method=Numpy()).tolist() == [8.0, 16.0]
    assert point.tolist() == [1.0, 2.0]
    assert dk.derivative(np.sin, np.zeros(0), Numpy()).shape == (0,)
    assert dk.jacobian(lambda x: np.ones(2) * np.sum(x), np.zeros(0), method=Numpy()).shape == (2, 0)
