"""Checkpoints: the same derivatives with less memory, in any nest, closures and tensors included."""

import itertools
import tracemalloc

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import checkpoint, custom_rule, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from diffkit.errors import GraphError
from diffkit.tape.node import Node


def slope(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


def wave(x):
    return np.sin(x) * x**3


X = np.array([0.5, 2.0, -1.0])

# -- the same derivatives ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        checkpoint(wave),
        checkpoint(checkpoint(wave)),
        lambda x: checkpoint(lambda y: checkpoint(np.sin)(y) * y * x)(x) * x,
        lambda x: checkpoint(lambda: wave(x))(),
    ],
    ids=["once", "twice", "nested with a closure", "only a closure"],
)
def test_derivatives_of_any_order_and_mix_agree_with_mpmath(f):
    with mpmath.workdps(30):
        right = [float(mpmath.diff(lambda x: mpmath.sin(x) * x**3, 0.7, n)) for n in (1, 2, 3)]
    assert f(0.7) == wave(0.7)
    for D, E, F in itertools.product([grad, slope], repeat=3):
        found = D(f)(0.7), D(E(f))(0.7), D(E(F(f)))(0.7)
        assert found == pytest.approx(right, rel=1e-13)


def test_every_transform_goes_through():
    f, g = (lambda x, h=h: np.sum(h(x) * x) for h in (checkpoint(wave), wave))
    assert value_and_grad(f)(X)[0] == value_and_grad(g)(X)[0]
    assert grad(f)(X).tolist() == grad(g)(X).tolist()
    assert hessian(f)(X) == pytest.approx(hessian(g)(X), rel=1e-14)
    assert hvp(f, (X,), (X,))[0] == pytest.approx(hvp(g, (X,), (X,))[0], rel=1e-14)
    assert jacobian(checkpoint(wave))(X) == pytest.approx(jacobian(wave)(X), rel=1e-14)
    assert dk.derivative(checkpoint(wave), X, order=2) == pytest.approx(dk.derivative(wave, X, order=2))


def test_a_pullback_may_be_called_any_number_of_times():
    _, pullback = vjp(lambda x, y: checkpoint(np.multiply)(x, y), 3.0, 4.0)
    assert [pullback(1.0), pullback(2.0)] == [(4.0, 3.0), (8.0, 6.0)]


def test_nested_arguments_and_results_keep_their_structure():
    def f(p, s, k=1.0):
        return {"a": p["w"] * s * k, "b": [np.sum(p["w"]) ** 2, 3.0, None], "c": "text"}

    def total(f):
        def value(p, s):
            y = f(p, s, k=2.0)
            assert (y["b"][1:], y["c"]) == ([3.0, None], "text")
            return np.sum(y["a"]) * y["b"][0]

        return value

    point = {"w": X, "none": None}, 2.0
    assert repr(grad(total(checkpoint(f)), (0, 1))(*point)) == repr(grad(total(f), (0, 1))(*point))
    assert repr(checkpoint(f)(*point)) == repr(f(*point))


def test_an_unused_result_and_a_result_without_derivative_are_zero():
    f = checkpoint(lambda x: (x * x, np.sin(x), 5.0))
    assert grad(lambda x: f(x)[0])(3.0) == 6.0
    assert grad(lambda x: f(x)[2])(3.0) == 0.0


def test_a_loop_variable_is_the_one_of_its_own_turn():
    def steps(wrap):
        def f(x):
            for i in range(3):
                x = wrap(lambda x: x * x + i)(x)  # noqa: B023
            return x

        return f

    assert grad(steps(checkpoint))(1.0) == grad(steps(lambda f: f))(1.0) == 16.0


def test_what_f_takes_from_around_it_is_differentiated():
    f = lambda x, w: checkpoint(lambda y: np.sum(w * y) * w[0])(x * x)
    g = lambda x, w: np.sum(w * x * x) * w[0]
    w = np.array([3.0, 1.0, 2.0])
    found, right = grad(f, (0, 1))(X, w), grad(g, (0, 1))(X, w)
    assert [part.tolist() for part in found] == [part.tolist() for part in right]


def test_f_may_assign_into_its_argument():
    def double_first(y):
        y[0] = y[0] * y[1]
        return y * 2

    def f(wrap):
        def value(x):
            z = x * 1.0
            return np.sum(wrap(double_first)(z) * z)  # 2 (x0 x1)^2 + 2 x1^2 + 2 x2^2

        return value

    assert grad(f(checkpoint))(X).tolist() == grad(f(lambda g: g))(X).tolist()


def test_an_argument_may_be_assigned_to_afterwards():
    def f(x):
        y = x * 1.0
        z = checkpoint(np.sin)(y)
        y[0] = 0.0
        return np.sum(z * y)

    right = lambda x: np.sum(np.sin(x[1:]) * x[1:])
    assert grad(f)(X).tolist() == grad(right)(X).tolist()


def test_derivatives_and_custom_rules_work_inside():
    inner = checkpoint(lambda x: grad(wave)(x) * x)
    right = lambda x: grad(wave)(x) * x
    assert grad(inner)(0.7) == pytest.approx(grad(right)(0.7), rel=1e-14)
    square = custom_rule(lambda x: float(x) * x, vjp=lambda y, x: lambda y_bar: 2 * x * y_bar)
    f = checkpoint(lambda x: square(x) * x)
    assert (grad(f)(3.0), grad(grad(f))(3.0), slope(grad(f))(3.0)) == (27.0, 18.0, 18.0)


def test_tensors_go_back_through_it_with_their_hooks_and_again():
    w = dk.tensor([1.0, 3.0], requires_grad=True)
    x = dk.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda g: 10 * g)
    y = checkpoint(lambda v: v * v * w)(x)
    y.sum().backward(create_graph=True)
    first = x.grad
    assert (first.numpy().tolist(), w.grad.numpy().tolist()) == ([20.0, 120.0], [1.0, 4.0])
    x.zero_grad()
    (first.sum() / 10).backward()
    assert x.grad.numpy().tolist() == [20.0, 60.0]
    with dk.no_grad():
        assert not checkpoint(lambda v: v * w)(x).requires_grad


def test_a_tensor_overwritten_in_between_is_an_error():
    x = dk.tensor([1.0, 2.0], requires_grad=True)
    y = checkpoint(lambda v: v * v)(x).sum()
    with dk.no_grad():
        x -= 1.0
    with pytest.raises(GraphError, match="overwritten"):
        y.backward()


def test_a_recording_sees_the_inside():
    tape = dk.record(lambda x: checkpoint(wave)(x) + 1, 2.0)
    assert [row.op for row in tape.instructions] == ["sin", "power", "multiply", "add"]


def test_without_a_derivative_it_is_the_function():
    assert checkpoint(wave)(2.0) == wave(2.0)
    assert checkpoint(wave).__name__ == "wave"


# -- memory ------------------------------------------------------------------------------------------


def segment(x):
    for _ in range(5):
        x = np.sin(x) * 1.5
    return x


def chain(wrap, segments=100):
    def f(x):
        for _ in range(segments):
            x = wrap(segment)(x)
        return np.sum(x)

    return f


def functional(wrap, x):
    return grad(chain(wrap))(x)


def imperative(wrap, x):
    leaf = dk.tensor(x, requires_grad=True)
    chain(wrap)(leaf).backward()
    return leaf.grad.numpy()


@pytest.mark.parametrize("derivative", [functional, imperative])
def test_a_hundred_segments_take_a_fifth_of_the_memory_or_less(derivative):
    x = np.linspace(0.1, 1.0, 2000)
    peaks, gradients = [], []
    for wrap in (lambda f: f, checkpoint):
        derivative(wrap, x)
        tracemalloc.start()
        gradients.append(derivative(wrap, x))
        peaks.append(tracemalloc.get_traced_memory()[1] / x.nbytes)
        tracemalloc.stop()
    assert np.array_equal(*gradients)
    assert peaks[0] > 1000  # 100 segments of 10 rows
    assert peaks[1] < peaks[0] / 5


def test_the_inside_is_gone_when_the_function_has_returned():
    made = []

    def f(x):
        for _ in range(10):
            x = np.sin(x)
            made.append(x.number)
        return x

    def live(x):
        y = checkpoint(f)(x)
        waiting, found = [y], set()
        while waiting:
            node = waiting.pop()
            found.add(node.number)
            waiting += [a for a in node.args if isinstance(a, Node)]
        assert not found & set(made)
        return y

    assert grad(live)(0.5) == grad(f)(0.5)


# -- errors ------------------------------------------------------------------------------------------


def test_a_function_that_does_not_do_the_same_again_is_an_error():
    rng = np.random.default_rng(0)
    with pytest.raises(GraphError, match="another result when it was run again"):
        grad(lambda x: checkpoint(lambda y: y * rng.random())(x))(1.0)
    results = iter([[1.0, 2.0], [1.0]])
    with pytest.raises(GraphError, match="hand over what changes as an argument"):
        grad(lambda x: checkpoint(lambda y: [y * c for c in next(results)])(x)[1])(1.0)
