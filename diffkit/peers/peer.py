"""What the adapters share: where a function of NumPy is in a peer, and what only moves elements.

Reshaping, indexing and joining mean the same everywhere: NumPy does it to the positions of the elements,
and the peer takes the elements from there. So any key of NumPy's works, and has the peer's derivative.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np

from diffkit.errors import DiffkitError, NoRuleError
from diffkit.optional import imported
from diffkit.primitives import (
    Joined,
    assemble,
    component,
    getitem,
    put,
    scatter,
    selected_product,
    tanh_slope,
)
from diffkit.primitives import share as share_
from diffkit.structure import as_leaf, is_array_like
from diffkit.tape.arithmetic import Arithmetic, name_of
from diffkit.tape.inside import run_inside

__all__ = ["MOVES", "NumpyLike", "Peer", "home_of", "key_of", "replayed_in"]

# Functions whose result has the elements of their first operand, and zeros, at other places.
MOVES = frozenset(
    {
        getitem, np.reshape, np.ravel, np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis,
        np.squeeze, np.expand_dims, np.broadcast_to, np.copy, np.flip, np.fliplr, np.flipud, np.rot90,
        np.roll, np.tril, np.triu, np.repeat, np.tile, np.take, np.take_along_axis, np.diagonal, np.diag,
        np.diagflat, np.delete, np.resize, np.lib.stride_tricks.sliding_window_view, np.fft.fftshift,
        np.fft.ifftshift, np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack,
    }
)  # fmt: skip


def replayed_in(package: str, arithmetic: str) -> Any:
    """The package of an arithmetic, imported; MissingPackageError where that fails.

    >>> replayed_in("numpy", "numpy").__name__
    'numpy'
    """
    needed = f"and arithmetic={arithmetic!r} replays in it"
    return imported(package, f"{package} {{trouble}}, {needed}; write pip install {package}")


class Peer(Arithmetic):
    """A peer's arithmetic on its own arrays of float64.

    A number or NumPy array enters as an array of the peer's; what is one already enters as it is, so that the
    peer's derivatives go through.
    """

    package: str

    @cached_property
    def module(self) -> Any:
        """The package, imported."""
        return replayed_in(self.package, self.name)

    # -- what a peer says of itself -----------------------------------------------------------------

    def is_own(self, value: Any) -> bool:
        """Whether a value is an array of this peer, or one that it follows."""
        raise NotImplementedError

    def array(self, value: Any) -> Any:
        """A NumPy array or number as an array of this peer."""
        raise NotImplementedError

    def joined(self, flats: list[Any]) -> Any:
        """Flat arrays, one after the other."""
        raise NotImplementedError

    def find(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        """What a function of NumPy's or SciPy's is here, with the same operands; None when it is missing."""
        raise NotImplementedError

    # -- the arithmetic -----------------------------------------------------------------------------

    def leaf(self, value: Any) -> Any:
        _ = self.module
        return value if self.is_own(value) else self.array(as_leaf(value))

    def constant(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
            return self.array(value)
        if isinstance(value, list | tuple) and is_array_like(value):
            array = np.array(value)
            return self.array(array) if array.dtype.kind in "fc" else value
        return value.item() if isinstance(value, np.generic) else value

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if function is component:
            return args[0][keywords["index"]]
        if function is selected_product:
            return self.call(np.multiply, args, {})
        if function is tanh_slope:
            return 1 - args[0] * args[0]
        if function is share_:
            return 1 / (1 + self.call(np.exp, [args[1] - args[0]], {}))
        if function is scatter:
            return self._scattered(args[0], **keywords)
        if hasattr(function, "inside"):
            return run_inside(function.inside, self, args, keywords)
        found = self.find(function)
        several = len(args) if function in (assemble, put) else 0
        joins = function.count if isinstance(function, Joined) else several
        moves = joins > 0 or function in MOVES
        if found is None and not moves:
            what = f"{name_of(function)} has no meaning in {self.name} arithmetic"
            raise NoRuleError(f"{what}: {self.package} lacks it")
        try:
            return found(*args, **keywords) if found else self._moved(function, args, keywords, joins or 1)
        except (TypeError, NotImplementedError, RuntimeError, ValueError) as error:
            if isinstance(error, DiffkitError):
                raise
            if found and moves:  # not as the peer has it: a slice with a step back, two axes at once, ...
                return self._moved(function, args, keywords, joins or 1)
            what = f"{self.package} cannot do {name_of(function)} as it is called here"
            raise NoRuleError(f"{what}: {' '.join(str(error).split())[:80]}") from error

    def _moved(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any], count: int) -> Any:
        """The elements of the first operands where NumPy's function puts them."""
        operands = [a if self.is_own(a) else self.array(a) for a in args[:count]]
        sizes = [int(np.prod(a.shape, dtype=int)) for a in operands]
        starts = 1 + np.cumsum([0, *sizes])  # position 0 is that of the zeros
        places = [
            np.arange(start, start + size).reshape(tuple(a.shape))[()]
            for a, start, size in zip(operands, starts, sizes, strict=False)
        ]
        index = np.asarray(getattr(function, "__wrapped__", function)(*places, *args[count:], **keywords))
        flats = [a.reshape((-1,)) for a in operands]
        if index.size and not index.all():
            flats, index = [self.array(np.zeros(1)), *flats], index + 1
        return (self.joined(flats) if len(flats) > 1 else flats[0])[self.whole(index - 1)]

    def _scattered(self, x: Any, key: Any, shape: tuple[int, ...]) -> Any:
        """An array of zeros into which x has been added: once for each time that a place is met."""
        met = np.arange(int(np.prod(shape))).reshape(shape)[key]
        x = self._moved(np.broadcast_to, (x, met.shape), {}, 1)
        order = np.argsort(met, axis=None, kind="stable")
        places = met.ravel()[order]
        turn = np.arange(met.size) - np.searchsorted(places, places)  # how often the place was met before
        total = self.array(np.zeros(shape))
        for k in range(int(turn.max(initial=-1)) + 1):
            layer = partial(_placed, chosen=order[turn == k], places=met.ravel(), shape=shape)
            total = total + self._moved(layer, (x,), {}, 1)
        return total

    def whole(self, index: Any) -> Any:
        """Whole numbers as this peer takes them for an index."""
        return index


def _placed(positions: Any, chosen: Any, places: Any, shape: tuple[int, ...]) -> Any:
    out = np.zeros(shape, dtype=int)
    out.ravel()[places[chosen]] = positions.ravel()[chosen]
    return out


def home_of(function: Callable[..., Any]) -> str | None:
    """Where a function is found under its name: "" for np, "linalg", "fft", "special", or None.

    Examples
    --------
    >>> import scipy.special
    >>> [home_of(f) for f in (np.sin, np.fft.rfft, scipy.special.erf, getitem)]
    ['', 'fft', 'special', None]
    """
    for home, module in {"": np, "linalg": np.linalg, "fft": np.fft}.items():
        if getattr(module, function.__name__, None) is function:
            return home
    if not isinstance(function, np.ufunc):
        return None
    return "" if isinstance(getattr(np, function.__name__, None), np.ufunc) else "special"  # sc.expm1 is np's


def key_of(function: Callable[..., Any]) -> Any:
    """What a table knows a function by: one of SciPy's by its name, so that no table imports SciPy.

    Examples
    --------
    >>> import scipy.special
    >>> key_of(scipy.special.erf), key_of(np.sin)
    ('erf', <ufunc 'sin'>)
    """
    special = isinstance(function, np.ufunc) and home_of(function) == "special"
    return function.__name__ if special else function


class NumpyLike(Peer):
    """A peer whose functions have NumPy's names and signatures, in `numpy`, and SciPy's in `special`."""

    numpy: str
    special: str
    renamed: Mapping[str, str] = MappingProxyType({})

    def find(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        if isinstance(function, Joined):
            join = self.find(function.function)
            return join and (lambda *args, **keywords: join(
                list(args[: function.count]), *args[function.count :], **keywords))  # fmt: skip
        home = home_of(function)
        if home is None:
            return None
        name, place = function.__name__.lstrip("_"), f"{self.numpy}.{home}"  # scipy.special._zeta is zeta
        if home == "special":
            name, place = self.renamed.get(name, name), self.special
        found: Callable[..., Any] | None = getattr(import_module(place.rstrip(".")), name, None)
        return found
