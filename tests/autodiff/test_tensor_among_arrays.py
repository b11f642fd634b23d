"""A tensor among NumPy's arrays: shapes, types, functions; as a plain value; in functional derivatives."""

import copy
import math
import pickle

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import ArgumentsError, GraphError, LostHistoryError, NoRuleError

FEW_ULPS = {"rtol": 4 * 2.0**-52, "atol": 0.0}


def leaf(data, **keywords):
    return dk.tensor(data, requires_grad=True, **keywords)


# -- shapes and types -----------------------------------------------------------------------------


def test_broadcasting_is_undone():
    a, b, c = leaf(np.ones((3, 1))), leaf(np.arange(4.0)), leaf(2.0)
    (a * b * c + b).sum().backward()
    assert (a.grad.tolist(), b.grad.tolist(), c.grad.item()) == ([[12.0]] * 3, [9.0] * 4, 18.0)


def test_an_empty_tensor_has_an_empty_gradient():
    x = leaf(np.zeros((0, 3)))
    y = (x * x).sum()
    y.backward()
    assert (y.item(), x.grad.shape, len(x), x.tolist()) == (0.0, (0, 3), 0, [])


def test_float32_stays_float32():
    x, z = leaf([1.0, 2.0], dtype=np.float32), leaf(2.0, dtype=np.float32)
    y = (np.sin(x) * 2.0 / 3 + x**2 - 1).mean() * (np.exp(-z) / 3)
    y.backward()
    assert (y.dtype, x.grad.dtype, z.grad.dtype) == (np.float32,) * 3
    assert repr(x.detach()) == "tensor([1., 2.], dtype=float32)"
    wide = leaf([1.0, 2.0])
    (x * wide).sum().backward()
    assert (x.grad.dtype, wide.grad.dtype) == (np.float32, np.float64)


def test_the_gradient_of_a_complex_tensor_is_that_of_the_functional_interface():
    z = leaf(1 + 2j)
    (abs(z) ** 2).backward()
    assert z.grad.item() == pytest.approx(2 - 4j, rel=1e-15)
    assert dk.grad(lambda z: abs(z) ** 2)(1 + 2j) == pytest.approx(2 - 4j, rel=1e-15)


def test_whole_numbers_and_truth_values_are_constants():
    x, i, mask = leaf([1.0, 2.0, 3.0]), dk.tensor([0, 2, 2]), dk.tensor([True, False, True])
    (x[i] ** 2 * mask).sum().backward()
    assert x.grad.tolist() == [2.0, 0.0, 6.0]
    assert (i.dtype, mask.dtype, [10, 20, 30][i[1]]) == (np.int64, np.bool_, 30)


def test_a_gradient_belongs_to_its_tensor_in_shape_and_type():
    x = leaf([1.0, 2.0])
    x.grad = dk.tensor([5.0, 5.0])
    (x * x).sum().backward()
    assert x.grad.tolist() == [7.0, 9.0]
    with pytest.raises(ArgumentsError, match=r"write dk.tensor\(...\)"):
        x.grad = 3.0
    for other in (dk.tensor([1.0]), dk.tensor([1, 2])):
        with pytest.raises(ArgumentsError, match="does not belong to a tensor of shape"):
            x.grad = other


# -- with NumPy, and as plain values --------------------------------------------------------------


def test_tensors_go_where_arrays_go():
    x, a = leaf([1.0, 2.0]), np.array([3.0, 4.0])
    for y, right in [
        (a * x, [3.0, 4.0]), (a - x, [-1.0, -1.0]), (2.0**x, [2 * math.log(2), 4 * math.log(2)]),
        (np.float64(2) * x, [2.0, 2.0]), (np.array([x[0] * x[1], x[0]]), [3.0, 1.0]), (a @ x, [3.0, 4.0]),
        (sc.erf(x), 2 / np.sqrt(np.pi) * np.exp(-np.array([1.0, 4.0]))), (np.stack([x, x]), [2.0, 2.0]),
        (np.linalg.slogdet(np.diag(x)).logabsdet, [1.0, 0.5]), (np.sum(np.modf(x)), [1.0, 1.0]),
        (x.view(2, 1).T, [1.0, 1.0]),
    ]:  # fmt: skip
        x.zero_grad()
        np.sum(y).backward()
        np.testing.assert_allclose(x.grad.numpy(), right, **FEW_ULPS)


def test_an_array_takes_in_place_what_has_no_history():
    w, x = np.array([3.0, 4.0]), leaf([1.0, 2.0])
    (x * x).sum().backward()
    w -= 0.5 * x.grad
    assert w.tolist() == [2.0, 2.0]
    with pytest.raises(NotImplementedError, match=r"write a = a \+ b, not a \+= b"):
        w -= x


def test_a_constant_read_by_an_operation_may_be_written_into_afterwards():
    x, c, keys = leaf([1.0, 2.0]), np.array([3.0, 4.0]), [1, 1]
    y = (x * c)[keys].sum()
    c[:] = 100.0
    keys[0] = 0
    y.backward()
    assert x.grad.tolist() == [0.0, 8.0]


def test_a_tensor_copies_the_numbers_it_is_made_of():
    numbers = np.array([1.0, 2.0])
    x = leaf(numbers)
    again = dk.tensor(x * 2)
    numbers[0] = 9.0
    assert x.tolist() == [1.0, 2.0]
    assert (again.requires_grad, again.is_leaf) == (False, True)
    assert dk.tensor([x.detach()[0], 5.0]).tolist() == [1.0, 5.0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("abc", r"a tensor of 'abc' \(str\); write numbers"),
        (None, "NoneType.*write numbers"),
        ([[1.0], [1.0, 2.0]], "inhomogeneous shape"),
        ([leaf(1.0), leaf(2.0)], r"write np.stack\(\[...\]\)"),
    ],
)
def test_what_is_no_number_makes_no_tensor(data, message):
    with pytest.raises(ArgumentsError, match=message):
        dk.tensor(data)


def test_comparisons_and_decisions():
    x = leaf([1.0, 3.0])
    assert ((x > 1).tolist(), (x > 2).tolist(), (x == x).all().item(), bool(x[0] < 2)) == (
        [False, True], [False, True], True, True,
    )  # fmt: skip
    assert np.allclose(x, [1.0, 3.0]) is True
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)


def test_a_tensor_is_a_key_by_identity_and_iterates_as_an_array():
    x, y = leaf([1.0, 2.0]), dk.tensor([1.0, 2.0])
    assert {x: 1, y: 2}[y] == 2
    assert len({x, y, x}) == 2
    first, second = x
    (first * second).backward()
    assert x.grad.tolist() == [2.0, 1.0]
    for wrong in (len, list):
        with pytest.raises(TypeError):
            wrong(first)


def test_formats_and_reprs():
    x = leaf(2.5)
    assert f"{x:.3f} {x} {dk.tensor([1.0])}" == "2.500 2.5 tensor([1.])"
    assert repr(x) == "tensor(2.5, requires_grad=True)"
    with pytest.raises(TypeError, match="unsupported format"):
        f"{dk.tensor([1.0]):.3f}"
    with pytest.raises(AttributeError, match="a tensor has no cuda"):
        x.cuda()


def test_a_number_with_a_history_does_not_become_a_float_unseen():
    x, c = leaf(2.0), dk.tensor(2.0)
    for wrong in (float, int, math.sin):
        with pytest.raises(
            LostHistoryError, match=r"write x.item\(\) for a number, or np.sin instead of math"
        ):
            wrong(x)
        assert wrong(c) == wrong(2.0)


def test_arrays_of_tensors_keep_the_history_or_have_none():
    x, c = leaf([1.0, 2.0]), dk.tensor([1.0, 2.0])
    assert np.asarray(c).dtype == float
    assert np.asarray(c, np.float32).dtype == np.float32
    np.asarray(c)[0] = 7.0
    assert c.tolist() == [7.0, 2.0]
    np.sum(np.asarray(x) * 2).backward()
    assert x.grad.tolist() == [2.0, 2.0]
    with pytest.raises(LostHistoryError):
        np.asarray(x, float)


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_leaf_is_copied_with_its_gradient(copied):
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    y = copied(x)
    with dk.no_grad():
        y += 1
        y.grad.zero_()
    assert (x.tolist(), x.grad.tolist(), y.tolist()) == ([1.0, 2.0], [2.0, 4.0], [2.0, 3.0])
    (x * y).sum().backward()
    assert (y.requires_grad, y.is_leaf) == (True, True)
    assert y.grad.tolist() == [1.0, 2.0]
    with pytest.raises(GraphError, match=r"write y.detach\(\)"):
        copied(x * 2)


# -- with the functional interface ----------------------------------------------------------------


def test_a_tensor_is_a_constant_in_a_functional_derivative():
    c = dk.tensor([1.0, 2.0])
    for method in dk.METHODS:
        found = dk.derivative(lambda z: np.sin(z) * c[1], 3.0, method=method)
        assert isinstance(found, float)
        assert found == pytest.approx(2 * math.cos(3.0), rel=1e-6)


@pytest.mark.parametrize("method", ["reverse", "dual", "central", "richardson", "symbolic"])
def test_plain_numbers_do_not_swallow_the_history_of_a_tensor(method):
    w = dk.tensor([1.0, 2.0], requires_grad=True)
    x = np.array([0.3, 0.5])
    f = lambda x: np.sum(np.sin(x) * w)
    sentence = r"tensor with requires_grad.* write w.detach\(\).* dk.grad\(f\).* f is at line .*f = lambda x"
    for ask in (dk.gradient, dk.jacobian, dk.hessian):
        with pytest.raises(LostHistoryError, match=sentence):
            ask(f, x, method=method)
    with pytest.raises(LostHistoryError, match=r"write w\.detach"):
        dk.derivative(lambda x: x * w[0], 2.0, method=method)
    found = dk.gradient(lambda x: np.sum(np.sin(x) * w.detach()), x, method=method)
    np.testing.assert_allclose(found, [1, 2] * np.cos(x), rtol=1e-9)
    assert type(found) is np.ndarray


def test_a_functional_gradient_is_differentiated_by_backward():
    t, at = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    dk.grad(lambda z: (z**2 * t).sum())(at).sum().backward()
    assert (t.grad.tolist(), at.grad.tolist()) == ([6.0, 8.0], [2.0, 4.0])


def test_a_backward_runs_inside_a_functional_derivative():
    def f(z):
        t = leaf([1.0, 2.0])
        (t * t).sum().backward()
        return (z * t.grad).sum()

    assert dk.gradient(f, np.ones(2)).tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    "lose",
    [
        lambda t, z: dk.tensor(z), lambda t, z: t.__iadd__(z), lambda t, z: t.__setitem__(0, z[0]),
        lambda t, z: setattr(t, "data", z), lambda t, z: (leaf([1.0, 2.0]) * 2).backward(z),
    ],
    ids=["tensor", "+=", "setitem", "data", "backward"],
)  # fmt: skip
def test_a_tensor_does_not_swallow_the_active_value_of_a_derivative(lose):
    def f(z):
        lose(dk.tensor([1.0, 2.0]), z)
        return z.sum()

    with pytest.raises(LostHistoryError, match="would lose its history in a tensor"):
        dk.grad(f)(np.ones(2))


def test_a_tensor_is_no_place_to_write_into_for_a_function_of_plain_numbers():
    with pytest.raises(NoRuleError, match=r"np\.add\(\.\.\., out=\.\.\.\)"):
        np.add(1.0, 2.0, out=dk.tensor(0.0))
