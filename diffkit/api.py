"""The one API: derivative, gradient, jacobian and hessian of one function by any method."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from diffkit.arguments import (
    argument_names,
    checked_count,
    checked_leaf,
    leaf_names,
    require_by_position,
    require_one_variable,
    require_variables,
)
from diffkit.autodiff.history import without_history
from diffkit.errors import ArgumentsError, DiffkitError, DomainError, NonScalarError, NotElementwiseError
from diffkit.functions import as_function
from diffkit.methods import Method, method_for
from diffkit.result import Estimate
from diffkit.structure import Structure, flatten_arguments, is_container
from diffkit.tape import Tape
from diffkit.tape import record as record_callable
from diffkit.tape.place import definition, raised_at

__all__ = ["derivative", "gradient", "hessian", "jacobian", "record"]

Function = Callable[..., Any] | str | Any


def derivative(
    f: Function,
    x: Any,
    method: str | Method = "reverse",
    *,
    order: int = 1,
    full_output: bool = False,
    **options: Any,
) -> Any:
    """The order-th derivative of a function of one real variable, at each element of x.

    Parameters
    ----------
    f
        A callable written with NumPy and Python operators, a SymPy expression, or text such as
        "sin(x)*exp(-x^2)". It acts on each element of x by itself.
    x
        A number or an array_like of real numbers, of shape S.
    method
        A name from `diffkit.METHODS`, or a method object.
    order
        Which derivative, from 1 on.
    full_output
        Return an `Estimate` with the step and calls of f instead of the bare value; its `error_estimate` is
        None unless the method makes one.
    options
        The method's own fields. For a difference: `h`, the step (None chooses one), and for forward,
        backward and central `accuracy`, the power of h in its truncation error, for which it takes more
        points; `workers`, which ask f in parallel, `vectorized`, which asks it for all points in one call,
        and `check`, whether to spend calls on what was promised (`diffkit.numerical.FiniteDifference`).

    Returns
    -------
    float for a number, ndarray of shape S for an array; or an `Estimate` holding it.

    Raises
    ------
    DomainError
        If x is not finite and real, or f or its derivative has no value there. In an array those
        elements are nan. At a corner the methods that follow f's program answer with the stated
        convention: |x|' = 0 at 0, and what ties shares equally. Central and Richardson's
        differences ask f beside x only: where f lacks a value at x alone, as 1/x does at 0, they answer
        what their formulas give.
    NotElementwiseError
        If f mixes the elements of x, or branches on them by an `if`.
    UnknownMethodError, UnknownOptionError, ExpressionError, NotClosedFormError
        As their names say.

    Notes
    -----
    NumPy's floating-point warnings do not come out of here, nor out of gradient, jacobian, hessian and the
    studies: what they would say, the answer says, and methods may ask f where it has no value. `np.errstate`
    and the filters of `warnings` are the caller's again afterwards. In `diffkit.autodiff` f warns of what it
    computes at x as when it is called by itself, and its derivative of nothing.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.derivative(lambda x: np.sin(x) * np.exp(-x**2), 0.7)
    -0.08396815100693278
    >>> dk.derivative("x^3", [1.0, 2.0], method="central", h=0.5)
    array([ 3.25, 12.25])
    >>> dk.derivative("x^3", [1.0, 2.0], method="central", h=0.5, accuracy=4)
    array([ 3., 12.])
    >>> dk.derivative(np.exp, 0.0, order=4)
    1.0
    """
    g = without_history(as_function(f))
    require_one_variable(g, x, method)
    chosen = method_for(method, options)
    require_variables(g, 1)
    point = checked_leaf(x, "x")
    times = checked_count(order, "order")
    with np.errstate(all="ignore"):  # where f has no value the answer says so, not a warning on the way
        try:
            found = chosen.derivative(g, point, times)
        except ValueError as error:
            _require_no_branch(error)
            raise
        value = _as_given(found.value, x)
        # An infinite slope may be the answer, as of sqrt at 0; not where f itself has no value.
        if _is_nan(value) or (
            isinstance(value, float) and np.isinf(value) and not np.isfinite(g(point.copy()))
        ):
            raise DomainError(_why_nan(g, [point], chosen, found))
    return _output(found, value, full_output)


def gradient(
    f: Function, *point: Any, method: str | Method = "reverse", full_output: bool = False, **options: Any
) -> Any:
    """The gradient of a scalar function, nested and shaped as its point.

    Parameters
    ----------
    f
        A callable, SymPy expression or text with a scalar result.
    point
        Its arguments: numbers, arrays, or nested dicts, lists, tuples and dataclasses of them. Text and SymPy
        expressions of several variables take one mapping from name to value.
    method, full_output, options
        As for `derivative`.

    Returns
    -------
    For one argument the gradient in its shape; for several, a tuple.

    Raises
    ------
    NonScalarError
        If f's result is not one number; the other errors are those of `derivative`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.gradient("x^2*y + y + 2", {"x": 3, "y": 4})
    {'x': 24.0, 'y': 10.0}
    >>> dk.gradient(lambda x: np.sum(x**2), np.arange(3.0), method="central", h=0.5)
    array([0., 2., 4.])
    """
    problem = Problem(f, point, method, options)
    found, parts = problem.jacobian()
    parts = [part.toarray() if _is_sparse(part) else part for part in parts]
    for part, leaf in zip(parts, problem.leaves, strict=True):
        if np.size(part) != np.size(leaf):
            shape = np.shape(part)[: np.ndim(part) - np.ndim(leaf)]
            raise NonScalarError(
                f"gradient needs a function with a scalar result, and this one returned shape {shape}; "
                f"sum or average it, or use jacobian{definition(problem.f)}"
            )
    parts = [np.reshape(part, np.shape(leaf)) for part, leaf in zip(parts, problem.leaves, strict=True)]
    problem.require_value(found, parts)
    found = problem.nested_errors(found)
    return _output(found, problem.nested(parts, problem.given), full_output)


def jacobian(
    f: Function, *point: Any, method: str | Method = "reverse", full_output: bool = False, **options: Any
) -> Any:
    """The Jacobian of f: for an argument of shape S and a result of shape T, an array of shape T + S.

    Parameters, errors and nesting as for `gradient`. A difference takes `sparsity` as well, of shape (m, n),
    nonzero where the Jacobian of an f of one flat array may be: then columns that share no row are moved
    together, and the answer is a `scipy.sparse.csr_array`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.jacobian(lambda x: np.array([x[0] * x[1], x[0] ** 2]), np.array([3.0, 4.0]))
    array([[4., 3.],
           [6., 0.]])
    """
    problem = Problem(f, point, method, options)
    found, parts = problem.jacobian()
    problem.require_value(found, parts)
    return _output(problem.nested_errors(found), problem.nested(parts), full_output)


def hessian(
    f: Function, *point: Any, method: str | Method = "reverse", full_output: bool = False, **options: Any
) -> Any:
    """The second derivatives of a scalar function: of shape S + S for one argument of shape S.

    For several arguments, nested twice as they are: `result[i][j]` belongs to arguments i and j.

    At a corner the methods that follow f's program differentiate the convention for the slope once more: the
    answer is a convention, too, and no limit (1/2 for max(x, 0)^2 at 0, where the limits are 0 and 2). Where
    eigenvalues or singular values are equal, second derivatives through them are nan, also where they exist.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.hessian(lambda v: v[0]**2 * v[1] + v[1] + 2, np.array([3.0, 4.0]))
    array([[8., 6.],
           [6., 0.]])
    >>> dk.hessian("x^2*y + y + 2", {"x": 3, "y": 4})
    {'x': {'x': 8.0, 'y': 6.0}, 'y': {'x': 6.0, 'y': 0.0}}
    """
    problem = Problem(f, point, method, options)
    with np.errstate(all="ignore"):
        found = problem.method.hessian(problem.g, problem.leaves)
    problem.require_value(found, [block for row in found.value for block in row])
    if found.error_estimate is not None:
        rows = [problem.nested(row) for row in found.error_estimate]
        found = dataclasses.replace(found, error_estimate=problem.nested(rows))
    return _output(found, problem.nested([problem.nested(row) for row in found.value]), full_output)


def record(f: Function, *point: Any) -> Tape:
    """The tape (Wengert list) of what f does at this point; see `diffkit.tape.record`.

    Examples
    --------
    >>> import diffkit as dk
    >>> print(dk.record("x*sin(x)", 1.0))
    v0 = input 1
    v1 = sin(v0)
    v2 = v0 * v1
    return v2
    """
    g = as_function(f)
    tape = record_callable(g, *point, named=True)
    return dataclasses.replace(tape, arguments=argument_names(g, point))


class Problem:
    """A function of leaves (numbers and arrays), made of a function and its nested point.

    Attributes
    ----------
    g, leaves, names
        The function of leaves, the leaves, checked, and what to call them.
    structure
        How the point nests.
    """

    def __init__(
        self, f: Function, point: tuple[Any, ...], method: str | Method, options: Mapping[str, Any]
    ) -> None:
        self.f = without_history(as_function(f))
        require_by_position(self.f, point, options)
        self.method = method_for(method, options)
        if not point:
            raise ArgumentsError("no point is given; write one argument for each argument of f")
        require_variables(self.f, len(point), point)
        if getattr(self.f, "variables", None) and isinstance(point[0], Mapping):
            for name, value in point[0].items():  # a formula has no constants to leave None
                checked_leaf(value, str(name))
        leaves, self.structure = flatten_arguments(point)
        if not leaves:
            raise DomainError("the point is empty; write at least one number")
        self.given = leaves
        names = leaf_names(self.f, point, self.structure, len(leaves))
        self.leaves = [checked_leaf(leaf, name) for leaf, name in zip(leaves, names, strict=True)]
        self.names = tuple(names)
        self.g = _OfLeaves(self.f, self.structure, self.names)

    def jacobian(self) -> tuple[Estimate, list[Any]]:
        with np.errstate(all="ignore"):
            found = self.method.jacobian(self.g, self.leaves)
        return found, list(found.value)

    def require_value(self, found: Estimate, parts: Sequence[Any]) -> None:
        """Raise DomainError where f itself has no value, or the derivative by a single number has none."""
        if not all(np.all(np.isfinite(part.data if _is_sparse(part) else part)) for part in parts):
            with np.errstate(all="ignore"):
                number = len(parts) == 1 and _is_nan(_as_given(parts[0], self.given[0]))
                if number or not np.all(
                    np.isfinite(np.asarray(self.g(*(leaf.copy() for leaf in self.leaves))))
                ):
                    raise DomainError(_why_nan(self.g, self.leaves, self.method, found))

    def nested_errors(self, found: Estimate) -> Estimate:
        """`found` with its error estimate, one array a leaf, nested as the point."""
        if found.error_estimate is None:
            return found
        return dataclasses.replace(found, error_estimate=self.nested(found.error_estimate))

    def nested(self, parts: Sequence[Any], like: Sequence[Any] | None = None) -> Any:
        """One entry a leaf, nested as the point; the single argument's own for one argument.

        Numbers become Python floats; with `like`, the leaves as they were given, an array of no dimension
        stays an array.
        """
        plain = [
            part if is_container(part) or _is_sparse(part) else _as_given(part, given)
            for part, given in zip(parts, like or [None] * len(parts), strict=True)
        ]
        built = self.structure.build(plain)
        return built[0] if len(built) == 1 else built


class _OfLeaves:
    """A function of a nested point as one of its leaves; other processes can be sent it."""

    def __init__(self, f: Callable[..., Any], structure: Structure, names: tuple[str, ...]) -> None:
        self.__wrapped__, self.structure, self.variables = f, structure, names

    def __call__(self, *leaves: Any) -> Any:
        return self.__wrapped__(*self.structure.build(leaves))


def _is_sparse(part: Any) -> bool:
    return hasattr(part, "tocsr")


def _as_given(value: Any, x: Any) -> Any:
    """A number as a Python float; an array as an array, also where x is an array of no dimension."""
    if np.ndim(value) == 0 and not isinstance(x, np.ndarray):
        return float(value)
    return np.asarray(value)


def _require_no_branch(error: ValueError) -> None:
    """Raise NotElementwiseError where f asked an array whether it is true, as an if does."""
    if "truth value of an" in str(error) and not isinstance(error, DiffkitError):
        place = raised_at(error.__traceback__)
        at = f" at {place}" if place else ""
        raise NotElementwiseError(
            f"f branches on its argument{at}, and so takes one number at a time; "
            f"write [dk.derivative(f, t) for t in x], or np.where in f"
        ) from error


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value


def _why_nan(g: Callable[..., Any], leaves: list[Any], method: Method, found: Estimate) -> str:
    """Why there is no derivative: f has no value at the point, or the method left f's domain."""
    at = ", ".join(str(leaf) for leaf in leaves)
    at = at if len(at) <= 60 else f"{at[:57]}..."
    y = np.asarray(g(*(leaf.copy() for leaf in leaves)))
    if not np.all(np.isfinite(y)):
        bad = y[~np.isfinite(y)].ravel()[0]
        return f"f is {bad} at {at}, so it has no derivative there; write a point inside the domain of f"
    if method.kind == "numerical":
        note = f" ({found.note.rstrip('.')})" if found.note else ""
        left = f"{method.name} leaves the domain of f near {at}{note}"
        side, beside = _only_side(g, leaves)
        if side and method.name not in (beside, "adaptive"):
            instead = f"method='{beside}' or method='adaptive'"
            return f"{left}; f has values only on the {side} of x; write {instead}"
        return f"{left}; write a smaller h, or method='reverse'"
    return (
        f"{method.name} gives nan at {at}, where f = {y}: f is not differentiable there, or 0/0 or 0*inf "
        f"comes up on the way; another method may find it"
    )


def _only_side(g: Callable[..., Any], leaves: list[Any]) -> tuple[str, str]:
    """The only side of a number on which f has values, and the difference that stays there; else ""."""
    if len(leaves) > 1 or np.ndim(leaves[0]):
        return "", ""
    x = leaves[0]
    near = np.maximum(4 * np.spacing(np.abs(x)), np.finfo(x.dtype).tiny)  # no step is smaller
    left, right = (bool(np.all(np.isfinite(np.asarray(g(x + move))))) for move in (-near, near))
    if left == right:
        return "", ""
    return ("left", "backward") if left else ("right", "forward")


def _output(found: Estimate, value: Any, full_output: bool) -> Any:
    if not full_output:
        return value
    plain = {name: getattr(found, name) for name in ("step", "error_estimate")}
    plain = {name: float(part) for name, part in plain.items() if isinstance(part, np.floating)}
    return dataclasses.replace(found, value=value, **plain)
