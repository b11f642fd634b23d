"""The command that surveys the catalogue."""

import json

import pytest


def test_it_prints_digits_by_problem_and_method(shell):
    status, out, _ = shell("survey", "--problems", "sine,pole", "--methods", "central,reverse")
    assert status == 0
    assert "problem  central  reverse\nsine        11.1     15.9\npole         4.3     15.9\n" in out


def test_it_writes_json_a_file_of_rows_and_the_figure(shell, tmp_path):
    file, figure = tmp_path / "rows.jsonl", tmp_path / "a.svg"
    options = ["--problems", "sine", "--methods", "central", "--dtype", "float32,float64"]
    status, out, err = shell("survey", *options, "--file", str(file), "--plot", str(figure), "--json")
    assert (status, err) == (0, f"wrote {figure}\n")
    rows = json.loads(out)["rows"]
    assert [row["dtype"] for row in rows] == ["float32", "float64"]
    assert [json.loads(line) for line in file.read_text().splitlines()[1:]] == rows
    assert "<svg" in figure.read_text()


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--problems", "sin"], 2, "no problem 'sin' in the catalogue; did you mean 'sine'"),
        (["--methods", "centre"], 2, "did you mean 'central'"),
        (["--dtype", "half"], 2, "'half' is no type"),
        (["--workers", "0"], 2, "'0' is not a whole number from 1 to 1000"),
        (["--problems", "sine", "--file", "no/such/folder.jsonl"], 1, "No such file or directory"),
    ],
)
def test_bad_usage_is_one_line(shell, options, status, said):
    found, out, err = shell("survey", *options)
    assert (found, out) == (status, "")
    assert said in err
    assert err.count("\n") == 1
