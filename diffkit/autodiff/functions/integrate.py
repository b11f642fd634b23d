"""Twins of scipy.integrate: trapezoid, cumulative_trapezoid, simpson, fixed_quad, quad, odeint, solve_ivp."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import scipy.integrate as si
import scipy.special as sc

from diffkit.autodiff.functions.integral import closed, integral
from diffkit.autodiff.functions.operand import number, operand
from diffkit.autodiff.functions.trajectory import trajectory
from diffkit.errors import NoRuleError
from diffkit.structure import flatten, is_foreign
from diffkit.tape.active import plain

__all__ = [
    "cumulative_trapezoid",
    "fixed_quad",
    "odeint",
    "quad",
    "simpson",
    "solve_ivp",
    "trapezoid",
]

# Of samples -------------------------------------------------------------------------------------------


def _samples(y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any]:
    """y and the widths between its samples, both along the last axis."""
    y = operand(y)
    y = np.moveaxis(y, axis, -1)
    if x is None:
        return y, operand(dx) * np.ones(np.shape(y)[-1] - 1)
    x = operand(x)
    if np.ndim(x) not in (1, np.ndim(y)):
        raise ValueError(f"x has shape {np.shape(x)}; it must have one dimension or the shape of y")
    x = x if np.ndim(x) == 1 else np.moveaxis(x, axis, -1)
    width = x[..., 1:] - x[..., :-1]
    if np.shape(width)[-1] != np.shape(y)[-1] - 1:
        raise ValueError(f"x has {np.shape(width)[-1] + 1} points, and y has {np.shape(y)[-1]}")
    return y, width


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of samples by the trapezoidal rule; as `scipy.integrate.trapezoid`.

    Examples
    --------
    >>> float(trapezoid([0.0, 1.0, 4.0]))
    3.0
    """
    y, width = _samples(y, x, dx, axis)
    return number(np.sum(width * (y[..., 1:] + y[..., :-1]) / 2, axis=-1))


def cumulative_trapezoid(
    y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: float | None = None
) -> Any:
    """The running integral of samples; as `scipy.integrate.cumulative_trapezoid`.

    Examples
    --------
    >>> cumulative_trapezoid([0.0, 1.0, 4.0], initial=0)
    array([0. , 0.5, 3. ])
    """
    if initial not in (None, 0):
        raise ValueError(f"initial is {initial}; it may be None or 0")
    y, width = _samples(y, x, dx, axis)
    total = np.cumsum(width * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)
    if initial is not None:
        total = np.concatenate([np.zeros((*np.shape(total)[:-1], 1)), total], axis=-1)
    return np.moveaxis(total, -1, axis)


def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of samples by Simpson's rule; as `scipy.integrate.simpson`.

    For an even number of samples the last interval has the correction of Cartwright (2017).

    Examples
    --------
    >>> round(float(simpson([0.0, 1.0, 4.0, 9.0])), 12)
    9.0
    """
    y, h = _samples(y, x, dx, axis)
    n = np.shape(y)[-1]
    if n == 2:
        return number(np.sum(h * (y[..., 1:] + y[..., :-1]) / 2, axis=-1))
    m = n - 1 + n % 2  # the samples that make whole parabolas
    first, second = h[..., 0 : m - 1 : 2], h[..., 1 : m - 1 : 2]
    both = first + second
    parts = (
        y[..., 0 : m - 2 : 2] * (2 - _quotient(second, first))
        + y[..., 1 : m - 1 : 2] * _quotient(both * both, first * second)
        + y[..., 2:m:2] * (2 - _quotient(first, second))
    )
    total = np.sum(both / 6 * parts, axis=-1)
    if n % 2 == 0:
        g, h = h[..., -2], h[..., -1]
        total = total + y[..., -1] * _quotient(2 * h * h + 3 * g * h, 6 * (g + h))
        total = total + y[..., -2] * _quotient(h * h + 3 * g * h, 6 * g)
        total = total - y[..., -3] * _quotient(h * h * h, 6 * g * (g + h))
    return number(total)


def _quotient(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0, as for two samples at one point."""
    return np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b))


# Of functions -----------------------------------------------------------------------------------------


def fixed_quad(func: Any, a: Any, b: Any, args: Any = (), n: int = 5) -> tuple[Any, None]:
    """(the integral of func from a to b by n Gauss points, None); as `scipy.integrate.fixed_quad`.

    Examples
    --------
    >>> round(float(fixed_quad(lambda x: x**8, 0.0, 1.0)[0] * 9), 12)
    1.0
    """
    if not np.all(np.isfinite([plain(a), plain(b)])):
        raise ValueError("fixed_quad needs finite ends; use quad for infinite ones")
    points, weights = sc.roots_legendre(n)
    x = (b - a) * (points + 1) / 2 + a
    return number((b - a) / 2 * np.sum(weights * func(x, *args), axis=-1)), None


def quad(
    func: Any, a: Any, b: Any, args: Any = (), full_output: int = 0, epsabs: float = 1.49e-8,
    epsrel: float = 1.49e-8, limit: int = 50, points: Any = None, weight: Any = None, wvar: Any = None,
    wopts: Any = None, maxp1: int = 50, limlst: int = 50, complex_func: bool = False,
) -> Any:  # fmt: skip
    """(the integral of func from a to b, an estimate of its error); as `scipy.integrate.quad`.

    The derivatives are those of the integral, by Leibniz's rule, each by an adaptive quadrature of its own:
    func at the ends, and the integral of func's derivative by each of `args`.

    Parameters
    ----------
    func
        func(x, *args): a number. What it is to be differentiated by has to stand in args.
    a, b
        The ends; they may be infinite.

    Examples
    --------
    >>> import diffkit as dk
    >>> area = lambda c: quad(lambda x, c: np.exp(-c * x), 0.0, np.inf, args=(c,))[0]
    >>> round(dk.derivative(area, 2.0), 12)
    -0.25
    """
    args = tuple(args) if isinstance(args, list | tuple) else (args,)
    if not _any_active(a, b, args):
        return si.quad(
            closed(func), a, b, args, full_output, epsabs, epsrel, limit, points, weight, wvar, wopts, maxp1,
            limlst, complex_func,
        )  # fmt: skip
    if full_output or weight is not None or complex_func:
        raise NoRuleError(
            "quad with full_output, weight or complex_func has no derivative rule; leave them out, and write "
            "a weight into func"
        )
    how = {"epsabs": epsabs, "epsrel": epsrel, "limit": limit, "points": points}
    return integral(a, b, *args, func=func, how=how)


# Of differential equations ------------------------------------------------------------------------------


def odeint(
    func: Any, y0: Any, t: Any, args: Any = (), Dfun: Any = None, col_deriv: int = 0, full_output: int = 0,
    ml: Any = None, mu: Any = None, rtol: Any = None, atol: Any = None, tcrit: Any = None, h0: float = 0.0,
    hmax: float = 0.0, hmin: float = 0.0, ixpr: int = 0, mxstep: int = 0, mxhnil: int = 0, mxordn: int = 12,
    mxords: int = 5, printmessg: int = 0, tfirst: bool = False,
) -> Any:  # fmt: skip
    """The solution of y' = func(y, t, *args) at the times t, of shape (len(t), len(y0)); as SciPy's odeint.

    Its derivatives by y0, t and args are solutions of differential equations too, found by the same solver
    to the same rtol and atol (1.49e-8 unless given).

    Parameters
    ----------
    func
        func(y, t, *args), or func(t, y, *args) with tfirst. What is to be differentiated by stands in args.
    y0, t
        The state at t[0], and the times.
    Dfun, col_deriv, ml, mu
        Used when nothing is differentiated only.

    Examples
    --------
    >>> import diffkit as dk
    >>> end = lambda k: odeint(lambda y, t, k: -k * y, 1.0, [0.0, 1.0], args=(k,))[-1, 0]
    >>> bool(abs(dk.derivative(end, 0.5) + np.exp(-0.5)) < 1e-6)
    True
    """
    args = tuple(args) if isinstance(args, list | tuple) else (args,)
    how = {
        "rtol": rtol, "atol": atol, "tcrit": tcrit, "h0": h0, "hmax": hmax, "hmin": hmin, "ixpr": ixpr,
        "mxstep": mxstep, "mxhnil": mxhnil, "mxordn": mxordn, "mxords": mxords, "printmessg": printmessg,
    }  # fmt: skip
    if not _any_active(y0, t, args):
        return si.odeint(
            closed(func), y0, t, args, Dfun, col_deriv, full_output, ml, mu, tfirst=tfirst, **how
        )  # fmt: skip
    if full_output:
        raise NoRuleError("odeint with full_output has no derivative rule; leave it out")
    how["atol"] = atol if atol is None else float(np.min(atol))
    slope = (lambda y, t, *rest: func(t, y, *rest)) if tfirst else func
    return trajectory(
        np.atleast_1d(operand(y0)), operand(t), *args, func=slope, solve=partial(_by_odeint, how)
    )


def _by_odeint(how: dict[str, Any], func: Any, y0: Any, t: Any) -> Any:
    return si.odeint(func, y0, t, **how)


def solve_ivp(
    fun: Any, t_span: Any, y0: Any, method: Any = "RK45", t_eval: Any = None, dense_output: bool = False,
    events: Any = None, vectorized: bool = False, args: Any = None, **options: Any,
) -> Any:  # fmt: skip
    """The solution of y' = fun(t, y, *args) over t_span, with fields t and y; as `scipy.integrate.solve_ivp`.

    Its derivatives by y0, args, the ends of t_span and t_eval are found by the same method to the same rtol
    and atol, as for `odeint`. Steps that the solver chose for itself count as constant times.

    Examples
    --------
    >>> import diffkit as dk
    >>> decay = lambda t, y, k: -k * y
    >>> end = lambda k: solve_ivp(decay, (0, 1), [1.0], args=(k,), rtol=1e-8, atol=1e-10).y[0, -1]
    >>> bool(abs(dk.derivative(end, 0.5) + np.exp(-0.5)) < 1e-6)
    True
    """
    args = () if args is None else tuple(args)
    if not _any_active(*t_span, y0, t_eval, args):
        return si.solve_ivp(
            closed(fun), t_span, y0, method, t_eval, dense_output, events, vectorized, args or None, **options
        )  # fmt: skip
    if dense_output or events is not None:
        raise NoRuleError("solve_ivp with dense_output or events has no derivative rule; give t_eval instead")
    solution = si.solve_ivp(
        closed(fun), tuple(map(plain, t_span)), _plain(y0), method,
        None if t_eval is None else _plain(t_eval), vectorized=vectorized,
        args=tuple(map(_plain, args)) or None, **options,
    )  # fmt: skip
    start, end = t_span
    times = operand(t_eval)
    if t_eval is None:
        times = np.concatenate([solution.t[:-1], np.reshape(end, (1,))])
    # The equation starts at t_span[0], which need not be among the times.
    first = 1 if solution.t[0] == plain(start) else 0
    grid = np.concatenate([np.reshape(start, (1,)), times[first:]])
    for name in ("jac", "jac_sparsity", "lband", "uband"):
        options.pop(name, None)
    y = trajectory(
        operand(y0), grid, *args, func=lambda y, t, *rest: fun(t, y, *rest),
        solve=partial(_by_solve_ivp, method, options),
    )  # fmt: skip
    solution.t, solution.y = grid[1 - first :], np.transpose(y[1 - first :])
    return solution


def _by_solve_ivp(method: Any, options: dict[str, Any], func: Any, y0: Any, t: Any) -> Any:
    flipped = lambda t, y: func(y, t)
    return si.solve_ivp(flipped, (t[0], t[-1]), y0, method, t_eval=t, **options).y.T


def _any_active(*values: Any) -> bool:
    leaves, _ = flatten(values, is_leaf=is_foreign)
    return any(is_foreign(v) or getattr(v, "dtype", None) == np.dtype(object) for v in leaves)


def _plain(value: Any) -> Any:
    return plain(operand(value))
