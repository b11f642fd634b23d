"""The words: both languages have each, with the same fields, and every word is used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import diffkit
from diffkit.methods import own_methods
from diffkit.report.web.labels import LANGUAGES, TERMS, WORDS, words
from diffkit.studies.stages import STAGES
from diffkit.symbolic.rules import rules

HERE = Path(diffkit.__file__).parent / "report" / "web"


@pytest.mark.parametrize("key", WORDS)
def test_a_label_has_the_same_fields_in_each_language(key):
    assert len(WORDS[key]) == len(LANGUAGES)
    fields = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in WORDS[key]]
    assert fields[0] == fields[1]
    assert all(text.strip() for text in WORDS[key])


def test_chinese_labels_are_chinese_and_english_ones_are_not():
    for key, (english, chinese) in WORDS.items():
        assert not re.search("[\u3400-\u9fff]", english)
        assert re.search("[\u3400-\u9fff]", chinese) or key == "curve"


def test_every_label_is_used():
    written = "".join(path.read_text() for path in HERE.rglob("*.py") if path.name != "labels.py")
    assert not [key for key in WORDS if f'"{key}"' not in written]


def test_methods_stages_and_rules_have_a_chinese_name():
    shown = set(STAGES) - {"sympy simplify"}  # the page does not wait for it
    own = {name for name, method in own_methods().items() if type(method).__module__.startswith("diffkit.")}
    assert len(own) >= 9
    assert {"forward", "reverse"} <= own
    assert own | shown | {rule.name for rule in rules()} <= set(TERMS["zh"])


def test_a_term_in_english_is_itself_and_a_name_that_is_not_known_too():
    assert words("en")("=chain rule: sine") == "chain rule: sine"
    assert words("zh")("=mine{x}") == "mine{x}"
