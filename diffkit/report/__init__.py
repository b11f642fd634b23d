"""How results are drawn: figures from studies, one style, one way to save; and a page that holds everything.

Matplotlib is imported when the first of these names is used, so that importing diffkit stays quick.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from diffkit.errors import ArgumentsError, with_article

if TYPE_CHECKING:
    from diffkit.report.catalogue import digits_over_catalogue
    from diffkit.report.check import error_against_tolerance
    from diffkit.report.cost import cost_against_inputs
    from diffkit.report.descent import gradient_descent, loss_by_epoch, regression_line, training_figure
    from diffkit.report.digits import digits_by_method
    from diffkit.report.figures import error_against_step, error_split
    from diffkit.report.graph import computational_graph
    from diffkit.report.growth import expression_growth
    from diffkit.report.multiples import error_of_sweeps, error_small_multiples
    from diffkit.report.passes import trace_figure, two_passes
    from diffkit.report.precisions import error_by_precision
    from diffkit.report.secants import animate_secants, secant_filmstrip, three_secants
    from diffkit.report.staircase import tape_staircase
    from diffkit.report.states import graph_figure, graph_states
    from diffkit.report.style import LOOKS, house_style, look_of, new_axes, rendered, save
    from diffkit.report.web.page import page
    from diffkit.report.words import alt_text

__all__ = [
    "LOOKS",
    "alt_text",
    "animate_secants",
    "computational_graph",
    "cost_against_inputs",
    "digits_by_method",
    "digits_over_catalogue",
    "draw",
    "error_against_step",
    "error_against_tolerance",
    "error_by_precision",
    "error_of_sweeps",
    "error_small_multiples",
    "error_split",
    "expression_growth",
    "gradient_descent",
    "graph_figure",
    "graph_states",
    "house_style",
    "look_of",
    "loss_by_epoch",
    "new_axes",
    "page",
    "regression_line",
    "rendered",
    "save",
    "secant_filmstrip",
    "tape_staircase",
    "three_secants",
    "trace_figure",
    "training_figure",
    "two_passes",
]

_HOME = {
    "computational_graph": "graph",
    "graph_figure": "states",
    "graph_states": "states",
    "cost_against_inputs": "cost",
    "digits_by_method": "digits",
    "digits_over_catalogue": "catalogue",
    "gradient_descent": "descent",
    "loss_by_epoch": "descent",
    "regression_line": "descent",
    "training_figure": "descent",
    "error_against_step": "figures",
    "error_against_tolerance": "check",
    "error_by_precision": "precisions",
    "error_of_sweeps": "multiples",
    "error_small_multiples": "multiples",
    "error_split": "figures",
    "expression_growth": "growth",
    "animate_secants": "secants",
    "secant_filmstrip": "secants",
    "three_secants": "secants",
    "tape_staircase": "staircase",
    "trace_figure": "passes",
    "two_passes": "passes",
    "LOOKS": "style",
    "look_of": "style",
    "new_axes": "style",
    "rendered": "style",
    "save": "style",
    "house_style": "style",
    "alt_text": "words",
    "page": "web.page",
}

# The figure of each kind of study, by the name of its class: a report needs no study to be imported.
FIGURES = {
    "ErrorSweep": "error_against_step",
    "ErrorSweeps": "error_of_sweeps",
    "Comparison": "digits_by_method",
    "Survey": "digits_over_catalogue",
    "Graph": "graph_figure",
    "TraceTable": "trace_figure",
    "Swell": "expression_growth",
    "Cost": "cost_against_inputs",
    "Training": "training_figure",
    "Regression": "training_figure",
    "GradientCheck": "error_against_tolerance",
    "Secants": "secant_filmstrip",
}


def draw(study: Any, ax: Any = None, **how: Any) -> Any:
    """The Matplotlib axes with the figure that belongs to a study; `how` is for its figure function.

    Raises
    ------
    TypeError
        If no figure belongs to it, or `ax` is no axes.
    """
    if ax is not None and not hasattr(ax, "transAxes"):
        file = os.fspath(ax) if isinstance(ax, str | os.PathLike) else "a.svg"
        raise ArgumentsError(
            f"ax is {with_article(type(ax).__name__)}, and a figure is drawn on Matplotlib axes; "
            f'to save it, write .plot().figure.savefig("{file}")'
        )
    name = FIGURES.get(type(study).__name__)
    if name is None:
        kind = with_article(type(study).__name__)
        raise TypeError(f"no figure belongs to {kind}; there are figures of {', '.join(FIGURES)}")
    return __getattr__(name)(study, ax, **how)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'diffkit.report' has no attribute {name!r}")
    return getattr(import_module(f"diffkit.report.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
