"""What a gradient should be: slopes of f as a black box, and how far rounding may move a given one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.api import Problem
from diffkit.numerical import Adaptive
from diffkit.studies.given import Answer

__all__ = ["SAFE", "Counted", "followed", "last_place", "rounding_of", "slope", "slope_along"]

NEIGHBOURS = (1, 1, 0.85, 0.7, 0.55)  # how far off: the unit in the last place to these powers
ALONE = 100  # times as far from all neighbours as these are from each other
SAFE = 4  # times the largest difference that so few neighbours show


class Counted:
    """f with its calls counted."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f, self.calls = f, 0

    def __call__(self, *leaves: Any) -> Any:
        self.calls += 1
        return self.f(*leaves)


def slope(
    f: Callable[..., Any], leaves: Sequence[Any], i: int, index: tuple[int, ...]
) -> tuple[float, float, str]:
    """The partial derivative by one number, its error estimate, and the trouble there was."""

    def along(t: Any) -> Any:
        moved = [leaf.copy() for leaf in leaves]
        if index:
            moved[i][index] = t
        else:
            moved[i] = t
        return _scalar(f(*moved))

    found = Adaptive().jacobian(along, [leaves[i][index] if index else leaves[i]])
    return float(found.value[0]), float(found.error_estimate[0]), found.note


def _scalar(y: Any) -> Any:
    """The one number of an array that holds no more."""
    return np.reshape(y, ()) if np.ndim(y) else y


def slope_along(
    f: Callable[..., Any], leaves: Sequence[Any], moves: Sequence[Any]
) -> tuple[float, float, str]:
    """The slope along a direction, its error estimate, and the trouble there was."""
    found = Adaptive().directional(lambda *at: _scalar(f(*at)), leaves, moves)
    return float(found.value), float(found.error_estimate), found.note


def rounding_of(answer: Answer, leaves: Sequence[Any], given: list[Any], seed: int) -> list[Any]:
    """How far the rounding of its own arithmetic may move each component of the gradient.

    It is seen at neighbouring points: where the point moves by about one unit in the last place, and in the
    second difference over wider steps, in which all that is smooth cancels. A gradient that is a small
    difference of large numbers moves there by much more than its own last place. Where all neighbours agree
    with each other and not with the point, a branch knows the point: that is no rounding.
    """
    random = np.random.default_rng(seed + 1)
    pairs = list(zip(leaves, given, strict=True))
    least = [SAFE * last_place(leaf, part) * np.abs(part) for leaf, part in pairs]
    found, beside = least.copy(), list[Any]()
    for power in NEIGHBOURS:
        signs = [random.choice([-1.0, 1.0], size=np.shape(leaf)) for leaf in leaves]
        try:
            up, down = (
                answer(
                    [
                        (leaf * (1 + way * last_place(leaf, part) ** power * sign)).astype(leaf.dtype)[()]
                        for (leaf, part), sign in zip(pairs, signs, strict=True)
                    ]
                )
                for way in (1, -1)
            )
        except Exception:  # beside the edge of its domain; the other neighbours tell
            continue
        beside += [up, down]
        for k, (a, b, here) in enumerate(zip(up, down, given, strict=True)):
            seen = np.abs((a - here) + (b - here))
            seen = np.maximum(seen, np.abs(a - here)) if power == 1 else seen
            found[k] = np.maximum(found[k], np.where(np.isfinite(seen), SAFE * seen, 0))
    if not beside:
        return found
    for k, here in enumerate(given):
        others = np.array([parts[k] for parts in beside])
        spread = np.ptp(others, axis=0)
        alone = np.min(np.abs(others - here), axis=0) > ALONE * spread
        found[k] = np.where(alone, np.maximum(least[k], SAFE * spread), found[k])
    return found


def last_place(leaf: Any, part: Any) -> float:
    """The relative spacing of the coarser of two arrays' numbers."""
    return max(float(np.finfo(np.asarray(array).dtype).eps) for array in (leaf, part))


def followed(problem: Problem) -> list[Any] | None:
    """The gradient by reverse mode, where f can be followed."""
    try:
        return [
            np.reshape(part, np.shape(leaf))
            for part, leaf in zip(problem.jacobian()[1], problem.leaves, strict=True)
        ]
    except Exception:  # f is a black box, which is what the adaptive method is for
        return None
