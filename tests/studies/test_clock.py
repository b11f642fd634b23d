"""The clock: what takes turns, what is foretold, and what is tried first."""

from __future__ import annotations

import time

import pytest

from diffkit.studies.clock import in_turns, predicted_seconds, scouts, seconds_of


def test_a_quick_call_is_repeated_and_a_slow_one_is_not():
    calls = []
    assert seconds_of(lambda: calls.append(1)) > 0
    assert len(calls) > 10
    calls.clear()
    seconds_of(lambda: (calls.append(1), __import__("time").sleep(0.001)))
    assert len(calls) == 1


def test_the_unit_runs_before_every_task_and_a_slow_task_never():
    order = []
    tasks = {name: (lambda name=name: order.append(name)) for name in ("a", "b", "slow")}
    unit, times = in_turns(lambda: order.append("f"), tasks, {"a": 0.0, "b": 0.0, "slow": 1.0})
    assert unit > 0
    assert times["slow"] == 1.0
    turns = [now for before, now in zip(["", *order], order, strict=False) if now != before]
    assert turns == ["f", *["f", "a", "f", "b"] * 5][1:]


def test_an_accident_of_a_quick_task_is_no_measure():
    def task():
        time.sleep(next(delays))

    delays = iter([0.05, 0.0, 0.05, *[0.0] * 100_000])
    _, times = in_turns(lambda: None, {"now": task, "before": int}, {"now": 0.05, "before": 0.9})
    assert times["now"] < 0.01
    assert times["before"] < 0.01


@pytest.mark.parametrize(
    ("known", "n", "seconds"),
    [
        ([], 100, 0.0),
        ([(10, 1.0)], 100, 10.0),
        ([(10, 1.0), (100, 100.0)], 1000, 1e4),
        ([(10, 1.0), (100, 1e5)], 1000, 1e8),  # no gradient grows faster than n^3
        ([(10, 1.0), (100, 1.0)], 1000, 10.0),  # nor slower than n, as far as can be foretold
        ([(1, 1e-6), (10, 1.0)], 100, 10.0),  # from one input to ten the time is not yet that of f
    ],
)
def test_a_time_is_foretold_from_those_of_fewer_inputs(known, n, seconds):
    assert predicted_seconds(known, n) == pytest.approx(seconds)


def test_a_large_size_is_approached_and_what_is_known_is_not_asked_again():
    assert scouts([], 10_000) == [100, 1000]
    assert scouts([1], 10_000) == []
    assert scouts([], 1) == []
