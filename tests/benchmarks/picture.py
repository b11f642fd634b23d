"""The benchmarks in one picture: gradients beside those by hand, modes, numerical methods, formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from diffkit.report.frame import DARK, GREY
from diffkit.report.style import describe, house_style, look_of
from tests.benchmarks.finding import Finding, ratio

__all__ = ["benchmarks"]


class Mark(NamedTuple):
    colour: str
    marker: str
    name: str

    @property
    def drawn(self) -> dict[str, Any]:
        """How Matplotlib is told."""
        width = 1.6 if self.marker in "x+" else 0
        return {"color": self.colour, "marker": self.marker, "linestyle": "", "markersize": 8,
                "markeredgewidth": width}  # fmt: skip


MARKS = {
    "diffkit": Mark("#3f90da", "o", "diffkit"),
    "  compiled": Mark("#3f90da", "D", "diffkit, compiled"),
    "  with jit": Mark("#3f90da", "*", "diffkit, compiled with [jit]"),
    "autograd": Mark("#832db6", "p", "autograd"),
    "torch": Mark("#bd1f01", "s", "PyTorch"),
    "mygrad": Mark("#717581", "^", "MyGrad"),
    "micrograd": Mark("#717581", "v", "micrograd"),
    "jax": Mark("#000000", "x", "JAX"),
    "jax.jit": Mark("#000000", "+", "jax.jit"),
}


def benchmarks(found: Sequence[Finding]) -> Figure:
    """A figure of four parts, each with the numbers of one lane or several."""
    with house_style():
        figure = Figure(figsize=(12, 10), layout="constrained")
        left, right = figure.subfigures(1, 2, width_ratios=(1.15, 1))
        gradients(left.add_subplot(), found)
        modes, numbers, formulas = right.subplots(3, 1)
        by_mode(modes, found)
        by_digits(numbers, found)
        by_size(formulas, found)
    return figure


def gradients(ax: Axes, found: Sequence[Finding]) -> None:
    """Each case a line: the time of every system over that by hand."""
    timed = [finding for finding in found if finding.lane in "abcde" and "by hand" in finding.times]
    used = [name for name in MARKS if any(name in finding.times for finding in timed)]
    for line, finding in enumerate(timed):
        ax.axhline(line, color=GREY, linewidth=0.4, alpha=0.5, zorder=0)
        for name in reversed(used):  # ours on top
            if (times := ratio(finding.times, name, "by hand")) is not None:
                ax.plot(times, line, **MARKS[name].drawn)
    for name in used:
        ax.plot([], [], label=MARKS[name].name, **MARKS[name].drawn)
    ax.axvline(1, color=DARK, linewidth=1)
    ax.set_xscale("log")
    _plain(ax)
    ax.set_yticks(range(len(timed)), [_short(finding.title) for finding in timed], fontsize=8)
    ax.set_ylim(len(timed) - 0.5, -0.5)
    ax.set_xlabel("time of the gradient over that by hand in NumPy")
    ax.set_title("Gradients: further left is faster")
    ax.legend(loc="upper center", bbox_to_anchor=(0.3, -0.05), ncols=3, fontsize=8, frameon=False)
    lines = [
        f"{finding.title}: {times:.2g}"
        for finding in timed
        if (times := ratio(finding.times, "diffkit", "by hand")) is not None
    ]
    describe(ax, f"Time of diffkit's reverse mode over that of the gradient by hand. {'; '.join(lines)}.")


def _short(title: str) -> str:
    return title.replace("scalar chain: 1000 times y = ", "1000 times ").replace("vector: ", "")


def _plain(ax: Axes) -> None:
    """Powers of ten on the x axis as numbers."""
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


def by_mode(ax: Axes, found: Sequence[Finding]) -> None:
    """The cost of a gradient of n inputs over that of f, by mode."""
    cost = [finding for finding in found if finding.title.startswith("Helmholtz energy: cost")]
    looks = {
        "diffkit": "reverse",
        "  dual": "dual",
        "  central": "central",
        "autograd": "autograd",
        "torch": "torch",
    }
    lines = []
    for finding in cost:
        for name in (name for name in looks if name in finding.rows):
            sizes = {
                int(column[4:]): value
                for column, value in finding.rows[name].items()
                if column.startswith("n = ")
            }
            look = look_of(looks[name])
            ax.plot(
                list(sizes),
                list(sizes.values()),
                color=look.colour,
                linestyle=look.dash,
                marker=look.marker,
                label=look.name,
            )
            lines.append(f"{look.name} grows by the power {finding.rows[name]['exponent']:.2f} of n")
    ax.set(xscale="log", yscale="log", xlabel="inputs n", ylabel="gradient over f")
    ax.set_title("Helmholtz energy: what a gradient costs")
    ax.legend(fontsize=8, frameon=False)
    describe(ax, f"Cost of a gradient over the cost of f against n. {'; '.join(lines)}.")


def by_digits(ax: Axes, found: Sequence[Finding]) -> None:
    """Mean digits over the catalogue against the points asked."""
    for finding in (finding for finding in found if finding.lane == "f"):
        places: dict[tuple[int, int], list[tuple[str, float]]] = {}
        for name, row in finding.rows.items():
            look = look_of(name.partition(".")[0])
            at = row["points"], row["digits"]
            ax.plot(*at, marker=look.marker, linestyle="", color=look.colour, markersize=8)
            places.setdefault((at[0], round(at[1])), []).append((look.name, at[1]))
        for (points, _), labels in places.items():  # methods in one place have one label
            names, digits = zip(*labels, strict=True)
            ax.annotate(
                " and ".join(names),
                (points, digits[0]),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        said = "; ".join(
            f"{name} {row['digits']:.1f} digits for {row['points']:.0f} values"
            for name, row in finding.rows.items()
        )
        describe(ax, f"Mean correct digits over the catalogue against values of f asked for. {said}.")
    ax.set(
        xscale="log",
        xlabel="values of f asked for (median over the catalogue)",
        ylabel="mean correct digits",
        ylim=(0, 17),
        xlim=(0.8, 100),
    )
    _plain(ax)
    ax.set_title("Numerical methods on the catalogue")


def by_size(ax: Axes, found: Sequence[Finding]) -> None:
    """Seconds for the derivative of the logistic map as a formula, against n."""
    looks = {"diffkit": "reverse", "sympy.diff": "symbolic", "symengine": "symengine", "casadi": "casadi"}
    names = {
        "diffkit": "diffkit, shared graph",
        "sympy.diff": "SymPy's diff",
        "symengine": "SymEngine",
        "casadi": "CasADi",
    }
    cases = {
        int(f.title.rpartition("= ")[2]): f
        for f in found
        if f.lane == "g" and f.title.startswith("symbolic: logistic")
    }
    for name, method in looks.items():
        known = {n: f.rows[name]["median µs"] for n, f in cases.items() if name in f.rows}
        look = MARKS["diffkit"] if name == "diffkit" else look_of(method)
        dash = "-" if name == "diffkit" else look_of(method).dash
        if known:
            ax.plot(
                list(known),
                list(known.values()),
                color=look.colour,
                linestyle=dash,
                marker=look.marker,
                label=names[name],
            )
    ax.set(yscale="log", xlabel="steps n of the logistic map", ylabel="µs to differentiate")
    ax.set_title("A derivative as a formula")
    ax.legend(fontsize=8, frameon=False)
    said = "; ".join(
        f"n = {n}: "
        + ", ".join(f"{names[name]} {f.rows[name]['median µs']:.0f}" for name in looks if name in f.rows)
        for n, f in cases.items()
    )
    describe(ax, f"Time in µs to differentiate the logistic map of n steps as a formula. {said}.")
