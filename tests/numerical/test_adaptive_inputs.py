"""The adaptive method on functions of many inputs: every output and every column stops on its own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import NonScalarError, OptionError
from diffkit.numerical import Adaptive


def rosenbrock(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_the_gradient_of_rosenbrock_and_its_error():
    x = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    found = dk.gradient(rosenbrock, x, method="adaptive", full_output=True)
    assert np.all(abs(found.value - dk.gradient(rosenbrock, x)) <= found.error_estimate)
    assert np.all(found.error_estimate < 1e-8)


def test_the_hessian_of_rosenbrock_is_symmetric_and_its_error_holds():
    x = np.array([1.3, 0.7, 0.8])
    found = dk.hessian(rosenbrock, x, method="adaptive", full_output=True)
    assert np.array_equal(found.value, found.value.T)
    assert np.all(abs(found.value - dk.hessian(rosenbrock, x)) <= found.error_estimate + 1e-12)
    assert np.all(found.error_estimate < 1e-3)


def test_a_hessian_whose_axes_have_scales_far_apart():
    f = lambda v: np.exp(np.sin(1e6 * v[0]) * np.cos(v[1] / 1e6))
    x = np.array([3e-7, 4e5])
    found = dk.hessian(f, x, method="adaptive", full_output=True)
    assert np.all(abs(found.value - dk.hessian(f, x)) <= found.error_estimate)
    relative = abs(found.value / dk.hessian(f, x) - 1)
    assert np.all(relative < 1e-6)


def test_the_outputs_of_one_column_stop_each_on_its_own():
    f = lambda x: np.array([np.sin(x[0]), np.sin(1e5 * x[0]) * x[1], np.abs(x[1])])
    x = np.array([1.0, 0.0])
    found = dk.jacobian(f, x, method="adaptive", full_output=True)
    expected = np.array([[np.cos(1.0), 0], [0, np.sin(1e5)], [0, 0]])
    assert np.all(abs(found.value - expected) <= found.error_estimate)
    assert found.error_estimate[2, 1] >= 1
    assert found.error_estimate[0, 0] < 1e-12
    assert "a corner" in found.note


def test_the_shape_of_a_jacobian_and_of_its_errors():
    a, b = np.ones((2, 3)), np.float64(2)
    found = dk.jacobian(lambda a, b: np.sin(a.T) * b, a, b, method="adaptive", full_output=True)
    assert [np.shape(part) for part in found.value] == [(3, 2, 2, 3), (3, 2)]
    assert [np.shape(part) for part in found.error_estimate] == [(3, 2, 2, 3), (3, 2)]


def test_a_direction_costs_as_much_as_one_input():
    f = lambda x: np.array([np.sum(np.sin(x)), np.prod(x)])
    x, v = np.linspace(0.5, 1.5, 20), np.linspace(-1, 1, 20)
    found = Adaptive().directional(f, [x], [v])
    assert np.all(abs(found.value - dk.jacobian(f, x) @ v) <= found.error_estimate)
    assert found.evaluations < 40
    assert Adaptive().directional(f, [x], [0 * v]).value.tolist() == [0, 0]


def test_all_points_of_a_round_go_to_the_workers_at_once():
    rounds = []

    def workers(f, points):
        rounds.append(len(points))
        return map(f, points)

    x = np.linspace(0.5, 1.5, 6)
    for kind in ("jacobian", "hessian"):
        rounds.clear()
        plain = getattr(Adaptive(), kind)(rosenbrock, [x])
        found = getattr(Adaptive(workers=workers), kind)(rosenbrock, [x])
        assert np.array_equal(np.ravel(found.value), np.ravel(plain.value))
        assert found.evaluations == plain.evaluations == sum(rounds) + 1
        assert max(rounds) >= 2 * x.size


def test_vectorized_asks_once_for_each_round():
    x = np.linspace(0.5, 1.5, 6)
    together = lambda x: np.sum(np.sin(x) * x**2, axis=0)
    found = dk.gradient(together, x, method="adaptive", vectorized=True, full_output=True)
    assert np.all(abs(found.value - dk.gradient(together, x)) <= found.error_estimate)
    assert found.evaluations < 40


def test_a_worker_finds_the_edge_of_the_domain_too():
    f = lambda x: math.exp(x[0]) + math.sqrt(x[1])
    found = Adaptive(workers=map).jacobian(f, [np.array([0.0, 1e-9])])
    exact = np.array([1, 0.5 / math.sqrt(1e-9)])
    assert np.all(abs(found.value[0] - exact) <= found.error_estimate[0])


def test_the_columns_of_a_group_of_a_sparse_jacobian_share_the_calls():
    n = 30
    f = lambda x: np.sin(x) * np.roll(x, 1) + np.exp(np.roll(x, -1) / 1e3)
    pattern = np.eye(n) + np.roll(np.eye(n), 1, axis=1) + np.roll(np.eye(n), -1, axis=1)
    x = np.linspace(0.5, 1.5, n)
    found = dk.jacobian(f, x, method="adaptive", sparsity=pattern, full_output=True)
    assert np.all(abs(found.value.toarray() - dk.jacobian(f, x)) <= found.error_estimate.toarray())
    assert found.evaluations < dk.jacobian(f, x, method="adaptive", full_output=True).evaluations / 3
    assert found.value.nnz == 3 * n
    with pytest.raises(OptionError, match="sparsity is for a Jacobian"):
        Adaptive(sparsity=pattern).hessian(np.sum, [x])


def test_a_hessian_needs_a_scalar():
    with pytest.raises(NonScalarError):
        Adaptive().hessian(np.sin, [np.ones(2)])


def test_float32_leaves_give_float32_derivatives():
    x = np.float32([0.3, 0.4])
    found = dk.gradient(lambda v: np.sum(np.sin(v) ** 2), x, method="adaptive", full_output=True)
    assert found.value.dtype == np.float32
    assert np.all(abs(found.value - np.sin(2 * x.astype(float))) <= found.error_estimate)
