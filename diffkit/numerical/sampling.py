"""How a black box f is asked for its values: counted, checked, and never with the caller's arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, NonScalarError, NotElementwiseError
from diffkit.result import real_answer

__all__ = [
    "Counted",
    "Function",
    "Sample",
    "around",
    "checked_direction",
    "elementwise",
    "finite_valued",
    "line",
    "one_shape",
    "real_valued",
    "require_apart",
    "scalar_valued",
]

Function = Callable[..., Any]
Sample = tuple[Any, Any]


class Counted:
    """f, with the number of its calls in `calls`.

    >>> f = Counted(np.sin)
    >>> f(0.0), f(0.0), f.calls
    (np.float64(0.0), np.float64(0.0), 2)
    """

    def __init__(self, f: Function) -> None:
        self.f, self.calls = f, 0

    def __call__(self, *point: Any) -> Any:
        self.calls += 1
        return self.f(*point)


def real_valued(f: Function) -> Function:
    """f, answering in real floating NumPy numbers; a complex answer raises DomainError.

    >>> real_valued(lambda x: x > 0)(1.0)
    np.float64(1.0)
    """

    def ask(*point: Any) -> Any:
        y = np.asarray(real_answer(f(*point)))
        # Integers and booleans would wrap around, or refuse, when they are subtracted.
        return (y if y.dtype.kind == "f" else y.astype(np.float64))[()]

    return ask


def scalar_valued(f: Function) -> Function:
    """f, which must answer with a scalar; any other shape raises NonScalarError.

    >>> scalar_valued(np.sum)(np.ones(3))
    np.float64(3.0)
    """

    def ask(*point: Any) -> Any:
        y = f(*point)
        if np.shape(y):
            raise NonScalarError(
                f"f has shape {np.shape(y)}, and a Hessian is that of a scalar: "
                "sum it, or write dk.jacobian for the derivatives of an array."
            )
        return y

    return ask


def one_shape(f: Function) -> Function:
    """f, whose answers must all have the shape of the first; a plain nan stands for one of any shape.

    >>> one_shape(np.square)(np.ones(2))
    array([1., 1.])
    """
    shapes: list[tuple[int, ...]] = []

    def ask(*point: Any) -> Any:
        y = f(*point)
        shapes.append(np.shape(y))
        if shapes[-1] != shapes[0] and not (shapes[-1] == () and np.isnan(y)):
            raise ArgumentsError(
                f"f has shape {shapes[0]} at one point and {shapes[-1]} at another beside it, and "
                "no difference is taken of these; return the same shape everywhere"
            )
        return y

    return ask


def elementwise(f: Function, x: Any, notes: list[str], samples: list[Sample]) -> Function:
    """f, which must keep x's shape (else NotElementwiseError); what spoils the answer goes into `notes`.

    Every (point, value) goes into `samples`.

    >>> elementwise(np.log, np.float64(1.0), notes := [], [])(np.float64(np.inf)), notes
    (np.float64(nan), ['f is inf at inf, where the formula at x = 1.0 samples it.'])
    """

    def ask(point: Any) -> Any:
        y = f(point.copy())  # f may write into its argument
        if y.shape != x.shape:
            raise NotElementwiseError(
                f"f maps shape {x.shape} to shape {y.shape}, so it does not act elementwise: "
                "write dk.gradient(f, x) when f is scalar, dk.jacobian(f, x) when it is an array."
            )
        bad, lost = ~np.isfinite(y), np.zeros(x.shape, bool) if point is x else point == x
        if np.any(bad):
            i = np.flatnonzero(bad)[0]
            value, at, here = (np.ravel(part)[i] for part in (y, point, x))
            notes.append(
                f"f is not analytic at x = {here}."
                if np.isfinite(value.real)
                else f"f is {value.real} at {at.real}, where the formula at x = {here} samples it."
            )
        elif np.any(lost):
            notes.append(
                f"h is lost at x = {np.ravel(x[lost])[0]}, where x + h rounds to x: take a larger h."
            )
        samples.append((point, y))
        return _without_infinities(y)

    return ask


def finite_valued(f: Function) -> Function:
    """f, answering nan for what is infinite: a difference with it would pass for an infinite slope.

    >>> finite_valued(np.sqrt)(np.array([4.0, np.inf])).tolist()
    [2.0, nan]
    """
    return lambda *point: _without_infinities(f(*point))


def _without_infinities(y: Any) -> Any:
    infinite = np.isinf(y.real)  # with a finite real part it is the slope that is infinite
    if not np.any(infinite):
        return y
    blank = complex(np.nan, np.nan) if y.dtype.kind == "c" else np.nan
    return np.where(infinite, y.dtype.type(blank), y)[()]


def require_apart(asked: Function, x: Any, samples: list[Sample]) -> None:
    """Raise NotElementwiseError where an element of f's result feels another element of x.

    One more call, at a point that takes some elements from one sample and the rest from another: an f
    that keeps elements apart answers with the same mixture of its two results.

    >>> cumulated = [(x, np.cumsum(x)) for x in (np.zeros(3), np.ones(3))]
    >>> require_apart(np.cumsum, np.zeros(3), cumulated)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    diffkit.errors.NotElementwiseError: element (1,) of f's result depends on other elements of x: ...
    """
    if np.size(x) < 2:
        return
    (a, at_a), (b, at_b) = samples[0], samples[-1]
    if len(samples) == 1:  # the complex step: its other sample is the real point, where f is real
        b, at_b = a.real.astype(a.dtype), at_a.real.astype(at_a.dtype)
    # At random, so that no regular pattern in f goes unseen; mirrored into its opposite, for x[::-1].
    half = np.random.default_rng(0).random(np.size(x) // 2) < 0.5
    middle = np.ones(np.size(x) % 2, bool)
    takes_a = np.concatenate([half, middle, ~half[::-1]]).reshape(np.shape(x))
    mixed: Any = asked(np.where(takes_a, a, b))
    expected: Any = np.where(takes_a, at_a, at_b)
    if np.iscomplexobj(expected):  # the derivative is in the imaginary part
        mixed, expected = mixed.imag, expected.imag
    with np.errstate(invalid="ignore", over="ignore"):
        # The same operations on the same numbers: equal, or a few roundings apart.
        slack = 64 * np.finfo(expected.dtype).eps * np.abs(expected)
        felt = np.isfinite(mixed) & np.isfinite(expected) & (np.abs(mixed - expected) > slack)
    if np.any(felt):
        where = tuple(int(i) for i in np.argwhere(felt)[0])
        raise NotElementwiseError(
            f"element {where} of f's result depends on other elements of x: write dk.gradient(f, x) "
            "when f is scalar, dk.jacobian(f, x) when it is an array."
        )


def around(f: Function, leaves: Sequence[Any]) -> Function:
    """f near the point `leaves`: a function of moves ((leaf, index), value), all other elements at rest.

    Every call of f gets arrays of its own, so an f that writes into its arguments does no harm.

    >>> near = around(lambda a, b: a[0] * b, [np.array([2.0, 3.0]), np.array(5.0)])
    >>> near(), near(((0, (0,)), np.float64(7.0)))
    (np.float64(10.0), np.float64(35.0))
    """

    def at(*moves: tuple[tuple[int, tuple[int, ...]], Any]) -> Any:
        point = [np.array(leaf) for leaf in leaves]
        for (i, index), value in moves:
            # The value may be complex, and then so is the array.
            point[i] = point[i].astype(np.result_type(point[i], value), copy=False)
            point[i][index] = value
        return f(*(leaf[()] for leaf in point))

    return at


def checked_direction(direction: Sequence[Any], leaves: Sequence[Any]) -> list[Any]:
    """The direction as arrays of the shapes and dtypes of the leaves; ArgumentsError if it has others.

    >>> checked_direction([1], [np.zeros(())])
    [array(1.)]
    """
    given = [np.asarray(v) for v in direction]
    expected, got = [leaf.shape for leaf in leaves], [v.shape for v in given]
    if got != expected or not all(v.dtype.kind in "fiub" and np.all(np.isfinite(v)) for v in given):
        raise ArgumentsError(
            f"the direction has parts of shapes {got}, and the point {expected}: write a list with one array "
            "of finite real numbers for each argument, of its shape"
        )
    return [v.astype(leaf.dtype) for v, leaf in zip(given, leaves, strict=True)]


def line(f: Function, leaves: Sequence[Any], direction: Sequence[Any]) -> Function:
    """f along a line: the function of t that answers f(leaves + t direction).

    >>> along = line(lambda a, b: a[0] * b, [np.array([2.0, 3.0]), np.array(5.0)], [np.ones(2), np.ones(())])
    >>> along(0.0), along(1.0)
    (np.float64(10.0), np.float64(18.0))
    """
    return lambda t: f(*((leaf + t * v)[()] for leaf, v in zip(leaves, direction, strict=True)))
