"""Functions whose derivative their author gives, in place of the one that would follow from their program.

Letters: `y` the result, `y_dot` and `y_bar` its tangent and cotangent, both nested as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

import numpy as np

from diffkit.autodiff.batch import Batch, BatchError
from diffkit.autodiff.leaf import dtype_of
from diffkit.autodiff.reverse import fit
from diffkit.autodiff.transforms import vjp as vjp_of
from diffkit.errors import ArgumentsError, LostHistoryError, NoRuleError, with_article
from diffkit.rules import Rule
from diffkit.structure import Structure, flatten, flatten_arguments
from diffkit.tape.active import Active, apply, gather, living

__all__ = ["custom_rule"]

Function = Callable[..., Any]


def custom_rule(
    f: Function | None = None, *, vjp: Function | None = None, jvp: Function | None = None
) -> Any:
    """The function f with derivatives given by hand; without f, a decorator.

    Parameters
    ----------
    f
        A function of any kind: it is run on plain numbers and arrays, and what happens inside is not
        followed. Arguments and result may be nested dicts, lists, tuples and dataclasses; keyword
        arguments are constants.
    vjp
        `vjp(y, *args)` returns the pullback: the function from the cotangent of the result to a tuple with
        the cotangents of the arguments, for a single argument also the cotangent alone; None says that
        there is no derivative. Broadcasting need not be undone.
    jvp
        `jvp(y, args, tangents)` returns the tangent of the result, where `args` and `tangents` are tuples.

    Both get the keyword arguments of the call too. Written with NumPy functions, they are differentiated in
    their turn, to any order. One of the two is enough: the other mode transposes it.

    Raises
    ------
    ArgumentsError
        When neither is given; when f uses an active value that is not among its arguments; when a derivative
        has a wrong shape.
    NoRuleError
        When a mode asks for the one that is missing, and the other cannot be transposed since it is not
        written with NumPy functions.

    Examples
    --------
    >>> from diffkit.autodiff import grad, jvp
    >>> square = custom_rule(lambda x: x * x, vjp=lambda y, x: lambda y_bar: 2 * x * y_bar)
    >>> grad(square)(3.0), grad(grad(square))(3.0), jvp(square, (3.0,), (1.0,))
    (6.0, 2.0, (9.0, 6.0))

    A root that Newton's method finds, differentiated by its equation x^2 = a instead of its steps:

    >>> @custom_rule(vjp=lambda x, a: lambda x_bar: x_bar / (2 * x))
    ... def root(a, x=2.0):
    ...     while abs(x * x - a) > 1e-15 * a:
    ...         x = (x + a / x) / 2
    ...     return x
    >>> grad(root)(4.0)
    0.25
    """
    if vjp is None and jvp is None:
        raise ArgumentsError("custom_rule needs a derivative; write vjp=..., jvp=..., or both")
    if f is None:
        return lambda f: custom_rule(f, vjp=vjp, jvp=jvp)

    @wraps(f)
    def called(*args: Any, **keywords: Any) -> Any:
        leaves, structure = flatten_arguments(args)
        leaves = [gather(x) if isinstance(x, np.ndarray) and x.dtype == object else x for x in leaves]
        row = _Row(f, vjp, jvp, structure)
        return row.nested(row(*leaves, **keywords))

    return called


class _Row:
    """One call of a function with a rule of its own, on the leaves of its arguments.

    Attributes
    ----------
    arguments, result, several
        How the arguments nest, and, once the function has run, the result; whether that has several leaves.
    rule
        What the modes ask for.
    """

    def __init__(self, f: Function, vjp: Function | None, jvp: Function | None, arguments: Structure) -> None:
        self.f, self.vjp, self.jvp, self.arguments = f, vjp, jvp, arguments
        self.__name__ = str(getattr(f, "__name__", type(f).__name__))
        self.result, self.several = Structure(), False
        push = self.push if jvp else self.push_by_vjp
        pull = self.pull if vjp else self.pull_by_jvp
        self.rule = Rule(self, pushes=(push,), pulls=(pull,), together=True)

    # -- the function ---------------------------------------------------------------------------

    def __call__(self, *leaves: Any, **keywords: Any) -> Any:
        if any(isinstance(value, Active) for value in (*leaves, *keywords.values())):
            return apply(self, leaves, keywords)
        y = self.inside(*leaves, **keywords)
        for part in self.leaves(y):
            if isinstance(part, Active):
                raise ArgumentsError(
                    f"{self.__name__} has a rule of its own and uses an active value that is not among its "
                    f"arguments; hand it over as one, by position"
                )
            if np.asarray(part).dtype.kind not in "biufc":
                kind = "None" if part is None else with_article(type(part).__name__)
                raise ArgumentsError(f"{self.__name__} returned {kind}; it has to return numbers or arrays")
        return y

    def inside(self, *leaves: Any, **keywords: Any) -> Any:
        """The leaf of the function's result, or the tuple of its leaves."""
        result = self.f(*self.arguments.build(list(leaves)), **keywords)
        # A list of numbers is one of active values in another arithmetic: it has to come apart in both.
        is_leaf = lambda value: isinstance(value, Active)
        parts, self.result = flatten(result, is_leaf, is_array=lambda value: False)
        parts = [living(part) for part in parts]
        self.several = len(parts) != 1
        return tuple(parts) if self.several else parts[0]

    def leaves(self, y: Any) -> list[Any]:
        """The leaves of a result of this row."""
        return list(y) if self.several else [y]

    def nested(self, y: Any) -> Any:
        """A result of this row, nested as that of the function."""
        return self.result.build(self.leaves(y))

    # -- as it was given ------------------------------------------------------------------------

    def pull(self, y_bar: Any, y: Any, *leaves: Any, **keywords: Any) -> list[Any]:
        assert self.vjp is not None
        parts = self.leaves(y)
        bars = list(y_bar) if self.several else [y_bar]
        bars = [_zero(part) if bar is None else bar for part, bar in zip(parts, bars, strict=True)]
        args = self.arguments.build(list(leaves))
        with _batches(bars):
            pullback = self.vjp(self.result.build(parts), *args, **keywords)
            if not callable(pullback):
                kind = with_article(type(pullback).__name__)
                raise ArgumentsError(
                    f"the vjp of {self.__name__} returned {kind}; return the function from the "
                    f"cotangent of the result to those of the arguments"
                )
            answer = pullback(self.result.build(bars))
        return self._cotangents(answer, leaves)

    def _cotangents(self, answer: Any, leaves: tuple[Any, ...]) -> list[Any]:
        """The cotangents of the leaves in their shapes, None for zero."""
        children = self.arguments.children
        if answer is None:
            return [None] * len(leaves)
        alone = len(children) == 1 and (not isinstance(answer, tuple) or children[0].kind is not None)
        if alone and not (isinstance(answer, tuple) and len(answer) == 1):
            answer = (answer,)
        if not isinstance(answer, tuple) or len(answer) != len(children):
            count = f"a tuple of {len(answer)}" if isinstance(answer, tuple) else type(answer).__name__
            there = "is 1 argument" if len(children) == 1 else f"are {len(children)} arguments"
            raise ArgumentsError(
                f"the pullback of {self.__name__} returned {count}, and there {there}; "
                f"return a tuple with a cotangent for each, None where there is no derivative"
            )
        found: list[Any] = []
        for number, (child, bar) in enumerate(zip(children, answer, strict=True), 1):
            for part in self._spread(child, bar, f"cotangent of argument {number}"):
                x = leaves[len(found)]
                given, wanted = np.shape(part), np.shape(x)
                if part is not None and not _reducible(given, wanted):
                    raise ArgumentsError(
                        f"the pullback of {self.__name__} returned shape {given} for argument {number}, "
                        f"where the argument has shape {wanted}; a cotangent has the shape of its argument"
                    )
                found.append(fit(part, x) if part is not None and _is_real(x) else None)
        return found

    def push(self, dots: list[Any], y: Any, *leaves: Any, **keywords: Any) -> Any:
        assert self.jvp is not None
        dots = [_zero(x) if dot is None else dot for dot, x in zip(dots, leaves, strict=True)]
        args, tangents = self.arguments.build(list(leaves)), self.arguments.build(dots)
        parts = self.leaves(y)
        with _batches(dots):
            answer = self.jvp(self.result.build(parts), args, tangents, **keywords)
        y_dots = self._spread(self.result, answer, "tangent of the result")
        for part, y_dot in zip(parts, y_dots, strict=True):
            if y_dot is not None and np.shape(y_dot) != np.shape(part):
                raise ArgumentsError(
                    f"the jvp of {self.__name__} returned shape {np.shape(y_dot)}, where the result has "
                    f"shape {np.shape(part)}; a tangent has the shape of its value"
                )
        return tuple(y_dots) if self.several else y_dots[0]

    def _spread(self, structure: Structure, answer: Any, what: str) -> list[Any]:
        try:
            return structure.leaves_of(answer)
        except ValueError as error:
            raise ArgumentsError(f"the {what} of {self.__name__} is {error}, as its value is") from None

    # -- the other mode, by transposition -------------------------------------------------------

    def push_by_vjp(self, dots: list[Any], y: Any, *leaves: Any, **keywords: Any) -> Any:
        """The tangent of the result: the pullback is linear in y_bar, so its own pullback is the jvp."""
        felt = {i: dot for i, dot in enumerate(dots) if dot is not None}

        def pullback(*bars: Any) -> dict[int, Any]:
            found = self.pull(bars if self.several else bars[0], y, *leaves, **keywords)
            return {i: _zero(leaves[i]) if found[i] is None else found[i] for i in felt}

        y_dots = self._transposed(pullback, self.leaves(y), felt, "jvp")
        return y_dots if self.several else y_dots[0]

    def pull_by_jvp(self, y_bar: Any, y: Any, *leaves: Any, **keywords: Any) -> list[Any]:
        """The cotangents of the leaves: the jvp is linear in the tangents, so its pullback is the vjp."""
        felt = [i for i, x in enumerate(leaves) if _is_real(x)]
        parts = self.leaves(y)
        bars = list(y_bar) if self.several else [y_bar]
        given = {i: bar for i, bar in enumerate(bars) if bar is not None}

        def pushed(*dots: Any) -> dict[int, Any]:
            placed = dict(zip(felt, dots, strict=True))
            found = self.push([placed.get(i) for i in range(len(leaves))], y, *leaves, **keywords)
            found = found if self.several else [found]
            return {i: _zero(parts[i]) if found[i] is None else found[i] for i in given}

        found = self._transposed(pushed, [leaves[i] for i in felt], given, "vjp")
        by_leaf = dict(zip(felt, found, strict=True))
        return [by_leaf.get(i) for i in range(len(leaves))]

    def _transposed(
        self, linear: Function, point: list[Any], cotangent: Mapping[int, Any], missing: str
    ) -> tuple[Any, ...]:
        try:
            return vjp_of(linear, *map(_zero, point))[1](dict(cotangent))
        except (LostHistoryError, NoRuleError):
            has = "vjp" if missing == "jvp" else "jvp"
            raise NoRuleError(
                f"{self.__name__} has no {missing}, and its {has} cannot be transposed, since it is not "
                f"written with NumPy functions alone; give custom_rule(..., {missing}=...) too"
            ) from None


@contextmanager
def _batches(bars: list[Any]) -> Iterator[None]:
    """A derivative that needs plain numbers, such as one with float(), gets those of a batch one by one."""
    try:
        yield
    except LostHistoryError:
        if any(isinstance(bar, Batch) for bar in bars):
            raise BatchError from None
        raise


def _is_real(x: Any) -> bool:
    return isinstance(x, float | complex | np.inexact | np.ndarray | Active) and dtype_of(x).kind in "fc"


def _zero(x: Any) -> Any:
    """The zero of a value's shape and precision; None for a text and the like."""
    kind = dtype_of(x)
    if kind.kind not in "biufc":
        return None
    return np.zeros(np.shape(x), kind if kind.kind in "fc" else float) if np.shape(x) else 0.0


def _reducible(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    """Whether broadcasting can have made this shape of the other."""
    tail = shape[len(shape) - len(to) :]
    return len(shape) >= len(to) and all(n in (1, m) for n, m in zip(to, tail, strict=True))
