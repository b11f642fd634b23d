"""One component of a gradient check: given against expected, and what a wrong one looks like."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffkit.structure import Structure

__all__ = ["Component", "Leaf", "component", "findings", "places"]

BREAKS = ("a corner", "a jump", "an infinite slope")  # what the adaptive method says where f is not smooth
CLEAR = 0.01  # of a number: from a tolerance so small on, a factor between two numbers is no accident
FACTORS = (-1, 2, 3, 4, -2)


@dataclass(frozen=True)
class Component:
    """One number of a gradient, or the slope along one direction.

    Attributes
    ----------
    index
        Where: the path of keys and places to it, () for a single number; of several arguments the first
        entry says which.
    name
        The same as text: x[1], params['w'][0, 2].
    given, expected
        What the gradient says, and what it should be.
    error, tolerance
        The distance of the two, and how large it may be: the error estimate of what is expected, and the
        rounding of the gradient as measured at neighbouring points.
    ok
        Whether the error is within the tolerance; None where that cannot be said.
    status
        "ok", "wrong", "not differentiable" or "undecided".
    factor
        given / expected of a wrong one, where it is known to two digits at least.
    note
        What a wrong one looks like, or why nothing can be said.
    """

    index: tuple[Any, ...]
    name: str
    given: float
    expected: float
    error: float
    tolerance: float
    ok: bool | None
    status: str
    factor: float | None = None
    note: str = ""


def component(
    index: tuple[Any, ...],
    name: str,
    given: float,
    expected: float,
    tolerance: float,
    trouble: str,
    count: int,
) -> Component:
    """The verdict on one number; `trouble` is what the adaptive method says, `count` the number of inputs.

    >>> found = component((1,), "x[1]", 4.0, 2.0, 1e-12, "", 3)
    >>> found.ok, found.factor, found.note
    (False, 2.0, '2 times what is expected')
    """
    error, ok, factor, note = abs(given - expected), None, None, trouble
    if trouble.startswith(BREAKS):
        status = "not differentiable"
    elif not math.isfinite(given):
        status, ok, note = "wrong", False, f"given is {given}"
    elif not (math.isfinite(expected) and math.isfinite(tolerance)):
        status = "undecided"
    elif error <= tolerance:
        status, ok, note = "ok", True, ""
    else:
        status, ok, note = "wrong", False, "should be 0" if abs(expected) <= tolerance else ""
        if tolerance <= CLEAR * abs(expected):
            factor, note = given / expected, _looks(given, expected, tolerance, count)
    return Component(index, name, given, expected, error, tolerance, ok, status, factor, note)


def _looks(given: float, expected: float, tolerance: float, count: int) -> str:
    """What the factor between the two says, where it says it clearly."""
    if given == 0:
        return "given is 0: the term is missing"
    for factor in (*FACTORS, *((count,) if count > 4 else ())):
        if abs(given - factor * expected) <= abs(factor) * tolerance:
            if factor == -1:
                return "the sign is flipped"
            many = f" ({count} is the number of inputs: sum or mean?)" if factor == count > 4 else ""
            return f"{factor} times what is expected{many}"
        if abs(factor * given - expected) <= tolerance:
            many = f" ({count} is the number of inputs: mean or sum?)" if factor == count > 4 else ""
            return f"a factor {factor} is missing{many}"
    digits = round(-math.log10(abs(given / expected - 1)), 2)
    return f"agrees to {math.floor(digits)} digits" if digits >= 3 else ""


@dataclass(frozen=True)
class Leaf:
    """One array of the gradient, all of it checked: name, and arrays of what the components say."""

    name: str
    given: NDArray[np.float64]
    expected: NDArray[np.float64]
    tolerance: NDArray[np.float64]
    wrong: NDArray[np.bool_]

    def is_like(self, expected: Any, tolerance: Any) -> bool:
        """Whether what is given is what is expected elsewhere."""
        if np.shape(expected) != self.given.shape:
            return False
        return bool(np.all(np.abs(self.given - expected) <= self.tolerance + tolerance))


def findings(leaves: Sequence[Leaf]) -> list[str]:
    """What the wrong arrays look like as a whole: transposed, in another order, swapped, off by a factor."""
    told = []
    wrong = [leaf for leaf in leaves if leaf.wrong.any()]
    for i, leaf in enumerate(wrong):
        for other in wrong[i + 1 :]:
            if leaf.is_like(other.expected, other.tolerance) and other.is_like(leaf.expected, leaf.tolerance):
                told.append(f"the gradients of {leaf.name} and {other.name} look swapped")
        for words, moved in _orders(leaf):
            if leaf.is_like(moved(leaf.expected), moved(leaf.tolerance)):
                told.append(f"the gradient of {leaf.name} looks {words}")
                break
        else:
            told += _one_factor(leaf)
    return told


def _orders(leaf: Leaf) -> Iterator[tuple[str, Any]]:
    shape = leaf.given.shape
    if len(shape) == 2 and min(shape) > 1:
        if shape[0] == shape[1]:
            yield "transposed", np.transpose
        else:
            yield (
                "filled column by column",
                lambda a: a.ravel(order="F").reshape(a.shape),
            )
    if len(shape) == 1 and shape[0] > 2:
        yield "reversed", lambda a: a[::-1]
        yield "shifted by one place", lambda a: np.roll(a, 1)
        yield "shifted by one place", lambda a: np.roll(a, -1)


def _one_factor(leaf: Leaf) -> list[str]:
    """One factor for all that is not zero, of two components at least."""
    clear = leaf.tolerance <= CLEAR * np.abs(leaf.expected)
    if np.count_nonzero(clear) < 2 or not np.all(leaf.wrong[clear]) or np.any(leaf.wrong[~clear]):
        return []
    largest = int(np.argmax(np.abs(leaf.expected)))
    factor = leaf.given.flat[largest] / leaf.expected.flat[largest]
    slack = leaf.tolerance + abs(factor) * (leaf.tolerance + leaf.tolerance.flat[largest] * np.abs(
        leaf.expected / leaf.expected.flat[largest]))  # fmt: skip
    if factor and np.all(np.abs(leaf.given - factor * leaf.expected) <= slack):
        return [f"all of the gradient of {leaf.name} is {factor:.6g} times what is expected"]
    return []


def places(structure: Structure, names: Sequence[str]) -> list[tuple[tuple[Any, ...], str]]:
    """Path and name of each leaf of a point whose arguments have these names.

    Examples
    --------
    >>> from diffkit.structure import flatten_arguments
    >>> places(flatten_arguments(({"w": np.ones(2), "b": [np.ones(1), 0.5]},))[1], ["p"])
    [(('w',), "p['w']"), (('b', 0), "p['b'][0]"), (('b', 1), "p['b'][1]")]
    """
    found = []
    for i, (child, name) in enumerate(zip(structure.children, names, strict=True)):
        found += list(_below(child, (i,) if len(structure.children) > 1 else (), name))
    return found


def _below(structure: Structure, path: tuple[Any, ...], name: str) -> Iterator[tuple[tuple[Any, ...], str]]:
    if structure.kind is None:
        yield path, name
    keyed = structure.kind is dict
    for key, child in zip(structure.keys or range(len(structure.children)), structure.children, strict=False):
        text = f"{name}[{key!r}]" if keyed or isinstance(key, int) else f"{name}.{key}"
        yield from _below(child, (*path, key), text)
