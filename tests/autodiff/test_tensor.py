"""Tensors: the numbers of the textbook, and the meaning that PyTorch has taught: flags, gradients, errors."""

import gc
import threading

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import ArgumentsError, GraphError, NonScalarError


def leaf(data, **keywords):
    return dk.tensor(data, requires_grad=True, **keywords)


def flags(t):
    return t.requires_grad, t.is_leaf, t.grad is not None, t.grad_fn is not None


# -- what the worked examples do not say ----------------------------------------------------------


def test_a_result_prints_the_operation_it_comes_from():
    assert repr(leaf([3.0]) * dk.tensor([-1.0])) == "tensor([-3.], grad_fn=<multiply>)"


def test_backward_of_a_vector_is_refused_and_leaves_no_gradient():
    x = leaf([0.0, 1.0, 2.0, 3.0])
    with pytest.raises(NonScalarError, match=r"needs a scalar.* sum or average it, or write backward\(grad"):
        (x * x).backward()
    assert x.grad is None


def test_a_second_backward_without_retain_graph_is_refused():
    x = leaf(5.0)
    y = x**3
    y.backward()
    with pytest.raises(GraphError, match=r"second time through <power>.*write backward\(retain_graph=True\)"):
        y.backward()
    assert x.grad.item() == 75.0


def test_no_grad_detach_item_and_numpy_do_as_their_names_promise():
    x = leaf([1.0, 2.0])
    with dk.no_grad():
        x -= 0.5
    assert flags(x * x)[0]
    assert not flags(x.detach() * x.detach())[0]
    y = (x * x).sum()
    assert isinstance(y.item(), float)
    assert y.item() == 2.5
    assert isinstance(x.numpy(), np.ndarray)
    assert x.numpy().tolist() == [0.5, 1.5]
    with pytest.raises(ValueError, match="read-only"):
        x.numpy()[0] = 1.0


# -- flags ----------------------------------------------------------------------------------------


def test_results_are_recorded_when_an_operand_is_and_only_outside_no_grad():
    x, c = leaf([1.0, 2.0]), dk.tensor([1.0, 2.0])
    with dk.no_grad():
        unrecorded = x * 2
    recorded, unfollowed = (True, False, False, True), (False, True, False, False)
    assert flags(x * 2) == flags(c + x) == flags(x.clone()) == flags(np.round(x)) == recorded
    plain = (c * 2, unrecorded, x.detach(), (x * 2).detach(), x > 1, x.argmax(), np.zeros_like(x))
    assert [flags(t) for t in plain] == [unfollowed] * 7


def test_an_operand_is_followed_if_it_was_when_it_was_read():
    x, c, gone = leaf(2.0), dk.tensor(3.0), leaf(5.0)
    y = x * c * gone
    c.requires_grad = True
    gone.requires_grad_(False)
    y.backward()
    assert x.grad.item() == 15.0
    assert c.grad is None
    assert gone.grad is None


def test_requires_grad_is_for_leaves_of_real_numbers():
    x = leaf(2.0)
    assert x.requires_grad_(False) is x
    assert not x.requires_grad
    x.requires_grad = True
    with pytest.raises(GraphError, match=r"write y = y.detach\(\)"):
        (x * 2).requires_grad_(False)
    with pytest.raises(ArgumentsError, match="int64 cannot have a gradient; write real numbers"):
        leaf([1, 2])


# -- backward -------------------------------------------------------------------------------------


def test_backward_takes_the_cotangent_of_a_vector_and_does_not_keep_it():
    x, z, c = leaf([1.0, 2.0]), leaf([1.0, 2.0]), dk.tensor([3.0, 4.0])
    (x + z).backward(c)
    c.zero_()
    x.grad[0] = 50.0
    assert (x.grad.tolist(), z.grad.tolist()) == ([50.0, 4.0], [3.0, 4.0])
    (x + z).backward([1.0, 1.0], create_graph=True)
    x.grad.detach().zero_()
    assert z.grad.tolist() == [4.0, 5.0]


@pytest.mark.parametrize("gradient", [1.0, [1.0], np.ones((2, 1))])
def test_a_cotangent_of_another_shape_is_refused(gradient):
    with pytest.raises(ArgumentsError, match=r"the gradient has shape .*, and the tensor has shape \(2,\)"):
        (leaf([1.0, 2.0]) * 2).backward(gradient)


def test_gradients_accumulate_in_the_same_tensor():
    x = leaf([1.0, 2.0])
    (x * x).sum().backward()
    first = x.grad
    (x * x).sum().backward()
    assert x.grad is first
    assert first.tolist() == [4.0, 8.0]
    assert flags(first) == (False, True, False, False)
    x.zero_grad()
    assert x.grad is None


def test_two_losses_of_one_graph_need_retain_graph():
    x = leaf(2.0)
    shared = x * x
    (shared * 2).backward(retain_graph=True)
    (shared * 3).backward()
    assert x.grad.item() == 20.0
    with pytest.raises(GraphError, match="whose history the first one has freed"):
        (shared * 4).backward()


def test_a_backward_that_fails_leaves_no_gradient_behind():
    x, y = leaf(2.0), leaf(3.0)
    freed = x * x
    freed.backward()
    with pytest.raises(GraphError):
        (y * freed).backward()
    assert (x.grad.item(), y.grad) == (4.0, None)


@pytest.mark.parametrize(
    "made",
    [lambda x: dk.tensor(2.0), lambda x: x.detach() * 2, lambda x: dk.no_grad()(lambda: x * x)()],
    ids=["constant", "detached", "no_grad"],
)
def test_backward_without_a_history_says_how_to_get_one(made):
    with pytest.raises(GraphError, match="make it from a tensor with requires_grad=True, outside no_grad"):
        made(leaf(1.0)).backward()


def test_each_use_of_a_result_counts():
    a = leaf(1.0)
    b = a + a
    (b + b).backward()
    assert a.grad.item() == 4.0
    y = a
    for _ in range(60):
        y = y + y
    a.zero_grad()
    y.backward()
    assert a.grad.item() == 2.0**60


@pytest.mark.parametrize(
    "f",
    [
        lambda w, v: np.sum(np.sin(w @ v) ** 2),
        lambda w, v: (w[[0, 0, 1]] ** 3).sum() + (w[:, 1:] * v[0]).sum() + v[-1] ** 2,
        lambda w, v: (
            (w * w).max() + np.where(w > 0.5, w**3, w * w).sum() + np.maximum(v, 0.1 - v).sum() * w[0, 0]
        ),
        lambda w, v: ((w / w.sum(1).reshape(2, 1)) ** 2).sum(0).mean() * v.prod(),
        lambda w, v: (
            np.stack([w[0], v]).T.reshape(-1)[1:4].sum() * sc.erf(v).sum() + np.einsum("ij,j->", w, v**2)
        ),
    ],
    ids=["matmul", "indexing", "selection", "reduction", "shapes"],
)
def test_create_graph_differentiates_again_as_the_functional_interface_does(f):
    at = np.arange(1.0, 7.0).reshape(2, 3) / 4, np.array([1.0, -1.0, 0.5])
    w, v = map(leaf, at)
    f(w, v).backward(create_graph=True)
    first = w.grad, v.grad
    w.grad = v.grad = None
    ((first[0] ** 2).sum() + (first[1] ** 3).sum()).backward()
    gradient = dk.grad(f, (0, 1))
    squares = dk.grad(lambda *p: np.sum(gradient(*p)[0] ** 2) + np.sum(gradient(*p)[1] ** 3), (0, 1))
    for found, right in zip((*first, w.grad, v.grad), (*gradient(*at), *squares(*at)), strict=True):
        np.testing.assert_allclose(found.detach().numpy(), right, rtol=1e-14, atol=1e-17)


def test_create_graph_again_and_again_gives_every_order():
    x = leaf(2.0)
    (x**4).backward(create_graph=True)
    for right in (32.0, 48.0, 48.0):
        g, x.grad = x.grad, None
        assert (g.item(), g.requires_grad) == (right, True)
        g.backward(create_graph=True)
    assert (x.grad.item(), x.grad.requires_grad) == (24.0, False)


@pytest.mark.parametrize("number", [0, 0.0, 1, 2, 3, 2.0])
def test_powers_at_zero(number):
    x = leaf(0.0)
    (x**number).backward()
    assert x.grad.item() == (1.0 if number == 1 else 0.0)


def test_a_selected_side_keeps_the_other_sides_infinity_out():
    x = leaf([0.0, 4.0])
    np.where(x > 0, np.sqrt(x), 0.0).sum().backward()
    assert x.grad.tolist() == [0.0, 0.25]


@pytest.mark.slow
def test_a_chain_of_100_000_operations_needs_no_recursion_nor_does_freeing_it():
    x = leaf(0.5)
    y = x
    for _ in range(100_000):
        y = np.sin(y)
    y.backward()
    assert x.grad.item() == pytest.approx(1.2462630769e-06, rel=1e-9)
    for _ in range(100_000):
        y = y + x
    del y


def test_backward_in_threads_keeps_their_sweeps_apart():
    wrong = []

    def work(k):
        for _ in range(50):
            x = leaf([1.0, 2.0])
            (np.sin(x) * k).sum().backward()
            if not np.array_equal(x.grad.numpy(), np.cos([1.0, 2.0]) * k):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(float(k),)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# -- a loop that learns ---------------------------------------------------------------------------


def test_a_network_trained_by_hand_learns_with_the_functional_gradients():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(40, 2))
    targets = np.sin(inputs[:, :1]) * inputs[:, 1:]
    start = [rng.normal(size=shape) / 2 for shape in ((2, 8), (8,), (8, 1), (1,))]

    def loss_of(w1, b1, w2, b2):
        return ((np.tanh(inputs @ w1 + b1) @ w2 + b2 - targets) ** 2).mean()

    parameters = [leaf(p) for p in start]
    losses = []
    for _ in range(60):
        loss = loss_of(*parameters)
        loss.backward()
        losses.append(loss.item())
        with dk.no_grad():
            for p in parameters:
                p -= 0.2 * p.grad
                p.zero_grad()

    plain = start
    for right in losses:
        value, gradients = dk.value_and_grad(loss_of, range(4))(*plain)
        assert value == pytest.approx(right, rel=1e-12)
        plain = [p - 0.2 * g for p, g in zip(plain, gradients, strict=True)]
    assert losses[-1] < losses[0] / 4
    for p, right in zip(parameters, plain, strict=True):
        np.testing.assert_allclose(p.numpy(), right, rtol=1e-11)


def tensors_left_by(program):
    """How many tensors a program leaves for the garbage collector."""

    def alive():
        # By type: isinstance would ask weak proxies of other libraries, whose object may be gone.
        return sum(issubclass(type(o), dk.Tensor) for o in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = alive()
        program()
        return alive() - before
    finally:
        gc.enable()


def test_a_history_is_freed_without_the_garbage_collector():
    x = leaf([1.0, 2.0])
    x.grad = dk.tensor([0.0, 0.0])

    def program():
        y = np.sin(x * x)
        y += 1
        y[0] = x[1]
        (y * 3).sum()  # no backward
        (np.exp(x) * 2).sum().backward()

    assert tensors_left_by(program) == 0
