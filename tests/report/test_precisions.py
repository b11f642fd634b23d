"""One method in several types: a V each, its star, its tick, one truncation line, and legible words."""

import math
from dataclasses import replace

import matplotlib
import numpy as np
import pytest

import diffkit as dk
from diffkit.report import draw, error_by_precision, look_of, new_axes
from diffkit.report.precisions import STROKES, tinted

TYPES = ("float32", "float64", "longdouble")
PAGE, SLIDE = (7.5, 5.0), (8.0, 4.5)


@pytest.fixture(scope="module")
def sweeps():
    return dk.error_sweep("sin(x)*exp(-x^2)", 0.7, "central", dtype=TYPES)


@pytest.fixture(scope="module")
def of_methods():
    return dk.error_sweep("exp(x)", 1.0, ("forward", "richardson"), dtype=["float16", "float32"])


@pytest.fixture(scope="module")
def drawn(sweeps):
    return error_by_precision(sweeps)


def said(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def medians(ax):
    return {one.get_label(): one for one in ax.get_lines() if one.get_label() in STROKES}


def test_each_type_is_drawn_as_it_was_measured_in_the_hue_of_the_method(drawn, sweeps):
    lines = medians(drawn)
    assert list(lines) == list(TYPES)
    for name, line in lines.items():
        np.testing.assert_array_equal(line.get_xdata(), sweeps[name].steps)
        np.testing.assert_array_equal(line.get_ydata(), sweeps[name]["central"].median)
        assert line.get_color() == tinted(look_of("central").colour, STROKES[name].strength)
        assert line.get_marker() == look_of("central").marker


def test_the_fewer_digits_the_broader_and_the_further_below(drawn):
    lines = list(medians(drawn).values())
    widths, levels = ([getattr(one, f"get_{name}")() for one in lines] for name in ("linewidth", "zorder"))
    assert widths == sorted(widths, reverse=True)
    assert levels == sorted(levels)
    assert len({str(one._dash_pattern) for one in lines}) == 3


def test_stars_stand_at_the_best_steps_and_ticks_at_theorys(drawn, sweeps):
    stars = [(*one.get_xdata(), *one.get_ydata()) for one in drawn.get_lines() if one.get_marker() == "*"]
    assert stars == [sweeps[name]["central"].best for name in TYPES]
    ticks = [one.get_xdata()[0] for one in drawn.get_lines() if list(one.get_ydata()) == [0, 0.035]]
    assert ticks == pytest.approx([float(np.finfo(name).eps) ** (1 / 3) for name in TYPES], rel=1e-12)
    assert said(drawn).count("³√ε") == len({round(math.log10(tick), 1) for tick in ticks})


@pytest.mark.usefixtures("letters_of_matplotlib_3_11")
def test_every_type_is_named_with_its_step_its_error_and_its_unit_roundoff(drawn, sweeps):
    told = said(drawn)
    assert set(TYPES) <= set(told)
    for name in TYPES:
        step, error = sweeps[name]["central"].best
        assert {f"best h ≈ {step:.0e}", f"error ≈ {error:.0e}"} <= set(told)
    assert [words for words in told if words.endswith("u = 2⁻²⁴")]
    assert [words for words in told if words.endswith("u = 2⁻⁵³")]
    assert sum(words.startswith("rounding ≈ u (|f| + |x f′|) / h, ") for words in told) == 1
    assert [words for words in told if words.startswith("truncation ≈ C h²")]


def test_theory_draws_truncation_once_and_rounding_for_each_type(drawn):
    from diffkit.report.frame import DARK

    assert sum(one.get_color() == DARK for one in drawn.get_lines()) == 1 + len(TYPES)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("size", [PAGE, SLIDE])
def test_no_two_words_touch_and_none_leaves_the_figure(sweeps, size, assert_legible):
    assert_legible(error_by_precision(sweeps, new_axes(*size)))


@pytest.mark.parametrize("size", [PAGE, SLIDE])
def test_several_methods_have_a_panel_each_of_the_same_limits(of_methods, size, assert_legible):
    ax = error_by_precision(of_methods, new_axes(*size))
    assert_legible(ax)
    titles = [panel.get_title(loc="left") for panel in ax.child_axes]
    assert titles == ["forward", "Richardson"]
    assert len({(panel.get_xlim(), panel.get_ylim()) for panel in ax.child_axes}) == 1
    for panel in ax.child_axes:
        assert set(medians(panel)) == {"float16", "float32"} <= set(said(panel))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("f", "x", "more"),
    [
        ("exp(x)", 1.0, {"methods": "complex-step"}),
        ("x^2", 0.0, {"methods": "central"}),
        ("1/x", 1e-3, {"methods": "richardson"}),
        ("sin(x)", 1.0, {"order": 2, "methods": "central"}),
        ("sin(x)", 1.0, {"methods": ("forward", "backward", "central", "richardson", "complex-step")}),
    ],
)
@pytest.mark.parametrize("size", [PAGE, pytest.param(SLIDE, id="slide")])
def test_no_two_words_touch_whatever_is_swept(f, x, more, size, assert_legible):
    sweeps = dk.error_sweep(f, x, dtype=(*TYPES, "float16"), **more)
    assert_legible(error_by_precision(sweeps, new_axes(*size)))


def test_a_flat_curve_has_no_star():
    sweeps = dk.error_sweep("exp(x)", 1.0, "complex-step", dtype=["float32", "float64"])
    ax = error_by_precision(sweeps)
    assert not [one for one in ax.get_lines() if one.get_marker() == "*"]
    assert {"float32", "any small h"} <= set(said(ax))


def test_types_that_are_the_same_are_drawn_over_each_other(sweeps):
    """As on a machine whose longdouble is a float64."""
    same = replace(sweeps, sweeps={"float64": sweeps["float64"], "longdouble": sweeps["float64"]})
    assert len([one for one in error_by_precision(same).get_lines() if one.get_marker() == "*"]) == 2


def test_the_alternative_text_tells_where_each_type_is_best(drawn, sweeps):
    assert drawn.alt.startswith("Error of the derivative of sin(x)*exp(-x^2) at 0.7 against the step h")
    best = {name: sweeps[name]["central"].best for name in TYPES}
    least = "; ".join(f"{name} {error:.0e} at h = {step:.0e}" for name, (step, error) in best.items())
    assert f"central: least error in {least}." in drawn.alt


def test_it_is_the_figure_of_the_study_and_draws_where_it_is_told(sweeps):
    ax = new_axes(6, 4)
    assert draw(sweeps, ax) is ax
    with matplotlib.rc_context({"font.size": 23.0}):
        before = dict(matplotlib.rcParams)
        assert sweeps.plot().get_title(loc="left").endswith("at 0.7, central, in 3 types")
        assert dict(matplotlib.rcParams) == before
