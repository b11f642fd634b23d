"""The live page in a browser: what is typed changes it to diffkit's numbers, and what is wrong is said."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

import diffkit as dk
from diffkit.report.web.live import Server

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("few_steps")]


@pytest.fixture
def live(browser, explorer):
    """live(width, ...): the page of a running server; in the end it must have said no error."""
    said, opened = [], []
    server = Server(explorer())
    server.start()

    def call(width=1280, query="", **how):
        shown = browser.new_page(viewport={"width": width, "height": 800}, **how)
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.goto(server.url + query)
        opened.append(shown)
        settle(shown)
        return shown

    call.server, call.said = server, said
    yield call
    for shown in opened:
        shown.close()
    server.close()
    assert said == []


def settle(shown, heading=None):
    """Wait for the whole answer, whose heading says this."""
    if heading:
        shown.get_by_role("heading", level=1, name=heading).wait_for(timeout=60_000)
    shown.locator("#main[aria-busy=false]").wait_for(timeout=60_000)
    assert shown.locator(".coming").count() == 0


def test_the_page_opens_with_the_whole_portrait_of_the_example(live):
    shown = live()
    assert shown.title() == "The derivative of f at x = 0.7"
    assert shown.locator("section").count() == 5
    assert shown.locator("#h-now").text_content() == "h = 0.4"


def test_a_function_a_point_and_a_step_that_are_typed_change_every_number(live):
    shown = live()
    shown.locator("#ask-f").fill("x*exp(x)")
    shown.locator("#ask-at").fill("1")
    shown.locator("#ask-h").fill("0.003")
    settle(shown, "The derivative of f at x = 1.0")
    shown.get_by_text("The differences at h = 0.003").wait_for()
    for method in ("forward", "central", "richardson"):
        found = float(shown.locator(f"#{method}-0").text_content())
        assert found == dk.derivative("x*exp(x)", 1.0, method, h=0.003)
    assert shown.locator("dd strong").text_content().startswith("5.43656365691809047072057")
    assert shown.locator(".node").count() == 3
    assert "f=x*exp(x)" in unquote(shown.url)


def test_the_slider_and_the_walk_of_the_new_page_work(live):
    shown = live()
    shown.locator("#ask-f").fill("x^3")
    shown.locator("#ask-at").fill("2")
    settle(shown, "The derivative of f at x = 2.0")
    slider = shown.locator("#h")
    before = shown.locator("#h-now").text_content()
    slider.press("ArrowLeft")
    assert shown.locator("#h-now").text_content() != before
    shown.locator("#next").click()
    assert shown.locator("#told").text_content().startswith("Step 1 of")


def test_of_several_variables_one_is_chosen(live):
    shown = live()
    assert not shown.locator("#ask-wrt").is_visible()
    shown.locator("#ask-f").fill("x^2*y")
    shown.locator("#ask-at").fill("x=3,y=4")
    shown.get_by_text("By x alone").wait_for(timeout=60_000)
    shown.locator("#ask-wrt").select_option("y")
    shown.get_by_text("By y alone").wait_for(timeout=60_000)
    settle(shown)
    assert float(shown.locator("#central-0").text_content()) == pytest.approx(9.0)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("f", "2x", "column 2: no operation stands before 'x'"),
        ("at", "y=2", "f takes x and the point gives y; write x=..."),
        ("at", "1e400", "'1e400' is not finite"),
        ("h", "tiny", "'tiny' is no step; write a number from"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(live, field, text, said):
    shown = live()
    box, before = shown.locator(f"#ask-{field}"), shown.locator("main").inner_html()
    old = box.input_value()
    box.fill(text)
    wrong = shown.locator(f"#wrong-{field}")
    wrong.get_by_text(re.compile(re.escape(said))).wait_for()
    assert box.get_attribute("aria-invalid") == "true"
    assert box.get_attribute("aria-describedby") == f"wrong-{field}"
    assert shown.locator("main").inner_html() == before
    box.fill(old)
    shown.locator(f"#wrong-{field}:empty").wait_for(state="attached", timeout=60_000)
    assert box.get_attribute("aria-invalid") is None


def test_the_keyboard_is_enough_and_keeps_its_place(live):
    shown = live()
    for _ in range(3):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.id") == "ask-f":
            break
    shown.keyboard.press("Control+A")
    shown.keyboard.type("cos(x)")
    shown.keyboard.press("Tab")
    shown.keyboard.press("Control+A")
    shown.keyboard.type("2")
    shown.keyboard.press("Enter")
    settle(shown, "The derivative of f at x = 2.0")
    assert shown.evaluate("document.activeElement.id") == "ask-at"
    assert shown.locator("dd strong").text_content().startswith("-0.90929742682568169539601")


def test_an_address_with_a_question_opens_with_its_answer(live):
    shown = live(query="?f=x%5E2&at=5&h=0.5")
    assert shown.title() == "The derivative of f at x = 5.0"
    assert shown.locator("#ask-f").input_value() == "x^2"
    assert shown.locator("#h-now").text_content() == "h = 0.5"


def test_a_server_that_is_gone_is_said_and_the_last_answer_stays(live):
    shown = live()
    live.server.close()
    shown.locator("#ask-f").fill("x^5")
    told = shown.get_by_text("diffkit explore does not answer any more")
    told.wait_for(timeout=20_000)
    assert shown.get_by_role("heading", level=1).text_content() == "The derivative of f at x = 0.7"
    shown.locator("#h").press("ArrowLeft")
    assert live.said
    live.said.clear()  # the browser's own words for a connection that is refused


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_page_does_not_scroll_sideways_and_fields_are_large_enough(live, scheme):
    shown = live(375, color_scheme=scheme)
    assert shown.evaluate("document.documentElement.scrollWidth") == 375
    small = (
        "all => all.filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 40).map(e => e.id)"
    )
    assert shown.eval_on_selector_all("button, input, select", small) == []


def test_paper_shows_the_page_and_not_the_form(live):
    shown = live()
    shown.emulate_media(media="print")
    assert not shown.locator("#ask").is_visible()
    assert shown.locator("h1").is_visible()
