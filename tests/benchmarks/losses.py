"""Where a peer is better, by how much, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diffkit.studies.why import listed
from tests.benchmarks.finding import Finding, ratio
from tests.benchmarks.systems import COMPILING, PEERS

__all__ = ["losses", "reasons"]

MATTERS = 1.1  # smaller ratios change from run to run

# Peer -> why it wins where it wins.
WHY = {
    "micrograd": "its numbers know five operations and one type, and call Python's math; diffkit's stand for "
    "NumPy's, with shapes, types and any function, and go through NumPy's dispatch",
    "jax.jit": "XLA fuses elementwise rows into one loop, and takes sin and exp of several numbers at once",
    "torch": "its kernels take sin and exp of several numbers at once, which NumPy does not on every machine",
    "jax": "each of its operations is compiled by XLA, which shows where arrays are long",
    "autograd": "it does less before an operation, and keeps no record of where it came from",
    "mygrad": "it does less before an operation",
    "symengine": "its trees and numbers are C++, where diffkit's graph is Python over SymPy's",
    "casadi": "its graph is C++, and made to be computed with: it has no formula for a person to read",
}


# Lane -> why a target is missed there, where it is.
WHY_MISSED = {
    "a": "an operation on a Python number is recorded in some dozen bytecodes, once NumPy has found out that "
    "np.sin is ours to compute; PyTorch does both in C++. A compiled chain has neither",
    "b": "a call has a fixed cost and so has each operation, which short arrays do not hide; long ones cost "
    "what NumPy's sin and exp cost, by hand or not",
    "c": "each slice is an operation, and its cotangent is added in its place by another one: more passes "
    "over memory than a person writes, with nothing else to do between them",
    "d": "the fixed cost of an operation shows where arrays are short, and values are kept that nobody reads",
    "e": "the fixed cost of a call shows where n is small",
    "f": "the column of digits says which peer has more",
    "g": "the machine was busy",
    "h": "SymPy is imported for one of the nine methods, and takes half of the time",
    "i": "the machine was busy",
    "j": "the machine was busy",
}


def reasons(found: Sequence[Finding]) -> Iterator[str]:
    """A sentence a lane that misses one of its targets."""
    for lane in dict.fromkeys(finding.lane for finding in found):
        missed = [t for finding in found if finding.lane == lane for t in finding.targets if not t.met]
        if missed:
            yield f"{lane}: {len(missed)} missed: {WHY_MISSED[lane]}."


def losses(found: Sequence[Finding]) -> Iterator[str]:
    """A sentence a peer that was quicker somewhere, with the cases; then who needs fewer values of f."""
    for peer in (*PEERS, "symengine", "casadi"):
        cases = sorted(_quicker(found, peer), reverse=True)
        if cases:
            said = listed([f"{case} ({_times(times)}, over {ours})" for times, case, ours in cases])
            yield f"**{peer}** is quicker on {said}: {WHY[peer]}."
    for finding in found:
        if finding.lane == "f":
            yield from _cheaper(finding)


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


def _quicker(found: Sequence[Finding], peer: str) -> Iterator[tuple[float, str, str]]:
    """How many times as quick, on what, and over which of ours: what compiles is set beside what compiles."""
    kind = ("  compiled", "  with jit") if peer in COMPILING else ("diffkit",)
    for finding in found:
        ours = {name: times for name in kind if (times := ratio(finding.times, name, peer)) is not None}
        if ours and (least := min(ours.values())) > MATTERS:
            yield least, finding.title, min(ours, key=lambda name: ours[name]).strip()


def _cheaper(finding: Finding) -> Iterator[str]:
    """The numerical peers that ask for fewer values than the adaptive method, or take less time."""
    ours = finding.rows["adaptive"]
    for peer in ("scipy.differentiate", "numdifftools", "jacobi"):
        for column, what in (("points", "values of f"), ("µs", "µs")):
            theirs = finding.rows.get(peer, {}).get(column)
            if theirs is not None and theirs * MATTERS < (ours[column] or 0.0):
                digits = f"{finding.rows[peer]['digits']:.1f} digits beside {ours['digits']:.1f}"
                beside = f"{theirs:.3g} {what} where adaptive takes {ours[column]:.3g}"
                yield f"**{peer}** takes {beside}, for {digits}."
