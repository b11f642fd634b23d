"""Trainings: the textbook's paths to every digit, by every method, and what is said of where they end."""

from __future__ import annotations

import json
import pickle
import re

import numpy as np
import pytest

from diffkit.errors import ArgumentsError, DomainError, OptionError, UnknownMethodError, UnknownOptionError
from diffkit.studies import Training, train

QUARTIC = "2*x^4 - 3*x^2 + 2*x - 20"


@pytest.fixture(scope="module")
def stalled():
    return train(QUARTIC, 5.0, rate=0.001, epochs=15_000)


def mean_squares(w, b, x, y):
    return (w * x + b - y) ** 2


# -- the path, and where it ends ----------------------------------------------------------------------------


def test_on_the_quartic_the_first_step_is_long_and_it_stalls_beside_the_inflection(stalled):
    assert stalled.points[1, 0] == pytest.approx(4.028, rel=1e-15)
    assert stalled.end.place[0] == pytest.approx(0.5, abs=1e-4)


def test_compiled_reverse_mode_goes_the_way_of_the_same_loop_written_out(stalled):
    x = 5.0
    for _ in range(15_000):
        x = x - 0.001 * (8 * x**3 - 6 * x + 2)
    assert stalled.points[-1, 0] == pytest.approx(x, rel=1e-13)


@pytest.mark.parametrize("start", [-5.0, -2.0, 0.0])
def test_from_the_left_the_quartics_end_is_a_minimum(start):
    found = train(QUARTIC, start, rate=0.001, epochs=15_000)
    assert (found.end.kind, found.end.place[0]) == ("minimum", pytest.approx(-1.0, rel=1e-12))


def test_mini_batches_take_the_mean_gradient_of_their_samples_until_convergence():
    x = np.linspace(-1, 1, 30)
    found = train(mean_squares, 0.0, 0.0, rate=0.2, epochs=400, data=(x, 3 * x + 1), batch=7, tolerance=1e-10)
    assert found.status == "converged"
    assert found.done < 400
    assert found.points[-1] == pytest.approx((3.0, 1.0), abs=1e-9)
    assert found.slopes[-1] <= 1e-10 < found.slopes[-2]


@pytest.mark.parametrize("method", ["dual", "reverse"])
def test_mini_batches_are_the_same_by_every_method(method):
    rng = np.random.default_rng(5)
    data = rng.normal(size=(2, 20))
    how = {"rate": 0.1, "epochs": 5, "data": data, "batch": 6, "seed": 3}
    found = train(mean_squares, 1.0, 0.0, method=method, **how)
    by_hand = train(
        mean_squares, 1.0, 0.0, **how,
        gradient=lambda w, b, x, y: (np.mean(2 * (w * x + b - y) * x), np.mean(2 * (w * x + b - y))),
    )  # fmt: skip
    np.testing.assert_allclose(found.points, by_hand.points, rtol=1e-12)
    np.testing.assert_allclose(found.values, by_hand.values, rtol=1e-12)
    assert train(mean_squares, 1.0, 0.0, **{**how, "seed": 4}).points[-1, 0] != found.points[-1, 0]


# -- points of every form -----------------------------------------------------------------------------------


def test_text_of_several_variables_starts_from_a_mapping():
    found = train("x^2 + 4*y^2", {"x": 1.0, "y": 1.0}, rate=0.1, epochs=3)
    assert found.names == ("x", "y")
    assert found.points[-1] == pytest.approx((0.8**3, 0.2**3), rel=1e-14)
    assert found.slopes[-1] == pytest.approx(np.hypot(2 * 0.8**3, 8 * 0.2**3), rel=1e-14)


def test_arrays_and_dicts_of_them_are_parameters():
    found = train(lambda p: np.sum(p["w"] ** 2) + p["b"] ** 2, {"w": np.ones((2, 2)), "b": 3.0}, rate=0.25,
                  epochs=2)  # fmt: skip
    assert found.points[-1] == pytest.approx([0.25] * 4 + [0.75])
    assert len(found.names) == 5


def test_mini_batches_of_a_vector_of_weights():
    rng = np.random.default_rng(1)
    inputs, weights = rng.normal(size=(50, 3)), np.array([1.0, -2.0, 0.5])
    found = train(lambda w, x, y: (x @ w - y) ** 2, np.zeros(3), rate=0.05, epochs=200,
                  data=(inputs, inputs @ weights), batch=10)  # fmt: skip
    assert found.points[-1] == pytest.approx(weights, abs=1e-6)


# -- what is said of it -------------------------------------------------------------------------------------


def test_where_it_stalls_the_text_says_so(stalled):
    assert "The slope at the end is 3.56e-04 and no minimum is near" in str(stalled)
    assert "an inflection near x = 0.5." in str(stalled)


def test_the_way_to_the_minimum_and_the_largest_rate_are_said():
    told = str(train("x^2 + 100*y^2", {"x": 1.0, "y": 1.0}, rate=0.001, epochs=100))
    assert "and the minimum is 8.19e-01 away." in told  # 0.998^100
    assert "A rate below 0.01 is stable here (2 over the curvature, 200)." in told
    assert "The flattest direction has a curvature of 2: an epoch takes away 0.002" in told


@pytest.mark.parametrize(
    ("f", "start", "rate", "said"),
    [
        ("x^2", 5.0, 1.1, "It diverges: after epoch"),
        ("x^4", 100.0, 1.0, "Take a smaller rate than 1."),
        ("x - log(x)", 0.5, 10.0, None),
        ("sqrt(x)", 1.0, 3.0, "It diverges: after epoch 0 f or its gradient is not finite."),
    ],
)
def test_a_descent_that_diverges_ends_and_says_so(f, start, rate, said):
    found = train(f, start, rate=rate, epochs=5000)
    assert np.isfinite(found.points).all()
    assert np.isfinite(found.values).all()
    if said:
        assert found.status == "diverged"
        assert said in str(found)
        assert "slope at the end" not in str(found)


def test_a_start_at_a_maximum_does_not_move_and_says_why():
    found = train("cos(x)", 0.0, rate=0.1, epochs=10)
    assert found.points.ravel().tolist() == [0.0] * 11
    assert "The slope at the end is exactly 0, at a maximum" in str(found)


def test_what_falls_for_ever_goes_downhill():
    assert "no minimum is near, and it goes on downhill" in str(train("exp(-x)", 0.0, rate=0.1, epochs=5))


def test_few_epochs_are_all_shown_and_of_many_those_that_are_round(stalled):
    shown = [int(row[0]) for row in stalled.tables()[0].rows]
    assert shown == [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000]
    assert len(train("x^2", 5.0, rate=0.3, epochs=15).tables()[0].rows) == 16


def test_csv_and_json_have_every_epoch(stalled):
    lines = stalled.csv().splitlines()
    assert lines[0] == "epoch,x,f,slope"
    assert lines[-1].startswith("15000,0.505438618895424,-19.6249993")
    assert len(lines) == 15_002
    told = json.loads(json.dumps(stalled.to_dict(), allow_nan=False))
    assert told["schema"] == "diffkit.train/1"
    assert told["path"]["x"][-1] == 0.505438618895424
    assert len(told["value"]) == len(told["slope"]) == 15_001
    assert told["end"]["kind"] == "inflection"


def test_it_prints_in_every_form(stalled):
    assert str(stalled).splitlines()[0] == f"Gradient descent on {QUARTIC}"
    assert str(stalled).splitlines()[1] == "from x = 5.0    rate 0.001    15000 epochs    reverse"
    assert "<td" in stalled._repr_html_()
    assert "| 15000 |" in stalled.markdown()
    assert isinstance(stalled, Training)


# -- what is refused ----------------------------------------------------------------------------------------

GOOD = {"rate": 0.1, "epochs": 3}


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"rate": 0}, OptionError, "rate=0; write a positive number such as 0.1"),
        ({"rate": "fast"}, OptionError, "rate='fast'; write a positive number"),
        ({"epochs": -1}, OptionError, "epochs=-1; write a whole number such as 100"),
        ({"epochs": 2.5}, OptionError, "epochs=2.5; write a whole number"),
        ({"tolerance": -1e-3}, OptionError, "tolerance=-0.001; write a number such as 1e-6"),
        ({"seed": -1}, OptionError, "seed=-1; write a whole number"),
        ({"batch": 4}, OptionError, "batch=4 is of samples, and there are none; give data="),
        ({"batch": 0, "data": ([1.0],)}, OptionError, "batch=0; write a whole number of samples"),
        ({"data": ([1.0],)}, ArgumentsError, "data= needs a Python function"),
        ({"epochs": 10**8}, ArgumentsError, "train in parts"),
        ({"method": "revers"}, UnknownMethodError, "did you mean 'reverse'"),
        ({"h": 1e-5}, UnknownOptionError, "method 'reverse' has no option 'h'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(change, kind, said, assert_one_clear_line):
    with pytest.raises(kind) as caught:
        train("x^2", 1.0, **{**GOOD, **change})
    assert said in str(caught.value)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize(
    ("f", "start", "kind"),
    [
        ("log(x)", (-1.0,), DomainError),
        ("x^2", (), ArgumentsError),
        ("x*y", (1.0,), ArgumentsError),
        (lambda x: np.array([x, x]), (1.0,), ArgumentsError),
        (lambda x: x, (np.array([]),), ArgumentsError),
    ],
)
def test_a_start_that_does_not_fit_is_refused(f, start, kind):
    with pytest.raises(kind):
        train(f, *start, **GOOD)


def valley(x):
    """x^2 as a table that begins at 1."""
    if x < 1:
        raise LookupError("the table begins at 1")
    return x * x


@pytest.mark.parametrize("method", ["reverse", "central"])
def test_a_training_whose_f_fails_on_the_way_says_so_and_keeps_its_path(method):
    found = train(valley, 8.0, rate=0.25, epochs=100, method=method)
    assert found.points.ravel() == pytest.approx([8.0, 4.0, 2.0, 1.0][: found.done + 1], rel=1e-6)
    assert (found.done, found.status) == ({"reverse": 3, "central": 2}[method], "failed")
    assert found.reason == "LookupError: the table begins at 1"
    ends = f"It ends after epoch {found.done}: f or its gradient fails at the next: {found.reason}."
    assert ends in found.remarks()
    assert found.to_dict()["reason"] == found.reason
    assert found.plot().has_data()


def test_a_training_that_is_done_survives_an_f_that_fails_ahead_of_it():
    """The look ahead for the minimum raised what f did, when all epochs had been run."""
    found = train(valley, 8.0, rate=0.01, epochs=2)
    assert (found.status, found.done) == ("ran", 2)
    assert found.plot().has_data()


@pytest.mark.parametrize(("answer", "words"), [(None, "nothing"), ("a", "a str"), (np.ones(3), r"\(3,\)")])
@pytest.mark.parametrize("method", ["reverse", "central", "dual"])
def test_an_f_that_returns_no_number_half_way_gets_one_clear_sentence(method, answer, words):
    found = train(lambda x: x * x if x > 1.5 else answer, 8.0, rate=0.25, epochs=100, method=method)
    assert found.status == "failed"
    assert re.search(words, found.reason)


def test_a_training_is_pickled_with_its_formula_and_draws_the_same():
    """A lambda within the record could not be pickled, whatever f was."""
    found = train("x^2", 5.0, rate=0.3, epochs=5)
    again = pickle.loads(pickle.dumps(found))
    assert str(again) == str(found)
    assert again.curve().x.tolist() == found.curve().x.tolist()
    assert again.function(np.array([3.0])) == 9.0


def test_a_training_of_a_lambda_is_pickled_without_it_and_says_so_when_it_is_to_be_drawn():
    again = pickle.loads(pickle.dumps(train(lambda x: x * x, 5.0, rate=0.3, epochs=5)))
    assert again.done == 5
    assert "minimum" in str(again)
    with pytest.raises(ArgumentsError, match="its f could not be, which the figure asks; define f by def"):
        again.plot()
