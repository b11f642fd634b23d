"""What tests of processes share: functions that another process can import, and that end it."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

MORTAL = '''
import os, signal, sys, threading
from pathlib import Path

FOLDER = Path(__file__).parent

def square(x):
    return x * x

def held(x):
    """x^2; the first time it says which process computes it, and waits to be killed."""
    try:
        open(FOLDER / "begun", "x").close()
    except FileExistsError:
        return x * x
    (FOLDER / "pid").write_text(str(os.getpid()))  # waits until it is read
    threading.Event().wait()

def deadly(x):
    os.kill(os.getpid(), signal.SIGKILL)

def deadly_when_complex(x):
    return deadly(x) if isinstance(x, complex) else x * x

def deadly_from_two(x):
    return deadly(x) if x >= 2 else x * x

def leaving(x):
    sys.exit(3)

def failing(x):
    raise ValueError("no")
'''


class Mortal:
    """The functions, and `kill_held`, which kills the process that computes `held`; once."""

    def __init__(self, folder: Path) -> None:
        (folder / "mortal.py").write_text(MORTAL)
        os.mkfifo(folder / "pid")
        self.folder, self.killed = folder, 0
        self.functions = importlib.import_module("mortal")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.functions, name)

    def kill_held(self, *told: Any) -> None:
        if not self.killed:
            self.killed = int((self.folder / "pid").read_text())  # waits until it is written
            os.kill(self.killed, signal.SIGKILL)


@pytest.fixture
def mortal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(tmp_path)  # also that of new processes
    monkeypatch.delitem(sys.modules, "mortal", raising=False)
    return Mortal(tmp_path)
