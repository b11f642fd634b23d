"""Every sentence that methods and studies say of the catalogue has its Chinese; an exception's has none."""

from __future__ import annotations

import re
from string import Formatter

import numpy as np
import pytest

import diffkit as dk
from diffkit.problems import PROBLEMS
from diffkit.report.web.labels import words
from diffkit.report.web.notes_zh import PLACES, SENTENCES, in_chinese
from diffkit.studies.compare import NO_REFERENCE
from diffkit.studies.portrait import Missing, portrait


def loop(x):
    for _ in range(40):
        x = x * x - 0.5
    return x


# What the catalogue, with its one smooth variable, does not show.
OTHERS = {
    "a corner": ("abs(x)", 0.0),
    "two jumps": ("floor(x)", 0.5),
    "a jump": ("floor(x)", 1.0),
    "an infinite slope": ("sqrt(x)", 0.0),
    "one side": ("x + x^1.5", 0.0),
    "a constant": ("5", 1.0),
    "a corner in x": ("abs(x) + y", {"x": 0.0, "y": 1.0}),
    "several corners": (lambda v: np.sum(np.abs(v)), np.zeros(3)),
    "an edge": ("sqrt(x*y)", {"x": 1e-9, "y": 1.0}),
    "no numbers of ours": (lambda x: float(x) ** 2, 3.0),
    "the right alone": ("x^1.5", 0.0),
    "of real numbers": (lambda x: np.logaddexp(x, 1.0), 3.0),
    "rounded": (lambda x: x**2 + 1e-6 * np.round(np.sin(1e8 * x)), 1.0),
    "not analytic": ("max(x, 1)", 1.0),
    "cancellation": ("(exp(x) - 1)/x", 1e-10),
}


def sayings(found):
    """What a comparison says."""
    if found.reference is None:
        yield found.reference_source.removeprefix(NO_REFERENCE)
    yield found.remarks()[-1]
    yield from (row.note for row in found.rows if row.note)


def untranslated(texts):
    return [text for text in texts if in_chinese(text) is None]


@pytest.mark.sampled(8)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name", PROBLEMS)
def test_what_methods_say_of_the_catalogue_is_in_chinese(name, order):
    assert untranslated(sayings(dk.compare(PROBLEMS[name].f, PROBLEMS[name].at, order=order))) == []


@pytest.mark.parametrize("name", OTHERS)
def test_what_methods_say_where_something_is_wrong_is_in_chinese(name):
    f, x = OTHERS[name]
    assert untranslated(sayings(dk.compare(f, x))) == []


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda v: np.sum(np.sin(v)), np.ones(3)), (np.linalg.norm, np.ones(40)),
        pytest.param("x", 2.0, marks=pytest.mark.slow), pytest.param(loop, 0.3, marks=pytest.mark.slow),
        pytest.param("x^2*y + y", {"x": 3.0, "y": 4.0}, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_what_the_studies_of_a_page_say_is_in_chinese(f, x):
    found = portrait(f, x)
    parts = (found.sweep, found.secants, found.table, found.graph, found.steps, found.swell)
    said = [part.reason for part in parts if isinstance(part, Missing)]
    if not isinstance(found.steps, Missing):
        said.append(found.steps.check)
    if not isinstance(found.swell, Missing):
        said.append(found.swell.remarks()[0])
    assert untranslated(said) == []


@pytest.mark.parametrize("english", SENTENCES)
def test_each_sentence_keeps_its_places_and_is_chinese(english):
    chinese = SENTENCES[english]
    places = [
        sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in (english, chinese)
    ]
    assert places[0] == places[1]
    assert {name.rstrip("0123456789") for name in places[0]} <= set(PLACES)
    assert re.search("[\u3400-\u9fff]", chinese)
    assert not re.search("[\u3400-\u9fff]", english)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("truncation 1.81e-08, rounding 1.52e-09", "截断误差 1.81e-08，舍入误差 1.52e-09"),
        ("1 operation in the formula", "公式含 1 个运算"),
        ("element (0, 0): f jumps by about 1, 0.5 from x (and 2 more)",
         "元素 (0, 0)：f 在距 x 0.5 处有约 1 的跳变（另有 2 处）"),
        ("Why: h is too large for this f, truncation dominates: differences keep from 0.0 (forward) to 10.5 "
         "(central) digits; see diffkit sweep; adaptive keeps 14.5 digits; complex-step, dual and reverse "
         "take no difference and keep 15.9 digits; symbolic does not apply, for the reason given.",
         "原因：对此 f 来说 h 太大，截断误差为主：差分保留 0.0（向前差分）至 10.5（中心差分）位数字；"
         "见 diffkit sweep；自适应保留 14.5 位数字；"
         "复步法、对偶数（前向模式）、反向模式不作差分，保留 15.9 位数字；"
         "符号求导不适用，理由见上。"),
    ],
)  # fmt: skip
def test_numbers_and_names_keep_their_places(english, chinese):
    assert words("zh")(f"~{english}") == chinese
    assert words("en")(f"~{english}") == english


@pytest.mark.parametrize(
    "text", ["", "boom", "error estimate 1; boom", "Why: boom.", "not closed form: boom"]
)
def test_what_has_no_row_stays_as_it_is(text):
    assert in_chinese(text) is None
    assert words("zh")(f"~{text}") == text
