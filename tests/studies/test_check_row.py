"""Verdicts on single numbers and on whole arrays, from numbers that are made up to show them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from diffkit.structure import flatten_arguments
from diffkit.studies.check_row import Leaf, component, findings, places


def verdict(given, expected, tolerance=1e-12, trouble="", count=3):
    return component((), "x", given, expected, tolerance, trouble, count)


@pytest.mark.parametrize(
    ("given", "expected", "tolerance", "trouble", "status", "ok"),
    [
        (1.0, 1.0, 0.0, "", "ok", True),
        (1.0, 1.5, 0.5, "", "ok", True),
        (1.0, 1.5, 0.4, "", "wrong", False),
        (math.nan, 1.0, 1.0, "", "wrong", False),
        (5.0, 1.0, math.inf, "noise of about 1e+02", "undecided", None),
        (5.0, math.nan, 1.0, "", "undecided", None),
        (5.0, 0.0, 1.0, "a corner at x is suspected", "not differentiable", None),
        (5.0, 0.0, 1.0, "noise of about 1e-05 in the values of f limits the digits", "wrong", False),
    ],
)
def test_the_status_follows_from_error_tolerance_and_trouble(given, expected, tolerance, trouble, status, ok):
    found = verdict(given, expected, tolerance, trouble)
    assert (found.status, found.ok) == (status, ok)


@pytest.mark.parametrize(
    ("given", "note"),
    [
        (-3.0, "the sign is flipped"),
        (6.0, "2 times what is expected"),
        (1.5, "a factor 2 is missing"),
        (-1.5, "a factor -2 is missing"),
        (0.75, "a factor 4 is missing"),
        (0.0, "given is 0: the term is missing"),
        (3.1, ""),
        (3.0 * (1 + 1e-9), "agrees to 9 digits"),
        (3.0 * (1 - 4e-6), "agrees to 5 digits"),
        (30.0, "10 times what is expected (10 is the number of inputs: sum or mean?)"),
        (0.3, "a factor 10 is missing (10 is the number of inputs: mean or sum?)"),
    ],
)
def test_a_factor_is_named_where_it_is_clear(given, note):
    assert verdict(given, 3.0, count=10).note == note
    assert verdict(given, 3.0, count=10).factor == given / 3


def test_no_factor_is_read_out_of_loose_numbers():
    found = verdict(6.0, 3.0, tolerance=0.5)
    assert (found.status, found.factor, found.note) == ("wrong", None, "")
    assert verdict(1.0, 0.0).note == "should be 0"


def leaf(name, given, expected):
    given, expected = np.asarray(given, float), np.asarray(expected, float)
    return Leaf(name, given, expected, np.full(given.shape, 1e-9), np.abs(given - expected) > 1e-9)


@pytest.mark.parametrize(
    ("given", "expected", "words"),
    [
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], "looks transposed"),
        ([[1, 4, 2], [5, 3, 6]], [[1, 2, 3], [4, 5, 6]], "looks filled column by column"),
        ([3, 2, 1], [1, 2, 3], "looks reversed"),
        ([4, 1, 2, 3], [1, 2, 3, 4], "looks shifted by one place"),
        ([2, 3, 4, 1], [1, 2, 3, 4], "looks shifted by one place"),
    ],
)
def test_an_order_is_recognized(given, expected, words):
    assert findings([leaf("x", given, expected)]) == [f"the gradient of x {words}"]


def test_one_factor_for_all_is_said_and_different_ones_are_not():
    all_of = "all of the gradient of x is 0.5 times what is expected"
    assert findings([leaf("x", [0.5, 1, 0, 2], [1, 2, 0, 4])]) == [all_of]
    assert findings([leaf("x", [0.5, 1, 0, 3], [1, 2, 0, 4])]) == []
    assert findings([leaf("x", [0.5, 2], [1, 2])]) == []
    assert findings([leaf("x", 0.5, 1.0)]) == []


def test_swapped_arrays_need_to_be_wrong_and_of_one_shape():
    a, b = [1.0, 2.0, 4.0], [5.0, 1.0, 7.0]
    assert findings([leaf("a", b, a), leaf("b", a, b)]) == ["the gradients of a and b look swapped"]
    assert findings([leaf("a", a, a), leaf("b", b, b)]) == []
    assert findings([leaf("a", [5.0, 1.0], [1.0, 2.0]), leaf("b", 1.0, 3.0)]) == []


def test_paths_go_through_every_kind_of_container():
    @dataclass
    class Layer:
        w: object
        b: float

    structure = flatten_arguments(({"a": [np.ones(2), Layer(np.ones(1), 0.5)]}, 1.0))[1]
    assert places(structure, ["p", "q"]) == [
        ((0, "a", 0), "p['a'][0]"),
        ((0, "a", 1, "w"), "p['a'][1].w"),
        ((0, "a", 1, "b"), "p['a'][1].b"),
        ((1,), "q"),
    ]
