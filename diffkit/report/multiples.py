"""Error sweeps as small multiples: one small picture a function, all on the same axes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

from diffkit.report.figures import STAR, TICK
from diffkit.report.frame import DARK, GREY, Frame, Span, ends_of, fit_title
from diffkit.report.panels import Margins, name_axes, panels
from diffkit.report.precisions import error_by_precision
from diffkit.report.records import Array, Sweep, Sweeps
from diffkit.report.style import describe, house_style, look_of, new_axes
from diffkit.report.words import cut, is_flat, number, theory_tick, which

__all__ = ["error_of_sweeps", "error_small_multiples"]

LINE = 13.5  # points from one line of a panel's heading to the next
WRONG = 10.0  # a relative error from which on no digit, and no picture, is worth having


def error_of_sweeps(sweeps: Sweeps, ax: Axes | None = None) -> Axes:
    """The figure of an `ErrorSweeps`: `error_by_precision`, or for functions `error_small_multiples`."""
    return (error_by_precision if sweeps.by == "dtype" else error_small_multiples)(sweeps, ax)


def error_small_multiples(sweeps: Sweeps, ax: Axes | None = None) -> Axes:
    """Axes with a small picture for each function: the relative error of every method against h.

    All have the same limits, so that one sees how the V moves, and why is said over each. A method looks the
    same in all. Where the derivative is 0 the error is absolute.

    Parameters
    ----------
    sweeps
        An `ErrorSweeps`, such as `dk.studies.sweeps(["sine", "pole", "kink"])`.
    ax
        Where to draw; by default new axes, 7.5 inches wide and as high as the pictures need.

    Notes
    -----
    The axes' `alt` is the alternative text, which `save` writes into the file.
    """
    count = len(sweeps.sweeps)
    columns = min(count, 3) if count != 4 else 2
    rows = -(-count // columns)
    with house_style():
        ax = new_axes(7.5, 1.0 + 2.8 * rows) if ax is None else ax
        ax.set_axis_off()
        one = next(iter(sweeps.sweeps.values()))
        precision = "" if one.dtype == "float64" else f" in {one.dtype}"
        what = f"Error of the {which(one.order)} of {count} functions{precision}"
        fit_title(ax, lambda room: what)
        outside = Margins(left=40, below=28, above=_key(ax, sweeps) + 6)
        cell = _points(ax, columns, rows, outside)
        most = max(1, int(0.45 * cell[1] / LINE))  # the picture has the larger part of its cell
        told = [_fewer(_heading(ax, key, sweep, sweeps.why.get(key, ""), cell[0] - 20), most)
                for key, sweep in sweeps.sweeps.items()]  # fmt: skip
        above = LINE * max(map(len, told)) + 5
        around = Margins(left=11, below=6, right=11, above=above)
        heights = [np.minimum(np.abs(h), WRONG) for sweep in sweeps.sweeps.values() for h in _heights(sweep)]
        places = panels(ax, count, columns, around, outside)
        for k, (panel, sweep) in enumerate(zip(places, sweeps.sweeps.values(), strict=True)):
            span = Span(sweep.f_text, sweep.x, 1.0, sweep.order, ends_of(sweeps))
            _draw_panel(Frame(panel, span, {}, heights, alone=False), sweep)
            panel.tick_params(labelleft=k % columns == 0, labelbottom=k + columns >= count)
            panel.tick_params(axis="x", pad=5)  # clear of the lowest label of the other axis
            for line, words in enumerate(told[k]):
                _write(panel, words, above - LINE * (line + 1), name=line == 0)
        name_axes(ax, "step h", "relative error")
        describe(ax, _alt_text(sweeps, what))
    return ax


def _points(ax: Axes, columns: int, rows: int, outside: Margins) -> tuple[float, float]:
    """The width and the height of a panel's cell."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    whole, point = ax.get_window_extent(), figure.dpi / 72
    return (
        (whole.width / point - outside.left - outside.right) / columns,
        (whole.height / point - outside.below - outside.above) / rows,
    )


def _size(sweep: Sweep) -> float:
    """What errors are measured by: the derivative, where it is not 0."""
    return abs(sweep.exact) or 1.0


def _heights(sweep: Sweep) -> list[Array]:
    flat = np.array(list(sweep.flat.values()), float)
    seen = [flat, *(h for c in sweep.curves.values() for h in (c.median, c.total))]
    return [height / _size(sweep) for height in seen]


def _draw_panel(frame: Frame, sweep: Sweep) -> None:
    ax, steps, size = frame.ax, sweep.steps, _size(sweep)
    every = max(1, len(steps) // 6)
    for method, curve in sweep.curves.items():
        look = look_of(method)
        apart = frame.is_zero(curve.total / size) | curve.lost
        ax.plot(steps[~apart], np.abs(curve.total[~apart]) / size, color=look.colour, linewidth=0.6,
                alpha=0.3, zorder=2)  # fmt: skip
        ax.plot(steps, frame.shown(curve.median / size), color=look.colour, linestyle=look.dash,
                linewidth=1.8, marker=look.marker, markersize=4.5, markevery=(every // 2, every),
                zorder=3)  # fmt: skip
        if not is_flat(curve):
            step, error = curve.best
            ax.plot([step], frame.shown(np.array([error / size])), linestyle="", marker="*", markersize=13,
                    color=look.ink, markeredgecolor="white", markeredgewidth=0.9, zorder=6)  # fmt: skip
        if tick := theory_tick(curve, sweep.order, sweep.dtype):
            ax.plot([tick[0]] * 2, [0, 0.06], transform=ax.get_xaxis_transform(), color=look.colour,
                    linewidth=2.2, zorder=5)  # fmt: skip
    for method, error in list(sweep.flat.items())[:1]:
        look = look_of(method)
        ax.axhline(float(frame.shown(np.array([error / size]))[0]), color=look.colour, linestyle=look.dash,
                   linewidth=1.5, zorder=2.5)  # fmt: skip


def _key(ax: Axes, sweeps: Sweeps) -> float:
    """Under the title what the methods, stars and ticks look like, in every panel the same; its height."""
    one = next(iter(sweeps.sweeps.values()))
    rows = [_row(method, look_of(method).name, 1.8) for method in one.curves]
    rows += [_row(method, look_of(method).name, 1.5) for method in list(one.flat)[:1]]
    rows += [STAR, TICK]
    figure = ax.get_figure(root=True)
    assert figure is not None
    for columns in range(len(rows), 0, -1):
        tight = {"columnspacing": 0.9, "handletextpad": 0.4, "borderaxespad": 0, "borderpad": 0}
        key = ax.legend(
            handles=rows, loc="upper left", bbox_to_anchor=(0, 1), ncols=columns, handlelength=1.8, **tight
        )
        key.set_in_layout(False)
        if key.get_window_extent().width <= ax.get_window_extent().width:
            break
    return float(key.get_window_extent().height * 72 / figure.dpi)


def _row(method: str, words: str, width: float) -> Line2D:
    look = look_of(method)
    marker = look.marker if width > 1.5 else ""
    line = Line2D([], [], color=look.colour, marker=marker, linewidth=width, label=words)
    line.set_linestyle(look.dash)  # type: ignore[arg-type]
    return line


def _heading(ax: Axes, key: str, sweep: Sweep, why: str, room: float) -> list[str]:
    """What stands over a panel, in lines of so many points: its name and function, then why it is there."""
    at = f" at {sweep.x:.6g}"
    names = [f"{key}: {sweep.f_text}{at}", f"{sweep.f_text}{at}", f"{key}{at}", key]
    names += [cut(key, k) for k in range(len(key), 0, -1)]
    lines = [next((name for name in names if _width(ax, name, name=True) <= room), names[-1]), ""]
    for word in why.split():
        longer = f"{lines[-1]} {word}".strip()
        if _width(ax, longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def _fewer(lines: list[str], most: int) -> list[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]


def _width(ax: Axes, words: str, name: bool = False) -> float:
    """How many points wide words over a panel are."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    text = _write(ax, words, 0, name)
    width = text.get_window_extent().width * 72 / figure.dpi
    text.remove()
    return float(width)


def _write(ax: Axes, words: str, height: float, name: bool = False) -> Annotation:
    """Words so many points over the axes; the name of a panel is bold."""
    return ax.annotate(
        words, (0, 1), (0, height), xycoords="axes fraction", textcoords="offset points", fontsize=10,
        weight="bold" if name else "normal", color=DARK if name else GREY,
    )  # fmt: skip


def _alt_text(sweeps: Sweeps, what: str) -> str:
    """The figure in words: of each function, where the best step of each method lies."""
    says = [f"{what} against the step h on logarithmic axes, relative to the derivative, a picture each."]
    for key, sweep in sweeps.sweeps.items():
        best = [
            f"{look_of(m).name} {number(c.best[1] / _size(sweep))} at h = {number(c.best[0])}"
            for m, c in sweep.curves.items()
        ]
        says.append(f"{key}, {sweep.f_text} at {sweep.x:.6g}: least error by {'; '.join(best)}.")
    return " ".join(says)
