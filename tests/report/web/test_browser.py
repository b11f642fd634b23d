"""The page in a browser: the slider, the walk, the keyboard, a phone, paper; nothing asked for, no errors."""

from __future__ import annotations

import re

import pytest

from diffkit.report.web.page import page_of

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(found, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page_of(found), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def view(browser, address):
    """view(width, ...): the page opened; in the end it must have asked for nothing else and said no error."""
    opened, said, asked = [], [], []

    def call(width=1280, **how):
        shown = browser.new_page(viewport={"width": width, "height": 800}, **how)
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(address)
        opened.append(shown)
        return shown

    yield call
    for shown in opened:
        shown.close()
    assert said == []
    assert asked == [address] * len(opened)


def test_the_arrow_keys_move_the_step_and_every_number_follows(view, made):
    shown, moves = view(), made.moves()
    slider = shown.locator("#h")
    slider.focus()
    position = int(slider.input_value())
    for key, change in (
        ("ArrowLeft", -1),
        ("ArrowLeft", -1),
        ("ArrowRight", 1),
        ("Home", None),
        ("End", None),
    ):
        shown.keyboard.press(key)
        last = int(made.ids["h"].attributes["max"])
        position = {"Home": 0, "End": last}.get(key, position + (change or 0))
        assert slider.input_value() == str(position)
        for (name, attribute), values in moves.items():
            element = shown.locator(f"#{name}")
            now = element.get_attribute(attribute) if attribute else element.text_content()
            assert now == values[position], name


def test_the_slider_is_reached_by_tab_and_says_what_it_is(view):
    shown = view()
    for _ in range(30):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.id") == "h":
            break
    slider = shown.get_by_role("slider", name="step h, logarithmic")
    assert slider.evaluate("e => e === document.activeElement")
    assert re.fullmatch(r"h = 0\.398, forward: slope .*, error .*", slider.get_attribute("aria-valuetext"))


def test_a_walk_lights_row_node_and_local_derivative_together(view, made, found):
    shown = view()
    steps = made.data["walk"]["steps"]
    for step in steps:
        shown.get_by_role("button", name="Step").click()
        lit = set(shown.eval_on_selector_all(".on", "all => all.map(e => e.id)"))
        assert lit == {f"row-{step['row']}", f"node-{step['node']}", *(f"edge-{i}" for i in step["edges"])}
        assert shown.locator("#told").text_content() == step["told"]
        assert shown.locator("[aria-current=step]").get_attribute("id") == f"row-{step['row']}"
    shown.get_by_role("button", name="Back").click()
    assert shown.locator("#told").text_content() == steps[-2]["told"]


def test_what_is_not_reached_is_not_seen_and_show_all_shows_it(view, found):
    shown, count = view(), len(found.table.rows)
    hidden = lambda: shown.eval_on_selector_all("td.later", "all => all.map(e => e.id)")
    assert hidden() == []
    shown.keyboard.press("Tab")
    shown.locator("#next").focus()
    shown.keyboard.press("Enter")
    assert {f"value-cell-{i}" for i in range(1, count)} <= set(hidden())
    assert {f"adjoint-cell-{i}" for i in range(count)} <= set(hidden())
    assert shown.locator("#value-cell-1").is_hidden()
    shown.locator("#reset").click()
    assert hidden() == []
    assert shown.locator(".on").count() == 0


def test_play_goes_on_by_itself_and_pauses(view):
    shown = view()
    shown.clock.install()
    play = shown.locator("#play")
    play.click()
    assert play.text_content() == "Pause"
    shown.clock.run_for(4100)
    assert shown.locator("#told").text_content().startswith("Step 3 of 12")
    play.click()
    assert play.text_content() == "Play"
    shown.clock.run_for(10_000)
    assert shown.locator("#told").text_content().startswith("Step 3 of 12")
    play.click()
    shown.clock.run_for(60_000)
    assert shown.locator("#told").text_content().startswith("Step 12 of 12")
    assert play.text_content() == "Play"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_page_itself_does_not_scroll_sideways(view, scheme):
    shown = view(375, color_scheme=scheme)
    assert shown.evaluate("document.documentElement.scrollWidth") == 375
    small = "all => all.filter(e => e.getBoundingClientRect().height < 40).map(e => e.id)"
    assert shown.eval_on_selector_all("button, input", small) == []


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_inside_the_page_scrolls_upright(view, width):
    shown = view(width)
    high = """all => all.filter(e => e.scrollHeight > e.clientHeight && e.clientHeight > 0
        && ["auto", "scroll"].includes(getComputedStyle(e).overflowY)).map(e => e.outerHTML.slice(0, 80))"""
    assert shown.eval_on_selector_all("*", high) == []


def test_on_a_phone_the_slider_stays_in_sight_of_what_it_moves(view):
    shown = view(375)
    for name in ("#secant-forward", "#cursor"):
        shown.locator(name).evaluate("e => e.closest('svg').scrollIntoView({block: 'end'})")
        slider, picture = (
            shown.evaluate("e => e.getBoundingClientRect().toJSON()", shown.query_selector(found))
            for found in (".slider", f"svg:has({name})")
        )
        assert 0 <= slider["top"] <= slider["bottom"] <= picture["top"]
    error = shown.locator("#forward-1").bounding_box()
    assert error["x"] + error["width"] <= 375


def test_a_table_that_scrolls_sideways_keeps_the_names_of_its_rows_and_its_caption(view):
    shown = view(375)
    places = """box => { box.scrollLeft = 10000; return [box.scrollLeft,
        ...Array.from(box.querySelectorAll("tbody th, caption"), e => Math.round(e.getBoundingClientRect().x))
    ]; }"""
    moved, *names = shown.locator("[aria-labelledby=methods] .wide").evaluate(places)
    assert moved > 100
    assert set(names) == {16}


def test_on_paper_the_pictures_stand_side_by_side_and_the_errors_in_numbers_fit(view):
    shown = view(680)  # A4 between its margins
    shown.emulate_media(media="print")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    left, right = (shown.locator(f"svg:has({name})").bounding_box() for name in ("#cursor", "#legs"))
    assert left["y"] == right["y"]
    for box in shown.locator("details table").all():
        place = box.bounding_box()
        assert place["x"] + place["width"] <= 680


def test_dark_is_dark_and_paper_is_white(view):
    shown = view(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    assert shown.evaluate(paper) == "rgb(20, 22, 26)"
    shown.emulate_media(media="print")
    assert shown.evaluate(paper) == "rgb(255, 255, 255)"


def test_paper_has_no_controls_and_shows_everything(view):
    shown = view()
    shown.locator("#next").click()
    shown.emulate_media(media="print")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not shown.locator("button").first.is_visible()
    assert shown.locator("#adjoint-cell-0").is_visible()
    assert shown.locator("details table").first.is_visible()
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details[open]").count() == 0


def test_without_a_script_there_are_numbers_and_no_controls(view):
    shown = view(java_script_enabled=False)
    assert not shown.locator("#h").is_visible()
    assert not shown.locator("button").first.is_visible()
    assert shown.locator("#forward-0").is_visible()
    assert shown.locator("#adjoint-cell-0").is_visible()


def test_the_policy_stops_a_request_and_a_foreign_script(view, browser, address):
    shown = browser.new_page()
    refused = []
    shown.on("console", lambda message: refused.append(message.text))
    shown.goto(address)
    shown.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/a.png'}))")
    foreign = "const s = document.createElement('script'); s.textContent = 'ran = 1'; document.body.append(s)"
    shown.evaluate(foreign)
    shown.wait_for_timeout(100)
    assert shown.evaluate("window.ran") is None
    assert len([text for text in refused if "Content Security Policy" in text]) >= 2
    shown.close()
