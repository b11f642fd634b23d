"""diffkit beside NumPy by hand and beside its peers, as far as they are installed.

python -m tests.benchmarks                 every lane, written to figures/benchmarks.md, .json, .svg and .png
python -m tests.benchmarks --only a,h      some lanes, printed only
python -m tests.benchmarks --rounds 30     more rounds, for steadier medians
python -m tests.benchmarks --tiny          all tables, in sizes that only show that they are made
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.benchmarks.lanes import LANES, findings_of
from tests.benchmarks.results import machine, write

FIGURES = Path(__file__).parent.parent.parent / "figures"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {letter}  {lane.title}" for letter, lane in LANES.items()),
    )
    parser.add_argument("--rounds", type=int, default=15, help="how often each system is asked (15)")
    parser.add_argument("--only", default="", help="letters of lanes, with commas between")
    parser.add_argument("--tiny", action="store_true", help="sizes that only show that it runs")
    parser.add_argument(
        "-o", "--output", type=Path, help="the folder to write to (figures/, if all is asked)"
    )
    asked = parser.parse_args()
    letters = [letter for letter in asked.only.split(",") if letter] or list(LANES)
    if unknown := [letter for letter in letters if letter not in LANES]:
        parser.error(f"no lane {unknown[0]!r}; there are {', '.join(LANES)}")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # the processes that are timed inherit it: what is compared is the work
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    where = asked.output or (FIGURES if not (asked.only or asked.tiny) else None)
    print(*machine(), sep="\n", end="\n\n")
    found = []
    for letter in letters:
        for finding in findings_of(letter, 2 if asked.tiny else asked.rounds, asked.tiny):
            print(finding.text(), end="\n\n", flush=True)
            found.append(finding)
    if where:
        for path in write(found, where):
            print(f"wrote {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
