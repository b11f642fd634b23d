"""What the adapters share, tried with NumPy as the peer: every element is where NumPy puts it."""

from __future__ import annotations

import re

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import GuardError, MissingPackageError, NoRuleError
from diffkit.peers.peer import MOVES, NumpyLike, Peer
from diffkit.tape import record
from diffkit.tape.arithmetic import arithmetic_named

from .conftest import ARRAYS, A


class Plain(NumpyLike):
    """NumPy as a peer of itself, that has to move elements by their positions."""

    name = package = numpy = "numpy"
    special = "scipy.special"

    def is_own(self, value):
        return isinstance(value, np.ndarray)

    def array(self, value):
        return np.array(value)

    def joined(self, flats):
        return np.concatenate(flats)

    def find(self, function):
        return None if function in MOVES or hasattr(function, "count") else super().find(function)


@pytest.mark.parametrize("name", list(ARRAYS))
def test_a_program_of_arrays_is_what_it_is_in_numpy_bit_for_bit(name):
    found = record(ARRAYS[name], A).replay(A, arithmetic=Plain())
    assert np.array_equal(found, ARRAYS[name](A))
    assert np.shape(found) == np.shape(ARRAYS[name](A))


@pytest.mark.parametrize("name", ["indexed", "joined", "assembled", "triangles", "put", "moved", "sums"])
def test_the_program_of_a_gradient_replays_too(name):
    f = lambda a: np.sum(ARRAYS[name](a) * ARRAYS[name](a))
    adjoint = record(dk.grad(f), A)
    assert adjoint.replay(A, arithmetic=Plain()) == pytest.approx(dk.grad(f)(A), rel=1e-15)


def test_elements_that_are_read_twice_are_added_up():
    f = lambda x: np.sum(np.exp(x[[0, 2, 0, 0, 1]]) * np.arange(1.0, 6))
    x = np.array([0.5, 0.25, 1.0])
    adjoint = record(dk.grad(f), x)
    assert "scatter" in {row.op for row in adjoint.instructions}
    assert adjoint.replay(x, arithmetic=Plain()) == pytest.approx(dk.grad(f)(x), rel=1e-15)


def test_a_function_with_a_rule_of_its_own_runs_inside():
    double = dk.autodiff.custom_rule(lambda x: np.sinh(x) * 2, vjp=lambda y, x: lambda y_bar: 0 * y_bar)
    assert record(double, 1.0).replay(1.0, arithmetic=Plain()) == 2 * np.sinh(1.0)


def test_a_branch_is_checked():
    tape = record(lambda x: x if x > 1 else -x, 2.0)
    assert tape.replay(3.0, arithmetic=Plain()) == 3.0
    with pytest.raises(GuardError, match="goes the other way"):
        tape.replay(0.0, arithmetic=Plain())


def test_a_function_that_the_peer_lacks_is_named():
    class Poor(Plain):
        special = "diffkit.floats"

    with pytest.raises(NoRuleError, match=r"^erf has no meaning in numpy arithmetic: numpy lacks it$"):
        record(sc.erf, 1.0).replay(1.0, arithmetic=Poor())


def test_a_call_that_the_peer_refuses_is_told_with_its_reason():
    tape = record(lambda x: np.linalg.inv(x), np.eye(2))
    with pytest.raises(NoRuleError, match=r"^numpy cannot do inv as it is called here: .*square"):
        tape.replay(np.ones((2, 3)), arithmetic=Plain())


def test_a_missing_package_is_named_with_the_line_that_installs_it():
    class Missing(Plain):
        name = package = "no_such_peer"
        leaf = Peer.leaf

    message = "no_such_peer is not installed, and arithmetic='no_such_peer' replays in it; write pip install"
    with pytest.raises(MissingPackageError, match=re.escape(message)):
        record(np.sin, 1.0).replay(1.0, arithmetic=Missing())


@pytest.mark.parametrize("name", ["torch", "jax", "autograd"])
def test_a_peer_has_its_name_without_being_imported(name):
    assert arithmetic_named(name).package == name
