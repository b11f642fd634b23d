"""Every case that is timed, by lane, in the sizes that tell something and in sizes that only run."""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks.cases import Case, chain, dense, helmholtz, logistic, network, rosenbrock, vector
from tests.benchmarks.objectives import bundle, hand, lstm, mixture, reprojection

__all__ = ["LANES", "cases"]

Row = tuple[Callable[..., Case], tuple[int, ...], tuple[int, ...]]
# A row: the maker, the sizes that tell something, and those that only show that it runs.
LANES: dict[str, tuple[Row, ...]] = {
    "a": ((chain, (1000,), (3,)),),
    "b": tuple((vector, (10**k,), (4,)) for k in range(1, 7)),
    "c": tuple((rosenbrock, (10**k,), (4,)) for k in range(1, 6)),
    "d": (
        (logistic, (2000, 50), (5, 2)),
        (network, (128, 64), (3, 2)),
        (dense, (50,), (4,)),
        (mixture, (1000, 10, 5), (5, 3, 2)),
        (mixture, (1000, 20, 25), (5, 3, 2)),
        (bundle, (20, 500, 2000), (2, 3, 4)),
        (reprojection, (20, 500, 2000), (2, 3, 4)),
        (lstm, (2, 14, 25), (2, 2, 3)),
        (hand, (500,), (3,)),
    ),
    "e": tuple((helmholtz, (n,), (k,)) for n, k in ((1, 1), (5, 2), (20, 3), (50, 4), (150, 5), (500, 6))),
}


def cases(lane: str, tiny: bool) -> list[Case]:
    """Every case of a lane, in the sizes that tell something or in sizes that only run."""
    chosen = [make(*(few if tiny else many)) for make, many, few in LANES[lane]]
    return list({case.title: case for case in chosen}.values())
