"""Overwritten numbers: what shares memory sees them, histories follow, and backward reads none unseen."""

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import ArgumentsError, GraphError

at = [1.0, 2.0, 3.0]


def leaf(data=at, **keywords):
    return dk.tensor(data, requires_grad=True, **keywords)


# -- programs that overwrite, and the same without --------------------------------------------------


def operators(x):
    y = x * 2
    y += x
    y *= x
    y **= 2
    y -= y[0]
    return y


def an_element(x):
    y = x * x
    y[0] = 10 * x[1]
    y *= 2
    return y


def a_constant_that_gets_a_history(x):
    y = dk.tensor([0.0, 0.0, 0.0])
    y[0] = x[1] * x[2]
    y[1:] = x[:2]
    return y * y


def rows_of_a_constant(x):
    table = dk.tensor(np.zeros((2, 3)))
    first, second = table
    second += x * x
    first += x
    first *= 2
    return table * table + first


def a_view_and_its_base(x):
    y = x * 1
    part = y[1:]
    part *= x[0]
    before = part + 0
    y += 1
    return y * y + (part + before)[0]


def views_of_views_in_other_shapes(x):
    y = np.stack([x, x * x]) * 1.0
    column = y.reshape(3, 2).T[1]
    column += x
    y[0] *= 2
    return y + column


def a_power_of_a_view(x):
    y = x * x
    part = y[1:]
    part **= 1.5
    part /= np.exp(x[0])
    return y


def flipped_and_squeezed(x):
    y = (x * x)[None]
    back = np.flip(np.squeeze(y))
    back[0] = 5 * x[0]
    np.moveaxis(y, 0, 1)[1] *= x[2]
    return y


def a_number(x):
    total, first = dk.tensor(0.0), x[0] * 1
    for part in x:
        total += part**2
        first *= part
    return total * first


def zeroed(x):
    y = x * x
    z = y + 3
    y[1:].zero_()
    return z + y


def elements_while_iterating(x):
    y = x * 1
    for part in y:
        part *= 3
    return y * x


def a_whole_older_result(x):
    older, y = x * 5, x * 1
    between = y + 3
    y[...] = older
    return between + y * y


WITHOUT = {
    operators: lambda x: (3 * x * x) ** 2 - (3 * x[0] * x[0]) ** 2,
    an_element: lambda x: 2 * np.array([10 * x[1], x[1] ** 2, x[2] ** 2]),
    a_constant_that_gets_a_history: lambda x: np.array([x[1] * x[2], x[0], x[1]]) ** 2,
    rows_of_a_constant: lambda x: np.array([(2 * x) ** 2 + 2 * x, x**4 + 2 * x]),
    a_view_and_its_base: lambda x: (
        (np.array([x[0], x[0] * x[1], x[0] * x[2]]) + 1) ** 2 + 2 * x[0] * x[1] + 1
    ),
    views_of_views_in_other_shapes: lambda x: (
        np.array([[2 * x[0], 2 * (x[1] + x[0]), 2 * x[2]], [x[0] ** 2 + x[1], x[1] ** 2, x[2] ** 2 + x[2]]])
        + np.array([2 * (x[1] + x[0]), x[0] ** 2 + x[1], x[2] ** 2 + x[2]])
    ),
    a_power_of_a_view: lambda x: np.array([x[0] ** 2, x[1] ** 3 / np.exp(x[0]), x[2] ** 3 / np.exp(x[0])]),
    flipped_and_squeezed: lambda x: np.array([[x[0] ** 2, x[1] ** 2 * x[2], 5 * x[0]]]),
    a_number: lambda x: np.sum(x**2) * x[0] ** 2 * x[1] * x[2],
    zeroed: lambda x: np.array([2 * x[0] ** 2 + 3, x[1] ** 2 + 3, x[2] ** 2 + 3]),
    elements_while_iterating: lambda x: 3 * x * x,
    a_whole_older_result: lambda x: x + 3 + 25 * x * x,
}


@pytest.mark.parametrize("program", WITHOUT, ids=lambda f: f.__name__)
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_program_that_overwrites_has_the_derivative_of_the_one_that_does_not(program, create_graph):
    def without(x):
        return np.sum(WITHOUT[program](x))

    x, plain = leaf(), np.array(at)
    y = program(x)
    np.testing.assert_allclose(y.detach().numpy(), WITHOUT[program](plain), rtol=1e-15)
    y.sum().backward(create_graph=create_graph)
    right = dk.gradient(without, plain, method="complex-step")
    np.testing.assert_allclose(x.grad.detach().numpy(), right, rtol=1e-14)
    if create_graph and x.grad.requires_grad:
        first, x.grad = x.grad, None
        (first**2).sum().backward()
        hessian = dk.hessian(without, plain, method="dual")
        np.testing.assert_allclose(x.grad.numpy(), 2 * hessian @ right, rtol=1e-13)


# -- shared memory ----------------------------------------------------------------------------------


def test_a_detached_tensor_shares_the_numbers_and_counts_their_versions():
    x = leaf()
    d = x.detach()
    d[0] = 9.0
    d += 1
    assert (x.tolist(), x.version, d.version, d.requires_grad) == ([10.0, 3.0, 4.0], 2, 2, False)
    number = leaf(2.0) * 3
    number.detach().zero_()
    assert number.item() == 0.0


def test_views_share_the_numbers_in_both_directions():
    y = dk.tensor(at)
    part, column, first = y[1:], y.reshape(3, 1), y[0]
    part += 1
    column *= 2
    first.zero_()
    assert (y.tolist(), part.tolist(), part.version) == ([0.0, 6.0, 8.0], [6.0, 8.0], 3)
    copy = y.clone()
    copy.zero_()
    assert (y.tolist(), y.version) == ([0.0, 6.0, 8.0], 3)


def test_numpy_and_data_are_the_numbers_themselves():
    c, x = dk.tensor(at), leaf()
    c.numpy()[0] = 7.0
    x.data[0] = 7.0
    x.data -= 1.0
    assert (c.tolist(), x.tolist(), x.requires_grad) == ([7.0, 2.0, 3.0], [6.0, 1.0, 2.0], True)
    with pytest.raises(
        ArgumentsError, match=r"data of shape \(1,\) cannot overwrite numbers of shape \(3,\)"
    ):
        x.data = [1.0]


@pytest.mark.parametrize("split", [lambda y: np.split(y, 3)[1], lambda y: np.atleast_1d(0.0, y)[1][1:2]])
def test_the_parts_that_numpy_cuts_an_array_into_are_views(split):
    x = leaf()
    y = x * 1
    part = split(y)
    part *= 5
    y.sum().backward()
    assert (y.tolist(), x.grad.tolist()) == ([1.0, 10.0, 3.0], [1.0, 5.0, 1.0])


def test_an_in_place_operator_keeps_the_tensor():
    for x in (leaf(), leaf(2.0), leaf() * 1, leaf(2.0) * 1):
        same = x
        with dk.no_grad():
            same -= 0.5
        assert same is x
        assert (x.version, x.requires_grad) == (1, True)
    y = leaf(2.0) * 1
    same = y
    same *= y
    assert same is y
    assert y.item() == 4.0


def test_gradient_descent_through_data_and_under_no_grad_agree():
    x, y = leaf(), leaf()
    for _ in range(3):
        (x * x).sum().backward()
        x.data -= 0.1 * x.grad.data
        x.grad.zero_()
        (y * y).sum().backward()
        with dk.no_grad():
            y[:2] -= 0.1 * y.grad[:2]
            y[2] = y[2] - 0.1 * y.grad[2]
        y.zero_grad()
    assert x.tolist() == y.tolist() == pytest.approx([0.512, 1.024, 1.536], rel=1e-15)


# -- the version check ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compute", "overwrite"),
    [
        (lambda x, y, c: y * y, lambda x, y, c: y.__iadd__(1)),
        (lambda x, y, c: y * y, lambda x, y, c: y.__setitem__(0, 1.0)),
        (lambda x, y, c: y * y, lambda x, y, c: y.detach().zero_()),
        (lambda x, y, c: y * y, lambda x, y, c: y[1:].__imul__(2)),
        (lambda x, y, c: np.sin(y[1:]), lambda x, y, c: y.__imul__(2)),
        (lambda x, y, c: y * c, lambda x, y, c: c.zero_()),
        (lambda x, y, c: c**y, lambda x, y, c: c.__setitem__(0, 5.0)),
        (lambda x, y, c: x * x, lambda x, y, c: dk.no_grad()(x.__isub__)(1)),
        (lambda x, y, c: x * x, lambda x, y, c: setattr(x, "data", x.data + 1)),
        (lambda x, y, c: np.exp(y), None),
        (lambda x, y, c: np.sqrt(y), None),
    ],
)
@pytest.mark.parametrize("create_graph", [False, True])
def test_numbers_that_backward_needs_are_not_overwritten_unseen(compute, overwrite, create_graph):
    x, c = leaf(), dk.tensor([4.0, 5.0, 6.0])
    z = compute(x, x + 1, c) if overwrite is None else None
    if overwrite is None:
        z += 1  # the result, which the derivative reads
    else:
        y = x + 1
        z = compute(x, y, c)
        overwrite(x, y, c)
    with pytest.raises(GraphError, match=r"needs numbers of shape .* overwritten since; call"):
        z.sum().backward(create_graph=create_graph)
    assert x.grad is None


def test_numbers_that_backward_does_not_need_may_be_overwritten():
    x = leaf()
    y = x * 3
    z = y + y[0] + np.zeros_like(x) - x.reshape(3)
    arrived = []
    x.register_hook(lambda g: arrived.append(g.tolist()))
    with dk.no_grad():
        x += 1
        y *= 2
    z.sum().backward()
    assert arrived == [x.grad.tolist()] == [[11.0, 2.0, 2.0]]


@pytest.mark.parametrize(
    ("f", "slope", "bend"),
    [
        (np.exp, lambda y: y, lambda y: y),
        (np.sqrt, lambda y: 0.5 / y, lambda y: -0.25 / y**3),
        (np.tanh, lambda y: 1 - y * y, lambda y: -2 * y * (1 - y * y)),
        (sc.expit, lambda y: y * (1 - y), lambda y: y * (1 - y) * (1 - 2 * y)),
        (np.tan, lambda y: 1 + y * y, lambda y: 2 * y * (1 + y * y)),
    ],
)
def test_a_derivative_that_its_result_tells_does_without_the_operand(f, slope, bend):
    x = leaf()
    y = x * 1
    y += f(y)
    y.sum().backward(create_graph=True)
    np.testing.assert_allclose(x.grad.numpy(), 1 + slope(f(at)), rtol=1e-14)
    x.grad.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 1 + slope(f(at)) + bend(f(at)), rtol=1e-14)


def test_the_hint_of_the_error_works():
    x = leaf()
    y = np.exp(x)
    z = y.clone()
    z += 1
    (z * y).sum().backward()
    e = np.exp(at)
    np.testing.assert_allclose(x.grad.numpy(), (2 * e + 1) * e, rtol=1e-15)


# -- what cannot be overwritten ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "overwrite",
    [
        lambda x: x.__iadd__(1), lambda x: x.zero_(), lambda x: x.__setitem__(0, 1.0),
        lambda x: x[1:].zero_(), lambda x: x.reshape(3, 1).__imul__(2), lambda x: x.T[0].__iadd__(x[1]),
    ],
)  # fmt: skip
def test_a_leaf_is_not_overwritten_where_operations_are_recorded(overwrite):
    x = leaf()
    with pytest.raises(GraphError, match=r"write `with no_grad\(\):` around an update"):
        overwrite(x)
    assert (x.tolist(), x.is_leaf, x.version) == (at, True, 0)


@pytest.mark.parametrize(
    ("y", "other"), [(leaf() * 1, np.ones((2, 3))), (dk.tensor([1, 2]), 0.5), (leaf(2.0) * 1, np.ones(3))]
)
def test_an_in_place_operator_keeps_shape_and_type(y, other):
    with pytest.raises(ArgumentsError, match=r"do not fit into a tensor of .*; write y = y \+ x instead of"):
        y += other


def test_a_narrow_tensor_stays_narrow():
    y = leaf(np.float32(at)) * 1
    y += leaf()
    assert y.dtype == np.float32


# -- long programs ----------------------------------------------------------------------------------


def test_a_long_sum_in_place():
    x, y = leaf(), dk.tensor([0.0, 0.0, 0.0])
    for _ in range(5_000):
        y += x
    y.sum().backward()
    assert x.grad.tolist() == [5_000.0] * 3


def test_views_of_views_need_no_recursion():
    y, x = dk.tensor(at), leaf()
    view = y
    for _ in range(5000):
        view = view[:]
    y += x
    view.sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
