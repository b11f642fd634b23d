"""What a slot holds: types, shapes, order in memory, and whose memory it may be."""

from __future__ import annotations

import numpy as np

import diffkit as dk
from diffkit.autodiff.straight.kinds import kinds_of, last_uses


def test_numbers_arrays_and_numbers_of_numpy_are_told_apart():
    x = np.ones((3, 4), np.float32)
    tape = dk.record(lambda x: (np.sum(x), np.sum(x.astype(float)), x.T, x[0, 0] > 0), x)
    kinds = kinds_of(tape, [x])
    total, wide, number, transposed, _, truth = (
        next(k for k, row in zip(kinds[1:], tape.instructions, strict=True) if row.op == op)
        for op in ("sum", "astype", "sum", "transpose", "getitem", "greater")
    )
    assert (total.type, total.is_number, total.dtype) == (np.float32, False, np.float32)
    assert (wide.is_array, wide.shape, wide.in_order) == (True, (3, 4), True)
    assert number.dtype in (None, np.float32)
    assert (transposed.shape, transposed.in_order, transposed.shares) == ((4, 3), False, (0,))
    assert truth.is_number


def test_a_view_shares_and_a_copy_does_not():
    x = np.ones(10)
    tape = dk.record(lambda x: (x[2:], x[2:] + 1, np.reshape(x, (2, 5)), x[[1, 2]]), x)
    by_op = {row.op: k for k, row in zip(kinds_of(tape, [x])[1:], tape.instructions, strict=True)}
    assert (by_op["add"].shares, by_op["reshape"].shares) == ((), (0,))


def test_an_output_is_used_after_all_rows():
    tape = dk.record(lambda x: (x * 2, np.sin(x) + 1), np.ones(3))
    assert last_uses(tape) == {0: 2, 1: 4, 2: 3, 3: 4}
