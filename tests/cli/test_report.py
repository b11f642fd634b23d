"""`diffkit report`: a page in a file, or one line that says why not."""

from __future__ import annotations

import pytest

from diffkit.cli import report
from diffkit.report import page
from diffkit.report.web.labels import LANGUAGES


@pytest.mark.usefixtures("few_steps")
def test_a_page_is_written_whole_and_its_name_is_said(shell, tmp_path):
    path = tmp_path / "page.html"
    status, out, err = shell("report", "x^2", "--at", "3", "-o", str(path))
    assert (status, out, err.splitlines()[-1]) == (0, "", f"wrote {path}")
    assert path.read_text(encoding="utf-8") == page("x^2", 3.0)
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.usefixtures("few_steps")
def test_the_options_reach_the_page(shell):
    status, out, err = shell(
        "report", "x*y", "--at", "x=1,y=2", "--wrt", "y", "--lang", "zh", "-q", "-o", "-"
    )
    assert (status, err) == (0, "")
    assert out == page("x*y", {"x": 1.0, "y": 2.0}, wrt="y", lang="zh")
    assert "只改变 y" in out


def test_help_knows_the_languages_without_loading_the_page():
    assert tuple(LANGUAGES) == report.LANGUAGES


@pytest.mark.usefixtures("few_steps")
@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["x", "--at", "1"], 2, "Missing option '-o'"),
        (["x", "--at", "1", "-o", "no/folder/page.html"], 2, "cannot write no/folder/page.html"),
        (["x*", "--at", "1", "-o", "-"], 2, "x*"),
        (["log(x)", "--at", "-1", "-o", "-"], 3, "f is nan at x = -1.0"),
        (["x", "--at", "1", "--lang", "fr", "-o", "-"], 2, "'fr' is not one of 'en', 'zh'"),
        (["x*y", "--at", "1,2", "--wrt", "z", "-o", "-"], 2, "f has no variable 'z'"),
        (["x*y", "--at", "1,2", "--order", "2", "-o", "-"], 2, "order=2 needs a point that is one number"),
    ],
)
def test_a_mistake_is_one_line(shell, arguments, status, message):
    found, out, err = shell("report", *arguments)
    assert (found, out) == (status, "")
    assert message in err
    assert "Traceback" not in err
