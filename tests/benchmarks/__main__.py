"""diffkit beside NumPy by hand and beside its peers, as far as they are installed.

python -m tests.benchmarks --rounds 30     more rounds, for steadier medians
python -m tests.benchmarks --tiny          all tables, in sizes that only show that they are made
python -m tests.benchmarks --only LSTM     the gradients whose title has one of these words
"""

from __future__ import annotations

import argparse
import os

from tests.benchmarks.counting import memory_table, rows_table
from tests.benchmarks.swelling import swell_table
from tests.benchmarks.timing import time_tables


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often each system is asked (15)")
    parser.add_argument("--tiny", action="store_true", help="sizes that only show that it runs")
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="WORD", help="gradients with it in their title"
    )
    asked = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"  # the processes that are timed inherit it: what is compared is the work
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    for table in time_tables(2 if asked.tiny else asked.rounds, asked.tiny, asked.only):
        print(table, end="\n\n", flush=True)
    if not asked.only:
        print(memory_table(asked.tiny), rows_table(), swell_table(asked.tiny), sep="\n\n")


if __name__ == "__main__":
    main()
