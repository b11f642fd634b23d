"""A study in a notebook: tables, a picture that needs nothing, and a frame with the slider."""

from __future__ import annotations

import base64
import html
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import FIGURES, notebook
from diffkit.report.slim import short_paths
from diffkit.report.web.page import slider_of
from diffkit.studies.secants import secants
from diffkit.studies.stepping import stepping
from diffkit.studies.tasks import linear_regression
from diffkit.studies.train import train

F = "sin(x)*exp(-x^2)"
STEPS = np.logspace(-12, 0, 13)
STUDIES = {
    "Comparison": lambda: dk.compare(F, 0.7, methods="central,reverse"),
    "ErrorSweep": lambda: dk.error_sweep(F, 0.7, "central", steps=STEPS),
    "ErrorSweeps": lambda: dk.error_sweep(F, 0.7, "central", STEPS, dtype=("float32", "float64")),
    "Survey": lambda: dk.survey("sine, pole", "central, reverse"),
    "Secants": lambda: secants(F, 0.7, steps=[1.0, 0.1]),
    "Swell": lambda: dk.swell(family="logistic", n=[1, 2], max_nodes=50, simplified=False),
    "Cost": lambda: dk.cost("x^2", (1, 2, 4), "central,reverse"),
    "GradientCheck": lambda: dk.check_gradient("x^2", {"x": 3}, gradient={"x": "2*x"}),
    "Training": lambda: train("(x-1)^2", 3.0, rate=0.1, epochs=5),
    "Regression": lambda: linear_regression([0.0, 1.0, 2.0], [1.0, 3.1, 4.9], rate=0.1, epochs=5),
}
SLIDE = {"Comparison", "ErrorSweep", "Secants"}


# The swell starts a process of its own.
@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.slow if name == "Swell" else ()) for name in STUDIES],
)
def shown(request):
    study = STUDIES[request.param]()
    with pytest.MonkeyPatch.context() as patch:  # a busy machine may take a millisecond for a call of f
        patch.setattr(sys.modules["diffkit.studies.stepping"], "SLOW", np.inf)
        return study, study._repr_html_()


def image(page):
    data, alt = re.search(r'<img src="data:image/svg\+xml;base64,([^"]*)" alt="([^"]*)"', page).groups()
    return base64.b64decode(data).decode(), html.unescape(alt)


def framed(page):
    (source,) = re.findall(r"srcdoc='([^']*)'", page)
    return html.unescape(source)


def test_every_kind_of_study_that_has_a_figure_is_tried():
    assert set(STUDIES) == set(FIGURES) - {"Graph", "TraceTable"}  # these are views


def test_the_table_comes_first_then_the_picture_which_says_what_it_shows(shown):
    study, page = shown
    before, _, after = page.partition("<img")
    assert before.count("<table>") == len(study.tables())
    assert "<img" not in after
    svg, alt = image(page)
    told = {e.tag.partition("}")[2]: e.text for e in ElementTree.fromstring(svg)}
    assert told["title"]
    assert told["desc"] == alt
    assert len(alt) > 40
    assert len(page.encode()) < 100_000


def test_what_has_a_step_has_a_slider_in_a_frame_and_the_rest_has_none(shown):
    study, page = shown
    assert page.count("<iframe") == (type(study).__name__ in SLIDE)


def test_the_frame_holds_the_slider_page_and_asks_for_nothing(shown):
    study, page = shown
    if type(study).__name__ in SLIDE:
        made = framed(page)
        assert made == short_paths(slider_of(stepping(study), study.title()[0]))
        assert made.count('<input type="range"') == 1
        assert "://" not in made
        assert "default-src 'none'" in made
        assert not re.search(r"<(img|link|iframe|object)\b", made)


def test_a_name_of_the_users_is_no_markup():
    evil = "'\"><script>alert(1)</script>"
    page = dk.error_sweep("exp(x)", 1.0, "central", steps=STEPS, text=evil)._repr_html_()
    outside = re.sub(r"srcdoc='[^']*'", "", page)
    assert "<script" not in outside
    assert re.findall(r"<(\w+)", outside.partition("<img")[2]) == ["iframe"]
    assert framed(page).count("<script") == 2
    assert evil in image(page)[1]


@pytest.mark.slow
def test_a_sweep_of_the_default_size_stays_below_100_kilobytes():
    assert len(dk.error_sweep(F, 0.7)._repr_html_().encode()) < 100_000


def test_a_study_without_a_figure_has_its_table():
    from diffkit.studies.overview import overview

    page = overview()._repr_html_()
    assert "<td" in page
    assert "<img" not in page
    assert "(no " not in page


def test_what_cannot_be_drawn_says_so_and_the_table_is_there(monkeypatch):
    def broken(*_):
        raise ValueError("no <room>")

    study = dk.error_sweep("exp(x)", 1.0, "central", steps=STEPS)
    monkeypatch.setattr("diffkit.report.draw", broken)
    monkeypatch.setattr(sys.modules["diffkit.report.web.page"], "slider_of", broken)
    page = study._repr_html_()
    assert "<td" in page
    assert page.endswith(
        "<p>(no picture: ValueError: no &lt;room&gt;)</p>\n<p>(no slider: ValueError: no &lt;room&gt;)</p>"
    )


def test_a_graph_is_an_image_too_and_one_of_many_nodes_is_none():
    tape = dk.record("x*y + sin(x)", {"x": 1.0, "y": 2.0})
    graph = dk.views.graph(tape, {"x": 1.0, "y": 2.0})
    svg, alt = image(graph._repr_html_())
    assert graph.description() in alt
    assert "sin" in svg


@pytest.mark.slow
def test_matplotlib_waits_until_html_is_asked_for():
    code = (
        "import sys, diffkit as dk; study = dk.compare('x^2', 3.0, methods='reverse'); str(study); "
        "print('matplotlib' in sys.modules); study._repr_html_(); print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_one_position_is_nothing_to_slide():
    assert notebook.slider(dk.error_sweep("exp(x)", 1.0, "central", steps=[1e-3])) == ""
