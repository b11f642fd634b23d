"""The live page as it is sent: the form with its texts, one script, a policy by which it asks here alone."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess

import pytest

from diffkit.report.web.live.form import FIELDS, live_page
from diffkit.report.web.page import file_text

EVIL = '"><script>alert(1)</script>'


def test_the_texts_stand_in_fields_with_labels(parsed):
    made = parsed(live_page({"f": "x^2", "at": "3", "h": "0.5"})[0])
    assert [made.ids[f"ask-{name}"].attributes.get("value") for name in ("f", "at", "h")] == [
        "x^2",
        "3",
        "0.5",
    ]
    labelled = {e.attributes["for"] for e in made.all("label")}
    assert labelled == {f"ask-{name}" for name in FIELDS}
    for name in FIELDS:
        told = made.ids[made.ids[f"ask-{name}"].attributes["aria-describedby"]]
        assert told.attributes["aria-live"] == "polite"


def test_no_text_is_markup(parsed):
    made = parsed(live_page(dict.fromkeys(FIELDS, EVIL))[0])
    assert len(made.all("script")) == 2
    assert made.ids["ask-f"].attributes["value"] == EVIL


def test_the_policy_is_that_of_the_page_and_one_more_word(parsed):
    text, policy = live_page({})
    made = parsed(text)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert (rules["connect-src"], rules["frame-ancestors"]) == ("'self'", "'none'")
    script = next(e for e in made.all("script") if "type" not in e.attributes)
    for name, content in (("style-src", made.all("style")[0].text), ("script-src", script.text)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"
    assert script.text.startswith(file_text("page.js"))
    assert "://" not in text


def test_what_the_script_looks_for_is_there(parsed):
    made = parsed(live_page({})[0])
    assert set(re.findall(r'at\("([\w-]+)"\)', file_text("live/live.js"))) - {"h"} <= set(made.ids)


def test_it_is_there_in_chinese(parsed):
    made = parsed(live_page({}, "zh")[0])
    assert made.all("html")[0].attributes["lang"] == "zh-Hans"
    assert made.all("h1")[0].text == "导数探索"


@pytest.mark.skipif(shutil.which("node") is None, reason="Node checks the script, and is not installed")
def test_the_script_is_sound(tmp_path):
    path = tmp_path / "both.js"
    path.write_text(file_text("page.js") + file_text("live/live.js"), encoding="utf-8")
    done = subprocess.run(["node", "--check", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
