"""Fewer rows and the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import diffkit as dk
from diffkit.autodiff.straight.kinds import kinds_of
from diffkit.autodiff.straight.tidy import add_at, tidied


def tidy(f, *point):
    tape = dk.record(f, *point)
    return tidied(tape, kinds_of(tape, list(point)))


@pytest.mark.parametrize(
    ("f", "ops"),
    [
        (lambda x: -(3.3 * x), ["-3.3 * v0"]),
        (lambda x: 3.3 * (-x), ["-3.3 * v0"]),
        (lambda x: np.negative(-x), []),
        (lambda x: 100 * (2 * x), ["200.0 * v0"]),
        (lambda x: 2 * (0.1 * x), ["0.2 * v0"]),
        (lambda x: 0.1 * (0.3 * x), ["0.3 * v0", "0.1 * v1"]),  # 0.1 * 0.3 would round once less
        (lambda x: (3.0 * x) * (-2 * np.sin(x)), ["sin(v0)", "-6.0 * v0", "v2 * v1"]),
        (lambda x: (-2 * x) * (3.0 * np.sin(x)), ["sin(v0)", "-6.0 * v1", "v0 * v2"]),  # 3 rounds there
        (lambda x: 1.0 * x, []),
        (lambda x: 1.0 * (x > 0), ["v0 > 0", "1.0 * v1"]),  # not the truth values themselves
        (lambda x: -(-1.0 * np.argsort(x)), ["argsort(v0)", "-1.0 * v1", "-v2"]),
        (lambda x: np.full(3, 2.0) * x, ["2.0 * v0"]),
        (lambda x: np.arange(3.0) * x, ["array([0., 1., 2.]) * v0"]),
    ],
)
def test_factors_that_lose_no_bit_are_joined(f, ops):
    tape = tidy(f, np.array([1.0, 2.5, -3.0]))
    assert [tape.expression(row) for row in tape.instructions] == ops


@given(st.lists(st.sampled_from([2.0, -1.0, 4.0, 0.1, 3.3, -7.7, 1.0, 0.5]), min_size=1, max_size=6))
def test_chains_of_factors_keep_every_bit(factors):
    def f(x):
        y = np.sin(x)
        for c in factors:
            y = c * y
        return np.concatenate([y * (2 * x), (-2 * x) * y])

    x = np.random.default_rng(0).normal(size=20)
    assert np.array_equal(tidy(f, x).replay(x), f(x))


def test_a_constant_array_that_would_widen_its_row_stays():
    x = np.ones(3, np.float32)
    tape = tidy(lambda x: np.full(3, 2.0) * x, x)
    assert tape.replay(x).dtype == np.float64


def test_scattered_parts_are_added_where_they_belong():
    f = lambda x: np.sum(np.sin(x[1:]) * np.cos(x[:-1])) + np.sum(x[1:] ** 2)
    x = np.random.default_rng(0).normal(size=9)
    recorded = dk.record(dk.grad(f), x)
    tape = tidied(recorded, kinds_of(recorded, [x]))
    ops = [row.op for row in tape.instructions]
    assert (ops.count("scatter"), ops.count("add_at"), ops.count("add")) == (1, 2, 0)
    assert np.array_equal(tape.replay(x), dk.grad(f)(x))


def test_index_arrays_that_repeat_an_element_are_left_to_scatter():
    f = lambda x: np.sum(np.sin(x[[0, 0, 1]])) + np.sum(x[[2, 2, 1]] ** 2)
    x = np.random.default_rng(0).normal(size=4)
    recorded = dk.record(dk.grad(f), x)
    tape = tidied(recorded, kinds_of(recorded, [x]))
    assert "add_at" not in [row.op for row in tape.instructions]
    assert np.array_equal(tape.replay(x), dk.grad(f)(x))


def test_branches_stay_with_their_rows():
    tape = tidy(lambda x: -(2 * x) if np.sum(np.negative(-x)) > 0 else x, np.ones(3))
    assert tape.guards[0].outcome is True
    assert [row.op for row in tape.instructions][tape.guards[0].slot - 1] == "greater"


def test_add_at_leaves_its_operand_as_it_is():
    a = np.zeros(3)
    assert np.array_equal(add_at(a, 2.0, key=slice(0, 2)), [2, 2, 0])
    assert not a.any()
