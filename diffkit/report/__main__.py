"""Draw the committed pictures again: `python -m diffkit.report figures`.

Each is written as SVG and as PNG, and the animation as GIF, under the name of the function that draws it; the
same numbers give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import diffkit as dk
from diffkit import report

__all__ = ["ANIMATIONS", "PICTURES", "draw_all"]

SWEPT = "sin(x)*exp(-x^2)", 0.7
TYPES = ("float32", "float64", "longdouble")
HARD = "sine, fast-sine, pole, rounded-kink, one-minus-cosine, noisy-sine"


def _logarithm(x: Any, y: Any) -> Any:
    return np.log(x) + x * y - np.sin(y)


def _traced(view: Callable[..., Any], **options: Any) -> Any:
    return view(dk.record(_logarithm, 2.0, 5.0), 2.0, 5.0, **options)


def _chain() -> Any:
    tape = dk.record(lambda x, y, z: (x + y) * z, 1.0, -2.0, 3.0)
    # What code calls its values is read off the code of users, not of diffkit.
    named = tuple(replace(row, name=name) for row, name in zip(tape.instructions, "af", strict=True))
    return dk.views.graph(replace(tape, instructions=named), 1.0, -2.0, 3.0, labels="names")


def _squares(x: Any) -> Any:
    return np.sum(x**2)


def _forgetful(x: Any) -> Any:
    return np.where(np.arange(len(x)) == 3, x, 2 * x)  # a factor 2 is missing


@cache
def _sweep() -> Any:
    return dk.error_sweep(*SWEPT)


@cache
def _secants() -> Any:
    return dk.studies.secants("x^2", 1.0)


@cache
def _line() -> Any:
    return dk.studies.task("linreg")


PICTURES: dict[str, Callable[[], Any]] = {
    "error_against_step": lambda: report.error_against_step(_sweep()),
    "error_split": lambda: report.error_split(_sweep(), "central"),
    "error_by_precision": lambda: report.error_by_precision(dk.error_sweep(*SWEPT, "central", dtype=TYPES)),
    "error_small_multiples": lambda: report.error_small_multiples(dk.studies.sweeps(HARD)),
    "digits_by_method": lambda: report.digits_by_method(dk.compare(*SWEPT)),
    "digits_over_catalogue": lambda: report.digits_over_catalogue(dk.survey()),
    "secant_filmstrip": lambda: report.secant_filmstrip(_secants()),
    "three_secants": lambda: report.three_secants(_secants()),
    "computational_graph": lambda: report.computational_graph(_traced(dk.views.graph, names=["x", "y"])),
    "graph_states": lambda: report.graph_states(_chain()),
    "tape_staircase": lambda: report.tape_staircase(_traced(dk.views.table)),
    "two_passes": lambda: report.two_passes(_traced(dk.views.table)),
    # Without simplify, which does not come to an end; and with no clock that stops SymPy here or there.
    "expression_growth": lambda: report.expression_growth(
        dk.swell(family="logistic", n=range(1, 13), simplified=False, time_limit=None)
    ),
    # How long a call takes differs from run to run; a committed picture shows what was counted.
    "cost_against_inputs": lambda: report.cost_against_inputs(
        dk.cost(_squares, methods="forward,central,dual,reverse", text="sum(x^2)"), times=False
    ),
    "error_against_tolerance": lambda: report.error_against_tolerance(
        dk.check_gradient(_squares, np.linspace(1, 2, 6), gradient=_forgetful, text="sum(x^2)")
    ),
    "gradient_descent": lambda: report.gradient_descent(dk.studies.task("quartic")),
    "training_figure": lambda: report.training_figure(
        dk.studies.train("(x^2 + 9*y^2)/2", 4.0, 1.5, rate=0.18, epochs=40)
    ),
    "loss_by_epoch": lambda: report.loss_by_epoch(_line()),
    "regression_line": lambda: report.regression_line(_line()),
}

ANIMATIONS: dict[str, Callable[[Path], Path]] = {
    "animate_secants": lambda path: report.animate_secants(
        dk.studies.secants("x^2", 1.0, steps=tuple(10.0 ** np.linspace(0, -2, 25))), path
    ),
}


def draw_all(folder: str = "figures") -> None:
    """Write every picture to a folder."""
    for name, picture in PICTURES.items():
        ax = picture()
        for kind in ("svg", "png"):
            print(report.save(ax, Path(folder, f"{name}.{kind}")))
    for name, animate in ANIMATIONS.items():
        print(animate(Path(folder, f"{name}.gif")))


if __name__ == "__main__":
    draw_all(*sys.argv[1:2])
