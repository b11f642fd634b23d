"""Dataclasses and named tuples of arrays as arguments and results of every derivative."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from diffkit.errors import ArgumentsError, NonScalarError

W, B, X = np.array([1.0, 2.0]), 0.5, np.array([3.0, 4.0])


@dataclass(frozen=True)
class Line:
    w: np.ndarray
    b: float
    name: str = "line"
    power: int = 2
    mask: np.ndarray | None = None


@dataclass
class Model:
    lines: list[Line]
    scale: float
    names: list[str]


class Pair(NamedTuple):
    w: np.ndarray
    b: float
    power: int = 2


def same(found, right):
    """Equal field by field, arrays included."""
    return type(found) is type(right) and repr(found) == repr(right)


def predict(p):
    return (p.w @ X + p.b) ** p.power  # (11.5)^2 at W, B: slope 23


RIGHT = {Line: Line(23.0 * X, 23.0), Pair: Pair(23.0 * X, 23.0)}


@pytest.mark.parametrize("kind", [Line, Pair])
def test_a_gradient_is_of_the_type_of_its_argument_with_the_constants_kept(kind):
    p = kind(W, B)
    assert same(grad(predict)(p), RIGHT[kind])
    assert same(value_and_grad(predict)(p), (132.25, RIGHT[kind]))
    assert same(dk.gradient(predict, p), RIGHT[kind])
    assert same(jacobian(predict)(p), RIGHT[kind])
    assert same(vjp(predict, p)[1](1.0), (RIGHT[kind],))
    by_differences = dk.gradient(predict, p, method="central", h=0.5)  # exact for a parabola
    assert same(by_differences, RIGHT[kind])


@pytest.mark.parametrize("kind", [Line, Pair])
def test_a_hessian_is_nested_twice(kind):
    for found in (hessian(predict)(kind(W, B)), dk.hessian(predict, kind(W, B))):
        assert found.w.w.tolist() == [[18.0, 24.0], [24.0, 32.0]]
        assert (found.w.b.tolist(), found.b.w.tolist(), found.b.b) == ([6.0, 8.0], [6.0, 8.0], 2.0)
        assert found.power == found.b.power == 2


def test_tangents_are_given_in_the_same_type():
    assert jvp(predict, (Line(W, B),), (Line(np.array([1.0, 0.0]), 1.0),)) == (132.25, 92.0)
    assert same(hvp(predict, (Line(W, B),), (Line(np.zeros(2), 1.0),)), (Line(np.array([6.0, 8.0]), 2.0),))
    with pytest.raises(ArgumentsError, match="not nested as the arguments"):
        jvp(predict, (Line(W, B),), (Line(W, B, power=3),))


def test_results_may_be_records_too():
    f = lambda x: Line(x * x, np.sum(x), "out", 1)
    assert same(vjp(f, X)[0], Line(np.array([9.0, 16.0]), 7.0, "out", 1))
    assert vjp(f, X)[1](Line(np.ones(2), 10.0, "out", 1))[0].tolist() == [16.0, 18.0]
    assert same(jvp(f, (X,), (np.array([1.0, 0.0]),))[1], Line(np.array([6.0, 0.0]), 1.0, "out", 1))


@pytest.mark.parametrize("size", [2, 5])  # by sweeps, and by passes
def test_the_jacobian_of_a_nested_result_is_nested_as_the_result_and_then_as_the_argument(size):
    f = lambda p: {"y": Line(np.repeat(p["x"][:1], size), p["x"][1] * p["c"]), "c": Pair(p["c"], 0.0)}
    found = jacobian(f)({"x": X, "c": 2.0})
    assert list(found) == ["y", "c"]
    assert found["y"].w["x"].tolist() == [[1.0, 0.0]] * size
    assert found["y"].w["c"].tolist() == [0.0] * size
    assert same(found["y"].b, {"x": np.array([0.0, 2.0]), "c": 4.0})
    assert same(found["c"], Pair({"x": np.zeros(2), "c": 1.0}, {"x": np.zeros(2), "c": 0.0}))


def test_nested_dataclasses_with_lists_of_them_are_differentiated():
    def loss(m):
        return m.scale * sum(predict(line) for line in m.lines)

    model = Model([Line(W, B), Line(W, B, "cube", 3)], 2.0, ["a", "b"])
    found = grad(loss)(model)
    cube = 2 * 3 * 11.5**2
    right = Model([Line(46 * X, 46.0), Line(cube * X, cube, "cube", 3)], 11.5**2 + 11.5**3, ["a", "b"])
    assert same(found, right)
    assert same(grad(lambda s: loss(replace(model, scale=s)))(2.0), right.scale)


def test_derivatives_nest_through_records():
    assert grad(lambda b: grad(predict)(Line(W, b)).b)(B) == 2.0
    assert jvp(lambda b: grad(predict)(Line(W, b)), (B,), (1.0,))[1].w.tolist() == [6.0, 8.0]


def test_none_and_empty_containers_stay_in_a_gradient():
    point = {"z": 3.0, "none": None, "a": [], "b": {}, "t": (W, None)}
    found = grad(lambda p: p["z"] ** 2 + np.sum(p["t"][0]))(point)
    assert repr(found) == repr({"z": 6.0, "none": None, "a": [], "b": {}, "t": (np.ones(2), None)})


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ({"a": "relu"}, r"cannot differentiate by 'relu' \(str\); write real numbers"),
        (Line, r"\(type\); write real numbers"),
        (None, r"cannot differentiate by 'None'"),
        ([{1, 2}], r"\(set\); write real numbers"),
        (Line(np.array(["a", "b"]), 1.0), r"\(ndarray\); write real numbers"),
    ],
)
def test_what_cannot_be_differentiated_is_named(point, message):
    with pytest.raises(ArgumentsError, match=message):
        grad(lambda p: 1.0)(point)


def test_a_record_is_no_scalar():
    with pytest.raises(NonScalarError, match="this one returned a Line"):
        grad(lambda x: Line(x, 1.0))(X)
    with pytest.raises(ArgumentsError, match="f returned a Line; it has to return a number"):
        dk.gradient(lambda x: Line(x, 1.0), X)
