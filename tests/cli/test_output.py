"""How a study leaves the command line."""

import io
import json

import click
import pytest

import diffkit as dk
from diffkit.cli.output import show


@pytest.fixture(scope="module")
def study():
    return dk.compare("x^2", 3.0, methods=["central", "reverse"])


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_pipe_gets_plain_text_and_a_terminal_a_table_with_every_digit(study, capsys, monkeypatch):
    show(study)
    piped = capsys.readouterr().out
    assert piped == f"{study}\n"
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    show(study, no_color=True)
    assert repr(study["central"].value) in screen.getvalue()
    assert "Why: " in screen.getvalue()


@pytest.mark.parametrize(
    ("name", "start"), [("a.json", '{"schema"'), ("a.csv", "method,"), ("a.md", "**f(x)"), ("a.txt", "f(x)")]
)
def test_the_ending_of_the_file_says_the_form(study, tmp_path, name, start):
    show(study, output=str(tmp_path / name), quiet=True)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


def test_a_form_that_is_asked_for_wins_over_the_ending(study, tmp_path):
    show(study, form="json", output=str(tmp_path / "a.txt"), quiet=True)
    assert json.loads((tmp_path / "a.txt").read_text(encoding="utf-8"))["f"] == "x^2"


def test_a_folder_that_is_not_there_is_a_usage_error(study, tmp_path):
    with pytest.raises(click.UsageError, match="cannot write"):
        show(study, output=str(tmp_path / "no" / "a.txt"))
