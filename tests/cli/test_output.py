"""How a study leaves the command line."""

import io

import click
import numpy as np
import pytest

import diffkit as dk
from diffkit.cli.output import show
from diffkit.structure import flatten_arguments


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


def test_a_closed_standard_output_gets_nothing(study, monkeypatch):
    monkeypatch.setattr("sys.stdout", None)  # as after `>&-` at a shell
    show(study)


@pytest.mark.parametrize("width", [80, 100, 120, 200])
@pytest.mark.parametrize(
    ("f", "point"),
    [
        ("sin(x)*exp(-x**2)", 0.7),
        ("x*y*z + exp(x)", {"x": 1, "y": -2, "z": 3}),
        (lambda v: np.sum(v * np.sin(v)), np.arange(4.0)),
    ],
)
def test_a_terminal_of_any_usual_width_gets_every_row_whole(f, point, width, capsys, monkeypatch):
    found = dk.compare(f, point)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout", screen := Terminal())
    show(found, no_color=True)
    lines = click.unstyle(screen.getvalue()).splitlines()
    assert max(map(len, lines)) <= width
    for row in found.rows:
        (line,) = [line for line in lines if line.startswith(f"{row.method} ")]
        assert f"  {row.error:.2e}  " in line
        assert repr(float(np.ravel(flatten_arguments((row.value,))[0][0])[0])) in line
        assert any(row.note in line for line in lines)


@pytest.mark.parametrize(
    ("form", "start"), [("json", '{"schema"'), ("csv", "method,"), ("markdown", "**f(x)"), (None, "f(x)")]
)
def test_a_file_is_written_in_the_form_that_is_asked_for(study, tmp_path, form, start):
    show(study, form=form, output=str(tmp_path / "a.txt"), quiet=True)
    assert (tmp_path / "a.txt").read_text(encoding="utf-8").startswith(start)


def test_a_folder_that_is_not_there_is_a_usage_error(study, tmp_path):
    with pytest.raises(click.UsageError, match="cannot write"):
        show(study, output=str(tmp_path / "no" / "a.txt"))
