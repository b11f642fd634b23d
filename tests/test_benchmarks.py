"""The benchmarks run: every table is made, in sizes that tell nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_one_command_prints_every_table_of_the_benchmarks():
    found = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--tiny"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr
    titles = [
        "scalar chain",
        "vector",
        "Rosenbrock",
        "logistic",
        "network",
        "dense Jacobian",
        "Gaussian mixture",
        "bundle adjustment:",
        "bundle adjustment, Jacobian",
        "LSTM",
        "hand tracking",
        "memory",
        "rows of a gradient",
        "swell",
    ]
    tables = [t for t in found.stdout.split("\n\n") if t.startswith(tuple(titles))]
    assert [text.startswith(title) for text, title in zip(tables, titles, strict=True)] == [True] * len(
        titles
    )
    for text in tables[:11]:  # the gradients have been compared with those by hand before they were timed
        names = [line[:12].strip() for line in text.splitlines()[2:]]
        assert names[:2] == ["by hand", "diffkit"]


@pytest.mark.slow
def test_only_the_asked_tables_are_printed():
    found = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--tiny", "--only", "LSTM", "Rosen"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    titles = [t.split()[0] for t in found.stdout.strip().split("\n\n") if "missing" not in t]
    assert titles == ["Rosenbrock,", "LSTM:"]
