"""The page put together: one HTML file with its style, its script and its numbers in it."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from diffkit.errors import OptionError
from diffkit.report.web import sections
from diffkit.report.web.labels import LANGUAGES, words
from diffkit.report.web.markup import Markup, element, joined, json_block
from diffkit.report.web.plots import Moving
from diffkit.studies.portrait import Portrait, portrait
from diffkit.studies.stepping import Stepped, positions
from diffkit.studies.tell import Tell, silent

__all__ = ["page", "page_of", "slider_of"]


def page(
    f: Any,
    *point: Any,
    order: int = 1,
    wrt: str | None = None,
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
    return page_of(portrait(f, *point, order=order, wrt=wrt, text=text, tell=tell), lang)


def page_of(found: Portrait, lang: str = "en") -> str:
    """The page of a portrait that is there already."""
    from diffkit import __version__

    say = words(lang)
    moving = _moving(found)
    traced, walk = sections.tracing(found, say)
    main = element(
        "main", sections.methods(found, say), sections.stepping(found, moving, say), traced,
        sections.rules(found, say), sections.size(found, say), id="main",
    )  # fmt: skip
    skip = element("a", say("skip"), href="#main", class_="skip")
    footer = element("footer", element("p", say("made", version=__version__)))
    body = joined([skip, sections.header(found, say), main, footer], "\n")
    return _document(lang, sections.title(found, say), body, {"moves": moving.rows, "walk": walk})


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
    return _document(lang, title, main, {"moves": moving.rows})


def _moving(found: Stepped) -> Moving:
    return Moving(max(0, len(positions(found)) - 3))  # the secant is not the tangent yet


def _document(lang: str, title: str, body: Markup, data: dict[str, Any]) -> str:
    style, script = _file("page.css"), _file("page.js")
    # Nothing may be asked for, and nothing may run but these two.
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return Template(_file("page.html")).substitute(
        lang=LANGUAGES[lang], title=escape(title), policy=policy, style=style, body=body,
        data=json_block("data", data), script=script,
    )  # fmt: skip


def _file(name: str) -> str:
    return (files("diffkit.report.web") / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
