"""Machine code: the bits of the uncompiled answer, and everything it does not know left as it is."""

from __future__ import annotations

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import value_and_grad
from diffkit.autodiff.straight import machine
from diffkit.autodiff.straight.kinds import kinds_of
from diffkit.floats import TWINS, twin
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from tests.autodiff.test_compile import PROGRAMS, bits, draw


def close(one, other, digits):
    """Whether a value and a gradient are equal, but for so many units in the last place."""
    return all(
        np.allclose(a, b, rtol=digits * 2.0**-52, atol=0, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


def of_numpys_own(f, *point):
    """Whether f calls a function that NumPy has its own of on this processor."""
    called = {row.function for row in dk.record(f, *point).instructions}
    return any(function in TWINS and twin(function) is None for function in called)


def test_what_is_not_in_the_table_is_not_understood():
    x = np.ones(100)
    tape = dk.record(lambda x: (np.sinc(x), np.sin(x), np.tanh(x), x * 2, np.sum(x)), x)
    kinds = kinds_of(tape, [x])
    by_op = {row.op: machine.understands(row, kinds, on_arrays=True) for row in tape.instructions}
    assert by_op["sin"]
    assert by_op["multiply"]
    assert not by_op["tanh"]
    assert not by_op["sum"]
    single = dk.record(np.sin, np.ones(100, np.float32))
    assert not machine.understands(single.instructions[0], kinds_of(single, [np.ones(100, np.float32)]))


jit = pytest.mark.jit


@pytest.fixture(autouse=True)
def numba(request):
    if request.node.get_closest_marker("jit"):
        pytest.importorskip("numba")


@jit
@pytest.mark.parametrize("name", [name for name in PROBLEMS if name not in ("babylonian",)])
def test_every_problem_has_the_same_bits_where_the_library_is_the_same(name):
    f, at = as_function(PROBLEMS[name].f), PROBLEMS[name].at
    both = dk.autodiff.compile(f, jit=True)
    with np.errstate(all="ignore"):
        for x in (at, at * 1.01, at * 0.9 + 0.01):
            right = value_and_grad(f)(x)
            assert bits(both(x)) == bits(right) or (of_numpys_own(f, at) and close(both(x), right, 4))


@jit
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_of_arrays_have_the_same_bits(name):
    f, shapes = PROGRAMS[name]
    count = f.__code__.co_argcount
    for shape in [shapes] if count > 1 else [(shape,) for shape in shapes]:
        point = [draw(*s, seed=i) for i, s in enumerate(shape)]
        found = dk.autodiff.compile(f, *point, jit=True)(*point)
        right = value_and_grad(f, tuple(range(count)) if count > 1 else 0)(*point)
        assert bits(found) == bits(right) or (of_numpys_own(f, *point) and close(found, right, 1000))


@jit
@pytest.mark.parametrize("function", [f for f in machine.ROWS if isinstance(f, np.ufunc) and f.nin == 1],
                         ids=lambda f: f.__name__)  # fmt: skip
def test_each_function_has_the_bits_of_numpys(function):
    if function is np.logical_not:
        return
    f = lambda x: function(x) * 1.0
    program = dk.autodiff.compile(f, 1.5 if function is np.arccosh else 0.5, jit=True)
    exact = function not in TWINS or twin(function) is not None
    with np.errstate(all="ignore"):
        for x in (-3.0, -0.7, -1e-9, 0.0, 0.2, 0.99, 1.0, 1.7, 25.0):
            found, right = program(x), value_and_grad(f)(x)
            assert np.array_equal(found, right, equal_nan=True) if exact else close(found, right, 4)


@jit
def test_branches_maxima_masks_and_numbers_between_arrays():
    def f(x, a):
        y = np.where(x > a, np.maximum(x, 0.5), np.minimum(np.abs(x), 2.0)) * a
        return np.sum(y) * np.mean(y) + np.sum(np.logaddexp(x, a * y)) if a > 0 else np.sum(np.sign(x) * x)

    both = dk.autodiff.compile(f, jit=True)
    for size in (100, 40_000):
        for a in (0.3, -0.3):
            x = draw(size)
            assert bits(both(x, a)) == bits(value_and_grad(f, (0, 1))(x, a))
    assert both.programs == 4


@jit
@pytest.mark.parametrize("size", [100, 40_000])
def test_a_choice_that_was_made_outside_a_stretch_is_taken(size):
    def scaled(x):  # the mask is read on both sides of a sum
        mask = x > 0.1
        y = np.where(mask, x, 0.0)
        return np.sum(np.where(mask, y / np.sum(y * y), x))

    by_a_number = lambda x: np.sum(np.where(np.sum(x) > 0, np.sin(x), np.cos(x)))
    for f in (scaled, by_a_number, lambda x: np.sum(np.sinc(x))):
        for x in (draw(size), -draw(size)):
            assert bits(dk.autodiff.compile(f, x, jit=True)(x)) == bits(value_and_grad(f)(x))


@jit
def test_a_truth_value_is_no_result_of_machine_code():
    assert dk.autodiff.compile(lambda x: x > 0, 2.0, jit=True)(-1.0) == (False, 0.0)


@jit
def test_a_branch_of_a_program_of_numbers_is_checked_in_it():
    f = lambda x, y: (x * y if y > 1 else x - y) if x > 1 else (x / y if y > 1 else x + y)
    both = dk.autodiff.compile(f, 0.5, 0.5, jit=True)
    for point in ((0.2, 0.1), (2.0, 3.0), (2.0, 0.5), (0.5, 2.0)):
        assert both(*point) == value_and_grad(f, (0, 1))(*point)
    assert both.programs == 4


@jit
def test_read_only_and_strided_arrays_are_taken_too():
    both = dk.autodiff.compile(lambda x: np.sum(np.sin(x) * x), np.ones(200), jit=True)
    x = draw(400)
    x.setflags(write=False)
    assert bits(both(x[::2])) == bits(value_and_grad(lambda x: np.sum(np.sin(x) * x))(x[::2]))


@jit
def test_a_long_chain_is_compiled_and_right():
    def chain(x):
        y = x
        for _ in range(300):
            y = np.sin(y) * x + y
        return y

    both = dk.autodiff.compile(chain, 0.3, jit=True)
    assert both(0.3) == value_and_grad(chain)(0.3)
    assert math.isnan(both(math.nan)[0])
