"""What to write instead, where NumPy or SciPy could not work with the objects that active values are."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np

from diffkit.errors import DiffkitError, LostHistoryError
from diffkit.tape.arithmetic import Arithmetic
from diffkit.tape.place import INSIDE

__all__ = ["advice", "missing"]


def advice(error: Exception) -> str | None:
    """One sentence on how else to write the call that failed; None where the error speaks for itself."""
    lost = isinstance(error, LostHistoryError) or isinstance(error.__cause__, LostHistoryError)
    if isinstance(error, DiffkitError) and not lost:
        return None
    objects = not lost and _speaks_of_objects(error)
    if (
        lost
        or objects
        or isinstance(error, TypeError)
        or any(words in str(error) for words in ("object", "active value"))
    ):
        name = _scipy_call(error.__traceback__)
        if name is not None:
            return f"scipy.{name} makes plain arrays of its arguments and cannot be followed; {_other(name)}"
    if objects:
        return (
            f"np.array([...]) of active values is an array of objects, with which NumPy cannot do this "
            f"({error}); build it with np.stack or np.concatenate"
        )
    return None


def missing(value: Any, name: str) -> str:
    """What to say of an attribute that an active value has not.

    It has no __getattr__ to say so itself: with one, Python looks up all attributes several times slower.
    """
    hint = ""
    if hasattr(np.ndarray, name) and not name.startswith("_"):
        hint = "; it belongs to the memory of an array, which has no history"
        if callable(getattr(np, name, None)):
            hint = f"; write np.{name}(x)"
    return f"{value.called} has no {name}{hint}"


def _speaks_of_objects(error: Exception) -> bool:
    if isinstance(error, AttributeError):  # NumPy asks each object of an array for its own sin or shape
        asked = str(error.name)
        return isinstance(error.obj, int | float) and (hasattr(np.ndarray, asked) or hasattr(np, asked))
    told = ("dtype('O')", "has no callable", "not supported for the input types")
    return (
        not isinstance(error, ValueError)
        and any(words in str(error) for words in told)
        and not _met_numbers(error.__traceback__)
    )


def _met_numbers(traceback: TracebackType | None) -> bool:
    """Whether NumPy refused the numbers behind active values, such as a longdouble in scipy.special."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None or traceback.tb_frame.f_code is not Arithmetic.call.__code__:
        return False
    return all(np.asarray(arg).dtype.kind != "O" for arg in traceback.tb_frame.f_locals["args"])


def _other(name: str) -> str:
    """What to write in place of a function of SciPy, such as stats.norm.pdf."""
    room, _, rest = name.partition(".")
    if room == "fft" and hasattr(np.fft, rest):
        return f"use np.{name}"
    twin: object = import_module("diffkit.autodiff.functions")  # loads a twin's module when asked for it
    try:
        for part in name.split("."):
            twin = getattr(twin, part)
    except AttributeError:
        return "it has no twin in diffkit; write it with NumPy, or give its derivative to custom_rule"
    return f"use its twin diffkit.autodiff.functions.{name} instead"


def _scipy_call(traceback: TracebackType | None) -> str | None:
    """The public function of SciPy in which the error arose, such as stats.norm.pdf; None if it did not."""
    frames = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(INSIDE):
            frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    found = None
    for frame in reversed(frames):  # what SciPy called back from lies further out, and is not to blame
        folders = Path(frame.f_code.co_filename).parts[:-1]
        if "scipy" not in folders:
            break
        found = _public_name(frame, folders[folders.index("scipy") + 1 :]) or found
    return found


def _public_name(frame: FrameType, folders: tuple[str, ...]) -> str | None:
    name = frame.f_code.co_name
    if not folders or folders[0].startswith("_") or name.startswith(("_", "<", "wrapper")):
        return None
    # A distribution, such as stats.norm, is an object: of the class norm_gen.
    owner = type(frame.f_locals.get("self")).__name__.removesuffix("_gen")
    return ".".join([folders[0], *([owner] if "self" in frame.f_locals else []), name])
