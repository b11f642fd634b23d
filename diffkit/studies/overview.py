"""The methods in one table: what each is, how often it calls f, what it can follow; tried, not claimed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from diffkit.api import derivative, gradient
from diffkit.errors import DiffkitError
from diffkit.methods import Method, own_methods
from diffkit.peers.table import PEERS, install_line, is_installed, peer_named
from diffkit.studies.study import Study
from diffkit.tables import Table, csv_text

__all__ = ["MethodFacts", "MethodsOverview", "overview"]

SIZES = (1, 10, 100)


@dataclass(frozen=True)
class MethodFacts:
    """What is known of a method: `calls` for a gradient of each of `SIZES` inputs, and what it follows."""

    name: str
    kind: str
    order: int | None
    calls: tuple[int, ...]
    branches: bool
    black_box: bool
    complex_black_box: bool
    about: str


@dataclass(frozen=True)
class PeerFacts:
    """A method of another package: its version, None where it is missing, and how to install it."""

    name: str
    kind: str
    version: str | None
    install: str


@dataclass(frozen=True)
class MethodsOverview(Study):
    """The facts of our methods, which were tried, and which peers are installed."""

    rows: tuple[MethodFacts, ...]
    peers: tuple[PeerFacts, ...]

    def title(self) -> list[str]:
        """What the table lists."""
        return ["The methods of diffkit: diffkit.METHODS in Python, --methods at the shell."]

    def tables(self) -> list[Table]:
        """A row a method."""
        rows = tuple(
            (
                row.name,
                row.kind,
                _truncation(row),
                *map(str, row.calls),
                "yes" if row.branches else "no",
                "yes" if row.black_box else "if complex" if row.complex_black_box else "no",
                row.about,
            )
            for row in self.rows
        )
        sizes = tuple(f"n={n}" for n in SIZES)
        columns = ("method", "kind", "truncation", *sizes, "if, loops", "black box", "note")
        peers = tuple((p.name, p.kind, p.version or f"missing: {p.install}") for p in self.peers)
        return [Table(columns, rows, frozenset(sizes)), Table(("peer", "kind", "version"), peers)]

    def remarks(self) -> list[str]:
        """How to read the columns."""
        return [
            "n=...: calls of f for the gradient of n inputs, counted. if, loops: follows a branch on x. "
            "black box: takes an f that is not written with NumPy; if complex: if f takes complex numbers.",
            "A peer is another package, and a method by its name; 'all' means ours and these, if there.",
        ]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: {"schema": "diffkit.methods/1", "sizes", "methods", "peers"}."""
        names = ("name", "kind", "order", "calls", "branches", "black_box", "complex_black_box", "about")
        methods = [{name: getattr(row, name) for name in names} for row in self.rows]
        return {"schema": "diffkit.methods/1", "sizes": list(SIZES), "methods": [
            {**method, "calls": list(method["calls"])} for method in methods
        ], "peers": [asdict(peer) for peer in self.peers]}  # fmt: skip

    def csv(self) -> str:
        """One line a method of ours."""
        columns = [
            "method",
            "kind",
            "order",
            *(f"calls for n={n}" for n in SIZES),
            "branches",
            "black_box",
            "complex_black_box",
            "about",
        ]
        rows = [
            [r.name, r.kind, r.order, *r.calls, r.branches, r.black_box, r.complex_black_box, r.about]
            for r in self.rows
        ]
        return csv_text(columns, rows)


def overview() -> MethodsOverview:
    """The facts of our methods, each found by trying it, and the peers that are there; no peer is imported.

    Examples
    --------
    >>> {row.name: row.calls for row in overview().rows}["central"]
    (2, 20, 200)
    """
    rows = tuple(_facts(name, method) for name, method in own_methods().items())
    return MethodsOverview(rows, tuple(map(_peer_facts, PEERS)))


def _peer_facts(name: str) -> PeerFacts:
    peer = peer_named(name)
    return PeerFacts(name, peer.kind, peer.version if is_installed(name) else None, install_line(name))


def _truncation(row: MethodFacts) -> str:
    if row.order is None:  # a numerical method without an order chooses its own formulas
        return "chosen" if row.kind == "numerical" else "exact"
    return f"h^{row.order}" if row.order > 1 else "h"


def _facts(name: str, method: Method) -> MethodFacts:
    about = (type(method).__doc__ or "").strip().split("\n")[0].rstrip(".")
    return MethodFacts(
        name=name,
        kind=method.kind,
        order=_order(method),
        calls=tuple(_calls(method, n) for n in SIZES),
        branches=_follows(method, lambda x: x * x if x > 0 else -x),
        black_box=_follows(method, lambda x: float(x) ** 2),
        complex_black_box=_follows(method, lambda x: (complex if isinstance(x, complex) else float)(x) ** 2),
        about=about,
    )


def _order(method: Method) -> int | None:
    """The power of h in the truncation error; None for a method without one."""
    if hasattr(method, "error_constant"):
        return int(method.order)  # type: ignore[attr-defined]
    return int(method.stencil(1).order) if hasattr(method, "stencil") else None


def _calls(method: Method, n: int) -> int:
    return int(gradient(lambda x: np.sum(x * x), np.ones(n), method=method, full_output=True).evaluations)


def _follows(method: Method, f: Any) -> bool:
    """Whether a method finds the derivative 2 x at 1 of a function that is x^2 there."""
    try:
        return bool(abs(derivative(f, 1.0, method) - 2.0) < 1e-6)
    except DiffkitError:
        return False
