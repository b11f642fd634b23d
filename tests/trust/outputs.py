"""Everything that diffkit writes, as bytes by name: `python -m tests.trust.outputs` prints each one's hash.

A clock that ticks once a question takes the place of the real one, so that times are the same, too.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # before anything takes the clock under a name of its own
    ticks = itertools.count()
    time.perf_counter = lambda: next(ticks) * 2.0**-14

import numpy as np

import diffkit as dk
from diffkit.cli.commands import run
from diffkit.report import animate_secants, page, rendered
from diffkit.studies import secants, sweeps, task, train
from diffkit.studies.overview import overview

F, X = "sin(x)*exp(-x^2)", 0.7
POINT = {"x": 1.0, "y": -2.0, "z": 3.0}


def loss(v: Any) -> Any:
    """A function of an array, with constants, a branch and a reduction."""
    return np.sum(np.where(v > 1, v**2, np.sin(v))) + np.linalg.norm(v) * v[0]


def timeless(swell: dk.Swell) -> dk.Swell:
    """A swell without the times of SymPy's stages, which another process takes with a clock of its own."""
    rows = tuple(dataclasses.replace(row, seconds=row.seconds and 0.5) for row in swell.rows)
    return dataclasses.replace(swell, rows=rows)


def studies() -> dict[str, Any]:
    """One of every kind of study."""
    steps = np.logspace(-12, 0, 13)
    return {
        "comparison": dk.compare(F, X),
        "comparison of a gradient": dk.compare("x^2*y + y*z", POINT, methods="central,reverse"),
        "comparison of code": dk.compare(loss, np.arange(1.0, 4.0), methods="all"),
        "sweep": dk.error_sweep(F, X, steps=steps),
        "sweep of types": dk.error_sweep(F, X, "central", steps, dtype=["float32", "float64"]),
        "sweeps": sweeps(["sine", "pole"], "central", steps),
        "swell": timeless(dk.swell("x^2*sin(x)")),
        "swell of a family": timeless(dk.swell(family="logistic", n=[1, 2, 3])),
        "cost": dk.cost("sin(x)", (1, 3), "central,dual,reverse"),
        "check": dk.check_gradient("x^2*y", {"x": 3.0, "y": 4.0}, gradient={"x": "2*x*y", "y": "x"}),
        "check of a sample": dk.check_gradient(loss, np.arange(1.0, 9.0), samples=3),
        "survey": dk.survey("sine,pole,kink", "central,reverse"),
        "secants": secants(F, X),
        "training": train("x^2 + 3*y^2", 1.0, 1.0, rate=0.1, epochs=5),
        "regression": task("linreg", epochs=3),
        "methods": overview(),
    }


def printed() -> dict[str, Any]:
    """What prints itself without being a study."""
    tape = dk.record(loss, np.arange(1.0, 4.0))
    named = dk.record("x^2*y + sin(z)", POINT)
    return {
        "trace": dk.views.table(named, POINT),
        "trace forward": dk.views.table(tape, np.arange(1.0, 4.0), mode="forward"),
        "graph": dk.views.graph(named, POINT),
        "steps": dk.symbolic.steps("x^2*sin(x)/(1 + x)", time_limit=None),
        "explanation": dk.numerical.explain(np.sin, 1.0),
        "tape": tape,
        "adjoint": dk.autodiff.adjoint(tape),
    }


FORMS = ("__str__", "to_dict", "csv", "markdown", "latex", "page", "dot", "mermaid", "svg")
COMMANDS = {
    "compare": ["compare", F, "--at", "0.7"],
    "trace": ["trace", "x*y + sin(x)", "--at", "x=1,y=2", "--latex"],
    "steps": ["steps", "x^2*sin(x)", "--json"],
    "methods": ["methods", "--csv"],
    "help": ["compare", "--help"],
}


def outputs() -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each output."""
    for name, made in {**studies(), **printed()}.items():
        for form in FORMS:
            if (write := getattr(made, form, None)) is not None:
                text = write()
                yield f"{name}: {form}", (text if isinstance(text, str) else json.dumps(text)).encode()
        if name in ("comparison", "survey", "graph"):  # the figures of some are drawn there, too
            yield f"{name}: html", made._repr_html_().encode()
        if name in ("sweep", "trace"):
            for kind in ("svg", "png", "pdf"):
                yield f"{name}: {kind}", rendered(made.plot(), kind)
    tape = dk.record(loss, np.arange(1.0, 4.0))
    yield "source", dk.views.source(tape).encode()
    yield "expression", str(dk.symbolic.expression(dk.record(F, X))).encode()
    yield (
        "gradients",
        repr([dk.gradient(loss, np.arange(1.0, 4.0), method=m) for m in ("adaptive", "dual")]).encode(),
    )
    movie = Path("movie.gif")
    animate_secants(secants(F, X, (1.0, 0.1)), movie)
    yield "movie", movie.read_bytes()
    for language in ("zh",):
        yield f"page {language}", page("x^2*y + sin(y)", {"x": 1.0, "y": 2.0}, lang=language).encode()
    for name, arguments in COMMANDS.items():
        with redirect_stdout(io.StringIO()) as out:
            run(arguments)
        yield f"command {name}", out.getvalue().encode()


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    for name, content in outputs():
        Path(hashlib.sha256(name.encode()).hexdigest()[:12]).write_bytes(content)
        print(json.dumps([name, hashlib.sha256(content).hexdigest()]), flush=True)
