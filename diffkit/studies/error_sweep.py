"""The error of a difference against its step h, with truncation and rounding measured apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from diffkit.allowance import require_within
from diffkit.arguments import checked_count, checked_leaf, require_one_variable
from diffkit.autodiff.history import without_history
from diffkit.errors import ArgumentsError, DomainError
from diffkit.functions import as_function, text_of
from diffkit.methods import METHODS, Method, methods_for
from diffkit.numerical import FiniteDifference
from diffkit.studies.chosen import Problems, problems_for, require_names_apart
from diffkit.studies.curve import Curve, curve_of
from diffkit.studies.reference import DIGITS, Exact, digits_for, exact_derivative
from diffkit.studies.sweep import ErrorSweep
from diffkit.studies.sweeps import ErrorSweeps
from diffkit.studies.tell import Tell, part, silent
from diffkit.studies.value import value_at
from diffkit.tape.digits import working_digits
from diffkit.tape.objects import MPMATH

__all__ = ["Curve", "ErrorSweep", "ErrorSweeps", "default_steps", "error_sweep", "sweeps", "type_names"]


Methods = str | Method | Iterable[str | Method]
THREE = ("forward", "central", "richardson")


@overload
def error_sweep(
    f: Any, x: float, methods: Methods = THREE, steps: ArrayLike | None = None, dtype: DTypeLike = "float64",
    *, order: int = 1, text: str | None = None, tell: Tell = silent,
) -> ErrorSweep: ...  # fmt: skip
@overload
def error_sweep(
    f: Any, x: float, methods: Methods = THREE, steps: ArrayLike | None = None,
    dtype: list[Any] | tuple[Any, ...] = ..., *, order: int = 1, text: str | None = None, tell: Tell = silent,
) -> ErrorSweeps: ...  # fmt: skip
def error_sweep(
    f: Any,
    x: float,
    methods: Methods = THREE,
    steps: ArrayLike | None = None,
    dtype: Any = "float64",
    *,
    order: int = 1,
    text: str | None = None,
    tell: Tell = silent,
) -> ErrorSweep | ErrorSweeps:
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
        The floating-point type in which f and the formulas are evaluated; a list of several
        gives an `ErrorSweeps`, in which each has a sweep.
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

    What f raises at x, or at every step, is passed on; what it raises at some steps is said of those.

    Examples
    --------
    >>> import numpy as np
    >>> sweep = error_sweep(np.exp, 1.0, methods=["central"], steps=[1e-5, 1e-3])
    >>> [f"{t:.2e}" for t in sweep.truncation["central"]]
    ['4.53e-11', '4.53e-07']

    The V in two types: fewer digits want a longer step.

    >>> sweeps = error_sweep("exp(x)", 1.0, "central", dtype=["float32", "float64"])
    >>> [f"{name}: {sweep.best['central'][0]:.0e}" for name, sweep in sweeps.items()]
    ['float32: 3e-03', 'float64: 4e-06']
    """
    if isinstance(dtype, list | tuple):
        names = type_names(dtype)
        each = {
            name: _sweep(f, x, methods, steps, np.dtype(name), order, text, part(tell, k, len(names), name))
            for k, name in enumerate(names)
        }
        return ErrorSweeps("dtype", each, {})
    return _sweep(f, x, methods, steps, _float_type(dtype), order, text, tell)


def sweeps(
    problems: Problems,
    methods: Methods = THREE,
    steps: ArrayLike | None = None,
    dtype: DTypeLike = "float64",
    *,
    order: int = 1,
    tell: Tell = silent,
) -> ErrorSweeps:
    """The error sweep of several functions, for a picture of small multiples.

    Parameters
    ----------
    problems
        Names of the catalogue ("pole" or a list), `Problem` objects, triples (name, f, x), or a mapping
        {name: (f, x)}.
    methods, steps, dtype, order, tell
        As for `error_sweep`.

    Examples
    --------
    >>> found = sweeps({"slow": ("sin(x)", 0.7), "fast": ("sin(100*x)", 0.7)}, "central")
    >>> [f"{name}: {sweep.best['central'][0]:.0e}" for name, sweep in found.items()]
    ['slow: 3e-06', 'fast: 1e-07']
    """
    chosen, kind = problems_for(problems), _float_type(dtype)
    each = {
        p.name: _sweep(p.f, p.at, methods, steps, kind, order, None, part(tell, k, len(chosen), p.name))
        for k, p in enumerate(chosen)
    }
    return ErrorSweeps("function", each, {p.name: p.why for p in chosen if p.why})


def _float_type(dtype: Any) -> np.dtype[Any]:
    try:
        kind: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        raise ArgumentsError(f"dtype is {dtype!r}; {_TYPES}") from None
    if kind.kind != "f":
        raise ArgumentsError(f"dtype is {kind}; {_TYPES}")
    return kind


def type_names(dtypes: Any) -> list[str]:
    """The names of floating-point types, of one or of several, each once.

    >>> type_names([np.float32, "float64", float])
    ['float32', 'float64']
    """
    given = dtypes if isinstance(dtypes, list | tuple) else [dtypes]
    if not given:
        raise ArgumentsError(f"no dtype is given; {_TYPES}")
    return list(dict.fromkeys(_name_of(_float_type(one)) for one in given))


_TYPES = "write float16, float32, float64 or longdouble"


def _name_of(kind: np.dtype[Any]) -> str:
    """The name of a type that is the same on every machine; NumPy calls longdouble by its size."""
    return "longdouble" if kind.char == "g" else kind.name


def _sweep(
    f: Any, x: Any, methods: Methods, steps: ArrayLike | None, kind: np.dtype[Any], order: int,
    text: str | None, tell: Tell,
) -> ErrorSweep:  # fmt: skip
    """The sweep in one type."""
    g = without_history(as_function(f))
    require_one_variable(g, x, methods)
    checked_count(order, "order")
    leaf = checked_leaf(x, "x")
    if np.ndim(leaf):
        raise ArgumentsError(f"x has shape {np.shape(leaf)}; a sweep is made at one number")
    with np.errstate(over="ignore"):
        point = kind.type(leaf)
    if np.isinf(point) and np.isfinite(leaf):
        raise DomainError(f"x = {x!r} is not finite in {_name_of(kind)}; choose a wider type")
    chosen = list(dict.fromkeys(_with_step(method) for method in methods_for(methods)))
    if not chosen:
        raise ArgumentsError("no methods are given; write some of forward, central, richardson")
    require_names_apart([method.name for method in chosen], "methods", "sweep each of them by itself")
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
        dtype=_name_of(kind),
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
    require_within("steps", h.size, "the number of steps", "sweep in parts")
    return h


def _flat(g: Callable[..., Any], x: Any, truth: Any, order: int) -> dict[str, float]:
    """The absolute errors of the methods that have no step to choose."""
    flat = {}
    for name in ("reverse", "dual"):
        try:
            found = METHODS[name].derivative(g, x, order).value  # in x's type, which may be a longdouble
            with working_digits(DIGITS):
                flat[name] = float(abs(MPMATH.leaf(found) - truth))
        except Exception:  # no rule; or f, which has been measured, fails by now
            continue
    return flat
