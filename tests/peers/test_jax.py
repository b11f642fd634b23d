"""A tape in JAX has NumPy's values in float64, and jax.grad has diffkit's gradient."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import GuardError, NoRuleError
from diffkit.peers.jax import ByJax, Jax
from diffkit.problems import PROBLEMS
from diffkit.structure import flatten
from diffkit.tape import record

from .conftest import ARRAYS, A

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.peers


def plain(y):
    return np.asarray(y)


def grad(f, x):
    with jax.enable_x64(True):
        return np.asarray(jax.grad(f)(jax.numpy.asarray(x)))


# bessel: JAX has no j0; subnormal-sine: its numbers end at 1e-308; where: nan comes from the side left out.
LEFT_OUT = ("bessel", "subnormal-sine", "where")


@pytest.mark.parametrize("name", [n for n in PROBLEMS if n not in LEFT_OUT])
def test_the_catalogue(name, check_catalogue):
    check_catalogue(name, "jax", plain, grad)


@pytest.mark.parametrize("name", list(ARRAYS))
def test_programs_of_arrays(name, check_array):
    check_array(name, "jax", plain, grad)


def test_the_user_s_setting_of_x64_is_left_alone():
    before = jax.config.jax_enable_x64
    y = record(lambda x: x * 0.1, 1.0).replay(1.0, arithmetic="jax")
    assert (y.dtype, float(y)) == (np.float64, 0.1)
    assert jax.config.jax_enable_x64 == before


def test_a_compiled_gradient_is_the_gradient():
    f = lambda a: np.sum(np.sin(a) @ np.ones(3)) * np.prod(a[0])
    tape = record(f, A)
    compiled = jax.jit(jax.grad(lambda a: tape.replay(a, arithmetic="jax")))
    with jax.enable_x64(True):
        found = np.asarray(compiled(jax.numpy.asarray(A)))
    assert found == pytest.approx(grad(lambda a: tape.replay(a, arithmetic="jax"), A), rel=1e-14)


def test_outside_of_x64_a_gradient_has_the_digits_of_float32():
    tape = record(lambda x: np.exp(x) / x, 0.7)
    slope = jax.grad(lambda x: tape.replay(x, arithmetic="jax"))(0.7)
    assert float(slope) == pytest.approx(np.exp(0.7) * (0.7 - 1) / 0.49, rel=1e-6)


def test_a_branch_is_checked_and_one_that_jax_cannot_decide_is_told():
    tape = record(lambda x: x if x > 1 else -x, 2.0)
    assert float(tape.replay(3.0, arithmetic="jax")) == 3.0
    with pytest.raises(GuardError, match="goes the other way"):
        tape.replay(0.0, arithmetic="jax")
    with pytest.raises(GuardError, match=r"^jax arithmetic cannot decide the branch at line"):
        jax.jit(lambda x: tape.replay(x, arithmetic="jax"))(3.0)


def test_what_jax_lacks_is_named():
    with pytest.raises(NoRuleError, match=r"^j0 has no meaning in jax arithmetic: jax lacks it$"):
        record(sc.j0, 1.0).replay(1.0, arithmetic="jax")


def test_the_examples_of_the_docstrings_run(run_examples):
    run_examples(Jax)
    run_examples(ByJax, ByJax=ByJax)


def test_as_a_method_it_has_our_derivatives_of_arrays_and_of_every_order():
    f = lambda a, b: np.sum(np.exp(a) @ np.ones((3, 2))) * b**3 if b > 0 else b
    point = (A, 2.0)
    for ask in (dk.gradient, dk.hessian):
        mine, theirs = (ask(f, *point, method=method) for method in ("reverse", "jax"))
        for one, other in zip(flatten(mine)[0], flatten(theirs)[0], strict=True):
            assert other == pytest.approx(one, rel=1e-13)
            assert np.shape(other) == np.shape(one)
    jacobians = [dk.jacobian(lambda a: a @ a.T, A, method=method) for method in ("reverse", "jax")]
    assert np.array_equal(*jacobians)
    for order in (1, 2, 3):
        found = dk.derivative(lambda x: np.sin(x) * x, A, "jax", order=order)
        assert found == pytest.approx(dk.derivative(lambda x: np.sin(x) * x, A, order=order), rel=1e-13)
    assert dk.gradient(lambda a: 3.0, A, method="jax").tolist() == (0 * A).tolist()
    assert dk.derivative(np.sqrt, np.float32(0.25), "jax") == 1.0
