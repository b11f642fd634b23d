"""Draw the pictures of the README again: `python -m diffkit.report figures`.

Each file is named after the function that draws it, and the same numbers give the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffkit as dk
from diffkit.report.style import save

__all__ = ["PICTURES", "main"]


def _survey(x: Any, y: Any) -> Any:
    import numpy as np

    return np.log(x) + x * y - np.sin(y)


def _chain() -> Any:
    tape = dk.record(lambda x, y, z: (x + y) * z, 1.0, -2.0, 3.0)
    # What code calls its values is read off the code of users, not of diffkit.
    named = tuple(replace(row, name=name) for row, name in zip(tape.instructions, "af", strict=True))
    return dk.views.graph(replace(tape, instructions=named), 1.0, -2.0, 3.0, labels="names")


def _of_survey(view: Callable[..., Any], **options: Any) -> Any:
    return view(dk.record(_survey, 2.0, 5.0), 2.0, 5.0, **options)


PICTURES: dict[str, Callable[[], Any]] = {
    "error_against_step": lambda: dk.error_sweep("sin(x)*exp(-x^2)", 0.7).plot(),
    "expression_growth": lambda: dk.swell(family="logistic", n=range(1, 13)).plot(),
    "computational_graph": lambda: _of_survey(dk.views.graph, names=["x", "y"]).plot(),
    "graph_states": lambda: _chain().plot(states=True),
    "tape_staircase": lambda: _of_survey(dk.views.table).plot(figure="staircase"),
    "two_passes": lambda: _of_survey(dk.views.table).plot(),
    "gradient_descent": lambda: dk.studies.task("quartic").plot(),
    "secant_filmstrip": lambda: dk.studies.secants("x^2", 1.0).plot(),
}


def main(folder: str = "figures") -> None:
    """Write every picture to a folder."""
    for name, picture in PICTURES.items():
        print(save(picture(), Path(folder, f"{name}.svg")))


if __name__ == "__main__":
    main(*sys.argv[1:2])
