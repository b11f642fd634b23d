"""A tape in autograd has NumPy's values to the bit, and autograd.grad has diffkit's gradient."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import GuardError, NoRuleError
from diffkit.peers.autograd import Autograd, ByAutograd
from diffkit.problems import PROBLEMS
from diffkit.structure import flatten
from diffkit.tape import record

from .conftest import ARRAYS, A

autograd = pytest.importorskip("autograd")
pytestmark = pytest.mark.peers

# Where autograd has a function, and no derivative of it: cumprod, sort of a matrix, clip, cbrt, modf.
NO_SLOPE = ("running", "sorted", "chosen", "roots", "several")


def grad(f, x):
    return autograd.grad(f)(x)


@pytest.mark.parametrize("name", [n for n in PROBLEMS if n != "where"])  # nan comes in from the side left out
def test_the_catalogue(name, check_catalogue):
    check_catalogue(name, "autograd", np.asarray, grad)


@pytest.mark.parametrize("name", list(ARRAYS))
def test_programs_of_arrays(name, check_array):
    check_array(name, "autograd", np.asarray, None if name in NO_SLOPE else grad)


def test_what_autograd_does_not_differentiate_is_told():
    tape = record(lambda x: np.sum(np.cumprod(x)), A[0])
    with pytest.raises(
        NoRuleError, match=r"^autograd cannot do cumprod as it is called here: VJP of cumprod"
    ):
        grad(lambda x: tape.replay(x, arithmetic="autograd"), A[0])


def test_a_branch_is_checked():
    tape = record(lambda x: x if x > 1 else -x, 2.0)
    assert grad(lambda x: tape.replay(x, arithmetic="autograd"), 3.0) == 1.0
    with pytest.raises(GuardError, match="goes the other way"):
        grad(lambda x: tape.replay(x, arithmetic="autograd"), 0.0)


def test_what_autograd_lacks_is_named():
    with pytest.raises(NoRuleError, match=r"^ndtr has no meaning in autograd arithmetic: autograd lacks it$"):
        record(sc.ndtr, 1.0).replay(1.0, arithmetic="autograd")


def test_results_keep_their_nesting():
    tape = record(lambda p: {"y": p[0] * 2, "c": (1.5, p[1])}, [A, 2.0])
    y = tape.replay([A, 3], arithmetic="autograd")
    assert np.array_equal(y["y"], 2 * A)
    assert y["c"] == (1.5, 3.0)


def test_the_examples_of_the_docstrings_run(run_examples):
    run_examples(Autograd)
    run_examples(ByAutograd, ByAutograd=ByAutograd)


def test_as_a_method_it_has_our_derivatives_of_arrays_and_of_every_order():
    f = lambda a, b: np.sum(np.exp(a) @ np.ones((3, 2))) * b**3 if b > 0 else b
    point = (A, 2.0)
    for ask in (dk.gradient, dk.hessian):
        mine, theirs = (ask(f, *point, method=method) for method in ("reverse", "autograd"))
        for one, other in zip(flatten(mine)[0], flatten(theirs)[0], strict=True):
            assert other == pytest.approx(one, rel=1e-13)
            assert np.shape(other) == np.shape(one)
    jacobians = [dk.jacobian(lambda a: a @ a.T, A, method=method) for method in ("reverse", "autograd")]
    assert np.array_equal(*jacobians)
    for order in (1, 2, 3):
        found = dk.derivative(lambda x: np.sin(x) * x, A, "autograd", order=order)
        assert found == pytest.approx(dk.derivative(lambda x: np.sin(x) * x, A, order=order), rel=1e-13)
    assert dk.gradient(lambda a: 3.0, A, method="autograd").tolist() == (0 * A).tolist()
    assert dk.derivative(np.sqrt, np.float32(0.25), "autograd") == 1.0
