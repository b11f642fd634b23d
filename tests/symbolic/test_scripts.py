"""The three scripts write the same things."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from diffkit.symbolic.scripts import GREEK, SCRIPTS, Script


def test_each_script_writes_whatever_plain_text_does():
    written = {name for name in vars(Script) if not name.startswith("_")}
    for script in SCRIPTS.values():
        assert written <= set(dir(script))


@pytest.mark.parametrize("name", sorted(GREEK))
def test_every_greek_letter_is_one_sign_in_mathml(name):
    for spelled in (name, name.capitalize()):
        assert len(ET.fromstring(SCRIPTS["mathml"].symbol(spelled)).text) == 1


def test_two_numbers_side_by_side_are_parted_by_a_dot():
    assert SCRIPTS["latex"].product(["2", "3", "x"]) == r"2 \cdot 3 x"
    two, x = SCRIPTS["mathml"].number("2"), SCRIPTS["mathml"].symbol("x")
    assert "⋅" in SCRIPTS["mathml"].product([two, two])
    assert "⋅" not in SCRIPTS["mathml"].product([two, x])


def test_what_looks_like_markup_is_escaped():
    assert SCRIPTS["mathml"].relation("<") == "<mo>&lt;</mo>"
    assert SCRIPTS["mathml"].symbol("<b>") == "<mi>&lt;b&gt;</mi>"
