"""Where in the user's program something happened."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import numpy as np

__all__ = ["INSIDE", "Place", "calling_place", "place_of"]


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


def calling_place() -> Place:
    """The innermost line outside diffkit and NumPy: where the user's program took a decision."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(INSIDE):
        frame = frame.f_back
    return place_of(frame)


def place_of(frame: FrameType) -> Place:
    """The line that a frame is at."""
    file, line = frame.f_code.co_filename, frame.f_lineno
    return Place(Path(file).name, line, linecache.getline(file, line).strip())
