"""Which name means which method: the table that every command and study reads."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from diffkit.autodiff import DualNumbers, Reverse
from diffkit.errors import ArgumentsError, UnknownMethodError, UnknownOptionError
from diffkit.numerical import Backward, Central, ComplexStep, Forward, Richardson
from diffkit.result import Estimate
from diffkit.symbolic import Symbolic

__all__ = ["METHODS", "Method", "method_for", "register_method"]


@runtime_checkable
class Method(Protocol):
    """What a method answers: derivatives of an elementwise f, and Jacobians and Hessians over leaves.

    A leaf is a number or an array; `f(*leaves)` is a number or an array of shape T. A new method is a
    frozen dataclass whose fields are its options.
    """

    @property
    def name(self) -> str:
        """The name users type."""

    @property
    def kind(self) -> str:
        """numerical, symbolic or automatic."""

    def derivative(self, f: Callable[..., Any], x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f, of x's shape."""

    def jacobian(self, f: Callable[..., Any], leaves: list[Any]) -> Estimate:
        """One array a leaf, of shape T + leaf.shape."""

    def hessian(self, f: Callable[..., Any], leaves: list[Any]) -> Estimate:
        """For a scalar f: entry [i][j] of shape leaf_i.shape + leaf_j.shape."""


_TABLE: dict[str, Method] = {
    method.name: method
    for method in (
        Forward(),
        Backward(),
        Central(),
        Richardson(),
        ComplexStep(),
        Symbolic(),
        DualNumbers(),
        Reverse(),
    )
}

METHODS: Mapping[str, Method] = MappingProxyType(_TABLE)
"""Name -> method, in the order in which tables show them; `register_method` adds one."""


def register_method(name: str, method: Method) -> None:
    """Give a method a name, for every function, study and command.

    Another package does the same with an entry point in the group `diffkit.methods`, whose name is the
    method's and which points to the method object.

    Raises
    ------
    ArgumentsError
        If the name is not a text, or the object does not answer `derivative`, `jacobian` and `hessian`.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> dk.register_method("five-point", dk.numerical.Central(accuracy=4))
    >>> round(dk.derivative(np.exp, 0.0, method="five-point"), 12)
    1.0
    """
    if not isinstance(name, str) or not name:
        raise ArgumentsError(f"{name!r} is not a name; write one such as 'five-point'")
    if isinstance(method, type) or not isinstance(method, Method):
        missing = [n for n in ("name", "kind", "derivative", "jacobian", "hessian") if not hasattr(method, n)]
        fault = f"lacks {', '.join(missing)}" if missing else "is a class, not an object"
        raise ArgumentsError(f"method {name!r} {fault}; see diffkit.methods.Method")
    _TABLE[name] = method


def method_for(method: str | Method, options: Mapping[str, Any] | None = None) -> Method:
    """The method of this name, or the given one, with these options set.

    Raises
    ------
    UnknownMethodError
        For a name that is not in the table; lists the known and suggests the nearest.
    UnknownOptionError
        For an option that the method lacks; lists the options it has.

    Examples
    --------
    >>> method_for("central", {"h": 1e-5})
    Central(h=1e-05, accuracy=2)
    """
    if isinstance(method, str):
        if method not in _TABLE:
            _load_plugins()
        if method not in _TABLE:
            near = difflib.get_close_matches(method, _TABLE, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise UnknownMethodError(f"no method {method!r}; {hint}The methods are {', '.join(_TABLE)}")
        method = _TABLE[method]
    elif isinstance(method, type) or not isinstance(method, Method):
        raise UnknownMethodError(
            f"method is {method!r}; write a name ({', '.join(_TABLE)}) or a method object such as "
            f"diffkit.numerical.Central(h=1e-5)"
        )
    if not options:
        return method
    fields: list[str] = (
        [f.name for f in dataclasses.fields(method) if f.init] if dataclasses.is_dataclass(method) else []
    )
    for option in options:
        if option not in fields:
            has = f"its options are {', '.join(fields)}" if fields else "it has none"
            raise UnknownOptionError(f"method {method.name!r} has no option {option!r}; {has}")
    return dataclasses.replace(method, **options)  # type: ignore[type-var]


@lru_cache(maxsize=1)
def _load_plugins() -> None:
    """Methods that installed packages bring along; looked for when a name is not known."""
    for point in entry_points(group="diffkit.methods"):
        if point.name not in _TABLE:
            register_method(point.name, point.load())
