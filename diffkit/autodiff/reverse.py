"""Reverse mode: cotangents travel from the result back to the inputs, one sweep for all of them.

Letters: `y` the value of a node, `x` one of its operands; `y_bar` and `x_bar` their cotangents, the
derivatives of the final result with respect to them (Griewank & Walther, Evaluating Derivatives, 2008,
chapter 3). While a cotangent travels, a Python float may stand for an array with this one value everywhere.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from typing import Any

import numpy as np

from diffkit.autodiff.leaf import dtype_of
from diffkit.primitives import component, selected_product
from diffkit.rules import Rule, rule_of
from diffkit.rules.declare import QUICK, float_partials
from diffkit.tape.active import Trace, apply, plain
from diffkit.tape.node import Node

__all__ = ["added", "fit", "product", "pull_back"]


def pull_back(
    seeds: list[tuple[Any, Any]], owner: Trace, keep: bool = False, live: bool = False
) -> dict[int, Any]:
    """The cotangents of the leaves from which the seeded outputs came, by node number.

    The nodes are met in falling order of their numbers, so each after all that came from it.

    Parameters
    ----------
    seeds
        Pairs (output, y_bar); outputs that are constant for this trace are passed over. The list is
        emptied: where nothing else holds an output, its history is freed as the sweep passes.
    owner
        The trace whose nodes are swept.
    keep
        Return the cotangents of intermediate nodes too; otherwise they are freed as the sweep passes.
    live
        Let the rules work on the nodes themselves, so that the sweep is recorded in its turn.
    """
    bars: dict[int, Any] = {}  # what has arrived at each node, by its number
    nodes: dict[int, Node] = {}
    heap: list[int] = []  # the numbers, negative: the largest comes first
    own: set[int] = set()  # the numbers whose cotangent is an array that nobody else holds
    found: dict[int, Any] = {}
    kind, assigned, selected = owner.kind, owner.assigned, False

    def give(operand: Any, x: Any, x_bar: Any, fresh: bool = False) -> None:
        """Add to what has arrived at an operand, whose value is x; `fresh` if nobody else holds x_bar."""
        if x_bar.__class__ is not float:
            x_bar = fit(x_bar, x)
        key = operand.number
        if key not in bars:
            bars[key], nodes[key] = x_bar, operand
            heappush(heap, -key)
            if fresh and x_bar.__class__ is np.ndarray and x_bar.base is None:
                own.add(key)
        elif x_bar.__class__ is bars[key].__class__ is float:
            bars[key] += x_bar
        elif key in own and (x_bar.__class__ is float or _alike(x_bar, bars[key])):
            np.add(bars[key], x_bar, out=bars[key])
        else:
            total = bars[key] = added(bars[key], x_bar)
            (own.add if total.__class__ is np.ndarray else own.discard)(key)

    while seeds:
        node, y_bar = seeds.pop()
        if isinstance(node, Node) and node.owner is owner:
            give(node, node.value, fit(y_bar, node.value))
            selected = selected or not (y_bar if y_bar.__class__ is float else np.all(plain(y_bar)))
    with np.errstate(all="ignore"):  # an infinite partial is an answer here, not an accident
        while heap:
            number = -heappop(heap)
            node, y_bar = nodes.pop(number), bars.pop(number)
            function, args, y = node.function, node.args, node.value
            if assigned:
                args, y, y_bar = owner.visited(node, y_bar)
            if function is None or keep:
                bar = whole(y_bar, y)
                shared = bar.__class__ is np.ndarray and number not in own
                found[number] = bar.copy() if shared else bar
                if function is None:
                    continue
            if y.__class__ is float and y_bar.__class__ is float and node.keywords is None and not live:
                # Numbers: the loop below, without what only arrays, selection and many operands need.
                partials = QUICK.get(function)
                if partials is None:
                    partials = float_partials(function)
                if partials and not selected:
                    try:
                        a = args[0]
                        u = a.value if a.__class__ is kind and a.owner is owner else a
                        p = partials[0]
                        if len(args) == 1:
                            give(a, u, y_bar * (p if p.__class__ is float else p(y, u)))
                            continue
                        b = args[1]
                        v = b.value if b.__class__ is kind and b.owner is owner else b
                        q = partials[1]
                        a_bar = None if u is a else y_bar * (p if p.__class__ is float else p(y, u, v))
                        b_bar = None if v is b else y_bar * (q if q.__class__ is float else q(y, u, v))
                        if u is not a:
                            give(a, u, a_bar)
                        if v is not b:
                            give(b, v, b_bar)
                        continue
                    except _NO_FLOAT:  # NumPy would say inf or nan: the long way
                        pass
            values = [a.value if a.__class__ is kind and a.owner is owner else a for a in args]
            if live:
                values, y = [_parts(a) for a in args], _parts(node) if y is node.value else y
            rule = rule_of(function)
            selected = selected or rule.selects
            mine = [i for i, a in enumerate(args) if a.__class__ is kind and a.owner is owner]
            if y_bar.__class__ is float and (rule.partials is None or _broadcasts(y, values, mine)):
                y_bar = whole(y_bar, y)
            keywords = node.keywords or _NO_KEYWORDS
            bars_of = rule.pull(0) if rule.together else None
            x_bars = bars_of(y_bar, y, *values, **keywords) if bars_of else None
            # An array that only the sweep holds may be overwritten by the cotangent of the last operand.
            spare = number in own and not (keep or assigned)
            for position in mine:
                reuse = spare and position == mine[-1]
                if rule.partials is not None:
                    times = selected_product if selected else operator.mul
                    x_bar = product(y_bar, rule, position, y, values, keywords, selected, reuse, times)
                elif x_bars is not None:
                    x_bar = x_bars[position]
                else:
                    pull = rule.pull(position)
                    x_bar = pull(y_bar, y, *values, **keywords) if pull else None
                if x_bar is y_bar:  # handed on: to one operand alone, it stays nobody else's
                    fresh, spare = reuse, False
                else:
                    fresh = rule.fresh and x_bar is not y and not any(x_bar is v for v in values)
                if x_bar is not None:
                    give(args[position], values[position], x_bar, fresh)
    return found


_NO_KEYWORDS: Mapping[str, Any] = {}
_NO_FLOAT = (ZeroDivisionError, OverflowError, ValueError, TypeError)


def _parts(x: Any) -> Any:
    """A node as a rule takes it: of a row with several results, the tuple of them."""
    if not isinstance(x, Node) or not isinstance(x.value, tuple):
        return x
    return tuple([apply(component, (x,), {"index": i}) for i in range(len(x.value))])


def whole(bar: Any, y: Any) -> Any:
    """A cotangent in the shape of its value, where one float stood for all its elements."""
    if bar.__class__ is not float or y.__class__ is float:
        return bar
    if isinstance(y, tuple) or not y.shape:
        return fit(bar, y)
    return np.full(y.shape, bar, y.dtype)


def _broadcasts(y: Any, values: list[Any], mine: list[int]) -> bool:
    """Whether an operand to be given its part has another shape than y: one float cannot stand for y_bar."""
    shape = getattr(y, "shape", ())
    return any(getattr(values[i], "shape", ()) != shape for i in mine)


def product(
    bar: Any,
    rule: Rule,
    position: int,
    y: Any,
    values: Any,
    keywords: Any,
    selected: bool,
    spare: bool = False,
    times: Callable[[Any, Any], Any] = operator.mul,
) -> Any:
    """A tangent or cotangent times the partial of an elementwise function; None when that is zero.

    With `spare`, the memory of `bar` may be used for the answer. `times` multiplies.

    With `selected` (a seed had zeros, or a function has selected), an exact zero in `bar` stands for an
    element that was not selected, and stays zero whatever the partial is there, infinite or nan; where the
    function selects, so does a zero partial. Without it a zero is a number, and 0 * inf is nan.
    """
    partial = rule.partials[position] if rule.partials and position < len(rule.partials) else None
    if not callable(partial):
        if partial is None:
            partial = rule.partial(position)  # raises
        if not partial:
            return None
        return bar if partial == 1 else -bar if partial == -1 else bar * partial
    try:
        slope = partial(y, *values, **keywords) if keywords else partial(y, *values)
    except (ZeroDivisionError, OverflowError):  # Python floats raise where NumPy's answer inf
        slope = partial(*(np.float64(v) if v.__class__ is float else v for v in (y, *values)), **keywords)
    if bar.__class__ is float and bar == 1.0:
        scaled = slope
    elif spare and not selected and _alike(bar, slope):
        scaled = np.multiply(bar, slope, out=bar)
    else:
        scaled = times(bar, slope)
    if selected and not np.all(np.isfinite(plain(scaled))):
        dropped = np.logical_or(bar == 0, slope == 0) if rule.selects else bar == 0
        # Only what is not finite: a cotangent that is zero by value still has derivatives of its own.
        dropped = np.logical_and(dropped, np.logical_not(np.isfinite(scaled)))
        scaled = np.where(dropped, 0.0, scaled)
    return scaled


def _alike(a: Any, b: Any) -> bool:
    """Whether two values are arrays of one shape and type."""
    return a.__class__ is b.__class__ is np.ndarray and a.shape == b.shape and a.dtype is b.dtype


def added(a: Any, b: Any) -> Any:
    """The sum of two tangents or cotangents, where None is zero; of several results, part by part."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple):
        return tuple(map(added, a, b))
    return a + b


def fit(bar: Any, x: Any) -> Any:
    """A cotangent in the shape and dtype of its operand: broadcasting is undone here and nowhere else."""
    if _alike(bar, x):
        return bar
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
    wanted, had = dtype_of(x), dtype_of(bar)
    if wanted is not had and wanted != had:
        if had.kind == "c" and wanted.kind != "c":
            bar, had = np.real(bar), np.empty(0, had).real.dtype
        if wanted != had and not (had.kind == "f" and wanted.kind == "c"):
            bar = np.astype(bar, wanted) if hasattr(bar, "dtype") else wanted.type(bar)
    if not shape and bar.__class__ is np.ndarray:
        bar = bar[()]
    return float(bar) if x.__class__ is float and bar.__class__ is np.float64 else bar
