"""The operations without a NumPy function of their own do what the syntax they stand for does."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from diffkit.autodiff import grad
from diffkit.primitives import Joined, assemble, component, getitem, primitive, scatter

A = np.arange(6.0).reshape(2, 3)
# fmt: off
KEYS = [
    0, -1, slice(None), slice(None, None, -2), None, Ellipsis, (0, 1), (Ellipsis, None, 2),
    (slice(None), 1), (), [0, 1, 0], ([0, 1, 0], [2, 2, 2]), np.array([1, 1]), A > 2,
    np.array([True, False]), (slice(None), [0, 0]), np.int64(1), True, False, (1, np.array([0, 0, 2])),
]
# fmt: on


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_getitem_is_the_square_brackets(key):
    assert np.array_equal(getitem(A, key=key), A[key])


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_scatter_is_the_transpose_of_getitem(key):
    # <scatter(w), a> = <w, a[key]> for every a, here for a basis: exact in whole numbers.
    w = np.arange(1.0, 1 + A[key].size).reshape(A[key].shape)
    found = scatter(w, key=key, shape=A.shape)
    basis = np.eye(A.size).reshape(A.size, *A.shape)
    assert found.shape == A.shape
    assert found.ravel().tolist() == [np.sum(w * e[key]) for e in basis]


def test_scatter_adds_up_where_an_index_repeats():
    assert scatter(np.ones(3), key=[0, 0, 2], shape=(4,)).tolist() == [2.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_scatter_keeps_the_dtype(dtype):
    assert scatter(np.ones(2, dtype), key=slice(1, 3), shape=(3,)).dtype == dtype
    assert scatter(1.5, key=1, shape=(3,)).tolist() == [0.0, 1.5, 0.0]


@pytest.mark.parametrize("shape", [(4,), (2, 2), (1, 4, 1)])
def test_assemble_lays_elements_out_in_reading_order(shape):
    assert (
        assemble(1.0, 2, 3.5, np.float64(4), shape=shape).tolist()
        == np.reshape([1, 2, 3.5, 4], shape).tolist()
    )


def test_assemble_of_nothing_is_empty():
    assert assemble(shape=(0, 3)).shape == (0, 3)


def test_component_picks_one_result_of_several():
    assert component(np.modf(2.5), index=1) == 2.0


def test_joined_takes_its_list_apart():
    stack = Joined(np.stack, 2)
    assert np.array_equal(stack(A, -A, axis=1), np.stack([A, -A], axis=1))
    assert np.array_equal(Joined(np.append, 2)(1.0, 2.0, [3.0]), [1.0, 2.0, 3.0])
    assert stack.__name__ == "stack"


def test_joined_is_equal_hashable_and_travels():
    assert Joined(np.stack, 2) == pickle.loads(pickle.dumps(Joined(np.stack, 2)))
    assert len({Joined(np.stack, 2), Joined(np.stack, 2), Joined(np.stack, 3)}) == 2


def test_third_derivatives_pass_through_indices():
    f = lambda x: x[0] ** 4 * x[[1, 1]].sum()  # = 2 a^4 b
    first = lambda f: lambda x: grad(f)(x)[0]
    assert grad(first(first(f)))(np.array([1.0, 2.0])).tolist() == [96.0, 24.0]


def test_a_primitive_hands_itself_to_active_operands_wherever_they_stand():
    doubled = primitive(lambda *values: values[-1])
    met = []

    class Foreign:
        __array_ufunc__ = None

        def __array_function__(self, function, types, args, keywords):
            met.append((function, len(args)))

    for args in ((Foreign(),), (1.0, Foreign()), ([1.0, [Foreign()]],), (np.array([Foreign(), 1.0]),)):
        doubled(*args)
    assert met == [(doubled, 1), (doubled, 2), (doubled, 1), (doubled, 1)]
    assert doubled(1.0, [2.0]) == [2.0]


def test_a_gather_has_a_third_derivative():
    # The cotangent of a gather is a scatter, which is then followed itself.
    def total(f):
        return lambda x: np.sum(grad(f)(x))

    f = lambda x: np.sum(x[np.array([0, 0, 1])] ** 4)
    assert total(total(total(f)))(np.array([1.0, 2.0])) == 24 * (2 * 1 + 2)


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        ((3, 4), (slice(None), np.array([0, 3, 0, 0, 1]))),
        ((4, 3), np.array([0, 3, 0, 0, 1])),
        ((2, 3, 4), (Ellipsis, np.array([[0, 1], [1, 1]]), slice(1, None))),
        ((3, 4), (np.array([0, 0, 2]), np.array([1, 1, 3]))),
        ((50, 3), np.array([7, 7])),
    ],
)
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.complex128])
def test_what_is_scattered_to_one_place_adds_up_as_np_add_at_does(shape, key, kind):
    x = np.random.default_rng(0).normal(size=np.zeros(shape)[key].shape).astype(kind)
    expected = np.zeros(shape, kind)
    np.add.at(expected, key, x)
    found = scatter(x, key=key, shape=shape)
    assert (found.tolist(), found.dtype) == (expected.tolist(), expected.dtype)
