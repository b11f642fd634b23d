"""The compiled value and gradient: those of value_and_grad, to the last bit, however f is called."""

from __future__ import annotations

import operator
import pickle
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import diffkit as dk
from diffkit.autodiff import checkpoint, detect_anomaly, jvp, value_and_grad
from diffkit.errors import ArgumentsError, MissingPackageError, NonScalarError
from diffkit.floats import TWINS
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS

compiled = dk.autodiff.compile


def bits(value):
    """A value and a gradient as types, shapes and bytes."""
    if isinstance(value, list | tuple):
        return [bits(part) for part in value]
    if isinstance(value, dict):
        return {key: bits(part) for key, part in value.items()}
    return type(value), np.asarray(value).dtype, np.shape(value), (np.asarray(value) + 0.0).tobytes()


def assert_same(f, *points, jit=False):
    """Compiled at the first point, f is what it is uncompiled at all of them."""
    both = compiled(f, jit=jit)
    for point in points:
        which = tuple(range(len(point))) if len(point) > 1 else 0
        assert bits(both(*point)) == bits(value_and_grad(f, which)(*point))
    return both


def assert_close(found, right, ulps=4):
    for one, other in zip(found, right, strict=True):
        np.testing.assert_array_max_ulp(one, other, ulps)


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_every_problem_has_the_same_bits_as_a_number_and_as_a_sum_over_an_array(name):
    f, at = as_function(PROBLEMS[name].f), PROBLEMS[name].at
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        assert_same(f, (at,), (at * 1.01,), (at * 0.9 + 0.01,))
        if name not in ("branch", "while", "recursion"):  # which branch on x
            total = lambda x: np.sum(f(x))
            x = at * (1 + 0.1 * draw(100))
            assert_same(total, (x,), (x[::-1].copy(),))
            if name == "x-to-the-x":  # its recorded slope reads a copy, where np.power may round otherwise
                assert_close(compiled(total)(x[::-1]), value_and_grad(total)(x[::-1]))
            else:
                assert_same(total, (x[::-1],))


@pytest.mark.parametrize("function", TWINS, ids=lambda f: f.__name__)
def test_a_function_of_one_number_has_the_same_bits_in_every_mode_at_many_points(function):
    f = (lambda x: function(x, 0.3)) if function.nin == 2 else lambda x: function(x)
    points = draw(300) if function is not np.arccosh else 1 + draw(300) ** 2
    both = compiled(f, 1.5 if function is np.arccosh else 0.5)
    with np.errstate(all="ignore"):
        for x in points[np.isfinite(f(points))].tolist():
            assert bits(both(x)) == bits(value_and_grad(f)(x)) == bits(jvp(f, (x,), (1.0,)))
            assert both(x)[0] == f(x)


X, t = draw(300, 7), np.sign(draw(300, seed=1))


def softmax(z):
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def products_of_neighbours(y):
    return np.sum(y[1:] * y[:-1])


PROGRAMS = {
    "sum of elementwise": (lambda x: np.sum(np.sin(x) ** 2 + x * np.exp(-x)), [(1000,), (40_000,)]),
    "mean of a matrix": (lambda x: np.mean(np.sin(x) ** 2 + x * np.exp(-x)), [(50, 30), (200, 300)]),
    "rosenbrock": (
        lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), [(7,), (200,), (40_000,)],
    ),
    "logistic": (lambda w: np.mean(np.logaddexp(0.0, -t * (X @ w))) + 0.005 * np.sum(w * w), [(7,)]),
    "softmax": (
        lambda W, b: -np.mean(np.log(softmax(np.tanh(X @ W + b))[:, 0])), [(7, 20), (20,)],
    ),
    "rows and columns": (lambda A, b: np.sum(np.exp(-(A**2)) * b) + np.max(A) * b[0], [(500, 60), (60,)]),
    "columns": (lambda A, b: np.sum(np.cos(A) / (1 + b**2)), [(500, 60), (500, 1)]),
    "transposed": (lambda A: np.sum(np.sin(A.T) * np.arange(500.0)) + A.T[3, 4], [(500, 60)]),
    "where and maximum": (
        lambda x: np.where(x > 0, np.sqrt(np.abs(x)), x).sum() + np.maximum(x, 1).max(), [(300,)],
    ),
    "an argument that is returned": (lambda x, y: np.sum(x * y), [(100,), (100,)]),
    "neighbours, reshaped": (lambda x: products_of_neighbours(np.sin(x).reshape(-1)), [(20, 30), (6, 2)]),
    "truth values made numbers": (
        lambda x: np.sum((1.0 * (x > 0) - 1.0 * (x < 1) - 0.5) * x) + np.sum(-1.0 * (x > 0) * x),
        [(9,), (300,)],
    ),
    "whole numbers made floats": (lambda x: np.sum(x * (1.0 * np.argsort(x))), [(9,), (300,)]),
    "index arrays": (lambda x: np.sum(x[[0, 0, 2]] * x[::-1][:3]), [(100,)]),
    "numbers from arrays": (lambda x: np.exp(-np.mean(x)) * np.sum(np.cos(x) * np.mean(x)), [(200,)]),
    "linear algebra": (lambda A: np.linalg.slogdet(A @ A.T + np.eye(9))[1] + np.trace(A), [(9, 9)]),
    "no dimension": (lambda x: x * np.sin(x), [()]),
    "a choice of numbers": (lambda x: np.where(np.sum(x) > 0, np.sum(x), 3.0), [(9,)]),
    "empty": (lambda x: np.sum(np.sin(x)) + 3.0, [(0,)]),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_of_arrays_have_the_same_bits(name):
    f, shapes = PROGRAMS[name]
    single = len({len(shape) for shape in shapes}) == 1 and f.__code__.co_argcount == 1
    for shape in shapes if single else [None]:
        points = [
            tuple(draw(*s, seed=k + i) for i, s in enumerate([shape] if single else shapes)) for k in (0, 5)
        ]
        assert_same(f, *points)
        assert_same(f, *[tuple(part.astype(np.float32) for part in point) for point in points])


def test_the_gradient_is_shaped_as_the_argument_and_a_tuple_of_several():
    assert_same(lambda p: np.sum(p["w"] @ p["w"]) * p["b"][0], ({"w": draw(3), "b": [2.0, draw(2)]},))
    assert_same(lambda x, y: x * y, (2.0, 3.0))
    assert_same(lambda x, y: 3.0, (2.0, 3.0))
    assert compiled(lambda x: x * x)(3) == (9.0, 6.0)
    assert bits(compiled(np.sum)([1, 2])) == bits((3.0, np.ones(2)))


def test_a_flipped_branch_and_a_new_shape_are_recorded_once_each():
    f = lambda x: np.sum(x * x) if np.sum(x) > 0 else -np.sum(x)
    both = assert_same(f, (np.ones(3),), (-np.ones(3),), (np.full(3, 2.0),), (-np.ones(3),), (np.ones(4),))
    assert both.programs == 3
    both = assert_same(f, (2.0,), (3.0,), (-1.0,), (np.float32(2),))
    assert both.programs == 3
    assert_same(lambda x: 1.0 * (x > 0), (2.0,), (-2.0,))
    assert_same(lambda x: -1.0 * (x > 0) * x, (2.0,), (-2.0,))


def test_an_error_of_a_way_that_is_not_taken_stays_inside():
    def careful(x):
        if np.any(x < -10):
            raise RuntimeError("too small")
        return np.log(x + 11)

    log = dk.autodiff.custom_rule(careful, vjp=lambda y, x: lambda bar: bar / (x + 11))
    f = lambda x: np.sum(log(x)) if np.sum(np.exp(-x)) < 1e3 else np.sum(x * x)
    x = draw(300)
    assert assert_same(f, (x,), (30 * x,), (x,), (20 * x,)).programs == 2

    def halved(A):  # np.linalg.cholesky runs before the sum over blocks is known
        return np.sum(np.linalg.cholesky(A)) if np.sum(np.abs(A)) > 200 else np.sum(A * A)

    assert assert_same(halved, (90 * np.eye(12),), (-np.eye(12),), (-2 * np.eye(12),)).programs == 2
    both = compiled(lambda x: np.sum(log(x)), x)
    with pytest.raises(RuntimeError, match="too small"):
        both(30 * x)


def test_a_branch_on_a_slope_that_meets_an_infinity_goes_the_uncompiled_way():
    slope = dk.grad(lambda y: np.sum(np.logaddexp(y, -np.inf)))
    f = lambda x: np.sum(np.exp(x)) * (1.0 if np.all(slope(x) >= 0) else 2.0)
    assert_same(f, (draw(9),), (np.full(9, -np.inf),), (draw(9),))


def test_arrays_are_added_up_in_the_order_in_which_they_lie():
    A = draw(20, 30)
    turned = [(np.asfortranarray(A),), (np.asfortranarray(A + 1),)]
    both = assert_same(lambda A: np.sum(np.sin(A)), *turned, (A,), (A[::-1],), (A[:, ::2],))
    assert both.programs == 4
    assert both(*turned[0])[1].flags.f_contiguous


def test_a_cotangent_that_cannot_be_written_into_is_not_added_to_in_place():
    calls = []
    f = lambda x: (calls.append(x), np.sum(x) ** 2 + np.sum(x[1:] ** 2))[1]
    both = assert_same(f, (draw(300),))
    del calls[:]
    both(draw(300))
    assert not calls  # it did not have to be asked itself


def test_a_loop_that_runs_as_often_as_the_value_says_takes_every_way():
    def halved(x):
        n = 0
        while x > 1:
            x, n = x / 2, n + 1
        return x * n

    both = assert_same(halved, *[(x,) for x in (0.5, 1.5, 3.0, 100.0, 3.5, 0.7)])
    assert both.programs == 4


def test_where_a_result_is_not_finite_the_answer_and_its_warnings_are_the_uncompiled_ones():
    for f, start, there in (
        (lambda x: 1 / x, 2.0, 0.0), (lambda x: np.log(x), 2.0, -1.0), (lambda x: np.exp(x), 2.0, 1e4),
        (lambda x: np.sqrt(x) * x, 2.0, 0.0), (lambda x: x**0.5, 2.0, 0.0),
        (lambda x: np.arccos(x), 0.5, 1.0),
    ):  # fmt: skip
        both = compiled(f, start)
        with warnings.catch_warnings(record=True) as ours:
            warnings.simplefilter("always")
            found = both(there)
        with warnings.catch_warnings(record=True) as theirs:
            warnings.simplefilter("always")
            assert bits(found) == bits(value_and_grad(f)(there))
        assert [str(w.message) for w in ours] == [str(w.message) for w in theirs]


def test_what_is_not_selected_meets_no_infinite_slope():
    f = lambda x: np.where(x > 0, np.sqrt(x), 0.0).sum() + np.maximum(x, 0.0).sum()
    both = compiled(f, np.linspace(0.5, 1, 100))
    x = np.zeros(100)
    x[3] = 4.0
    assert bits(both(x)) == bits(value_and_grad(f)(x))
    assert both(x)[1][0] == value_and_grad(f)(x)[1][0] == 0.5


def test_results_are_the_callers_own_and_inputs_stay_as_they_are():
    both = compiled(lambda x, y: np.sum(x * y), np.ones(100), np.ones(100))
    x, y = draw(100), draw(100, seed=1)
    _, (first, second) = both(x, y)
    assert np.array_equal(first, y)
    first[:] = 7
    second[:] = 8
    assert bits(both(x, y)) == bits(value_and_grad(lambda x, y: np.sum(x * y), (0, 1))(x, y))
    x.setflags(write=False)
    assert np.array_equal(both(x, y[::1])[1][1], x)
    long = draw(200)
    assert np.array_equal(both(long[::2], y)[1][1], long[::2])


def test_functions_that_write_into_arrays_and_recomputed_parts_compile():
    def filled(x):
        out = np.zeros(100)
        out[:50] = 0
        y = x.copy()
        y[3:] += x[:-3] * 2
        y[0] = x[1]
        return np.sum(y * y)

    assert_same(filled, (draw(100),), (draw(100, seed=2),))
    assert_same(lambda x: np.sum(checkpoint(lambda x: np.sin(x) * x)(x)), (draw(100),), (draw(100, seed=2),))


def test_a_compiled_function_has_derivatives_like_any_other():
    both = compiled(lambda x: x**3, 2.0)
    assert dk.derivative(lambda x: both(x)[0], 2.0) == 12.0
    assert dk.derivative(lambda x: both(x)[1], 2.0) == 12.0
    with detect_anomaly():
        assert both(2.0) == (8.0, 12.0)


def test_threads_do_not_share_memory():
    f = lambda x: np.sum(np.sin(x) ** 2 + x * np.exp(-x))
    both, points = compiled(f), [draw(40_000, seed=k) for k in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(both, points * 3))
    assert [bits(value) for value in found] == [bits(value_and_grad(f)(x)) for x in points * 3]


def test_complex_arguments_follow_the_convention_of_gradients():
    f = lambda z: np.sum(np.abs(z * z) ** 2)
    z = draw(100) + 1j * draw(100, seed=1)
    assert_same(f, (z,), (z * 2,))
    assert_same(lambda z: abs(z) ** 2, (1 + 2j,), (2j,))


@pytest.mark.parametrize("count", [1, 2, 7])
def test_complex_products_have_the_same_bits(count):
    for seed in range(20):
        w, z = (draw(count, seed=seed + k) + 1j * draw(count, seed=seed + k + 1) for k in (0, 50))
        assert_same(lambda z: np.sum(np.real(w * np.sin(z))), (z,))  # noqa: B023


def test_the_source_can_be_read_and_what_is_compiled_can_be_sent():
    both = compiled(lambda x: x * x + 1, 2.0)
    assert both.source.startswith("def program(v0):")
    assert repr(both) == "<value and gradient of <lambda>, 1 program>"
    sent = pickle.loads(pickle.dumps(compiled(np.square)))
    assert sent(3.0) == (9.0, 6.0)


def test_what_cannot_be_compiled_says_so():
    with pytest.raises(NonScalarError, match="shape \\(3,\\)"):
        compiled(lambda x: x * 2, np.ones(3))
    with pytest.raises(ArgumentsError, match="real numbers"):
        compiled(np.sin, "text")
    with pytest.raises(ArgumentsError, match="there are 0"):
        compiled(lambda: 1.0)()


def test_a_program_that_is_too_long_says_how_long_it_may_be(monkeypatch):
    monkeypatch.setattr(sys.modules["diffkit.autodiff.compile"], "MOST_ROWS", 10)
    with pytest.raises(ArgumentsError, match=r"the program has \d+ rows, and compile takes at most 10"):
        compiled(lambda x: x * np.sin(x) * np.cos(x) * np.exp(x) * np.tan(x), 2.0)


def test_only_the_ways_that_fitted_last_are_kept(monkeypatch):
    monkeypatch.setattr(sys.modules["diffkit.autodiff.compile"], "MOST_PROGRAMS", 2)
    both = compiled(lambda x: x if x < 1 else x * 2 if x < 2 else x * 3)
    for x in (0.5, 1.5, 2.5, 0.5):
        assert both(x) == (x * (1 + int(x)), 1.0 + int(x))
    assert both.programs == 2


def test_without_numba_machine_code_names_the_install_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(MissingPackageError, match=r'pip install "diffkit\[jit\]"'):
        compiled(np.sin, jit=True)


# Random programs: every operand is a number, or one of the arrays so far, which are of one shape.
UNARY = (
    np.sin, np.cos, np.tanh, np.negative, np.square, np.arctan, lambda x: np.exp(-x * x), lambda x: x[::-1],
    lambda x: np.where(x > 0, x, 0.5 * x), lambda x: x / (1 + np.mean(x) ** 2),
)  # fmt: skip
BINARY = (np.add, np.subtract, np.multiply, np.maximum, lambda a, b: a / (2 + np.cos(b)), np.arctan2)
STEPS = st.lists(
    st.tuples(st.integers(0, 15), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12
)


def program(steps, x):
    """A random program's result: its steps choose functions and, among the values so far, operands."""
    values = [x, 2.0 * x, 0.5]
    for which, first, second in steps:
        a, b = values[first % len(values)], values[second % len(values)]
        function = (*UNARY, *BINARY)[which]
        if which < len(UNARY):
            values.append(function(a if np.ndim(a) else x))
        else:
            values.append(function(a, b))
    return np.sum(values[-1]) + np.mean(values[-2] * x)


@given(STEPS, st.sampled_from([(5,), (130,), (20, 7), (130, 128)]), st.integers(0, 9))
@settings(max_examples=60)
def test_random_programs_have_the_same_bits(steps, shape, seed):
    f = partial(program, steps)
    assert_same(f, (draw(*shape, seed=seed),), (draw(*shape, seed=seed + 10),))


@pytest.mark.slow
@given(STEPS, st.sampled_from([(5,), (130,), (20, 7), (300, 128), (50_000,)]), st.integers(0, 9))
@settings(max_examples=600)
def test_many_random_programs_have_the_same_bits(steps, shape, seed):
    f = partial(program, steps)
    assert_same(f, (draw(*shape, seed=seed),), (draw(*shape, seed=seed + 10),))


@pytest.mark.parametrize("function", [operator.add, operator.mul, operator.truediv, operator.pow])
def test_operators_with_whole_numbers_and_with_numbers_of_numpy(function):
    for constant in (2, 2.5, np.float64(1.5), np.int64(3), True):
        assert_same(lambda x: function(x, constant), (1.5,), (2.5,))  # noqa: B023
        assert_same(lambda x: np.sum(function(x, constant)), (np.linspace(1, 2, 100),))  # noqa: B023
