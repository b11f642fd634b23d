"""The examples of training, gradient descent: 32 to 35."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from diffkit.examples.row import Example, ulps, within
from diffkit.studies import linear_regression, task, train
from diffkit.studies.tasks import noisy_line, squared_error

__all__ = ["ROWS"]

EXACT = ("complex-step", "symbolic", "dual", "reverse")


def parabola() -> Mapping[str, Any]:
    by_hand = train("x^2", 5.0, rate=0.3, epochs=15, gradient=lambda x: 2 * x)
    paths = {"by hand": by_hand, **{method: task("square", method=method) for method in EXACT}}
    return {name: [*path.points[:5, 0].tolist(), path.points[-1, 0]] for name, path in paths.items()}


def quartic() -> Mapping[str, Any]:
    stalled = task("quartic")
    end = [stalled.points[-1, 0], stalled.values[-1]]
    found: dict[str, Any] = {"after 1 epoch": stalled.points[1, 0], "x": end[0], "f": end[1],
                             "it stalls at": stalled.end.kind}  # fmt: skip
    for start in (-5.0, -2.0, 0.0):
        arrived = task("quartic", start=[start])
        found[f"x, f from {start:g}"] = [arrived.points[-1, 0], arrived.values[-1]]
    return found


def regression() -> Mapping[str, Any]:
    soon, late = (linear_regression(*noisy_line(), rate=1e-4, epochs=epochs) for epochs in (100, 100_000))
    return {
        "w, b after 100": soon.points[-1],
        "w, b after 100000": late.points[-1],
        "least squares": list(late.least_squares),
        "300 times as near": bool(late.distances[-1] < soon.distances[-1] / 300),
    }


def mini_batches() -> Mapping[str, Any]:
    x = np.linspace(-1, 1, 30)
    found = train(squared_error, 0.0, 0.0, rate=0.2, epochs=400, data=(x, 3 * x + 1), batch=7,
                  tolerance=1e-10)  # fmt: skip
    return {"status": found.status, "w, b": found.points[-1]}


PATH = [5, 2, 0.8, 0.32, 0.128, 5.36870912e-06]

# fmt: off
ROWS = (
    Example(32, "gradient descent on x^2", "from 5, rate 0.3: epochs 0 to 4, and 15",
            parabola,  # two roundings an epoch
            {"by hand": ulps(PATH, 30), **{method: ulps(PATH, 30) for method in EXACT}}),
    Example(33, "gradient descent that stalls", "2*x^4 - 3*x^2 + 2*x - 20 from 5, rate 0.001, 15000 epochs",
            quartic,  # each of the epochs rounds
            {"after 1 epoch": within(4.03, 0.005), "x": within(0.505438618895424, 1e-13),
             "f": within(-19.62499935, 5e-9), "it stalls at": "inflection",
             **{f"x, f from {start}": within([-1, -23], 1e-11) for start in (-5, -2, 0)}}),
    Example(34, "linear regression", "100 points on [0, 50], rate 1e-4, 100 and 100000 epochs",
            regression,
            {"w, b after 100": within([0.952708, 0.042760], 5e-7),
             "w, b after 100000": within([0.875163, 2.892656], 5e-7),
             "least squares": within([0.874942, 2.900773], 5e-7), "300 times as near": True}),
    Example(35, "mini-batches until convergence", "y = 3 x + 1 in batches of 7 of 30",
            mini_batches, {"status": "converged", "w, b": within([3, 1], 1e-9)}),
)
# fmt: on
