"""Where a label may stand: on no curve, on no other label, inside the axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike, NDArray

from diffkit.report.fit import LEADER_POINTS, Place, fit, led_through, meet

__all__ = ["Label", "Labels", "Spot", "compass"]

Points = NDArray[np.float64]
CLEAR = 3.0  # pixels kept free around a label, at the figure's own dpi
APART = 1.0  # pixels kept free between labels that are placed together
WIDER = 1.04  # a screen that fits letters to its pixels makes words so much wider than in print
LEADING = 2.0  # pixels between the lines of one label
FAR = 48.0  # pixels between a point and its label from which on a thin line joins the two
FORBIDDEN = math.inf
# Under the words: where a label has to cross a curve, the words are what is read.
PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.3}
NO_LEADER: Points = np.full((LEADER_POINTS, 2), np.nan)


class Spot(NamedTuple):
    """A candidate place: which way the label lies from its anchor, how far off, how turned, how unwelcome."""

    right: float  # -1 left of the anchor, 0 centred on it, 1 right of it
    up: float
    gap: float = 7.0  # pixels between the anchor and the label, sideways; a slide along it when centred
    lift: float = 7.0  # and upwards or downwards
    angle: float = 0.0
    dislike: float = 0.0  # in covered pixels of a curve


def compass(*first: tuple[float, float], reach: Sequence[float] = (8, 16, 28, 44, 64, 90)) -> list[Spot]:
    """Spots all around an anchor: the nearer the better, and the given directions before the others."""
    rest = [(-1, -1), (1, 1), (1, -1), (-1, 1), (0, -1), (0, 1), (1, 0), (-1, 0)]
    ways = list(first) + [way for way in rest if way not in first]
    spots = []
    for rank, (right, up) in enumerate(ways):
        dislike = 3.0 * rank if rank < len(first) else 20.0
        for gap in reach if right else (0,):
            for lift in reach if up else (0,):
                spots.append(Spot(right, up, gap, lift, 0.0, dislike + 0.25 * (gap + lift)))
    return spots


class Label(NamedTuple):
    """What to say (lines, each with its own look), about which point, where it may stand, in what look."""

    lines: Sequence[tuple[str, dict[str, Any]]]
    anchor: tuple[float, float]
    spots: Sequence[Spot]
    most: float  # how much of the curves it may cover
    look: dict[str, Any]


class Labels:
    """The labels of one axes, placed one after another; each takes the first of its spots that is free.

    Everything is measured in pixels of the figure as it stands: limits and layout are settled before.
    """

    def __init__(self, ax: Axes) -> None:
        figure = ax.get_figure(root=True)
        assert figure is not None
        self.ax = ax
        self.pixel = 72.0 / figure.dpi  # points per pixel
        self.inside = ax.get_window_extent()
        self.taken: Points = np.empty((0, 4))  # x0, y0, x1, y1 of what no label may touch
        self.obstacles: Points = np.empty((0, 2))
        self.weights: Points = np.empty(0)

    def to_pixels(self, x: ArrayLike, y: ArrayLike) -> Points:
        """Data coordinates as an (n, 2) array of pixels."""
        xy = np.column_stack([np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))])
        return np.asarray(self.ax.transData.transform(xy), float)

    def avoid(self, x: ArrayLike, y: ArrayLike, weight: float = 1.0) -> None:
        """Keep labels off a polyline; `weight` says how much it hurts to cover a pixel of it.

        As it is drawn, the line has a gap wherever it is not finite.
        """
        line = self.to_pixels(x, y)
        seen = np.isfinite(line).all(axis=1)
        for piece in np.split(line, np.flatnonzero(np.diff(seen)) + 1):
            if not np.isfinite(piece).all():
                continue
            if len(piece) > 1:
                along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(piece, axis=0).T))])
                at = np.linspace(0.0, along[-1], max(2, int(along[-1] / 3)))
                piece = np.column_stack([np.interp(at, along, piece[:, k]) for k in (0, 1)])
            self.obstacles = np.vstack([self.obstacles, piece])
            self.weights = np.concatenate([self.weights, np.full(len(piece), weight)])

    def avoid_box(self, box: Bbox) -> None:
        """Keep labels off a rectangle in pixels."""
        self.taken = np.vstack([self.taken, box.extents])

    def avoid_box_around(self, at: Points, reach: float) -> None:
        """Keep labels off a marker at a pixel."""
        self.avoid_box(Bbox([at - reach, at + reach]))

    def covers(self, box: Bbox) -> float:
        """What a rectangle in pixels would cover of the curves; infinite on a label or outside the axes."""
        return self._cost((box.p0 + box.p1) / 2, box.width, box.height, 0.0)

    def holds(self, corners: Points) -> float:
        """What a polygon in pixels would cover of the curves; infinite when its box meets a label."""
        box = Bbox([corners.min(axis=0), corners.max(axis=0)])
        if meet(box.extents, self.taken).any():
            return FORBIDDEN
        return float(self.weights[Path(corners).contains_points(self.obstacles, radius=2.0)].sum())

    def place(
        self, words: str, anchor: tuple[float, float], spots: Iterable[Spot], most: float = 1e9, **look: Any
    ) -> bool:
        """Whether the label found a place: the spot that covers the curves least and is liked best.

        Where that covers more than `most`, and always where every spot is on another label or outside the
        axes, the label is left out: none is better than two on top of each other.
        """
        return bool(self.place_together([Label([(words, {})], anchor, list(spots), most, look)]))

    def place_together(self, labels: Sequence[Label]) -> list[int]:
        """Which of the labels found places, when these are chosen together for the least sum of dislikes."""
        texts = [self._texts(label) for label in labels]
        choices = [self._choices(label, made) for label, made in zip(labels, texts, strict=True)]
        chosen = fit([[place for place, _ in options] for options in choices])
        for label, made, options, k in zip(labels, texts, choices, chosen, strict=True):
            if k is None:
                for text in made:
                    text.remove()
            else:
                self._settle(
                    label, made, options[k][1], Bbox.from_extents(*options[k][0].box).padded(-APART / 2)
                )
        return [i for i, k in enumerate(chosen) if k is not None]

    def _texts(self, label: Label) -> list[Annotation]:
        return [
            self.ax.annotate(line, label.anchor, (0, 0), textcoords="offset points", ha="center", va="center",
                             bbox=PAPER, **{**label.look, **own})
            for line, own in label.lines
        ]  # fmt: skip

    def _choices(self, label: Label, texts: list[Annotation]) -> list[tuple[Place, Spot]]:
        sizes = [text.get_window_extent() for text in texts]
        width = WIDER * max(box.width for box in sizes)
        height = sum(box.height for box in sizes) + LEADING * (len(sizes) - 1)
        at = self.to_pixels(*label.anchor)[0]
        others = self.taken[~((self.taken[:, :2] <= at) & (at <= self.taken[:, 2:])).all(axis=1)]
        options = []
        for spot in label.spots:
            turn = math.radians(spot.angle)
            centre = at + _offset(spot, width, height, turn)
            cost = self._cost(centre, width, height, turn)
            if cost <= label.most:
                box = _outline(centre, width, height, turn)
                far = len(texts) > 1 and spot.gap + spot.lift > FAR
                leader = np.linspace(at, _nearest(box, at), LEADER_POINTS) if far else NO_LEADER
                if led_through(leader[None], others).any():
                    continue
                options.append((Place(cost + spot.dislike, box.padded(APART / 2).extents, leader), spot))
        return sorted(options, key=lambda option: option[0].cost)[:150]

    def _settle(self, label: Label, texts: list[Annotation], spot: Spot, box: Bbox) -> None:
        self.avoid_box(box)
        at = self.to_pixels(*label.anchor)[0]
        if len(texts) == 1:
            texts[0].set_position(tuple(((box.p0 + box.p1) / 2 - at) * self.pixel))
            texts[0].set_rotation(spot.angle)
            return
        # Several lines lean to the side that faces the anchor.
        lean: Literal["left", "center", "right"] = "center"
        if spot.right:
            lean = "right" if spot.right < 0 else "left"
        edge = {"right": box.x1, "center": (box.x0 + box.x1) / 2, "left": box.x0}[lean]
        top = box.y1
        for text in texts:
            height = text.get_window_extent().height
            text.set_horizontalalignment(lean)
            text.set_position(tuple((np.array([edge, top - height / 2]) - at) * self.pixel))
            top -= height + LEADING
        if spot.gap + spot.lift > FAR:
            # A thin line from a label that stands far off to what it speaks of.
            start = tuple((_nearest(box, at) - at) * self.pixel)
            line = {
                "arrowstyle": "-",
                "color": label.look["color"],
                "linewidth": 0.9,
                "shrinkA": 0,
                "shrinkB": 6,
            }
            self.ax.annotate("", label.anchor, start, textcoords="offset points", arrowprops=line, zorder=2.7)

    def _cost(self, centre: Points, width: float, height: float, turn: float) -> float:
        box = _outline(centre, width, height, turn)
        inside = self.inside
        if box.x0 < inside.x0 + 1 or box.x1 > inside.x1 or box.y0 < inside.y0 + 1 or box.y1 > inside.y1:
            return FORBIDDEN
        if meet(box.padded(CLEAR).extents, self.taken).any():
            return FORBIDDEN
        # In the label's own frame the turned rectangle is upright.
        away = self.obstacles - centre
        u = away @ np.array([math.cos(turn), math.sin(turn)])
        v = away @ np.array([-math.sin(turn), math.cos(turn)])
        covered = (np.abs(u) < width / 2 + CLEAR) & (np.abs(v) < height / 2 + 1)
        return float(self.weights[covered].sum())


def _offset(spot: Spot, width: float, height: float, turn: float) -> Points:
    along = spot.right * (width / 2 + spot.gap) if spot.right else spot.gap
    across = spot.up * (height / 2 + spot.lift)
    return np.array(
        [along * math.cos(turn) - across * math.sin(turn), along * math.sin(turn) + across * math.cos(turn)]
    )


def _outline(centre: Points, width: float, height: float, turn: float) -> Bbox:
    c, s = abs(math.cos(turn)), abs(math.sin(turn))
    half = np.array([width * c + height * s, width * s + height * c]) / 2
    return Bbox([centre - half, centre + half])


def _nearest(box: Bbox, at: Points) -> Points:
    """The point of a box's border, a pixel outside, that is nearest to a point beyond it."""
    return np.clip(at, box.p0 - 1, box.p1 + 1)
