"""The derivative of products of arrays: matmul, dot, tensordot, outer, einsum, convolve.

Letters: `y` the result, `a` and `b` the two operands, `a_dot` a tangent, `y_bar` and `a_bar` cotangents.
No pull conjugates: the cotangent of a complex z is du/d(Re z) - i du/d(Im z).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from string import ascii_letters
from typing import Any

import numpy as np

from diffkit.example import Array, Example, example
from diffkit.primitives import scatter
from diffkit.rules.declare import array_rule

A = Array(2, 3)
Z = Array(2, 3, made=lambda x: x + 1j * np.sin(3 * x))

# Matrices and vectors ------------------------------------------------------------------------------


def _as_matrices(a: Any, b: Any) -> tuple[Any, Any]:
    """The operands of a @ b with a vector made a row (on the left) or a column (on the right)."""
    row = np.expand_dims(a, 0) if np.ndim(a) == 1 else a
    column = np.expand_dims(b, 1) if np.ndim(b) == 1 else b
    return row, column


def _full(y_bar: Any, a: Any, b: Any) -> Any:
    """The cotangent of a @ b with the axes back that a vector operand lost."""
    if np.ndim(b) == 1:
        y_bar = np.expand_dims(y_bar, -1)
    return np.expand_dims(y_bar, -2) if np.ndim(a) == 1 else y_bar


def _are_matrices(a: Any, b: Any) -> bool:
    """Whether both are plain matrices, the usual case, which needs none of the above."""
    return a.__class__ is b.__class__ is np.ndarray and a.ndim == b.ndim == 2


def _pull_matmul_a(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
    if _are_matrices(a, b):
        return y_bar @ b.T
    _, column = _as_matrices(a, b)
    a_bar = np.matmul(_full(y_bar, a, b), np.swapaxes(column, -1, -2))
    return np.squeeze(a_bar, -2) if np.ndim(a) == 1 else a_bar


def _pull_matmul_b(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
    if _are_matrices(a, b):
        return a.T @ y_bar
    row, _ = _as_matrices(a, b)
    b_bar = np.matmul(np.swapaxes(row, -1, -2), _full(y_bar, a, b))
    return np.squeeze(b_bar, -1) if np.ndim(b) == 1 else b_bar


def bilinear(
    function: Callable[..., Any],
    pull_a: Callable[..., Any],
    pull_b: Callable[..., Any],
    examples: Iterable[Example],
) -> None:
    """Declare a product: its tangent is the product with one factor replaced by its tangent."""
    array_rule(
        function,
        (lambda a_dot, y, a, b, *rest, **keywords: function(a_dot, b, *rest, **keywords), pull_a),
        (lambda b_dot, y, a, b, *rest, **keywords: function(a, b_dot, *rest, **keywords), pull_b),
        examples=examples,
    )


def of_shapes(*pairs: tuple[tuple[int, ...], tuple[int, ...]]) -> list[Example]:
    """Examples of a product of two arrays."""
    return [example(Array(*left), Array(*right)) for left, right in pairs]


# fmt: off
bilinear(
    np.matmul, _pull_matmul_a, _pull_matmul_b,
    of_shapes(
        ((3,), (3,)), ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 2)), ((5, 2, 3), (3, 2)),
        ((2, 3), (5, 3, 2)), ((5, 2, 3), (5, 3, 2)), ((5, 1, 2, 3), (4, 3, 2)), ((5, 2, 3), (3,)),
        ((2,), (5, 2, 3)), ((2, 0), (0, 3)),
    ),
)
# fmt: on


def _last(x: Any, axis: int) -> Any:
    return x if axis == -1 else np.moveaxis(x, axis, -1)


def _pull_vecdot(y_bar: Any, other: Any, axis: int) -> Any:
    product = np.expand_dims(y_bar, -1) * _last(other, axis)
    return product if axis == -1 else np.moveaxis(product, -1, axis)


# np.vecdot and np.vecmat conjugate their first operand.
bilinear(
    np.vecdot,
    lambda y_bar, y, a, b, axis=-1: np.conjugate(_pull_vecdot(y_bar, b, axis)),
    lambda y_bar, y, a, b, axis=-1: _pull_vecdot(y_bar, np.conjugate(a), axis),
    [*of_shapes(((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3))), example(A, A, axis=0), example(Z, A)],
)
if hasattr(np, "matvec"):  # NumPy 2.2
    bilinear(
        np.matvec,
        lambda y_bar, y, a, b: np.expand_dims(y_bar, -1) * np.expand_dims(b, -2),
        lambda y_bar, y, a, b: np.matvec(np.matrix_transpose(a), y_bar),
        [*of_shapes(((2, 3), (3,)), ((5, 2, 3), (3,)), ((2, 3), (5, 3))), example(Z, Array(3))],
    )
    bilinear(
        np.vecmat,
        lambda y_bar, y, a, b: np.conjugate(np.matvec(b, y_bar)),
        lambda y_bar, y, a, b: np.expand_dims(np.conjugate(a), -1) * np.expand_dims(y_bar, -2),
        [*of_shapes(((2,), (2, 3)), ((2,), (5, 2, 3)), ((5, 2), (2, 3))), example(Z, Array(3, 2))],
    )

# Contractions ----------------------------------------------------------------------------------------


def _pull_tensordot_a(y_bar: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    on_a, on_b = _contracted(a, b, axes)
    free_a = [i for i in range(np.ndim(a)) if i not in on_a]
    free_b = [i for i in range(np.ndim(b)) if i not in on_b]
    rest = list(range(len(free_a), len(free_a) + len(free_b)))
    a_bar = np.tensordot(y_bar, b, (rest, free_b))  # axes: free_a, then on_b in the order b has them
    order = free_a + [on_a[on_b.index(i)] for i in sorted(on_b)]
    return np.transpose(a_bar, np.argsort(order))


def _pull_tensordot_b(y_bar: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    on_a, on_b = _contracted(a, b, axes)
    free_a = [i for i in range(np.ndim(a)) if i not in on_a]
    free_b = [i for i in range(np.ndim(b)) if i not in on_b]
    b_bar = np.tensordot(a, y_bar, (free_a, list(range(len(free_a)))))
    order = [on_b[on_a.index(i)] for i in sorted(on_a)] + free_b
    return np.transpose(b_bar, np.argsort(order))


def _contracted(a: Any, b: Any, axes: Any) -> tuple[list[int], list[int]]:
    if isinstance(axes, int | np.integer):
        axes = (list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes)))
    on_a, on_b = (np.atleast_1d(part).tolist() for part in axes)
    return [i % np.ndim(a) for i in on_a], [i % np.ndim(b) for i in on_b]


bilinear(
    np.tensordot,
    _pull_tensordot_a,
    _pull_tensordot_b,
    [
        example(Array(*left), Array(*right), axes)
        for left, right, axes in [
            ((2, 3, 4), (3, 4, 5), 2),
            ((2, 3), (3,), 1),
            ((2,), (3,), 0),
            ((2, 3, 4), (4, 5, 3), ([1, 2], [2, 0])),
            ((2, 3, 4), (4, 3, 5), ([2, 1], [0, 1])),
            ((2, 3, 4), (4, 2, 5), ((0, 2), (1, 0))),
            ((2, 3), (3, 4), (1, 0)),
            ((2, 3, 4), (5, 4), (-1, -1)),
            ((2, 2, 3), (2, 2), ([1, 0], [0, 1])),
        ]
    ]
    + [example(A, A), example(A, Array(3, 2), axes=1), example(Z, Array(3), 1)],
)


def _dot_axes(a: Any, b: Any) -> tuple[list[int], list[int]]:
    """np.dot as a tensordot: the last axis of a with the last but one of b."""
    return [np.ndim(a) - 1], [max(0, np.ndim(b) - 2)]


def _inner_axes(a: Any, b: Any) -> tuple[list[int], list[int]]:
    return [np.ndim(a) - 1], [np.ndim(b) - 1]


def _like_tensordot(axes_of: Callable[..., Any], pull: Callable[..., Any]) -> Callable[..., Any]:
    def pulled(y_bar: Any, y: Any, a: Any, b: Any) -> Any:
        if np.ndim(a) == 0 or np.ndim(b) == 0:  # np.dot of a number multiplies
            return y_bar * (b if pull is _pull_tensordot_a else a)
        return pull(y_bar, y, a, b, axes_of(a, b))

    return pulled


# fmt: off
MATRICES = [((3,), (3,)), ((), (3,)), ((2, 3), ()), ((), ())]
bilinear(
    np.dot,
    _like_tensordot(_dot_axes, _pull_tensordot_a), _like_tensordot(_dot_axes, _pull_tensordot_b),
    of_shapes(
        *MATRICES, ((2, 3), (3,)), ((2,), (2, 3)), ((2, 3), (3, 2)), ((5, 2, 3), (3, 2)),
        ((2, 3), (5, 3, 2)), ((5, 2, 3), (4, 3, 2)),
    ),
)
bilinear(
    np.inner,
    _like_tensordot(_inner_axes, _pull_tensordot_a), _like_tensordot(_inner_axes, _pull_tensordot_b),
    of_shapes(
        *MATRICES, ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)), ((5, 2, 3), (4, 3)),
    ),
)
bilinear(
    np.outer,
    lambda y_bar, y, a, b, *_: np.reshape(np.matmul(y_bar, np.ravel(b)), np.shape(a)),
    lambda y_bar, y, a, b, *_: np.reshape(np.matmul(np.ravel(a), y_bar), np.shape(b)),
    of_shapes(((3,), (2,)), ((2, 3), (4,)), ((), (3,)), ((2,), (2, 2))),
)
# fmt: on

# einsum: its pull is an einsum --------------------------------------------------------------------


def _push_einsum(position: int, x_dot: Any, y: Any, letters: str, *arrays: Any, **keywords: Any) -> Any:
    arrays = (*arrays[: position - 1], x_dot, *arrays[position:])
    return np.einsum(letters, *arrays, **keywords)


def _pull_einsum(position: int, y_bar: Any, y: Any, letters: str, *arrays: Any, **keywords: Any) -> Any:
    """The cotangent of one array: all the others and y_bar, contracted to its letters.

    A letter of its own, over which it was summed alone, is brought in by a vector of ones; a repeated
    one, of which the diagonal was taken, by the unit matrix. Arrives with every letter written out.
    """
    terms, out = letters.split("->")
    others = [[term, array] for term, array in zip(terms.split(","), arrays, strict=True)]
    wanted, x = others.pop(position - 1)
    factors = [[out, y_bar], *others]
    known, target = set("".join(term for term, _ in factors)), ""
    spare = iter(sorted(set(ascii_letters) - set(letters)))
    for letter, size in zip(wanted, np.shape(x), strict=True):
        again = letter in target
        target += next(spare) if again else letter
        if again:
            factors.append([letter + target[-1], np.eye(size, dtype=x.dtype)])
        elif letter not in known:
            factors.append([letter, np.ones(size, dtype=x.dtype)])
    if not isinstance(keywords.get("optimize", False), bool | str):
        keywords["optimize"] = True  # a path was meant for the arrays of this call only
    return np.einsum(
        ",".join(term for term, _ in factors) + "->" + target, *(array for _, array in factors), **keywords
    )


array_rule(
    np.einsum,
    (_push_einsum, _pull_einsum),
    examples=[
        example(letters, *(Array(*shape) for shape in shapes))
        for letters, *shapes in [
            ("ij,jk->ik", (2, 3), (3, 2)),
            ("ij,jk", (2, 3), (3, 2)),
            ("ij,ij->", (2, 3), (2, 3)),
            ("ba", (2, 3)),
            ("ij->j", (2, 3)),
            ("i->", (3,)),
            ("ii", (3, 3)),
            ("ii->", (3, 3)),
            ("ii->i", (3, 3)),
            ("iij->ji", (2, 2, 3)),
            ("iii->i", (2, 2, 2)),
            ("ii,ij->j", (3, 3), (3, 2)),
            ("i,j,k->ijk", (2,), (3,), (2,)),
            ("ij,j,jk->k", (2, 3), (3,), (3, 2)),
            ("i,i,i", (3,), (3,), (3,)),
            ("...i,...i->...", (2, 3), (3,)),
            ("...ij,...jk", (5, 2, 3), (3, 2)),
            ("i...->...", (2, 3, 2)),
            ("...", ()),
            (",ij", (), (2, 3)),
            ("ij,ij->ij", (2, 1), (2, 3)),
            (" i j , j k -> i k ", (2, 3), (3, 2)),
        ]
    ]
    + [
        example(A, [0, 1], Array(3, 2), [1, 2]),
        example(A, [1, 0], Array(3), [0], [1]),
        example(A, [Ellipsis, 7], Array(3), [7], [Ellipsis]),
        example(Array(3, 3), [30, 30]),
        example(A, [30, 2]),
        example("ij,jk,kl->il", A, Array(3, 2), A, optimize=True),
        example("ij,jk,kl", A, Array(3, 2), A, optimize="greedy"),
        example("ij,jk,kl->il", A, Array(3, 2), A, optimize=["einsum_path", (1, 2), (0, 1)]),
        example("ij,j->i", Z, Array(3)),
    ],
    variadic=True,
)

# Convolution -------------------------------------------------------------------------------------------


def _widened(y_bar: Any, a: Any, b: Any, mode: Any) -> Any:
    """The cotangent of the full convolution, of which mode "same" keeps the middle and "valid" the core."""
    shorter = min(np.size(a), np.size(b))
    start = {"full": 0, "same": (shorter - 1) // 2, "valid": shorter - 1}[MODES.get(mode, mode)]
    key = slice(start, start + np.size(y_bar))
    return scatter(y_bar, key=key, shape=(np.size(a) + np.size(b) - 1,))


MODES = {0: "valid", 1: "same", 2: "full"}
bilinear(
    np.convolve,
    lambda y_bar, y, a, b, mode="full": np.reshape(
        np.convolve(_widened(y_bar, a, b, mode), np.flip(b), "valid"), np.shape(a)
    ),
    lambda y_bar, y, a, b, mode="full": np.reshape(
        np.convolve(_widened(y_bar, a, b, mode), np.flip(a), "valid"), np.shape(b)
    ),
    [
        *[
            example(Array(*left), Array(*right), mode)
            for mode in ("full", "same", "valid")
            for left, right in (((5,), (3,)), ((2,), (5,)), ((4,), (4,)), ((5,), (2,)))
        ],
        example(Array(3), Array(2)),
        example(Array(3), Array(2), mode="same"),
        example(Array(3), Array()),
    ],
)
