"""What kind of call it is: one spelling for each that NumPy lets one write in several.

A row of a tape has a flat line of operands, and rules are few. What arrives here with active values inside
a list, or as a mixture of simpler calls, leaves in the spelling that has a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import ascii_letters
from typing import Any

import numpy as np

from diffkit.errors import NoRuleError
from diffkit.primitives import Joined
from diffkit.structure import is_foreign
from diffkit.tape.ufuncs import no_out, ufunc_call
from diffkit.tape.written import WRITTEN_WITH_OTHERS, holds_foreign

__all__ = ["DISCRETE", "METADATA", "WRITTEN_WITH_OTHERS", "no_out", "operands", "ufunc_call"]

Call = tuple[Callable[..., Any], tuple[Any, ...], Mapping[str, Any]]

# These ask about shape and type only: the answer has no derivative and needs no row.
METADATA = frozenset(
    {
        np.shape, np.ndim, np.size, np.result_type, np.iscomplexobj, np.isrealobj, np.can_cast,
        np.min_scalar_type, np.common_type, np.einsum_path,
        np.diag_indices_from, np.tril_indices_from, np.triu_indices_from, np.shares_memory,
        np.may_share_memory, np.array_repr, np.array_str, np.array2string,
    }
)  # fmt: skip

# These answer with whole numbers or truth values: constant wherever they are differentiable.
DISCRETE = frozenset(
    {
        np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
        np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
        np.isnan, np.isinf, np.isfinite, np.signbit, np.isclose, np.allclose, np.array_equal,
        np.argmax, np.argmin, np.argsort, np.searchsorted, np.nonzero, np.flatnonzero, np.count_nonzero,
        np.any, np.all, np.digitize, np.nanargmax, np.nanargmin, np.isreal, np.iscomplex, np.array_equiv,
        np.isposinf, np.isneginf, np.isin, np.argwhere, np.argpartition, np.lexsort, np.linalg.matrix_rank,
    }
)  # fmt: skip

# Their first argument is a list of arrays. Elsewhere a list of active values is an array of them.
JOINING = frozenset({np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack})


def operands(function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Call:
    """The same call with no active value inside a list."""
    if function in IN_PLACE:
        raise NoRuleError(
            f"np.{function.__name__} writes into an array in place and has no rule; "
            f"write {IN_PLACE[function]}"
        )
    if function in SPELT:
        args, keywords = SPELT[function](*args, **keywords)
    if function is np.where and len(args) == 1:
        function = np.nonzero
    if args and isinstance(args[0], list | tuple) and (function in JOINING or _is_ragged(args[0])):
        items = tuple(_as_array(item) if holds_foreign(item) else item for item in args[0])
        return Joined(function, len(items)), (*items, *args[1:]), keywords
    return function, tuple(_as_array(a) if holds_foreign(a) else a for a in args), keywords


def _is_ragged(items: Any) -> bool:
    return holds_foreign(items) and len({np.shape(item) for item in items}) > 1


def _as_array(items: Any) -> Any:
    if isinstance(items, tuple) and all(i.dtype.kind in "biu" for i in items if is_foreign(i)):
        return tuple(int(i) if is_foreign(i) else i for i in items)  # a shape or axes
    return np.array(items, dtype=object)


def _clip_operands(x: Any, *bounds: Any, **keywords: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """np.clip(x, low, high), also from np.clip(x, a_min=..., a_max=...) and np.clip(x, min=..., max=...)."""
    low, high = (*bounds, None, None)[:2]
    for name in ("a_min", "min"):
        low = keywords.pop(name, low)
    for name in ("a_max", "max"):
        high = keywords.pop(name, high)
    return (x, low, high), keywords


def _einsum_operands(*args: Any, **keywords: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """np.einsum with one text in which every letter stands: "...i,i" of a matrix becomes "ai,i->a"."""
    text, arrays = (args[0], args[1:]) if isinstance(args[0], str) else _einsum_text(*args)
    text = text.replace(" ", "")
    front, arrow, out = text.partition("->")
    if arrow and "..." in front and "..." not in out:
        return (text, *arrays), keywords  # NumPy says what is wrong with it
    if not arrow:
        once = sorted(letter for letter in set(front) - set(".,") if front.count(letter) == 1)
        out = "".join(["..." * ("..." in front), *once])
    terms = front.split(",")
    hidden = [np.ndim(x) - len(t.replace("...", "")) for t, x in zip(terms, arrays, strict=True)]
    widest = max((n for n, term in zip(hidden, terms, strict=True) if "..." in term), default=0)
    spare = "".join(letter for letter in ascii_letters if letter not in text)[:widest]
    terms = [term.replace("...", spare[widest - n :]) for n, term in zip(hidden, terms, strict=True)]
    return (",".join(terms) + "->" + out.replace("...", spare), *arrays), keywords


def _einsum_text(*args: Any) -> tuple[str, tuple[Any, ...]]:
    """The text of np.einsum(a, [0, 1], b, [1, 2], [0, 2]), and its arrays."""
    count = len(args) // 2
    labels = [*args[1::2], *args[2 * count :]]
    known = sorted({label for term in labels for label in term} - {Ellipsis})
    letter = {Ellipsis: "..."} | dict(zip(known, sorted(ascii_letters), strict=False))
    terms = ["".join(letter[label] for label in term) for term in labels]
    return ",".join(terms[:count]) + "".join("->" + out for out in terms[count:]), args[: 2 * count : 2]


def _diff_operands(
    x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """np.diff of what its ends have been put to."""
    parts = [x if part is x else _end(part, x, axis) for part in (prepend, x, append) if part is not None]
    return (x if len(parts) == 1 else np.concatenate(parts, axis=axis), n, axis), {}


def _end(end: Any, x: Any, axis: int) -> Any:
    edge = [1 if a == axis % np.ndim(x) else size for a, size in enumerate(np.shape(x))]
    return end if np.ndim(end) else np.broadcast_to(end, edge)


def _masked_operands(
    x: Any, *rest: Any, where: Any = True, **keywords: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A reduction of what the mask lets through only, so that nothing else meets an infinite partial."""
    if is_foreign(keywords.get("mean")):
        raise NoRuleError("an active mean=... of np.var or np.std has no rule; leave it out")
    if where is True or not is_foreign(x):
        return (x, *rest), keywords if where is True else {**keywords, "where": where}
    return (np.where(where, x, 1), *rest), {**keywords, "where": where}


IN_PLACE = {
    np.copyto: "y[...] = new, or np.where(mask, new, old)",
    np.put: "y[index] = new, or np.where(mask, new, old)",
    np.putmask: "y[mask] = new, or np.where(mask, new, old)",
    np.place: "y[mask] = new, or np.where(mask, new, old)",
    np.put_along_axis: "y[index] = new, or np.where(mask, new, old)",
    np.fill_diagonal: "i = np.arange(n); y[i, i] = new, or np.where(np.eye(n, dtype=bool), new, old)",
}

SPELT: dict[Any, Callable[..., tuple[tuple[Any, ...], dict[str, Any]]]] = {
    np.clip: _clip_operands,
    np.diff: _diff_operands,
    np.einsum: _einsum_operands,
    **dict.fromkeys([np.sum, np.mean, np.prod, np.var, np.std], _masked_operands),
}
