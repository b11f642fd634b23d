"""What was found, written down: one file of numbers, one to read, one picture."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import diffkit
from diffkit.report.files import write_whole
from diffkit.report.style import save
from diffkit.tables import Table, json_ready
from tests.benchmarks.finding import Finding
from tests.benchmarks.lanes import LANES
from tests.benchmarks.losses import losses, reasons
from tests.benchmarks.picture import benchmarks

__all__ = ["machine", "write"]

PACKAGES = (
    "numpy", "scipy", "sympy", "mpmath", "gmpy2", "numba", "torch", "jax", "autograd", "mygrad", "micrograd",
    "casadi", "symengine", "numdifftools", "jacobi",
)  # fmt: skip


def machine() -> list[str]:
    """The processor, its cores, the system, Python, and the version of every package that has a part."""
    versions = [f"diffkit {diffkit.__version__}"]
    for package in PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{package} missing")
    return [
        f"{processor()}, {os.cpu_count()} cores, each system on one thread; {platform.system()}, "
        f"Python {platform.python_version()}",
        ", ".join(versions),
    ]


def processor() -> str:
    """The processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write(found: Sequence[Finding], folder: Path) -> list[Path]:
    """The paths of the numbers, the page and the pictures, now written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"benchmarks.{ending}" for ending in ("json", "md", "svg", "png")]
    numbers = {"machine": machine(), "findings": [json_ready(asdict(finding)) for finding in found]}
    write_whole(paths[0], (json.dumps(numbers, indent=1) + "\n").encode())
    write_whole(paths[1], page(found).encode())
    picture = benchmarks(found)
    for path in paths[2:]:
        save(picture, path, title="Benchmarks")
    return paths


def targets(found: Sequence[Finding]) -> Table:
    """Every bound that was set beforehand, and what came out."""
    rows = [
        (finding.title, target.what, *target.cells)
        for letter in LANES
        for finding in found
        if finding.lane == letter
        for target in finding.targets
    ]
    return Table(("case", "what", "wanted", "got", ""), tuple(rows), frozenset({"wanted", "got"}))


def page(found: Sequence[Finding]) -> str:
    """All tables in Markdown, the losses first."""
    parts = [
        "# Benchmarks",
        "One run of `python -m tests.benchmarks`; the systems are asked in turn, each in its own process. "
        "Ratios are medians of the ratios within a round; a column of µs has the median and the quartiles of "
        "all rounds.",
        "\n".join(f"- {line}" for line in machine()),
        "`by hand` is NumPy with the chain rule written out. `diffkit` is reverse mode as `dk.grad` runs it, "
        "`value` and `pullback` are its halves; `compiled` is `dk.autodiff.compile`, `with jit` the same as "
        "machine code by numba, and both are beside `jax.jit`; `jax` runs without it. `x best peer` is "
        "the time over that of the quickest peer of the same kind.",
        "![Benchmarks](benchmarks.svg)",
        "## Where diffkit loses, and why",
        "\n".join(f"- {line}" for line in losses(found)) or "Nowhere in this run.",
        "## Targets",
        "They were set before anything was measured, by what a good implementation might reach.",
        targets(found).markdown(),
        "\n".join(f"- {line}" for line in reasons(found)),
    ]
    for letter, lane in LANES.items():
        chosen = [finding for finding in found if finding.lane == letter]
        if chosen:
            parts.append(f"## {letter}. {lane.title[0].upper()}{lane.title[1:]}")
        for finding in chosen:
            parts += [f"### {finding.title}", finding.table().markdown(), *finding.notes]
    return "\n\n".join(parts) + "\n"
