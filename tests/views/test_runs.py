"""What travels between the rows of a tape adds up to their adjoints and tangents."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.views.runs import unrun, with_adjoints, with_tangents

PROGRAMS = [
    (lambda x, y: np.log(x) + x * y - np.sin(y), (2.0, 5.0)),
    (lambda x, y: x * x * y + y + 2, (3.0, 4.0)),
    (lambda x, y: np.maximum(x, y) * np.exp(-x) / (x - y) ** 3, (2.0, 5.0)),
    (lambda x: np.tanh(x * x)[0] * x[1], (np.array([0.5, 2.0]),)),
]


def added(tape, run, back):
    """For each slot, the sum of what its arrows bring."""
    total = [0.0] * len(run.values)
    for arrow in run.arrows:
        if arrow.sent is not None:
            total[arrow.tail if back else arrow.head] = total[arrow.tail if back else arrow.head] + arrow.sent
    return total


@pytest.mark.parametrize(("f", "point"), PROGRAMS[:3])
def test_what_the_uses_of_a_slot_send_back_adds_up_to_its_adjoint(f, point):
    tape = dk.record(f, *point)
    run = with_adjoints(tape, point, len(point))
    total = added(tape, run, back=True)
    total[tape.outputs[0].index] += 1.0
    assert total == pytest.approx(list(map(float, run.numbers)), rel=1e-14)
    assert run.derivative == run.numbers[: len(point)]


@pytest.mark.parametrize(("f", "point"), PROGRAMS[:3])
def test_what_the_operands_of_a_row_hand_on_adds_up_to_its_tangent(f, point):
    tape = dk.record(f, *point)
    run = with_tangents(tape, point, None)
    rows = slice(tape.input_count, None)
    assert added(tape, run, back=False)[rows] == pytest.approx(list(map(float, run.numbers[rows])), rel=1e-14)


@pytest.mark.parametrize(("f", "point"), PROGRAMS)
def test_there_is_an_arrow_for_each_operand_of_each_row(f, point):
    tape = dk.record(f, *point)
    reads = [(slot, head) for head, row in enumerate(tape.instructions, len(point)) for slot in row.slots]
    for run in (unrun(tape), with_adjoints(tape, point, len(point)), with_tangents(tape, point, None)):
        assert [(arrow.tail, arrow.head) for arrow in run.arrows] == reads


def test_nothing_travels_through_a_comparison():
    tape = dk.record(lambda x, y: np.where(x > y, x, x * y), 2.0, 5.0)
    arrows = with_adjoints(tape, (2.0, 5.0), 2).arrows
    (greater,) = (head for head, row in enumerate(tape.instructions, 2) if row.op == "greater")
    assert {(arrow.travel, arrow.sent) for arrow in arrows if arrow.head == greater} == {("", None)}


@pytest.mark.parametrize("f", [lambda x: np.where(x > 0, np.sqrt(x), 0.0), lambda x: x * x if x > 0 else x])
def test_what_is_true_or_false_has_no_adjoint_and_no_tangent(f):
    tape = dk.record(f, 4.0)
    for run in (with_adjoints(tape, (4.0,), 1), with_tangents(tape, (4.0,), None)):
        assert (run.numbers[1], run.travels[1]) == (None, "")
        assert None not in (run.numbers[0], *run.numbers[2:])
        assert all(arrow.sent is None for arrow in run.arrows if arrow.tail == 1)


def test_a_row_with_several_results_has_an_adjoint_for_each():
    tape = dk.record(lambda A: np.sum(np.linalg.svd(A, full_matrices=False)[1]), np.ones((3, 2)))
    assert all(number is not None for number in with_adjoints(tape, (np.ones((3, 2)),), 1).numbers)


def test_a_term_that_has_yet_to_be_summed_up_is_a_formula_without_a_number():
    tape = dk.record(lambda x, a: np.sum(a * x), 2.0, np.ones(3))
    arrows = with_adjoints(tape, (2.0, np.ones(3)), 2).arrows
    shapes = {arrow.travel: np.shape(arrow.sent) if arrow.sent is not None else None for arrow in arrows}
    assert shapes == {"t2*s1": None, "t2*s0": (3,), "sum_bar(t3)": None}


def test_an_adjoint_of_zero_meets_no_infinite_slope():
    tape = dk.record(lambda x: 0.0 * np.sqrt(x) + x, 0.0)
    assert [arrow.sent for arrow in with_adjoints(tape, (0.0,), 1).arrows] == [0.0, None, 1.0, 1.0]
