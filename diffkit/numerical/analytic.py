"""Whether f is analytic where the complex step asks it, and what in f is at fault where it is not.

A complex sample by itself does not show it: x^2 + |x| answers a complex point with a complex number, and
the |x| in it with a slope of 0. So the rise that the complex step finds is compared with a real one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, DomainError
from diffkit.numerical import stencil as stencils
from diffkit.numerical.sampling import Function, line, real_valued
from diffkit.numerical.step import default_step
from diffkit.quiet import warnings_in_a_block
from diffkit.result import an_answer

__all__ = ["analytic", "confirm", "culprits", "real_steps", "takes_complex"]

_INSTEAD = 'write method="central" or method="reverse" instead.'
# What makes plain numbers of complex ones does so with active values, too: no automatic method helps.
_VALUES = (
    'use NumPy functions such as np.sin for math.sin, or write method="central", which asks for values only.'
)


@contextmanager
def takes_complex() -> Iterator[None]:
    """Turn the ways in which an f refuses complex numbers into one DomainError."""
    try:
        with warnings_in_a_block("error", np.exceptions.ComplexWarning):
            yield
    except ArgumentsError:
        raise
    except (TypeError, np.exceptions.ComplexWarning) as error:
        why, instead = str(error), _VALUES
        if isinstance(error, np.exceptions.ComplexWarning):
            why = "a math function, float() or an array of floats drops their imaginary parts"
        elif refused := re.match("ufunc '(\\w+)'", why):
            why, instead = f"{refused[1]} is of real ones only", _INSTEAD
        raise DomainError(
            f"f does not take complex numbers ({why}), which the complex step needs: {instead}"
        ) from error


def analytic(f: Function) -> Function:
    """f at complex points: DomainError where it drops imaginary parts, nan where the real f is nan."""
    known: dict[tuple[bytes, ...], Any] = {}

    def at_real(point: Sequence[Any]) -> Any:
        key = tuple(part.tobytes() for part in point)
        if key not in known:
            with np.errstate(all="ignore"):  # the real f may be nan here: that is the question
                known[key] = _on_the_real_axis(f)(*point)
        return known[key]

    def ask(*point: Any) -> Any:
        with takes_complex():
            y = np.asarray(an_answer(f(*(part.copy() for part in point))))[()]
        here = [part.real for part in point]
        if y.dtype.kind != "c":
            nudged = [
                part.real + np.where(part.imag, default_step(stencils.central(), part.real), 0)[()]
                for part in point
            ]
            if not np.array_equal(at_real(here), at_real(nudged), equal_nan=True):
                raise DomainError(
                    "f is not analytic, it answers a complex point with a real number (by np.abs, np.real "
                    f"or a comparison), so the complex step does not apply: {_INSTEAD}"
                )
            return np.where(np.isfinite(y), 0j, complex(np.nan, np.nan))[()]
        # i h f' is small beside f, unless f is 0 here, or leaves the real numbers as log does at -1, or
        # has a branch point here as sqrt has at 0: only then it shrinks more slowly than h does.
        large = np.abs(y.imag) > np.sqrt(np.finfo(y.dtype).eps) * np.abs(y.real)
        if _tiny(point) and np.any(large):
            shrunk = np.asarray(f(*(part.real + 1j * (part.imag / 1024) for part in point)))
            strays = large & (np.abs(1024 * shrunk.imag) > 1.5 * np.abs(y.imag))
            y = np.where(strays, y.real + complex(0, np.nan), y)
            y = np.where(np.isnan(at_real(here)), complex(np.nan, np.nan), y)[()]
        return y

    return ask


def _tiny(point: Sequence[Any]) -> bool:
    """Whether the imaginary parts are so small that truncation is not what makes f bend."""
    return all(np.all(np.abs(part.imag) < 1e-8 * np.maximum(1, np.abs(part.real))) for part in point)


def _on_the_real_axis(f: Function) -> Function:
    """f at real points, where it may answer with complex numbers, as cmath does, but for real ones."""

    def ask(*point: Any) -> Any:
        y = f(*point)
        parts = np.asarray(y)
        return parts.real if parts.dtype.kind == "c" and not np.any(parts.imag) else y

    return real_valued(ask)


def real_steps(leaves: Sequence[Any]) -> list[Any]:
    """Moves of all elements along the real axis, in no regular pattern, each by about its central step."""
    random = np.random.default_rng(0)
    return [
        (default_step(stencils.central(), leaf) * random.choice([-1, -0.75, 0.75, 1], leaf.shape)).astype(
            leaf.dtype
        )
        for leaf in leaves
    ]


def confirm(
    f: Function, leaves: Sequence[Any], moves: Sequence[Any], rise: Any, sway: Any, each: bool = False
) -> str:
    """Raise DomainError where f rises along `moves` otherwise than the complex step says.

    `rise` is what it says, and `sway` how much f moves when the leaves move by their own size: by so many
    roundings. With `each`, f acts elementwise. Two real calls if they agree, and up to four more with other
    steps where f varies too fast, or leaves its domain. The answer is what remains open, mostly nothing.

    >>> x = [np.array([3.0])]
    >>> confirm(lambda x: x**2, x, [np.array([1e-5])], 6e-5, 18.0)
    ''
    """
    along = line(_on_the_real_axis(f), leaves, moves)
    unit = np.finfo(np.result_type(rise, *leaves)).eps / 2

    def look(c: Any) -> tuple[Any, Any]:
        """The real rise for moves of size c, divided by c, and what rounding may do to it."""
        right, left = np.asarray(along(c)), np.asarray(along(-c))
        size = np.maximum(np.abs(right), np.abs(left)) + sway
        return (right - left) / (2 * c), 16 * unit * size / c

    with np.errstate(all="ignore"):
        at_one = [np.broadcast_to(1.0, leaf.shape).astype(leaf.dtype)[()] for leaf in leaves]
        real, slack = look(at_one[0] if each else moves[0].dtype.type(1))
        off = np.abs(real - rise)
        doubt = ~(off <= slack) & np.isfinite(rise)
        if not np.any(doubt):
            return ""
        # So short that rounding is just small enough to tell; beside an edge of f's domain a part of |x|.
        closest = [
            _ratio(2**8 * np.spacing(np.abs(leaf)), move) for leaf, move in zip(leaves, moves, strict=True)
        ]
        inside = [_ratio(2**-17 * np.abs(leaf), move) for leaf, move in zip(leaves, moves, strict=True)]
        wanted = np.where(np.isfinite(off), 8 * slack / off, np.inf)
        if each:
            c = np.where(np.isfinite(wanted), wanted, inside[0])
            c = np.clip(c, closest[0], 1 / 8)
        else:
            edge = min(float(np.min(part, where=part > 0, initial=1 / 8)) for part in inside)
            shortest = np.min(wanted, where=doubt, initial=1 / 8 if np.all(np.isfinite(off)) else edge)
            c = np.clip(shortest, max(np.max(part, initial=0) for part in closest), 1 / 8)
        first, tight, seen = real, slack, real
        # Each is compared with the one before, and at last two long ones with each other.
        for size, compared in ((c, None), (8 * c, None), (1 / 8, first)):
            before = seen if compared is None else compared
            seen, slack = look(np.asarray(size).astype(moves[0].dtype)[()])
            near = np.abs(seen - rise)
            # A truncation error falls like c^2; a fault stays, and the real rises agree about it.
            left = np.where(np.isfinite(off), 8 * np.square(size) * off, np.abs(rise) / 1000)
            doubt &= ~(near <= np.fmax(slack, left))
            agree = np.abs(seen - before) <= np.fmin(near / 4, np.fmax(np.abs(seen) / 4, 64 * tight))
            names = culprits(f, leaves, moves) if np.any(doubt & agree) else []
            if names is None or names:  # an f of functions that are all analytic just varies fast
                raise DomainError(_fault(names, moves, seen, rise, doubt & agree))
            if not np.any(doubt):
                return ""
    return "Real differences are too noisy here to tell whether f is analytic, as the complex step needs it."


def _ratio(length: Any, move: Any) -> Any:
    return np.where(move != 0, length / np.abs(move), 0)


def _fault(names: list[str] | None, moves: Sequence[Any], real: Any, rise: Any, fault: Any) -> str:
    """The sentence for an f that is not analytic."""
    i = np.flatnonzero(fault)[0]
    size = max((float(np.max(np.abs(move), initial=0)) for move in moves), default=1) or 1
    found, wrong = (float(np.ravel(part)[i]) / size for part in (real, rise))
    where = f"in {' and '.join(names)}" if names else "(abs, conj, sign and comparisons are not)"
    return (
        f"f is not analytic {where}, or loses small imaginary parts there, which the complex step needs: its "
        f"slope is {found:.6g} by real differences and {wrong:.6g} by the complex step; {_INSTEAD}"
    )


def _name(ufunc: Any) -> str:
    name = {"absolute": "abs", "conjugate": "conj"}.get(ufunc.__name__, ufunc.__name__)
    return f"np.{name}" if getattr(np, name, None) is ufunc else str(name)


# Nothing is wrong with these wherever complex numbers go through them; other ufuncs are tried.
_ANALYTIC = frozenset(
    """
    add subtract multiply divide negative positive power float_power square sqrt reciprocal matmul vecdot
    exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan
    sinh cosh tanh arcsinh arccosh arctanh
    """.split()  # noqa: SIM905
)


def culprits(f: Function, leaves: Sequence[Any], moves: Sequence[Any]) -> list[str] | None:
    """What f calls that answers a complex number with another slope than real numbers have.

    f is run once more, at a complex point, and every ufunc that it calls is tried like f itself. None means
    that it hides what it calls.

    >>> culprits(lambda x: x**2 + np.abs(x) * np.conj(x), [np.array(3.0)], [np.array(1e-5)])
    ['np.abs', 'np.conj']
    """
    found: list[str] = []
    calls = [0, 0]  # of ufuncs, and of the real or imaginary part

    class Watched(np.ndarray[Any, Any]):
        """A complex array that is told of the ufuncs that are called with it."""

        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
            plain = [np.asarray(part) if isinstance(part, Watched) else part for part in inputs]
            if isinstance(options.get("out"), tuple):
                options["out"] = tuple(np.asarray(part) for part in options["out"])
            y = getattr(ufunc, method)(*plain, **options)
            calls[0] += 1
            if method == "__call__" and ufunc.nout == 1 and not _same_slope(ufunc, plain, y):
                found.append(_name(ufunc))
            return np.asarray(y).view(Watched) if np.iscomplexobj(y) else y

        @property  # type: ignore[misc]
        def real(self) -> Any:
            calls[1] += 1
            return np.asarray(self).real

        @property  # type: ignore[misc]
        def imag(self) -> Any:
            calls[1] += 1
            return np.asarray(self).imag

    # As small as the complex step's own: some functions lose no larger imaginary part.
    tiny = [
        np.sign(move)
        * np.where(
            leaf, np.finfo(leaf.dtype).eps ** 1.5 / 4 * np.abs(leaf), np.finfo(leaf.dtype).tiny ** 0.25
        )
        for leaf, move in zip(leaves, moves, strict=True)
    ]
    try:
        with warnings_in_a_block("ignore"), np.errstate(all="ignore"):
            f(*(np.asarray(leaf + 1j * move).view(Watched) for leaf, move in zip(leaves, tiny, strict=True)))
    except Exception:  # an f that does not take such arrays
        return found or None
    if not found and calls[1]:
        return ["np.real or np.imag"]
    return list(dict.fromkeys(found)) if calls[0] else None


def _same_slope(ufunc: Any, inputs: Sequence[Any], y: Any) -> bool:
    """Whether a ufunc's complex answer moves as its real answers do."""
    y = np.asarray(y)
    if ufunc.__name__ in _ANALYTIC or y.dtype.kind not in "cf":
        return True
    largest = max(np.max(np.abs(np.imag(part)), initial=0) for part in inputs)
    if largest == 0:
        return True
    size = max(np.max(np.abs(np.real(part)), initial=0) for part in inputs)
    told = False
    for step in (1e-5, 1e-3, 1e-8, 1e-3 * size, 1e-6 * size):  # some of them suit the scale of the ufunc
        scale = step / largest
        right, left = (
            np.asarray(ufunc(*(np.real(part) + sign * scale * np.imag(part) for part in inputs)))
            for sign in (1, -1)
        )
        real, rise = (right - left) / 2, scale * y.imag
        slack = 4 * np.finfo(right.dtype).eps * np.abs(right)
        if np.any(np.abs(real) + np.abs(rise) > slack):
            told = True
            if np.all(np.isfinite(real) & (np.abs(real - rise) <= 1e-3 * np.abs(real) + slack)):
                return True
    return not told
