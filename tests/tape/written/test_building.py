"""Joining, padding, splitting and grids: the shapes NumPy gives, and its refusals."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jacobian
from diffkit.errors import DiffkitError
from diffkit.tape import record

V = np.array([0.5, 1.5, -2.0])
M = np.outer(V, V) + np.eye(3)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.block([[M, x[:, None]], [x, 1.0]]),
        lambda x: np.block([x, 2 * x]),
        lambda x: np.block(x),
        lambda x: np.block([[[M]], [[x * M]]]),
        lambda x: np.vectorize(lambda t: t if t > 1 else t * t)(x),
        lambda x: np.full((2, 3), x),
        lambda x: np.linspace(x, 3.0, 4),
        lambda x: np.linspace(0.0, x[:2], 4, axis=-1),
        lambda x: np.logspace(x, 1.0, 4),
        lambda x: np.geomspace(x * x, 2.0, 4),
        lambda x: np.geomspace(x * x, 2.0, 4, axis=1),
        lambda x: np.r_[x, 1.0, x[0]],
        lambda x: np.c_[x, x**2],
        lambda x: np.apply_along_axis(lambda row: row / np.sum(row), 1, x * M),
    ],
)
def test_what_is_built_has_the_values_that_numpy_gives(f):
    np.testing.assert_array_max_ulp(record(f, V).replay(V), f(V), 4)


@pytest.mark.parametrize(
    ("mode", "right"),
    [
        ("edge", [3, 1, 2]),
        ("reflect", [1, 3, 2]),
        ("symmetric", [2, 2, 2]),
        ("wrap", [2, 2, 2]),
        ("empty", [1, 1, 1]),
    ],
)
def test_a_padded_element_counts_as_often_as_it_stands(mode, right):
    pad = (2, 1) if mode != "empty" else 0
    assert grad(lambda x: np.sum(np.pad(x, pad, mode)))(V).tolist() == right


def test_the_ends_of_a_grid_are_felt_by_how_near_they_are():
    found = jacobian(lambda a, b: np.linspace(a, b, 5), argnums=(0, 1))(0.0, 2.0)
    assert found[0].tolist() == [1.0, 0.75, 0.5, 0.25, 0.0]
    assert found[1].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_split_that_does_not_come_out_even_is_numpys_error():
    with pytest.raises(ValueError, match="equal division"):
        record(lambda x: np.split(x, 2), V)


def test_padding_by_a_function_says_what_to_write():
    with pytest.raises(DiffkitError, match=r"np\.pad with a function.*np\.concatenate"):
        record(lambda x: np.pad(x, 1, lambda *_: None), V)
