"""Families of functions that grow with a number n: what a derivative costs is seen by letting n grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

__all__ = ["FAMILIES", "Family"]


@dataclass(frozen=True)
class Family:
    """Functions of one kind, one for each n from 1 on.

    Attributes
    ----------
    name
        What it is called on the command line and in `FAMILIES`.
    make
        The function of size n, written with NumPy.
    arguments
        How many numbers that function takes.
    wrt
        The argument that it is differentiated with respect to; None for all of them.
    formula
        What it is, in a line.
    why
        What this row is here to show, in a sentence.

    Examples
    --------
    >>> FAMILIES["logistic"].make(4)(0.25)
    0.75
    """

    name: str
    make: Callable[[int], Callable[..., Any]]
    arguments: Callable[[int], int]
    wrt: str | None
    formula: str
    why: str


def logistic(n: int) -> Callable[..., Any]:
    def l(x: Any) -> Any:  # noqa: E743, as the survey calls it
        for _ in range(n - 1):
            x = 4 * x * (1 - x)
        return x

    return l


def loop(n: int) -> Callable[..., Any]:
    def z(a: Any, b: Any) -> Any:
        z = 0
        for i in range(n):
            z = a * np.cos(z + i) + z * np.sin(b - i)
        return z

    return z


def nested_sine(n: int) -> Callable[..., Any]:
    def sines(x: Any) -> Any:
        for _ in range(n):
            x = np.sin(x)
        return x

    return sines


def product(n: int) -> Callable[..., Any]:
    def of_all(*x: Any) -> Any:
        y = x[0]
        for factor in x[1:]:
            y = y * factor
        return y

    return of_all


def softplus(n: int) -> Callable[..., Any]:
    def network(x: Any) -> Any:
        for i in range(n):
            x = np.log(1 + np.exp((i + 2) * x + (i + 1)))
        return x

    return network


def _one(n: int) -> int:
    return 1


# fmt: off
_ROWS = (
    #      name           make         arguments    wrt   formula
    Family("logistic",    logistic,    _one,        None, "l1 = x, l(n+1) = 4 l(n) (1 - l(n))",
           "The survey's example: each step uses the one before twice, so its tree doubles."),
    Family("loop",        loop,        lambda n: 2, "a",  "z = a cos(z + i) + z sin(b - i), n times",
           "The textbook's loop: a few lines of program, and no formula that a page could hold."),
    Family("nested-sine", nested_sine, _one,        None, "sin(sin(...sin(x))), n times",
           "The chain rule alone: the tree grows with the square of n and no faster."),
    Family("product",     product,     lambda n: n, None, "x1 x2 ... xn, its whole gradient",
           "Speelpenning's: n derivatives of n factors each, where reverse mode needs a few n products."),
    Family("softplus",    softplus,    _one,        None, "e = log(1 + exp(w e + b)), n layers of one neuron",
           "A network in small: what a layer computes is needed again by every layer before it."),
)
# fmt: on

FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in _ROWS})
"""Name -> family."""
