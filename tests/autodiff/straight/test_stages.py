"""Which rows run together."""

from __future__ import annotations

import numpy as np

import diffkit as dk
from diffkit.autodiff.straight.kinds import kinds_of
from diffkit.autodiff.straight.stages import Stretch, stages


def parts(f, *point):
    tape = dk.record(f, *point)
    found = stages(tape, kinds_of(tape, list(point)))
    order = [
        slot for part in found for slot in ((part,) if isinstance(part, int) else (*part.slots, *part.sums))
    ]
    assert sorted(order) == list(range(tape.input_count, tape.input_count + len(tape)))
    seen = set(range(tape.input_count))
    for slot in order:  # every row after the rows that it reads
        assert set(tape.instructions[slot - tape.input_count].slots) <= seen
        seen.add(slot)
    return tape, found


def test_rows_that_a_sum_separates_are_two_stretches():
    _, found = parts(lambda x: np.sum(np.cos(x) / np.sum(np.exp(x))), np.ones(100))
    stretches = [part for part in found if isinstance(part, Stretch)]
    assert [len(part.sums) for part in stretches] == [1, 1]
    assert len(found) == 2


def test_rows_far_apart_run_together_where_they_can():
    f = lambda x: np.sum(np.sin(x) ** 2 + x * np.exp(-x))
    tape, found = parts(dk.value_and_grad(f), np.ones(1000))
    (stretch,) = found
    assert (len(stretch.slots), len(stretch.sums), stretch.flat) == (len(tape) - 1, 1, True)


def test_a_stretch_with_a_repeated_operand_is_not_flat_and_its_sum_stays_outside():
    _, found = parts(lambda A, b: np.sum(np.sin(A) * b), np.ones((20, 10)), np.ones(10))
    assert [type(part) for part in found] == [Stretch, int]
    assert not found[0].flat


def test_short_arrays_numbers_matrix_products_and_views_run_alone():
    for f, x in (
        (lambda x: np.sin(x) * x, np.ones(10)),
        (lambda x: np.sin(x) * x, 0.5),
        (lambda x: x @ x, np.ones((10, 10))),
        (lambda x: x[1:].T, np.ones(100)),
    ):
        assert all(isinstance(part, int) for part in parts(f, x)[1])


def test_rows_with_options_and_whole_numbers_run_alone():
    for f in (
        lambda x: np.add(x, x, dtype=np.float32),
        lambda x: np.modf(x)[0] * 1,
        lambda x: np.sum(x, axis=0),
    ):
        _, found = parts(f, np.ones((100, 2)))
        assert any(isinstance(part, int) for part in found)


def test_sums_of_other_types_or_with_options_are_not_taken_apart():
    for f in (lambda x: np.sum(np.sin(x), keepdims=True), lambda x: np.sum(np.sin(x), axis=0)):
        assert isinstance(parts(f, np.ones((100, 2)))[1][-1], int)
    assert isinstance(parts(lambda x: np.sum(np.sin(x)), np.ones(100, np.float32))[1][-1], int)
