"""A shell for the tests of the command line."""

import io
import sys

import pytest

from diffkit.cli.commands import run


@pytest.fixture
def shell(capsys, monkeypatch):
    """Run a command line in this process: (exit status, standard output, standard error)."""

    def call(*arguments, stdin=None):
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        monkeypatch.setattr(sys, "argv", ["diffkit", *arguments])
        status = run(list(arguments))
        out, err = capsys.readouterr()
        return status, out, err

    return call
