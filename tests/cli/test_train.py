"""`diffkit train` as a user meets it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from diffkit.cli.train import TASK_NAMES
from diffkit.studies import TASKS, task, train


def test_a_task_prints_its_path(shell):
    status, out, err = shell("train", "square")
    assert (status, err) == (0, "")
    assert out == f"{task('square')}\n"
    assert out.splitlines()[3].split() == ["epoch", "x", "f", "f'(x)"]


def test_the_quartic_stalls_at_the_inflection_and_says_so(shell):
    _, out, _ = shell("train", "quartic")
    assert "15000  0.505438618895424   -19.62499935" in out
    assert "no minimum is near" in out


def test_start_rate_and_epochs_are_options(shell):
    _, out, _ = shell("train", "quartic", "--start", "-2", "--rate", "0.01", "--epochs", "4", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    expected = task("quartic", start=[-2.0], rate=0.01, epochs=4)
    assert [float(row["x"]) for row in rows] == expected.points[:, 0].tolist()


def test_json_is_the_contract(shell):
    _, out, _ = shell("train", "linreg", "--start", "w=1,b=2", "--epochs", "2", "--json")
    data = json.loads(out)
    assert data["schema"] == "diffkit.train/1"
    assert (data["path"]["w"][0], data["path"]["b"][0]) == (1.0, 2.0)
    assert set(data["least_squares"]) == {"w", "b"}


def test_a_method_is_chosen_by_name(shell):
    _, out, _ = shell("train", "square", "--method", "central", "--json")
    assert json.loads(out)["method"] == "central"


def test_mini_batches_and_a_tolerance_are_options(shell):
    _, out, _ = shell("train", "linreg", "--batch", "10", "--epochs", "30", "--tolerance", "100")
    assert "100 samples in batches of 10" in out
    assert "Converged at epoch" in out


def test_any_function_is_trained_from_a_start(shell, tmp_path):
    _, out, _ = shell(
        "train", "(x-1)^2+y^2", "--start", "x=0,y=1", "--rate", "0.1", "--epochs", "2", "--markdown"
    )
    assert out == train("(x-1)^2+y^2", {"x": 0.0, "y": 1.0}, rate=0.1, epochs=2).markdown() + "\n"
    (tmp_path / "mine.py").write_text("def f(v):\n    return (v * v).sum()\n")
    _, out, _ = shell(
        "train", f"{tmp_path}/mine.py:f", "--start", "1,2", "--rate", "0.25", "--epochs", "1", "--csv"
    )
    assert out.splitlines()[2].startswith("1,0.5,1.0,1.25,")


@pytest.mark.parametrize(
    ("show", "title"),
    [("path", "Gradient descent on"), ("loss", "Loss by epoch of"), ("line", "A line through 100 samples")],
)
def test_each_figure_is_drawn(shell, tmp_path, show, title):
    path = tmp_path / "a.svg"
    status, _, err = shell("train", "linreg", "--epochs", "20", "--plot", str(path), "--show", show, "-o",
                           str(tmp_path / "a.csv"))  # fmt: skip
    assert (status, err) == (0, f"wrote {path}\nwrote {tmp_path / 'a.csv'}\n")
    assert f">{title}" in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["x^2"], 2, "x^2 is no task (square, quartic, linreg), and a function needs --start P --rate R"),
        (["x^2", "--start", "1", "--epochs", "3"], 2, "a function needs --rate R as well"),
        (["x^2", "--at", "3"], 2, "a descent begins; write --start 3 --rate R --epochs N."),
        (["quartic", "--at", "-2", "--rate", "1"], 2, "--at is called --start here, where"),
        (["square", "--rate", "-1"], 2, "'-1' is not a positive number; write one such as 0.1"),
        (["square", "--rate", "nan"], 2, "'nan' is not a positive number"),
        (["square", "--epochs", "many"], 2, "'many' is not a whole number from 0 to 10000000"),
        (["square", "--start", "1,2"], 2, "f takes x and the point gives 2 numbers"),
        (["linreg", "--start", "3"], 2, "write --start w=...,b=..."),
        (["square", "--batch", "3"], 2, "--batch is of samples, and square has none; leave it out"),
        (
            ["x", "--start", "1", "--rate", "1", "--epochs", "1", "--batch", "3"],
            2,
            "F has none; leave it out",
        ),
        (["square", "--show", "line"], 2, "--show line is the line of linreg; write path or loss"),
        (["square", "--method", "revers"], 2, "did you mean 'reverse'"),
        (["log(x)", "--start", "-1", "--rate", "1", "--epochs", "1"], 3, "f is nan at x = -1.0"),
    ],
)
def test_what_is_wrong_is_one_line_and_a_status(shell, arguments, status, said):
    found, out, err = shell("train", *arguments)
    assert (found, out) == (status, "")
    assert said in err
    assert err.count("\n") == 1


def test_what_a_function_raises_is_told_with_its_line(shell, tmp_path):
    (tmp_path / "bad.py").write_text("def f(x):\n    raise ValueError('no')\n")
    status, _, err = shell("train", f"{tmp_path}/bad.py:f", "--start", "1", "--rate", "1", "--epochs", "1")
    assert (status, err) == (3, "diffkit: f failed: ValueError: no (line 2 of bad.py)\n")


def test_the_tasks_of_the_command_line_are_those_of_the_library():
    assert list(TASK_NAMES) == list(TASKS)
