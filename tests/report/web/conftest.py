"""One portrait for all tests of the page, a page taken apart, and a browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from diffkit.report.web.page import page_of
from diffkit.studies.portrait import portrait

PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROME = next(filter(None, map(shutil.which, PLACES)), None)
EMPTY = {"br", "hr", "input", "link", "meta"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    parents: list[str]
    text: str = ""


@dataclass
class Parsed(HTMLParser):
    """The elements of a page in order, each with all text inside it; a wrong nesting is an AssertionError."""

    source: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.open = []
        self.feed(self.source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes)
        element = Element(tag, dict(attributes), [e.tag for e in self.open])
        self.elements.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, text):
        for element in self.open:
            element.text += text

    def all(self, *tags):
        return [e for e in self.elements if e.tag in tags]

    @property
    def ids(self):
        return {e.attributes["id"]: e for e in self.elements if "id" in e.attributes}

    @property
    def data(self):
        return json.loads(self.ids["data"].text)

    def moves(self):
        """What follows the slider: the values by (id, attribute)."""
        return {(name, attribute): values for name, attribute, values in self.data["moves"]}


@pytest.fixture(scope="session")
def parsed():
    return Parsed


@pytest.fixture(scope="session")
def found():
    """The lecture's function: everything about it."""
    return portrait("sin(x)*exp(-x^2)", 0.7)


@pytest.fixture(scope="session")
def made(found):
    return Parsed(page_of(found))


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright drives the browser: pip install playwright"
    )
    if CHROME is None:
        pytest.skip(f"there is no browser; one of {', '.join(PLACES)} would do")
    with api.sync_playwright() as play:
        # Without a sandbox, which containers do not offer: the page is our own.
        browser = play.chromium.launch(executable_path=CHROME, args=["--no-sandbox"])
        yield browser
        browser.close()
