"""The examples of the imperative interface, tensors: 22 to 31."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import diffkit as dk
from diffkit.errors import GraphError, NonScalarError
from diffkit.examples.row import EPS, Example, within

__all__ = ["ROWS"]


def leaf(data: Any, requires_grad: bool = True) -> Any:
    return dk.tensor(data, requires_grad=requires_grad)


def flags(t: Any) -> list[bool]:
    """requires_grad, is_leaf, whether there is a grad, whether there is a grad_fn."""
    return [t.requires_grad, t.is_leaf, t.grad is not None, t.grad_fn is not None]


def leaves() -> Mapping[str, Any]:
    x, y, z = (leaf([number], requires_grad=False) for number in (1.0, -2.0, 3.0))
    before = [t.requires_grad for t in (x, y, z)]
    for t in (x, y, z):
        t.requires_grad = True
    f = z * (x + y)
    f.backward()
    return {
        "requires_grad": before, "f": f.tolist(), "x.grad": x.grad.tolist(), "y.grad": y.grad.tolist(),
        "z.grad": z.grad.tolist(), "f.grad_fn": f.grad_fn.name,
    }  # fmt: skip


def vector() -> Mapping[str, Any]:
    x = leaf([0.0, 1.0, 2.0, 3.0])
    y = x * x
    try:
        y.backward()
        said = ""
    except NonScalarError as error:
        said = str(error)
    return {"y": y.tolist(), "the error asks for a scalar": "needs a scalar" in said,
            "and says what to do": "sum or average it, or write backward(gradient" in said}  # fmt: skip


def reduced(by: Any) -> Mapping[str, Any]:
    x = leaf([0.0, 1.0, 2.0, 3.0])
    y = by(x * x)
    y.backward()
    return {"y": y.item(), "x.grad": x.grad.tolist()}


def square() -> Mapping[str, Any]:
    x = leaf(4.0)
    y = x**2
    y.backward()
    return {"y": y.item(), "x.grad": x.grad.item(), "y.grad_fn": y.grad_fn.name}


def product() -> Mapping[str, Any]:
    x, y = leaf(1.0), leaf(2.0, requires_grad=False)
    z = x * y
    z.backward()
    named = {"x": x, "y": y, "z": z}
    return {**{name: flags(t) for name, t in named.items()}, "z.data": float(z.data),
            "x.grad": x.grad.item()}  # fmt: skip


def accumulation() -> Mapping[str, Any]:
    x = leaf(5.0)
    y = x**3
    kept, zeroed = [], []
    for _ in range(3):
        y.backward(retain_graph=True)
        kept.append(x.grad.item())
    for _ in range(3):
        x.grad.zero_()
        y.backward(retain_graph=True)
        zeroed.append(x.grad.item())
    y.backward()
    try:
        y.backward()
        said = ""
    except GraphError as error:
        said = str(error)
    return {"backward three times": kept, "with zero_() between": zeroed,
            "once more without: refused": "write backward(retain_graph=True)" in said}  # fmt: skip


def chain() -> Mapping[str, Any]:
    x = leaf(5.0)
    z = (x**3) ** 2
    z.backward()
    return {"z": z.item(), "dz/dx": x.grad.item()}


def cross_entropy() -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, start in {"any w, b": 0.3, "w = b = 0": 0.0}.items():
        x, y = (leaf(data, requires_grad=False) for data in (np.ones(5), np.zeros(3)))
        w, b = leaf(np.full((5, 3), start) * np.arange(3)), leaf(np.full(3, start))
        z = x @ w + b
        loss = (np.logaddexp(0, z) - y * z).mean()
        loss.backward()
        right = (1 / (1 + np.exp(-z.numpy())) - y.numpy()) / 3
        if start:
            found[f"{name}: dL/db - (sigmoid(z) - y)/3"] = b.grad.numpy() - right
            found[f"{name}: rows of dL/dw - dL/db"] = np.max(np.abs(w.grad.numpy() - b.grad.numpy()), axis=1)
        else:
            found[f"{name}: L"] = loss.item()
            every = np.vstack([w.grad.numpy(), b.grad.numpy()])
            found[f"{name}: least, greatest gradient"] = [every.min(), every.max()]
    return found


def without_gradient() -> Mapping[str, Any]:
    x = leaf([1.0, 2.0])
    with dk.no_grad():
        x -= 0.5 * x  # an update, which is no part of what is differentiated
    y = (x * x).sum()
    return {
        "x after an update": x.tolist(), "x": flags(x), "x.detach()": flags(x.detach()), "item": y.item(),
        "numpy": type(x.numpy()).__name__,
    }  # fmt: skip


# fmt: off
ROWS = (
    Example(22, "leaves of shape (1,)", "f = z (x + y) at (1, -2, 3)",
            leaves,
            {"requires_grad": [False] * 3, "f": [-3], "x.grad": [3], "y.grad": [3], "z.grad": [-1],
             "f.grad_fn": "multiply"}),
    Example(23, "backward of a vector", "y = x x, x = [0, 1, 2, 3]",
            vector,
            {"y": [0, 1, 4, 9], "the error asks for a scalar": True, "and says what to do": True}),
    Example(24, "backward of a mean", "mean(x x), x = [0, 1, 2, 3]",
            lambda: reduced(np.mean), {"y": 3.5, "x.grad": [0, 0.5, 1, 1.5]}),
    Example(25, "backward of a maximum", "max(x x), x = [0, 1, 2, 3]",
            lambda: reduced(np.max), {"y": 9, "x.grad": [0, 0, 0, 6]}),
    Example(26, "backward of a power", "x^2 at 4",
            square, {"y": 16, "x.grad": 8, "y.grad_fn": "power"}),
    Example(27, "with and without a gradient", "z = x y; requires_grad, is_leaf, grad?, grad_fn?",
            product,
            {"x": [True, True, True, False], "y": [False, True, False, False],
             "z": [True, False, False, True], "z.data": 2, "x.grad": 2}),
    Example(28, "gradients accumulate", "x^3 at 5",
            accumulation,
            {"backward three times": [75, 150, 225], "with zero_() between": [75, 75, 75],
             "once more without: refused": True}),
    Example(29, "a chain of two powers", "y = x^3, z = y^2 at 5",
            chain, {"z": 15625, "dz/dx": 18750}),
    Example(30, "binary cross entropy with logits", "z = x @ w + b; x = ones(5), y = zeros(3)",
            cross_entropy,
            {"any w, b: dL/db - (sigmoid(z) - y)/3": within([0, 0, 0], 2 * EPS),
             "any w, b: rows of dL/dw - dL/db": within([0] * 5, 2 * EPS),
             "w = b = 0: L": 0.6931471805599453,
             "w = b = 0: least, greatest gradient": [0.16666666666666666] * 2}),
    Example(31, "no_grad, detach, item, numpy", "x = [1, 2]; requires_grad, is_leaf, grad?, grad_fn?",
            without_gradient,
            {"x after an update": [0.5, 1], "x": [True, True, False, False],
             "x.detach()": [False, True, False, False], "item": 1.25, "numpy": "ndarray"}),
)
# fmt: on
