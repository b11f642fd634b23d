"""The lanes: what is measured beside what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from tests.benchmarks.commands import commands, sweep_of_steps
from tests.benchmarks.finding import Finding
from tests.benchmarks.growing import growth
from tests.benchmarks.numbers import digits_and_calls
from tests.benchmarks.swelling import swell
from tests.benchmarks.timing import helmholtz, timed

__all__ = ["LANES", "Lane", "findings_of"]


class Lane(NamedTuple):
    title: str
    findings: Callable[[int, bool], Iterator[Finding]]


LANES: dict[str, Lane] = {
    "a": Lane("what one operation on Python numbers costs", partial(timed, "a")),
    "b": Lane("one formula on arrays of 10 to 1 000 000 numbers", partial(timed, "b")),
    "c": Lane("Rosenbrock's function of 10 to 100 000 inputs", partial(timed, "c")),
    "d": Lane("losses that are fitted: regression, networks, mixtures, cameras, hands", partial(timed, "d")),
    "e": Lane("the Helmholtz energy: forward mode, reverse mode and differences", helmholtz),
    "f": Lane("numerical methods over the catalogue: digits, calls, time", digits_and_calls),
    "g": Lane("derivatives as formulas: time and size", swell),
    "h": Lane("start-up of the command line", commands),
    "i": Lane("an error sweep at 60 digits", sweep_of_steps),
    "j": Lane("growth: cost, memory and rows", growth),
}


def findings_of(letter: str, rounds: int, tiny: bool) -> Iterator[Finding]:
    """What a lane finds, as soon as it is found."""
    return LANES[letter].findings(rounds, tiny)
