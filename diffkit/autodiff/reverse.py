"""Reverse mode: cotangents travel from the result back to the inputs, one sweep for all of them.

Letters: `y` the value of a node, `x` one of its operands; `y_bar` and `x_bar` their cotangents, the
derivatives of the final result with respect to them (Griewank & Walther, Evaluating Derivatives, 2008,
chapter 3).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from diffkit.rules import Rule, rule_of
from diffkit.tape.active import Trace, plain
from diffkit.tape.record import Node, reachable

__all__ = ["added", "fit", "product", "pull_back"]


def pull_back(seeds: Iterable[tuple[Any, Any]], owner: Trace, keep: bool = False) -> dict[int, Any]:
    """The cotangents of the nodes from which the seeded outputs came, by node number.

    Parameters
    ----------
    seeds
        Pairs (output, y_bar); outputs that are constant for this trace are passed over.
    owner
        The trace whose nodes are swept.
    keep
        Keep the cotangents of intermediate nodes; otherwise they are freed as the sweep passes.
    """
    bars: dict[int, Any] = {}
    for output, y_bar in seeds:
        if isinstance(output, Node) and output.owner is owner:
            _add(bars, output, fit(y_bar, output.value))
    nodes = reachable([output for output, _ in seeds], owner)
    selected = False
    with np.errstate(all="ignore"):  # an infinite partial is an answer here, not an accident
        for node in reversed(nodes):
            if node.function is None or node.number not in bars:
                continue
            y_bar = bars[node.number] if keep else bars.pop(node.number)
            rule = rule_of(node.function)
            selected = selected or rule.selects
            values = owner.values(node.args)
            for position, operand in enumerate(node.args):
                if operand.__class__ is Node and operand.owner is owner:
                    x_bar = _pulled(rule, position, y_bar, node, values, selected)
                    if x_bar is not None:
                        _add(bars, operand, fit(x_bar, operand.value))
    return bars


def _pulled(rule: Rule, position: int, y_bar: Any, node: Node, values: list[Any], selected: bool) -> Any:
    """What one operand's cotangent gains from this node; None when that is nothing."""
    keywords = node.keywords or {}
    if rule.partials is None:
        pull = rule.pull(position)
        return pull(y_bar, node.value, *values, **keywords) if pull else None
    return product(y_bar, rule, position, node.value, values, keywords, selected)


def product(
    bar: Any, rule: Rule, position: int, y: Any, values: list[Any], keywords: Any, selected: bool
) -> Any:
    """A tangent or cotangent times the partial of an elementwise function; None when that is zero.

    With `selected`, an exact zero in `bar` stands for an element that was not selected, and stays zero
    whatever the partial is there, infinite or nan; where the function selects, so does a zero partial.
    """
    partial = rule.partial(position)
    if not callable(partial):
        if not partial:
            return None
        return bar if partial == 1 else -bar if partial == -1 else bar * partial
    try:
        slope = partial(y, *values, **keywords)
    except (ZeroDivisionError, OverflowError):  # Python floats raise where NumPy's answer inf
        slope = partial(*(np.float64(v) if v.__class__ is float else v for v in (y, *values)), **keywords)
    scaled = bar * slope
    if selected and not np.all(np.isfinite(plain(scaled))):
        dropped = (plain(bar) == 0) | (rule.selects & (plain(slope) == 0))
        scaled = np.where(dropped, 0.0, scaled)
    return scaled


def _add(bars: dict[int, Any], node: Node, x_bar: Any) -> None:
    bars[node.number] = added(bars.get(node.number), x_bar)


def added(a: Any, b: Any) -> Any:
    """The sum of two tangents or cotangents, where None is zero; of several results, part by part."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple):
        return tuple(map(added, a, b))
    return a + b


def fit(bar: Any, x: Any) -> Any:
    """A cotangent in the shape and dtype of its operand: broadcasting is undone here and nowhere else."""
    if x.__class__ is float and (bar.__class__ is float or bar.__class__ is np.float64):
        return float(bar)
    if isinstance(x, tuple):
        return bar
    shape = getattr(x, "shape", ())
    given = getattr(bar, "shape", ())
    if given != shape:
        extra = len(given) - len(shape)
        stretched = [i for i, n in enumerate(given) if i < extra or (shape[i - extra] == 1 and n != 1)]
        bar = (
            np.reshape(np.sum(bar, axis=tuple(stretched)), shape)
            if stretched
            else np.broadcast_to(bar, shape)
        )
    wanted, had = _dtype(x), _dtype(bar)
    if wanted is not had and wanted != had:
        if had.kind == "c" and wanted.kind != "c":
            bar, had = np.real(bar), np.empty(0, had).real.dtype
        if wanted != had and not (had.kind == "f" and wanted.kind == "c"):
            bar = np.astype(bar, wanted) if hasattr(bar, "dtype") else wanted.type(bar)
    if not shape and bar.__class__ is np.ndarray:
        bar = bar[()]
    return float(bar) if x.__class__ is float and bar.__class__ is np.float64 else bar


_FLOAT64 = np.dtype(np.float64)


def _dtype(value: Any) -> np.dtype[Any]:
    return _FLOAT64 if value.__class__ is float else getattr(value, "dtype", None) or np.asarray(value).dtype
