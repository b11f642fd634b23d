"""What a peer with arrays of its own is asked on f's tape; diffkit's own reverse mode is the peer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import DomainError, LostHistoryError, NonScalarError, NotElementwiseError
from diffkit.peers.replayed import InArrays
from diffkit.tape.arithmetic import Arithmetic


class Numpy(InArrays):
    name: ClassVar[str] = "numpy"
    arithmetic: ClassVar[type[Arithmetic]] = Arithmetic

    def gradient(self, h):
        return dk.grad(h)

    def jacobians(self, g, leaves):
        return dk.autodiff.jacobian(g, tuple(range(len(leaves))))(*leaves)

    def hessians(self, g, leaves):
        return dk.autodiff.hessian(g, tuple(range(len(leaves))))(*leaves)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_derivative_of_any_order_takes_one_call_of_f(order, counted):
    f = counted(lambda x: x**4 if x > 0 else x)  # a branch, decided at the point
    found = dk.derivative(f, 2.0, Numpy(), order=order, full_output=True)
    assert found.value == {1: 32.0, 2: 48.0, 3: 48.0}[order]
    assert found.evaluations == f.calls == 1
    assert found.note == f"numpy {np.__version__}"


def test_an_array_has_the_derivative_at_each_element():
    x = np.array([[1.0, 2.0]], np.float32)
    found = dk.derivative(lambda x: x**3, x, Numpy(), order=2)
    assert (found.tolist(), found.dtype) == ([[6.0, 12.0]], np.float32)
    assert dk.derivative(np.sin, np.zeros(0), Numpy()).shape == (0,)


@pytest.mark.parametrize("f", [np.sum, np.cumsum, lambda x: x[::-1] * 2, lambda x: x - np.mean(x)])
@pytest.mark.parametrize("order", [1, 2])
def test_a_function_that_mixes_elements_is_refused(f, order):
    with pytest.raises(NotElementwiseError, match=r"dk\.gradient"):
        dk.derivative(f, np.arange(1.0, 4.0), Numpy(), order=order)


def test_a_tensor_of_ours_is_a_constant():
    c = dk.tensor([1.0, 2.0])
    assert dk.derivative(lambda x: x * x * c[1], 3.0, Numpy()) == 12.0


def test_several_leaves_and_a_list_as_the_result():
    found = dk.jacobian(lambda a, b: [a[0] * b, a[1]], np.array([1.0, 2.0]), 3.0, method=Numpy())
    assert [part.tolist() for part in found] == [[[3.0, 0.0], [0.0, 1.0]], [1.0, 0.0]]
    assert dk.gradient("x^2*y + y + 2", {"x": 3, "y": 4}, method=Numpy()) == {"x": 24.0, "y": 10.0}
    assert dk.gradient(lambda x: 3.0, np.ones(2), method=Numpy()).tolist() == [0.0, 0.0]


def test_a_hessian_in_blocks():
    (aa, ab), (ba, bb) = dk.hessian(lambda a, b: np.sum(a**3) * b, np.array([1.0, 2.0]), 3.0, method=Numpy())
    assert aa.tolist() == [[18.0, 0.0], [0.0, 36.0]]
    assert ab.tolist() == ba.tolist() == [3.0, 12.0]
    assert bb == 0.0
    with pytest.raises(NonScalarError):
        dk.hessian(lambda a: a, np.ones(2), method=Numpy())


def test_there_is_no_derivative_where_f_has_no_value_and_of_what_leaves_no_tape():
    assert np.isnan(dk.derivative(np.log, np.array([1.0, -1.0]), Numpy())).tolist() == [False, True]
    with pytest.raises(DomainError):
        dk.hessian(lambda x, y: np.log(x) * y, -1.0, 2.0, method=Numpy())
    with pytest.raises(LostHistoryError):
        dk.derivative(lambda x: float(x) ** 2, 1.0, Numpy())
