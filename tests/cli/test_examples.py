"""`diffkit examples`: which are run, and what the exit status says."""

from __future__ import annotations

import json

import pytest

from diffkit.examples import CHAPTERS, Example, examples


def test_chosen_examples_are_run_and_agree(shell):
    assert shell("examples", "5", "28-29") == (0, f"{examples(5, 28, 29)}\n", "")


def test_an_example_that_differs_is_status_1(shell, monkeypatch):
    wrong = Example(36, "a wrong line", "2 + 2", lambda: {"sum": 4}, {"sum": 5})
    monkeypatch.setitem(CHAPTERS, "put in", (wrong,))
    status, out, err = shell("examples", "36", "5", "--json")
    assert (status, err) == (1, "")
    told = json.loads(out)
    assert (told["schema"], told["passed"]) == ("diffkit.examples/1", False)
    assert [(row["number"], row["ok"]) for row in told["examples"]] == [(5, True), (36, False)]


def test_all_are_run_where_none_is_chosen(shell, monkeypatch):
    for chapter, rows in CHAPTERS.items():
        idle = [Example(row.number, row.title, row.setting, lambda: {"n": 1}, {"n": 1}) for row in rows]
        monkeypatch.setitem(CHAPTERS, chapter, tuple(idle))
    assert shell("examples")[1].endswith("35 of 35 examples agree.\n")


@pytest.mark.parametrize("which", ["36", "quantum"])
def test_an_example_that_is_not_there_is_one_line_and_status_2(shell, which):
    status, out, err = shell("examples", which)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "write a number from 1 to 35" in err


def test_a_table_is_written_to_a_file(shell, tmp_path):
    path = tmp_path / "examples.md"
    assert shell("examples", "5", "-o", str(path)) == (0, "", f"wrote {path}\n")
    assert "| 6.000001000927568 |" in path.read_text()
