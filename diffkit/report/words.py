"""What an error figure says in words: its title, its numbers, and the alternative text that replaces it."""

from __future__ import annotations

import math

import numpy as np

from diffkit.report.records import Curve, Sweep

__all__ = [
    "alt_text",
    "best_text",
    "is_flat",
    "number",
    "slope_text",
    "split_alt_text",
    "step_text",
    "title_text",
]

SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
ORDINAL = {1: "derivative", 2: "second derivative", 3: "third derivative"}
SPOKEN = {
    "reverse": "reverse mode",
    "dual": "dual numbers",
    "complex-step": "complex step",
    "richardson": "Richardson",
}


def number(value: float) -> str:
    """An error or a step in one digit, as Python would print it: enough for a logarithmic axis.

    >>> number(2.126e-6), number(0.0)
    ('2e-06', '0')
    """
    return "0" if value == 0 else f"{value:.0e}"


def power(base: str, exponent: int) -> str:
    """`base` to an integer power, in Unicode.

    >>> power("h", 4), power("h", 1)
    ('h⁴', 'h')
    """
    return base if exponent == 1 else base + str(exponent).translate(SUPERSCRIPT)


def title_text(sweep: Sweep, room: int = 200, by: str = "") -> str:
    """The figure's title, with the function's text cut to `room` characters; `by` names one method."""
    f = sweep.f_text if len(sweep.f_text) <= room else sweep.f_text[: max(room - 1, 1)] + "…"
    return f"Error of the {_which(sweep)} of {f} at {sweep.x:.6g}" + (f", {by}" if by else "")


def best_text(curve: Curve) -> str:
    """The best step and its error, as the label beside the star."""
    step, error = curve.best
    if is_flat(curve):
        return f"any small h, error {'0' if error == 0 else '≈ ' + number(error)}"
    return f"best h ≈ {number(step)}, error {'0' if error == 0 else '≈ ' + number(error)}"


def slope_text(slope: float) -> str:
    """The slope as a label: a whole number when it is one to the eye, else one decimal.

    >>> slope_text(1.9998), slope_text(4.27)
    ('slope 2', 'slope 4.3')
    """
    whole = abs(slope - round(slope)) < 0.05
    return f"slope {round(slope)}" if whole else f"slope {slope:.1f}"


def step_text(step: float, order: int, accuracy: int, dtype: str) -> str:
    """A predicted step as a label: the rule of thumb ε^(1/(n+p)) where it is right within a factor of 10.

    >>> step_text(6e-6, 1, 2, "float64"), step_text(1e-3, 1, 4, "float64"), step_text(2.7e-7, 1, 2, "float64")
    ('³√ε', '⁵√ε', '3e-07')
    """
    k = order + accuracy
    thumb = float(np.finfo(dtype).eps) ** (1 / k)
    if not 0.1 < step / thumb < 10:
        return number(step)
    return "√ε" if k == 2 else f"{str(k).translate(SUPERSCRIPT)}√ε"


def is_flat(curve: Curve) -> bool:
    """Whether the method has no cancellation: theory's rounding error does not grow as h shrinks."""
    return bool(curve.model_rounding[0] < 10 * curve.model_rounding[-1])


def alt_text(sweep: Sweep) -> str:
    """`error_against_step` in words, for whoever cannot see it: each curve's slope and best step."""
    says = [
        f"Error of the {_which(sweep)} of {sweep.f_text} at {sweep.x:.12g} against the step h "
        f"on logarithmic axes, in {sweep.dtype}."
    ]
    for method, curve in sweep.curves.items():
        step, error = curve.best
        fall = "reaches"
        if math.isfinite(curve.slope):
            fall = f"falls with slope {curve.slope:.1f} to"
        rest = "stays there" if is_flat(curve) else "rises"
        says.append(
            f"{_name(method)}: {fall} {number(error)} at h = {number(step)}, then {rest} for smaller h."
        )
    says += [f"{_name(method)} has no step: error {number(error)}." for method, error in sweep.flat.items()]
    return " ".join(says)


def split_alt_text(sweep: Sweep, method: str) -> str:
    """`error_split` in words: the two lines, and where their sum is least."""
    curve = sweep.curves[method]
    step, error = curve.best
    grows = f"shrinks with slope {curve.slope:.1f}" if math.isfinite(curve.slope) else "is nothing to see"
    other = "stays level" if is_flat(curve) else "grows"
    return (
        f"Error of the {_which(sweep)} of {sweep.f_text} at {sweep.x:.12g} by {_name(method)} "
        f"on logarithmic axes, in two parts. As the step h shrinks the truncation error {grows} "
        f"and the rounding error {other}; their sum is least, {number(error)}, near h = {number(step)}."
    )


def _which(sweep: Sweep) -> str:
    return ORDINAL.get(sweep.order, f"{sweep.order}th derivative")


def _name(method: str) -> str:
    return SPOKEN.get(method, method)
