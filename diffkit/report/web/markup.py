"""HTML by construction: a text becomes markup in one place, where it is escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

__all__ = ["Markup", "cells", "element", "joined", "json_block", "scrolled", "table"]


class Markup(str):
    """What is HTML already; every other string is text."""

    __slots__ = ()


EMPTY = {"br", "hr", "input", "link", "meta"}


def element(tag: str, *content: str | None, **attributes: str | float | bool | None) -> Markup:
    """An element: texts in it are escaped, Markup is not, None is left out.

    In the names of attributes _ stands for -, and one at the end is dropped; True is an attribute without a
    value, False and None are none.

    >>> element("p", "a < b", element("b", "!"), class_="it", hidden=True)
    '<p class="it" hidden>a &lt; b<b>!</b></p>'
    """
    named = "".join(
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{tag}{named}>" + ("" if tag in EMPTY else f"{joined(content)}</{tag}>"))


def joined(content: Iterable[str | None], between: str = "") -> Markup:
    """Texts and markup one after the other."""
    parts = (part if isinstance(part, Markup) else escape(part) for part in content if part is not None)
    return Markup(between.join(parts))


def cells(row: Sequence[str], numbers: Iterable[int] = (), **attributes: Any) -> Markup:
    """A row of a table, whose first cell names it; the columns of these `numbers` are set right."""
    right = set(numbers)
    made = [
        element("th", cell, scope="row")
        if i == 0
        else element("td", cell, class_="number" if i in right else None)
        for i, cell in enumerate(row)
    ]
    return element("tr", *made, **attributes)


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Markup],
    numbers: Iterable[int] = (),
    **attributes: Any,
) -> Markup:
    """A table with its caption and its headings, in a box that scrolls by itself."""
    right = set(numbers)
    head = [
        element("th", column, scope="col", class_="number" if i in right else None)
        for i, column in enumerate(columns)
    ]
    made = element(
        "table", element("caption", caption), element("thead", element("tr", *head)),
        element("tbody", *rows), **attributes,
    )  # fmt: skip
    return scrolled(caption, made)


def scrolled(name: str, *content: Markup) -> Markup:
    """A box that scrolls sideways where it has to, also by the arrow keys."""
    return element("div", *content, class_="wide", tabindex="0", role="region", aria_label=name)


def json_block(name: str, value: Any) -> Markup:
    """JSON for the page's script to read; nothing in it can end the element that it stands in.

    >>> json_block("a", {"b": "</script>"})
    '<script type="application/json" id="a">{"b":"\\\\u003c/script>"}</script>'
    """
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    kept = written.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return element("script", Markup(kept), type="application/json", id=name)
