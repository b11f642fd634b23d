"""What the slots of a tape are called in the views."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError
from diffkit.views.names import distinct, labels_of, slot_names


class Layer(NamedTuple):
    w: float
    b: float


def test_the_parts_of_a_nested_argument_are_called_by_their_way_in():
    point = {"in": Layer(1.0, 2.0), "out": (np.ones(2), 3.0)}
    tape = dk.record(lambda p, x: p["in"].w * x + p["out"][1], point, 2.0)
    assert slot_names(tape) == ["p_in_w", "p_in_b", "p_out_0", "p_out_1", "x", "", ""]
    assert slot_names(dk.record("x*y", {"y": 1.0, "x": 2.0})) == ["y", "x", ""]
    assert slot_names(dk.record(lambda p: p["1st"], {"1st": 2.0})) == ["p_1st"]
    assert slot_names(dk.record(lambda *values: values[0] * 2, 2.0)) == ["", ""]


@pytest.mark.parametrize(
    ("names", "labels", "inputs", "found"),
    [
        (["x", "a"], ["v0", "v1"], 1, ["x", "a"]),
        (["x", "x", "x"], ["v0", "v1", "v2"], 1, ["x", "x1", "x2"]),
        (["", "z", "z"], ["v0", "v1", "v2"], 1, ["v0", "z1", "z2"]),
        (["z1", "z", "z"], ["v0", "v1", "v2"], 1, ["z1", "z_1", "z_2"]),
        (["p_a", "p_a"], ["v-1", "v0"], 2, ["p_a", "v0"]),
        (["x", "v3", "v2", ""], ["v0", "v1", "v2", "v3"], 1, ["x", "v1", "v2", "v3"]),
    ],
)
def test_each_slot_has_a_name_of_its_own(names, labels, inputs, found):
    assert distinct(names, labels, inputs) == found
    assert len(set(found)) == len(found)


def test_a_name_that_is_taken_leaves_the_label():
    assert distinct(["x", "np", "a", "a"], ["v0", "v1", "v2", "v3"], 1, {"np", "a2"}) == [
        "x",
        "v1",
        "a1",
        "v3",
    ]


def test_a_name_that_is_the_label_of_another_row_is_not_shown():
    def f(x):
        v2 = x + 1
        v1 = v2 * x
        return v1 * v2

    assert labels_of(dk.record(f, 1.0), "v") == (["v0", "v1", "v2", "v3"], ["x", "", "", ""])


def test_names_that_are_given_are_labels_in_any_numbering():
    tape = dk.record(lambda x, y: (a := x * y) + np.sin(a), 1.0, 2.0)
    assert labels_of(tape, "v", ["s", "t"]) == (["s", "t", "v1", "v2", "v3"], ["", "", "a", "", ""])
    assert labels_of(tape, "n", ["s", "t"]) == (["s", "t", "n3", "n4", "n5"], ["", "", "a", "", ""])
    assert labels_of(tape, "names", ["s", "t"])[0] == ["s", "t", "a", "v2", "v3"]


def test_unknown_labels_are_refused_in_a_sentence():
    with pytest.raises(ArgumentsError, match="labels are 'w'; write 'v', 'n' or 'names'"):
        labels_of(dk.record(np.sin, 1.0), "w")
