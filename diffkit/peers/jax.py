"""A tape in JAX: traced, differentiated and compiled by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from diffkit.peers.method import Function
from diffkit.peers.peer import NumpyLike
from diffkit.peers.replayed import InArrays
from diffkit.tape.arithmetic import Arithmetic

__all__ = ["ByJax", "Jax"]


class Jax(NumpyLike):
    """JAX's arithmetic in float64, whatever JAX's own setting is: each operation runs with its x64 mode on.

    An array of JAX's enters as it is, in its own precision. `jax.grad` and `jax.jit` make float32 of a Python
    float before f sees it, so call them inside `with jax.enable_x64(True):` for all the digits.

    Examples
    --------
    >>> import jax, diffkit as dk  # doctest: +SKIP
    >>> tape = dk.record(lambda x: np.sin(x) * np.exp(-(x**2)), 0.7)  # doctest: +SKIP
    >>> float(tape.replay(0.7, arithmetic="jax"))  # doctest: +SKIP
    0.3946647588022506
    >>> f = jax.jit(jax.grad(lambda x: tape.replay(x, arithmetic="jax")))  # doctest: +SKIP
    >>> with jax.enable_x64(True):  # doctest: +SKIP
    ...     print(round(float(f(0.7)), 15))
    -0.083968151006933
    """

    name = "jax"
    package = "jax"
    numpy = "jax.numpy"
    special = "jax.scipy.special"
    renamed = MappingProxyType({"psi": "digamma"})

    @cached_property
    def x64(self) -> Callable[[bool], Any]:
        """JAX's context manager for float64; older versions have it among their experiments."""
        here = "jax" if hasattr(self.module, "enable_x64") else "jax.experimental"
        found: Callable[[bool], Any] = import_module(here).enable_x64
        return found

    def is_own(self, value: Any) -> bool:
        return isinstance(value, self.module.Array)

    def array(self, value: Any) -> Any:
        with self.x64(True):
            return self.module.numpy.asarray(np.asarray(value))

    def joined(self, flats: list[Any]) -> Any:
        return self.module.numpy.concatenate(flats)

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        with self.x64(True):
            return super().call(function, args, keywords)


@dataclass(frozen=True)
class ByJax(InArrays):
    """JAX's grad, jacrev and hessian, on f's tape in arrays of float64.

    Examples
    --------
    >>> ByJax().derivative(np.exp, 0.0, order=3).value  # doctest: +SKIP
    np.float64(1.0)
    """

    name: ClassVar[str] = "jax"
    arithmetic: ClassVar[type[Arithmetic]] = Jax

    @contextmanager
    def asking(self) -> Iterator[None]:
        """As for every peer, with JAX's x64 mode on."""
        with super().asking(), Jax().x64(True):
            yield

    def gradient(self, h: Function) -> Function:
        """By jax.grad."""
        found: Function = self.module.grad(h)
        return found

    def jacobians(self, g: Function, leaves: list[Any]) -> Sequence[Any]:
        """By jax.jacrev."""
        found: Sequence[Any] = self.module.jacrev(g, tuple(range(len(leaves))))(*leaves)
        return found

    def hessians(self, g: Function, leaves: list[Any]) -> Sequence[Sequence[Any]]:
        """By jax.hessian: forward over reverse."""
        found: Sequence[Sequence[Any]] = self.module.hessian(g, tuple(range(len(leaves))))(*leaves)
        return found
