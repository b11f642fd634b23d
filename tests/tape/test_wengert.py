"""The tape as data: it prints as a program, does not change, travels, and refuses where it is not f."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import mpmath
import numpy as np
import pytest
import sympy

from diffkit.errors import ArgumentsError, GuardError
from diffkit.tape import Guard, Instruction, Slot, Tape, record
from diffkit.tape.place import Place


def branch(x):
    if x > 1:
        return x * x
    return -x


def module_level(p):
    x = p["x"]
    picked = np.stack([x[1:], np.maximum(x[:2], 0.5)])[:, np.argmax(x) - 1]
    return {"y": np.array([picked[0] * 2, 1.0]), "n": 3.0}


# -- reading -----------------------------------------------------------------------------------------

# Worked example 18, with the textbook's numbering: inputs end at v0.
TRACE_18 = """\
v-1 = input 1
v0  = input 2
v1  = log(v-1)
v2  = v-1 * v0
v3  = v1 + v2
v4  = sin(v0)
v5  = v3 - v4
return v5"""

# Worked example 16: the constant 2 is an operand here, a node in the drawing of the book.
TRACE_16 = """\
v-1 = input 1
v0  = input 2
v1  = v-1 * v-1
v2  = v1 * v0
v3  = v0 + 2
v4  = v2 + v3
return v4"""

TRACE_OF_ARRAYS = """\
v0  = input 1
v1  = v0[1:, None]
v2  = v0[..., ::2]
v3  = v1 @ v2
v4  = sum(v3, axis=0)
v5  = -v4
v6  = v5 ** 2
v7  = concatenate(v6, v0)
v8  = v7[0]
v9  = v7[-1]
v10 = assemble(v8, v9, shape=(2,))
return v10, 7.0"""


def test_a_tape_prints_as_the_trace_of_the_textbook():
    assert str(record(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0)) == TRACE_18
    assert str(record(lambda x, y: x * x * y + (y + 2), 3.0, 4.0)) == TRACE_16


def test_indices_joins_and_signs_print_as_in_python():
    def f(x):
        y = np.concatenate([(-np.sum(x[1:, None] @ x[None, ..., ::2], axis=0)) ** 2, x])
        return np.array([y[0], y[-1]]), 7.0

    assert str(record(f, np.arange(3.0))) == TRACE_OF_ARRAYS.replace("v0[..., ::2]", "v0[None, ..., ::2]")


def test_guards_print_under_the_rows():
    text = str(record(branch, 2.0))
    line = branch.__code__.co_firstlineno + 1
    assert text == (
        "v0 = input 1\nv1 = v0 > 1\nv2 = v0 * v0\n"
        f"where v1 is True: line {line} of test_wengert.py (if x > 1:)\nreturn v2"
    )


def test_a_long_tape_prints_its_head_and_its_tail():
    def f(x):
        for i in range(100):
            x = x + i if x < 1e9 else x
        return x

    lines = str(record(f, 1.0)).splitlines()
    assert lines[0] == "v0   = input 1"
    assert lines[29:32] == ["v29  = v28 < 1000000000.0", "... 141 rows ...", "v171 = v170 < 1000000000.0"]
    assert lines[60] == "v200 = v198 + 99"
    assert lines[61].startswith("where v1 is True: line ")
    assert lines[-2:] == ["... and 80 more branches", "return v200"]
    assert len(lines) == 30 + 1 + 30 + 20 + 1 + 1


def test_a_long_constant_is_cut():
    text = str(record(lambda x: x * np.arange(50.0), np.ones(50)))
    assert text.splitlines()[1] == "v1 = v0 * array([ 0., 1., 2., 3., 4., 5., 6., 7..."


def test_an_instruction_names_its_operation_its_slots_and_its_constants():
    (row,) = record(lambda x: np.clip(2.0, x, 5), 3.0).instructions
    assert (row.op, row.slots, row.constants) == ("clip", (0,), (2.0, 5))
    assert row == Instruction(np.clip, (2.0, Slot(0), 5), {})


def test_labels_count_as_the_textbooks_do():
    tape = record(lambda x, y, z: (x + y) * z, 1.0, -2.0, 3.0)
    assert [tape.label(slot) for slot in range(5)] == ["v-2", "v-1", "v0", "v1", "v2"]


def test_the_shapes_of_the_inputs_are_known():
    assert record(lambda p, q: p[0] * q, [1.0, np.ones((2, 3))], np.ones(4)).input_shapes == (
        (),
        (2, 3),
        (4,),
    )


# -- not changing ------------------------------------------------------------------------------------


def test_a_tape_does_not_change():
    tape = record(branch, 2.0)
    assert isinstance(tape.instructions, tuple)
    assert isinstance(tape.guards, tuple)
    with pytest.raises(FrozenInstanceError):
        tape.instructions = ()
    with pytest.raises(FrozenInstanceError):
        tape.instructions[0].args = ()
    with pytest.raises(FrozenInstanceError):
        tape.guards[0].outcome = False


def test_two_recordings_of_one_function_are_equal():
    assert record(branch, 2.0) == record(branch, 3.0)
    assert record(branch, 2.0) != record(branch, 0.5)


def test_a_tape_travels_by_pickle():
    point = {"x": np.array([1.0, 3.0, 2.0])}
    tape = record(module_level, point)
    assert [row.op for row in tape.instructions].count("stack") == 1
    again = pickle.loads(pickle.dumps(tape))
    assert isinstance(again, Tape)
    assert str(again) == str(tape)
    assert np.array_equal(again.replay(point)["y"], module_level(point)["y"])
    with pytest.raises(GuardError):
        again.replay({"x": np.array([1.0, 2.0, 3.0])})


# -- running -----------------------------------------------------------------------------------------


def test_worked_example_15_runs_through_its_rows():
    tape = record(lambda x, y, z: (x + y) * z, 1.0, -2.0, 3.0)
    assert tape.run([1.0, -2.0, 3.0]) == [1.0, -2.0, 3.0, -1.0, -3.0]
    assert tape(1.0, -2.0, 3.0) == tape.replay(1.0, -2.0, 3.0) == -3.0


def test_worked_example_18_has_the_value_of_the_table():
    tape = record(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0)
    values = tape.run([2.0, 5.0])[2:]
    assert values == pytest.approx([0.693147, 10, 10.693147, -0.958924, 11.652071], abs=5e-7)  # six digits
    assert tape.replay(2.0, 5.0) == 11.652071455223084


def test_a_branch_that_flips_is_an_error_naming_the_line_and_its_text():
    tape = record(branch, 2.0)
    line = branch.__code__.co_firstlineno + 1
    with pytest.raises(GuardError) as caught:
        tape.replay(0.5)
    assert str(caught.value) == (
        f"the branch at line {line} of test_wengert.py (if x > 1:) was True when the tape was recorded and "
        "goes the other way here; record again at this point"
    )
    with pytest.raises(GuardError, match=r"if x > 1:"):
        tape.replay(mpmath.mpf(1), arithmetic="mpmath")


def test_an_index_that_moves_is_an_error_naming_both():
    tape = record(lambda x: x[np.argmax(x)], np.array([1.0, 3.0, 2.0]))
    with pytest.raises(
        GuardError, match=r"the index at line \d+ of test_wengert.py .* was 1 .* and is 2 here"
    ):
        tape.replay(np.array([1.0, 3.0, 4.0]))
    assert tape.replay(np.array([1.0, 9.0, 4.0]), arithmetic="mpmath") == 9


def test_a_symbol_cannot_decide_a_branch():
    tape = record(branch, 2.0)
    x = sympy.Symbol("x", real=True)
    with pytest.raises(GuardError, match=r"sympy arithmetic cannot decide the branch at line \d+ .*: x > 1"):
        tape.replay(x, arithmetic="sympy")
    with pytest.raises(GuardError, match="cannot decide"):
        record(lambda x: 1.0 * x if x else x + 1, 2.0).replay(x, arithmetic="sympy")
    assert tape.replay(sympy.Integer(3), arithmetic="sympy") == 9


def test_a_guard_is_checked_before_the_rows_after_it():
    def f(x):
        if x > 0:
            return np.log(x)
        return x

    with pytest.raises(GuardError):  # and no warning of log
        record(f, 1.0).replay(-1.0)


def test_a_guard_holds_for_what_decides_the_same():
    place = Place("f.py", 3, "if x:")
    assert Guard(0, True, place).holds(np.bool_(True))
    assert not Guard(0, True, place).holds(0.0)
    assert Guard(0, np.array([1, 2]), place).holds([1, 2])
    assert not Guard(0, np.array([1, 2]), place).holds([1, 2, 3])
    assert str(place) == "line 3 of f.py (if x:)"
    assert str(Place("f.py", 3, "")) == "line 3 of f.py"


def test_arguments_are_counted_and_their_nesting_is_compared():
    tape = record(lambda x, p: x * p["w"], 1.0, {"w": 2.0})
    with pytest.raises(ArgumentsError, match="the tape has 2 arguments and got 1"):
        tape.replay(1.0)
    with pytest.raises(ArgumentsError, match="the tape has 2 arguments and got 3"):
        tape.replay(1.0, {"w": 2.0}, 3.0)
    with pytest.raises(ArgumentsError, match="not nested as those"):
        tape.replay(1.0, 2.0)
    with pytest.raises(ArgumentsError, match="not nested as those"):
        tape.replay(1.0, {"v": 2.0})
    assert tape.replay(3.0, {"w": np.ones(2)}).tolist() == [3.0, 3.0]


def test_a_row_shows_the_name_that_f_gives_it():
    def f(x):
        a = x + 1
        v1 = a * x
        return v1 - a

    assert str(record(f, 1.0, named=True)).splitlines()[1:4] == [
        "v1 = a = v0 + 1",
        "v2 = v1 * v0",
        "v3 = v2 - v1",
    ]
