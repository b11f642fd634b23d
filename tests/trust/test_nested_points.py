"""Gradients, Jacobians and Hessians at points of every kind of input, nested as one likes.

The answer is nested as its point, and each part has the shape and the type of its leaf.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import diffkit as dk
from diffkit.structure import is_array_like
from tests.promises import NAMES
from tests.trust.test_grid import ARRAYS, native, read_only


class Weights(NamedTuple):
    """A record, as programs hand them around."""

    scale: Any
    rows: Any


WIDE = np.linspace(0.2, 1.3, 12).reshape(3, 4)
POINTS: dict[str, tuple[Any, ...]] = {
    **{f"one: {kind}": (made(0.5, 1.25),) for kind, made in ARRAYS.items() if "list" not in kind},
    "a number":         (0.5,),
    "two numbers":      (0.5, 2),
    "float32 number":   (np.float32(0.5), 0.25),
    "number, arrays":   (0.5, WIDE[0], WIDE[:, 1:3]),
    "two types":        (WIDE[0].astype(np.float32), WIDE[1]),
    "two byte orders":  (WIDE[0].astype(">f4"), WIDE[1].astype(">f8")),
    "one is empty":     (WIDE[0], np.zeros(0), np.zeros((0, 3))),
    "dict":             ({"w": WIDE[:2, ::2], "b": 0.5},),
    "nested":           ({"layers": [(WIDE[0], 0.5), (np.array(0.25), [0.5, 0.75])]}, 1),
    "record":           (Weights(0.5, read_only(WIDE[1].copy())),),
    "read-only":        (read_only(WIDE[0].copy()), np.broadcast_to(0.5, (2, 2))),
}  # fmt: skip


def leaves_of(nest: Any, like: Any = None) -> list[Any]:
    """What a nest has in place of each number and array of `like`, in order, nested in the same types."""
    like = nest if like is None else like
    if isinstance(like, dict):
        assert list(nest) == list(like)
        return [leaf for key in like for leaf in leaves_of(nest[key], like[key])]
    if isinstance(like, tuple | list) and not is_array_like(like):
        assert type(nest) is type(like)
        return [leaf for pair in zip(nest, like, strict=True) for leaf in leaves_of(*pair)]
    return [nest]


def parts_of(answer: Any, point: tuple[Any, ...], order: int) -> list[Any]:
    """What an answer has for each leaf of a point, or each pair: a tuple for several arguments."""
    pairs = [(answer, point[0])] if len(point) == 1 else zip(answer, point, strict=True)
    parts = [leaf for pair in pairs for leaf in leaves_of(*pair)]
    return parts if order == 1 else [part for row in parts for part in parts_of(row, point, 1)]


def total(*point: Any) -> Any:
    """S: the sum of the sines of all numbers."""
    return sum(np.sum(np.sin(leaf)) for argument in point for leaf in leaves_of(argument))


QUESTIONS: dict[str, tuple[Any, Callable[..., Any], tuple[int, ...], int]] = {
    "gradient": (dk.gradient, lambda *point: np.exp(-total(*point) / 10), (), 1),
    "jacobian": (dk.jacobian, lambda *point: np.stack([total(*point), total(*point) ** 2]), (2,), 1),
    "hessian":  (dk.hessian,  lambda *point: np.exp(-total(*point) / 10), (), 2),
}  # fmt: skip


def slopes(question: str, leaves: list[Any]) -> list[Any]:
    """By hand: the gradient of exp(-S/10), the Jacobian of (S, S^2), the Hessian of exp(-S/10)."""
    S = sum(np.sum(np.sin(leaf)) for leaf in leaves)
    F = np.exp(-S / 10)
    if question == "gradient":
        return [-F * np.cos(leaf) / 10 for leaf in leaves]
    if question == "jacobian":
        return [np.stack([np.cos(leaf), 2 * S * np.cos(leaf)]) for leaf in leaves]
    table = []
    for i, a in enumerate(leaves):
        for j, b in enumerate(leaves):
            flat = F * np.multiply.outer(np.ravel(np.cos(a)), np.ravel(np.cos(b))) / 100
            if i == j:
                flat = flat + np.diag(F * np.ravel(np.sin(a)) / 10)
            table.append(flat.reshape(np.shape(a) + np.shape(b)))
    return table


@pytest.mark.sampled(5)
@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("method", NAMES)
@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_the_answer_is_nested_shaped_and_typed_as_its_point(
    point: tuple[Any, ...], method: str, question: str, within: Callable[..., float]
) -> None:
    ask, f, T, order = QUESTIONS[question]
    given = [leaf for argument in point for leaf in leaves_of(argument)]
    before = [np.asarray(leaf).tobytes() for leaf in given]
    found = ask(f, *point, method=method, full_output=True)
    answer, estimate = found.value, found.error_estimate
    assert [np.asarray(leaf).tobytes() for leaf in given] == before

    parts = parts_of(answer, point, order)
    errors = parts if estimate is None else parts_of(estimate, point, order)
    found_in = [(a,) for a in given] if order == 1 else [(a, b) for a in given for b in given]
    coarse = min((native(leaf).dtype for leaf in given), key=lambda dtype: -np.finfo(dtype).eps)
    dtype = "float64" if coarse == np.longdouble else str(coarse)
    # Up to a dozen numbers are added up, and f is about 1.
    rtol = 50 * within(method, order, dtype)
    expected = slopes(question, [native(leaf).astype(np.float64) for leaf in given])
    for part, error, leaves, exact in zip(parts, errors, found_in, expected, strict=True):
        shape = T + sum((np.shape(leaf) for leaf in leaves), ())
        assert np.shape(part) == shape
        kind = np.result_type(*(native(leaf).dtype for leaf in leaves))
        if shape == () and not isinstance(part, np.ndarray):
            assert type(part) is float
        else:
            assert (type(part), part.dtype) == (np.ndarray, kind)
            assert part.flags.writeable
            assert not any(np.shares_memory(part, leaf) for leaf in given if isinstance(leaf, np.ndarray))
        if estimate is not None:  # by what it says itself, and the roundings of the formula by hand
            assert np.all(abs(part - exact) <= error + rtol * abs(exact))
        elif dtype != "float16":
            np.testing.assert_allclose(part, exact, rtol=rtol, atol=rtol)
