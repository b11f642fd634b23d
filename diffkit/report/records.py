"""What a figure reads of an error sweep: arrays that a study measured, since a figure computes none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Curve", "Sweep", "Sweeps"]

Array = NDArray[np.floating[Any]]


class Curve(Protocol):
    """One method's errors at every step. Signed errors; nan where f has no value; 0 where there is none."""

    @property
    def total(self) -> Array: ...
    @property
    def truncation(self) -> Array: ...
    @property
    def rounding(self) -> Array: ...
    @property
    def lost(self) -> NDArray[np.bool_]:
        """Where the values of f cancel to exactly 0, and the error is the derivative itself."""
        ...

    @property
    def median(self) -> Array:
        """Running median of |total| over the steps that are not lost."""
        ...

    @property
    def best(self) -> tuple[float, float]:
        """The step where the running median is least, and the median there."""
        ...

    @property
    def predicted(self) -> tuple[float, float]:
        """Step and error that the error model calls best.

        (inf, 0) without truncation error, (0, 0) without rounding error, nan where it has no answer.
        """
        ...

    @property
    def slope(self) -> float:
        """Fitted on the truncation branch; nan where there is none."""
        ...

    @property
    def order(self) -> int:
        """Order of accuracy p."""
        ...

    @property
    def model_truncation(self) -> Array:
        """The line C h^p."""
        ...

    @property
    def model_rounding(self) -> Array:
        """The line u (S |f| + S' |x f'|) / h^n: values of f are rounded, and so is x + h."""
        ...


class Sweep(Protocol):
    """The errors of several methods against the step, at one point of one function."""

    @property
    def f_text(self) -> str: ...
    @property
    def x(self) -> float: ...
    @property
    def exact(self) -> float: ...
    @property
    def dtype(self) -> str: ...
    @property
    def order(self) -> int:
        """Order n of the derivative."""
        ...

    @property
    def steps(self) -> Array:
        """Ascending."""
        ...

    @property
    def curves(self) -> Mapping[str, Curve]: ...
    @property
    def flat(self) -> Mapping[str, float]:
        """Absolute error of each method that has no step."""
        ...


class Sweeps(Protocol):
    """Sweeps of the same methods, of one function in several types or of several functions."""

    @property
    def by(self) -> str:
        """What the keys are: "dtype" or "function"."""
        ...

    @property
    def sweeps(self) -> Mapping[str, Sweep]: ...
    @property
    def why(self) -> Mapping[str, str]:
        """By key, why a function is interesting."""
        ...

    @property
    def methods(self) -> Sequence[str]: ...
