"""The command line: whatever is typed, a status that is documented, one line, and files that are whole."""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import strategies as st

from diffkit.cli.commands import cli, run
from tests.trust.fuzz.texts import NUMBERS, any_of, anything, formulas, points
from tests.trust.fuzz.watch import Offence

__all__ = ["ARGUMENTS", "Arguments"]

STATUSES = {0: "fine", 1: "a check failed", 2: "bad usage", 3: "f failed", 130: "interrupted"}

FUNCTIONS = """
import numpy as np
SCALE = 3
def cube(x): return x**3
def two(x, y): return x * y
def total(x): return np.sum(x * x)
def nothing(x): return None
def word(x): return "x"
def lost(x): return float(x)
def raises(x): raise ValueError("two\\nlines")
def exits(x): raise SystemExit(5)
def vector(x): return np.array([x, x])
def branchy(x): return x if x > 0.5 else -x
def many(*x): return sum(x)
def kept(x, *, k=2): return x * k
def nan(x): return np.nan * x
def imaginary(x): return x * 1j
def deep(x): return deep(x)
class Thing:
    def __call__(self, x): return x
"""
OF_A_FILE = (
    *(f"functions.py:{name}" for name in re.findall(r"(?:def|class) (\w+)|^(SCALE)", FUNCTIONS,
    re.M) for name in name if name),
    "functions.py", "functions.py:", "functions.py:none", "nosuch.py:f", "broken.py:f", "raising.py:f",
    "math:hypot",
    "math:sin", "math:pi", "odd\udc80.py:f", "nosuch:f", "functions:cube", "-", "folder.py:f", ".py:f", ":",
    "::", "math:", ":sin",
)  # fmt: skip
FILES = (
    "out.json", "out.csv", "out.md", "out.txt", "out.svg", "out.png", "out.pdf", "out.html", "out.tex",
    "out.gif",
    "out", "-", "", " ", "nosuch/out.json", "folder.py", "é.svg", "a" * 300 + ".svg", "\ud800.json",
    "x\x00.json", ".",
    "out.jsonl", "kept.jsonl", "damaged.jsonl", "out.dot", "out.mmd", "out.jpg",
)  # fmt: skip
FILE_OPTIONS = ("-o", "--output", "--plot", "--file")
PLACES = re.compile(r"(^|=|^-[a-z]*o)\s*[/~]|\.\.")  # a path that leads out of the working folder

# What costs more than the fuzzer has: each of these is asked in a size that is small.
SMALL = {
    "--sizes": "1,3",
    "--iterate": "2",
    "--n": "3",
    "--time-limit": "0.2",
    "--problems": "sine",
    "--workers": "1",
}
METHODS = (
    "central",
    "reverse,dual",
    "forward,central",
    "symbolic",
    "all",
    "nosuch",
    "",
    ",",
    "reverse,reverse",
    "é",
)
WORDS = (
    "x", "y", "x,y", "w", "1", "2", "3", "10", "11", "0", "-1", "1-3", "3-1", "1,2", "1-99999", "5e9",
    "float32",
    "float16,float64", "longdouble", "float128", "sine", "kink,pole", "nosuch", "1e-3", "0.1", "-2",
    "logistic",
    "reverse", "path", "line", "v", "latex", "zh", "12", "16-18", "99",
)  # fmt: skip


def _value(option: str) -> st.SearchStrategy[str]:
    """What may follow an option: often what it takes, and often not."""
    if option in FILE_OPTIONS:
        return any_of(FILES)
    if option in ("--at", "--start"):
        return points() | points(("x", "y"))
    if option in ("--methods", "--method"):
        return st.sampled_from(METHODS)
    if option == "--gradient":
        return formulas() | st.sampled_from(OF_A_FILE) | anything()
    small = st.just(SMALL.get(option, "1"))
    return st.one_of(small, small, st.sampled_from(WORDS), any_of(NUMBERS), anything())


F = st.one_of(formulas(leaves=5), formulas(("x",), leaves=5), anything(), st.sampled_from(OF_A_FILE))


@st.composite
def _lines(draw: st.DrawFn) -> list[str]:
    """A command with its arguments, and with options of its own or of others."""
    command = draw(st.sampled_from(tuple(cli.commands)))
    takes = {
        option for parameter in cli.commands[command].params for option in parameter.opts if option[0] == "-"
    }
    line = [command] if draw(st.integers(0, 30)) else [draw(anything())]
    if command not in ("survey", "methods", "examples") or not draw(st.integers(0, 9)):
        line.append(draw(F))
    if command == "train":
        line[1:2] = [draw(st.sampled_from(("square", "quartic", "linreg", *line[1:2])))]
        line += ["--rate", "0.1", "--epochs", "3", "--start", draw(_value("--start"))]
    if command == "examples":  # all of them take half a minute
        line = [command, draw(st.sampled_from(("1", "99", "2-1", "nosuch", "é")))]
    if "--at" in takes and draw(st.integers(0, 9)):
        line += ["--at", draw(_value("--at"))]
    if command == "report":
        line += ["-o", draw(_value("-o"))]
    for option, value in SMALL.items():
        if option in takes:
            line += [option, value]
    if command == "swell" and draw(st.booleans()):
        line[1:2] = [
            "--family",
            draw(st.sampled_from(("logistic", "loop", "nested-sine", "product", "softplus", "x"))),
        ]
    for option in draw(st.lists(st.sampled_from(sorted(takes)), max_size=3)):
        line += [option]
        if not getattr(next(p for p in cli.commands[command].params if option in p.opts), "is_flag", False):
            line += [draw(_value(option))]
    if not draw(st.integers(0, 9)):
        line.insert(
            draw(st.integers(0, len(line))),
            draw(st.sampled_from(("--", "-", "-x", "--nosuch", "-h", "-vq", ""))),
        )
    return line


def _typed(word: str) -> str:
    """The word as it would come in from a shell, where bytes that are no text become surrogates."""
    raw = re.sub("[\ud800-\udc7f\udd00-\udfff\0]", "", word).encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")


class Arguments:
    """Whole command lines, run in this process in a folder of their own."""

    name = "arguments"
    limit = 30.0

    def __init__(self) -> None:
        typed = _lines().map(lambda line: [*map(_typed, line)])
        safe = typed.filter(lambda line: not any(PLACES.search(word) for word in line))
        self.inputs = st.tuples(safe, st.none() | anything())

    @contextmanager
    def ready(self) -> Iterator[Callable[[Any], str]]:
        served = mock.patch("diffkit.report.web.live.Server.serve_forever")
        cold = mock.patch("diffkit.report.web.live.Explorer.warm_up")
        unseen = mock.patch("webbrowser.open")
        path = mock.patch.object(sys, "path", [*sys.path])
        with tempfile.TemporaryDirectory() as folder, chdir(folder), served, cold, unseen, path:
            Path("folder.py").mkdir()
            Path("functions.py").write_text(FUNCTIONS)
            Path("broken.py").write_text("def f(:")
            Path(_typed("odd\udc80.py")).write_text("def f(x): return x")
            Path("raising.py").write_text("raise ValueError('two\\nlines')")
            yield self.answer

    def answer(self, given: tuple[list[str], str | None]) -> str:
        line, stdin = given
        Path("damaged.jsonl").write_text('{"schema":')
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")
        source = mock.patch.object(sys, "stdin", io.StringIO(stdin or ""))
        with (
            redirect_stdout(out),
            redirect_stderr(err),
            source,
            mock.patch.object(sys, "argv", ["diffkit", *line]),
        ):
            try:
                status = run([*line])
            except Exception as error:
                raise Offence(f"{type(error).__name__} leaves the command line", repr(error)) from error
        err.flush()
        files = self._taken_away()
        require_documented(status, err.buffer.getvalue().decode(), line)  # type: ignore[attr-defined]
        for name, content in files.items():
            if name == "canary":
                raise Offence("code was run")
            if name != "damaged.jsonl" and not _is_whole(Path(name).suffix, content):
                raise Offence(f"{name} is not whole", repr(content[:300]))
        attacked = any("canary" in word for word in line) and status == 2
        return "attack refused" if attacked else STATUSES[status]

    def _taken_away(self) -> dict[str, bytes]:
        """What was written into the working folder, which is as it was before."""
        written = [
            path for path in Path.cwd().iterdir() if path.suffix != ".py" and path.name != "__pycache__"
        ]
        files = {path.name: path.read_bytes() for path in written}
        for path in written:
            path.unlink()
        return files


def _is_whole(ending: str, content: bytes) -> bool:
    """Whether a file is there from its beginning to its end; nothing is left beside it that never was."""
    if content.startswith(b"<!doctype html>"):
        return content.endswith(b"</html>\n")  # report writes a page whatever its file is called
    ends = {
        ".svg": b"</svg>",
        ".png": b"IEND\xaeB`\x82",
        ".pdf": b"%%EOF",
        ".part": b"\0",
    }
    try:
        if content.startswith(b'{"schema": "diffkit.survey/'):  # rows that --file keeps
            return all(map(json.loads, content.splitlines()))
        if ending == ".json" and not content.startswith(b"<"):
            return "schema" in json.loads(content)
    except ValueError:
        return False
    return content.rstrip().endswith(ends.get(ending, b""))


def require_documented(status: object, err: str, line: list[str]) -> None:
    """The status is one of the five, and standard error one line: with a caret, notes and -v a few more."""
    if status not in STATUSES:
        raise Offence(f"status {status!r}", err)
    wordy = {"-v", "--verbose"} & {*line} or any(re.fullmatch("-[qv]+", word) for word in line)
    if "mistake in diffkit" in err:
        raise Offence(f"a mistake: {err.strip().splitlines()[-1][:70]}", err)
    if "Traceback" in err and not wordy:
        raise Offence("a traceback", err)
    said = err[max(err.rfind("\ndiffkit: ") + 1, 0) :] if status else ""
    if status in (2, 3) and line and not said.startswith("diffkit: "):
        raise Offence("an error that does not say so", err)
    if len(said.splitlines()) > 3 or len(said) > 1200:
        raise Offence("an error of many lines, or of a long one", said)
    if any(not c.isprintable() and c != "\n" for c in said):
        raise Offence("an error with control characters", repr(said))


ARGUMENTS = Arguments()
