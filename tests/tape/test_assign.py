"""Assignment into active arrays: the numbers of NumPy, and derivatives right in both modes and orders."""

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import grad, jvp
from diffkit.errors import LostHistoryError, NoRuleError

X = np.array([1.0, 2.0, 3.0])


def an_element(x):
    y = x * x
    y[0] = 10 * x[1]
    y *= 2
    return np.sum(y)


def a_loop_into_zeros(x):
    y = np.zeros_like(x)
    for i in range(3):
        y[i] = x[i] ** 2 + (y[i - 1] if i else 0)
    return np.sum(np.sin(y))


def rows_and_views(x):
    table = np.zeros_like(np.outer(x, x))
    table[0] = x
    table[1] = table[0] * x
    table[2, :2] = table[1, 1:]
    row = table[2]
    row[2] = x[0] * x[1]
    row *= x
    return np.sum(table**2)


def its_own_argument(x):
    x += 1
    x[0] *= x[1]
    return np.sum(x**2)


def repeated_indices(x):
    y = x.copy()
    y[[0, 0, 1]] = np.stack([x[0], x[1], x[2]]) * 2
    return np.sum(y * x)


def a_mask(x):
    y = x**2
    y[x > 1.5] = 0.0
    y[~(x > 1.5)] -= x[2]
    return np.sum(y * x)


def a_view_read_before_and_written_after(x):
    part = x[1:]
    total = np.sum(part)
    part += x[:2]
    return total * np.sum(x) + np.sum(part**3)


def rows_of_a_loop(x):
    table = np.outer(x, x)
    for row in table:
        row /= np.sum(row)
    return np.sum(table**3) + table[0, 1] * x[0]


def numbers_and_broadcasts(x):
    y = np.ones_like(np.outer(x, x))
    y[:, 1] = 3.0
    y[1:] -= x
    y[..., 0] **= 2
    return np.sum(y**2)


def a_reading_of_each_version(x):
    y = x * 1.0
    first = y * x
    y[1] = x[0]
    second = y * x
    y[1] = 7.0
    return np.sum(first * second * y)


def an_older_row_assigned_to_all_of_it(x):
    older = np.exp(x)
    y = x * 1.0
    between = y * y
    y[...] = older
    older *= x
    return np.sum(between * y + older)


def added_at_repeated_indices(x):
    y = x * x
    np.add.at(y, [0, 2, 0, 1, 0], np.sin(x)[[0, 1, 2, 1, 0]] * x[2])
    np.subtract.at(y, [1, 1], x[0] ** 3)
    np.add.at(y, [2, 2], 0.5)
    return np.sum(y**2 * x)


def a_histogram_of_weights(x):
    y = np.zeros_like(x)
    np.add.at(y, np.array([1, 1, 2]), np.exp(x))
    return np.sum(y**2)


def added_at_rows_masks_and_views(x):
    table = np.outer(x, x)
    np.add.at(table, ([0, 0, 2], slice(1, None)), x[1:] ** 2)
    np.subtract.at(table, (slice(None), [0, 0]), x[:, None])
    np.add.at(table[1], x > 1.5, x[0])
    before = table[1] * x
    np.subtract.at(table[1], 2, before[0])
    return np.sum(table**3) + np.sum(before)


PROGRAMS = [
    an_element, a_loop_into_zeros, rows_and_views, its_own_argument, repeated_indices, a_mask,
    a_view_read_before_and_written_after, rows_of_a_loop, numbers_and_broadcasts, a_reading_of_each_version,
    an_older_row_assigned_to_all_of_it, added_at_repeated_indices, a_histogram_of_weights,
    added_at_rows_masks_and_views,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS)
def test_programs_that_assign_are_differentiated_in_both_modes_and_orders(f):
    right = dk.gradient(lambda x: f(x.copy()), X, method="complex-step")
    gradient = grad(f)(X)
    assert gradient == pytest.approx(right, rel=1e-12, abs=1e-12)
    assert [jvp(f, (X,), (e,))[1] for e in np.eye(3)] == pytest.approx(gradient, rel=1e-13, abs=1e-13)
    second = dk.hessian(f, X)
    assert second == pytest.approx(dk.hessian(f, X, method="dual"), rel=1e-12, abs=1e-12)
    assert second == pytest.approx(dk.jacobian(grad(f), X, method="central"), rel=1e-6, abs=1e-6)
    assert X.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("f", PROGRAMS)
def test_programs_that_assign_replay_at_other_points(f):
    assert dk.record(f, X).replay(X + 0.25) == pytest.approx(f(X + 0.25), rel=1e-14)


def test_an_assignment_is_a_row_of_the_tape():
    def f(x):
        y = x * 2
        y[0] = x[1]
        return y

    assert str(dk.record(f, X)).splitlines()[2:4] == ["v2 = v0[1]", "v3 = y = put(v1, v2, key=0)"]


@pytest.mark.parametrize("D", [grad, lambda f: lambda x: jvp(f, (x,), (x,))[1]], ids=["reverse", "forward"])
def test_a_view_that_numpy_would_see_changed_is_an_error_and_not_a_wrong_number(D):
    def f(x):
        y = x * 1.0
        part = y[:2]
        y[0] = x[2]
        return np.sum(part)

    with pytest.raises(LostHistoryError, match="take the view again"):
        D(f)(X)


@pytest.mark.parametrize("view", [np.transpose, np.ravel, lambda y: y.reshape(3, 1)])
def test_assigning_into_a_view_that_is_not_followed_is_refused(view):
    def f(x):
        y = x * 2
        view(y)[0] = 1.0
        return np.sum(y)

    with pytest.raises(LostHistoryError, match="shares memory with its operand"):
        grad(f)(X)


def test_a_plain_array_cannot_take_an_active_value_and_says_what_to_write():
    def f(x):
        y = np.zeros(3)
        y[0] = x[0]
        return np.sum(y)

    with pytest.raises(
        LostHistoryError, match=r"np\.zeros_like\(x\).*line \d+ of test_assign\.py \(y\[0\] = x\[0\]\)"
    ):
        grad(f)(X)


def test_the_gradient_of_what_is_added_at_an_index_is_gathered_there():
    def f(x, b):
        np.add.at(x, [0, 2, 0], b)
        return x @ np.array([1.0, 10.0, 100.0])

    x_bar, b_bar = grad(f, argnums=(0, 1))(X.copy(), np.ones(3))
    assert (x_bar.tolist(), b_bar.tolist()) == ([1.0, 10.0, 100.0], [1.0, 100.0, 1.0])


def test_active_whole_numbers_are_an_index_into_a_plain_array_too():
    def f(x):
        counts = np.zeros(3)
        np.add.at(counts, np.argsort(-x)[:2], 1.0)
        return np.sum(counts * x)

    assert grad(f)(X).tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.multiply.at(x, [0, 0], 2.0),
        lambda x: np.negative.at(x, [0]),
        lambda x: np.add.at(np.zeros(3), [0, 0], x[:2]),
        lambda x: np.add.at(x[0], (), 1.0),
    ],
)
def test_what_cannot_be_added_up_in_place_says_what_to_write(f):
    with pytest.raises(NoRuleError, match=r"\.at writes .* np\.add\.at .* np\.zeros_like\(x\).*bincount"):
        grad(lambda x: f(x) or np.sum(x))(X)


def test_a_tensor_is_added_to_in_place():
    x = dk.tensor(X, requires_grad=True)
    added_at_repeated_indices(x).backward()
    assert x.grad.numpy() == pytest.approx(grad(added_at_repeated_indices)(X), rel=1e-14)


def test_what_does_not_fit_is_refused_as_numpy_refuses_it():
    with pytest.raises(TypeError, match="does not support item assignment"):
        grad(lambda x: x.__setitem__(0, 1.0))(2.0)
    with pytest.raises(ValueError, match="could not broadcast"):
        grad(lambda x: x.__setitem__(slice(2), X))(X)
    with pytest.raises(ValueError, match="cannot write a result of shape"):
        grad(lambda x: x.__iadd__(np.ones((2, 3))))(X)


def test_single_precision_stays_when_double_is_added_in_place():
    def f(x):
        x += np.ones(3)
        return np.sum(x * x)

    assert grad(f)(X.astype(np.float32)).dtype == np.float32


def test_a_number_is_rebound_and_not_written_into():
    def f(x):
        y = x
        y += 1.0
        return x * y

    assert grad(f)(2.0) == 5.0
