"""The bar of a command that takes its time: when it comes, where, and that it goes."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import ClassVar

import pytest

from diffkit.cli import progress as module
from diffkit.cli.commands import run
from diffkit.cli.progress import progress

GONE = "\x1b[1A\x1b[2K"  # the line above is empty again


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """In the place of a timer: two seconds are over when a test says so, or at once."""

    made: ClassVar[list[Clock]] = []
    at_once = False

    def __init__(self, seconds, function):
        self.seconds, self.ring, self.cancelled = seconds, function, False
        self.made.append(self)

    def start(self):
        if self.at_once:
            self.ring()

    def cancel(self):
        self.cancelled = True


@pytest.fixture
def plugged(monkeypatch):
    """plugged(): a terminal of 80 columns that is standard error from now on, and no clock but ours."""
    monkeypatch.setattr(module, "Timer", Clock)
    monkeypatch.setattr(Clock, "made", [])
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)

    def plug():
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)  # in the test itself: pytest sets its own before
        return terminal

    return plug


def test_what_is_over_in_two_seconds_shows_nothing(plugged):
    terminal = plugged()
    with progress() as tell:
        tell("central", 1, 4)
        (clock,) = Clock.made
        assert (clock.seconds, clock.cancelled) == (2.0, False)
    assert clock.cancelled
    assert terminal.getvalue() == ""


def test_after_two_seconds_a_bar_says_what_comes_next_and_at_the_end_it_is_gone(plugged, capsys):
    terminal = plugged()
    with progress() as tell:
        tell("central", 1, 4)
        Clock.made[0].ring()
        shown = terminal.getvalue()
        assert "central" in shown
        assert " 25%" in shown
        tell("reverse", 3, 4)
    assert "reverse" in terminal.getvalue()[len(shown) :]
    assert " 75%" in terminal.getvalue()[len(shown) :]
    assert terminal.getvalue().endswith(GONE)
    assert capsys.readouterr().out == ""


def test_what_is_told_is_shown_as_it_stands_and_without_colours_where_none_are_wanted(plugged):
    terminal = plugged()
    with progress(no_color=True) as tell:
        tell("[red]x[0]", 0, 2)
        Clock.made[0].ring()
    assert "[red]x[0]" in terminal.getvalue()
    assert "\x1b[3" not in terminal.getvalue()
    assert "\x1b[9" not in terminal.getvalue()


def test_a_bar_that_is_due_when_all_is_done_does_not_come(plugged):
    terminal = plugged()
    with progress():
        pass
    Clock.made[0].ring()
    assert terminal.getvalue() == ""


def test_a_plugged_that_cannot_erase_stays_empty(plugged, monkeypatch):
    terminal = plugged()
    monkeypatch.setenv("TERM", "dumb")
    with progress():
        Clock.made[0].ring()
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("where", ["a pipe", "closed", "quiet"])
def test_in_a_pipe_and_where_nothing_is_to_be_said_there_is_no_bar_to_come(plugged, monkeypatch, where):
    other = {"a pipe": io.StringIO(), "closed": None, "quiet": plugged()}[where]
    monkeypatch.setattr(sys, "stderr", other)
    with progress(quiet=where == "quiet") as tell:
        tell("central", 0, 1)
    assert Clock.made == []
    assert other is None or other.getvalue() == ""


# A command line, and what its study is at in the end.
COMMANDS = {
    "sweep": (["exp(x)", "--at", "1", "--methods", "central"], "central"),
    "check": (["x*y", "--at", "x=1,y=2"], "y"),
    "train": (["square"], "epochs"),
    "examples": (["5", "24-25"], "25 backward of a maximum"),
    "compare": (["x", "--at", "1", "--methods", "central,reverse"], "reverse"),
    "cost": (["x^2", "--sizes", "1,2", "--methods", "central"], "n = 2: taking times"),
    "swell": (["x^2", "--time-limit", "60"], "adjoint"),
    "report": (["x", "--at", "1", "-o", "-"], "measuring the swell"),
}
TIMED = {"compare", "cost", "swell"}  # seconds stand in their tables


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_that_may_take_long_has_a_bar_which_leaves_the_output_alone(
    name, plugged, monkeypatch, capsys
):
    terminal, (arguments, last) = plugged(), COMMANDS[name]
    assert run([name, *arguments]) == 0
    plain = capsys.readouterr().out
    assert terminal.getvalue() == ""
    monkeypatch.setattr(Clock, "at_once", True)
    assert run([name, *arguments]) == 0
    *_, shown = terminal.getvalue().removesuffix(GONE).split("\x1b[2K")
    assert shown.startswith(last)
    assert terminal.getvalue().endswith(GONE)
    found = capsys.readouterr().out
    assert found == plain or (name in TIMED and len(found.split("\n")) == len(plain.split("\n")))
    assert "\x1b" not in found


def test_an_interrupt_takes_the_bar_away_and_leaves_one_line_and_status_130(plugged, monkeypatch, capsys):
    terminal = plugged()

    def interrupted(*_, tell, **__):
        tell("central", 0, 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(Clock, "at_once", True)
    monkeypatch.setattr("diffkit.studies.compare", interrupted)
    assert run(["compare", "x", "--at", "1"]) == 130
    assert terminal.getvalue().endswith(f"{GONE}\ndiffkit: interrupted\n")
    assert capsys.readouterr().out == ""


def test_a_command_in_a_pipe_does_not_even_load_the_bar():
    code = (
        "import sys; from diffkit.cli.commands import run; run(['check', 'x', '--at', '1']);"
        "print('rich' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "False\n"
