"""Nodes: made in one step, numbered in time, and read in the version of their time."""

import gc
import operator

import numpy as np
import pytest

from diffkit.autodiff import grad
from diffkit.tape.node import Node, reachable
from diffkit.tape.record import Recorder


@pytest.mark.parametrize(
    ("operate", "function"),
    [
        (operator.add, np.add), (operator.sub, np.subtract), (operator.mul, np.multiply),
        (operator.truediv, np.true_divide), (operator.pow, np.power),
    ],
)  # fmt: skip
@pytest.mark.parametrize("other", [2, 3.0, np.float64(1.5), np.array([1.0, 2.0]), True])
def test_an_operator_makes_a_node_from_either_side(operate, function, other):
    x = Node(Recorder(), 0.5)
    for node, right in ((operate(x, other), operate(0.5, other)), (operate(other, x), operate(other, 0.5))):
        assert (node.__class__, node.function) == (Node, function)
        assert np.array_equal(node.value, right)
        assert any(a is x for a in node.args)


@pytest.mark.parametrize(("sign", "function"), [(operator.neg, np.negative), (abs, np.absolute)])
def test_a_sign_makes_a_node(sign, function):
    node = sign(Node(Recorder(), -0.5))
    assert (node.function, node.value) == (function, sign(-0.5))


@pytest.mark.parametrize("function", [np.sin, np.exp, np.sqrt, np.tanh, np.floor, np.cbrt])
@pytest.mark.parametrize("x", [0.3, np.float32(0.3), np.array([0.3, 0.7])])
def test_a_function_of_a_node_has_the_value_and_the_type_that_numpy_gives(function, x):
    node = function(Node(Recorder(), x))
    assert np.array_equal(node.value, function(x))
    assert node.dtype == function(x).dtype


@pytest.mark.parametrize("function", [np.maximum, np.arctan2, np.logaddexp, np.hypot, np.power])
@pytest.mark.parametrize("x", [0.3, np.array([0.3, 0.7])])
@pytest.mark.parametrize("other", [2, 0.5, np.array([0.5, 2.0])])
def test_a_function_of_two_makes_a_node_from_either_side(function, x, other):
    node = Node(Recorder(), x)
    for args in ((node, other), (other, node), (node, node)):
        y = function(*args)
        assert (y.__class__, y.function) == (Node, function)
        assert y.value == pytest.approx(function(*(x if a is node else a for a in args)), rel=1e-15)


@pytest.mark.parametrize("function", [np.sum, np.mean, np.prod, np.max, np.min, np.transpose])
def test_a_function_of_an_array_makes_a_node_with_and_without_options(function):
    x = np.array([[0.3, 0.7], [0.2, 0.1]])
    node = Node(Recorder(), x)
    assert np.array_equal(function(node).value, function(x))
    if function is not np.transpose:
        assert np.array_equal(function(node, axis=0).value, function(x, axis=0))


def test_a_number_stays_a_python_float():
    x = Node(Recorder(), 0.5)
    assert all(type(y.value) is float for y in (np.tanh(x), x * np.float64(2), 1 / x, x**2, -x, np.sin(x)))


@pytest.mark.parametrize(
    ("function", "x", "right"), [(np.log, 0.0, -np.inf), (np.sqrt, -1.0, np.nan), (np.exp, 1e4, np.inf)]
)
def test_where_python_raises_a_node_has_numpys_answer(function, x, right):
    with np.errstate(all="ignore"):
        assert function(Node(Recorder(), x)).value == pytest.approx(right, nan_ok=True)


def test_numbers_grow_with_time_and_an_operand_is_older_than_its_result():
    x = Node(Recorder(), 2.0)
    y, z = x * x, np.sin(x)
    assert x.number < y.number < z.number


def test_nodes_of_two_derivatives_are_kept_apart():
    outer, inner = Recorder(), Recorder()
    x = Node(outer, 2.0)
    y = Node(inner, 3.0)
    product = x * y
    assert product.owner is inner
    assert product.args == (x, y)
    assert product.value.owner is outer


def test_what_is_reachable_is_listed_once_oldest_first():
    trace = Recorder()
    x = Node(trace, 2.0)
    y = x * x
    z = y + x
    _unused = x - 1
    assert [node.number for node in reachable([z, z, 5.0], trace)] == [x.number, y.number, z.number]


def test_a_node_that_nothing_needs_is_freed_at_once():
    x = Node(Recorder(), np.zeros(1000))
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(100):
            np.sin(x * 2)
        assert len(gc.get_objects()) - before < 20
    finally:
        gc.enable()


def test_a_row_reads_the_version_of_its_operand_that_it_has_seen():
    x = Node(Recorder(), np.array([1.0, 2.0]))
    before = x * 2
    x[0] = 5.0
    after = x * 2
    assert before.operands()[0].value.tolist() == [1.0, 2.0]
    assert after.operands()[0].value.tolist() == [5.0, 2.0]


def test_a_history_of_any_length_is_freed_without_recursion():
    def chain(x):
        for _ in range(100_000):
            x = x + 1.0
        return x

    assert grad(chain)(0.0) == 1.0
