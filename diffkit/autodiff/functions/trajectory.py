"""The solution of a differential equation as one row of a tape.

y' = f(y, t, p), y(t0) = y0. A tangent s of y obeys s' = f_y s + f_p p_dot forward in time; a cotangent
obeys l' = -f_y^T l, p_bar' = -f_p^T l backward in time, and gains y_bar at each time that was asked for
(Pontryagin's adjoint; Chen, Rubanova, Bettencourt, Duvenaud 2018, appendix B). Both are solved by the same
solver as y, and being rows of this kind again, have derivatives themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate as si

from diffkit.autodiff.functions.integral import closed_over
from diffkit.autodiff.functions.operand import operand
from diffkit.autodiff.transforms import jvp, vjp
from diffkit.example import Array, example
from diffkit.primitives import primitive
from diffkit.rules import array_rule

__all__ = ["trajectory"]

Function = Callable[..., Any]


def _slope(func: Function, y: Any, t: Any, args: Any) -> Any:
    """f as a vector, whether func gives a list, a number or an array."""
    return np.reshape(operand(func(y, t, *args)), (-1,))


@primitive
def trajectory(y0: Any, t: Any, *args: Any, func: Function, solve: Function) -> Any:
    """The solution of y' = func(y, t, *args) at the times t, of shape (len(t), len(y0)).

    solve(f, y0, t) solves y' = f(y, t) for plain numbers.

    Examples
    --------
    >>> from scipy.integrate import odeint
    >>> trajectory(np.array([1.0]), np.array([0.0, 1.0]), func=lambda y, t: 0 * y, solve=odeint)
    array([[1.], [1.]])
    """
    return solve(lambda y, t: closed_over(func, _slope(func, y, t, args)), y0, t)


# Forward in time --------------------------------------------------------------------------------------


def _with_tangent(func: Function, n: int, i: int | None) -> Function:
    """The equation of (y, s); with i, the first argument is the tangent of the i-th of the rest."""

    def augmented(z: Any, t: Any, *args: Any) -> Any:
        y, s = z[:n], z[n:]
        if i is None:
            return np.concatenate(jvp(lambda y: _slope(func, y, t, args), (y,), (s,)))
        dot, args = args[0], args[1:]
        f = lambda y, v: _slope(func, y, t, (*args[:i], v, *args[i + 1 :]))
        return np.concatenate(jvp(f, (y, args[i]), (s, dot)))

    return augmented


def _push(
    position: int, dot: Any, y: Any, y0: Any, t: Any, *args: Any, func: Function, solve: Function
) -> Any:
    n = np.shape(y0)[0]
    if position == 1:
        # A later time moves y along its slope; a later start is a start from further back.
        slopes = np.stack([_slope(func, y[k], t[k], args) for k in range(np.shape(t)[0])])
        moved = _push(0, -slopes[0] * dot[0], y, y0, t, *args, func=func, solve=solve)
        return moved + slopes * np.expand_dims(dot, -1)
    if position == 0:
        start, i, args = np.concatenate([y0, dot]), None, args
    else:
        start, i, args = np.concatenate([y0, np.zeros(n)]), position - 2, (dot, *args)
    return trajectory(start, t, *args, func=_with_tangent(func, n, i), solve=solve)[:, n:]


# Backward in time -------------------------------------------------------------------------------------


def _with_cotangents(func: Function, n: int, i: int | None) -> Function:
    """The equation of (y, l), or of (y, l, p_bar) with p the i-th argument."""

    def augmented(z: Any, t: Any, *args: Any) -> Any:
        y, bar = z[:n], z[n : 2 * n]
        if i is None:
            slope, pullback = vjp(lambda y: _slope(func, y, t, args), y)
        else:
            slope, pullback = vjp(lambda y, v: _slope(func, y, t, (*args[:i], v, *args[i + 1 :])), y, args[i])
        return np.concatenate([slope, *(np.reshape(-found, (-1,)) for found in pullback(bar))])

    return augmented


def _adjoint(
    y_bar: Any, y: Any, y0: Any, t: Any, args: Any, func: Function, solve: Function, i: int | None
) -> tuple[Any, Any]:
    """The cotangents of y0 and of the i-th argument."""
    n = np.shape(y0)[0]
    size = 0 if i is None else int(np.size(args[i]))
    augmented = _with_cotangents(func, n, i)
    bar, total = y_bar[-1], np.zeros(size)
    for k in range(np.shape(t)[0] - 1, 0, -1):
        state = np.concatenate([y[k], bar, total])
        before = np.stack([t[k], t[k - 1]])
        state = trajectory(state, before, *args, func=augmented, solve=solve)[1]
        bar, total = state[n : 2 * n] + y_bar[k - 1], state[2 * n :]
    return bar, total


def _pull(
    position: int, y_bar: Any, y: Any, y0: Any, t: Any, *args: Any, func: Function, solve: Function
) -> Any:
    if position >= 2:
        total = _adjoint(y_bar, y, y0, t, args, func, solve, position - 2)[1]
        return np.reshape(total, np.shape(args[position - 2]))
    start, _ = _adjoint(y_bar, y, y0, t, args, func, solve, None)
    if position == 0:
        return start
    slopes = np.stack([_slope(func, y[k], t[k], args) for k in range(np.shape(t)[0])])
    late = np.sum(y_bar * slopes, axis=-1)
    return np.concatenate([np.reshape(late[0] - np.sum(start * slopes[0]), (1,)), late[1:]])


array_rule(
    trajectory,
    (_push, _pull),
    variadic=True,
    # A solution that is a polynomial in time, and so are its tangents: the steps of the solver are exact.
    examples=[
        example(
            Array(2),
            Array(3, made=np.cumsum),
            Array(2),
            func=lambda y, t, c: [c[0] * y[1] + t, c[1] * c[0]],
            solve=lambda f, y0, t: si.solve_ivp(lambda s, y: f(y, s), (t[0], t[-1]), y0, t_eval=t).y.T,
        )
    ],
)
