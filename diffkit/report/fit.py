"""Which places several labels take when no two may meet: little dislike in sum, found pair by pair."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LEADER_POINTS", "Place", "fit", "led_through", "meet"]

Points = NDArray[np.float64]
LEADER_POINTS = 16  # enough that no line of text slips between two
STARTS = 16  # beginnings to try: one start left five-method pictures with a label across a curve
LEFT_OUT = 1e6  # what a label without a place costs: more than any place
NOWHERE = (np.inf, np.inf, -np.inf, -np.inf)  # a box that meets no other


class Place(NamedTuple):
    """Where a label might stand: what that costs, its box (x0, y0, x1, y1), and the line that leads to it."""

    cost: float
    box: tuple[float, float, float, float]
    leader: Points  # (m, 2) points along the line; nan when there is none


def fit(choices: Sequence[Sequence[Place]]) -> list[int | None]:
    """One choice for each label, so that no boxes and no leading lines meet; None leaves the label out.

    Two labels at a time are given the best places that the others leave them, until no pair improves;
    that is done from several beginnings, and the best end counts.
    """
    # The last choice of every label is to be left out; a lone label is paired with one that always is.
    costs = [np.array([place.cost for place in places] + [LEFT_OUT]) for places in choices] + [np.zeros(1)]
    boxes = [np.array([place.box for place in places] + [NOWHERE]) for places in choices]
    boxes.append(np.array([NOWHERE]))
    nothing = np.full((LEADER_POINTS, 2), np.nan)
    leaders = [np.array([place.leader for place in places] + [nothing]) for places in choices]
    leaders.append(nothing[None])
    everyone = range(len(costs))
    pairs = list(itertools.combinations(everyone, 2))
    clash: dict[tuple[int, int], NDArray[np.bool_]] = {}
    for i, j in pairs:
        boxes_meet = np.array([meet(box, boxes[j]) for box in boxes[i]])
        clash[i, j] = boxes_meet | led_through(leaders[i], boxes[j]) | led_through(leaders[j], boxes[i]).T
        clash[j, i] = clash[i, j].T

    def free(i: int, picks: list[int], but: int) -> Points:
        """What the choices of label i cost now, infinite where one meets a label other than `but`."""
        taken = [clash[i, j][:, picks[j]] for j in everyone if j not in (i, but)]
        return np.where(np.any(taken, axis=0), np.inf, costs[i]) if taken else costs[i]

    def improved(order: Sequence[int]) -> tuple[float, list[int]]:
        picks = [len(cost) - 1 for cost in costs]
        for i in order:
            picks[i] = int(free(i, picks, i).argmin())
        better = True
        while better:
            better = False
            for i, j in pairs:
                both = np.where(clash[i, j], np.inf, free(i, picks, j)[:, None] + free(j, picks, i)[None, :])
                a, b = divmod(int(both.argmin()), both.shape[1])
                if both[a, b] < both[picks[i], picks[j]]:
                    picks[i], picks[j], better = a, b, True
        return sum(float(cost[k]) for cost, k in zip(costs, picks, strict=True)), picks

    # Pairs may get stuck; whoever chooses first matters. The seed makes the picture repeatable.
    starts = STARTS if len(choices) > 1 else 1
    orders = np.random.default_rng(0).permuted(np.tile(everyone, (starts, 1)), axis=1).tolist()
    _, best = min((improved(order) for order in orders), key=lambda answer: answer[0])
    return [k if k < len(places) else None for k, places in zip(best, choices, strict=False)]


def meet(box: ArrayLike, others: Points) -> NDArray[np.bool_]:
    """Which of the boxes (x0, y0, x1, y1) overlap the one.

    >>> meet((0, 0, 2, 2), np.array([(1, 1, 3, 3), (2, 0, 4, 2)])).tolist()
    [True, False]
    """
    left, low, right, high = np.asarray(box, float)
    x0, y0, x1, y1 = others.T
    return np.asarray((x0 < right) & (x1 > left) & (y0 < high) & (y1 > low))


def led_through(leaders: Points, boxes: Points) -> NDArray[np.bool_]:
    """Which of n lines run through which of m boxes, (n, m)."""
    x, y = leaders[:, None, :, 0], leaders[:, None, :, 1]
    x0, y0, x1, y1 = (boxes[None, :, None, k] for k in range(4))
    return np.asarray(((x > x0) & (x < x1) & (y > y0) & (y < y1)).any(axis=-1))
