"""The page before axe-core, which knows the rules of accessibility: it finds nothing to mend."""

from __future__ import annotations

import os

import numpy as np
import pytest

from diffkit.report.web.page import page_of, slider_of
from diffkit.studies.error_sweep import error_sweep
from diffkit.studies.portrait import portrait
from diffkit.studies.stepping import stepping

AXE = os.environ.get("AXE_CORE", "")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE, reason="AXE_CORE names no axe.min.js; it is in the npm package axe-core"),
]


FUNCTIONS = {
    "one variable": lambda: portrait("sin(x)*exp(-x^2)", 0.7),
    "a gradient": lambda: portrait("x^2*y + y + 2", {"x": 3.0, "y": 4.0}),
    "a method that does not apply": lambda: portrait(lambda x: float(x) ** 2, 3.0),
    "a vector": lambda: portrait(lambda v: np.sum(np.sin(v) ** 2), np.array([0.1, 0.2, 0.3])),
}


@pytest.fixture(scope="module", params=FUNCTIONS)
def shown(request):
    return FUNCTIONS[request.param]()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_axe_finds_nothing_in_light_and_dark_on_a_screen_and_on_a_phone(shown, lang, browser, tmp_path):
    assert violations(browser, tmp_path, page_of(shown, lang)) == []


def test_axe_finds_nothing_in_the_frame_of_a_notebook(browser, tmp_path):
    found = stepping(error_sweep("exp(x)", 1.0, steps=np.logspace(-12, 0, 13)))
    # The heading of the first level is the notebook's.
    rules = {"page-has-heading-one": {"enabled": False}}
    assert violations(browser, tmp_path, slider_of(found, "exp(x)"), rules) == []


def violations(browser, folder, page, rules=None):
    """What axe finds on a page in each look, with the third step of its walk lit and nothing folded away."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    context = browser.new_context(bypass_csp=True)  # the page's policy lets no foreign script in
    view = context.new_page()
    view.goto(path.as_uri())
    view.add_script_tag(path=AXE)
    view.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    if view.locator("#next").count():
        for _ in range(3):
            view.locator("#next").click()
    found = []
    for scheme in ("light", "dark"):
        for width in (1280, 375):
            view.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            view.set_viewport_size({"width": width, "height": 800})
            run = "rules => axe.run({rules}).then(told => told.violations)"
            for rule in view.evaluate(run, rules or {}):
                found += [(scheme, width, rule["id"], node["html"]) for node in rule["nodes"]]
    context.close()
    return found


def test_axe_is_awake(browser):
    view = browser.new_page()
    view.set_content("<img src='data:,'>")
    view.add_script_tag(path=AXE)
    told = view.evaluate("axe.run().then(told => told.violations.map(rule => rule.id))")
    view.close()
    assert {"image-alt", "html-has-lang"} <= set(told)
