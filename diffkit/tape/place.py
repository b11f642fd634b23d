"""Where in the user's program something happened."""

from __future__ import annotations

import inspect
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np

__all__ = ["INSIDE", "Place", "calling_place", "definition", "is_inside", "place_of", "raised_at"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's program."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line} of {self.file}" + (f" ({self.text})" if self.text else "")


# Frames of these trees are ours or NumPy's, not the user's.
INSIDE = (str(Path(__file__).parents[1]), str(Path(np.__file__).parent))
_LIBRARIES = (*INSIDE, str(Path(np.__file__).parents[1] / "scipy"))


def is_inside(file: str) -> bool:
    """Whether a file is no part of the user's program, but of diffkit, NumPy or SciPy."""
    return file.startswith(_LIBRARIES)


def calling_place() -> Place:
    """The innermost line outside diffkit, NumPy and SciPy: where the user's program took a decision."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_inside(frame.f_code.co_filename):
        frame = frame.f_back
    return place_of(frame)


def place_of(frame: FrameType) -> Place:
    """The line that a frame is at."""
    return _place(frame.f_code.co_filename, frame.f_lineno)


def _place(file: str, line: int) -> Place:
    return Place(Path(file).name, line, linecache.getline(file, line).strip())


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
