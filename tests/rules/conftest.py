"""What every elementwise row of the rule tables owes: right partials in both modes."""

import mpmath
import numpy as np
import pytest

from diffkit.autodiff import grad, jvp, vjp
from diffkit.errors import DomainError, NoRuleError
from diffkit.tape import record


def slope(f):
    """The derivative of a function of one number, in forward mode."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


FIRST = {"reverse": grad, "forward": slope}
SECOND = {
    "reverse over reverse": lambda f: grad(grad(f)),
    "forward over reverse": lambda f: slope(grad(f)),
    "reverse over forward": lambda f: grad(slope(f)),
    "forward over forward": lambda f: slope(slope(f)),
}

# Central differences of order 8 (Fornberg 1988), for the first and the second derivative.
OFFSETS = np.arange(-4, 5)
WEIGHTS = {
    1: np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280]),
    2: np.array([-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560]),
}


def exact_derivatives(g, x, g_mp=None):
    """(first, second) derivative of g at x and their relative error.

    In mpmath, by `g_mp` or by replaying the tape of g; by differences where mpmath lacks a function.
    """
    with mpmath.workdps(50):
        try:
            g_mp = g_mp or (lambda tape: lambda t: tape.replay(t, arithmetic="mpmath"))(record(g, x))
            h = mpmath.mpf(10) ** -15  # truncation h^2, rounding 1e-50 / h^2: both below 1e-19
            left, middle, right = (g_mp(mpmath.mpf(x) + k * h) for k in (-1, 0, 1))
            return [float((right - left) / (2 * h)), float((left - 2 * middle + right) / h**2)], 1e-12
        except NoRuleError:
            h = 2.0**-6  # truncation h^8, rounding eps / h^2: both near 1e-12 for a function of size 1
            values = np.array([g(x + k * h) for k in OFFSETS])
            return [float(WEIGHTS[n] @ values) / h**n for n in (1, 2)], 1e-9


@pytest.fixture
def has_value():
    """has_value(function, point): whether there is a finite real value, also for mpmath."""

    def has(function, point):
        with np.errstate(all="ignore"):
            if not np.isfinite(function(*point)):
                return False
        moving = [p for p in point if isinstance(p, float)]
        try:
            at = lambda *x: function(*(p if isinstance(p, int) else x[moving.index(p)] for p in point))
            tape = record(at, *moving)
            tape.replay(*map(mpmath.mpf, moving), arithmetic="mpmath")
        except DomainError:
            return False
        except NoRuleError:
            pass  # there is no such function in that arithmetic
        return True

    return has


@pytest.fixture
def check_partial():
    """check(function, point, position, f_mp): one partial of an elementwise function."""

    def check(function, point, position, f_mp=None):
        def g(t):
            return function(*point[:position], t, *point[position + 1 :])

        def g_mp(t):
            return f_mp(*map(mpmath.mpf, point[:position]), t, *map(mpmath.mpf, point[position + 1 :]))

        x = point[position]
        (first, second), accuracy = exact_derivatives(g, x, g_mp if f_mp else None)
        for mode, D in FIRST.items():
            assert D(g)(x) == pytest.approx(first, rel=accuracy, abs=accuracy), (mode, point)
        for mode, DD in SECOND.items():
            assert DD(g)(x) == pytest.approx(second, rel=accuracy, abs=accuracy), (mode, point)

    return check


@pytest.fixture
def check_arrays():
    """check(function, points, position): arrays give what their elements give, and float32 stays float32."""

    def check(function, points, position):
        one_by_one = [
            grad(lambda t, p=p: function(*p[:position], t, *p[position + 1 :]))(p[position]) for p in points
        ]
        operands = [c[0] if isinstance(c[0], int) else np.array(c) for c in zip(*points, strict=True)]
        for dtype, accuracy in ((np.float64, 1e-14), (np.float32, 2e-3)):
            given = [a if isinstance(a, int) else a.astype(dtype) for a in operands]
            g = lambda t: function(*given[:position], t, *given[position + 1 :])  # noqa: B023
            x = given[position]
            y, pullback = vjp(g, x)
            (x_bar,) = pullback(np.ones_like(y))
            y_dot = jvp(g, (x,), (np.ones_like(x),))[1]
            assert x_bar.dtype == dtype
            assert y.dtype == y_dot.dtype == function(*given).dtype
            assert x_bar == pytest.approx(np.array(one_by_one), rel=accuracy, abs=accuracy)
            assert y_dot == pytest.approx(x_bar, rel=accuracy, abs=accuracy)

    return check
