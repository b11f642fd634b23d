"""Where the nodes and edges of a computational graph go: in columns, from the inputs to the result.

The layered drawing of Sugiyama, Tagawa and Toda (1981) in the four steps of Gansner, Koutsofios, North and Vo
(A technique for drawing directed graphs, 1993): columns by the longest path, an order in each column with few
crossings, heights by linear programming, and edges that bend only between columns. A place is kept in every
column that an edge passes, so no edge runs through a node.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["Layout", "crossings", "layout"]

Edge = tuple[Hashable, Hashable]
Point = tuple[float, float]
SWEEPS = 24  # over all columns, forth and back: the order settles long before


@dataclass(frozen=True)
class Layout:
    """A drawing: y grows upwards, x from the inputs to the result.

    Attributes
    ----------
    centres
        The centre of each node.
    curves
        For each edge, in the order given: the points of its cubic Bézier curves, 3 k + 1 for k of them. One
        that passes a column is level.
    width, height
        Of the whole drawing, which begins at (0, 0).
    """

    centres: dict[Any, Point]
    curves: list[list[Point]]
    width: float
    height: float


@dataclass(frozen=True)
class _Place:
    """The place of an edge in a column that it passes."""

    edge: int
    column: int


def layout(
    nodes: Sequence[Hashable],
    edges: Sequence[Edge],
    sizes: Mapping[Any, Point],
    gap: float = 1.0,
    between: float = 0.4,
) -> Layout:
    """A layered drawing of a graph without cycles.

    Parameters
    ----------
    nodes
        In an order in which each comes after those it is made of.
    edges
        Pairs (from, to); a pair may occur twice, as in x*x.
    sizes
        The width and height of each node.
    gap
        The room between two columns, for the edges to bend in.
    between
        The room between two neighbours in a column.

    Examples
    --------
    >>> drawn = layout("xyf", [("x", "f"), ("y", "f")], dict.fromkeys("xyf", (1.0, 1.0)))
    >>> drawn.centres["f"], drawn.width
    ((2.5, 0.5), 3.0)
    """
    column = _columns(nodes, edges)
    count = 1 + max(column.values(), default=-1)
    order: list[list[Any]] = [[] for _ in range(count)]
    for node in nodes:
        order[column[node]].append(node)
    pieces: list[Edge] = []  # of edges: from column to column
    chains: list[list[Any]] = []
    for number, (tail, head) in enumerate(edges):
        chain: list[Any] = [tail, *(_Place(number, c) for c in range(column[tail] + 1, column[head])), head]
        for place in chain[1:-1]:
            order[place.column].append(place)
        chains.append(chain)
        pieces.extend(pairwise(chain))
    order = _with_few_crossings(order, pieces)
    tall = {node: sizes[node][1] for node in nodes}
    heights = _heights(order, pieces, tall, between)
    wide = [max(sizes[n][0] for n in members if not isinstance(n, _Place)) for members in order]
    left = np.concatenate([[0.0], np.cumsum(np.add(wide, gap))])
    middle = {n: float(left[c] + wide[c] / 2) for c, members in enumerate(order) for n in members}
    centres = {n: (middle[n], heights[n]) for n in nodes}
    ports = _ports(chains, heights, sizes, between)
    curves = []
    for number, chain in enumerate(chains):
        tail, head = chain[0], chain[-1]
        path = [(middle[tail] + sizes[tail][0] / 2, ports[number, 0])]
        for place in chain[1:-1]:
            start = float(left[place.column])
            path += [(start, heights[place]), (start + wide[place.column], heights[place])]
        curves.append(_curve([*path, (middle[head] - sizes[head][0] / 2, ports[number, 1])]))
    tops = [
        height + tall.get(n, 0.0) / 2 for n, height in heights.items()
    ]  # an edge may pass above all nodes
    return Layout(centres, curves, float(left[-1] - gap) if nodes else 0.0, max(tops, default=0.0))


def _curve(path: list[Point]) -> list[Point]:
    """A smooth curve through these points: it bends between the columns and is level inside them."""
    points = [path[0]]
    for start, end in pairwise(path):
        middle = (start[0] + end[0]) / 2
        points += [(middle, start[1]), (middle, end[1]), end]
    return points


def _columns(nodes: Sequence[Any], edges: Sequence[Edge]) -> dict[Any, int]:
    """The column of each node: right of all it is made of; inputs and constants next to their first use."""
    column = dict.fromkeys(nodes, 0)
    into: dict[Any, list[Any]] = {node: [] for node in nodes}
    out: dict[Any, list[Any]] = {node: [] for node in nodes}
    for tail, head in edges:
        into[head].append(tail)
        out[tail].append(head)
    for node in nodes:
        column[node] = 1 + max((column[tail] for tail in into[node]), default=-1)
    for node in reversed(nodes):
        if out[node] and not into[node]:
            column[node] = min(column[head] for head in out[node]) - 1
    return column


def crossings(order: Sequence[Sequence[Any]], pieces: Sequence[Edge]) -> int:
    """How many pairs of pieces cross when the nodes stand in these orders.

    >>> crossings(["ab", "cd"], [("a", "d"), ("b", "c")])
    1
    """
    place = {node: (c, i) for c, members in enumerate(order) for i, node in enumerate(members)}
    ends: dict[int, list[tuple[int, int]]] = {}
    for tail, head in pieces:
        ends.setdefault(place[tail][0], []).append((place[tail][1], place[head][1]))
    total = 0
    for pairs in ends.values():
        a, b = np.array(pairs).T
        total += int(np.sum((a[:, None] < a) & (b[:, None] > b)))
    return total


def _with_few_crossings(order: list[list[Any]], pieces: list[Edge]) -> list[list[Any]]:
    """The orders after sweeps of medians, and of exchanges of neighbours; the best that was met."""
    before: dict[Any, list[Any]] = {}
    after: dict[Any, list[Any]] = {}
    for tail, head in pieces:
        after.setdefault(tail, []).append(head)
        before.setdefault(head, []).append(tail)
    best, fewest = order, crossings(order, pieces)
    for start in (order, [members[::-1] for members in order]):
        now = [list(members) for members in start]
        for sweep in range(SWEEPS):
            rightwards = sweep % 2 == 0
            for c in range(1, len(now)) if rightwards else range(len(now) - 2, -1, -1):
                beside = before if rightwards else after
                place = {n: i for i, n in enumerate(now[c - 1 if rightwards else c + 1])}
                # Inputs have nothing before them, and what is not read nothing after: those stay.
                middle = {
                    n: float(np.median([place[m] for m in beside[n]])) if n in beside else float(i)
                    for i, n in enumerate(now[c])
                }
                now[c].sort(key=middle.__getitem__)
            _exchange(now, before, after)
            found = crossings(now, pieces)
            if found < fewest:
                best, fewest = [list(members) for members in now], found
        if fewest == 0:
            break
    return best


def _exchange(order: list[list[Any]], before: dict[Any, list[Any]], after: dict[Any, list[Any]]) -> None:
    """Exchange neighbours in a column as long as that takes a crossing away."""
    for c, members in enumerate(order):
        sides = [
            ({n: i for i, n in enumerate(order[d])}, beside)
            for d, beside in ((c - 1, before), (c + 1, after))
            if 0 <= d < len(order)
        ]
        better = True
        while better:
            better = False
            for i in range(len(members) - 1):
                a, b = members[i : i + 2]
                gain = 0
                for place, beside in sides:
                    for m in beside.get(a, ()):
                        for k in beside.get(b, ()):
                            gain += (place[m] > place[k]) - (place[m] < place[k])
                if gain > 0:
                    members[i : i + 2] = b, a
                    better = True


def _heights(
    order: list[list[Any]], pieces: list[Edge], tall: Mapping[Any, float], between: float
) -> dict[Any, float]:
    """The height of each node: neighbours apart, edges as level as can be, long ones most of all.

    A linear program (Gansner et al., section 4.2): the sum of |difference in height| over the pieces, where
    a piece between two places of one edge counts 8 times, one between a place and a node twice.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    members = [n for column in order for n in column]
    if not members:
        return {}
    index = {n: i for i, n in enumerate(members)}
    unknowns = len(members) + len(pieces)
    rows: list[int] = []
    columns: list[int] = []
    entries: list[float] = []
    limits: list[float] = []

    def demand(limit: float, *terms: tuple[int, float]) -> None:
        """sum of terms <= limit"""
        for variable, factor in terms:
            rows.append(len(limits))
            columns.append(variable)
            entries.append(factor)
        limits.append(limit)

    cost = np.zeros(unknowns)
    for number, (tail, head) in enumerate(pieces):
        size = len(members) + number
        places = isinstance(tail, _Place) + isinstance(head, _Place)
        cost[size] = (1.0, 2.0, 8.0)[places]
        for sign in (1.0, -1.0):
            demand(0.0, (index[tail], sign), (index[head], -sign), (size, -1.0))
    for column in order:
        # The first of a column stands at the top.
        for upper, lower in pairwise(column):
            apart = (tall.get(upper, 0.0) + tall.get(lower, 0.0)) / 2 + between
            demand(-apart, (index[lower], 1.0), (index[upper], -1.0))
    floor = [(tall.get(n, 0.0) / 2, None) for n in members]
    matrix = coo_array((entries, (rows, columns)), shape=(len(limits), unknowns)) if limits else None
    bounds = floor + [(0.0, None)] * len(pieces)
    found = linprog(cost + 1e-6, matrix, limits or None, bounds=bounds, method="highs")
    return {n: float(found.x[i]) for n, i in index.items()}


def _ports(
    chains: list[list[Any]], heights: Mapping[Any, float], sizes: Mapping[Any, Point], between: float
) -> dict[tuple[int, int], float]:
    """The heights at which each edge leaves its first node (0) and enters its last (1): side by side."""
    ends: dict[tuple[Any, int], list[int]] = {}
    for number, chain in enumerate(chains):
        ends.setdefault((chain[0], 0), []).append(number)
        ends.setdefault((chain[-1], 1), []).append(number)
    ports = {}
    for (node, end), numbers in ends.items():
        numbers.sort(key=lambda k: heights[chains[k][1 if end == 0 else -2]])
        apart = min(between, 0.75 * sizes[node][1] / len(numbers))
        for i, number in enumerate(numbers):
            ports[number, end] = heights[node] + apart * (i - (len(numbers) - 1) / 2)
    return ports
