"""An active value behaves as the NumPy value it stands for: what f does to it, the tape does again."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.errors import NoRuleError
from diffkit.tape import is_active, record
from diffkit.tape.active import plain, value_of

A = np.array([[1.0, -2.0, 0.5], [4.0, 3.0, -1.5]])
V = np.array([0.5, 1.5, -2.0])
W = np.array([3.0, 1.0, 2.0])


def same(f, *point):
    """Whether the recorded program gives at its own point the shape, the dtype and the bits that f gives."""
    expected, found = f(*point), record(f, *point).replay(*point)
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    assert np.array_equal(found, expected, equal_nan=True)


# -- operators ------------------------------------------------------------------------------------

OTHERS = [
    2,
    2.5,
    np.float64(2.5),
    np.int64(3),
    W,
    [3.0, 1.0, 2.0],
    np.array(2.5),
    W[:, None],
    np.float32(2.5),
]
OPERATORS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: np.absolute(a) ** b,
    lambda a, b: a % b,
    lambda a, b: a // b,
    lambda a, b: divmod(a, b)[0],
    lambda a, b: divmod(a, b)[1],
    lambda a, b: np.maximum(a, b),
    lambda a, b: np.arctan2(a, b),
    lambda a, b: np.where(a < b, 1.0, 2.0),
    lambda a, b: np.where(a <= b, 1.0, 2.0),
    lambda a, b: np.where(a > b, 1.0, 2.0),
    lambda a, b: np.where(a >= b, 1.0, 2.0),
    lambda a, b: np.where(a == b, 1.0, 2.0),
    lambda a, b: np.where(a != b, 1.0, 2.0),
]


@pytest.mark.parametrize("other", OTHERS, ids=repr)
@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_works_with_the_active_value_on_either_side(operator, other):
    same(lambda x: operator(x, other), V)
    same(lambda x: operator(other, x), V)


@pytest.mark.parametrize("operator", OPERATORS)
def test_an_operator_works_between_active_numbers(operator):
    same(operator, 1.25, 2.5)
    same(operator, V, W)


@pytest.mark.parametrize("f", [lambda x: -x, lambda x: +x, abs, lambda x: round(x, 1), lambda x: x**0.5])
def test_an_operator_of_one_operand_works(f):
    same(f, 1.25)
    same(lambda x: f(x), np.float32(1.25))


def test_truth_values_combine_with_operators():
    same(lambda x: np.where((x > 0) & (x < 1), x, 0.0), V)
    same(lambda x: np.where((x > 1) | (x < 0), x, 0.0), V)
    same(lambda x: np.where((x > 1) ^ (x > 0), x, 0.0), V)
    same(lambda x: np.where(~(x > 1), x, 0.0), V)
    same(lambda x: np.where(np.array([True, False, True]) & (x > 0), x, 0.0), V)


# -- functions and methods --------------------------------------------------------------------------

UNARY = [
    np.sin,
    np.exp,
    np.tanh,
    np.arctan,
    np.cbrt,
    np.sinh,
    np.floor,
    np.sign,
    np.absolute,
    np.square,
    np.rint,
]


@pytest.mark.parametrize("function", [*UNARY, sc.erf, sc.expit, sc.j0, sc.gamma], ids=lambda f: f.__name__)
def test_an_elementwise_function_works_on_numbers_arrays_and_arrays_of_active_values(function):
    same(lambda x: function(x), 0.75)
    same(lambda x: function(x), V)
    same(lambda x: function(x), A)


@pytest.mark.parametrize("function", UNARY, ids=lambda f: f.__name__)
def test_an_elementwise_function_works_on_an_object_array_of_active_values(function):
    f = lambda x: function(np.array([x[0] * x[1], 2.0 * x[2]]))
    assert np.array_equal(record(f, V).replay(V), f(V))


# fmt: off
CALLS = [
    lambda x: x.sum(), lambda x: x.sum(0), lambda x: x.sum(axis=1, keepdims=True),
    lambda x: np.sum(x, (0, 1)), lambda x: x.mean(axis=0), lambda x: np.mean(x), lambda x: x.max(),
    lambda x: np.max(x, axis=1), lambda x: x.min(axis=0), lambda x: x.prod(), lambda x: x.std(),
    lambda x: np.var(x, axis=0, ddof=1), lambda x: x.cumsum(axis=1), lambda x: np.cumprod(x),
    lambda x: x.dot(W), lambda x: np.dot(A.T, x), lambda x: x @ A.T, lambda x: A.T @ x,
    lambda x: np.matmul(x, W), lambda x: np.outer(x, W), lambda x: np.inner(x, W),
    lambda x: np.tensordot(x, A, 2), lambda x: np.einsum("ij,j->i", x, W), lambda x: x.reshape(3, 2),
    lambda x: x.reshape((3, 2)), lambda x: x.reshape(-1), lambda x: np.reshape(x, (6,)), lambda x: x.T,
    lambda x: x.transpose(), lambda x: x.transpose(1, 0), lambda x: x.transpose((1, 0)),
    lambda x: np.transpose(x, (1, 0)), lambda x: x.swapaxes(0, 1), lambda x: x.ravel(),
    lambda x: x.flatten(), lambda x: x.squeeze(), lambda x: np.expand_dims(x, 1),
    lambda x: np.moveaxis(x, 0, 1), lambda x: x.copy(), lambda x: np.stack([x, 2 * x], axis=1),
    lambda x: np.concatenate((x, A), axis=1), lambda x: np.vstack([A, x]), lambda x: np.hstack([A, A, x]),
    lambda x: np.dstack([x, A]), lambda x: np.column_stack([x[0], W]), lambda x: np.concatenate(x),
    lambda x: np.append(x, 1.0), lambda x: np.block([[x, A], [A, x]]), lambda x: np.where(x > 0, x, 0.0),
    lambda x: np.clip(x, -1, 1), lambda x: x.clip(-1, 1), lambda x: x.round(1), lambda x: x.clip(min=0),
    lambda x: np.clip(x, a_min=x[0, 1], a_max=x[0, 0]), lambda x: x.diagonal(),
    lambda x: np.clip(x, min=x[0, 1], max=2), lambda x: np.clip(x, None, 1), lambda x: np.trace(x @ x.T),
    lambda x: np.flip(x), lambda x: np.roll(x, 1), lambda x: np.tile(x, 2), lambda x: x.repeat(2),
    lambda x: x.take([0, 3]), lambda x: np.diff(x), lambda x: np.broadcast_to(x, (2, 2, 3)),
    lambda x: np.atleast_3d(x), lambda x: x.real, lambda x: x.astype(np.float32), lambda x: x.conj(),
    lambda x: x.item(1), lambda x: x.item(1, 2), lambda x: x[0, 0].item(), lambda x: x.tolist()[1][2],
    lambda x: sum(x.flat), lambda x: np.modf(x)[0], lambda x: np.divmod(x, 2)[1],
    lambda x: np.linalg.norm(x), lambda x: np.split(x, 3, axis=1)[1],
    lambda x: np.average(x, axis=0, weights=[1, 2]), lambda x: np.select([x > 1, x < 0], [x, -x], x**2),
    lambda x: np.kron(x, W), lambda x: np.triu(x),
    lambda x: np.piecewise(x, [x < 0, x > 1], [lambda t: -t, 7.0]), lambda x: np.meshgrid(x[0], W)[0],
    lambda x: np.piecewise(x, [x > 0], [lambda t, k: k * t, 5.0], 3.0),
    lambda x: x.ndim * x.size * len(x) * x, lambda x: np.zeros_like(x) + np.ones_like(x) * x,
    lambda x: np.add.reduce(x), lambda x: np.add.reduce(x, axis=None), lambda x: np.multiply.reduce(x, 1),
    lambda x: np.maximum.reduce(x, 0, None, None, True), lambda x: 1.0 * np.shape(x)[1] * x,
    lambda x: np.multiply.outer(x, W), lambda x: np.subtract.outer(W, x), lambda x: np.dot([1.0, 2.0], x),
    lambda x: np.dot(x, [x[0, 0], 1.0, x[1, 1]]), lambda x: np.linalg.multi_dot([x, A.T, x]),
    lambda x: x.sum(dtype=float), lambda x: np.array(x), lambda x: np.asarray(x) * 2,
    lambda x: np.atleast_1d(x[0, 0]) * 2, lambda x: np.hstack([x[0, 0], 3.0]),
    lambda x: np.interp(0.3, W[[1, 2, 0]], x[0]), lambda x: np.polyval(x[0], 2.0),
    lambda x: np.fft.fft(x).real,
]
# fmt: on


@pytest.mark.parametrize("f", CALLS)
def test_a_call_of_numpy_or_a_method_gives_the_same_bits_when_replayed(f):
    same(f, A)


# -- indexing ---------------------------------------------------------------------------------------

# fmt: off
KEYS = [
    0, -1, np.int64(1), slice(None), slice(1, None), slice(None, None, -1), slice(0, 1), None, Ellipsis,
    (0, 1), (-1, -1), (slice(None), 1), (None, 0), (Ellipsis, 0), (Ellipsis, None), (slice(None), [0, 2]),
    [0, 0, 1], ([0, 1], [2, 0]), np.array([1, 0, 1]), np.array([True, False]), [True, False], A > 0,
    (0, A[0] > 0), (slice(None), slice(None, 2)), (),
]
# fmt: on


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_every_key_of_numpy_indexes(key):
    same(lambda x: x[key], A)


def test_iteration_unpacking_and_length():
    same(lambda x: sum(i * a for i, a in enumerate(x)), V)
    same(lambda x: (lambda a, b, c: a * b + c)(*x), V)
    same(lambda x: x / len(x), V)
    same(lambda x: max(x) + min(x), V)
    same(lambda x: sum(a.sum() for row in A for a in row * x), V)


def test_a_number_has_no_length_and_does_not_iterate():
    with pytest.raises(TypeError, match=r"len\(\) of an active number"):
        record(lambda x: len(x), 1.0)
    with pytest.raises(TypeError, match=r"len\(\) of an active number"):
        record(lambda x: iter(x), 1.0)


def test_an_active_index_indexes():
    same(lambda x: x[np.argmax(x)], V)
    same(lambda x: x[x.argmin()] * W[np.argmax(x)], V)
    same(lambda x: x[np.argsort(x)], V)
    same(lambda x: x[x > 0], V)
    same(lambda x: x[np.where(x > 0)] + x[np.nonzero(x > 0)], V)
    same(lambda x: x[: np.argmax(x)], V)
    same(lambda x: x[[np.argmax(x), 0]], V)
    same(lambda x: np.reshape(x, (np.count_nonzero(x > 0), -1)), A[0, [0, 2]])


def test_counts_and_truth_values_are_plain_numbers_where_asked():
    same(lambda x: x * int(np.argmax(x)), V)
    same(lambda x: x * float(np.sum(x > 0)), V)
    same(lambda x: x[int(np.sum(x > 0))], V)
    same(lambda x: sum(x for _ in range(np.argmax(x))), V)


def test_an_active_real_number_is_not_an_index():
    with pytest.raises(IndexError, match="an active real number is not an index"):
        record(lambda x: x[x[0]], V)
    with pytest.raises((TypeError, IndexError)):
        record(lambda x: W[x], 1.0)
    with pytest.raises(TypeError, match=r"an active real number \(2\.0\) is not an index"):
        record(lambda x: list(range(x)), 2.0)


# -- building arrays --------------------------------------------------------------------------------

ARRAYS = [
    lambda x: np.array([x[0] * x[1], x[2] ** 2]),
    lambda x: np.array([[x[0], 1.0], [2, x[1] * x[2]]]),
    lambda x: np.array([x, W]),
    lambda x: np.array([x, 2 * x]).sum(axis=0),
    lambda x: np.array([x[0], x[1]]) * 2 + 1,
    lambda x: np.array([x[0], x[1]]) @ np.array([x[1], 1.0]),
    lambda x: A[:, :2] @ np.array([x[0], x[1]]),
    lambda x: np.sum(np.array([x[0], x[1]]) ** 2),
    lambda x: np.array([x[0], x[1]]).T.reshape(2, 1),
    lambda x: np.arctan2(np.array([x[0], x[1]]), 2.0),
    lambda x: np.arctan2(np.array([x[0], x[1]]), np.array([x[1], x[2]])),
    lambda x: np.linalg.norm([x[0], x[1]]),
    lambda x: np.dot([x[0], x[1]], [x[1], 2.0]),
    lambda x: np.concatenate([np.array([x[0]]), W]),
    lambda x: np.array([[x[0]], [x[1]]])[:, 0],
    lambda x: x @ np.array([x[0], x[1], 1.0]),
]


@pytest.mark.parametrize("f", ARRAYS)
def test_an_array_built_of_active_values_is_an_active_array(f):
    expected, tape = f(V), record(f, V)
    assert np.array_equal(tape.replay(V), expected)
    assert np.asarray(tape.replay(V)).dtype == np.float64


def test_an_array_of_no_active_values_stays_what_it_is():
    from fractions import Fraction

    third = np.array([Fraction(1, 3)], dtype=object)
    assert record(lambda x: (x, third), 1.0).replay(1.0)[1].tolist() == [Fraction(1, 3)]


# -- looking ------------------------------------------------------------------------------------------


def test_an_active_value_shows_its_shape_its_type_and_its_number():
    seen = []

    def f(x):
        seen.extend(
            [x.shape, x.ndim, x.size, x.dtype, np.shape(x), f"{x[0]:.2f}", repr(x[1]), np.result_type(x, 1j)]
        )
        return x

    record(f, V)
    assert seen == [(3,), 1, 3, np.float64, (3,), "0.50", "Active(1.5)", np.complex128]


def test_activity_ends_with_the_call():
    seen = []
    grad(lambda x: seen.append((x, is_active(x))) or x * x)(3.0)
    kept, inside = seen[0]
    assert inside
    assert not is_active(kept)
    assert not is_active(3.0)
    assert not is_active(V)
    assert value_of(kept) == plain(kept) == 3.0
    assert value_of(V) is V


def test_a_value_of_an_outer_derivative_is_a_constant_of_the_inner_one():
    # d/dx (x d/dy (x + y)) = 1: the textbook's case of perturbation confusion (Siskind & Pearlmutter, 2005).
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0


def test_an_inner_index_is_a_guard_of_the_outer_recording():
    tape = record(lambda x: grad(lambda y: y[np.argmax(y)] ** 2)(x), V)
    assert [guard.outcome for guard in tape.guards] == [1]
    assert tape.replay(V).tolist() == [0.0, 3.0, 0.0]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x, out=np.zeros(())),
        lambda x: x.sum(out=np.zeros(())),
        lambda x: np.median(x, out=np.zeros(())),
        lambda x: np.dot(x, x, out=np.zeros(())),
    ],
)
def test_a_result_is_not_written_into_an_array_where_its_history_would_end(f):
    with pytest.raises(NoRuleError, match=r"np\.\w+\(\.\.\., out=\.\.\.\) .* write y = np\.\w+\(\.\.\.\)"):
        record(f, V)


# A list among the operands: of plain numbers a constant array, of active values an array of them.
LISTED = [
    (lambda x: x * [3, 1, 2], W),
    (lambda x: np.power(np.exp(x), [3, 1, 2]), W * np.exp(V) ** W),
    (lambda x: np.arctan2([1.0, 2.0, 3.0], x), -np.array([1.0, 2.0, 3.0]) / (V**2 + [1, 4, 9])),
    (lambda x: np.power.outer(np.exp(x), [1, 2]), np.exp(V) + 2 * np.exp(2 * V)),
    (lambda x: x[:2] * [x[2], 1.0], [V[2], 1, V[0]]),
    (lambda x: (x[2], 1.0) * x[:2], [V[2], 1, V[0]]),
    (lambda x: x[:2] @ [x[2], x[0]], [V[2] + V[1], V[0], V[0]]),
    (lambda x: np.maximum([x[0], 9.0], x[1]), [0, 1, 0]),
]


@pytest.mark.parametrize(("f", "slope"), LISTED)
def test_a_list_is_an_operand_as_any_array(f, slope):
    assert grad(lambda x: np.sum(f(x)))(V) == pytest.approx(slope)


@pytest.mark.parametrize("key", [None, ..., (), (..., None), (None, ..., None)])
def test_a_number_that_numpy_has_made_is_indexed_as_numpys_numbers_are(key):
    same(lambda x: np.mean(x)[key], V)
    assert grad(lambda x: np.sum(np.mean(x)[key] * x))(V) == pytest.approx(2 * np.mean(V) * np.ones(3))


def test_an_array_of_empty_arrays_is_an_array_of_numbers():
    same(lambda x: np.array([x, x]), np.zeros((0, 2)))
