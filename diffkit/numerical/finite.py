"""Derivatives of a black box by finite differences: forward, backward, central."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, ClassVar

import numpy as np

from diffkit.numerical import stencil as stencils
from diffkit.numerical.batch import Batch
from diffkit.numerical.sampling import (
    Function,
    Sample,
    around,
    checked_direction,
    elementwise,
    finite_valued,
    line,
    one_shape,
    real_valued,
    require_apart,
    scalar_valued,
)
from diffkit.numerical.sparse import Pattern, refuse_sparsity
from diffkit.numerical.stencil import Stencil
from diffkit.numerical.step import checked_step, default_step, floating
from diffkit.result import Estimate

__all__ = ["Backward", "Central", "FiniteDifference", "Forward"]


@dataclass(frozen=True)
class FiniteDifference(ABC):
    """A method that sees only values of f. A new one says its `name` and `stencil`; the rest follows.

    Attributes
    ----------
    h
        The step, absolute: a number, or an array that broadcasts to the point. None chooses the step
        that theory calls best (`default_step`).
    workers
        Asks f at all the points at once: in that many processes, -1 for one each core, or by what takes the
        place of `map`, such as `executor.map`. f has to be one that can be pickled for other processes.
    vectorized
        f takes k points at once, side by side along one more, last axis of each argument, and answers with
        the same last axis, as in `scipy.differentiate`: all the points are one call, counted as one.
    sparsity
        For a Jacobian: an array or SciPy sparse array of shape (m, n) that is nonzero where the Jacobian may
        be. Columns that share no row are moved together, and the result is a sparse array.
    check
        Spend calls of f on whether what was promised holds: one for an array in `derivative`, whose elements
        must not mix; one with `vectorized`, where the points must not; as many as a derivative with
        `sparsity`, outside of which nothing may be. False leaves out these calls.
    """

    h: Any = None
    workers: Any = field(default=None, kw_only=True, repr=False)
    vectorized: bool = field(default=False, kw_only=True, repr=False)
    sparsity: Any = field(default=None, kw_only=True, repr=False)
    check: bool = field(default=True, kw_only=True, repr=False)

    name: ClassVar[str]
    kind: ClassVar[str] = "numerical"

    @abstractmethod
    def stencil(self, derivative: int = 1) -> Stencil:
        """The formula for that derivative, as exact data."""

    def step(self, x: Any, derivative: int = 1) -> Any:
        """The step taken at x: `h` as given, otherwise the default, in x's shape and dtype.

        OptionError when `h` is not a finite, nonzero real number, or does not broadcast to x.

        >>> Central(h=1e-5).step(3.0), float(Forward().step(0.0))
        (1e-05, 2.1073424255447017e-08)
        """
        x = floating(x)
        if self.h is None:
            return default_step(self.stencil(derivative), x)
        return checked_step(self.h, x)

    def apply(self, f: Function, x: Any, h: Any, derivative: int = 1) -> Any:
        """The bare formula at x with step h, in any arithmetic (NumPy, mpmath): nothing checked or chosen.

        >>> from mpmath import mpf
        >>> Central().apply(lambda x: x**3, mpf(2), mpf(1) / 8)
        mpf('12.015625')
        """
        return self.stencil(derivative).apply(f, x, h)

    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The derivative of that order, in an Estimate whose value has x's shape and dtype.

        f acts elementwise on x, a real number or array; all elements are sampled by one call for each
        offset, and one more call for an array shows that they do not mix. NotElementwiseError when they
        do or f changes the shape, DomainError when f is complex.

        >>> found = Central().derivative(np.exp, np.zeros(1000))
        >>> found.evaluations, bool(abs(found.value - 1).max() < 1e-10)
        (3, True)
        """
        refuse_sparsity(self.sparsity, "a derivative")
        x = floating(x)
        h = self.step(x, order)
        calls, notes, samples = self._batch(f), list[str](), list[Sample]()
        calls.ahead(lambda f: self.apply(f, x, h, order))
        asked = elementwise(self._guarded(calls), x, notes, samples)
        value = self.apply(asked, x, h, order)
        note = notes[0] if notes else ""
        if self.check:
            require_apart(asked, x, samples)
        return Estimate(
            value=np.asarray(value).astype(x.dtype)[()],
            step=h,
            evaluations=calls.calls,
            method=self.name,
            note=note,
        )

    def jacobian(self, f: Function, leaves: Sequence[Any]) -> Estimate:
        """The partial derivatives of f(*leaves): one array for each leaf, of shape T + leaf.shape.

        T is the shape of f's value, () for a scalar; each array has its leaf's dtype. One element is
        moved at a time: n + 1 calls of f forward or backward (f at the point itself is shared), 2n central.

        >>> found = Forward(h=1e-5).jacobian(lambda x, y: x**2 * y + y + 2, [3.0, 4.0])
        >>> [float(partial) for partial in found.value], found.evaluations
        ([24.000039999805264, 10.000000000331966], 3)
        """
        points, calls = [np.asarray(floating(leaf)) for leaf in leaves], self._batch(f)
        steps = [self.step(leaf) for leaf in points]
        formula: Any
        blank: Any = 0.0
        if self.sparsity is None:
            formula = partial(self._tables, points, steps)
        else:
            pattern = Pattern.of(self.sparsity, points)
            formula, blank = partial(self._sparse, pattern, points[0], steps[0]), np.zeros(pattern.shape[0])
        calls.ahead(formula, blank)
        value = formula(self._sampled(calls))
        notes = [_not_finite(i, leaf, part) for i, (leaf, part) in enumerate(zip(points, value, strict=True))]
        note = next(filter(None, notes), "")
        return Estimate(value, None, self._reported(steps), calls.calls, self.name, note)

    def _tables(self, points: list[Any], steps: list[Any], f: Function) -> list[Any]:
        """The Jacobian of f, an array for each leaf: one element is moved at a time."""
        at = around(f, points)
        centre = cache(at)
        value = []
        for i, (leaf, h) in enumerate(zip(points, steps, strict=True)):
            columns = []
            for index in np.ndindex(leaf.shape):
                x = leaf[index]
                # An offset of 0 hands x itself back: that sample is shared by all elements.
                along = lambda t, x=x, where=(i, index): centre() if t is x else at((where, t))
                columns.append(self.apply(along, x, _element(h, index)))
            table = np.stack(columns, axis=-1) if columns else np.zeros((*np.shape(centre()), 0))
            value.append(table.astype(leaf.dtype).reshape(table.shape[:-1] + leaf.shape)[()])
        return value

    def _sparse(self, pattern: Pattern, leaf: Any, h: Any, f: Function) -> list[Any]:
        """The sparse Jacobian of f: the columns of a group are moved together."""
        at = around(pattern.checked(f), [leaf])
        centre = cache(at)
        data = np.zeros(len(pattern.rows), leaf.dtype)
        for places in pattern.groups:
            rows, columns = pattern.rows[places], pattern.columns[places]
            x = leaf[columns]
            along = lambda t, x=x, columns=columns: centre() if t is x else at(((0, (columns,)), t))
            taken = lambda t, along=along, rows=rows: along(t)[rows]
            data[places] = self.apply(taken, x, _element(h, (columns,)))
        if self.check:
            start, sizes = leaf.dtype.type(0), [np.zeros(pattern.shape[0])]
            moves = (h * np.random.default_rng(0).choice([-1, -0.5, 0.5, 1], leaf.shape)).astype(leaf.dtype)

            def together(t: Any) -> Any:
                y = centre() if t is start else at(((0, (slice(None),)), leaf + t * moves))
                sizes.append(np.abs(y.imag if np.iscomplexobj(y) else y))
                return y

            rise = self.apply(together, start, leaf.dtype.type(1))
            pattern.require_complete(data, moves, rise, np.max(sizes, axis=0))
        return [pattern.filled(data)]

    def directional(self, f: Function, leaves: Sequence[Any], direction: Sequence[Any]) -> Estimate:
        """The derivative of f(x + t v) by t at t = 0, of the shape of f's value: the Jacobian times v.

        `direction` has an array v for each leaf, of its shape. As many calls as for one variable, 2 for
        central, whatever the size of x. `h` is the step in t; None takes the longest that moves no element
        farther than its own default step.

        >>> found = Central().directional(lambda x: np.sum(x**2), [np.ones(1000)], [np.ones(1000)])
        >>> round(float(found.value), 4), found.evaluations
        (2000.0, 2)
        """
        points = [np.asarray(floating(leaf)) for leaf in leaves]
        v = checked_direction(direction, points)
        start = np.result_type(*points).type(0)
        h = self._step_along(points, v) if self.h is None else checked_step(self.h, start)
        calls = self._batch(f)
        formula: Any = lambda f: self.apply(line(f, points, v), start, h)
        calls.ahead(formula)
        value = np.asarray(formula(self._sampled(calls))).astype(start.dtype)[()]
        note = "" if np.all(np.isfinite(value)) else "f is not finite at some of the points sampled."
        return Estimate(value, None, h, calls.calls, self.name, note)

    def _step_along(self, points: list[Any], direction: list[Any]) -> Any:
        """The longest step t for which no element of t v is longer than that element's own step."""
        with np.errstate(divide="ignore", over="ignore"):
            steps = [
                abs(self.step(leaf) / v).min(initial=np.inf)
                for leaf, v in zip(points, direction, strict=True)
            ]
        longest = min(steps)
        return longest if np.isfinite(longest) else type(longest)(1)

    def hessian(self, f: Function, leaves: Sequence[Any]) -> Estimate:
        """The second derivatives of a scalar f(*leaves): value[i][j] of shape leaf_i.shape + leaf_j.shape.

        On the diagonal the second-derivative stencil, off it the first-derivative stencil along one
        element of the first-derivative stencil along the other; symmetric in every bit, and no point is
        sampled twice: (n + 1) (n + 2) / 2 calls forward or backward, 2 n^2 + 1 central. NonScalarError when f
        is not scalar.

        >>> found = Central(h=1e-3).hessian(lambda x, y: x**2 * y + y + 2, [3.0, 4.0])
        >>> [[float(entry.round(6)) for entry in row] for row in found.value]
        [[8.0, 6.0], [6.0, 0.0]]

        Formula: Abramowitz and Stegun, 25.3.23 and 25.3.26.
        """
        refuse_sparsity(self.sparsity, "a Hessian")
        points = [np.asarray(floating(leaf)) for leaf in leaves]
        return self._hessian(f, points, [self.step(leaf, 2) for leaf in points])

    def _hessian(self, f: Function, points: list[Any], steps: list[Any]) -> Estimate:
        calls = self._batch(f)
        formula = partial(self._matrix, points, steps)
        calls.ahead(formula)
        matrix = formula(scalar_valued(self._sampled(calls)))
        note = "" if np.all(np.isfinite(matrix)) else "f is not finite at some of the points sampled."
        return Estimate(blocks(matrix, points), None, self._reported(steps), calls.calls, self.name, note)

    def _matrix(self, points: list[Any], steps: list[Any], f: Function) -> Any:
        """The Hessian of f over all elements of all leaves, symmetric in every bit."""
        at = cache(around(f, points))
        elements = [(i, index) for i, leaf in enumerate(points) for index in np.ndindex(leaf.shape)]
        x = {(i, index): points[i][index] for i, index in elements}
        h = {(i, index): _element(steps[i], index) for i, index in elements}

        def sample(*moves: tuple[Any, Any]) -> Any:
            return at(*(move for move in moves if move[1] != x[move[0]]))

        def inner(a: Any, b: Any, s: Any) -> Any:
            return self.apply(lambda t: sample((a, s), (b, t)), x[b], h[b])

        matrix = np.zeros((len(elements), len(elements)), np.result_type(float, *points))
        for row, a in enumerate(elements):
            matrix[row, row] = self.apply(lambda t, a=a: sample((a, t)), x[a], h[a], 2)
            for column, b in enumerate(elements[:row]):
                matrix[row, column] = matrix[column, row] = self.apply(partial(inner, a, b), x[a], h[a])
        return matrix

    def _batch(self, f: Function) -> Batch:
        """f as this method asks it, its calls counted."""
        return Batch(f, self.workers, self.vectorized, self.check)

    def _guarded(self, f: Function) -> Function:
        """f with the checks that its answers need."""
        return real_valued(f)

    def _sampled(self, f: Function) -> Function:
        """f as a formula samples it: checked, of one shape, and nan for what is infinite."""
        return finite_valued(one_shape(self._guarded(f)))

    def _reported(self, steps: list[Any]) -> Any:
        """What an Estimate says of the steps at the leaves: the one number given, or a step for each leaf."""
        return steps[0] if steps and self.h is not None and np.ndim(self.h) == 0 else steps


@dataclass(frozen=True)
class Forward(FiniteDifference):
    """The forward difference (f(x + h) - f(x)) / h.

    Attributes
    ----------
    accuracy
        The power of h in the truncation error, 1 by default; a higher one takes more points ahead of x.

    Examples
    --------
    >>> float(Forward(h=0.1).derivative(lambda x: 2 * x**3 + x**2, 1.0).value.round(12))
    8.72
    """

    accuracy: int = 1
    name: ClassVar[str] = "forward"

    def stencil(self, derivative: int = 1) -> Stencil:
        """The forward stencil for that derivative.

        >>> Forward().stencil().offsets
        (0, 1)
        """
        return stencils.forward(derivative, self.accuracy)


@dataclass(frozen=True)
class Backward(FiniteDifference):
    """The backward difference (f(x) - f(x - h)) / h.

    Attributes
    ----------
    accuracy
        The power of h in the truncation error, 1 by default; a higher one takes more points behind x.

    Examples
    --------
    >>> float(Backward(h=0.1).derivative(lambda x: 2 * x**3 + x**2, 1.0).value.round(12))
    7.32
    """

    accuracy: int = 1
    name: ClassVar[str] = "backward"

    def stencil(self, derivative: int = 1) -> Stencil:
        """The backward stencil for that derivative.

        >>> Backward().stencil().offsets
        (-1, 0)
        """
        return stencils.backward(derivative, self.accuracy)


@dataclass(frozen=True)
class Central(FiniteDifference):
    """The central difference (f(x + h) - f(x - h)) / (2h).

    Attributes
    ----------
    accuracy
        The power of h in the truncation error, an even number, 2 by default; a higher one takes more
        points on both sides: 4 of them for 4, 6 for 6.

    Examples
    --------
    >>> float(Central(h=0.1).derivative(lambda x: 2 * x**3 + x**2, 1.0).value.round(12))
    8.02
    >>> float(Central(h=0.1, accuracy=4).derivative(lambda x: 2 * x**3 + x**2, 1.0).value.round(12))
    8.0
    """

    accuracy: int = 2
    name: ClassVar[str] = "central"

    def stencil(self, derivative: int = 1) -> Stencil:
        """The central stencil for that derivative.

        >>> Central(accuracy=4).stencil().offsets
        (-2, -1, 1, 2)
        """
        return stencils.central(derivative, self.accuracy)


def blocks(matrix: Any, leaves: Sequence[Any]) -> list[list[Any]]:
    """The Hessian `matrix` over all elements, cut into value[i][j] of shape leaf_i.shape + leaf_j.shape.

    >>> blocks(np.eye(3), [np.zeros(2), np.float64(0)])[0][1]
    array([0., 0.])
    """
    cuts = np.cumsum([leaf.size for leaf in leaves])[:-1]
    return [
        [
            block.reshape(a.shape + b.shape).astype(np.result_type(a, b))[()]
            for b, block in zip(leaves, np.split(rows, cuts, axis=1), strict=True)
        ]
        for a, rows in zip(leaves, np.split(matrix, cuts), strict=True)
    ]


def _not_finite(i: int, leaf: Any, table: Any) -> str:
    """What an Estimate says of a Jacobian by argument i that is not finite throughout."""
    if isinstance(table, np.ndarray | np.generic):
        bad = np.argwhere(~np.isfinite(table))[:, np.ndim(table) - leaf.ndim :]
    else:  # a sparse array
        bad = table.indices[~np.isfinite(table.data)][:, np.newaxis]
    if not len(bad):
        return ""
    return f"f is not finite where element {tuple(map(int, bad[0]))} of argument {i} is sampled."


def _element(h: Any, index: tuple[int, ...]) -> Any:
    """The step of one element; a number serves all elements, with its bits unchanged."""
    return h if np.ndim(h) == 0 else h[index]
