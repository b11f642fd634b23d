"""Programs of arrays: what their text says."""

from __future__ import annotations

import tracemalloc

import numpy as np

import diffkit as dk
from diffkit.autodiff.straight.arrays import Writer
from diffkit.autodiff.straight.kinds import kinds_of
from diffkit.autodiff.straight.tidy import tidied
from diffkit.autodiff.straight.written import Names


def written(f, *point):
    tape = dk.record(f, *point)
    tape = tidied(tape, kinds_of(tape, list(point)))
    writer = Writer(tape, kinds_of(tape, list(point)), Names())
    return writer, writer.text()


def test_what_is_added_to_a_part_is_added_in_place():
    f = lambda x: np.sum(np.sin(x[1:]) * np.cos(x[:-1]))
    _, text = written(dk.grad(f), np.ones(1000))
    assert text.count("fill(0)") == 1
    assert text.count("+=") == 1
    assert text.count("...") == 0  # no copy


def test_an_addition_into_an_array_that_is_read_again_is_done_in_a_copy():
    def f(x):
        y = np.exp(x)
        return np.sum(y[1:] ** 2) + np.sum(np.sin(x)) + np.sum(y) * np.sum(x)

    x = np.random.default_rng(0).normal(size=300)
    assert np.array_equal(dk.autodiff.compile(f)(x)[1], dk.value_and_grad(f)(x)[1])


def test_matrix_products_go_into_buffers_and_arrays_are_let_go():
    W = np.random.default_rng(0).normal(size=(30, 30))
    _, text = written(lambda x: np.sum((np.sort(x @ W, axis=0) @ W) @ W), np.ones((30, 30)))
    assert text.count("out=w") == 3
    assert "del " in text


def test_buffers_take_turns_along_a_chain_of_products():
    def f(x):
        for _ in range(20):
            x = np.tanh(x @ np.eye(30))
        return x

    writer, _ = written(f, np.ones((30, 30)))
    assert len(writer.buffers.views) >= 20
    assert len(writer.buffers.sizes) <= 4


def test_a_long_array_needs_memory_for_its_gradient_and_a_few_blocks():
    n = 1_000_000
    both = dk.autodiff.compile(lambda x: np.sum(np.sin(x) ** 2 + x * np.exp(-x)), np.ones(n))
    x = np.linspace(0, 1, n)
    both(x)
    tracemalloc.start()
    found = both(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[1].nbytes <= peak < 1.1 * found[1].nbytes
