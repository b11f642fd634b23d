"""The error of a difference explained: truncation against rounding, with this function's own numbers.

The letters of stencil.py and step.py, and e for the error of f's values:

    E(h) <= A h^p + B h^-q,   A = |C f^(q+p)(x)|,   B = S e
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, isnan, log10, nan
from textwrap import fill
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, DomainError, OptionError, UnknownMethodError, UnknownOptionError
from diffkit.numerical.adaptive import Adaptive
from diffkit.numerical.complex_step import ComplexStep
from diffkit.numerical.finite import Backward, Central, FiniteDifference, Forward
from diffkit.numerical.noise import close_spacing, noise_level
from diffkit.numerical.richardson import Richardson
from diffkit.numerical.sampling import Counted, real_valued
from diffkit.numerical.stencil import Stencil, primed, raised, whole
from diffkit.numerical.step import floating, optimal_step, unit_roundoff
from diffkit.result import Estimate
from diffkit.tables import Printed

__all__ = ["Explanation", "explain"]

_METHODS = {method.name: method for method in (Forward, Backward, Central, Richardson, ComplexStep)}


@dataclass(frozen=True)
class Explanation(Printed):
    """What theory says of a difference at a point, with every number that it needs measured.

    Attributes
    ----------
    method
        The method, with its options.
    x, derivative
        The point, and q: which derivative.
    stencil
        The formula; None for the complex step, which samples no real point.
    order, error_constant, noise_gain
        p, C and S.
    value, wanted, higher
        f(x), f^(q)(x) and f^(q+p)(x): the first is f's answer, the others were measured by `Adaptive`.
    wanted_error, higher_error
        How far these may be wrong. Where `higher_error` is more than `higher` itself, the theory goes on with
        the error, as an upper bound.
    noise, noise_measured
        e, and whether it was seen in f's values; otherwise it is the roundoff u |f(x)|.
    truncation, rounding
        A and B.
    step, error
        The best step and the error bound there.
    taken
        The step that the method takes of itself, or the one that it was given.
    evaluations
        How often f was called to find all this.
    """

    method: FiniteDifference
    x: float
    derivative: int
    stencil: Stencil | None
    order: int
    error_constant: Fraction
    noise_gain: Fraction
    value: float
    wanted: float
    wanted_error: float
    higher: float
    higher_error: float
    noise: float
    noise_measured: bool
    truncation: float
    rounding: float
    step: float
    error: float
    taken: float
    evaluations: int

    @property
    def power(self) -> int:
        """The power of 1/h in the rounding error: q, and 0 for the complex step, which subtracts nothing."""
        return 0 if self.stencil is None else self.derivative

    @property
    def digits(self) -> float | None:
        """How many decimal digits of the derivative the formula can give; None where it is 0 or unknown."""
        if not abs(self.wanted) > self.wanted_error or not 0 < self.error < inf:
            return None
        return max(0.0, log10(abs(self.wanted)) - log10(self.error))

    def bound(self, h: float) -> tuple[float, float]:
        """The two parts of the error bound at the step h: truncation and rounding.

        >>> [f"{part:.1e}" for part in explain(np.exp, 0.0).bound(1e-3)]
        ['1.7e-07', '1.1e-13']
        """
        return self.truncation * abs(h) ** self.order, self.rounding / abs(h) ** self.power

    @property
    def note(self) -> str:
        """How the step that the method takes compares with the best one, and why, in a sentence or two."""
        there = f"predicts the error {sum(self.bound(self.taken)):.2g}"
        higher = primed(self.derivative + self.order)
        if isnan(self.step):
            return f"{higher} could not be measured, so there is no telling which step is best."
        if self.power == 0:
            below = f"Nothing is subtracted, so every step below {self.step:.2g} is as good"
            return f"{below}: the step taken, {self.taken:.2g}, {there}."
        if self.method.h is not None:
            return f"The step given, h = {self.taken:.2g}, {there}."
        hidden = self.higher_error > abs(self.higher)
        size = f"at most {self.higher_error:.2g}" if hidden else f"{abs(self.higher):.2g}"
        noisy = ", and f is noisier than its roundoff" if self.noise_measured else ""
        return (
            f"The default step {self.taken:.2g} takes |f| and |{higher}| to be about 1 over a length of "
            f"max(1, |x|), and {there}. Measured, |f| is {abs(self.value):.2g} and |{higher}| {size}{noisy}: "
            f"the best step is {self.step / self.taken:.2g} times as long."
        )

    def __str__(self) -> str:
        p, power = self.order, self.power
        higher, below = primed(self.derivative + p), {0: ""}.get(power, f" / h{raised(power)}")
        formula = self.stencil or "f'(x) ≈ Im f(x+ih) / h + O(h²)"
        source = "seen in the values of f" if self.noise_measured else "the roundoff u |f(x)|"
        noise = f"e = {self.noise:.3g}, {source}"
        measured = f"{higher}(x) = {self.higher:.4g} ± {self.higher_error:.1g}, measured"
        if power:
            best = f"({_times(power)}B / {_times(p)}A)^(1/{p + power})"
            rounding = f"S e{below} = {self.rounding:.3g}{below}", f"S = {self.noise_gain}, {noise}"
        else:
            best = f"(B / A)^(1/{p})"
            rounding = f"u |f'(x)| = {self.rounding:.3g}", "whatever h is: nothing is subtracted"
        digits = "" if self.digits is None else f", {self.digits:.1f} digits of {primed(self.derivative)}(x)"
        rows = (
            ("method", f"{self.method.name}, for {primed(self.derivative)}(x) at x = {self.x!r}"),
            ("formula", str(formula)),
            ("truncation", f"|C {higher}(x)| h{raised(p)} = {self.truncation:.3g} h{raised(p)}"),
            ("", f"C = {self.error_constant}, {measured}"),
            ("rounding", rounding[0]),
            ("", rounding[1]),
            ("best step", f"{best} = {self.step:.3g}, of A h{raised(p)} + B{below}"),
            ("error there", f"{self.error:.3g}{digits}"),
            ("step taken", fill(self.note, 80).replace("\n", "\n" + 13 * " ")),
        )
        return "\n".join(f"{name:13}{text}" for name, text in rows)

    def to_latex(self) -> str:
        """The model and its numbers as aligned LaTeX, without dollar signs.

        >>> print(explain(np.exp, 0.0).to_latex().splitlines()[2])
        E(h) &\\leq |C f'''(x)| h^{2} + S e h^{-1} = 0.167 h^{2} + 1.11 \\cdot 10^{-16} h^{-1} \\\\
        """
        p, power = self.order, self.power
        total = self.derivative + p
        higher = primed(total) if total < 4 else f"f^{{({total})}}"
        below = f" h^{{-{power}}}" if power else ""
        formula = (
            self.stencil.to_latex() if self.stencil else r"f'(x) \approx \frac{Im f(x+ih)}{h} + O(h^{2})"
        )
        best = rf"({_times(power)}B / {_times(p)}A)^{{1/{p + power}}}" if power else rf"(B / A)^{{1/{p}}}"
        rows = (
            formula.replace(r"\approx", r"&\approx", 1),
            rf"E(h) &\leq |C {higher}(x)| h^{{{p}}} + S e{below} = "
            rf"{_latex(self.truncation)} h^{{{p}}} + {_latex(self.rounding)}{below}",
            rf"h^* &= {best} = {_latex(self.step)}",
            rf"E(h^*) &\leq {_latex(self.error)}",
        )
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex()}\n$$"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.explain/1; None stands for what is not finite."""
        plain = ("derivative", "order", "power", "noise_measured", "evaluations", "note")
        numbers = (
            "x",
            "value",
            "wanted",
            "wanted_error",
            "higher",
            "higher_error",
            "noise",
            "truncation",
            "rounding",
            "step",
            "error",
        )
        return {
            "schema": "diffkit.explain/1",
            "method": self.method.name,
            "formula": None if self.stencil is None else str(self.stencil),
            "error_constant": str(self.error_constant),
            "noise_gain": str(self.noise_gain),
            **{name: getattr(self, name) for name in plain},
            **{name: number if isfinite(number := getattr(self, name)) else None for name in numbers},
            "digits": self.digits,
        }


def explain(
    f: Callable[[Any], Any],
    x: Any,
    method: str | FiniteDifference = "central",
    *,
    order: int = 1,
    **options: Any,
) -> Explanation:
    """The error model of a difference at x, its constants measured, with the best step and the error there.

    Truncation and rounding are told apart, f^(q+p)(x) is measured by `Adaptive` and the noise of f's values
    by `noise_level`. Print it, or show it in a notebook.

    Parameters
    ----------
    f, x
        A function of one real number, and the number.
    method
        "forward", "backward", "central", "richardson", "complex-step", or a method object.
    order
        Which derivative; of the complex step the first only.
    options
        The method's own fields: h, accuracy.

    Examples
    --------
    >>> found = explain(lambda x: np.sin(100 * x), 0.7)
    >>> found.step < found.taken / 20, found.digits > 9
    (True, True)

    Formula: Nocedal and Wright, Numerical Optimization, 2nd edition, section 8.1.
    """
    chosen, q = _method(method, options), whole("order", order)
    x = floating(_one_number(f, x))
    calls = Counted(f)
    answer = real_valued(calls)(x)
    if np.shape(answer) or not np.isfinite(answer):
        what = f"of shape {np.shape(answer)}" if np.shape(answer) else str(answer)
        raise DomainError(
            f"f is {what} at x = {x}: explain takes a function that answers with one finite number."
        )
    u, value = max(unit_roundoff(x.dtype), unit_roundoff(answer.dtype)), abs(float(answer))
    stencil = None
    if isinstance(chosen, ComplexStep):
        if q > 1:
            raise OptionError(f"order={q}: the complex step is explained for its first derivative, order=1.")
        p, C, S = chosen.order, chosen.error_constant, Fraction(1)
    else:
        stencil = chosen.stencil(q)
        p, C, S = stencil.order, stencil.error_constant, stencil.noise_gain
    wanted = _measured(calls, x, q, Adaptive())
    seen = noise_level(calls, x, _spacing(x, wanted.step)) or 0.0
    measured = seen > 2 * u * value  # otherwise it tells no more than the roundoff
    noise = seen if measured else u * value
    # A high derivative may be missed; then once more, with the scale and the noise that are known by now.
    again = [Adaptive(h=times * wanted.step, noise=noise) for times in (10, 1) if wanted.step > 0]
    higher = _measured(calls, x, q + p, Adaptive(), *again)
    size = float(np.maximum(abs(higher.value), higher.error_estimate))
    A = float(abs(C)) * size
    if stencil is not None:
        B = float(S) * noise
        step, error = optimal_step(stencil, higher=size, noise=noise)
    else:
        B = u * abs(float(wanted.value))
        step, error = (inf if A == 0 else (B / A) ** (1 / p)), 2 * B
    return Explanation(
        method=chosen,
        x=float(x),
        derivative=q,
        stencil=stencil,
        order=p,
        error_constant=C,
        noise_gain=S,
        value=float(answer),
        wanted=float(wanted.value),
        wanted_error=float(wanted.error_estimate),
        higher=float(higher.value),
        higher_error=float(higher.error_estimate),
        noise=float(noise),
        noise_measured=measured,
        truncation=A,
        rounding=B,
        step=step,
        error=error,
        taken=abs(float(chosen.step(x, q))),
        evaluations=calls.calls,
    )


def _measured(f: Callable[[Any], Any], x: Any, n: int, *methods: Adaptive) -> Estimate:
    """f^(n)(x) as the first of the methods finds it that is sure of two digits, or the surest; else nan."""
    best = Estimate(nan, nan, nan)
    for method in methods:
        found = method.derivative(f, x, n)
        if np.isfinite(found.value) and not found.error_estimate >= best.error_estimate < inf:
            best = found if np.isfinite(found.error_estimate) else best
        if best.error_estimate <= 0.01 * abs(best.value):
            break
    return best


def _spacing(x: Any, step: Any) -> Any:
    """How far apart the samples for the noise are: close, against x and against the scale of f."""
    scale = min(max(1, abs(x)), 1000 * step) if step > 0 else max(1, abs(x))
    return max(close_spacing(scale, float(np.finfo(x.dtype).eps) / 2), 8 * np.spacing(abs(x)))


def _method(method: Any, options: dict[str, Any]) -> FiniteDifference:
    known = ", ".join(_METHODS)
    if isinstance(method, str) and method in _METHODS:
        method = _METHODS[method]()
    if not isinstance(method, FiniteDifference):
        raise UnknownMethodError(
            f"method={method!r} has no step whose error could be explained: write one of {known}, "
            "or a method object such as Central(h=1e-5)."
        )
    fields = [field.name for field in dataclasses.fields(method)]
    for option in options:
        if option not in fields:
            raise UnknownOptionError(
                f"method {method.name!r} has no option {option!r}; its options are {', '.join(fields)}"
            )
    return dataclasses.replace(method, **options)


def _one_number(f: Any, x: Any) -> Any:
    """x, when it is a real number and f a function; else ArgumentsError."""
    if not callable(f):
        raise ArgumentsError(
            f"f={f!r} is not a function, and explain sees nothing but f's values: "
            "write a function of one number, as in lambda x: np.sin(x)."
        )
    if np.ndim(x) or np.asarray(x).dtype.kind not in "biuf" or not np.isfinite(x):
        raise ArgumentsError(f"x={x!r} is not a finite real number: explain works at one point, as in x=0.7.")
    return x


def _times(number: int) -> str:
    """The number as a factor; nothing for 1."""
    return "" if number == 1 else str(number)


def _latex(number: float) -> str:
    """Three digits of the number, its exponent raised."""
    if not isfinite(number):
        return r"\infty" if number > 0 else r"?"
    digits, _, exponent = f"{number:.3g}".partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits
