"""Where a Jacobian may be nonzero, and which of its columns can be found together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, OptionError
from diffkit.numerical.sampling import Function

__all__ = ["Pattern", "column_groups", "refuse_sparsity"]


@dataclass(frozen=True)
class Pattern:
    """The places of a sparse Jacobian, row by row.

    Attributes
    ----------
    shape
        (m, n): f takes n numbers and answers with m.
    rows, columns
        Where the Jacobian may be nonzero, as in a `scipy.sparse.coo_array`.
    groups
        Indices into them, an array for each group of columns that share no row.
    """

    shape: tuple[int, int]
    rows: Any
    columns: Any
    groups: Sequence[Any]

    @classmethod
    def of(cls, sparsity: Any, leaves: Sequence[Any]) -> Pattern:
        """The pattern that the user gave for the Jacobian of a function of `leaves`; else ArgumentsError.

        >>> len(Pattern.of(np.eye(5) + np.eye(5, k=1) + np.eye(5, k=-1), [np.zeros(5)]).groups)
        3
        """
        if len(leaves) != 1 or np.ndim(leaves[0]) != 1:
            got = f"{len(leaves)} arguments" if len(leaves) != 1 else f"one of shape {np.shape(leaves[0])}"
            raise ArgumentsError(
                f"sparsity is for a function of one flat array, and this one has {got}: join them by "
                "np.concatenate and np.ravel, and take them apart in f"
            )
        from scipy import sparse  # only who gives a sparse array waits for it

        n = leaves[0].size
        shape = np.shape(sparsity)
        if len(shape) != 2 or shape[1] != n:
            raise ArgumentsError(
                f"sparsity has shape {shape}, and a Jacobian by {n} numbers has shape (m, {n}): give an "
                "array or a sparse array of that shape, nonzero where the Jacobian may be"
            )
        structure = sparse.csr_array(sparsity) != 0
        structure.eliminate_zeros()
        rows, columns = structure.nonzero()
        group = column_groups(rows, columns, shape)[columns]
        order = np.argsort(group, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(group[order])) + 1) if len(order) else []
        return cls((int(shape[0]), n), rows, columns, groups)

    def checked(self, f: Function) -> Function:
        """f, which must answer with the m numbers that the pattern has rows for; else ArgumentsError."""

        def ask(*point: Any) -> Any:
            y = f(*point)
            if np.shape(y) != self.shape[:1]:
                raise ArgumentsError(
                    f"sparsity has shape {self.shape}, and f maps shape ({self.shape[1]},) to shape "
                    f"{np.shape(y)}: the answer has to have shape ({self.shape[0]},), one number a row"
                )
            return y

        return ask

    def filled(self, data: Any) -> Any:
        """The Jacobian with `data` in the places of the pattern: a `scipy.sparse.csr_array`."""
        from scipy import sparse

        return sparse.csr_array((data, (self.rows, self.columns)), shape=self.shape)

    def require_complete(self, data: Any, moves: Any, rise: Any, size: Any) -> None:
        """Raise ArgumentsError where f rises along `moves` otherwise than the Jacobian in `data` says.

        `size` is that of f's values, which are rounded.
        """
        parts = data * moves[self.columns]
        predicted = np.bincount(self.rows, parts, self.shape[0])
        # The rise has truncation errors of its own, far smaller than what the step itself does.
        slack = np.bincount(self.rows, np.abs(parts), self.shape[0]) / 100
        slack += 64 * np.finfo(data.dtype).eps * size
        with np.errstate(invalid="ignore"):
            missing = np.abs(rise - predicted) > slack
        if np.any(missing):
            raise ArgumentsError(
                f"element {np.flatnonzero(missing)[0]} of f's result depends on elements of x at which "
                "sparsity is zero in its row: make it nonzero there, or write check=False to let it be"
            )


def refuse_sparsity(sparsity: Any, what: str) -> None:
    """Raise OptionError where a sparsity is given for what is no Jacobian."""
    if sparsity is not None:
        raise OptionError(f"sparsity is for a Jacobian, and this is {what}: leave sparsity out")


def column_groups(rows: Any, columns: Any, shape: tuple[int, ...]) -> Any:
    """The number of the group of each column: columns of one group share no row.

    Each column, from the left, goes into the first group that it fits into.

    >>> column_groups([0, 0, 1, 1], [0, 1, 1, 2], (2, 3))
    array([0, 1, 0])

    Formula: Curtis, Powell and Reid, J. Inst. Maths Applics 13 (1974), as in SciPy.
    """
    taken, group = [0] * shape[0], np.zeros(shape[1], int)  # the groups of a row: the bits of a whole number
    of_column: list[list[int]] = [[] for _ in range(shape[1])]
    for row, column in zip(np.asarray(rows).tolist(), np.asarray(columns).tolist(), strict=True):
        of_column[column].append(row)
    for column, its_rows in enumerate(of_column):
        used = 0
        for row in its_rows:
            used |= taken[row]
        free = ~used & (used + 1)  # the lowest bit that is not set
        group[column] = free.bit_length() - 1
        for row in its_rows:
            taken[row] |= free
    return group
