"""The figure of a gradient check: errors, tolerances and names, and that no two words touch."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.report import draw
from diffkit.report.check import LOOKS, error_against_tolerance

X = np.array([0.0, 1.0, -2.0, 3.0])


@pytest.fixture(scope="module")
def failed():
    def wrong(x):
        return np.sign(x) * np.array([1, 1, -1, 1])

    return dk.check_gradient(lambda x: np.sum(np.abs(x)), X, gradient=wrong)


@pytest.fixture(scope="module")
def large():
    return dk.check_gradient(
        lambda x: np.sum(np.sin(x)), np.linspace(0, 3, 60), gradient=lambda x: 2 * np.cos(x)
    )


def markers(ax, ok):
    look = LOOKS[ok]
    return next((line for line in ax.get_lines() if line.get_marker() == look.marker), None)


def test_each_component_stands_at_its_error_in_the_colour_of_its_verdict(failed):
    ax = error_against_tolerance(failed)
    assert ax.get_yscale() == "log"
    assert [markers(ax, ok).get_xdata().tolist() for ok in (True, False, None)] == [[1, 3], [2], [0]]
    assert markers(ax, False).get_ydata().tolist() == [failed.components[2].error]
    bars = next(line for line in ax.get_lines() if line.get_marker() == "_")
    assert bars.get_ydata().tolist() == [part.tolerance for part in failed.components]


def test_what_is_wrong_is_named_and_the_title_counts_it(failed, large):
    ax = draw(failed)
    assert [text.get_text() for text in ax.texts] == ["x[2]: the sign is flipped"]
    assert ax.get_title(loc="left").endswith(": 1 of 4 wrong")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x[0]", "x[1]", "x[2]", "x[3]"]
    assert "Wrong: x[2]. Not judged: 1." in ax.alt
    assert large.plot().get_xlabel() == "component, in order"
    passed = dk.check_gradient("x^2", 3.0, gradient="2*x").plot()
    assert passed.get_title(loc="left") == "Check of the gradient of x^2: passed"
    assert markers(passed, False) is None


def test_what_a_wrong_component_looks_like_is_said_once_for_all_of_which_it_holds():
    def wrong(x):
        return np.array([2 * x[0] / 3, 2 * x[1] / 3, -2 * x[2]])

    found = dk.check_gradient(lambda x: np.sum(x**2), np.array([1.0, 2.0, 3.0]), gradient=wrong)
    labels = [text.get_text() for text in found.plot().texts]
    assert labels == ["x[0]: a factor 3 is missing", "x[1]", "x[2]: the sign is flipped"]


def test_where_there_is_no_room_for_what_it_looks_like_the_name_stands_alone():
    def wrong(x):
        return 60 * np.cos(x) / np.arange(1, 61)  # the first is 60 times what is expected

    ax = dk.report.new_axes(3.0, 3.0)
    found = dk.check_gradient(lambda x: np.sum(np.sin(x)), np.linspace(0.1, 1.1, 60), gradient=wrong)
    assert found.components[0].note.startswith("60 times what is expected (60 is the number of inputs")
    assert "x[0]" in [text.get_text() for text in found.plot(ax).texts]


def test_an_error_of_nothing_and_one_that_is_no_number_are_drawn():
    found = dk.check_gradient(lambda x: 0 * np.sum(x), np.ones(2), gradient=lambda x: np.array([0, np.nan]))
    ax = found.plot()
    low, high = ax.get_ylim()
    assert low < markers(ax, True).get_ydata()[0] < markers(ax, False).get_ydata()[0] < high


@pytest.mark.parametrize("name", ["failed", "large"])
@pytest.mark.parametrize("size", [(7.5, 4.0), (8.0, 4.5)])
def test_no_two_words_touch_and_none_leaves_the_figure(name, size, request, assert_legible):
    axes = dk.report.new_axes(*size)
    assert request.getfixturevalue(name).plot(axes) is axes
    assert_legible(axes)
