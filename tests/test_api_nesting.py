"""The contract of gradient, jacobian and hessian: results are nested as the point is, and shaped as f is."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import diffkit as dk

NAMES = [
    *("forward", "backward", "central", "richardson"),
    *("complex-step", "symbolic", "dual", "reverse"),
]

every_method = pytest.mark.parametrize("method", NAMES)
A = np.array


def assert_nested_close(given: Any, expected: Any, rtol: float) -> None:
    """The same containers with the same keys, and leaves of the same shape and nearly the same values."""
    if isinstance(expected, dict):
        assert isinstance(given, dict)
        assert list(given) == list(expected)
        for key in expected:
            assert_nested_close(given[key], expected[key], rtol)
    elif isinstance(expected, list | tuple):
        assert type(given) is type(expected)
        assert len(given) == len(expected)
        for mine, other in zip(given, expected, strict=True):
            assert_nested_close(mine, other, rtol)
    else:
        assert type(given) is type(expected)
        assert np.shape(given) == np.shape(expected)
        np.testing.assert_allclose(given, expected, rtol=rtol, atol=20 * rtol)


Pair = namedtuple("Pair", "w b")
W, TWO_W, FOUR_W = A([1.0, 2.0]), A([2.0, 4.0]), A([6.0, 12.0])
D = A([[6.0, 0.0], [0.0, 6.0]])
product = lambda w, b: np.sum(w**2) * b

# fmt: off
NESTED = {  # f, its arguments, its gradient, its Hessian
    "one array":  (lambda w: np.sum(w**2) * 3, (W,), FOUR_W, D),
    "a matrix":   (lambda w: np.sum(w**2), (A([[1.0, 2.0]]),), A([[2.0, 4.0]]),
                   2 * np.eye(2).reshape(1, 2, 1, 2)),
    "a number":   (lambda x: x**2, (3.0,), 6.0, 2.0),
    "two":        (product, (W, 3.0), (FOUR_W, 5.0), ((D, TWO_W), (TWO_W, 0.0))),
    "a dict":     (lambda p: product(p["w"], p["b"]), ({"w": W, "b": 3.0},),
                   {"w": FOUR_W, "b": 5.0}, {"w": {"w": D, "b": TWO_W}, "b": {"w": TWO_W, "b": 0.0}}),
    "its order":  (lambda p: product(p["w"], p["b"]), ({"b": 3.0, "w": W},),
                   {"b": 5.0, "w": FOUR_W}, {"b": {"b": 0.0, "w": TWO_W}, "w": {"b": TWO_W, "w": D}}),
    "a list":     (lambda p: product(*p), ([W, A(3.0)],), [FOUR_W, A(5.0)], [[D, TWO_W], [TWO_W, 0.0]]),
    "a tuple":    (lambda p: product(*p), ((W, 3.0),), (FOUR_W, 5.0), ((D, TWO_W), (TWO_W, 0.0))),
    "named":      (lambda p: product(p.w, p.b), (Pair(W, 3.0),),
                   Pair(FOUR_W, 5.0), Pair(Pair(D, TWO_W), Pair(TWO_W, 0.0))),
    "deep":       (lambda p, b: product(p["layers"][0]["w"], b), ({"layers": [{"w": W}]}, 3.0),
                   ({"layers": [{"w": FOUR_W}]}, 5.0),
                   ({"layers": [{"w": ({"layers": [{"w": D}]}, TWO_W)}]}, ({"layers": [{"w": TWO_W}]}, 0.0))),
    "any number": (lambda *v: v[0] * v[1], (3.0, 4.0), (4.0, 3.0), ((0.0, 1.0), (1.0, 0.0))),
    "a default":  (lambda x, y=2.0: x**2 * y, (3.0,), 12.0, 4.0),
    "empty":      (lambda x: np.sum(x**2), (np.zeros(0),), np.zeros(0), np.zeros((0, 0))),
    "empty one":  (lambda x, y: np.sum(x**2) + y**2, (np.zeros((0, 2)), 3.0),
                   (np.zeros((0, 2)), 6.0),
                   ((np.zeros((0, 2, 0, 2)), np.zeros((0, 2))), (np.zeros((0, 2)), 2.0))),
}
# fmt: on
nested = pytest.mark.parametrize(("g", "point", "gradient", "hessian"), NESTED.values(), ids=NESTED)


@every_method
@nested
def test_a_gradient_is_nested_as_its_point(
    g: Any, point: Any, gradient: Any, hessian: Any, method: str, within: Callable[..., float]
) -> None:
    found = dk.gradient(g, *point, method=method)
    assert_nested_close(found, gradient, 20 * within(method))  # values of about 20


@every_method
@nested
def test_a_hessian_is_nested_twice(
    g: Any, point: Any, gradient: Any, hessian: Any, method: str, within: Callable[..., float]
) -> None:
    found = dk.hessian(g, *point, method=method)
    assert_nested_close(found, hessian, 20 * within(method, 2))


V = A([3.0, 4.0])
# fmt: off
JACOBIANS = {  # f, its arguments, the Jacobian
    "vector":           (lambda x: np.array([x[0] * x[1], x[0]**2, x[1]]), (V,),
                         A([[4.0, 3.0], [6.0, 0.0], [0.0, 1.0]])),
    "scalar":           (lambda x: np.sum(x), (V,), A([1.0, 1.0])),
    "matrix":           (lambda x: np.outer(x, x), (V,),
                         A([[[6.0, 0.0], [4.0, 3.0]], [[4.0, 3.0], [0.0, 8.0]]])),
    "of a matrix":      (lambda m: m @ A([1.0, 2.0]), (np.ones((2, 2)),),
                         A([[[1.0, 2.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 2.0]]])),
    "of a number":      (lambda x: np.array([x, x * x]), (3.0,), A([1.0, 6.0])),
    "of two":           (lambda x, y: x * y, (V, 2.0), (2 * np.eye(2), V)),
    "of a dict":        (lambda p: p["x"] * p["y"], ({"x": V, "y": 2.0},), {"x": 2 * np.eye(2), "y": V}),
    "of a list":        (lambda x: [x[0] * x[1], x[0]**2], (V,), A([[4.0, 3.0], [6.0, 0.0]])),
    "of nothing":       (lambda x: x * 2, (np.zeros(0),), np.zeros((0, 0))),
    "constant":         (lambda x: np.ones(2), (3.0,), A([0.0, 0.0])),
    "empty result":     (lambda x: x[:0], (V,), np.zeros((0, 2))),
    "number to number": (lambda x: x * x, (3.0,), 6.0),
}
# fmt: on


@every_method
@pytest.mark.parametrize(("g", "point", "expected"), JACOBIANS.values(), ids=JACOBIANS)
def test_a_jacobian_has_the_result_s_shape_before_the_point_s(
    g: Any, point: Any, expected: Any, method: str, within: Callable[..., float]
) -> None:
    assert_nested_close(dk.jacobian(g, *point, method=method), expected, 20 * within(method))
