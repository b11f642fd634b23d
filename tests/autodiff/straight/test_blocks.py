"""Stretches: blocks of long arrays, whole short ones, and powers as NumPy takes them."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff.straight.blocks import POWERS
from diffkit.autodiff.straight.cuts import BLOCK
from diffkit.autodiff.straight.program import Program


def assert_same(f, *point):
    program = Program(dk.record(f, *point), list(point))
    found, right = program(list(point)), f(*point)
    for one, other in zip(found, right if isinstance(right, tuple) else (right,), strict=True):
        assert np.array_equal(one, other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
    return program


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, 1.5, 2.0, -1.0, 1.0])
def test_powers_have_the_bits_of_the_operator(exponent):
    assert_same(lambda x: (x + 0) ** exponent, np.random.default_rng(0).uniform(0.1, 9, 5000))


def test_the_powers_of_the_table_are_those_that_numpy_has_functions_for():
    x = np.random.default_rng(0).uniform(0.1, 9, 100_000)
    for exponent, function in POWERS.items():
        assert np.array_equal(x**exponent, function(x))


@pytest.mark.parametrize("size", [64, BLOCK, 2 * BLOCK, 2 * BLOCK + 1, 5 * BLOCK + 3])
def test_every_length_of_an_array_is_gone_through_once(size):
    program = assert_same(
        lambda x: (np.sin(x) * x, np.sum(np.sin(x)), np.mean(x * x)), np.arange(float(size))
    )
    assert ("for s" in program.text) == (size > 2 * BLOCK)


SHAPES = [
    ((300, 200), (200,)), ((300, 200), (300, 1)), ((300, 200), (1, 200)), ((30, 40, 50), (40, 1)),
    ((40_000, 1), (1,)), ((2, 30_000), (2, 1)),
]  # fmt: skip


@pytest.mark.parametrize("shapes", SHAPES)
def test_operands_that_are_repeated_are_cut_along_the_first_axis_where_they_have_it(shapes):
    A, b = (np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes))
    assert_same(lambda A, b: np.sin(A * 2) + np.cos(b) * A, A, b)


def test_arrays_in_another_order_are_read_as_they_lie():
    A = np.random.default_rng(0).normal(size=(200, 300))
    assert_same(lambda A: np.sin(A.T) * 2 + A.T, A)
    assert_same(lambda A: np.sin(A[:, ::2]) * 2, A)


def test_a_value_that_leaves_a_stretch_and_one_that_is_overwritten_in_it_are_kept_apart():
    f = lambda x: (np.sin(x) + 1, np.sqrt(np.sin(x) + 1) * x, np.sum((np.sin(x) + 1) * 3) * x)
    for size in (100, 50_000):
        assert_same(f, np.linspace(0, 1, size))


def test_masks_and_functions_without_a_place_for_the_result_work_block_by_block():
    f = lambda x: np.where((x > 0.2) & (x < 0.8), np.maximum(x, 0.5), np.exp(x)) * 2
    for size in (100, 50_000):
        assert_same(f, np.linspace(0, 1, size))


def test_single_precision_stays_single():
    assert_same(lambda x: np.sin(x) * 2.5 + x**2, np.linspace(0, 1, 50_000, dtype=np.float32))
