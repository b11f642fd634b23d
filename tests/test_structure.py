"""Nested values come apart into leaves and together again."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.structure import (
    Structure,
    as_leaf,
    flatten,
    flatten_arguments,
    is_array_like,
    is_container,
    is_foreign,
)
from diffkit.tape import record

Line = namedtuple("Line", ["slope", "offset"])

leaves = st.floats(allow_nan=False) | st.text(max_size=3) | st.none()
nested = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.builds(Line, inner, inner),
    ),
    max_leaves=12,
)


@given(nested)
def test_what_is_taken_apart_goes_together_again(value):
    parts, structure = flatten(value)
    again = structure.build(parts)
    assert again == value
    assert type(again) is type(value)


@given(nested)
def test_structures_compare_by_nesting_and_not_by_leaves(value):
    parts, structure = flatten(value)
    changed = structure.build([object() for _ in parts])
    assert flatten(changed)[1] == structure
    assert len(flatten(changed)[0]) == len(parts)


def test_leaves_come_in_reading_order():
    assert flatten({"b": 1.0, "a": [np.float64(2), "three"], "c": Line(4, 5)})[0] == [1.0, 2.0, "three", 4, 5]


@pytest.mark.parametrize(
    "value", [[1, 2], (1.0, 2.0), [[1, 2], [3, 4]], [(1,), (2,)], [np.float32(1)], [True], [1j]]
)
def test_a_list_of_plain_numbers_is_one_leaf(value):
    assert is_array_like(value)
    assert flatten(value) == ([value], Structure())


@pytest.mark.parametrize(
    "value", [[], (), {}, [[]], [np.ones(2)], [1, "a"], Line(1, 2), [Line(1, 2)], [None], {"a": 1}]
)
def test_everything_else_that_contains_is_a_container(value):
    assert not is_array_like(value)
    assert flatten(value)[1].kind is not None


def test_a_mapping_becomes_a_dict_in_its_own_order():
    parts, structure = flatten(OrderedDict(z=1.0, a=2.0))
    assert structure.build(parts) == {"z": 1.0, "a": 2.0}
    assert list(structure.build(parts)) == ["z", "a"]


def test_the_caller_may_name_leaves_of_his_own():
    assert flatten([Line(1, 2), 3.0, "a"], is_leaf=lambda v: isinstance(v, Line))[0] == [Line(1, 2), 3.0, "a"]


def test_arguments_are_never_one_array():
    parts, structure = flatten_arguments((1.0, 2.0))
    assert parts == [1.0, 2.0]
    assert structure.build([3, 4]) == (3, 4)
    assert flatten_arguments(()) == ([], Structure(tuple))


def test_building_takes_leaves_from_an_iterator():
    _, structure = flatten({"w": np.ones(2), "b": [0.5, "x"]})
    assert structure.build(iter("abc")) == {"w": "a", "b": ["b", "c"]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (True, 1.0),
        (2.5, 2.5),
        (np.float64(2.5), 2.5),
        (np.int32(3), 3.0),
        (np.float32(2.5), np.float32(2.5)),
        (1 + 2j, np.complex128(1 + 2j)),
        (np.longdouble(2.5), np.longdouble(2.5)),
    ],
)
def test_a_number_becomes_a_float_and_other_precisions_stay(value, expected):
    assert as_leaf(value) == expected
    assert type(as_leaf(value)) is type(expected)


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        ([1, 2], np.float64, (2,)),
        ([[True], [False]], np.float64, (2, 1)),
        (np.array(3), np.float64, ()),
        (np.array(3, np.float32), np.float32, ()),
        (np.zeros((0, 2), np.int8), np.float64, (0, 2)),
        (np.ones(2, np.complex64), np.complex64, (2,)),
        ((1, 2.5), np.float64, (2,)),
    ],
)
def test_an_array_like_becomes_an_array_of_reals(value, dtype, shape):
    found = as_leaf(value)
    assert (found.dtype, found.shape) == (dtype, shape)
    assert np.array_equal(found, value)


def test_a_float_array_is_not_copied():
    x = np.ones(3)
    assert as_leaf(x) is x


def test_active_values_are_foreign_and_numbers_and_arrays_are_not():
    seen = []
    record(lambda x: seen.append(is_foreign(x)) or as_leaf(x) * 2, 1.0)
    assert seen == [True]
    for value in (1, 1.0, np.ones(2), np.float64(1), [1], "a", None, Fraction(1, 2)):
        assert not is_foreign(value)


# -- dataclasses, named tuples, and what stays as it is ------------------------------------------------


class Activation(IntEnum):
    TANH = 1


@dataclass(frozen=True)
class Layer:
    w: np.ndarray
    b: float
    name: str = "dense"
    width: int = 2
    activation: object = np.tanh
    mask: np.ndarray | None = None
    kind: Activation = Activation.TANH


@dataclass(slots=True)
class Net:
    layers: list[Layer]
    labels: list[str]
    scale: float


class Scaled(NamedTuple):
    x: np.ndarray
    times: int
    unit: str


LAYER = Layer(np.ones(2), 3)


def test_the_numbers_of_a_dataclass_are_leaves_and_the_rest_of_it_stays():
    parts, structure = flatten(Net([LAYER, replace(LAYER, mask=np.zeros(2))], ["a", "b"], 0.5))
    assert [np.shape(part) for part in parts] == [(2,), (), (2,), (), (2,), ()]
    again = structure.build(list("wbWBmx"))
    assert again == Net(
        [replace(LAYER, w="w", b="b"), replace(LAYER, w="W", b="B", mask="m")], ["a", "b"], "x"
    )
    assert type(again.layers[0]) is Layer


def test_a_whole_number_is_a_size_where_it_is_declared_as_one_and_a_number_elsewhere():
    assert flatten(replace(LAYER, b=3, width=7))[0][1:] == [3]
    parts, structure = flatten(Scaled(np.ones(2), 3, "m"))
    assert (len(parts), structure.build([0.0])) == (1, Scaled(0.0, 3, "m"))


def test_a_dataclass_is_rebuilt_without_its_own_checks():
    @dataclass(frozen=True)
    class Positive:
        x: float

        def __post_init__(self):
            if self.x <= 0:
                raise ValueError("not positive")

    _, structure = flatten(Positive(1.0))
    assert structure.build([-1.0]).x == -1.0


def test_none_is_no_leaf_inside_a_container_and_empty_containers_stay():
    value = {"z": 1.0, "none": None, "a": [], "t": (), "d": {}, "l": [None, 2.0]}
    parts, structure = flatten(value)
    assert parts == [1.0, 2.0]
    assert structure.build(parts) == value
    assert list(structure.build(parts)) == list(value)
    assert flatten(None) == ([None], Structure())


def test_structures_with_other_constants_differ():
    assert flatten(LAYER)[1] == flatten(replace(LAYER, w=np.zeros(5)))[1]
    assert flatten(LAYER)[1] != flatten(replace(LAYER, width=3))[1]


def test_a_class_is_no_container():
    assert not is_container(Layer)
    assert is_container(LAYER)
    assert not is_container(np.ones(2))


def test_the_leaves_of_a_value_nested_likewise_are_found_and_none_stands_for_many():
    _, structure = flatten({"a": [np.ones(2), LAYER], "b": (0.5, "x"), "c": Line(1.0, 2.0)})
    assert structure.leaves_of({"c": (5, 6), "a": [1, replace(LAYER, w=2, b=3)], "b": (4, 4.5)}) == [
        1, 2, 3, 4, 4.5, 5, 6
    ]  # fmt: skip
    assert structure.leaves_of({"a": [1, None], "b": None, "c": Line(5, None)}) == [
        1, None, None, None, None, 5, None
    ]  # fmt: skip
    assert structure.leaves_of(None) == [None] * 7


@pytest.mark.parametrize(
    ("like", "value", "message"),
    [
        ({"a": 1.0}, {"b": 1.0}, r"not a dict with the keys \['a'\]"),
        ([np.ones(1)], [1, 2], "not a list of 1"),
        ((np.ones(1), 2.0), 3.0, "not a tuple of 2"),
        (LAYER, {"w": 1}, "not of type Layer"),
    ],
)
def test_a_value_nested_otherwise_is_refused(like, value, message):
    with pytest.raises(ValueError, match=message):
        flatten(like)[1].leaves_of(value)
