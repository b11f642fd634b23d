"""The page put together: one HTML file with its style, its script and its numbers in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from diffkit.errors import OptionError
from diffkit.report.web import sections
from diffkit.report.web.labels import LANGUAGES, Words, words
from diffkit.report.web.markup import Markup, element, joined, json_block
from diffkit.report.web.plots import Moving
from diffkit.studies.portrait import Portrait, portrait
from diffkit.studies.stepping import Stepped, positions
from diffkit.studies.tell import Tell, silent

__all__ = ["SHOWS", "document", "file_text", "page", "page_of", "parts_of", "policy_of", "slider_of"]

# The parts of the page, and the studies that each of them shows.
SHOWS = {
    "head": ("comparison", "steps"),
    "methods": ("comparison",),
    "step": ("sweep", "secants"),
    "graph": ("table", "graph"),
    "steps": ("steps",),
    "swell": ("swell",),
}


def page(
    f: Any,
    *point: Any,
    order: int = 1,
    wrt: str | None = None,
    h: float | None = None,
    lang: str = "en",
    text: str | None = None,
    tell: Tell = silent,
) -> str:
    """Everything about f at a point as one HTML page, which asks for nothing else, not even a font.

    It shows what every method says, the secants and the errors at each step h under a slider, the graph
    and the evaluation trace to walk through, the derivative rule by rule, and its swell. What does not
    apply to f says why. The same f and point give the same page.

    Parameters
    ----------
    f, point, order, text
        As for `diffkit.compare`.
    wrt
        Of several variables, the one that the step changes; the first by default.
    h
        The step that is shown first.
    lang
        "en" or "zh", the language of the page.
    tell
        Is told what comes next: the parts take some seconds together.

    Raises
    ------
    DomainError, ArgumentsError, ExpressionError
        As `diffkit.compare` does.
    OptionError
        For another language.

    Examples
    --------
    >>> made = page("x^2", 3.0)
    >>> made[:15], "<h1>The derivative of f at x = 3.0</h1>" in made, len(made) < 150_000
    ('<!doctype html>', True, True)
    """
    if lang not in LANGUAGES:
        raise OptionError(f"lang is {lang!r}; write one of {', '.join(map(repr, LANGUAGES))}")
    return page_of(portrait(f, *point, order=order, wrt=wrt, h=h, text=text, tell=tell), lang)


def page_of(found: Portrait, lang: str = "en") -> str:
    """The page of a portrait that is there already."""
    from diffkit import __version__

    say = words(lang)
    parts, data = parts_of(found, say)
    body = [
        element("a", say("skip"), href="#main", class_="skip"), parts.pop("head"),
        element("main", *parts.values(), id="main"),
        element("footer", element("p", say("made", version=__version__))),
    ]  # fmt: skip
    return _filled(lang, sections.title(found, say), body, data)


def slider_of(found: Stepped, title: str, lang: str = "en") -> str:
    """A page with nothing but the slider of the step and what follows it, for a frame in a notebook.

    >>> from diffkit.studies.error_sweep import error_sweep
    >>> from diffkit.studies.stepping import stepping
    >>> made = slider_of(stepping(error_sweep("exp(x)", 1.0, "central")), "exp(x)")
    >>> "<title>exp(x)</title>" in made, made.count("<input"), made.count("<section"), len(made) < 60_000
    (True, 1, 1, True)
    """
    moving = _moving(found)
    main = element("main", sections.stepping(found, moving, words(lang), brief=True), class_="part")
    return _filled(lang, title, [main], {"moves": moving.rows})


def _moving(found: Stepped) -> Moving:
    steps = positions(found).tolist()
    first = max(0, len(steps) - 3)  # where the secant is not the tangent yet
    return Moving(steps.index(found.h) if found.h in steps else first)


def _filled(lang: str, title: str, body: Iterable[Markup], data: dict[str, Any]) -> str:
    style, script = file_text("page.css"), file_text("page.js")
    # Nothing may be asked for, and nothing may run but these two.
    return document(lang, title, body, data, style, script, policy_of(style, script))


def parts_of(
    found: Portrait, say: Words, names: Iterable[str] = SHOWS
) -> tuple[dict[str, Markup], dict[str, Any]]:
    """Parts of the page by name, and what the script has to know of them.

    >>> parts, data = parts_of(portrait("x", 1.0), words("en"), ["methods", "graph"])
    >>> list(parts), list(data)
    (['methods', 'graph'], ['walk'])
    """
    data: dict[str, Any] = {}

    def step() -> Markup:
        moving = _moving(found)
        made = sections.stepping(found, moving, say)
        data["moves"] = moving.rows
        return made

    def graph() -> Markup:
        made, data["walk"] = sections.tracing(found, say)
        return made

    make: dict[str, Callable[[], Markup]] = {
        "head": lambda: sections.header(found, say),
        "methods": lambda: sections.methods(found, say),
        "step": step,
        "graph": graph,
        "steps": lambda: sections.rules(found, say),
        "swell": lambda: sections.size(found, say),
    }
    return {name: make[name]() for name in names}, data


def policy_of(style: str, script: str) -> str:
    """The Content-Security-Policy by which this style and this script are all that there is."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def document(
    lang: str, title: str, body: Iterable[Markup], data: Any, style: str, script: str, policy: str
) -> str:
    """The parts of a page in one file."""
    return Template(file_text("page.html")).substitute(
        lang=LANGUAGES[lang], title=escape(title), policy=policy, style=style, body=joined(body, "\n"),
        data=json_block("data", data), script=script,
    )  # fmt: skip


def file_text(name: str) -> str:
    """A file of this room: the style, the script, the frame."""
    return (files("diffkit.report.web") / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
