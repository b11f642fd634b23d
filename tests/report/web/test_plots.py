"""The pictures of the step: what is drawn stands where its number says."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from diffkit.report.web.labels import words
from diffkit.report.web.plots import (
    LEFT,
    RIGHT,
    WIDTH,
    Frame,
    Moving,
    error_svg,
    legend,
    secant_svg,
    short,
)  # fmt: skip
from diffkit.studies.error_sweep import error_sweep
from diffkit.studies.stepped import stepped_secants

SAY = words("en")


def points(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def grid(made):
    """The number that stands at each grid line: pairs (pixel, value), across and down."""
    across = [
        (float(t.attributes["x"]), t.text) for t in made.all("text") if t.attributes.get("class") == "below"
    ]
    down = [
        (float(t.attributes["y"]) - 4, t.text)
        for t in made.all("text")
        if t.attributes.get("class") == "beside"
    ]
    return across[:-1], down  # the last one below is the axis' name


def linear(ticks):
    (a, first), *_, (b, last) = [(pixel, float(text)) for pixel, text in ticks]
    return lambda pixel: first + (pixel - a) / (b - a) * (last - first)


def test_a_secant_passes_through_its_two_samples_and_has_their_slope(parsed):
    seen = stepped_secants("x^2", 1.0, steps=[0.25, 0.5, 1.0])
    moving = Moving(2)
    made = parsed(secant_svg(seen, 2.0, "x", moving, SAY))
    across, down = map(linear, grid(made))
    moves = {name: values for name, _, values in moving.rows}
    for i, line in enumerate(seen.lines["forward"]):
        (x0, y0), (x1, y1) = [(across(x), down(y)) for x, y in points(moves["secant-forward"][i])]
        assert (y1 - y0) / (x1 - x0) == pytest.approx(line.slope, rel=0.01)
        ends = [(across(x), down(y)) for x, y in points(moves["ends-forward"][i])]
        assert np.array(ends) == pytest.approx(np.array([line.left, line.right]), abs=0.02)
    tangent = next(e for e in made.all("path") if e.attributes["class"] == "tangent")
    (x0, y0), (x1, y1) = [(across(x), down(y)) for x, y in points(tangent.attributes["d"])]
    assert (y1 - y0) / (x1 - x0) == pytest.approx(2.0, rel=0.01)


def test_the_picture_begins_with_the_values_at_the_start(parsed):
    moving = Moving(1)
    made = parsed(secant_svg(stepped_secants("x^2", 1.0, steps=[0.25, 0.5]), 2.0, "x", moving, SAY))
    for name, attribute, values in moving.rows:
        assert made.ids[name].attributes[attribute] == values[1]


def test_cursor_and_dots_stand_at_the_step_and_the_errors(parsed):
    sweep = error_sweep("exp(x)", 1.0)
    steps = sweep.steps[::-20][::-1]
    moving = Moving(0)
    made = parsed(error_svg(sweep, steps, moving, SAY))
    superscripts = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    across, down = (
        linear([(p, text.removeprefix("10").translate(superscripts) or "1") for p, text in ticks])
        for ticks in grid(made)
    )
    moves = {name: values for name, _, values in moving.rows}
    for i, h in enumerate(steps):
        cursor = float(re.match(r"M([\d.]+)", moves["cursor"][i])[1])
        assert across(cursor) == pytest.approx(math.log10(h), abs=0.01)
        for method, curve in sweep.curves.items():
            total = abs(curve.total[np.searchsorted(sweep.steps, h)])
            ((x, y),) = points(moves[f"dot-{method}"][i])
            assert x == cursor
            assert down(y) == pytest.approx(math.log10(total), abs=0.05) or total < 1e-14


def test_the_error_picture_is_told_in_words(parsed):
    sweep = error_sweep("exp(x)", 1.0, steps=np.logspace(-12, 0, 60))
    description = parsed(error_svg(sweep, sweep.steps, Moving(0), SAY)).all("desc")[0]
    assert "falls with slope 2.0" in description.text


@pytest.mark.parametrize(
    ("f", "x"),
    [
        ("5", 1.0),
        ("x", 0.0),
        ("1/x", 0.1),
        ("log(x)", 1e-3),
        ("tan(x)", 1.57),
        ("x^50", 1e5),
        ("x^2", 1e-200),
    ],
)
def test_no_number_in_a_path_is_nan_or_out_of_reach(parsed, f, x):
    sweep = error_sweep(f, x, steps=np.logspace(-12, 0, 13) * max(1.0, x))
    seen, moving = stepped_secants(f, x, steps=sweep.steps), Moving(0)
    made = [secant_svg(seen, sweep.exact, "x", moving, SAY), error_svg(sweep, seen.steps, moving, SAY)]
    paths = [e.attributes["d"] for picture in made for e in parsed(picture).all("path")]
    paths += [value for _, _, values in moving.rows for value in values]
    for path in paths:
        assert not re.search("nan|inf|e", path)
        assert all(abs(float(number)) < 20_000 for number in re.findall(r"-?[\d.]+", path))


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [("exp(x)", 1.0, True), ("3*x", 1.0, False), ("5", 1.0, False), ("floor(x)", 0.5, False)],
)
def test_it_is_said_what_dominates_where_the_curves_show_it(parsed, f, x, expected):
    sweep = error_sweep(f, x, steps=np.logspace(-12, 0, 13))
    told = [e.text for e in parsed(error_svg(sweep, sweep.steps, Moving(0), SAY)).all("text")]
    assert ("rounding dominates" in told, "truncation dominates" in told) == (expected, expected)


def test_the_label_of_a_best_step_stays_in_the_picture(parsed):
    sweep = error_sweep("5", 1.0, steps=np.logspace(-12, 0, 13))
    labels = [e for e in parsed(error_svg(sweep, sweep.steps, Moving(0), SAY)).all("text") if "≈" in e.text]
    assert len(labels) == 3
    assert all(LEFT + 80 <= float(e.attributes["x"]) <= WIDTH - RIGHT for e in labels)


MEDIANS = [f"line line-{method}" for method in ("forward", "central", "richardson")]


@pytest.mark.parametrize(("f", "x"), [("sin(x)*exp(-x^2)", 0.7), ("exp(x)", 1.0), ("1/x", 0.001)])
def test_the_label_of_a_best_step_stands_on_no_curve(parsed, f, x):
    """It ends at its place and is 75 wide at most, as letters of 13 pixels are; curves are the medians."""
    sweep = error_sweep(f, x)
    made = parsed(error_svg(sweep, sweep.steps, Moving(0), SAY))
    medians = [e.attributes["d"] for e in made.all("path") if e.attributes.get("class") in MEDIANS]
    points = [tuple(map(float, point.split())) for d in medians for point in re.split("[ML]", d)[1:]]
    assert len(points) > 300
    labels = [e for e in made.all("text") if "≈" in e.text]
    assert len(labels) == 3
    for label in labels:
        end, low = float(label.attributes["x"]), float(label.attributes["y"])
        assert not [(a, b) for a, b in points if end - 75 < a < end and low - 10 < b < low + 2]


def test_a_curve_breaks_where_there_is_no_value_and_at_a_pole():
    frame = Frame((0.0, 4.0), (0.0, 1.0))
    assert frame.curve([0, 1, 2, 3], [0, math.nan, 0, 0]).count("M") == 2
    assert frame.curve([0, 1, 2, 3], [0, 1e9, -1e9, 0]).count("M") == 4


@pytest.mark.parametrize(
    ("h", "text"), [(1.0, "1"), (0.1, "0.1"), (1e-5, "1e-5"), (1.584e-16, "1.58e-16"), (1e10, "1e10")]
)
def test_a_step_is_short(h, text):
    assert short(h) == text


def test_a_legend_has_a_line_and_a_name_for_each(parsed):
    made = parsed(legend([("line-forward", "a < b")]))
    assert [(e.tag, e.text) for e in made.all("li")] == [("li", "a < b")]
    assert made.all("path")[0].attributes["class"] == "line-forward"
