"""The examples of numerical differentiation: 1 to 8."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

import diffkit as dk
from diffkit.examples.row import EPS, Example, exactly, within

__all__ = ["ROWS"]

DAMPED = "sin(x)*exp(-x^2)"
CUBIC = "2*x^3 + x^2"
XXY = "x^2*y + y + 2"
AT = {"x": 3, "y": 4}
STEPS = np.geomspace(1e-2, 1e-1, 9)


def slopes(*methods: str) -> dict[str, Any]:
    """How steeply log |error| falls with log h, fitted."""
    truth = dk.derivative(DAMPED, 0.7)
    found = {}
    for method in methods:
        errors = [abs(dk.derivative(DAMPED, 0.7, method, h=h) - truth) for h in STEPS]
        found[method] = np.polyfit(np.log(STEPS), np.log(errors), 1)[0]
    return found


def richardson() -> Mapping[str, Any]:
    D0 = partial(dk.derivative, DAMPED, 0.7, "central")
    off = [
        dk.derivative(DAMPED, 0.7, "richardson", h=h) - (4 * D0(h=h) - D0(h=2 * h)) / 3
        for h in (1e-1, 1e-3, 2.0**-10)
    ]
    return {**slopes("richardson"), "off the form": off}


def cubic() -> Mapping[str, Any]:
    methods = ("forward", "backward", "central", "richardson")
    found = {method: dk.derivative(CUBIC, 1.0, method, h=0.1) for method in methods}
    return {**found, "f'(1)": dk.derivative(CUBIC, 1.0)}


def forward_gradient() -> Mapping[str, Any]:
    forward, exact = dk.gradient(XXY, AT, method="forward", h=1e-5), dk.gradient(XXY, AT)
    return {"df/dx": forward["x"], "df/dy": forward["y"], "exact": list(exact.values())}


def cost() -> Mapping[str, Any]:
    found = dk.cost(lambda x: np.sum(x**2), 1000, "forward,central,dual,reverse")
    calls = {f"{method}: calls of f": found[method].evaluations for method in ("forward", "central")}
    reverse = found["reverse"]
    return {
        **calls,
        "dual: passes": found["dual"].tangents,
        "reverse: passes forward, back": [reverse.evaluations, reverse.sweeps],
    }


def gradient_check() -> Mapping[str, Any]:
    right = dk.check_gradient(XXY, AT, gradient={"x": "2*x*y", "y": "x^2 + 1"})
    wrong = dk.check_gradient(XXY, AT, gradient={"x": "2*x*y", "y": "x^2"})
    return {
        "2*x*y, x^2 + 1 passes": right.passed,
        "2*x*y, x^2 passes": wrong.passed,
        "wrong in": [part.name for part in wrong.components if not part.ok],
    }


def split() -> Mapping[str, Any]:
    methods = ("forward", "central", "richardson")
    sweep = dk.error_sweep(DAMPED, 0.7, methods=methods, steps=[1e-9, 1e-5, 1e-1])
    curves = [sweep[method] for method in methods]
    found = {f"{name}: truncation at 0.1": sweep[name].truncation[-1] for name in methods}
    off = [np.max(np.abs((curve.truncation + curve.rounding) / curve.total - 1)) for curve in curves]
    rounds = [bool(abs(curve.rounding[0]) > abs(curve.truncation[0])) for curve in curves]
    return {**found, "rounding is more at 1e-9": rounds, "sum / total - 1": off}


# fmt: off
ROWS = (
    Example(1, "the orders of the differences", "fitted slopes on sin(x)*exp(-x^2) at 0.7",
            lambda: slopes("forward", "backward", "central"),
            {"forward": within(1, 0.1), "backward": within(1, 0.1), "central": within(2, 0.1)}),
    Example(2, "Richardson: (4 D0(h) - D0(2h)) / 3", "sin(x)*exp(-x^2) at 0.7",
            richardson,
            {"richardson": within(4, 0.2), "off the form": exactly([0, 0, 0])}),
    Example(3, "differences of a cubic", "2*x^3 + x^2 at 1, h = 0.1",
            cubic,  # f is about 3: its rounding grows to 3 eps / 0.1
            {"forward": within(8.72, 60 * EPS), "backward": within(7.32, 60 * EPS),
             "central": within(8.02, 60 * EPS), "richardson": within(8, 60 * EPS), "f'(1)": 8}),
    Example(4, "a forward difference bit for bit", "x^2*y + y + 2 at (3, 4), eps = 1e-5",
            forward_gradient,
            {"df/dx": exactly(24.000039999805264), "df/dy": exactly(10.000000000331966), "exact": [24, 10]}),
    Example(5, "a forward difference of a parabola", "x^2 at 3, h = 1e-6",
            lambda: {"f'(3)": dk.derivative("x^2", 3.0, "forward", h=1e-6)},
            {"f'(3)": exactly(6.000001000927568)}),
    Example(6, "what a gradient costs", "1000 parameters, counted",
            cost,
            {"forward: calls of f": exactly(1001), "central: calls of f": exactly(2000),
             "dual: passes": exactly(1000), "reverse: passes forward, back": exactly([1, 1])}),
    Example(7, "a gradient check", "of a right and a wrong gradient of x^2*y + y + 2",
            gradient_check,
            {"2*x*y, x^2 + 1 passes": True, "2*x*y, x^2 passes": False, "wrong in": ["y"]}),
    Example(8, "truncation and rounding", "sin(x)*exp(-x^2) at 0.7, measured apart",
            split,  # the truncation errors were worked out in 60 digits, without diffkit
            {"forward: truncation at 0.1": -0.080115116291024604,
             "central: truncation at 0.1": 0.0055618794596662103,
             "richardson: truncation at 0.1": 0.00018286448733442881,
             "rounding is more at 1e-9": [True, True, True],
             "sum / total - 1": within([0, 0, 0], 1e-12)}),
)
# fmt: on
