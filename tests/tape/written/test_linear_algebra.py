"""Functions of numpy.linalg written with others: NumPy's own values, and products in the cheapest order."""

import numpy as np
import pytest

from diffkit.tape import record
from diffkit.tape.written.linear_algebra import _cheapest

rng = np.random.default_rng(2)
la = np.linalg
A = rng.normal(size=(3, 3))
Z = A + 1j * rng.normal(size=(3, 3))
R = rng.normal(size=(2, 3, 4))
V = np.array([3.0, -4.0, 2.0])
SYMMETRIC = np.array([[2.0, 9.0], [1.0, 3.0]])

CALLS = [
    (la.eigvalsh, SYMMETRIC), (la.eigvalsh, SYMMETRIC, "U"), (la.eigvals, A), (la.eigvals, Z),
    (la.svdvals, R), (la.svdvals, Z),
    *[(lambda x, how=how: la.vector_norm(x, **how), R) for how in (
        {}, {"axis": 1}, {"axis": (0, 2)}, {"axis": (2, 0), "keepdims": True}, {"keepdims": True}, {"ord": 3},
        {"axis": -1, "ord": np.inf}, {"axis": (-1,), "ord": 1},
    )],
    (la.vector_norm, Z), (lambda x: la.vector_norm(x, ord=0), V),
    (la.matrix_norm, R), (lambda x: la.matrix_norm(x, ord=2), R),
    (lambda x: la.matrix_norm(x, ord=1, keepdims=True), R),
    *[(la.cond, A, p) for p in (None, 2, -2, 1, -1, np.inf, -np.inf, "fro", "nuc")],
    (la.cond, Z), (la.cond, np.stack([A, A.T]), 1), (la.cond, R),
    *[(la.matrix_power, A, n) for n in (0, 1, 2, 3, 5, 8, -1, -3)], (la.matrix_power, np.stack([A, Z]), 3),
    (lambda x: la.multi_dot([x, A, x]), A), (lambda x: la.multi_dot([V, x, V]), A),
    (lambda x: la.multi_dot([x, A]), V), (lambda x: la.multi_dot([A, A @ A, A, x]), V),
    (lambda x: la.multi_dot([x, np.ones((4, 7)), np.ones((7, 2)), np.ones((2, 5))]), R[0]),
    (la.tensorinv, rng.normal(size=(4, 6, 8, 3))),
    (lambda x: la.tensorinv(x, ind=1), rng.normal(size=(24, 8, 3))),
    (lambda x: la.tensorsolve(x, R[:, :, 0]), rng.normal(size=(2, 3, 6))),
    (lambda x: la.tensorsolve(x, np.ones((2, 2)), (0, 2)), rng.normal(size=(2, 2, 2, 2))),
    (la.vecdot, V, A), (la.vecdot, Z, V), (lambda x: la.vecdot(x, R[:1], axis=-2), R),
    (la.matmul, A, V), (la.outer, V, A[0]), (la.tensordot, R, R[0]),
    (lambda x: la.tensordot(x, x, axes=0), V),
    (la.trace, R), (lambda x: la.trace(x, offset=1), R), (lambda x: la.trace(x, dtype=complex), R),
    (la.diagonal, R), (lambda x: la.diagonal(x, offset=-1), R), (la.matrix_transpose, R),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0].__name__)
def test_it_has_numpys_value_shape_and_dtype(call):
    f, x, *rest = call
    found, right = np.asarray(record(lambda x: f(x, *rest), x).replay(x)), np.asarray(f(x, *rest))
    assert (found.shape, found.dtype) == (right.shape, right.dtype)
    np.testing.assert_allclose(found, right, rtol=1e-11, atol=1e-13)


def test_a_chain_of_products_is_taken_in_the_order_that_costs_least():
    # Cormen et al., 15.2: the chain of six matrices of the textbook, 15 125 multiplications.
    cost, tree = _cheapest((30, 35, 15, 5, 10, 20, 25))
    assert (cost, tree) == (15125, ((0, (1, 2)), ((3, 4), 5)))


def test_a_power_takes_as_many_products_as_its_exponent_has_binary_digits_and_ones():
    tape = record(lambda x: np.linalg.matrix_power(x, 13), A)  # 1101: three squares, two more products
    assert [row.op for row in tape.instructions] == ["matmul"] * 5
