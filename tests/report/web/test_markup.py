"""Markup: what is text stays text, wherever it is put."""

from __future__ import annotations

import json

import pytest

from diffkit.report.web.markup import Markup, cells, element, joined, json_block, scrolled, table

EVIL = '<script>alert("1&2")</script>\'>'


def test_a_text_becomes_no_markup_in_an_element_and_none_in_an_attribute(parsed):
    made = parsed(element("p", EVIL, title=EVIL))
    assert [e.tag for e in made.elements] == ["p"]
    assert made.elements[0].text == EVIL
    assert made.elements[0].attributes == {"title": EVIL}


def test_markup_is_kept_and_none_is_left_out():
    assert element("p", element("b", "x"), None, " < ") == "<p><b>x</b> &lt; </p>"
    assert joined(["a", Markup("<i>b</i>")], " & ") == "a & <i>b</i>"


def test_a_joined_text_is_markup_and_is_not_escaped_again():
    assert element("p", joined(["a < b"])) == "<p>a &lt; b</p>"


def test_attributes_have_dashes_and_those_that_are_false_are_left_out():
    made = element("input", type="range", aria_label="h", hidden=True, checked=False, value=0, id=None)
    assert made == '<input type="range" aria-label="h" hidden value="0">'


def test_a_table_has_a_caption_and_each_heading_says_what_it_heads(parsed):
    made = parsed(table("c", ["a", "b"], [cells(("1", "2"), (1,))], (1,)))
    assert [(e.tag, e.text, e.attributes) for e in made.all("caption", "th", "td")] == [
        ("caption", "c", {}),
        ("th", "a", {"scope": "col"}),
        ("th", "b", {"scope": "col", "class": "number"}),
        ("th", "1", {"scope": "row"}),
        ("td", "2", {"class": "number"}),
    ]


def test_what_scrolls_can_be_reached_by_keyboard_and_has_a_name():
    assert scrolled("n", Markup("x")) == '<div class="wide" tabindex="0" role="region" aria-label="n">x</div>'


@pytest.mark.parametrize("text", [EVIL, "<!--", "</script>", "\u2028", "]]>"])
def test_json_comes_back_and_nothing_in_it_ends_its_element(parsed, text):
    block = parsed(json_block("a", {text: [text, 1]}))
    assert [e.tag for e in block.elements] == ["script"]
    assert json.loads(block.elements[0].text) == {text: [text, 1]}
    assert "<" not in block.elements[0].text


def test_json_has_its_keys_in_order_and_no_nan():
    assert json_block("a", {"b": 1, "a": 2}).endswith('{"a":2,"b":1}</script>')
    with pytest.raises(ValueError, match="JSON"):
        json_block("a", float("nan"))
