"""What an error figure says in words: its title, its numbers, and the alternative text that replaces it."""

from __future__ import annotations

import math

import numpy as np

from diffkit.report.records import Curve, Sweep

__all__ = [
    "alt_text",
    "best_text",
    "cut",
    "derivative",
    "is_flat",
    "number",
    "slope_text",
    "split_alt_text",
    "theory_tick",
    "title_text",
    "which",
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


def derivative(order: int) -> str:
    """The derivative as one writes it.

    >>> derivative(1), derivative(3), derivative(12)
    ('f′', 'f‴', 'f⁽¹²⁾')
    """
    return "f" + {1: "′", 2: "″", 3: "‴"}.get(order, f"⁽{str(order).translate(SUPERSCRIPT)}⁾")


def title_text(sweep: Sweep, room: int = 200, by: str = "") -> str:
    """The figure's title, with the function's text cut to `room` characters; `by` names one method."""
    precision = "" if sweep.dtype == "float64" else f" in {sweep.dtype}"
    told = f"Error of the {which(sweep.order)} of {cut(sweep.f_text, room)} at {sweep.x:.6g}{precision}"
    return told + (f", {by}" if by else "")


def cut(text: str, room: int) -> str:
    """The text, or as much of it as fits `room` characters with an ellipsis.

    >>> cut("sin(x)*exp(-x^2)", 8)
    'sin(x)*…'
    """
    return text if len(text) <= room else text[: max(room - 1, 1)] + "…"


def which(order: int) -> str:
    """Which derivative, in words.

    >>> which(1), which(2), which(21), which(12)
    ('derivative', 'second derivative', '21st derivative', '12th derivative')
    """
    if order in ORDINAL:
        return ORDINAL[order]
    last = "th" if order % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(order % 10, "th")
    return f"{order}{last} derivative"


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


def theory_tick(curve: Curve, order: int, dtype: str) -> tuple[float, str] | None:
    """Where theory's best step is marked, and its label; None where there is none that one could take.

    That is the rule of thumb ε^(1/(n+p)), ε the spacing of 1 in the dtype, where it is right within a
    factor of 10, and otherwise the predicted step. A flat curve has a longest step instead.
    """
    step = curve.predicted[0]
    if not 0 < step < math.inf:
        return None
    if is_flat(curve):
        return step, f"≤ {number(step)}"
    k = order + curve.order
    thumb = float(np.finfo(dtype).eps) ** (1 / k)
    if not 0.1 < step / thumb < 10:
        return step, number(step)
    return thumb, "√ε" if k == 2 else f"{str(k).translate(SUPERSCRIPT)}√ε"


def is_flat(curve: Curve) -> bool:
    """Whether the method has no cancellation: theory's rounding error does not grow as h shrinks."""
    return bool(curve.model_rounding[0] < 10 * curve.model_rounding[-1])


def alt_text(sweep: Sweep) -> str:
    """`error_against_step` in words, for whoever cannot see it: each curve's slope and best step."""
    says = [
        f"Error of the {which(sweep.order)} of {sweep.f_text} at {sweep.x:.12g} against the step h "
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
        f"Error of the {which(sweep.order)} of {sweep.f_text} at {sweep.x:.12g} by {_name(method)} "
        f"on logarithmic axes, in two parts. As the step h shrinks the truncation error {grows} "
        f"and the rounding error {other}; their sum is least, {number(error)}, near h = {number(step)}."
    )


def _name(method: str) -> str:
    return SPOKEN.get(method, method)
