"""Which name means which method: the table that every command and study reads."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from diffkit.autodiff import DualNumbers, Reverse
from diffkit.errors import ArgumentsError, MissingPackageError, UnknownMethodError, UnknownOptionError
from diffkit.numerical import Adaptive, Backward, Central, ComplexStep, Forward, Richardson
from diffkit.optional import trouble
from diffkit.peers.method import PeerMethod
from diffkit.peers.table import PEERS, is_installed, peer_named, require_installed
from diffkit.result import Estimate
from diffkit.symbolic import Symbolic

__all__ = ["METHODS", "Method", "method_for", "methods_for", "own_methods", "register_method", "versions_of"]


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


_OURS: tuple[Method, ...] = (
    Forward(),
    Backward(),
    Central(),
    Richardson(),
    Adaptive(),
    ComplexStep(),
    Symbolic(),
    DualNumbers(),
    Reverse(),
)
_TABLE: dict[str, Method] = {method.name: method for method in _OURS}
_TABLE.update({name: peer_named(name) for name in PEERS if is_installed(name)})

METHODS: Mapping[str, Method] = MappingProxyType(_TABLE)
"""Name -> method, in the order in which tables show them: ours, then the peers that are installed.

`register_method` adds one.
"""


def own_methods() -> dict[str, Method]:
    """The methods that are meant where none are named: all but the peers.

    Examples
    --------
    >>> list(own_methods())[-2:]
    ['dual', 'reverse']
    """
    return {name: method for name, method in _TABLE.items() if not isinstance(method, PeerMethod)}


def versions_of(methods: Iterable[Method]) -> dict[str, str]:
    """The versions of the packages that these methods are from; ours have none of their own.

    Examples
    --------
    >>> import scipy
    >>> versions_of([METHODS["reverse"], METHODS["scipy"]]) == {"scipy": scipy.__version__}
    True
    """
    return {method.name: method.version for method in methods if isinstance(method, PeerMethod)}


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
    if not isinstance(name, str) or name in ("", "all"):
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
    MissingPackageError
        For a peer that is not installed; says the line that installs it.
    UnknownOptionError
        For an option that the method lacks; lists the options it has.

    Examples
    --------
    >>> method_for("central", {"h": 1e-5})
    Central(h=1e-05, accuracy=2)
    """
    if isinstance(method, str):
        if method not in _TABLE:
            broken = _load_plugins()
            if method in broken:
                raise MissingPackageError(broken[method])
        if method not in _TABLE and method in PEERS:
            require_installed(method)
        if method not in _TABLE:
            near = difflib.get_close_matches(method, _TABLE, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}? The" if near else "the"
            raise UnknownMethodError(f"no method {method!r}; {hint} methods are {', '.join(_TABLE)}")
        method = _TABLE[method]
    elif isinstance(method, type) or not isinstance(method, Method):
        raise UnknownMethodError(
            f"method is {method!r}; write a name ({', '.join(_TABLE)}) or a method object such as "
            f"diffkit.numerical.Central(h=1e-5)"
        )
    if not options:
        return method
    fields = _options_of(method)
    for option in options:
        if option not in fields and option == "methods":
            one = options[option] if isinstance(options[option], str) else method.name
            raise UnknownOptionError(
                f"one method is asked here; write method={one!r}, or compare(f, ..., methods=...) for several"
            )
        if option not in fields:
            has = f"its options are {', '.join(fields)}" if fields else "it has none"
            raise UnknownOptionError(f"method {method.name!r} has no option {option!r}; {has}{_hint(option)}")
    return dataclasses.replace(method, **options)  # type: ignore[type-var]


def methods_for(
    methods: str | Method | Iterable[str | Method] | None, options: Mapping[str, Any] | None = None
) -> list[Method]:
    """The methods that are meant: by one name, names with commas between them, or a list.

    None means our own, "all" the peers that are installed, too. Each gets those of the options that it has.

    Raises
    ------
    ArgumentsError
        If there is none.
    UnknownOptionError
        For an option that none of them has; the other errors are those of `method_for`.

    Examples
    --------
    >>> methods_for("central, reverse", {"h": 1e-5})
    [Central(h=1e-05, accuracy=2), Reverse()]
    """
    if methods is None:
        methods = own_methods().values()
    elif isinstance(methods, str) and methods.strip() == "all":
        methods = _TABLE.values()
    elif isinstance(methods, str):
        methods = [name.strip() for name in methods.split(",") if name.strip()]
    elif not isinstance(methods, Iterable):
        methods = [methods]
    found = [method_for(method) for method in methods]
    if not found:
        raise ArgumentsError(f"no methods are given; write some of {', '.join(_TABLE)}")
    for option in options or {}:
        if not any(option in _options_of(method) for method in found):
            names = ", ".join(method.name for method in found)
            raise UnknownOptionError(f"no option {option!r} in {names}{_hint(option)}")
    return [
        method_for(method, {o: v for o, v in (options or {}).items() if o in _options_of(method)})
        for method in found
    ]


def _options_of(method: Method) -> list[str]:
    return [f.name for f in dataclasses.fields(method) if f.init] if dataclasses.is_dataclass(method) else []


def _hint(option: str) -> str:
    """Which methods have an option, for one that has not."""
    others = [name for name, method in _TABLE.items() if option in _options_of(method)]
    example = "central" if "central" in others else others[0] if others else ""
    has = "has" if len(others) == 1 else "have"
    return f'; {", ".join(others)} {has} it, as in method="{example}"' if others else ""


@lru_cache(maxsize=1)
def _load_plugins() -> Mapping[str, str]:
    """Add the methods that installed packages bring along; why those that are broken are not among them.

    They are looked for when a name is not known.
    """
    broken = {}
    for point in entry_points(group="diffkit.methods"):
        if point.name in _TABLE:
            continue
        try:
            register_method(point.name, point.load())
        except (Exception, SystemExit) as error:  # one that nobody asked for is no reason to stop
            why = trouble(point.module, error)
            broken[point.name] = f"method {point.name!r} is {point.value} of another package, which {why}"
    return broken
