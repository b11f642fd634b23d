"""The same input gives the same bytes of tables, JSON, HTML, pictures and pages, in whatever process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Processes that have nothing in common but the input.
PROCESSES = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"},
    {
        "PYTHONHASHSEED": "12345",
        "TZ": "America/New_York",
        "LANG": "zh_CN.UTF-8",
        "HOME": "{}",
        "MPLBACKEND": "svg",
    },
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The hash of each output by its name, one mapping a process; all run at once."""
    running = []
    for k, different in enumerate(PROCESSES):
        folder = tmp_path_factory.mktemp(f"process{k}")
        path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
        environment = {name: value.format(folder) for name, value in different.items()}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.trust.outputs", str(folder)],
            env={**os.environ, "PYTHONPATH": path, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        running.append((folder, process))
    found = []
    for folder, process in running:
        out, err = process.communicate()
        assert process.returncode == 0, err
        found.append((folder, dict(map(json.loads, out.splitlines()))))
    return found


@pytest.mark.slow
def test_every_output_has_the_same_bytes_in_every_process(made):
    (first, expected), *others = made
    assert len(expected) > 100
    for folder, found in others:
        differ = [name for name in expected if found.get(name) != expected[name]]
        assert not differ, f"see {first} and {folder}"
        assert list(found) == list(expected)


@pytest.mark.slow
def test_every_kind_of_output_is_among_them(made):
    names = made[0][1]
    texts = {"__str__", "to_dict", "csv", "markdown", "html", "latex", "dot", "mermaid"}
    assert texts | {"svg", "png", "pdf"} <= {name.rpartition(": ")[2] for name in names}
    assert {"source", "movie", "page zh"} <= set(names)
