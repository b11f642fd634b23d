"""Shaping, moving, joining, indexing and products where they meet, and in their corners."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jvp, vjp
from diffkit.errors import NoRuleError

R = (2, 3, 4)

# Methods, and calls composed of several; a call of one function stands beside its row.
CASES = [
    (lambda x: x.reshape(-1, 2), R),
    (lambda x: x.reshape((6, 4)), R),
    (lambda x: x.ravel("F"), R),
    (lambda x: x.T.ravel(), R),
    (lambda x: x.flatten(), R),
    (lambda x: x.T, R),
    (lambda x: x.transpose(1, 2, 0), R),
    (lambda x: x.copy(), R),
    (lambda x: np.real(np.exp(1j * x) * (x + 2j)), R),
    (lambda x: np.imag(np.conjugate(np.exp(1j * x)) * x**2), R),
    (lambda x: np.abs(np.exp(1j * x) + x), R),
    (lambda x: np.modf(3 * x)[0] * np.modf(3 * x)[1], R),
    (lambda a, b: np.where(a > b, a, b), (2, 3), (2, 3)),
    (lambda a: np.where(a > 0.8, a, 0), (5,)),
    (lambda x, low, high: np.clip(x, low - 0.2, high + 0.2), (7,), (7,), ()),
]


def called(case):
    f, *shapes = case
    return f"{getattr(f, '__name__', 'f').strip('<>')}{shapes}"


@pytest.mark.parametrize("case", CASES, ids=called)
def test_push_and_pull_are_transposes_and_right_at_both_orders(case, check_maps):
    check_maps(*case)


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
