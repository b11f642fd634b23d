"""The page as a whole: sound HTML that needs nothing else, the same every time, safe whatever f is called."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
import sympy

import diffkit
from diffkit.errors import OptionError
from diffkit.report import page
from diffkit.report.web.labels import words
from diffkit.report.web.page import SHOWS, page_of, parts_of
from diffkit.studies.portrait import Missing, portrait

LIMIT = 300_000  # bytes


def test_the_page_is_one_small_file_that_names_no_other(found):
    for lang in ("en", "zh"):
        text = page_of(found, lang)
        assert len(text.encode()) < LIMIT
        assert "://" not in text
        assert not re.search(r"(src|@import|url)\s*[=(]\s*[\"']?(?!#)[\w/]", text)


def test_nothing_is_asked_for_and_only_its_own_style_and_script_may_run(made):
    policy = next(e for e in made.all("meta") if "http-equiv" in e.attributes)
    assert policy.attributes["http-equiv"] == "Content-Security-Policy"
    rules = dict(rule.strip().split(" ", 1) for rule in policy.attributes["content"].split(";"))
    assert (rules["default-src"], rules["base-uri"], rules["form-action"]) == ("'none'",) * 3
    script = next(e for e in made.all("script") if "type" not in e.attributes)
    for name, element in (("style-src", made.all("style")[0]), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert not [e for e in made.elements if "style" in e.attributes]  # the policy would not let it
    assert not [name for e in made.elements for name in e.attributes if name.startswith("on")]


def test_every_name_that_is_referred_to_is_there_once(made):
    names = [e.attributes["id"] for e in made.elements if "id" in e.attributes]
    assert len(names) == len(set(names))
    referred = set(re.findall(r"url\(#([\w-]+)\)", made.source)) | {name for name, _ in made.moves()}
    for element in made.elements:
        for key in ("for", "aria-labelledby", "aria-describedby"):
            referred |= set((element.attributes.get(key) or "").split())
        if (target := element.attributes.get("href") or "").startswith("#"):
            referred.add(target[1:])
    for step in made.data["walk"]["steps"]:
        referred |= {f"node-{step['node']}", f"row-{step['row']}", *(f"edge-{i}" for i in step["edges"])}
    assert referred <= set(names)
    script = next(e for e in made.all("script") if "type" not in e.attributes).text
    assert set(re.findall(r'at\("([\w-]+)"\)', script)) <= set(names)


def test_headings_go_down_one_level_at_a_time_from_a_single_first_one(made):
    levels = [int(e.tag[1]) for e in made.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_there_are_landmarks_and_all_contents_are_in_one(made):
    assert [len(made.all(tag)) for tag in ("header", "main", "footer")] == [1, 1, 1]
    outside = [e.tag for e in made.elements if e.parents == ["html", "body"]]
    assert outside == ["a", "header", "main", "footer", "script", "script"]


def test_each_region_has_a_name_of_its_own(made):
    named = [made.ids[e.attributes["aria-labelledby"]].text for e in made.all("section")]
    named += [e.attributes["aria-label"] for e in made.all("div") if e.attributes.get("role") == "region"]
    assert len(named) == len(set(named)) > 8


def test_tables_have_captions_headings_say_what_they_head_and_controls_have_names(made):
    assert len(made.all("caption")) == len(made.all("table")) > 4
    assert all(e.attributes.get("scope") in ("row", "col") for e in made.all("th"))
    labelled = {e.attributes["for"] for e in made.all("label")}
    assert {e.attributes["id"] for e in made.all("input")} <= labelled
    assert all(e.text for e in made.all("button"))
    for picture in (e for e in made.all("svg") if "aria-hidden" not in e.attributes):
        assert picture.attributes["role"] == "img"
        for name in picture.attributes["aria-labelledby"].split():
            assert made.ids[name].text
    assert made.ids["told"].attributes["aria-live"] == "polite"


def test_without_a_script_there_are_no_dead_controls_and_the_page_shows_the_first_position(made):
    live = [e for e in made.elements if "data-live" in e.attributes]
    assert len(live) == 3
    assert all("hidden" in e.attributes for e in live)
    start = int(made.ids["h"].attributes["value"])
    for (name, attribute), values in made.moves().items():
        element = made.ids[name]
        assert values[start] == (element.attributes[attribute] if attribute else element.text)


def test_the_slider_has_as_many_positions_as_there_are_numbers(made):
    last = int(made.ids["h"].attributes["max"])
    assert {len(values) for values in made.moves().values()} == {last + 1}


def test_the_language_is_said_and_foreign_words_are_marked(found, parsed):
    chinese = parsed(page_of(found, "zh"))
    assert chinese.all("html")[0].attributes["lang"] == "zh-Hans"
    assert chinese.all("h1")[0].text == "f 在 x = 0.7 处的导数"
    assert words("zh")("~" + found.comparison.remarks()[-1]) in [e.text for e in chinese.all("p")]
    assert {e.tag for e in chinese.elements if e.attributes.get("lang") == "en"} == {"desc"}
    own = dataclasses.replace(found, swell=Missing("mine"))
    assert [e.text for e in parsed(page_of(own, "zh")).all("span") if e.attributes.get("lang")] == ["mine"]
    with pytest.raises(OptionError, match="lang is 'fr'; write one of 'en', 'zh'"):
        page("x", 1.0, lang="fr")


EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.mark.usefixtures("few_steps")
def test_a_name_or_a_doc_of_the_users_is_never_markup(parsed):
    def f(x):
        return x * x

    f.__name__ = f.__qualname__ = EVIL
    f.__doc__ = EVIL
    variable = sympy.Symbol(EVIL)
    for made in (
        page(f, 2.0), page("x^2", 2.0, text=EVIL), page(variable**2, {EVIL: 2.0}),
        page(lambda x: float(x), 2.0, text="</style></title>" + EVIL),
    ):  # fmt: skip
        found = parsed(made)
        assert len(found.all("script")) == 2
        assert not found.all("img")
        assert [e.parents[-1] for e in found.all("style")] == ["head"]
        assert EVIL in found.source.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')


def test_seconds_are_not_in_it(found):
    slow = dataclasses.replace(
        found,
        comparison=dataclasses.replace(
            found.comparison,
            rows=tuple(dataclasses.replace(row, seconds=123.456) for row in found.comparison.rows),
        ),
        swell=dataclasses.replace(
            found.swell, rows=tuple(dataclasses.replace(row, seconds=123.456) for row in found.swell.rows)
        ),
    )
    assert page_of(slow) == page_of(found)


@pytest.mark.slow
def test_the_same_function_gives_the_same_bytes_in_any_process():
    code = (
        "import sys; from diffkit.report import page; "
        "sys.stdout.buffer.write(page('x*y + sin(z)', {'x': 1.0, 'y': 2.0, 'z': 3.0}, wrt='z').encode())"
    )
    pages = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(pages) == 1
    assert len(pages.pop()) > 50_000


@pytest.mark.slow
@pytest.mark.parametrize("x", [1e-200, 0.7, 1e6])
def test_a_page_stays_small_where_there_is_much_to_show(x):
    text = "+".join(f"sin({k}*x)*cos(x^{k})" for k in range(1, 9))
    assert len(page(text, x).encode()) < LIMIT


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize("f", ["abs(x)", "5", "floor(x + 0.5)"])
def test_awkward_functions_have_a_page(f, parsed):
    made = parsed(page(f, 0.0))
    assert len(made.all("section")) == 5


@pytest.mark.usefixtures("few_steps")
def test_the_page_of_several_variables_is_of_the_gradient(parsed):
    made = parsed(page_of(portrait("x^2*y + y + 2", {"x": 3.0, "y": 4.0})))
    assert made.all("h1")[0].text == "The gradient of f at x = 3.0, y = 4.0"
    told = dict(zip([e.text for e in made.all("dt")], [e.text for e in made.all("dd")], strict=True))
    assert told["Gradient"] == "x=24.0, y=10.0"


@pytest.mark.usefixtures("few_steps")
def test_the_page_begins_with_the_step_that_is_asked_for(parsed):
    made = parsed(page("x^2", 3.0, h=0.123))
    assert made.ids["h-now"].text == "h = 0.123"
    assert float(made.ids["forward-0"].text) == pytest.approx(6.123)


def test_parts_are_those_of_the_page_and_what_each_shows_is_a_study(found, made):
    parts, data = parts_of(found, words("en"))
    assert list(parts) == list(SHOWS)
    assert all(part in made.source for part in parts.values())
    assert json.loads(json.dumps(data)) == made.data
    studies = {field.name for field in dataclasses.fields(found)} - {"wrt", "h"}
    assert {name for names in SHOWS.values() for name in names} == studies


# -- the style ---------------------------------------------------------------------------------------


def colours(css, dark):
    blocks = re.findall(r":root \{([^}]*)\}", css)
    found = {}
    for block in blocks[: 1 + dark]:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block))
    return found


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_texts_and_lines_have_contrast_in_light_and_dark(made, dark):
    found = colours(made.all("style")[0].text, dark)
    for paper in ("paper", "tint", "mark"):
        for ink in ("ink", "red"):
            assert contrast(found[ink], found[paper]) >= 4.5, (ink, paper)
    for ink in ("soft", "blue-text"):
        assert contrast(found[ink], found["paper"]) >= 4.5, ink
    for line in ("blue", "red", "purple", "grey", "black"):
        assert contrast(found[line], found["paper"]) >= 3, line


def test_the_light_colours_are_those_of_the_figures(made):
    found = colours(made.all("style")[0].text, dark=False)
    assert [found[name] for name in ("blue", "red", "purple", "grey", "black")] == [
        "#3f90da", "#bd1f01", "#832db6", "#717581", "#000",
    ]  # fmt: skip


@pytest.mark.skipif(shutil.which("node") is None, reason="Node checks the script, and is not installed")
def test_the_script_is_sound():
    path = os.path.join(os.path.dirname(diffkit.__file__), "report", "web", "page.js")
    done = subprocess.run(["node", "--check", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
