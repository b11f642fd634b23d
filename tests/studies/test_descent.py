"""The loop of gradient descent, against the same loop written out."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.studies.descent import batches, descend


def square(leaves, samples):
    return leaves[0] ** 2, [2 * leaves[0]]


def test_a_step_is_the_rate_times_the_gradient():
    path = descend(square, [5.0], 0.5, 2)
    assert path.points.tolist() == [[5.0], [0.0], [0.0]]
    assert path.values.tolist() == [25.0, 0.0, 0.0]
    assert path.gradients.tolist() == [[10.0], [0.0], [0.0]]


def test_no_epochs_are_the_start_alone():
    path = descend(square, [5.0], 0.5, 0)
    assert (path.points.tolist(), path.status) == ([[5.0]], "ran")


def test_it_stops_at_the_first_gradient_that_is_no_longer_than_the_tolerance():
    path = descend(square, [8.0], 0.25, 100, tolerance=1.0)
    assert (path.points.ravel().tolist(), path.status) == ([8.0, 4.0, 2.0, 1.0, 0.5], "converged")


@pytest.mark.parametrize("start", [1e150, np.float64(1e150)])
def test_it_ends_at_the_last_finite_row_where_it_diverges(start):
    path = descend(lambda at, _: (at[0] ** 2, [4 * at[0] ** 1.5]), [start], 1.0, 10)
    assert path.status == "diverged"
    assert np.isfinite(path.points).all()
    assert np.isfinite(path.values).all()


def test_what_f_raises_is_passed_on():
    def broken(leaves, samples):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        descend(broken, [1.0], 0.1, 1)


def test_leaves_of_any_shape_lie_side_by_side_in_a_row():
    path = descend(lambda at, _: (0.0, [np.ones((2, 2)), 1.0]), [np.zeros((2, 2)), 5.0], 1.0, 1)
    assert path.points.tolist() == [[0, 0, 0, 0, 5], [-1, -1, -1, -1, 4]]


def test_each_epoch_takes_each_sample_once_in_an_order_of_its_own():
    x = np.arange(10.0)
    rng = np.random.default_rng(3)
    orders = [np.concatenate([part[0] for part in batches([x], 4, rng)]) for _ in range(2)]
    assert [np.sort(order).tolist() for order in orders] == [x.tolist()] * 2
    assert orders[0].tolist() != orders[1].tolist()
    sizes = [len(part[0]) for part in batches([x], 4, rng)]
    assert sizes == [4, 4, 2]


def test_mini_batches_step_once_a_batch_and_rows_are_of_all_samples():
    x = np.arange(6.0)

    def mean(leaves, samples):
        return np.mean((leaves[0] - samples[0]) ** 2), [np.mean(2 * (leaves[0] - samples[0]))]

    path = descend(mean, [1.0], 0.1, 2, data=[x], batch=2, seed=7)
    rng, w = np.random.default_rng(7), 1.0
    for row in path.points[1:, 0]:
        order = rng.permutation(6)
        for part in order.reshape(3, 2):
            w = w - 0.1 * np.mean(2 * (w - x[part]))
        assert row == w
    assert path.values[-1] == np.mean((w - x) ** 2)


def test_what_f_raises_on_the_way_ends_it_and_the_way_stays():
    """A training of a day was lost with its last epoch."""

    def ask(leaves, samples):
        if leaves[0] < 2:
            raise LookupError("no\n data there")
        return square(leaves, samples)

    path = descend(ask, [8.0], 0.25, 100)
    assert path.points.ravel().tolist() == [8.0, 4.0, 2.0]
    assert (path.status, path.reason) == ("failed", "LookupError: no data there")


def test_what_f_raises_at_the_start_is_passed_on_and_an_interrupt_always_is():
    def ask(leaves, samples):
        if leaves[0] < 2:
            raise KeyboardInterrupt
        return square(leaves, samples)

    with pytest.raises(KeyboardInterrupt):
        descend(ask, [8.0], 0.25, 100)
    with pytest.raises(ZeroDivisionError):
        descend(lambda *_: 1 / 0, [8.0], 0.25, 100)
