"""Dual numbers: arithmetic with eps^2 = 0, and agreement with the reverse sweep on any program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkit.autodiff import grad, jvp, vjp
from diffkit.autodiff.forward import Dual, DualTrace


def textbook(x, y):
    return x**2 * y + y + 2


def test_the_dual_numbers_of_the_textbook():
    assert jvp(textbook, (3.0, 4.0), (1.0, 0.0)) == (42.0, 24.0)
    assert jvp(textbook, (3.0, 4.0), (0.0, 1.0)) == (42.0, 10.0)


def test_a_dual_number_prints_as_one_writes_it():
    trace = DualTrace()
    assert repr(textbook(Dual(trace, 3.0, 1.0), Dual(trace, 4.0, None))) == "42.0 + 24.0 eps"


@pytest.mark.parametrize(
    ("operation", "right"),
    [
        (lambda a, b: a + b, (5.0, 7.0)),
        (lambda a, b: a - b, (-1.0, 3.0)),
        (lambda a, b: a * b, (6.0, 19.0)),
        (lambda a, b: a / b, (2 / 3, (3 * 5 - 2 * 2) / 9)),
        (lambda a, b: -a, (-2.0, -5.0)),
        (lambda a, b: a**2, (4.0, 20.0)),
        (lambda a, b: 1 - a, (-1.0, -5.0)),
        (lambda a, b: 1 / a, (0.5, -1.25)),
    ],
)
def test_the_square_of_eps_is_zero(operation, right):
    # a = 2 + 5 eps, b = 3 + 2 eps
    assert jvp(operation, (2.0, 3.0), (5.0, 2.0)) == pytest.approx(right, rel=4e-16)


def test_a_tangent_is_carried_along_only_where_something_seeded_reaches():
    trace = DualTrace()
    x = Dual(trace, 2.0, 1.0)
    assert np.floor(x).tangent is None
    assert np.sin(Dual(trace, 2.0, None)).tangent is None
    assert np.cos(x).tangent == pytest.approx(-np.sin(2.0))


@pytest.mark.parametrize(
    ("f", "tangents", "right"),
    [
        (lambda x, y: np.sqrt(x) + y, (0.0, 1.0), 1.0),  # an argument that is not seeded
        (lambda x, y: np.sqrt(x) * y, (1.0, 1.0), np.inf),
        (lambda x, y: np.sqrt(x * x) + y, (1.0, 1.0), np.nan),  # a zero that was computed is a number
        (lambda x, y: np.where(x > 0, np.sqrt(x), 0.0) + y, (1.0, 1.0), 1.0),
    ],
)
@np.errstate(all="ignore")
def test_only_what_is_not_seeded_or_not_selected_meets_no_infinite_partial(f, tangents, right):
    assert jvp(f, (0.0, 3.0), tangents)[1] == pytest.approx(right, nan_ok=True)


def test_a_tangent_has_the_shape_and_precision_of_its_value():
    y, y_dot = jvp(lambda x: x * np.ones((2, 3)), (1.0,), (2.0,))
    assert np.array_equal(y_dot, np.full((2, 3), 2.0))
    y, y_dot = jvp(lambda x: np.sin(x) * 2.0, (np.float32([1, 2]),), (np.ones(2),))
    assert y.dtype == y_dot.dtype == np.float32


def test_a_branch_and_a_loop_are_followed():
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert jvp(lambda x: power(x, 5) if x > 1 else 0 * x, (2.0,), (1.0,)) == (32.0, 80.0)
    assert jvp(lambda x: power(x, 5) if x > 1 else 0 * x, (0.5,), (1.0,)) == (0.0, 0.0)


def test_tangents_belong_to_the_caller_alone():
    x, x_dot = np.ones(2), np.ones(2)
    y, y_dot = jvp(lambda x: x, (x,), (x_dot,))
    y[0] = y_dot[0] = 99
    assert (x.tolist(), x_dot.tolist()) == ([1.0, 1.0], [1.0, 1.0])


# Programs of elementwise functions that are smooth and tame everywhere, and of reductions.
UNARY = [
    np.sin, np.cos, np.tanh, np.arctan, lambda x: np.exp(-x * x), lambda x: np.log1p(x * x),
    lambda x: np.sqrt(1 + x * x), lambda x: 1 / (2 + np.cos(x)), lambda x: x**3 / (1 + x**2),
    lambda x: x.T, lambda x: x[::-1], lambda x: np.roll(x, 1, axis=0), np.abs,
]  # fmt: skip
BINARY = [
    np.add, np.subtract, np.multiply, np.hypot, np.arctan2, np.maximum, np.minimum, np.logaddexp,
    lambda a, b: a / (2 + np.sin(b)), lambda a, b: np.where(a > b, a, 2 * b), lambda a, b: a @ b,
]  # fmt: skip
REDUCTIONS = [
    np.mean, np.max, np.var, np.prod, lambda x: np.sum(x, axis=0), lambda x: np.cumsum(x, axis=1),
]  # fmt: skip
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(UNARY), st.integers(0, 99)),
        st.tuples(st.sampled_from(BINARY), st.integers(0, 99), st.integers(0, 99)),
    ),
    min_size=1,
    max_size=12,
)
points = st.lists(st.floats(-2, 2).map(lambda v: round(v, 3)), min_size=18, max_size=18)


@settings(deadline=None)
@given(steps, st.sampled_from(REDUCTIONS), points)
def test_reverse_and_forward_agree_on_any_program(steps, reduction, numbers):
    def f(a, b):
        found = [a, b]
        for step, *operands in steps:
            found.append(step(*(found[i % len(found)] for i in operands)))
        return np.sum(reduction(found[-1]) * 0.5)

    a, b = np.reshape(numbers, (2, 3, 3))
    rng = np.random.default_rng(0)
    a_dot, b_dot = rng.uniform(1, 2, (2, 3, 3))
    y, pullback = vjp(f, a, b)
    a_bar, b_bar = pullback(1.0)
    value, y_dot = jvp(f, (a, b), (a_dot, b_dot))
    scale = 1 + np.sum(np.abs(a_bar * a_dot)) + np.sum(np.abs(b_bar * b_dot))
    assert y == value
    assert np.sum(a_bar * a_dot) + np.sum(b_bar * b_dot) == pytest.approx(y_dot, abs=1e-12 * scale)


@settings(max_examples=50)
@given(st.lists(st.sampled_from(UNARY[:9]), min_size=1, max_size=6), st.floats(-2, 2))
def test_all_four_second_derivatives_agree_on_any_chain(functions, x):
    def f(x):
        for g in functions:
            x = g(x)
        return x

    slope = lambda g: lambda t: jvp(g, (t,), (1.0,))[1]
    found = [outer(inner(f))(x) for outer in (grad, slope) for inner in (grad, slope)]
    assert found == pytest.approx([found[0]] * 4, rel=1e-10, abs=1e-10)
