"""The live page as it is sent: the form, and room for the answers."""

from __future__ import annotations

from collections.abc import Mapping

from diffkit.report.web.labels import words
from diffkit.report.web.markup import Markup, element
from diffkit.report.web.page import document, file_text, policy_of

__all__ = ["FIELDS", "live_page"]

FIELDS = {"f": "ask_f", "at": "ask_at", "wrt": "ask_wrt", "h": "ask_h"}  # name -> label
LONG = {"f": 1000, "at": 1000, "h": 100}  # characters


def live_page(values: Mapping[str, str], lang: str = "en") -> tuple[str, str]:
    """The page with these texts in its form, and the Content-Security-Policy to send with it.

    >>> made, policy = live_page({"f": "x^2", "at": "3.0", "h": "0.5"})
    >>> 'value="x^2"' in made, "connect-src 'self'" in policy
    (True, True)
    """
    from diffkit import __version__

    say = words(lang)
    style = file_text("page.css") + file_text("live/live.css")
    script = file_text("page.js") + file_text("live/live.js")
    policy = f"{policy_of(style, script)}; connect-src 'self'"
    body = [
        element("a", say("skip"), href="#main", class_="skip"),
        _form(values, lang),
        element("header", element("h1", say("explorer")), id="head"),
        element("main", element("p", say("coming"), class_="coming"), id="main"),
        element("noscript", element("p", say("no_script"))),
        element("footer", element("p", say("made", version=__version__))),
    ]
    made = document(lang, say("explorer"), body, {}, style, script, policy)
    return made, f"{policy}; frame-ancestors 'none'"


def _form(values: Mapping[str, str], lang: str) -> Markup:
    say = words(lang)
    fields = []
    for name, called in FIELDS.items():
        known = {"id": f"ask-{name}", "name": name, "aria_describedby": f"wrong-{name}"}
        if name == "wrt":
            box = element("select", **known)
        else:
            box = element(
                "input", type="text", value=values.get(name, ""), maxlength=LONG[name], autocomplete="off",
                autocapitalize="off", spellcheck="false", **known,
            )  # fmt: skip
        label = element("label", say(called), for_=f"ask-{name}")
        wrong = element("p", id=f"wrong-{name}", class_="wrong", aria_live="polite")
        fields.append(element("div", label, box, wrong, class_=f"field field-{name}", hidden=name == "wrt"))
    told = element("p", id="wrong-", class_="wrong", aria_live="polite", data_gone=say("gone"))
    return element("form", *fields, told, id="ask", aria_label=say("ask"), autocomplete="off")
