"""What every peer shares as a method: its package, its version, and how its answer becomes an Estimate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from typing import Any, ClassVar

import numpy as np

from diffkit.errors import DiffkitError, NoRuleError
from diffkit.optional import imported
from diffkit.quiet import warnings_in_a_block
from diffkit.result import Estimate

__all__ = ["Function", "FunctionError", "PeerMethod", "blocks", "columns_of", "told_apart", "version_of"]

Function = Callable[..., Any]


@dataclass(frozen=True)
class PeerMethod(ABC):
    """A method of another package, whose `name` is what pip installs and what Python imports.

    It computes in float64, and its answer has the dtype of the point.
    """

    name: ClassVar[str]
    kind: ClassVar[str]

    @property
    def module(self) -> Any:
        """The package, imported; MissingPackageError where that fails."""
        return imported(self.name, f"{self.name} {{trouble}}; write pip install {self.name}")

    @property
    def version(self) -> str:
        """The version that is installed."""
        return version_of(self.name)

    @abstractmethod
    def derivative(self, f: Function, x: Any, order: int = 1) -> Estimate:
        """The order-th derivative of an elementwise f at each element of x."""

    @abstractmethod
    def jacobian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The derivative of f's result with respect to each leaf, of shape T + S."""

    @abstractmethod
    def hessian(self, f: Function, leaves: list[Any]) -> Estimate:
        """The second derivatives of a scalar f: entry [i][j] has the shapes of leaf i and leaf j."""

    def estimate(
        self, value: Any, calls: int, error: Any = None, step: Any = None, note: str = ""
    ) -> Estimate:
        """An Estimate that names the package with its version."""
        made_by = f"{self.name} {self.version}"
        return Estimate(value, error, step, calls, self.name, f"{made_by}; {note}" if note else made_by)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A block in which the peer works: its warnings stay inside, what it cannot do is a NoRuleError.

        What f raises comes out as it is.
        """
        try:
            with warnings_in_a_block("ignore"):
                _ = self.module  # the first to say that there is none
                yield
        except DiffkitError:
            raise
        except FunctionError as error:
            raise error.raised from None
        except Exception as error:
            said = " ".join(str(error).split())[:100]
            raise NoRuleError(
                f"{self.name} {self.version} cannot differentiate this f: {type(error).__name__}: {said}"
            ) from error


class FunctionError(Exception):
    """What f raised, on its way through a peer, whose own errors are told in other words."""

    def __init__(self, raised: Exception) -> None:
        super().__init__(raised)
        self.raised = raised


def told_apart(f: Function) -> Function:
    """f, whose errors pass a peer as `FunctionError`."""

    def ask(*point: Any) -> Any:
        try:
            return f(*point)
        except DiffkitError:
            raise
        except Exception as error:
            raise FunctionError(error) from error

    return ask


@lru_cache
def version_of(package: str) -> str:
    """The version of an installed package.

    >>> version_of("numpy") == np.__version__
    True
    """
    try:
        return installed_version(package)
    except PackageNotFoundError:  # it can be imported, and pip knows nothing of it
        return "of unknown version"


def columns_of(table: Any, shape: tuple[int, ...], leaves: Sequence[Any]) -> list[Any]:
    """A table with a row an output and a column an input, as one array a leaf, of shape T + S.

    >>> columns_of([[1.0, 2.0, 3.0]], (), [np.zeros(2), 0.5])
    [array([1., 2.]), np.float64(3.0)]
    """
    ends = np.cumsum([np.size(leaf) for leaf in leaves])[:-1]
    parts = np.split(np.asarray(table), ends, axis=1)
    return [
        part.reshape(shape + np.shape(leaf)).astype(np.result_type(leaf))[()]
        for part, leaf in zip(parts, leaves, strict=True)
    ]


def blocks(table: Any, leaves: Sequence[Any]) -> list[list[Any]]:
    """A square table over all inputs as blocks: entry [i][j] has the shapes of leaf i and leaf j.

    >>> blocks(np.eye(2), [1.0, 2.0])
    [[np.float64(1.0), np.float64(0.0)], [np.float64(0.0), np.float64(1.0)]]
    """
    ends = np.cumsum([np.size(leaf) for leaf in leaves])[:-1]
    return [
        [
            part.reshape(np.shape(a) + np.shape(b)).astype(np.result_type(a, b))[()]
            for part, b in zip(np.split(row, ends, axis=1), leaves, strict=True)
        ]
        for row, a in zip(np.split(np.asarray(table), ends), leaves, strict=True)
    ]
