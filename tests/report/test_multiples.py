"""Small multiples: a panel a function, all on the same axes, each with its reason over it."""

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import error_of_sweeps, error_small_multiples, look_of, new_axes

NAMES = ("sine", "fast-sine", "pole", "noisy-sine")


@pytest.fixture(scope="module")
def sweeps():
    return dk.studies.sweeps(NAMES, "forward, central", np.logspace(-12, 0, 61))


@pytest.fixture(scope="module")
def drawn(sweeps):
    return error_small_multiples(sweeps)


def said(ax):
    return [text.get_text() for text in ax.texts]


def test_there_is_a_panel_a_function_and_all_have_the_same_limits(drawn):
    assert len(drawn.child_axes) == len(NAMES)
    assert len({(panel.get_xlim(), panel.get_ylim()) for panel in drawn.child_axes}) == 1


def test_only_the_outer_panels_have_numbers_on_their_axes(drawn):
    left = [panel.yaxis.get_tick_params()["labelleft"] for panel in drawn.child_axes]
    below = [panel.xaxis.get_tick_params()["labelbottom"] for panel in drawn.child_axes]
    assert left == [True, False, True, False]
    assert below == [False, False, True, True]
    assert {"step h", "relative error"} <= set(said(drawn))


def test_a_method_looks_the_same_in_every_panel_and_its_errors_are_relative(drawn, sweeps):
    for panel, sweep in zip(drawn.child_axes, sweeps.values(), strict=True):
        for method, curve in sweep.curves.items():
            look = look_of(method)
            (line,) = [one for one in panel.get_lines() if one.get_marker() == look.marker]
            assert line.get_color() == look.colour
            np.testing.assert_allclose(line.get_ydata(), curve.median / abs(sweep.exact))


def test_stars_stand_at_the_best_steps(drawn, sweeps):
    for panel, sweep in zip(drawn.child_axes, sweeps.values(), strict=True):
        stars = [(*one.get_xdata(), *one.get_ydata()) for one in panel.get_lines() if one.get_marker() == "*"]
        best = [(c.best[0], c.best[1] / abs(sweep.exact)) for c in sweep.curves.values()]
        np.testing.assert_allclose(stars, best)


def test_over_each_panel_stand_its_function_and_the_whole_reason(drawn, sweeps):
    for panel, (name, sweep) in zip(drawn.child_axes, sweeps.items(), strict=True):
        head, *reason = said(panel)
        assert name in head or sweep.f_text in head
        assert " ".join(reason) == sweeps.why[name]


def test_a_derivative_of_0_has_absolute_errors():
    sweeps = dk.studies.sweeps(["parabola-at-0"], "forward", np.logspace(-6, 0, 31))
    (panel,) = error_small_multiples(sweeps).child_axes
    line = next(one for one in panel.get_lines() if one.get_marker() == "o")
    np.testing.assert_array_equal(line.get_ydata(), sweeps["parabola-at-0"]["forward"].median)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("size", [(7.5, 5.0), (8.0, 4.5), (7.5, 6.6)])
@pytest.mark.parametrize("count", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_no_two_words_touch_and_none_leaves_the_figure(sweeps, size, count, assert_legible):
    few = dk.studies.ErrorSweeps("function", dict(list(sweeps.items())[:count]), sweeps.why)
    assert_legible(error_small_multiples(few, new_axes(*size)))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(7.5, 5.0), (8.0, 4.5), None])
def test_nine_functions_by_five_methods_are_legible_too(size, assert_legible):
    every = ("forward", "backward", "central", "richardson", "complex-step")
    names = "sine, fast-sine, pole, oscillation, flat, tail, expanded-power, tiny-sine, x-to-the-x"
    sweeps = dk.studies.sweeps(names, every, np.logspace(-12, 0, 61))
    assert_legible(error_small_multiples(sweeps, new_axes(*size) if size else None))


def test_a_function_of_ones_own_may_have_a_long_text_and_no_reason(assert_legible):
    long = "+".join(["sin(x)*exp(-x^2)"] * 6)
    ax = error_small_multiples(
        dk.studies.sweeps({"mine": (long, 0.5), long: (long, 0.7)}, "central", [1e-6, 1e-3])
    )
    assert said(ax.child_axes[0]) == ["mine at 0.5"]
    assert said(ax.child_axes[1])[0].endswith("…")
    assert_legible(ax)


def test_the_alternative_text_tells_the_best_step_of_every_method(drawn):
    assert drawn.alt.startswith("Error of the derivative of 4 functions against the step h")
    assert "pole, 1/x at 0.001: least error by forward " in drawn.alt


def test_it_is_the_figure_of_sweeps_of_functions(sweeps):
    assert error_of_sweeps(sweeps).alt == sweeps.plot().alt == error_small_multiples(sweeps).alt
