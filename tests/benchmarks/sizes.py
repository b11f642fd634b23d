"""Every case that is timed, in the sizes that tell something and in sizes that only run."""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks.cases import Case, chain, dense, logistic, network, rosenbrock, vector
from tests.benchmarks.objectives import bundle, hand, lstm, mixture, reprojection

__all__ = ["SIZES", "TINY", "cases"]

Size = tuple[Callable[..., Case], tuple[int, ...]]
SIZES: tuple[Size, ...] = (
    (chain, (1000,)),
    *((vector, (n,)) for n in (10, 1000, 100_000, 1_000_000)),
    (rosenbrock, (10_000,)),
    (logistic, (2000, 50)),
    (network, (128, 64)),
    (dense, (50,)),
    *((mixture, size) for size in ((1000, 10, 5), (1000, 20, 25))),
    (bundle, (20, 500, 2000)),
    (reprojection, (20, 500, 2000)),
    (lstm, (2, 14, 25)),
    (hand, (500,)),
)
TINY: tuple[Size, ...] = (
    (chain, (3,)),
    (vector, (4,)),
    (rosenbrock, (4,)),
    (logistic, (5, 2)),
    (network, (3, 2)),
    (dense, (4,)),
    (mixture, (5, 3, 2)),
    (bundle, (2, 3, 4)),
    (reprojection, (2, 3, 4)),
    (lstm, (2, 2, 3)),
    (hand, (3,)),
)


def cases(tiny: bool) -> list[Case]:
    """Every case, in the sizes that tell something or in sizes that only run."""
    return [make(*size) for make, size in (TINY if tiny else SIZES)]
