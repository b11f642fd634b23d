"""Reverse mode: cotangents travel from the result back to the inputs, one sweep for all of them.

Letters: `y` the value of a node, `x` one of its operands; `y_bar` and `x_bar` their cotangents, the
derivatives of the final result with respect to them (Griewank & Walther, Evaluating Derivatives, 2008,
chapter 3). While a cotangent travels, a Python float may stand for an array with this one value everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import heappop, heappush
from math import isfinite
from typing import Any

import numpy as np

from diffkit.autodiff.batch import Batch
from diffkit.autodiff.leaf import dtype_of
from diffkit.primitives import component, getitem, mutual_product, selected_product, takes_each_once
from diffkit.rules import Rule, rule_of
from diffkit.rules.declare import QUICK, quick_partials
from diffkit.tape.active import Trace, apply, plain
from diffkit.tape.node import Node

__all__ = ["added", "fit", "product", "pull_back"]


@np.errstate(all="ignore")  # an infinite partial is an answer here, not an accident
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
        if x_bar.__class__ is not float and not _alike(x_bar, x):
            x_bar = fit(x_bar, x)
        key = operand.number
        if key not in bars:
            bars[key], nodes[key] = x_bar, operand
            heappush(heap, -key)
            if fresh and x_bar.__class__ is np.ndarray and x_bar.base is None:
                own.add(key)
            return
        arrived = bars[key]
        if key in own and (x_bar.__class__ is float or _alike(x_bar, arrived)):
            arrived += x_bar
        else:
            total = bars[key] = added(arrived, x_bar)
            (own.add if total.__class__ is np.ndarray else own.discard)(key)

    def give_part(operand: Any, x: Any, key: Any, y_bar: Any) -> None:
        """Add a cotangent of x[key] to what has arrived at an array x, in place."""
        number = operand.number
        x_bar = bars.get(number)
        if x_bar is None:
            nodes[number] = operand
            heappush(heap, -number)
            x_bar = bars[number] = np.zeros(x.shape, x.dtype)
        elif number not in own or x_bar.dtype != x.dtype:
            x_bar = bars[number] = np.array(np.broadcast_to(x_bar, x.shape), x.dtype)
        own.add(number)
        x_bar[key] += y_bar

    def spread(y: Any, u: Any, v: Any, slopes: Any, y_bar: Any, spare: bool, selected: bool) -> None:
        """Give y_bar times its slope to each operand of an array y; u and v are their values."""
        for given in slopes:
            a, x, slope = given
            if y_bar.__class__ is float:
                if getattr(x, "shape", ()) != y.shape:
                    y_bar = whole(y_bar, y)  # broadcasting repeats x
                elif y_bar == 1.0 and slope is not None:
                    give(a, x, slope, slope is not y and slope is not u and slope is not v)
                    continue
            reuse = spare and given is slopes[-1]
            if slope is None:  # handed on: to one operand alone, it stays nobody else's
                give(a, x, y_bar, reuse)
                spare = False
                continue
            if slope.__class__ is int and slope == -1 and y_bar.__class__ is np.ndarray:
                x_bar = fit(y_bar, x)  # what broadcasting has repeated is added up first: it is less
                reuse, x_bar = True, -x_bar
            elif selected and not _harmless(y_bar, slope):
                x_bar = selected_product(y_bar, slope)
            elif reuse and _alike(y_bar, slope) and y_bar.size > 1:  # one complex number in place: other bits
                y_bar *= slope
                x_bar = y_bar
            else:
                x_bar = y_bar * slope
            # Of x * x both at once, which is exact as long as nothing else has arrived.
            if slope is u is v and given is not slopes[-1] and a is slopes[1][0] and a.number not in bars:
                give(a, x, np.add(x_bar, x_bar, out=x_bar if x_bar.__class__ is np.ndarray else None), True)
                return
            give(a, x, x_bar, True)

    def pull(node: Any, args: Any, y: Any, rule: Rule, y_bar: Any, spare: bool, selected: bool) -> None:
        """Give each operand of any row what its rule says."""
        values, mine = list(args), []
        for i, a in enumerate(args):
            if a.__class__ is kind and a.owner is owner:
                values[i] = a.value
                mine.append(i)
        if live:
            values, y = [_parts(a) for a in args], _parts(node) if y is node.value else y
        keywords = node.keywords or _NO_KEYWORDS
        # One float may go on standing for all elements, unless broadcasting repeats an operand.
        shape = getattr(y, "shape", ())
        if rule.partials is None or any(getattr(values[i], "shape", ()) != shape for i in mine):
            y_bar = whole(y_bar, y)
        bars_of = rule.pull(0) if rule.together else None
        x_bars = bars_of(y_bar, y, *values, **keywords) if bars_of else None
        for i in mine:
            if rule.partials is not None:
                # What broadcasting has repeated is added up before its sign changes: it is less then.
                turned = rule.partials[i : i + 1] == (-1,) and y_bar.__class__ is not float
                bar = fit(y_bar, values[i]) if turned else y_bar
                x_bar = product(bar, rule, i, y, values, keywords, selected)
            elif x_bars is not None:
                x_bar = x_bars[i]
            else:
                pull_one = rule.pull(i)
                x_bar = pull_one(y_bar, y, *values, **keywords) if pull_one else None
            if x_bar is y_bar:
                give(args[i], values[i], x_bar, spare and len(mine) == 1)
            elif x_bar is not None:
                # A view is nobody's own; of the rest, an operand or the result is somebody else's.
                fresh = rule.fresh and x_bar is not y and id(x_bar) not in map(id, values)
                give(args[i], values[i], x_bar, fresh)

    while seeds:
        node, y_bar = seeds.pop()
        if isinstance(node, Node) and node.owner is owner:
            give(node, node.value, fit(y_bar, node.value))
            selected = selected or not (y_bar if isinstance(y_bar, float) else np.all(plain(y_bar)))
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
        # An array that only the sweep holds may be overwritten by the cotangent of the last operand.
        spare = number in own and not (keep or assigned)
        # The usual rows, of one or two operands: their partials, None for a 1.
        slopes: Any = None
        quick = QUICK.get(y.__class__)
        if quick is not None and not node.keywords and not live:
            partials = quick.get(function)
            if partials is None:
                partials = quick_partials(function, y.__class__)
            try:
                if partials and len(args) == 1:
                    (a,), (p,) = args, partials
                    u, v = a.value, None
                    slopes = ((a, u, p and p(y, u)),)
                elif partials:
                    (a, b), (p, q) = args, partials
                    u = a.value if a.__class__ is kind and a.owner is owner else a
                    v = b.value if b.__class__ is kind and b.owner is owner else b
                    if u is a:
                        slopes = ((b, v, q and q(y, u, v)),)
                    elif v is b:
                        slopes = ((a, u, p and p(y, u, v)),)
                    else:
                        slopes = ((a, u, p and p(y, u, v)), (b, v, q and q(y, u, v)))
            except _NO_FLOAT:  # NumPy would say inf or nan: the long way
                pass
        if slopes and y.__class__ is float:  # numbers: `give`, written out
            for a, u, slope in slopes:
                if slope is None:
                    x_bar = y_bar
                elif selected and not _harmless(y_bar, slope):
                    x_bar = selected_product(y_bar, slope)
                else:
                    x_bar = y_bar * slope
                key = a.number
                if x_bar.__class__ is not float:
                    give(a, u, x_bar)
                elif key in bars:
                    bars[key] = bars[key] + x_bar
                else:
                    bars[key], nodes[key] = x_bar, a
                    heappush(heap, -key)
            continue
        # The rest has frames of its own: what they hold is freed before the next row is met.
        if slopes:
            spread(y, u, v, slopes, y_bar, spare, selected)
        else:
            rule = rule_of(function)
            selected = selected or rule.selects
            if function is getitem and not live and node.keywords:
                key, x = node.keywords["key"], args[0].value
                if _is_part(x, y_bar, key):
                    give_part(args[0], x, key, y_bar)
                    continue
            pull(node, args, y, rule, y_bar, spare, selected)
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
    shape = getattr(y, "shape", ())
    return np.full(shape, bar, y.dtype) if shape else fit(bar, y)


def product(bar: Any, rule: Rule, position: int, y: Any, values: Any, keywords: Any, selected: bool) -> Any:
    """A tangent or cotangent times the partial of an elementwise function; None when that is zero.

    With `selected` (a seed had zeros, or a function has selected), an exact zero in bar stands for what was
    not selected; where the function selects, so does a partial of zero. Without it a zero is a number, and
    0 * inf is nan.
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
        plain_numbers = (np.float64(v) if isinstance(v, int | float) else v for v in (y, *values))
        slope = partial(*plain_numbers, **keywords)
    if bar.__class__ is float and bar == 1.0:
        return slope
    if not selected or (not rule.selects and _harmless(bar, slope)):
        return bar * slope
    return (mutual_product if rule.selects else selected_product)(bar, slope)


def _is_part(x: Any, y_bar: Any, key: Any) -> bool:
    """Whether the cotangent of x[key] can be written where it belongs in an array like x."""
    if x.__class__ is not np.ndarray or not takes_each_once(key):
        return False
    return y_bar.__class__ is float or (y_bar.__class__ is np.ndarray and y_bar.dtype == x.dtype)


def _harmless(bar: Any, slope: Any) -> bool:
    """Whether a slope has no infinity or nan that a zero in bar could meet; what is followed may have."""
    if bar.__class__ is Batch:
        bar = bar.value
    if bar.__class__ is not float and bar.__class__ is not np.ndarray:
        return False
    if slope.__class__ is np.ndarray and slope.dtype is _FLOAT64:
        # One fast pass: a sum of squares that is finite has finite terms.
        flat = slope if slope.ndim == 1 else slope.reshape(-1)
        return isfinite(flat.dot(flat))
    return isinstance(slope, float | int) and slope - slope == 0


_FLOAT64 = np.dtype(float)


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
    if x.__class__ is float and (bar.__class__ is float or bar.__class__ is np.float64):
        return float(bar)
    if isinstance(x, tuple):
        return bar
    shape = getattr(x, "shape", ())
    given = getattr(bar, "shape", ())
    if given != shape:
        extra = len(given) - len(shape)
        stretched = [i for i, n in enumerate(given) if i < extra or (shape[i - extra] == 1 and n != 1)]
        bar = np.add.reduce(bar, axis=tuple(stretched)) if stretched else np.broadcast_to(bar, shape)
        if bar.shape != shape:
            bar = np.reshape(bar, shape)
    wanted, had = dtype_of(x), dtype_of(bar)
    if wanted is not had and wanted != had:
        if had.kind == "c" and wanted.kind != "c":
            bar, had = np.real(bar), np.empty(0, had).real.dtype
        if wanted != had and not (had.kind == "f" and wanted.kind == "c"):
            bar = np.astype(bar, wanted) if hasattr(bar, "dtype") else wanted.type(bar)
    if not shape and bar.__class__ is np.ndarray:
        bar = bar[()]
    return float(bar) if x.__class__ is float and bar.__class__ is np.float64 else bar
