"""The error of a difference against its step h, with truncation and rounding measured apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from diffkit.api import derivative
from diffkit.arguments import checked_leaf
from diffkit.autodiff.history import without_history
from diffkit.errors import ArgumentsError, DiffkitError
from diffkit.functions import as_function, text_of
from diffkit.methods import METHODS, Method, methods_for
from diffkit.numerical import FiniteDifference
from diffkit.studies.curve import Array, Curve, curve_of
from diffkit.studies.reference import DIGITS, Exact, digits_for, exact_derivative, working_digits
from diffkit.studies.study import Study
from diffkit.studies.tell import Tell, part, silent
from diffkit.studies.value import value_at
from diffkit.tables import Table, csv_text, error_text, json_ready
from diffkit.tape.objects import MPMATH

__all__ = ["Curve", "ErrorSweep", "default_steps", "error_sweep"]


@dataclass(frozen=True)
class ErrorSweep(Study):
    """The errors of several methods at every step; `sweep[method]` is a method's `Curve`.

    `total`, `truncation`, `rounding`, `best`, `predicted` and `slope` are also mappings by method name.

    Attributes
    ----------
    f_text, x, dtype, order
        The function as text, the point, the floating-point type, and which derivative.
    exact
        The derivative at the exact binary value of x, rounded to float.
    steps
        (n,) the steps h, ascending, as they were used.
    curves
        One `Curve` a method.
    flat
        The absolute errors of the methods that have no step: reverse mode and dual numbers.
    """

    f_text: str
    x: float
    dtype: str
    order: int
    exact: float
    steps: Array
    curves: Mapping[str, Curve]
    flat: Mapping[str, float]

    def __getitem__(self, method: str) -> Curve:
        """A method's curve."""
        return self.curves[method]

    def _by_method(self, name: str) -> dict[str, Any]:
        return {method: getattr(curve, name) for method, curve in self.curves.items()}

    @property
    def total(self) -> dict[str, Array]:
        """Signed total error of each method, (n,)."""
        return self._by_method("total")

    @property
    def truncation(self) -> dict[str, Array]:
        """Signed truncation error of each method, (n,)."""
        return self._by_method("truncation")

    @property
    def rounding(self) -> dict[str, Array]:
        """Signed rounding error of each method, (n,)."""
        return self._by_method("rounding")

    @property
    def best(self) -> dict[str, tuple[float, float]]:
        """Best step of each method and the median error there."""
        return self._by_method("best")

    @property
    def predicted(self) -> dict[str, tuple[float, float]]:
        """Best step and error of each method by theory."""
        return self._by_method("predicted")

    @property
    def slope(self) -> dict[str, float]:
        """Fitted order of each method."""
        return self._by_method("slope")

    def title(self) -> list[str]:
        """The function, the point and the truth."""
        return [
            f"f(x) = {self.f_text}    x = {self.x!r}    {self.dtype}",
            f"exact derivative{'' if self.order == 1 else f' of order {self.order}'} = {self.exact!r}",
        ]

    def tables(self) -> list[Table]:
        """Errors by decade of h, and what each method comes to."""
        steps = [int(np.argmin(np.abs(np.log10(self.steps / h)))) for h in self._decades()]
        by_step = tuple(
            (error_text(self.steps[i]), *(error_text(abs(curve.total[i])) for curve in self.curves.values()))
            for i in dict.fromkeys(steps)
        )
        summary = tuple(
            (
                name,
                str(curve.order),
                "-" if math.isnan(curve.slope) else f"{curve.slope:.2f}",
                *(error_text(value) for value in (*curve.best, *curve.predicted)),
            )
            for name, curve in self.curves.items()
        )
        columns = ("method", "order", "slope", "best h", "median error", "predicted h", "predicted error")
        names = ("h", *self.curves)
        return [Table(names, by_step, frozenset(names)), Table(columns, summary, frozenset(columns[1:]))]

    def _decades(self) -> list[float]:
        low, high = math.ceil(math.log10(self.steps[0]) - 0.01), math.floor(math.log10(self.steps[-1]) + 0.01)
        return [10.0**k for k in range(high, low - 1, -1)] or [float(self.steps[0])]

    def remarks(self) -> list[str]:
        """Why there is a best step, as it was measured, and what the methods without a step reach."""
        lines = [words for name, curve in self.curves.items() if (words := self._remark(name, curve))]
        if any(np.any(curve.lost) for curve in self.curves.values()):
            lines.append(
                "Where the values of f cancel to exactly 0, the error is the derivative itself, "
                f"{error_text(abs(self.exact))}."
            )
        if self.flat:
            flat = ", ".join(f"{name} {error_text(error)}" for name, error in self.flat.items())
            lines.append(f"Without a step: {flat}.")
        return lines

    def _remark(self, name: str, curve: Curve) -> str:
        """What a curve's measured errors show; nothing where no best step lies inside."""
        truncation, rounding = np.abs(curve.truncation), np.abs(curve.rounding)
        power = self._power_of_rounding(curve)
        grows = f"rounding dominates and grows like 1/{_power('h', power)}"
        if not np.any(truncation[np.isfinite(truncation)]):
            if not np.any(rounding[np.isfinite(rounding)]):
                return f"{name}: no error at any step."
            if not power:
                return f"{name}: no truncation error for this f, and rounding does not grow as h shrinks."
            return f"{name}: no truncation error for this f; {grows}."
        law = f"falls like {_power('h', curve.slope)}" if np.isfinite(curve.slope) else ""
        if law and abs(curve.slope - curve.order) >= 0.1:
            law += f", not {_power('h', curve.order)}"
        if law and not np.any(rounding > truncation):
            return f"{name}: truncation dominates at every step and {law}."
        if not power:
            edge = np.min(self.steps[truncation > np.nanmax(rounding)], initial=self.steps[-1])
            above = f"truncation dominates and {law}" if law else "truncation shows no power law"
            return (
                f"{name}: above h = {error_text(edge)} {above}; below it nothing cancels, "
                f"and the error stays near {error_text(curve.best[1])}."
            )
        if curve.best[0] == self.steps[0] or not curve.model_rounding[0] > curve.model_rounding[-1]:
            return ""
        best = error_text(curve.best[0])
        if law:
            return f"{name}: above h = {best} truncation dominates and {law}; below it {grows}."
        return f"{name}: truncation shows no power law; below h = {best} {grows}."

    def _power_of_rounding(self, curve: Curve) -> int:
        """q where theory's rounding error grows like h^-q: 0 for the complex step, where nothing cancels."""
        first, last = curve.model_rounding[[0, -1]]
        if len(self.steps) == 1 or not 0 < last < math.inf:
            return self.order
        return round(math.log(first / last) / math.log(self.steps[-1] / self.steps[0]))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, of the schema diffkit.sweep/1: f, x, dtype, order, exact, steps, methods, flat."""
        return {
            "schema": "diffkit.sweep/1",
            "f": self.f_text,
            "x": self.x,
            "dtype": self.dtype,
            "order": self.order,
            "exact": self.exact,
            "steps": json_ready(self.steps),
            "methods": {
                name: {
                    "total": json_ready(curve.total),
                    "truncation": json_ready(curve.truncation),
                    "rounding": json_ready(curve.rounding),
                    "best": {"step": json_ready(curve.best[0]), "error": json_ready(curve.best[1])},
                    "predicted": {
                        "step": json_ready(curve.predicted[0]),
                        "error": json_ready(curve.predicted[1]),
                    },
                    "slope": json_ready(curve.slope),
                    "order": curve.order,
                }
                for name, curve in self.curves.items()
            },
            "flat": json_ready(self.flat),
        }

    def csv(self) -> str:
        """One line a step: h, then total, truncation and rounding error of each method."""
        parts = ("total", "truncation", "rounding")
        columns = ["h", *(f"{name} {part}" for name in self.curves for part in parts)]
        data = [self.steps, *(getattr(curve, part) for curve in self.curves.values() for part in parts)]
        return csv_text(columns, [[repr(float(v)) for v in row] for row in zip(*data, strict=True)])


def error_sweep(
    f: Any,
    x: float,
    methods: str | Method | Iterable[str | Method] = ("forward", "central", "richardson"),
    steps: ArrayLike | None = None,
    dtype: Any = "float64",
    *,
    order: int = 1,
    text: str | None = None,
    tell: Tell = silent,
) -> ErrorSweep:
    """The error of each method at each step, with truncation and rounding measured, not modelled.

    With x and h the exact binary values: truncation = the formula in mpmath minus f'(x), rounding =
    the floating-point result minus the formula in mpmath. Both are exact to all digits of a float.

    Parameters
    ----------
    f
        A callable, SymPy expression or text, of one real variable.
    x
        The point, a number.
    methods
        Methods with a step: differences and the complex step, as for `compare`.
    steps
        The steps, passed on unchanged; by default 20 a decade, from the spacing of x up
        to max(1, |x|).
    dtype
        The floating-point type in which f and the formulas are evaluated.
    order
        Which derivative.
    text
        What to call f in the result.
    tell
        Is told what comes next, how much is done, and of how much: tell("central", 2, 9).

    Raises
    ------
    ArgumentsError
        For a method without a step, or a point that is not one number.
    DomainError
        Where f has no derivative.

    Examples
    --------
    >>> import numpy as np
    >>> sweep = error_sweep(np.exp, 1.0, methods=["central"], steps=[1e-5, 1e-3])
    >>> [f"{t:.2e}" for t in sweep.truncation["central"]]
    ['4.53e-11', '4.53e-07']
    """
    g = without_history(as_function(f))
    kind = np.dtype(dtype)
    if kind.kind != "f":
        raise ArgumentsError(f"dtype is {kind}; write float16, float32, float64 or longdouble")
    leaf = checked_leaf(x, "x")
    if np.ndim(leaf):
        raise ArgumentsError(f"x has shape {np.shape(leaf)}; a sweep is made at one number")
    point = kind.type(leaf)
    chosen = list(dict.fromkeys(_with_step(method) for method in methods_for(methods)))
    if not chosen:
        raise ArgumentsError("no methods are given; write some of forward, central, richardson")
    names = [method.name for method in chosen]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ArgumentsError(f"several methods are named {twice!r}; sweep each of them by itself")
    h = _steps(steps, point)

    value_at(g, [point], {"x": point})  # the first to say what is wrong with f
    truth = exact_derivative(g, point, order)
    exact = Exact(g)
    with working_digits(digits_for(float(np.min(h)), order)) as mp:
        mp_x = MPMATH.leaf(point)
        value = abs(float(exact(mp_x)))
        curves = {
            # Different methods ask f at the same points: most samples of one are also another's.
            method.name: curve_of(
                method, g, exact.again, point, mp_x, h, truth, order, value, mp,
                part(tell, k, len(chosen), method.name),
            )
            for k, method in enumerate(chosen)
        }  # fmt: skip
    return ErrorSweep(
        f_text=text or text_of(g),
        x=float(point),
        dtype=kind.name,
        order=order,
        exact=float(truth),
        steps=np.asarray(h, dtype=np.float64),
        curves=curves,
        flat=_flat(g, point, truth, order),
    )


def _with_step(method: Method) -> FiniteDifference:
    if not isinstance(method, FiniteDifference):
        stepped = [name for name, found in METHODS.items() if isinstance(found, FiniteDifference)]
        raise ArgumentsError(
            f"method {method.name!r} has no step h to sweep; write some of {', '.join(stepped)}"
        )
    return method


def default_steps(x: Any, a_decade: int = 20) -> Any:
    """Steps for a point in a NumPy float type: so many a decade, from the spacing of x up to max(1, |x|).

    >>> default_steps(np.float64(0.7), 1)[[0, -2, -1]].tolist()
    [1e-16, 0.1, 1.0]
    """
    size = abs(float(x))
    high = max(0.0, math.log10(size)) if size else 0.0
    # Down to the spacing of x, and no further than 40 decades: a tiny x tells little more.
    low = math.log10(np.finfo(x.dtype).eps) + min(high, math.log10(size) if size else 0.0)
    decades = math.ceil(min(40.0, high - low) - 0.25)
    return 10.0 ** (np.arange(-a_decade * decades, 1) / a_decade) * 10.0**high


def _steps(steps: ArrayLike | None, x: Any) -> Any:
    if steps is None:
        return default_steps(x)
    h = np.sort(np.atleast_1d(np.asarray(steps, dtype=np.float64)))
    if h.ndim != 1 or h.size == 0 or not np.all(np.isfinite(h) & (h > 0)):
        raise ArgumentsError("steps are to be positive, finite numbers, such as np.logspace(-16, 0, 300)")
    return h


def _power(base: str, exponent: float) -> str:
    """`base^exponent`, the exponent in one decimal unless it is as good as whole."""
    whole = abs(exponent - round(exponent)) < 0.1
    text = f"{round(exponent)}" if whole else f"{exponent:.1f}"
    return base if text == "1" else f"{base}^{text}"


def _flat(g: Callable[..., Any], x: Any, truth: Any, order: int) -> dict[str, float]:
    """The absolute errors of the methods that have no step to choose."""
    flat = {}
    for name in ("reverse", "dual"):
        try:
            with working_digits(DIGITS) as mp:
                flat[name] = float(abs(mp.mpf(float(derivative(g, x, name, order=order))) - truth))
        except DiffkitError:
            continue
    return flat
