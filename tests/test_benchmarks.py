"""The benchmarks run, in sizes that tell nothing: what they count, compare and write down."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import diffkit as dk
from tests.benchmarks.finding import Finding, Target, exponent, ratio
from tests.benchmarks.lanes import LANES
from tests.benchmarks.losses import losses
from tests.benchmarks.sizes import LANES as CASES
from tests.benchmarks.sizes import cases
from tests.benchmarks.systems import Diffkit

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_one_command_measures_every_lane_and_writes_it_down(tmp_path):
    asked = [sys.executable, "-m", "tests.benchmarks", "--tiny", "--output", str(tmp_path)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        f"benchmarks.{e}" for e in ("json", "md", "png", "svg")
    ]
    numbers = json.loads((tmp_path / "benchmarks.json").read_text())
    found = numbers["findings"]
    assert dict.fromkeys(finding["lane"] for finding in found) == dict.fromkeys(LANES)
    assert numbers["machine"][1].startswith(f"diffkit {dk.__version__}, numpy {np.__version__}, ")
    page = (tmp_path / "benchmarks.md").read_text()
    for finding in found:
        assert f"### {finding['title']}" in page
        if finding["lane"] in "abcd":  # the gradients have been compared before they were timed
            assert "diffkit" in finding["rows"]
    (numerical,) = (finding for finding in found if finding["lane"] == "f")
    assert min(row["answers"] for row in numerical["rows"].values()) > 0
    for word in ("NaN", "Infinity"):
        assert word not in (tmp_path / "benchmarks.json").read_text()


@pytest.mark.parametrize("lane", [lane for lane in LANES if lane in CASES])
def test_every_gradient_by_hand_is_reverse_modes(lane):
    for case in cases(lane, tiny=True):
        found, by_hand = Diffkit().gradient(case)(), case.by_hand(*case.parameters, *case.constants)
        for one, other in zip(found, by_hand, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-13, err_msg=case.title)


def test_a_power_law_is_fitted_exactly():
    assert exponent([1, 10, 100, 1000], [3 * n**1.5 for n in (1, 10, 100, 1000)]) == pytest.approx(1.5)


def test_ratios_are_taken_within_a_round_since_a_machine_slows_down():
    times = {"ours": [1.0, 10.0, 100.0], "theirs": [2.0, 20.0, 200.0]}
    assert ratio(times, "ours", "theirs") == 0.5
    assert ratio(times, "ours", "missing") is None


def test_a_target_says_whether_it_is_met():
    assert Target("x", 0.5, 0.7).cells == ("at most 0.7", "0.5", "met")
    assert Target("x", 0.5, 0.7, least=True).cells == ("at least 0.7", "0.5", "missed")


def test_losses_name_the_peer_the_case_and_how_many_times():
    slow = Finding(
        "b", "vectors", {}, times={"diffkit": [3.0, 3.0], "torch": [1.0, 1.0], "autograd": [9.0, 9.0]}
    )
    (line,) = losses([slow])
    assert line.startswith("**torch** is quicker on vectors (3.0 times, over diffkit): ")
