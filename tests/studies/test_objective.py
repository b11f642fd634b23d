"""What a descent goes down, whoever differentiates it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from diffkit.api import Problem
from diffkit.errors import ArgumentsError
from diffkit.functions import parse
from diffkit.methods import own_methods
from diffkit.studies.objective import Mean, Shaped, Whole, asker, hessian_at, number_names, samples_of


def loss(w, b, x, y):
    return (w * x + b - y) ** 2


SAMPLES = [np.arange(4.0), np.array([1.0, 2.0, 0.0, 5.0])]


def asked(method, gradient=None):
    problem = Problem(Mean(loss, SAMPLES), (2.0, 1.0), method, {})
    whole = Whole(loss, problem.structure, 2)
    return asker(whole, problem, gradient), problem


@pytest.mark.parametrize("method", [name for name in own_methods() if name not in ("forward", "backward")])
def test_every_method_gives_the_mean_gradient_over_the_samples_it_is_asked_for(method):
    ask, _ = asked(method)
    for part in (slice(None), slice(1, 3)):
        x, y = (samples[part] for samples in SAMPLES)
        value, gradient = ask([2.0, 1.0], [x, y])
        rest = 2 * x + 1 - y
        assert value == pytest.approx(np.mean(rest**2), rel=1e-15)
        assert gradient == pytest.approx([np.mean(2 * rest * x), np.mean(2 * rest)], rel=1e-8)


def test_a_gradient_by_hand_is_asked_as_f_is():
    def by_hand(w, b, x, y):
        return np.mean(2 * (w * x + b - y) * x), np.mean(2 * (w * x + b - y))

    hand, reverse = asked("reverse", by_hand)[0], asked("reverse")[0]
    assert hand([2.0, 1.0], SAMPLES)[1] == pytest.approx(reverse([2.0, 1.0], SAMPLES)[1], rel=1e-15)


def test_a_gradient_by_hand_of_another_shape_is_refused():
    ask, _ = asked("reverse", lambda w, b, x, y: np.ones(3))
    with pytest.raises(ArgumentsError, match=r"parts of shape \[\(3,\)\], and the start has \[\(\), \(\)\]"):
        ask([2.0, 1.0], SAMPLES)


def test_a_mean_takes_the_parameters_alone():
    mean = Mean(loss, SAMPLES)
    assert list(inspect.signature(mean).parameters) == ["w", "b"]
    assert mean(2.0, 1.0) == np.mean(loss(2.0, 1.0, *SAMPLES))
    assert Mean(np.multiply, [np.ones(3)])(2.0) == 2.0


def test_shapes_are_given_back_to_a_flat_array():
    parts = Shaped([(2, 2), (), (1,)])(np.arange(6.0))
    assert [np.shape(part) for part in parts] == [(2, 2), (), (1,)]
    assert np.concatenate([np.ravel(part) for part in parts]).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_hessian_is_one_matrix_over_all_leaves():
    def f(a, v):
        return a**2 * v[0] + v[0] * v[1]

    problem = Problem(f, (3.0, np.array([2.0, 5.0])), "reverse", {})
    found = hessian_at(problem, [3.0, np.array([2.0, 5.0])])
    assert found.tolist() == [[4, 6, 0], [6, 0, 1], [0, 1, 0]]


def test_the_hessian_of_very_many_parameters_is_not_asked_for():
    problem = Problem(lambda v: np.sum(v**2), (np.ones(31),), "reverse", {})
    assert hessian_at(problem, [np.ones(31)]) is None


def test_a_hessian_that_the_method_does_not_find_is_none():
    problem = Problem(lambda x: x**2 if x > 0 else x, (1.0,), "symbolic", {})
    assert hessian_at(problem, [1.0]) is None


def test_each_number_has_a_name():
    problem = Problem(lambda w, b: w @ w + b, (np.ones(2), 1.0), "reverse", {})
    assert number_names(problem) == ["w[0]", "w[1]", "b"]


def test_samples_are_arrays_of_one_length():
    assert [part.dtype for part in samples_of(([1, 2], [[1], [2]]), loss)] == [np.float64] * 2
    with pytest.raises(ArgumentsError, match=r"data has shapes \(2,\), \(3,\); write arrays with the same"):
        samples_of(([1, 2], [1, 2, 3]), loss)
    with pytest.raises(ArgumentsError, match=r"data has shapes \(\); write arrays"):
        samples_of((3.0,), loss)
    with pytest.raises(ArgumentsError, match="data= needs a Python function"):
        samples_of(([1.0],), parse("x^2"))
