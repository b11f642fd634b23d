"""What a study shows in a notebook, in a browser: a slider that moves numbers, a picture without it."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shown(browser):  # which skips first
    sweep = dk.error_sweep("sin(x)*exp(-x^2)", 0.7, steps=np.logspace(-12, 0, 25))
    return sweep, sweep._repr_html_()


def test_the_slider_in_the_frame_moves_the_numbers_and_the_frame_is_as_high_as_its_page(shown, browser):
    sweep, page = shown
    view, said = browser.new_page(viewport={"width": 900, "height": 800}), []
    view.on("console", lambda message: said.append(message.text))
    view.on("pageerror", lambda error: said.append(str(error)))
    view.set_content(page)
    frame = view.frame_locator("iframe")
    slider = frame.get_by_role("slider", name="step h, logarithmic")
    slider.focus()
    for key, place in (("Home", 0), ("ArrowRight", 1), ("End", -1)):
        view.keyboard.press(key)
        assert frame.locator("#central-0").text_content() == repr(float(sweep["central"].values[place]))
    fits = """() => { const frame = document.querySelector("iframe"), page = frame.contentDocument;
        return Math.abs(frame.clientHeight - page.body.getBoundingClientRect().height) <= 1; }"""
    view.wait_for_function(fits)
    spare = "e => [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth]"
    assert frame.locator("html").evaluate(spare) == [0, 0]
    view.close()
    assert said == []


def test_without_frame_and_scripts_the_picture_is_seen_and_stays_in_its_column(shown, browser):
    view = browser.new_page(viewport={"width": 500, "height": 800}, java_script_enabled=False)
    view.set_content(shown[1].partition("<iframe")[0])
    box = view.locator("img").bounding_box()
    assert 300 < box["width"] <= 500
    assert box["height"] > 200
    assert view.evaluate("document.images[0].naturalWidth") > 500
    view.close()
