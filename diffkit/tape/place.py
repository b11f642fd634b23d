"""Where in the user's program something happened."""

from __future__ import annotations

import inspect
import linecache
import os
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np

__all__ = [
    "INSIDE", "Place", "calling_place", "definition", "is_inside", "is_users", "place_of", "raised_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's program; without a file where no line of it had a part."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        if not self.file:
            return "a line of a library"
        return f"line {self.line} of {self.file}" + (f" ({self.text})" if self.text else "")


def _tree(folder: str | Path) -> str:
    return str(folder) + os.sep  # so that diffkit_models is not taken for a part of diffkit


# Frames of these trees are ours or NumPy's, not the user's.
INSIDE = (_tree(Path(__file__).parents[1]), _tree(Path(np.__file__).parent))
_LIBRARIES = (*INSIDE, _tree(sysconfig.get_path("stdlib")), "<frozen ")
_PACKAGES = tuple(_tree(os.sep + name) for name in ("site-packages", "dist-packages"))
_STUDIED = str(
    Path(__file__).parents[1] / "problems.py"
)  # its functions are what is studied, as a user's are
_SHELL = _tree(Path(__file__).parents[1] / "cli")  # what calls the command line is not the user's program


def is_users(file: str) -> bool:
    """Whether a frame of this file is the user's own: no library's, and not Python's.

    >>> is_users("model.py"), is_users(np.__file__), is_users(linecache.__file__)
    (True, False, False)
    """
    of_a_library = file.startswith(_LIBRARIES) or any(packages in file for packages in _PACKAGES)
    return file == _STUDIED or not of_a_library


def is_inside(file: str) -> bool:
    """Whether a file is no part of the user's program, but of a library."""
    return not is_users(file)


def calling_place() -> Place:
    """The innermost line of the user's program: where it took a decision."""
    frame = sys._getframe(1)
    while not is_users(file := frame.f_code.co_filename):
        if frame.f_back is None or file.startswith(_SHELL):
            return Place("", 0, "")
        frame = frame.f_back
    return place_of(frame)


def place_of(frame: FrameType) -> Place:
    """The line that a frame is at."""
    return _place(frame.f_code.co_filename, frame.f_lineno)


def _place(file: str, line: int) -> Place:
    # IPython calls a cell /tmp/ipykernel_17/42.py or <ipython-input-3-42>: no name that its author knows.
    cell = file.startswith("<ipython-input-") or Path(file).parent.name.startswith("ipykernel_")
    return Place("a cell" if cell else Path(file).name, line, linecache.getline(file, line).strip())


def raised_at(traceback: TracebackType | None) -> Place | None:
    """The innermost line of the user's program that an error went through."""
    found = None
    while traceback is not None:
        if not is_inside(traceback.tb_frame.f_code.co_filename):
            found = _place(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


def definition(f: Callable[..., Any]) -> str:
    """The end of a sentence about a function: where the user's program defines it, if it does."""
    code = getattr(inspect.unwrap(f), "__code__", None)
    if code is None or is_inside(code.co_filename):
        return ""
    return f"; f is at {_place(code.co_filename, code.co_firstlineno)}"
