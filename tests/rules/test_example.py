"""Every row is taken at its word: it holds for the calls that stand beside it, in both modes and orders."""

import numpy as np
import pytest

from diffkit.rules import rules
from diffkit.rules.example import Array, example

ROWS = [rule for rule in rules() if rule.partials is None]
EXAMPLES = [
    pytest.param(rule.function, shown, id=f"{rule.function.__name__}-{i}")
    for rule in ROWS
    for i, shown in enumerate(rule.examples)
]


@pytest.mark.parametrize(("function", "shown"), EXAMPLES)
def test_a_row_holds_for_the_calls_beside_it(function, shown, check_maps, program):
    f, shapes = program(function, shown)
    check_maps(f, *shapes)


@pytest.mark.parametrize("rule", ROWS, ids=lambda rule: rule.function.__name__)
def test_a_row_without_partials_brings_examples(rule):
    assert rule.examples


def test_an_example_is_a_call_with_the_arrays_marked(program):
    f, shapes = program(np.concatenate, example([Array(2), np.ones(1), Array(1)], axis=0))
    assert shapes == [(2,), (1,)]
    assert f(np.array([1.0, 2.0]), np.array([3.0])).tolist() == [1.0, 2.0, 1.0, 3.0]


def test_an_array_that_has_to_be_special_is_made_so(program):
    f, shapes = program(np.linalg.det, example(Array(2, 2, made=lambda a: a + 3 * np.eye(2))))
    assert (f(np.zeros((2, 2))), shapes) == (pytest.approx(9.0), [(2, 2)])
