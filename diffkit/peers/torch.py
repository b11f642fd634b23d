"""A tape in PyTorch: its tensors, and its backward()."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from diffkit.peers.method import Function
from diffkit.peers.peer import Peer, home_of, key_of
from diffkit.peers.replayed import InArrays
from diffkit.primitives import Joined, getitem, takes_each_once
from diffkit.tape.arithmetic import Arithmetic

__all__ = ["ByTorch", "Torch"]


class Torch(Peer):
    """PyTorch's arithmetic on tensors of float64; a tensor enters as it is, in its own precision.

    Examples
    --------
    >>> import torch, diffkit as dk  # doctest: +SKIP
    >>> tape = dk.record(lambda x: np.sum(np.sin(x) * np.exp(-(x**2))), np.ones(2))  # doctest: +SKIP
    >>> x = torch.tensor([0.0, 0.7], dtype=torch.float64, requires_grad=True)  # doctest: +SKIP
    >>> tape.replay(x, arithmetic="torch").backward()  # doctest: +SKIP
    >>> x.grad  # doctest: +SKIP
    tensor([ 1.0000, -0.0840], dtype=torch.float64)
    """

    name = "torch"
    package = "torch"

    def is_own(self, value: Any) -> bool:
        return isinstance(value, self.module.Tensor)

    def array(self, value: Any) -> Any:
        return self.module.tensor(np.array(value))

    def joined(self, flats: list[Any]) -> Any:
        return self.module.cat(flats)

    def whole(self, index: Any) -> Any:
        return self.module.as_tensor(index)

    def call(self, function: Callable[..., Any], args: Any, keywords: Mapping[str, Any]) -> Any:
        if isinstance(function, np.ufunc) or function in BETWEEN_TENSORS:
            real = next((a.dtype for a in args if self.is_own(a) and a.is_floating_point()), None)
            constant = (int, float, complex, np.ndarray)
            args = [self._real(a, real) if isinstance(a, constant) else a for a in args]
        return super().call(function, args, keywords)

    def _real(self, value: Any, dtype: Any) -> Any:
        """A constant operand: torch's functions take tensors of one type, so whole numbers become real ones.

        A Python number is of the type of the operand beside it, as in NumPy.
        """
        tensor = self.array(np.asarray(value, float) if np.asarray(value).dtype.kind in "iu" else value)
        return tensor.to(dtype) if dtype and isinstance(value, int | float) else tensor

    def find(self, function: Callable[..., Any]) -> Callable[..., Any] | None:
        if isinstance(function, Joined):
            return JOINS.get(function.function) and partial(JOINS[function.function], self.module)
        key = key_of(function)
        if key in ROWS:
            return partial(ROWS[key], self.module)
        home = None if function is np.linalg.lstsq else home_of(function)  # which answers otherwise
        if key not in NAMES and (home is None or (home == "" and not isinstance(function, np.ufunc))):
            return None  # a function of NumPy's that is no ufunc has other operands, even under its name
        found: Any = self.module
        for name in NAMES.get(key, f"{home}.{function.__name__}").lstrip(".").split("."):
            found = getattr(found, name, None)
        return found and (lambda *args, **keywords: found(*args, **_renamed(keywords)))


@dataclass(frozen=True)
class ByTorch(InArrays):
    """PyTorch's autograd, on f's tape in tensors of float64.

    Examples
    --------
    >>> ByTorch().derivative(np.exp, 0.0, order=3).value  # doctest: +SKIP
    np.float64(1.0)
    """

    name: ClassVar[str] = "torch"
    arithmetic: ClassVar[type[Arithmetic]] = Torch

    def plain(self, value: Any) -> Any:
        """A tensor as an array of NumPy's."""
        return value.detach().numpy()

    def gradient(self, h: Function) -> Function:
        """By torch.autograd.grad, with a graph of its own for the next order."""

        def slope(x: Any) -> Any:
            x = x if x.requires_grad else x.detach().requires_grad_()
            y = h(x)
            if not y.requires_grad:  # f does not depend on x
                return self.module.zeros_like(x)
            return self.module.autograd.grad(y, x, create_graph=True, materialize_grads=True)[0]

        return slope

    def jacobians(self, g: Function, leaves: list[Any]) -> Sequence[Any]:
        """By torch.autograd.functional.jacobian."""
        found: Sequence[Any] = self.module.autograd.functional.jacobian(g, tuple(leaves))
        return found

    def hessians(self, g: Function, leaves: list[Any]) -> Sequence[Sequence[Any]]:
        """By torch.autograd.functional.hessian."""
        found: Sequence[Sequence[Any]] = self.module.autograd.functional.hessian(g, tuple(leaves))
        return found


KEYWORDS = {"axis": "dim", "axes": "dim", "keepdims": "keepdim"}


def _renamed(keywords: Mapping[str, Any]) -> dict[str, Any]:
    return {KEYWORDS.get(name, name): value for name, value in keywords.items()}


# Functions of tensors alone, besides the ufuncs.
BETWEEN_TENSORS = frozenset({np.where, np.clip, np.dot, np.inner, np.outer, np.convolve})

# What has another name than in NumPy, and the same operands in the same order. Not torch.special.bessel_j0
# and its like: they cut the history without a word, and a gradient would come out wrong.
NAMES: dict[Any, str] = {
    np.absolute: "abs", np.fabs: "abs", np.power: "pow", np.equal: "eq", np.not_equal: "ne",
    np.conjugate: "conj", np.rint: "round", np.radians: "deg2rad", np.degrees: "rad2deg", np.sign: "sgn",
    np.copy: "clone", np.sinc: "sinc", np.nan_to_num: "nan_to_num",
    "log_expit": "nn.functional.logsigmoid",
}  # fmt: skip


# -- NumPy's functions whose operands differ, with its signatures; `t` is torch ------------------------


def _axes(a: Any, axis: Any) -> tuple[int, ...]:
    return tuple(k % a.ndim for k in (range(a.ndim) if axis is None else np.atleast_1d(axis).tolist()))


def _reduced(name: str, neutral: Any = None) -> Callable[..., Any]:
    """A sum, mean, ...; `neutral` is what a mask leaves where no initial value says it."""

    def row(t: Any, a: Any, axis: Any = None, dtype: Any = None, **options: Any) -> Any:
        keepdims, initial = options.pop("keepdims", False), options.pop("initial", neutral)
        if "where" in options and initial is not None:
            a = t.where(t.as_tensor(options.pop("where")), a, initial if neutral is None else neutral)
        if name in ("var", "std"):  # torch divides by n - 1
            options = {"correction": options.pop("ddof", 0), **options}
        axes = _axes(a, axis)
        if not axes:  # which torch takes for all of them
            a, axes, keepdims = a[None], (0,), False
        y = getattr(t, name)(a, dim=axes, keepdim=keepdims, **options)
        return y if initial == neutral else FOLDED[name](t, y, t.as_tensor(initial, dtype=y.dtype))

    return row


# A reduction's result and its initial value, as one.
FOLDED: dict[str, Callable[..., Any]] = {
    "sum": lambda t, a, b: a + b,
    "amax": lambda t, a, b: t.maximum(a, b),
    "amin": lambda t, a, b: t.minimum(a, b),
}


def _product(t: Any, a: Any, axis: Any = None, dtype: Any = None, **options: Any) -> Any:
    if "where" in options:
        a = t.where(t.as_tensor(options["where"]), a, 1.0)
    for k in sorted(_axes(a, axis), reverse=True):
        a = t.prod(a, dim=k, keepdim=options.get("keepdims", False))
    return a * options.get("initial", 1)


def _along(name: str, default: int | None = None) -> Callable[..., Any]:
    def row(t: Any, a: Any, axis: int | None = default, *_: Any, **__: Any) -> Any:
        return getattr(t, name)(a.reshape(-1) if axis is None else a, dim=0 if axis is None else axis)

    return row


def _tensordot(t: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    if not isinstance(axes, int | np.integer):
        axes = [np.atleast_1d(part).tolist() for part in axes]
    return t.tensordot(a, b, dims=axes)


def _contracted(axis: int) -> Callable[..., Any]:
    """np.dot, which goes along the last axis but one of b, and np.inner, which goes along the last."""

    def row(t: Any, a: Any, b: Any) -> Any:
        return t.tensordot(a, b, dims=([-1], [max(b.ndim + axis, 0)])) if a.ndim and b.ndim else a * b

    return row


def _clip(t: Any, a: Any, low: Any = None, high: Any = None) -> Any:
    a = a if low is None else t.maximum(a, low)
    return a if high is None else t.minimum(a, high)


def _convolve(t: Any, a: Any, v: Any, mode: str = "full") -> Any:
    a, v = (a, v) if len(a) >= len(v) else (v, a)
    full = t.nn.functional.conv1d(a[None, None], v.flip(0)[None, None], padding=len(v) - 1)[0, 0]
    start = {"full": 0, "same": (len(v) - 1) // 2, "valid": len(v) - 1}[mode]
    return full[start : start + {"full": len(full), "same": len(a), "valid": len(a) - len(v) + 1}[mode]]


def _whole_part(t: Any, a: Any, b: Any) -> Any:
    return t.round((a - t.remainder(a, b)) / b)  # torch.floor_divide has no derivative, not even 0


def _gamma(t: Any, a: Any) -> Any:
    sign = t.where((a < 0) & (t.floor(a) % 2 != 0), -1.0, 1.0)
    return sign * t.exp(t.lgamma(a))


def _part(t: Any, a: Any, *, key: Any) -> Any:
    if not takes_each_once(key):
        raise NotImplementedError
    return a[key]


JOINS: dict[Any, Callable[..., Any]] = {
    np.concatenate: lambda t, *arrays, axis=0: t.cat(arrays, dim=axis),
    np.stack: lambda t, *arrays, axis=0: t.stack(arrays, dim=axis),
}
# Of the functions that move elements those that torch has at hand; the rest go by positions.
ROWS: dict[Any, Callable[..., Any]] = {
    getitem: _part,
    np.reshape: lambda t, a, shape: a.reshape(shape),
    np.ravel: lambda t, a: a.reshape(-1),
    np.transpose: lambda t, a, axes=None: a.permute(range(a.ndim)[::-1] if axes is None else axes),
    np.swapaxes: lambda t, a, axis1, axis2: t.swapaxes(a, axis1, axis2),
    np.expand_dims: lambda t, a, axis: t.unsqueeze(a, axis),
    np.sum: _reduced("sum", 0.0), np.mean: _reduced("mean"), np.var: _reduced("var"), np.std: _reduced("std"),
    np.any: _reduced("any"), np.all: _reduced("all"), np.prod: _product,
    np.max: _reduced("amax"), np.amax: _reduced("amax"), np.min: _reduced("amin"), np.amin: _reduced("amin"),
    np.cumsum: _along("cumsum"), np.cumprod: _along("cumprod"), np.argmax: _along("argmax"),
    np.argmin: _along("argmin"), np.argsort: _along("argsort", -1),
    np.sort: lambda t, a, axis=-1, **_: _along("sort", -1)(t, a, axis).values,
    np.diff: lambda t, a, n=1, axis=-1: t.diff(a, n=n, dim=axis),
    np.dot: _contracted(-2), np.inner: _contracted(-1), np.tensordot: _tensordot,
    np.outer: lambda t, a, b: t.outer(a.reshape(-1), b.reshape(-1)),
    np.vecdot: lambda t, a, b, axis=-1: (a.conj() * b).sum(axis),
    np.einsum: lambda t, text, *arrays, **_: t.einsum(text, *arrays),
    np.convolve: _convolve,
    np.matvec: lambda t, a, b: (a @ b[..., None])[..., 0],
    np.vecmat: lambda t, a, b: (a.conj()[..., None, :] @ b)[..., 0, :],
    np.trace: lambda t, a, offset=0, axis1=0, axis2=1: t.diagonal(a, offset, axis1, axis2).sum(-1),
    np.clip: _clip,
    np.where: lambda t, condition, a, b: t.where(condition != 0, a, b),
    np.round: lambda t, a, decimals=0: t.round(a, decimals=decimals),
    np.astype: lambda t, a, dtype: t.trunc(a) if np.dtype(dtype).kind in "iu" else a,
    np.real: lambda t, a: a.real,
    np.imag: lambda t, a: a.imag if a.is_complex() else 0 * a,
    np.zeros_like: lambda t, a, *_, **__: t.zeros_like(a),
    np.empty_like: lambda t, a, *_, **__: t.zeros_like(a),
    np.ones_like: lambda t, a, *_, **__: t.ones_like(a),
    np.linalg.qr: lambda t, a, mode="reduced": t.linalg.qr(a, mode)[1 if mode == "r" else slice(None)],
    np.modf: lambda t, a: (a - t.trunc(a), t.trunc(a)),
    np.divmod: lambda t, a, b: (_whole_part(t, a, b), t.remainder(a, b)),
    np.floor_divide: _whole_part,
    np.cbrt: lambda t, a: t.sgn(a) * t.abs(a) ** (1 / 3),
    "gamma": _gamma,
}  # fmt: skip
