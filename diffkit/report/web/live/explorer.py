"""Answers to what is typed: the parts of the page, each as soon as it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from diffkit.errors import ArgumentsError, DiffkitError, ExpressionError
from diffkit.report.web.labels import words
from diffkit.report.web.live.bounded import BusyError, GoneError, LateError, Worker
from diffkit.report.web.live.form import FIELDS
from diffkit.report.web.markup import element
from diffkit.report.web.page import SHOWS, page, parts_of
from diffkit.studies.portrait import Coming, Missing, Portrait, Sitting
from diffkit.studies.row import one_line

__all__ = ["Explorer", "Read", "Unreadable"]

LONGEST = 1000  # characters in a field
SMALLEST, LARGEST = 1e-40, 1e300  # steps

# Reads a function and a point: the function, its arguments, and what to call the function.
Read = Callable[[str, str], tuple[Callable[..., Any], tuple[Any, ...], str]]


class Unreadable(Exception):  # noqa: N818 - no error of diffkit's, but an answer to what was typed
    """A field of the form, and in a sentence what is wrong with it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.field, str(self))

    @classmethod
    def by(cls, field: str, error: DiffkitError) -> Unreadable:
        """What an error of diffkit's says, in one sentence for a page, which has no options."""
        said = one_line(str(error).split("\n")[0])
        if isinstance(error, ExpressionError):
            said = error.reason if error.column is None else f"column {error.column + 1}: {error.reason}"
        return cls(field, said.replace("write --at ", "write "))


class Explorer:
    """Answers questions, which are texts by the names of the form's fields: f, at, h and wrt.

    Parameters
    ----------
    read
        Reads f and the point as they were typed; `Unreadable` says which of them is wrong.
    start
        The texts to begin with.
    lang
        The language of the page.
    worker
        Where everything is computed that depends on what was typed.
    """

    def __init__(
        self, read: Read, start: Mapping[str, str], lang: str = "en", worker: Worker | None = None
    ) -> None:
        self.read, self.start, self.lang, self.worker = read, dict(start), lang, worker or Worker()
        self._say = words(lang)

    def answers(
        self, asked: Mapping[str, str], wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[dict[str, Any]]:
        """Messages for the page's script, in order.

        {"html": {name: markup}, "data": {...}} puts parts in the place of others of these names, and "names"
        are the variables that the step may change. {"wrong": field, "said": sentence} says what is wrong with
        a field, "" for none of them. {"done": true} is the last.

        Raises
        ------
        BusyError, GoneError
            As `Worker.run` does.
        """
        try:
            sitting, found, first = self.worker.run(lambda: self._first(asked), wanted)
        except (BusyError, GoneError):
            raise
        except Unreadable as error:
            yield {"wrong": error.field, "said": str(error)}
            return
        except LateError as error:
            yield {"wrong": "f", "said": self._say("late", reason=str(error))}
            return
        yield first
        studies: dict[tuple[str, ...], Callable[[], tuple[Any, ...]]] = {
            ("table", "graph"): sitting.traced,
            ("steps",): lambda: (sitting.steps(),),
            ("swell",): lambda: (sitting.swell(),),
            ("sweep", "secants"): lambda: (sitting.swept(), sitting.secants()),
        }
        for names, study in studies.items():
            found, message = self._within_time(found, names, study, wanted)
            yield message
        yield {"done": True}

    def warm_up(self) -> None:
        """Answer a question that nobody asked: what is to be imported takes a second or two."""
        self.worker.run(lambda: page("x", 1.0, h=0.5), seconds=300.0)  # half an import would be worse

    def _first(self, asked: Mapping[str, str]) -> tuple[Sitting, Portrait, dict[str, Any]]:
        """What is quick: every method's answer, and the secants and errors at the step that was typed."""
        given = {name: asked.get(name, self.start.get(name, "")).strip() for name in FIELDS}
        for name, text in given.items():
            if len(text) > LONGEST:
                raise Unreadable(name, self._say("too_much", count=len(text), most=LONGEST))
        f, point, text = self.read(given["f"], given["at"])
        h = self._step(given["h"])
        sitting = Sitting(f, *point, wrt=given["wrt"] or None, h=h, text=text)
        try:
            comparison = sitting.compared()
        except DiffkitError as error:
            raise Unreadable.by("f" if isinstance(error, ArgumentsError) else "at", error) from error
        except Exception as error:  # f is the user's own, and raises what it likes
            reason = f"{type(error).__name__}: {one_line(str(error))}"
            raise Unreadable("f", self._say("f_failed", reason=reason)) from error
        try:
            wrt = sitting.wrt
        except ArgumentsError as error:
            raise Unreadable.by("wrt", error) from error
        coming = Coming()
        swept = coming if h is None else sitting.swept(alone=True)
        seen = sitting.secants(few=True)
        found = Portrait(comparison, wrt, h, swept, seen, coming, coming, coming, coming)
        parts, data = parts_of(found, self._say)
        head = parts.pop("head")
        html = {"head": head, "main": element("main", *parts.values(), id="main")}
        names = [] if isinstance(found.secants, Missing) else list(sitting.names)
        return sitting, found, {"html": html, "data": {"walk": None, **data}, "names": names, "wrt": wrt}

    def _within_time(
        self, found: Portrait, names: tuple[str, ...], study: Callable[[], tuple[Any, ...]],
        wanted: Callable[[], bool],
    ) -> tuple[Portrait, dict[str, Any]]:  # fmt: skip
        """The portrait with these studies, or why they are missing, and the parts that show them."""
        shown = [part for part, studies in SHOWS.items() if {*studies} & {*names}]

        def made(study: Callable[[], tuple[Any, ...]]) -> tuple[Portrait, dict[str, Any]]:
            more = replace(found, **dict(zip(names, study(), strict=True)))
            html, data = parts_of(more, self._say, shown)
            return more, {"html": html, "data": data}

        try:
            return self.worker.run(lambda: made(study), wanted)
        except LateError as error:
            late = (Missing(str(error)),) * len(names)
            return self.worker.run(lambda: made(lambda: late), wanted)

    def _step(self, text: str) -> float | None:
        if not text:
            return None
        wrong = Unreadable("h", self._say("no_step_typed", text=text, least=SMALLEST, most=LARGEST))
        try:
            _, (h, *_), _ = self.read("x", text)
        except Unreadable as error:
            raise wrong from error
        if "=" in text or not isinstance(h, float) or not SMALLEST <= h <= LARGEST:
            raise wrong
        return h
