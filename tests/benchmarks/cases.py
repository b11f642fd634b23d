"""The programs that are timed: each written once, for the NumPy of any system, with its gradient by hand.

A program takes a system's `np` first, then its parameters, of which the gradient is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Case", "chain", "dense", "helmholtz", "logistic", "network", "rosenbrock", "vector"]


@dataclass(frozen=True)
class Case:
    """A program, where it is differentiated, and the same derivative written out in NumPy.

    `constants` are arrays that the program takes after its parameters. `whole` asks for the Jacobian of a
    vector-valued program by its one parameter instead of the gradient of a scalar one; `tall` tells that it
    has more rows than columns. `modes` asks for forward mode, differences and the program itself beside
    reverse mode.
    """

    title: str
    program: Callable[..., Any]
    by_hand: Callable[..., Any]
    parameters: tuple[Any, ...]
    constants: tuple[Any, ...] = ()
    operations: int | None = None
    whole: bool = False
    tall: bool = False
    modes: bool = False


def chain(steps: int) -> Case:
    """Python numbers: what one operation costs."""

    def program(np, x):
        y = x
        for _ in range(steps):
            y = np.sin(y) * x + y
        return y

    def by_hand(x):
        ys = [x]
        for _ in range(steps):
            ys.append(math.sin(ys[-1]) * x + ys[-1])
        y_bar, x_bar = 1.0, 0.0
        for y in reversed(ys[:-1]):
            x_bar += y_bar * math.sin(y)
            y_bar *= math.cos(y) * x + 1
        return (x_bar + y_bar,)

    title = f"scalar chain: {steps} times y = sin(y) x + y"
    return Case(title, program, by_hand, (0.3,), operations=3 * steps)


def vector(n: int) -> Case:
    """One formula on an array: overhead where it is short, memory traffic where it is long."""

    def program(np, x):
        return np.sum(np.sin(x) ** 2 + x * np.exp(-x))

    def by_hand(x):
        s, e = np.sin(x), np.exp(-x)
        np.sum(s**2 + x * e)  # the value is asked for as well
        return (2 * s * np.cos(x) + e * (1 - x),)

    x = _random().normal(size=n)
    return Case(f"vector: sum(sin(x)^2 + x exp(-x)), n = {n}", program, by_hand, (x,))


def network(width: int, batch: int) -> Case:
    """Three layers with tanh between them and the logistic loss at the end."""
    rng = _random()
    W = [rng.normal(size=(width, m)) / math.sqrt(width) for m in (width, width, 1)]
    b = [rng.normal(size=m) / 10 for m in (width, width, 1)]
    X, t = rng.normal(size=(batch, width)), (rng.random((batch, 1)) > 0.5).astype(float)

    def program(np, W1, W2, W3, b1, b2, b3, X, t):
        z = np.tanh(np.tanh(X @ W1 + b1) @ W2 + b2) @ W3 + b3
        return np.mean(np.logaddexp(0.0, z) - t * z)

    def by_hand(W1, W2, W3, b1, b2, b3, X, t):
        h1 = np.tanh(X @ W1 + b1)
        h2 = np.tanh(h1 @ W2 + b2)
        z = h2 @ W3 + b3
        np.mean(np.logaddexp(0.0, z) - t * z)
        z_bar = (1 / (1 + np.exp(-z)) - t) / z.size
        u2_bar = (z_bar @ W3.T) * (1 - h2 * h2)
        u1_bar = (u2_bar @ W2.T) * (1 - h1 * h1)
        return X.T @ u1_bar, h1.T @ u2_bar, h2.T @ z_bar, u1_bar.sum(0), u2_bar.sum(0), z_bar.sum(0)

    title = f"network: 3 layers, {width} wide, batch of {batch}"
    return Case(title, program, by_hand, (*W, *b), (X, t))


def rosenbrock(n: int) -> Case:
    """Slices of an array, whose cotangents are added where they belong."""

    def program(np, x):
        return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    def by_hand(x):
        d, r = x[1:] - x[:-1] ** 2, 1 - x[:-1]
        np.sum(100 * d**2 + r**2)  # the value is asked for as well
        x_bar = np.zeros_like(x)
        x_bar[:-1] = -400 * d * x[:-1] - 2 * r
        x_bar[1:] += 200 * d
        return (x_bar,)

    return Case(f"Rosenbrock, n = {n}", program, by_hand, (_random().normal(size=n),))


def logistic(samples: int, features: int) -> Case:
    """A loss that is fitted every day: two products with a matrix, and elementwise rows between."""
    rng = _random()
    X, w = rng.normal(size=(samples, features)), rng.normal(size=features)
    t = np.sign(X @ rng.normal(size=features) + rng.normal(size=samples))

    def program(np, w, X, t):
        return np.mean(np.logaddexp(0.0, -t * (X @ w))) + 0.005 * np.sum(w * w)

    def by_hand(w, X, t):
        z = -t * (X @ w)
        np.mean(np.logaddexp(0.0, z)) + 0.005 * np.sum(w * w)  # the value is asked for as well
        return (X.T @ (-t / (1 + np.exp(-z))) / len(t) + 0.01 * w,)

    title = f"logistic regression: {samples} samples, {features} features"
    return Case(title, program, by_hand, (w,), (X, t))


def dense(n: int) -> Case:
    """The Jacobian of a vector-valued function, whole."""

    def program(np, x):
        return np.tanh(x[1:] * x[:-1]) + np.sin(x[1:])

    def by_hand(x):
        J, i = np.zeros((n - 1, n)), np.arange(n - 1)
        slope = 1 - np.tanh(x[1:] * x[:-1]) ** 2
        J[i, i] = slope * x[1:]
        J[i, i + 1] = slope * x[:-1] + np.cos(x[1:])
        return (J,)

    x = _random().normal(size=n)
    return Case(f"dense Jacobian, {n} inputs, {n - 1} outputs", program, by_hand, (x,), whole=True)


def helmholtz(n: int) -> Case:
    """The Helmholtz energy of a mixed fluid, on which the literature compares the modes.

    Baydin, Pearlmutter, Radul and Siskind, Automatic differentiation in machine learning: a survey,
    Journal of Machine Learning Research 18 (2018), section 5.
    """
    i = np.arange(n)
    A, b, x = 0.1 / (1 + i[:, None] + i), 0.1 * (i + 1) / n, np.full(n, 1 / (2 * n))
    root = math.sqrt(2.0)

    def program(np, x, A, b):
        bx = np.sum(b * x)
        mixing = np.sum(x * np.log(x / (1 - bx)))
        attraction = np.sum(x * (A @ x)) / (math.sqrt(8.0) * bx)
        return mixing - attraction * np.log((1 + (1 + root) * bx) / (1 + (1 - root) * bx))

    def by_hand(x, A, b):
        bx, Ax = np.sum(b * x), A @ x
        logs, xAx = np.log(x / (1 - bx)), np.sum(x * Ax)
        up, down = 1 + (1 + root) * bx, 1 + (1 - root) * bx
        fraction, log = 1 / (math.sqrt(8.0) * bx), np.log(up / down)
        np.sum(x * logs) - xAx * fraction * log  # the value is asked for as well
        slope = xAx * fraction * (log / bx - (1 + root) / up + (1 - root) / down) + np.sum(x) / (1 - bx)
        return (logs + 1 - 2 * Ax * fraction * log + slope * b,)

    return Case(f"Helmholtz energy, n = {n}", program, by_hand, (x,), (A, b), modes=True)


def _random() -> np.random.Generator:
    return np.random.default_rng(0)
