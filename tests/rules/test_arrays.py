"""Every row of shaping, joining, indexing and products: transposed maps, right at first and second order."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jvp, vjp
from diffkit.errors import NoRuleError
from diffkit.rules import rules

R = (2, 3, 4)
MASK = np.array([[True, False, True], [True, True, False]])

SHAPING = [
    (lambda x: np.reshape(x, (4, 6)), R),
    (lambda x: np.reshape(x, (4, 6), order="F"), R),
    (lambda x: x.reshape(-1, 2), R),
    (lambda x: x.reshape((6, 4)), R),
    (lambda x: x.reshape(()), (1,)),
    (np.ravel, R),
    (lambda x: np.ravel(x, order="F"), R),
    (lambda x: x.ravel("F"), R),
    (lambda x: x.T.ravel(), R),
    (lambda x: x.flatten(), R),
    (np.squeeze, (1, 3, 1)),
    (lambda x: np.squeeze(x, 0), (1, 3, 1)),
    (lambda x: np.expand_dims(x, (0, 2)), (3,)),
    *[(f, s) for f in (np.atleast_1d, np.atleast_2d, np.atleast_3d) for s in ((), (3,), (2, 3))],
    (lambda x: x.T, R),
    (np.transpose, ()),
    (lambda x: np.transpose(x, (2, 0, 1)), R),
    (lambda x: np.transpose(x, (-1, 0, 1)), R),
    (lambda x: np.transpose(x, axes=(2, 0, 1)), R),
    (lambda x: x.transpose(1, 2, 0), R),
    (np.matrix_transpose, R),
    (lambda x: np.swapaxes(x, 0, -1), R),
    (lambda x: np.swapaxes(x, axis1=0, axis2=1), R),
    (lambda x: np.moveaxis(x, 0, -1), R),
    (lambda x: np.moveaxis(x, (0, 1), (-1, 0)), R),
    (lambda x: np.moveaxis(x, source=0, destination=1), R),
    *[(lambda x, axis=axis: np.flip(x, axis), R) for axis in (None, 0, (0, 2))],
    (np.copy, R),
    (lambda x: np.ldexp(x, [3, -2, 0, 1]), R),
    (lambda x: np.ldexp(x, 5), (1, 3)),
    (lambda x: x.copy(), R),
    (lambda x: np.astype(x, np.float64), R),
    (np.real, R),
    (np.imag, R),
    (np.conjugate, R),
    (lambda x: np.real(np.exp(1j * x) * (x + 2j)), R),
    (lambda x: np.imag(np.conjugate(np.exp(1j * x)) * x**2), R),
    (lambda x: np.abs(np.exp(1j * x) + x), R),
    (lambda x: np.broadcast_to(x, (5, 2, 3)), (2, 1)),
    (lambda x: np.broadcast_to(x, (5,)), ()),
]
MOVING = [
    (lambda x: np.roll(x, 1), R),
    (lambda x: np.roll(x, 1, 0), R),
    (lambda x: np.roll(x, (1, 2), (0, 1)), R),
    (lambda x: np.roll(x, 1), (0,)),
    (np.rot90, (2, 3)),
    (lambda x: np.rot90(x, 3, (0, 2)), R),
    (np.fliplr, R),
    (np.flipud, R),
    (lambda x: np.repeat(x, 2), R),
    (lambda x: np.repeat(x, [1, 0], axis=0), R),
    (lambda x: np.repeat(x, 3), ()),
    (lambda x: np.tile(x, 2), R),
    (lambda x: np.tile(x, (2, 1, 3, 1)), R),
    (lambda x: np.tile(x, 0), (3,)),
    (lambda x: np.take(x, [0, 0, 5]), R),
    (lambda x: np.take(x, [[0, 1], [1, 1]], axis=1), R),
    (lambda x: np.take(x, [7, -1], axis=1, mode="wrap"), R),
    (lambda x: x.take([1, 1], 1), R),
    (lambda x: np.take(x, np.array([], int)), (3,)),
    (lambda x: np.diagonal(x, 1, 0, 2), R),
    (lambda x: x.diagonal(), R),
    *[(lambda x, k=k: np.diag(x, k), s) for k in (0, 1, -2) for s in ((3,), (3, 3), (4, 3))],
    (np.diag, (2, 3)),
    *[(lambda x, k=k: np.trace(x, k), (2, 3)) for k in (0, 1, -1)],
    (lambda x: np.trace(x, 0, 0, 2), R),
    (lambda x: np.trace(x, -1, 2, 1), R),
    (lambda x: np.trace(x, axis1=2, axis2=0), R),
    (lambda x: x.trace(), R),
]
KEYS = [
    0, -1, slice(None, None, -1), (1, slice(0, 2)), None, Ellipsis, (Ellipsis, 1), (None, 0, Ellipsis, None),
    [0, 0, 1], np.array([[0, 1], [1, 1]]), MASK, (slice(None), [0, 0, 2]), ([0, 0, 1], [1, 1, 2]),
    ([0, 1], slice(None), [1, 1]), (1, 2, 3), (), (MASK, 0), (0, np.array([True, False, True])), True,
    np.int64(1), (slice(1, None), None, [2, 0]), slice(1, 1), (slice(None), slice(2, None, -2)),
]  # fmt: skip
INDEXING = [
    *[(lambda x, key=key: x[key], R) for key in KEYS],
    (lambda x: np.atleast_1d(x)[0], ()),
    (lambda x: sum(row[0] * row[1] for row in x), (3, 2)),
    (lambda x: np.modf(3 * x)[0], R),
    (lambda x: np.modf(3 * x)[0] * np.modf(3 * x)[1], R),
]
JOINING = [
    *[
        case
        for f in (np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack)
        for case in [
            (lambda a, b, f=f: f([a, b]), (2, 3), (2, 3)),
            (lambda a, b, f=f: f((a, np.ones((2, 3)), b, a)), (2, 3), (2, 3)),
            (lambda a, f=f: f(a), (2, 3, 4)),
        ]
    ],
    *[(lambda a, b, f=f: f([a, b]), (3,), (3,)) for f in (np.stack, np.vstack, np.dstack, np.column_stack)],
    *[(lambda a, b, i=i: np.concatenate([a, b], axis=i), (2, 3), (2, 3)) for i in (0, 1, -1, None)],
    (lambda a, b: np.concatenate([a, b], 1), (2, 3), (2, 4)),
    (lambda a, b: np.concatenate([a, b]), (0,), (2,)),
    *[(lambda a, b, i=i: np.stack([a, b], axis=i), (2, 3), (2, 3)) for i in (0, 1, -1)],
    (lambda a, b: np.stack([a, b]), (), ()),
    (lambda a, b: np.hstack([a, b, 1.0]), (), (3,)),
    (lambda a, b: np.sum(np.array([[a * b, 1.0], [a, b]]) ** 2), (), ()),
    (lambda a, b: np.array([a, b]) * 2, (3,), (3,)),
]
PRODUCTS = [
    *[
        (np.matmul, s, t)
        for s, t in [
            ((3,), (3,)), ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 2)), ((5, 2, 3), (3, 2)),
            ((2, 3), (5, 3, 2)), ((5, 2, 3), (5, 3, 2)), ((5, 1, 2, 3), (4, 3, 2)), ((5, 2, 3), (3,)),
            ((2,), (5, 2, 3)), ((2, 0), (0, 3)),
        ]
    ],
    (lambda a, b: a @ b, (2, 3), (3,)),
    (lambda a: a @ np.ones(3), (2, 3)),
    (lambda a: np.ones((2, 3)) @ a, (3, 2)),
    *[
        (np.dot, s, t)
        for s, t in [
            ((3,), (3,)), ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 2)), ((5, 2, 3), (3, 2)),
            ((2, 3), (5, 3, 2)), ((5, 2, 3), (4, 3, 2)), ((), (3,)), ((2, 3), ()), ((), ()),
        ]
    ],
    (lambda a, b: a.dot(b), (2, 3), (3,)),
    *[
        (np.inner, s, t)
        for s, t in [
            ((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)), ((5, 2, 3), (4, 3)), ((), (3,)),
            ((2, 3), ()), ((), ()),
        ]
    ],
    *[(np.outer, s, t) for s, t in [((3,), (2,)), ((2, 3), (4,)), ((), (3,)), ((2,), (2, 2))]],
    *[
        (lambda a, b, axes=axes: np.tensordot(a, b, axes), s, t)
        for s, t, axes in [
            ((2, 3, 4), (3, 4, 5), 2), ((2, 3), (3,), 1), ((2,), (3,), 0), ((2, 3), (2, 3), 2),
            ((2, 3, 4), (4, 5, 3), ([1, 2], [2, 0])), ((2, 3, 4), (4, 3, 5), ([2, 1], [0, 1])),
            ((2, 3, 4), (4, 2, 5), ((0, 2), (1, 0))), ((2, 3), (3, 4), (1, 0)), ((2, 3, 4), (5, 4), (-1, -1)),
            ((2, 2, 3), (2, 2), ([1, 0], [0, 1])),
        ]
    ],
    (lambda a, b: np.tensordot(a, b, axes=1), (2, 3), (3, 2)),
]  # fmt: skip
CHOOSING = [
    (lambda a, b: np.where(MASK, a, b), (2, 3), (3,)),
    (lambda a, b: np.where(MASK, a, b), (), (2, 1)),
    (lambda a, b: np.where(a > b, a, b), (2, 3), (2, 3)),
    (lambda a: np.where(a > 0.8, a, 0), (5,)),
    (lambda x: np.clip(x, 0.5, 1.0), (7,)),
    (lambda x: np.clip(x, None, 1.0), (7,)),
    (lambda x, low, high: np.clip(x, low - 0.2, high + 0.2), (7,), (7,), ()),
    *[(f, s, t) for f in (np.maximum, np.minimum) for s, t in (((2, 3), (3,)), ((), (3,)))],
]
CASES = SHAPING + MOVING + INDEXING + JOINING + PRODUCTS + CHOOSING


def called(case):
    f, *shapes = case
    return f"{getattr(f, '__name__', 'f').strip('<>')}{shapes}"


@pytest.mark.parametrize("case", CASES, ids=called)
def test_push_and_pull_are_transposes_and_right_at_both_orders(case, check_maps):
    check_maps(*case)


def test_every_row_of_this_table_has_a_case(functions_met):
    rows = {
        r.function for r in rules() if r.partials is None and r.pulls[-1].__module__ == "diffkit.rules.arrays"
    }
    met = set().union(*(functions_met(*case) for case in CASES))
    assert rows
    assert rows <= met


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_through_shapes_indices_and_products(dtype):
    x = np.arange(1, 7, dtype=dtype).reshape(2, 3)
    f = lambda x: np.sum(np.concatenate([x.T @ x, x[[0, 0]]]).ravel()[::2])
    y, pullback = vjp(f, x)
    found = (y, pullback(1.0)[0], jvp(f, (x,), (np.ones_like(x),))[1])
    assert [np.asarray(part).dtype for part in found] == [dtype] * 3


@pytest.mark.parametrize("order", ["A", "K"])
def test_an_order_that_depends_on_memory_is_refused_in_both_modes(order):
    x = np.ones((2, 3))
    f = lambda x: np.sum(np.ravel(x, order=order))
    for derivative in (lambda: grad(f)(x), lambda: jvp(f, (x,), (x,))):
        with pytest.raises(NoRuleError, match=f"order='{order}' depends on how an array lies in memory"):
            derivative()


def test_whole_numbers_are_constant():
    f = lambda x: x.astype(int) * x
    assert grad(f)(np.array([2.5])).tolist() == [2.0]
    assert jvp(f, (np.array([2.5]),), (np.ones(1),))[1].tolist() == [2.0]


def test_a_lower_precision_on_the_way_keeps_the_graph():
    x = np.array([2.0, 3.0])
    found = grad(lambda x: np.sum(x.astype(np.float32) ** 2))(x)
    assert (found.tolist(), found.dtype) == ([4.0, 6.0], np.float64)


def test_repeated_indices_add_up():
    assert grad(lambda x: np.sum(x[[0, 0, 1]] * np.array([1.0, 2, 3])))(np.ones(2)).tolist() == [3.0, 3.0]
    assert grad(lambda x: np.sum(np.take(x, [0, 0, 1])))(np.ones(2)).tolist() == [2.0, 1.0]


@pytest.mark.parametrize(
    ("f", "shape", "right"),
    [
        (lambda x: np.sum(x * np.ones(4)), (3, 1), 4.0),
        (lambda x: np.sum(x * np.arange(4.0)), (), 6.0),
        (lambda x: np.sum(x + np.zeros((2, 3))), (3,), 2.0),
        (lambda x: np.sum(x + np.zeros((2, 3))), (1, 1), 6.0),
    ],
)
def test_a_stretched_operand_gets_the_sum_in_its_own_shape(f, shape, right):
    assert np.array_equal(grad(f)(np.ones(shape)), np.full(shape, right))


@pytest.mark.parametrize("f", [np.sum, np.prod, lambda x: np.sum(np.sin(x)), lambda x: np.sum(x[:0] + x @ x)])
def test_an_empty_array_has_an_empty_gradient(f):
    found = grad(f)(np.zeros(0))
    assert (found.shape, found.dtype) == ((0,), np.float64)
    assert jvp(f, (np.zeros(0),), (np.zeros(0),))[1] == 0.0


def test_the_whole_part_of_modf_is_constant_and_an_unused_part_costs_nothing():
    x = np.array([2.25, -1.5])
    assert grad(lambda x: np.sum(np.modf(x)[0] ** 2))(x).tolist() == [0.5, -1.0]
    assert grad(lambda x: np.sum(np.modf(x)[1] ** 2))(x).tolist() == [0.0, 0.0]
    _, (fraction_dot, whole_dot) = jvp(lambda x: np.modf(x), (x,), (np.ones(2),))
    assert (fraction_dot.tolist(), whole_dot.tolist()) == ([1.0, 1.0], [0.0, 0.0])
