"""Sparse Jacobians: as many samples as there are groups, the same numbers, and nothing left outside."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize._numdiff import group_columns

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError, OptionError
from diffkit.numerical import Backward, Central, ComplexStep, Forward, Richardson
from diffkit.numerical.sparse import Pattern, column_groups

EVERY = (Forward, Backward, Central, Richardson, ComplexStep)
every = pytest.mark.parametrize("method", EVERY, ids=lambda method: method.__name__)


def heat(x):
    """A nonlinear chain: element i feels its two neighbours."""
    return np.convolve(x**2, [1, -2, 1], "same") + np.sin(x)


def band(n):
    return scipy.sparse.diags_array([1.0, 1.0, 1.0], offsets=[-1, 0, 1], shape=(n, n))


@pytest.mark.parametrize(
    ("method", "calls"), list(zip(EVERY, (3 + 1, 3 + 1, 6, 12, 3), strict=True)), ids=str
)
@pytest.mark.parametrize("n", [10, 10_000])
def test_a_tridiagonal_jacobian_costs_three_groups_whatever_its_size(method, calls, n):
    asked = []
    f = lambda x: asked.append(1) or heat(x)
    found = method(sparsity=band(n), check=False).jacobian(f, [np.linspace(1, 2, n)])
    assert found.evaluations == len(asked) == calls
    assert isinstance(found.value[0], scipy.sparse.csr_array)
    assert (found.value[0].shape, found.value[0].nnz) == ((n, n), 3 * n - 2)


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_has_the_bits_of_the_dense_one(method, dtype):
    x = np.linspace(1, 2, 20).astype(dtype)
    sparse = method(sparsity=band(20), check=False).jacobian(heat, [x]).value[0]
    dense = method(check=False).jacobian(heat, [x]).value[0]
    assert sparse.dtype == dtype
    assert np.array_equal(sparse.toarray(), dense)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.floats(0, 1))
def test_any_structure_is_found_whole_in_groups_that_share_no_row(seed, m, n, density):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(m, n)) * (rng.random((m, n)) < density)
    found = ComplexStep(sparsity=A, check=False).jacobian(lambda x: A @ x, [np.ones(n)])
    np.testing.assert_allclose(found.value[0].toarray(), A, rtol=1e-15)
    pattern = Pattern.of(A, [np.ones(n)])
    assert found.evaluations == len(pattern.groups)
    for places in pattern.groups:
        assert len(set(pattern.rows[places].tolist())) == len(places)
    rows, columns = A.nonzero()
    assert np.array_equal(column_groups(rows, columns, A.shape), group_columns(A != 0, np.arange(n)))


@pytest.mark.parametrize(
    "kind", [np.asarray, np.ndarray.tolist, scipy.sparse.csc_matrix, scipy.sparse.coo_array]
)
def test_the_structure_comes_as_an_array_a_list_or_any_sparse_kind(kind):
    found = dk.jacobian(
        heat, np.ones(5), method="central", sparsity=kind(band(5).toarray()), full_output=True
    )
    assert found.value.nnz == 13
    assert found.evaluations == 6 + 2


def test_zeros_that_are_stored_are_no_part_of_the_structure():
    stored = scipy.sparse.csr_array((np.array([1.0, 0.0]), ([0, 1], [0, 0])), shape=(2, 2))
    assert (
        Central(sparsity=stored, check=False).jacobian(lambda x: x * [1, 0], [np.ones(2)]).value[0].nnz == 1
    )


@every
def test_what_lies_outside_of_the_structure_is_noticed(method):
    with pytest.raises(ArgumentsError, match=r"element 0 .* sparsity is zero in its row.*check=False"):
        method(sparsity=np.eye(9)).jacobian(heat, [np.linspace(1, 2, 9)])
    only_the_last = lambda x: x**2 + np.where(np.arange(9) == 8, x[0], 0)
    with pytest.raises(ArgumentsError, match="element 8 "):
        method(sparsity=np.eye(9)).jacobian(only_the_last, [np.linspace(1, 2, 9)])
    assert method(sparsity=band(9)).jacobian(heat, [np.linspace(-1e3, 1e3, 9)]).value[0].nnz == 25


def test_a_structure_that_does_not_fit_is_one_sentence():
    x = np.ones(5)
    with pytest.raises(ArgumentsError, match=r"sparsity has shape \(3, 4\), and a Jacobian by 5 numbers"):
        Central(sparsity=np.ones((3, 4))).jacobian(heat, [x])
    with pytest.raises(ArgumentsError, match=r"f maps shape \(5,\) to shape \(5,\).*have shape \(4,\)"):
        Central(sparsity=np.ones((4, 5))).jacobian(heat, [x])
    with pytest.raises(ArgumentsError, match=r"one flat array, and this one has 2 arguments.*concatenate"):
        Central(sparsity=np.ones((5, 5))).jacobian(lambda x, y: x, [x, x])
    with pytest.raises(ArgumentsError, match=r"one of shape \(5, 1\)"):
        Central(sparsity=np.ones((5, 5))).jacobian(heat, [x[:, None]])
    for ask in (Central(sparsity=np.eye(5)).hessian, ComplexStep(sparsity=np.eye(5)).hessian):
        with pytest.raises(OptionError, match="sparsity is for a Jacobian, and this is a Hessian"):
            ask(np.sum, [x])
    with pytest.raises(OptionError, match="this is a derivative"):
        dk.derivative(np.sin, x, "central", sparsity=np.eye(5))


def test_the_one_api_hands_a_sparse_jacobian_on_and_still_looks_for_nan():
    x = np.linspace(1, 2, 6)
    found = dk.jacobian(heat, x, method="central", sparsity=band(6))
    assert isinstance(found, scipy.sparse.csr_array)
    assert found.toarray() == pytest.approx(dk.jacobian(heat, x), abs=1e-9)
    with pytest.raises(DomainError, match="f is nan"):
        dk.jacobian(np.log, -x, method="central", sparsity=np.eye(6))
    gradient = dk.gradient(
        lambda x: np.sum(x, keepdims=True), x, method="central", h=0.5, sparsity=np.ones((1, 6))
    )
    assert gradient.tolist() == [1] * 6


def test_an_element_that_is_zero_is_moved_too():
    x = np.array([0.0, 1.0, -2.0])
    found = dk.jacobian(np.sin, x, method="adaptive", sparsity=np.eye(3))
    assert found.toarray() == pytest.approx(np.diag(np.cos(x)), abs=1e-13)


def test_a_sparse_jacobian_can_be_one_call():
    found = Central(sparsity=band(50), vectorized=True, check=False).jacobian(
        lambda x: np.concatenate([x[:1], x[1:] * x[:-1]]), [np.ones(50)]
    )
    assert found.evaluations == 1
    assert found.value[0].sum() == pytest.approx(1 + 2 * 49)
