"""The figures of gradient descent: what is drawn where, what is said, and that no two words touch."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from diffkit.report import draw, gradient_descent, loss_by_epoch, new_axes, regression_line
from diffkit.studies import task, train

pytestmark = pytest.mark.sampled(5)  # a wide cross of figures and sizes

PAGE, SLIDE = (7.5, 5.0), (8.0, 4.5)
VALLEY = ("(x-1)^2 + 10*(y-x^2)^2", {"x": -1.0, "y": 1.0})

TRAININGS = {
    "square": lambda: task("square"),
    "quartic": lambda: task("quartic"),
    "from the left": lambda: task("quartic", start=[-5.0]),
    "to and fro": lambda: task("square", rate=0.9),
    "diverging": lambda: task("square", rate=1.1, epochs=2000),
    "line": lambda: task("linreg"),
    "mini-batches": lambda: task("linreg", batch=10, epochs=100),
    "valley": lambda: train(VALLEY[0], VALLEY[1], rate=0.01, epochs=500),
    "circles": lambda: train("(x-3)^2+(y+1)^2", {"x": 0.0, "y": 0.0}, rate=0.1, epochs=100),
    "downhill": lambda: train("exp(-x)", 0.0, rate=0.1, epochs=5),
    "still": lambda: train("cos(x)", 0.0, rate=0.1, epochs=5),
    "alone": lambda: train("x^2", 5.0, rate=0.1, epochs=0),
    "many": lambda: train(lambda v: np.sum(v**4), np.ones(5), rate=0.05, epochs=100),
}


@pytest.fixture(scope="module", params=TRAININGS)
def training(request):
    return TRAININGS[request.param]()


@pytest.fixture(scope="module")
def quartic():
    return task("quartic")


@pytest.fixture(scope="module")
def line():
    return task("linreg")


def said(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


@pytest.mark.parametrize("size", [PAGE, SLIDE])
@pytest.mark.parametrize("figure", [gradient_descent, loss_by_epoch])
def test_no_two_words_touch_and_none_leaves_the_figure(training, figure, size, assert_legible):
    assert_legible(figure(training, new_axes(*size)))


@pytest.mark.parametrize("size", [PAGE, SLIDE])
def test_no_two_words_touch_beside_the_lines(line, size, assert_legible):
    assert_legible(regression_line(line, new_axes(*size)))


@pytest.mark.usefixtures("letters_of_matplotlib_3_11")
@pytest.mark.parametrize("size", [PAGE, SLIDE])
def test_circles_are_round_and_the_picture_is_filled(size):
    """One unit of x is as many pixels as one of y, and the level lines end where the axes do."""
    ax = gradient_descent(TRAININGS["circles"](), new_axes(*size))
    before = ax.bbox.size
    ax.figure.draw_without_rendering()
    zero, right, up = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert right[0] - zero[0] == pytest.approx(up[1] - zero[1], rel=1e-3)
    np.testing.assert_allclose(ax.bbox.size, before, atol=1)  # labels were placed for this size
    assert ax.bbox.width * ax.bbox.height > 0.7 * np.prod(ax.figure.bbox.size)


def test_a_slanted_path_in_a_narrow_picture_keeps_two_scales():
    found = train("(x-3)^2+(y+1)^2", {"x": 0.0, "y": -0.9}, rate=0.1, epochs=100)
    assert gradient_descent(found).get_aspect() == "auto"


def test_the_quartics_end_and_the_minimum_it_missed_are_in_the_picture(quartic):
    ax = gradient_descent(quartic)
    assert "x = 0.5054, f = −19.62" in said(ax)
    assert "an inflection: slope 4e-04" in said(ax)
    assert "x = −1, f = −23" in said(ax)
    assert "from x = 5, f = 1165" in said(ax)
    low, high = ax.get_ylim()
    assert low < -23
    assert high < 10  # the fall from 1165 is left out: the ledge would be a flat line


def test_the_dots_of_a_path_are_epochs_on_the_curve():
    found = task("square")
    dots = next(one for one in gradient_descent(found).get_lines() if one.get_marker() == "o")
    xs, ys = np.asarray(dots.get_xdata()), np.asarray(dots.get_ydata())
    np.testing.assert_array_equal(ys, xs**2)
    assert set(xs) <= set(found.points[:, 0])


def test_two_parameters_are_drawn_on_contours_with_the_minimum(line):
    ax = gradient_descent(line)
    assert len(ax.collections) == 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w", "b")
    diamond = next(one for one in ax.get_lines() if one.get_marker() == "D")
    assert (diamond.get_xdata()[0], diamond.get_ydata()[0]) == pytest.approx(line.least_squares)


def test_the_loss_is_f_above_its_minimum_on_logarithmic_axes(quartic):
    ax = loss_by_epoch(quartic)
    (curve,) = ax.get_lines()
    epochs = np.asarray(curve.get_xdata(), int)
    np.testing.assert_allclose(curve.get_ydata(), quartic.values[epochs] + 23, rtol=1e-12)
    assert (ax.get_yscale(), ax.get_ylabel()) == ("log", "f above its minimum")
    assert epochs[-1] == 15_000
    assert "it stalls at an inflection, above the minimum" in said(ax)


def test_the_loss_without_a_minimum_is_f():
    found = TRAININGS["downhill"]()
    assert loss_by_epoch(found).get_ylabel() == "f"


def test_the_lines_are_those_after_their_epochs_and_of_least_squares(line):
    ax = regression_line(line)
    drawn = [one.get_ydata() for one in ax.get_lines()[1:]]
    for ends, epoch in zip(drawn, [0, 1, 2, 5, 100, None], strict=True):
        np.testing.assert_array_equal(ends, line.line(epoch)[1])
    assert {"start", "epoch 1", "epoch 2", "epoch 5", "epoch 100", "least squares"} == set(said(ax))


def test_many_parameters_are_drawn_as_their_loss():
    assert draw(TRAININGS["many"]()).get_title(loc="left").startswith("Loss by epoch of")


def test_a_figure_that_a_training_does_not_have_is_refused(quartic):
    with pytest.raises(ValueError, match="show='line' is no figure of this training; write 'path' or 'loss'"):
        quartic.plot(show="line")


def test_the_alternative_text_says_where_the_path_leads(quartic, line):
    assert gradient_descent(quartic).alt == (
        "Gradient descent on 2*x^4 - 3*x^2 + 2*x - 20 with rate 0.001, drawn on its curve: from x = 5, "
        "f = 1165 to x = 0.5054, f = −19.62 after 15 000 epochs, an inflection where the slope is 4e-04; "
        "the minimum is x = −1, f = −23."
    )
    assert "after 100 epochs; by least squares w = 0.8749, b = 2.901." in regression_line(line).alt
    assert "it diverges after 1937 epochs" in draw(TRAININGS["diverging"]()).alt


def test_it_draws_where_it_is_told_and_leaves_the_users_settings_alone(line):
    with matplotlib.rc_context({"font.size": 23.0}):
        before = dict(matplotlib.rcParams)
        for show in ("path", "loss", "line"):
            ax = new_axes(6, 4)
            assert line.plot(ax, show=show) is ax
        assert dict(matplotlib.rcParams) == before
