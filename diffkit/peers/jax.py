"""A tape in JAX: traced, differentiated and compiled by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from diffkit.peers.peer import NumpyLike

__all__ = ["Jax"]


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
