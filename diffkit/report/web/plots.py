"""The two pictures of the step, with what moves in them: secants on f's curve, and the error against h."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from diffkit.report.web.labels import Words
from diffkit.report.web.markup import Markup, element
from diffkit.report.words import alt_text, power
from diffkit.studies.curve import Curve
from diffkit.studies.error_sweep import ErrorSweep
from diffkit.studies.stepped import SteppedSecant, SteppedSecants
from diffkit.tables import error_text

__all__ = ["DRAWN", "Moving", "error_svg", "legend", "row_texts", "secant_svg", "short", "turns"]

WIDTH, HEIGHT = 560, 380
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 28, 48
DRAWN = ("forward", "central")  # whose samples are the two ends of a secant
FAR = 4000.0  # pixels: beyond the picture, and no farther


@dataclass
class Moving:
    """What follows the slider: of an element an attribute, or its text (""), with a value for each position.

    The page is written with the values at `start`; its script puts in those of another position.
    """

    start: int
    rows: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def follow(self, name: str, attribute: str, values: Sequence[str]) -> str:
        """Have that attribute of the element of this name follow, and return its first value."""
        self.rows.append((name, attribute, list(values)))
        return values[self.start]

    def path(self, name: str, values: Sequence[str], class_: str) -> Markup:
        return element("path", id=name, class_=class_, d=self.follow(name, "d", values))

    def text(self, tag: str, name: str, values: Sequence[str], **attributes: Any) -> Markup:
        return element(tag, self.follow(name, "", values), id=name, **attributes)


@dataclass(frozen=True)
class Frame:
    """The rectangle of a plot, and what its edges mean."""

    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, x: Any) -> Any:
        return LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)

    def down(self, y: Any) -> Any:
        return HEIGHT - BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - TOP - BOTTOM)

    def at(self, x: float, y: float) -> str:
        return f"{self.across(x):.1f} {self.down(y):.1f}"

    def curve(self, xs: Any, ys: Any) -> str:
        """A path through the points; it breaks where there is none, and at a pole."""
        told, pen, before = [], "M", math.nan
        for x, y in zip(self.across(np.asarray(xs)), self.down(np.asarray(ys)), strict=True):
            y = float(np.clip(y, -FAR, FAR)) if np.isfinite(y) else math.nan
            if math.isnan(y) or abs(y - before) > 3 * HEIGHT:
                pen = "M"
            if not math.isnan(y):
                told.append(f"{pen}{x:.1f} {y:.1f}")
                pen = "L"
            before = y
        return "".join(told)

    def axes(self, x_ticks: dict[float, str], y_ticks: dict[float, str], x: str, y: str) -> Markup:
        """The grid, its numbers and what the axes mean."""
        low, left, right = HEIGHT - BOTTOM, LEFT, WIDTH - RIGHT
        grid = "".join(f"M{self.across(t):.1f} {TOP}V{low}" for t in x_ticks)
        grid += "".join(f"M{left} {self.down(t):.1f}H{right}" for t in y_ticks)
        said = [
            *(
                element("text", told, x=f"{self.across(t):.1f}", y=low + 17, class_="below")
                for t, told in x_ticks.items()
            ),
            *(
                element("text", told, x=left - 7, y=f"{self.down(t) + 4:.1f}", class_="beside")
                for t, told in y_ticks.items()
            ),
            element("text", x, x=(left + right) / 2, y=HEIGHT - 8, class_="below"),
            element("text", y, x=4, y=TOP - 11) if y else None,
        ]  # fmt: skip
        return element("g", element("path", d=grid, class_="grid"), *said, class_="axes")


def short(h: float) -> str:
    """A step as one says it.

    >>> short(1e-8), short(3.98107e-9), short(0.5)
    ('1e-8', '3.98e-9', '0.5')
    """
    return re.sub(r"e([+-])0*", lambda found: f"e{found[1]}".replace("+", ""), f"{h:.3g}")


def secant_svg(seen: SteppedSecants, slope: float | None, name: str, moving: Moving, say: Words) -> Markup:
    """f's curve, its tangent of that slope, and the secants that follow the slider."""
    frame = _window(seen)
    paths = [element("path", d=frame.curve(*seen.curve), class_="curve")]
    if slope is not None and math.isfinite(slope):
        line = _through(frame, seen.x, seen.value, slope)
        paths.append(element("path", d=line, class_="tangent"))
    for method in DRAWN:
        lines = seen.lines[method]
        if method == "forward":
            legs = [_legs(frame, secant) for secant in lines]
            paths.append(moving.path("legs", legs, "legs"))
        through = [_through(frame, *secant.left, secant.slope) for secant in lines]
        ends = ["".join(f"M{frame.at(*end)}h0" for end in secant[:2] if _known(end)) for secant in lines]
        paths.append(moving.path(f"secant-{method}", through, f"secant line-{method}"))
        paths.append(moving.path(f"ends-{method}", ends, f"dots line-{method}"))
    paths.append(element("path", d=f"M{frame.at(seen.x, seen.value)}h0", class_="dots curve"))
    ticks = frame.axes(_ticks(*frame.x), _ticks(*frame.y), name, "")
    return _svg("secant", say("secant"), say("secant_alt"), None, ticks, *paths)


def _known(end: tuple[float, float]) -> bool:
    return math.isfinite(end[0]) and math.isfinite(end[1])


def _legs(frame: Frame, secant: SteppedSecant) -> str:
    if not (_known(secant.left) and _known(secant.right)):
        return ""
    return f"M{frame.at(*secant.left)}H{frame.across(secant.right[0]):.1f}V{frame.down(secant.right[1]):.1f}"


def _window(seen: SteppedSecants) -> Frame:
    """As far as the longest step reaches, and high enough for most of the curve."""
    xs, ys = seen.curve
    known = ys[np.isfinite(ys)]
    low, high = np.quantile([*known, seen.value], [0.03, 0.97])
    low, high = min(low, seen.value), max(high, seen.value)
    room = 0.18 * (high - low) or 0.5 * abs(seen.value) or 1.0
    return Frame((float(xs[0]), float(xs[-1])), (float(low - room), float(high + room)))


def _through(frame: Frame, x: float, y: float, slope: float) -> str:
    """The line through a point, from edge to edge as far as that is near the picture."""
    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(slope)):
        return ""
    reach = FAR * (frame.y[1] - frame.y[0]) / HEIGHT / abs(slope) if slope else math.inf
    ends = [(max(frame.x[0], x - reach)), (min(frame.x[1], x + reach))]
    return "M" + "L".join(frame.at(end, y + slope * (end - x)) for end in ends)


def error_svg(sweep: ErrorSweep, steps: Any, moving: Moving, say: Words, brief: bool = False) -> Markup:
    """The error curves with their best steps, and a cursor that follows the slider through `steps`.

    In brief: the medians alone, without the thin lines of every step.
    """
    curves = sweep.curves
    frame = Frame(
        (math.log10(sweep.steps[0]), max(math.log10(sweep.steps[-1]), math.log10(sweep.steps[0]) + 1)),
        _height(sweep),
    )
    x = np.log10(sweep.steps)
    raw = [
        element("path", d=frame.curve(x, _logs(c.total, frame)), class_=f"raw line-{m}")
        for m, c in curves.items()
        if not brief
    ]
    paths = [
        element("path", d=frame.curve(x, _logs(c.median, frame)), class_=f"line line-{m}")
        for m, c in curves.items()
    ]
    low = HEIGHT - BOTTOM
    for error in list(sweep.flat.values())[:1]:
        low = frame.down(float(_logs([error], frame)[0]))
        paths.append(element("path", d=f"M{LEFT} {low:.1f}H{WIDTH - RIGHT}", class_="line line-reverse"))
    above = f"{low - 8:.1f}"  # the line of what has no step, under which there is nothing
    words = (
        []
        if not turns(sweep)
        else [
            element("text", say("rounding_dominates"), x=LEFT + 8, y=above, class_="region"),
            element("text", say("truncation_dominates"), x=WIDTH - RIGHT - 8, y=above, class_="region end"),
        ]
    )
    stars = [part for method, curve in curves.items() for part in _best(frame, method, curve)]
    chosen = np.searchsorted(sweep.steps, steps)
    across = frame.across(np.log10(np.asarray(steps)))
    cursor = moving.path("cursor", [f"M{a:.1f} {TOP}V{HEIGHT - BOTTOM}" for a in across], "cursor")
    for method, curve in curves.items():
        levels = frame.down(_logs(curve.total[chosen], frame))
        dots = [f"M{a:.1f} {b:.1f}h0" if np.isfinite(b) else "" for a, b in zip(across, levels, strict=True)]
        stars.append(moving.path(f"dot-{method}", dots, f"dots line-{method}"))
    ticks = frame.axes(_decades(*frame.x), _decades(*frame.y), "h", say("axis_error"))
    return _svg("errors", say("errors"), alt_text(sweep), "en", ticks, *raw, *paths, *words, cursor, *stars)


def _best(frame: Frame, method: str, curve: Curve) -> list[Markup]:
    """A star at the best step, and under its left the step: errors of smaller steps are above."""
    h, error = curve.best
    x, y = frame.across(math.log10(h)), frame.down(float(_logs([error], frame)[0]))
    told = f"h ≈ {short(float(f'{h:.1g}'))}"
    inside = min(max(x, LEFT + 80), WIDTH - RIGHT)
    return [
        element("path", d=_star(x, y), class_=f"star line-{method}"),
        element("text", told, x=f"{inside:.1f}", y=f"{y + 20:.1f}", class_="best"),
    ]


def turns(sweep: ErrorSweep) -> bool:
    """Whether truncation rules one end of a curve and rounding the other, which is what there is to see.

    >>> from diffkit.studies.error_sweep import error_sweep
    >>> [turns(error_sweep(f, 1.0, "central", [1e-12, 0.1])) for f in ("exp(x)", "2*x")]
    [True, False]
    """
    for curve in sweep.curves.values():
        excess = (np.abs(curve.truncation) - np.abs(curve.rounding))[np.isfinite(curve.total)]
        if excess[0] < 0 < excess[-1]:
            return True
    return False


def _logs(errors: Any, frame: Frame) -> Any:
    """log10 of the errors' sizes; at the lowest edge where they are 0 or below it."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log10(np.abs(np.asarray(errors, float))), frame.y[0])


def _height(sweep: ErrorSweep) -> tuple[float, float]:
    seen = [np.abs(curve.median) for curve in sweep.curves.values()] + [np.array(list(sweep.flat.values()))]
    known = np.concatenate(seen)
    known = known[np.isfinite(known) & (known > 0)]
    if not known.size:
        return -17.0, 0.0
    low, high = math.floor(math.log10(known.min())) - 1.0, math.ceil(math.log10(known.max())) + 0.3
    return low, max(high, low + 3)


def _star(x: float, y: float) -> str:
    points = [
        f"{x + r * math.sin(k * math.pi / 5):.1f} {y - r * math.cos(k * math.pi / 5):.1f}"
        for k in range(10)
        for r in [4.0 if k % 2 else 9.0]
    ]
    return f"M{'L'.join(points)}Z"


def _ticks(low: float, high: float) -> dict[float, str]:
    """Five or so round numbers."""
    size = 10.0 ** math.floor(math.log10((high - low) / 5))
    step = next(size * k for k in (1, 2, 5, 10) if size * k * 6 >= high - low)
    first = math.ceil(low / step)
    return {k * step: f"{k * step:.6g}" for k in range(first, math.floor(high / step) + 1)}


def _decades(low: float, high: float) -> dict[float, str]:
    every = max(1, math.ceil((high - low) / 8))
    return {
        float(k): power("10", k) if k != 1 else "10"
        for k in range(math.ceil(low), math.floor(high) + 1)
        if k % every == 0
    }


def _svg(name: str, title: str, told: str, lang: str | None, axes: Markup, *inside: Markup) -> Markup:
    clip = element(
        "clipPath", element("rect", x=LEFT, y=TOP, width=WIDTH - LEFT - RIGHT, height=HEIGHT - TOP - BOTTOM),
        id=f"{name}-clip",
    )  # fmt: skip
    return element(
        "svg", element("title", title, id=f"{name}-title"),
        element("desc", told, id=f"{name}-desc", lang=lang), clip, axes,
        element("g", *inside, clip_path=f"url(#{name}-clip)"), viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img",
        aria_labelledby=f"{name}-title {name}-desc", class_="plot",
    )  # fmt: skip


def legend(entries: Sequence[tuple[str, str]]) -> Markup:
    """What the lines mean: pairs (class, text), each beside a piece of its line."""
    items = [
        element(
            "li",
            element(
                "svg", element("path", d="M0 6H30", class_=name), viewBox="0 0 30 12", aria_hidden="true"
            ),
            text,
        )
        for name, text in entries
    ]
    return element("ul", *items, class_="legend")


def row_texts(total: float, truncation: float, rounding: float) -> tuple[str, str, str]:
    """The sizes of an error and of its two parts, as a table shows them."""
    return error_text(abs(total)), error_text(abs(truncation)), error_text(abs(rounding))
