"""Reverse mode and dual numbers as methods: the same questions that a finite difference answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from diffkit.allowance import require_within
from diffkit.autodiff.jacobians import array_valued, rows
from diffkit.autodiff.transforms import Followed, jvp, require_scalar, vjp
from diffkit.errors import NotElementwiseError
from diffkit.result import Estimate, nan_outside, real_answer
from diffkit.structure import is_container
from diffkit.tape.active import plain

__all__ = ["DualNumbers", "Reverse", "require_elements_apart", "require_elementwise"]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Reverse:
    """Reverse mode: one pass of f, one sweep back, whatever the number of inputs.

    Examples
    --------
    >>> Reverse().jacobian(lambda x: np.sum(x**2), [np.arange(3.0)]).value
    [array([0., 2., 4.])]
    """

    name: ClassVar[str] = "reverse"
    kind: ClassVar[str] = "automatic"

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x, by nested sweeps."""
        _require_within_reach(order)
        counted = _Counted(f)
        g: Function = counted
        for _ in range(order - 1):
            g = _elementwise_slope(g)
        y, pullback = vjp(g, x)
        require_elementwise(y, x)
        (value,) = pullback(np.ones_like(y))
        if np.size(x) > 1:
            require_elements_apart(lambda v: pullback(v)[0], value)
            if order > 1:  # the column sums of a full Jacobian can look like the slopes of a diagonal one
                first = vjp(counted, x)[1]
                require_elements_apart(lambda v: first(v)[0], first(np.ones_like(x))[0])
        value = nan_outside(plain(counted.last), value)
        return Estimate(
            value, evaluations=counted.calls, method=self.name, note="1 pass forward, 1 back" * (order == 1)
        )

    def jacobian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf: one sweep for each output."""
        counted = _Counted(f)
        followed = Followed(array_valued(counted), tuple(leaves))
        y = followed.result()
        shape = tuple(np.shape(y))
        value = [
            _defined(y, np.reshape(part, shape + np.shape(leaf))[()])
            for part, leaf in zip(rows(followed), leaves, strict=True)
        ]
        seeds = "" if np.size(y) == 1 else f" with {np.size(y)} seeds"
        return Estimate(
            value,
            evaluations=counted.calls,
            method=self.name,
            note=f"1 pass forward, 1 sweep back{seeds}",
        )

    def hessian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: reverse over reverse, a sweep for each element."""
        return _hessian(self, _gradient_by_reverse, f, leaves)


@dataclass(frozen=True)
class DualNumbers:
    """Forward mode: dual numbers a + b eps, one pass of f for each input.

    Examples
    --------
    >>> DualNumbers().derivative(np.exp, 0.0, order=3).value
    1.0
    """

    name: ClassVar[str] = "dual"
    kind: ClassVar[str] = "automatic"

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x, by nested dual numbers."""
        _require_within_reach(order)
        counted = _Counted(f)
        g: Function = counted
        for _ in range(order):
            g = _tangent_of(g)
        value = g(x)
        require_elementwise(value, x)
        value = _narrowed(nan_outside(plain(counted.last), value), x)
        if np.size(x) > 1:
            pullback = vjp(counted, x)[1]
            require_elements_apart(lambda v: pullback(v)[0], pullback(np.ones_like(x))[0])
        return Estimate(
            value, evaluations=counted.calls, method=self.name, note="1 pass forward" * (order == 1)
        )

    def jacobian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf: one pass for each input."""
        counted = _Counted(f)
        g = array_valued(counted)
        zeros = [np.zeros_like(leaf) for leaf in leaves]
        value = []
        for i, leaf in enumerate(leaves):
            columns = []
            for seed in _seeds(leaf):
                y, y_dot = jvp(g, leaves, [*zeros[:i], seed, *zeros[i + 1 :]])
                columns.append(nan_outside(y, np.asarray(y_dot)))
            shape = np.shape(columns[0] if columns else g(*leaves))
            stacked = np.stack(columns, axis=-1) if columns else np.zeros((*shape, 0))
            value.append(_narrowed(stacked, leaf).reshape(shape + np.shape(leaf))[()])
        passes = "pass" if counted.calls == 1 else "passes"
        return Estimate(
            value, evaluations=counted.calls, method=self.name, note=f"{counted.calls} {passes} forward"
        )

    def hessian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: dual numbers inside dual numbers."""
        return _hessian(self, _gradient_by_dual, f, leaves)


def _require_within_reach(order: int) -> None:
    """OptionError for a derivative of derivatives that would take hours."""
    require_within("nested", order, "the order", "each order takes three times as long; take another method")


class _Counted:
    """f with its calls counted, and its last result checked and remembered."""

    def __init__(self, f: Function) -> None:
        self.f, self.calls, self.last = f, 0, None
        self.__wrapped__ = f

    def __call__(self, *args: Any) -> Any:
        self.calls += 1
        self.last = real_answer(self.f(*args))
        return self.last


def require_elementwise(y: Any, x: Any) -> None:
    """Raise NotElementwiseError unless a result has the shape of the points."""
    if is_container(y) or np.shape(y) != np.shape(x):
        shape = type(y).__name__ if is_container(y) else f"shape {np.shape(y)}"
        raise NotElementwiseError(
            f"derivative needs a function that acts on each element of x by itself; x has shape "
            f"{np.shape(x)} and f returned {shape}; use dk.gradient for a scalar result, dk.jacobian for "
            f"a vector"
        )


def require_elements_apart(product: Function, diagonal: Any) -> None:
    """Raise NotElementwiseError where one element of the result depends on another element of x.

    For a diagonal Jacobian, its product with any vector is the diagonal times that vector; a random
    vector gives every other Jacobian away but for a coincidence of measure zero. Where f cancels, rounding
    may look like it: so a vector of powers of 2, by which no product is rounded, has to confirm it.
    """
    shape, dtype, random = np.shape(diagonal), np.result_type(diagonal), np.random.default_rng(0)
    limits = np.finfo(dtype)
    off: Any = np.ones(shape, bool)
    for vector in (random.uniform(1.0, 2.0, shape), _powers_of_2(random, shape, min(32, limits.maxexp // 2))):
        given, expected = product(vector.astype(dtype)), diagonal * vector.astype(dtype)
        # A few roundings apart at most; nan and inf elements decide nothing.
        rounded = limits.eps * (np.abs(expected) + np.abs(given)) + limits.smallest_subnormal
        off &= (np.abs(given - expected) > 1e3 * rounded) & np.isfinite(given) & np.isfinite(expected)
        if not np.any(off):
            return
    where = tuple(int(i) for i in np.argwhere(off)[0])
    raise NotElementwiseError(
        f"derivative needs a function that acts on each element of x by itself, and element {where} of x "
        f"acts on other elements of the result, too; use dk.gradient for a scalar result, dk.jacobian for "
        f"a vector"
    )


def _powers_of_2(random: np.random.Generator, shape: tuple[int, ...], count: int) -> Any:
    """That many powers of 2 with both signs, all of them as often and in no order."""
    turn = random.permutation(int(np.prod(shape))).reshape(shape) % (2 * count)
    return np.where(turn < count, 1.0, -1.0) * np.exp2(turn % count)


def _elementwise_slope(g: Function) -> Function:
    def slope(x: Any) -> Any:
        y, pullback = vjp(g, x)
        return pullback(np.ones_like(y))[0]

    return slope


def _tangent_of(g: Function) -> Function:
    return lambda x: jvp(g, (x,), (np.ones_like(x),))[1]


def _seeds(value: Any) -> list[Any]:
    """The unit cotangents or tangents of a value, in its dtype."""
    if not np.ndim(value):
        return [np.ones_like(value)[()]]
    return [row.reshape(np.shape(value)) for row in np.eye(np.size(value), dtype=np.result_type(value))]


def _narrowed(value: Any, *leaves: Any) -> Any:
    """A derivative in the type of its leaves, also where f has widened them."""
    kind = np.result_type(*leaves)
    return value if value.__class__ is float and kind == np.float64 else np.asarray(value, kind)[()]


def _defined(y: Any, part: Any) -> Any:
    """A Jacobian, and nan in the rows of results that have no value."""
    return nan_outside(np.reshape(y, np.shape(y) + (1,) * (np.ndim(part) - np.ndim(y))), part)


def _gradient_by_reverse(f: Function) -> Function:
    """The gradient over all leaves as one vector, by reverse mode; may itself be differentiated."""

    def gradient(*leaves: Any) -> Any:
        y, pullback = vjp(f, *leaves)
        require_scalar(y, f)
        return np.concatenate([np.reshape(part, -1) for part in pullback(np.ones_like(y))])

    return gradient


def _gradient_by_dual(f: Function) -> Function:
    """The gradient over all leaves as one vector, by dual numbers; may itself be differentiated."""

    def gradient(*leaves: Any) -> Any:
        zeros = [np.zeros_like(leaf) for leaf in leaves]
        slopes = []
        for i, leaf in enumerate(leaves):
            for seed in _seeds(leaf):
                y, y_dot = jvp(f, leaves, [*zeros[:i], seed, *zeros[i + 1 :]])
                require_scalar(y, f)
                slopes.append(np.reshape(y_dot, ()))
        return np.stack(slopes) if slopes else np.zeros(0)

    return gradient


def _hessian(
    method: Any, gradient_by: Callable[[Function], Function], f: Function, leaves: list[Any]
) -> Estimate:
    """The Jacobian of the gradient, both by the same mode, cut into a block for each pair of leaves."""
    counted = _Counted(f)
    table = method.jacobian(gradient_by(counted), leaves).value
    ends = np.cumsum([np.size(leaf) for leaf in leaves])[:-1]
    if counted.calls:  # there is nothing to call f for where the point is empty
        table = [nan_outside(plain(counted.last), part) for part in table]
    rows = [np.split(np.asarray(part), ends) for part in table]  # rows[j][i]: leaf i by leaf j
    value = [
        [_narrowed(rows[j][i], a, b).reshape(np.shape(a) + np.shape(b))[()] for j, b in enumerate(leaves)]
        for i, a in enumerate(leaves)
    ]
    return Estimate(value, evaluations=counted.calls, method=method.name)
