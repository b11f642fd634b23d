"""The recording: which rows there are, what is constant, what is guarded, and that the replay is f."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkit.autodiff import grad
from diffkit.errors import GuardError, LostHistoryError
from diffkit.tape import Slot, record
from diffkit.tape.record import SMALL

V = np.array([0.5, 1.5, -2.0])


def ops(tape):
    return [row.op for row in tape.instructions]


def test_the_rows_stand_in_the_order_in_which_f_ran_them():
    tape = record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0)
    assert ops(tape) == ["log", "multiply", "add", "sin", "subtract"]
    assert [row.slots for row in tape.instructions] == [(0,), (0, 1), (2, 3), (1,), (4, 5)]
    assert tape.outputs == (Slot(6),)


def test_a_row_that_the_result_does_not_need_is_dropped():
    def f(x):
        np.exp(np.cos(x))
        return x * x

    assert ops(record(f, 2.0)) == ["multiply"]


def test_a_row_that_only_a_guard_needs_is_kept():
    tape = record(lambda x: x if np.sin(x) > 0 else -x, 1.0)
    assert ops(tape) == ["sin", "greater"]
    assert tape.outputs == (Slot(0),)


def test_a_comparison_that_decides_nothing_is_no_guard():
    tape = record(lambda x: np.where(x > 0, x, 0.0), V)
    assert tape.guards == ()
    assert ops(tape) == ["greater", "where"]
    assert tape.replay(-V).tolist() == [0.0, 0.0, 2.0]


def test_loops_and_recursion_unroll():
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    assert len(record(lambda x: power(x, 7), 2.0)) == 7
    assert record(lambda x: power(x, 7), 2.0).replay(3.0) == 3.0**7


def test_the_loop_of_worked_example_19_replays_bit_for_bit_at_other_points():
    def f(a, b):
        z = 0
        for i in range(100):
            z = a * np.cos(z + i) + z * np.sin(b - i)
        return z

    tape = record(f, 0.5, 0.5)
    assert len(tape) == 698  # 7 rows a round; in the first z + 0 and its cosine are plain numbers
    for point, value in [((0.5, 0.5), -0.521229458232646), ((1.2, 0.5), -1.6332401876214693), ((0, 0), 0)]:
        assert tape.replay(*point) == f(*map(float, point)) == pytest.approx(value, rel=4e-16, abs=0)


expressions = st.recursive(
    st.sampled_from(["x", "y", "c"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*/%"), inner, inner),
        st.tuples(st.sampled_from(["sin", "tanh", "neg", "abs", "pow"]), inner),
    ),
    max_leaves=20,
)


def evaluate(tree, x, y):
    if isinstance(tree, str):
        return {"x": x, "y": y, "c": 1.7}[tree]
    if len(tree) == 3:
        a, b = evaluate(tree[1], x, y), evaluate(tree[2], x, y)
        return {
            "+": lambda: a + b,
            "-": lambda: a - b,
            "*": lambda: a * b,
            "/": lambda: a / (b * b + 1.0),
            "%": lambda: a % (b * b + 1.0),
        }[tree[0]]()
    a = evaluate(tree[1], x, y)
    return {
        "sin": lambda: np.sin(a),
        "tanh": lambda: np.tanh(a),
        "neg": lambda: -a,
        "abs": lambda: abs(a),
        "pow": lambda: np.tanh(a) ** 3,
    }[tree[0]]()


@settings(max_examples=200)
@given(expressions, st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
def test_a_replay_at_another_point_has_the_bits_of_f(tree, x, y, x2, y2):
    tape = record(lambda x, y: evaluate(tree, x, y), x, y)
    assert tape.replay(x2, y2) == evaluate(tree, x2, y2)
    points = np.array([x, x2]), np.array([y, y2])
    arrays = record(lambda x, y: evaluate(tree, x, y), *points)
    assert np.array_equal(arrays.replay(*points[::-1]), evaluate(tree, *points[::-1]))


# -- constants --------------------------------------------------------------------------------------


def test_an_array_that_changes_after_the_recording_does_not_change_the_tape():
    w = np.ones(3)
    tape = record(lambda x: x * w, V)
    w[:] = 7
    assert np.array_equal(tape.replay(V), V)


@pytest.mark.parametrize("size", [3, SMALL + 1])
def test_an_array_that_f_itself_changes_enters_with_the_values_it_had(size):
    def f(x):
        c = np.ones(size)
        y = x * c
        c *= 2
        z = x * c
        c[0] = 5
        return np.sum(y + z + x * c)

    point = np.arange(1.0, size + 1)
    assert record(f, point).replay(point) == f(point)
    assert grad(f)(point).tolist() == [8.0] + [5.0] * (size - 1)


def test_an_index_that_f_itself_changes_enters_with_the_values_it_had():
    def f(x):
        i, j = np.array([0, 0]), [1, 1]
        first, second = x[i], x[j]
        i[0] = j[0] = 2
        return first + second + x[i] + x[(j,)]

    assert np.array_equal(record(f, V).replay(V), f(V))


def test_a_large_constant_that_does_not_change_is_kept_once():
    w = np.full(SMALL + 1, 1.5)
    w[3] = np.nan

    def f(x):
        for _ in range(5):
            x = x * w
        return x

    constants = [row.constants[0] for row in record(f, np.ones(SMALL + 1)).instructions]
    assert all(c is constants[0] for c in constants)
    assert constants[0] is not w


def test_a_list_among_the_operands_is_a_constant_of_its_own():
    w = [1.0, 2.0, 3.0]
    tape = record(lambda x: x * w, V)
    w[0] = 100.0
    assert np.array_equal(tape.replay(V), V * [1.0, 2.0, 3.0])


def test_a_constant_result_belongs_to_the_caller():
    w = np.ones(2)
    tape = record(lambda x: w, 1.0)
    w[0] = 5
    tape.replay(1.0)[1] = 9
    assert tape.replay(1.0).tolist() == [1.0, 1.0]
    assert tape.outputs[0].tolist() == [1.0, 1.0]


def test_a_function_of_nothing_but_constants_records_no_rows():
    tape = record(lambda x: 3.0, 1.0)
    assert (len(tape), tape.outputs, tape.replay(2.0)) == (0, (3.0,), 3.0)


def test_the_identity_records_no_rows():
    tape = record(lambda x: x, V)
    assert (len(tape), tape.outputs) == (0, (Slot(0),))
    assert tape.replay(-V) is not V


# -- points and results of every shape ----------------------------------------------------------------

Line = namedtuple("Line", ["slope", "offset"])


@pytest.mark.parametrize(
    ("point", "f"),
    [
        ({"w": np.ones(2), "b": 0.5}, lambda p: p["w"] * p["b"]),
        ([np.ones(2), 0.5], lambda p: p[0] * p[1]),
        ((np.ones((2, 1)), [1.0, 2.0]), lambda p: p[0] * p[1]),
        (Line(2.0, {"value": np.ones(2)}), lambda p: p.slope * p.offset["value"]),
        (
            {"layers": [{"w": np.ones((2, 3))}, {"w": np.ones(2)}]},
            lambda p: p["layers"][1]["w"] @ p["layers"][0]["w"],
        ),
        ([], lambda p: 1.0),
        ({}, lambda p: 1.0),
    ],
)
def test_a_point_may_be_nested(point, f):
    assert np.array_equal(record(f, point).replay(point), f(point))


def test_a_result_may_be_nested():
    def f(x):
        return {
            "sum": x.sum(),
            "parts": [x * 2, (x[0], 7.0)],
            "line": Line(x[1], np.array([x[0], x[2]])),
            "none": (),
        }

    found = record(f, V).replay(V)
    assert found["sum"] == 0.0
    assert found["parts"][0].tolist() == [1.0, 3.0, -4.0]
    assert found["parts"][1] == (0.5, 7.0)
    assert isinstance(found["line"], Line)
    assert found["line"].offset.tolist() == [0.5, -2.0]
    assert found["none"] == ()
    assert list(found) == ["sum", "parts", "line", "none"]


def test_whole_numbers_become_floats_and_other_floats_keep_their_type():
    assert record(lambda x: x / 2, 3).replay(5) == 2.5
    assert record(lambda x: x / 2, [1, 2]).replay([3, 5]).tolist() == [1.5, 2.5]
    assert record(lambda x: x / 2, True).replay(True) == 0.5
    for dtype in (np.float16, np.float32, np.longdouble, np.complex64):
        x = np.ones(2, dtype)
        assert record(lambda x: x * 2, x).replay(x).dtype == dtype
        assert record(lambda x: x * 2, x[0]).replay(x[0]).dtype == dtype


def test_float32_is_computed_in_float32():
    x = np.linspace(0.1, 3, 7, dtype=np.float32)
    f = lambda x: np.sin(x) / (1 + x) ** 2
    assert np.array_equal(record(f, x).replay(x), f(x))
    assert record(f, x).replay(x).dtype == np.float32


@pytest.mark.parametrize("x", [np.array(1.5), np.zeros(0), np.zeros((0, 3)), np.zeros((2, 0))], ids=repr)
def test_arrays_without_dimension_and_without_elements_record(x):
    f = lambda x: np.sum(np.sin(x) * 2) + x
    found = record(f, x).replay(x)
    assert np.array_equal(found, f(x))
    assert np.shape(found) == x.shape


# -- decisions --------------------------------------------------------------------------------------


def test_a_branch_is_a_guard_with_its_line():
    def f(x):
        if x > 1:
            return x * x
        return -x

    tape = record(f, 2.0)
    (guard,) = tape.guards
    assert (guard.outcome, guard.place.file, guard.place.text) == (True, "test_record.py", "if x > 1:")
    assert guard.place.line == f.__code__.co_firstlineno + 1


def test_a_while_loop_is_a_guard_a_round():
    def newton(a):
        x = a
        while abs(x * x - a) > 1e-12:
            x = (x + a / x) / 2
        return x

    tape = record(newton, 2.0)
    assert [guard.outcome for guard in tape.guards] == [True] * (len(tape.guards) - 1) + [False]
    assert tape.replay(2.0) == newton(2.0)
    with pytest.raises(GuardError, match="while abs"):
        tape.replay(1e6)


def test_a_short_circuit_is_a_guard_for_each_part_that_was_asked():
    tape = record(lambda x: x if 0 < x < 1 and x != 0.5 else -x, 0.25)
    assert [guard.outcome for guard in tape.guards] == [True, True, True]
    assert len(record(lambda x: x if x > 1 or x < 0 else -x, 2.0).guards) == 1


def test_the_truth_of_a_number_is_whether_it_is_not_zero():
    tape = record(lambda x: 2 * x if x else x + 1, 3.0)
    assert ops(tape) == ["not_equal", "multiply"]
    with pytest.raises(GuardError):
        tape.replay(0.0)
    assert record(lambda x: 2 * x if x else x + 1, 0.0).guards[0].outcome is False
    assert record(lambda x: 1.0 if x else 2.0, np.nan).outputs == (1.0,)


def test_all_and_any_decide():
    f = lambda x: x if (x > 0).all() else -x
    assert record(f, np.abs(V)).replay(np.abs(V)).tolist() == np.abs(V).tolist()
    with pytest.raises(GuardError):
        record(f, np.abs(V)).replay(V)
    assert record(lambda x: x if np.allclose(x, V) else -x, V).guards[0].outcome is True


def test_the_truth_of_an_array_is_ambiguous_as_in_numpy():
    with pytest.raises(ValueError, match="ambiguous"):
        record(lambda x: 1 if x > 0 else 2, V)


@pytest.mark.parametrize(
    ("f", "outcome"),
    [
        (lambda x: x[np.argmax(x)], 1),
        (lambda x: x[np.argsort(x)], [2, 0, 1]),
        (lambda x: x[x > 0], [True, True, False]),
        (lambda x: x[: int(np.sum(x > 0))], 2),
    ],
)
def test_an_index_is_a_guard_with_its_numbers(f, outcome):
    (guard,) = record(f, V).guards
    assert np.array_equal(guard.outcome, outcome)


def test_a_derivative_inside_the_recording_is_recorded():
    tape = record(lambda x: grad(lambda y: np.sin(y) * y)(x), 0.5)
    assert tape.replay(1.25) == grad(lambda y: np.sin(y) * y)(1.25)
    assert tape.guards == ()


def test_a_recording_inside_a_recording_stays_apart():
    tape = record(lambda x: x * record(lambda y: y * y, 3.0).replay(x), 2.0)
    assert tape.replay(5.0) == 125.0


def test_what_f_raises_is_raised():
    with pytest.raises(KeyError, match="missing"):
        record(lambda x: {}["missing"], 1.0)
    with pytest.raises(ValueError, match="negative"):
        record(lambda x: np.zeros(-1) * x, 1.0)


def test_storing_into_a_float_array_says_so_in_one_error():
    def f(x):
        y = np.zeros(2)
        y[0] = x[0]
        return y

    with pytest.raises(LostHistoryError, match=r"storing into a float array.*np\.array\(\[\.\.\.\]\)"):
        record(f, V)


def test_an_array_of_objects_that_numpy_refuses_says_how_to_build_it_instead():
    with pytest.raises(LostHistoryError, match=r"build it with np\.stack"):
        record(lambda x: np.linalg.solve(np.array([[x, 1.0], [1.0, 3.0]]), np.ones(2)), 2.0)


def test_a_type_error_of_the_users_own_stays_as_it_is():
    def f(x):
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        record(f, 1.0)


def test_a_function_of_the_users_that_scipy_calls_is_not_taken_for_scipys():
    def f(x):
        return scipy.optimize.brentq(lambda t: math.cos(t) - float(x), 0.0, 2.0)

    with pytest.raises(LostHistoryError, match=r"float\(\), a math function"):
        record(f, 0.5)


def test_an_argument_that_scipy_refuses_stays_as_it_is():
    with pytest.raises(ValueError, match=r"infs or NaNs"):
        record(lambda x: x * scipy.linalg.solve_triangular([[np.nan]], [1.0])[0], 1.0)


def test_a_constant_lies_in_the_tape_as_it_lay_in_memory_so_that_sums_have_the_same_bits():
    X, w = np.random.default_rng(0).normal(size=(500, 30)), np.random.default_rng(1).normal(size=500)
    tape = record(lambda w: X.T @ w, w)
    assert tape.instructions[0].constants[0].flags.f_contiguous
    assert np.array_equal(tape.replay(w), X.T @ w)
