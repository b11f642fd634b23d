"""The trainings of the lectures by name, and the straight line beside least squares."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.errors import ArgumentsError, OptionError
from diffkit.studies import TASKS, Regression, linear_regression, task
from diffkit.studies.tasks import noisy_line, squared_error


@pytest.fixture(scope="module")
def line():
    return task("linreg")


def test_the_distance_to_least_squares_is_the_distance_to_the_minimum(line):
    assert line.end.kind == "minimum"
    assert line.end.distance == pytest.approx(line.distances[-1], rel=1e-9)
    assert line.end.place == pytest.approx(line.least_squares, rel=1e-9)


def test_least_squares_are_those_of_numpys_polyfit(line):
    assert line.least_squares == pytest.approx(np.polyfit(line.x, line.y, 1), rel=1e-12)


def test_the_loss_is_the_mean_of_the_squares_and_falls(line):
    w, b = line.points[-1]
    assert line.values[-1] == np.mean(squared_error(w, b, line.x, line.y))
    assert (np.diff(line.values) < 0).all()


def test_a_line_is_given_by_its_ends(line):
    xs, ys = line.line(0)
    assert (xs.tolist(), ys.tolist()) == ([line.x.min(), line.x.max()], [0.0, 0.0])
    xs, ys = line.line()
    assert np.polyfit(xs, ys, 1) == pytest.approx(line.least_squares)


def test_mini_batches_come_nearer_in_as_many_epochs(line):
    assert task("linreg", batch=10).distances[-1] < line.distances[-1]


def test_the_text_and_the_export_have_least_squares(line):
    assert "Least squares: w = 0.874942, b = 2.900773. The last line is 2.86 from it" in str(line)
    assert "the mean of (w*x + b - y)^2    100 samples" in str(line)
    told = line.to_dict()
    assert (told["schema"], told["samples"]) == ("diffkit.train/1", 100)
    assert told["least_squares"] == {"w": line.least_squares[0], "b": line.least_squares[1]}
    assert len(told["data"]["x"]) == 100


def test_the_samples_are_drawn_as_the_textbook_draws_them():
    rng = np.random.default_rng(0)
    x = np.linspace(0, 50, 100) + rng.uniform(-10, 10, 100)
    y = np.linspace(0, 50, 100) + rng.uniform(-10, 10, 100)
    assert np.array_equal(noisy_line(), (x, y))


@pytest.mark.parametrize("name", TASKS)
def test_every_task_runs_and_takes_changes(name):
    start = [2.0] * len(TASKS[name].start)
    found = task(name, start=start, rate=1e-4, epochs=3, method="dual")
    assert (found.points[0].tolist(), found.rate, found.done, found.method) == (start, 1e-4, 3, "dual")
    assert isinstance(found, Regression) == (name == "linreg")


def test_the_quartics_note_tells_of_both_ends():
    told = str(task("quartic", epochs=2))
    assert "x = -1 is the minimum, f = -23, reached from -5, -2 and 0" in told


def test_what_does_not_fit_is_refused():
    with pytest.raises(OptionError, match="'cubic' is no training of these; write one of square, quartic"):
        task("cubic")
    with pytest.raises(ArgumentsError, match="square starts from 1 number, and 2 are given"):
        task("square", start=[1, 2])
    with pytest.raises(ArgumentsError, match=r"shapes \(2,\) and \(1,\)"):
        linear_regression([1, 2], [1], rate=0.1, epochs=1)
    with pytest.raises(ArgumentsError, match="and x that differ"):
        linear_regression([1, 1], [1, 2], rate=0.1, epochs=1)
