"""Draw the pictures of the README again: `python -m diffkit.report figures`.

Each file is named after the function that draws it, and the same numbers give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffkit as dk
from diffkit.report.style import save

__all__ = ["PICTURES", "main"]


def _survey(x: Any, y: Any) -> Any:
    import numpy as np

    return np.log(x) + x * y - np.sin(y)


TYPES = ("float32", "float64", "longdouble")
HARD = "sine, fast-sine, pole, rounded-kink, one-minus-cosine, noisy-sine"

PICTURES: dict[str, Callable[[], Any]] = {
    "digits_over_catalogue": lambda: dk.survey(),
    "error_against_step": lambda: dk.error_sweep("sin(x)*exp(-x^2)", 0.7),
    "error_by_precision": lambda: dk.error_sweep("sin(x)*exp(-x^2)", 0.7, "central", dtype=TYPES),
    "error_small_multiples": lambda: dk.studies.sweeps(HARD),
    "expression_growth": lambda: dk.swell(family="logistic", n=range(1, 13)),
    "computational_graph": lambda: dk.views.graph(dk.record(_survey, 2.0, 5.0), 2.0, 5.0, names=["x", "y"]),
    "gradient_descent": lambda: dk.studies.task("quartic"),
    "secant_filmstrip": lambda: dk.studies.secants("x^2", 1.0),
}


def main(folder: str = "figures") -> None:
    """Write every picture to a folder."""
    for name, study in PICTURES.items():
        print(save(study().plot(), Path(folder, f"{name}.svg")))


if __name__ == "__main__":
    main(*sys.argv[1:2])
