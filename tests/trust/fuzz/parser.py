"""The parser: any text is a function or one documented error; a function has derivatives or says why not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

import diffkit as dk
from diffkit.cli.arguments import read_point
from diffkit.functions import TextFunction, parse
from tests.trust.fuzz.texts import anything, points
from tests.trust.fuzz.watch import Offence, documented

__all__ = ["PARSER", "Parser"]

METHODS = ("reverse", "dual", "central", "symbolic", "complex-step", "richardson", "adaptive")


class Parser:
    """Texts and points; each text that is read is evaluated and differentiated."""

    name = "parser"
    limit = 10.0

    def __init__(self) -> None:
        self.inputs = st.tuples(
            anything(), points() | points(("x", "y")), st.sampled_from(METHODS), st.integers(1, 3)
        )

    @contextmanager
    def ready(self) -> Iterator[Callable[[Any], str]]:
        with tempfile.TemporaryDirectory() as folder, chdir(folder):
            yield self.answer

    def answer(self, given: tuple[str, str, str, int]) -> str:
        text, at, method, order = given
        before = os.environ.copy()
        try:
            return self._differentiated(text, at, method, order)
        finally:
            if Path("canary").exists() or os.environ != before:
                raise Offence("code was run")

    def _differentiated(self, text: str, at: str, method: str, order: int) -> str:
        try:
            f = parse(text)
        except Exception as error:
            return f"{'attack refused' if 'canary' in text else documented(error)}"
        if not isinstance(f, TextFunction):
            raise Offence("a text is no function")
        if "canary" in text and "canary" not in f.variables:
            raise Offence("an attack is read as a function")
        try:
            point = read_point(at, f).args
        except Exception as error:
            documented(error)
            point = (dict.fromkeys(f.variables, 0.5),) if len(f.variables) > 1 else (0.5,)
        try:
            with np.errstate(all="ignore"):
                f(*(point if isinstance(point[0], dict) else map(np.float64, point)))
            if len(f.variables) == 1:
                dk.derivative(f, point[0], method, order=order)
            else:
                dk.gradient(f, *point, method=method)
        except Exception as error:
            return f"{documented(error)} of a derivative"
        return "answered"


PARSER = Parser()
