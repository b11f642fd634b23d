"""The derivative of every elementwise NumPy function, a row each.

Letters: `y` the result, `x` the operand, `a` and `b` the two operands. Where the derivative does not
exist a convention is stated on the row: (s) marks a subgradient, taken so that |x|' = 0 at 0 and
tied maxima share equally.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.floats import power
from diffkit.primitives import kept, mutual_product, selected_product, share, tanh_slope
from diffkit.rules.declare import array_rule, elementwise, overwritten
from diffkit.structure import is_foreign

# Python floats: a NumPy float64 would turn float32 arrays into float64.
LN2, LN10 = math.log(2.0), math.log(10.0)

# Where a / b is not whole, for either sign of a.
BETWEEN_JUMPS = [((5.1, 5.4), (1.5, 1.6)), ((-5.4, -5.1), (1.5, 1.6))]

# Arithmetic ------------------------------------------------------------------------------------
# fmt: off
elementwise(np.add,          1, 1)
elementwise(np.subtract,     1, -1)
elementwise(np.multiply,     lambda y, a, b: b,      lambda y, a, b: a)
elementwise(np.true_divide,  lambda y, a, b: 1 / b,  lambda y, a, b: -y / b)
elementwise(np.negative,     -1)
elementwise(np.positive,     1)
elementwise(np.reciprocal,   lambda y, x: -y * y)
elementwise(np.square,       lambda y, x: 2 * x)
elementwise(np.remainder,    1, lambda y, a, b: -np.floor(a / b), domain=BETWEEN_JUMPS)
elementwise(np.fmod,         1, lambda y, a, b: -np.trunc(a / b), domain=BETWEEN_JUMPS)
elementwise(np.floor_divide, 0, 0)
# fmt: on


def _power_base(y: Any, a: Any, b: Any) -> Any:
    """b a^(b-1), and 0 for b = 0 also at a = 0, where the formula says 0 * inf."""
    if b.__class__ is int or b.__class__ is float:
        if b == 0:
            return a * 0
        return b * (a if b == 2 else power(a, b - 1))
    if is_foreign(b):  # to be differentiated by b as well: the exponent must stay b - 1
        return b * np.power(np.where((a == 0) & (b == 0), 1.0, a), b - 1)
    return b * np.power(a, np.where(b == 0, 1, b - 1))


def _power_exponent(y: Any, a: Any, b: Any) -> Any:
    """y log a; 0 at a = 0 (s), where 0^b is constant for b > 0; nan for a < 0."""
    log = np.log(np.where(a == 0, 1.0, a))
    # A Python number leaves a float32 y its precision, as one of NumPy's would not.
    return y * (float(log) if a.__class__ is int or a.__class__ is float else log)


for function in (np.power, np.float_power):
    elementwise(function, _power_base, _power_exponent)

# Roots, exponentials, logarithms ---------------------------------------------------------------
# fmt: off
elementwise(np.sqrt,    lambda y, x: 0.5 / y)
elementwise(np.cbrt,    lambda y, x: 1 / (3 * y * y))
elementwise(np.hypot,   lambda y, a, b: a / _nonzero(y), lambda y, a, b: b / _nonzero(y))  # 0 at (0, 0) (s)
elementwise(np.exp,     lambda y, x: y)
elementwise(np.exp2,    lambda y, x: y * LN2)
elementwise(np.expm1,   lambda y, x: y + 1)
elementwise(np.log,     lambda y, x: 1 / x)
elementwise(np.log2,    lambda y, x: 1 / (x * LN2))
elementwise(np.log10,   lambda y, x: 1 / (x * LN10))
elementwise(np.log1p,   lambda y, x: 1 / (1 + x))
elementwise(np.logaddexp,  lambda y, a, b: _share(a, b),             lambda y, a, b: _share(b, a))
elementwise(np.logaddexp2, lambda y, a, b: _share(LN2 * a, LN2 * b), lambda y, a, b: _share(LN2 * b, LN2 * a))
elementwise(share,         lambda y, a, b: y * _share(b, a),         lambda y, a, b: -y * _share(b, a))
# fmt: on


def _share(a: Any, b: Any) -> Any:
    near = a.__class__ is b.__class__ is float and -700 < b - a < 700  # a number need not go through NumPy
    return 1 / (1 + np.exp(b - a)) if near else share(a, b)


def _nonzero(y: Any) -> Any:
    return np.where(y == 0, 1.0, y)


# Trigonometric and hyperbolic --------------------------------------------------------------------
# fmt: off
elementwise(np.sin,     lambda y, x: np.cos(x))
elementwise(np.cos,     lambda y, x: -np.sin(x))
elementwise(np.tan,     lambda y, x: 1 + y * y)
elementwise(np.arcsin,  lambda y, x: power((1 - x) * (1 + x), -0.5))
elementwise(np.arccos,  lambda y, x: -power((1 - x) * (1 + x), -0.5))
elementwise(np.arctan,  lambda y, x: 1 / (1 + x * x))
elementwise(np.arctan2, lambda y, a, b: b / _nonzero(a * a + b * b),
                        lambda y, a, b: -a / _nonzero(a * a + b * b))
elementwise(np.sinh,    lambda y, x: np.cosh(x))
elementwise(np.cosh,    lambda y, x: np.sinh(x))
elementwise(np.tanh,    lambda y, x: _tanh_slope(y, x), domain=[((-3.0, 3.0),), ((15.0, 20.0),)])
elementwise(np.arcsinh, lambda y, x: 1 / (np.sqrt(1 + x * x) if _complex(x) else np.hypot(1.0, x)))
elementwise(np.arccosh, lambda y, x: _arccosh_slope(x), domain=[((1.2, 3.0),)])
elementwise(np.arctanh, lambda y, x: 1 / ((1 - x) * (1 + x)))
elementwise(np.deg2rad, np.pi / 180)
elementwise(np.radians, np.pi / 180)
elementwise(np.rad2deg, 180 / np.pi)
elementwise(np.degrees, 180 / np.pi)
# fmt: on


def _tanh_slope(y: Any, x: Any) -> Any:
    near = y.__class__ is float and y * y < 0.9  # a number need not go through NumPy
    return 1 - y * y if near or overwritten(x) else tanh_slope(y, x)


# A sweep's own products below a selection: what differentiates the sweep once more meets a selection, too.
elementwise(selected_product, lambda y, a, b: kept(b, a), lambda y, a, b: a, selects=True)
elementwise(mutual_product, lambda y, a, b: kept(b, a), lambda y, a, b: kept(a, b), selects=True)
elementwise(kept, lambda y, a, b: np.where(np.logical_or(y != 0, np.isfinite(a)), 1.0, 0.0), 0, selects=True)
# Of y and x together only y counts as an operand: along y = tanh(x) that is the whole derivative.
elementwise(tanh_slope, lambda y, a, x: -2 * a, 0, domain=[((-0.9, 0.9), (-1.0, 1.0))])


def _arccosh_slope(x: Any) -> Any:
    if _complex(x):  # two roots have the branch cut of arccosh, one of the product has not
        return 1 / (np.sqrt(x - 1) * np.sqrt(x + 1))
    return power((x - 1) * (x + 1), -0.5)


def _complex(x: Any) -> bool:
    return x.__class__ is not float and np.iscomplexobj(x)


def _sinc_partial(y: Any, x: Any) -> Any:
    """(cos(pi x) - sinc(x)) / x, by its series near 0 where the quotient cancels."""
    t = np.pi * x
    safe = np.where(np.absolute(x) < 0.05, 1.0, x)
    near = np.where(np.absolute(x) < 0.05, t, 0.0)
    s = near * near
    # d/dt sin(t)/t = t (-1/3 + t^2/30 - t^4/840 + t^6/45360 - t^8/3991680): below 1 ulp for |t| < 0.16.
    series = near * (-1 / 3 + s * (1 / 30 + s * (-1 / 840 + s * (1 / 45360 - s / 3991680))))
    return np.where(np.absolute(x) < 0.05, np.pi * series, (np.cos(np.pi * safe) - np.sinc(safe)) / safe)


elementwise(np.sinc, _sinc_partial, domain=[((0.01, 0.04),), ((-0.04, 0.04),), ((0.3, 3.7),)])

# Piecewise ---------------------------------------------------------------------------------------
# fmt: off
elementwise(np.absolute, lambda y, x: _direction(y, x))  # 0 at 0 (s)
elementwise(np.fabs,     lambda y, x: np.sign(x))
elementwise(np.copysign, lambda y, a, b: np.sign(a) * np.copysign(1.0, b), 0)
# fmt: on

for step in (np.floor, np.ceil, np.trunc, np.rint):
    elementwise(step, 0, domain=[((0.6, 0.9),), ((-0.4, -0.2),)])
elementwise(np.heaviside, 0, lambda y, a, b: np.where(a == 0, 1.0, 0.0))
elementwise(np.round, 0, None, domain=[((0.6, 0.9), 0), ((1.1, 1.4), 0)])


def _direction(y: Any, x: Any) -> Any:
    return np.conjugate(x) / _nonzero(y) if _complex(x) else np.sign(x)


def _first(y: Any, a: Any, b: Any) -> Any:
    """How much of y is a: 1, 0, or one half where a and b tie (s)."""
    return np.where(a == b, 0.5, a == y)


def _second(y: Any, a: Any, b: Any) -> Any:
    return _first(y, b, a)


# The sign of a real number is constant; that of a complex one is x / |x| and turns with it, 0 at 0 (s).
def _push_sign(x_dot: Any, y: Any, x: Any) -> Any:
    return 1j * y * np.imag(np.conjugate(y) * x_dot) / _nonzero(np.absolute(x)) if _complex(x) else None


def _pull_sign(y_bar: Any, y: Any, x: Any) -> Any:
    return 1j * np.conjugate(y) * np.imag(y * y_bar) / _nonzero(np.absolute(x)) if _complex(x) else None


array_rule(
    np.sign,
    (_push_sign, _pull_sign),
    examples=[example(Array(3)), example(Array(2, 3, made=lambda x: np.exp(3j * x) * x))],
)


for pick in (np.maximum, np.minimum, np.fmax, np.fmin):
    elementwise(pick, _first, _second, selects=True)


def _inside(y: Any, x: Any, *_: Any, **__: Any) -> Any:
    """1 where clip lets x through, edges included (s); 0 where it does not."""
    return np.where(x == y, 1.0, 0.0)


def _at_low(y: Any, x: Any, low: Any, *_: Any, **__: Any) -> Any:
    return np.where((x != y) & (y == low), 1.0, 0.0)


def _at_high(y: Any, x: Any, low: Any, high: Any, **_: Any) -> Any:
    return np.where((x != y) & (y == high), 1.0, 0.0)


elementwise(
    np.clip,
    _inside,
    _at_low,
    _at_high,
    domain=[
        ((0.4, 0.6), (0.1, 0.3), (0.7, 0.9)),  # let through
        ((0.1, 0.2), (0.3, 0.4), (0.7, 0.9)),  # held at the low edge
        ((0.9, 1.0), (0.1, 0.3), (0.5, 0.7)),  # held at the high edge
    ],
    selects=True,
)


def _where_pull(taken: int) -> Any:
    def pull(y_bar: Any, y: Any, mask: Any, a: Any, b: Any) -> Any:
        return np.where(mask, y_bar, 0) if taken else np.where(mask, 0, y_bar)

    return pull


array_rule(
    np.where,
    0,  # the mask decides, and is not felt
    (lambda a_dot, y, mask, a, b: np.where(mask, a_dot, 0), _where_pull(1)),
    (lambda b_dot, y, mask, a, b: np.where(mask, 0, b_dot), _where_pull(0)),
    examples=[example([[True], [False]], Array(2, 3), Array(3)), example(True, Array(), Array(2, 1))],
    selects=True,
)
