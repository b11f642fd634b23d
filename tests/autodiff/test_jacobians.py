"""Jacobians and Hessians: of every shape, by whichever mode is cheaper, in batches that fit the memory."""

import math

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import custom_rule, grad, hessian, hvp, jacobian, jacobians, jvp, vjp
from diffkit.errors import NoRuleError

X = np.array([0.3, 0.5, 0.7])


@pytest.mark.parametrize("shape", [(), (2,), (3, 4), (0,), (1, 1)])
@pytest.mark.parametrize("to", [(), (5,), (2, 3), (0, 2)])
def test_the_jacobian_has_the_shape_of_the_result_and_then_of_the_argument(shape, to):
    x = np.linspace(0.1, 0.9, int(np.prod(shape))).reshape(shape)
    weights = np.random.default_rng(0).normal(size=to + shape)
    f = lambda x: np.sum(weights * np.sin(x), axis=tuple(range(len(to), len(to) + len(shape))))
    assert jacobian(f)(x) == pytest.approx(weights * np.cos(x))
    assert np.shape(jacobian(f)(x)) == to + shape


def test_few_inputs_take_forward_mode_and_few_outputs_reverse(monkeypatch):
    taken = []
    for name in ("rows", "columns"):
        original = getattr(jacobians, name)
        monkeypatch.setattr(jacobians, name, lambda *a, n=name, f=original: taken.append(n) or f(*a))
    jacobian(lambda x: np.outer(x, x))(X)
    jacobian(lambda x: np.sum(x**2))(X)
    assert taken == ["columns", "rows"]


@pytest.mark.parametrize("most", [1, 7, 2**22])
def test_batches_that_are_cut_give_the_same_jacobian(monkeypatch, most):
    monkeypatch.setattr(jacobians, "_MOST", most)
    x = np.linspace(0.1, 1.0, 6)
    f = lambda x: np.tanh(x[1:] * x[:-1])
    u = 1 - np.tanh(x[1:] * x[:-1]) ** 2
    right = np.zeros((5, 6))
    right[np.arange(5), np.arange(5)], right[np.arange(5), np.arange(5) + 1] = u * x[1:], u * x[:-1]
    assert jacobian(f)(x) == pytest.approx(right)
    assert jacobian(lambda x: np.concatenate([f(x), f(x)]))(x) == pytest.approx(np.vstack([right, right]))


@pytest.mark.parametrize("many", [0, 3])
@np.errstate(all="ignore")
def test_an_infinite_slope_stays_in_its_own_row_and_column(many):
    x = np.array([0.0, 4.0])
    g = lambda x: np.concatenate([np.sqrt(x), np.zeros(many)])  # with more results than inputs, forward mode
    right = np.concatenate([[[np.inf, 0], [0, 0.25]], np.zeros((many, 2))])
    assert np.array_equal(jacobian(g)(x), right)
    for k in range(2):
        assert np.array_equal(vjp(g, x)[1](np.eye(2 + many)[k])[0], right[k])
        assert np.array_equal(jvp(g, (x,), (np.eye(2)[k],))[1], right[:, k])


@pytest.mark.parametrize("kind", [tuple, list])
@pytest.mark.parametrize("many", [1, 4])
def test_parts_of_several_shapes_have_a_jacobian_each(kind, many):
    f = lambda x: kind([np.outer(np.ones(many), x**2), x[0], [x[0], 2 * x[2]], 1.0])
    found = jacobian(f)(X)
    assert type(found) is kind
    right = [np.broadcast_to(np.diag(2 * X), (many, 3, 3)), [1, 0, 0], [[1, 0, 0], [0, 0, 2]], [0, 0, 0]]
    for part, expected in zip(found, right, strict=True):
        np.testing.assert_allclose(part, expected)


@pytest.mark.parametrize("many", [1, 5])
def test_a_rule_for_one_mode_alone_chooses_the_mode(many):
    by_math = lambda f: lambda values: np.array([f(float(v)) for v in values])
    bent = lambda x, dot: by_math(math.cos)(x) * by_math(float)(dot)
    one_way = custom_rule(by_math(math.sin), vjp=lambda y, x: lambda y_bar: bent(x, y_bar))
    other_way = custom_rule(by_math(math.sin), jvp=lambda y, args, tangents: bent(*args, *tangents))
    for sine in (one_way, other_way):
        found = jacobian(lambda x: np.concatenate([sine(x)] * many)[-many:])(X)  # noqa: B023
        right = np.concatenate([np.diag(np.cos(X))] * many)[-many:]
        assert found == pytest.approx(right, rel=1e-15)
    with pytest.raises(NoRuleError, match="has no vjp, and its jvp cannot be transposed"):
        jacobian(lambda x: other_way(one_way(x)))(X)


def test_jacobians_nest():
    f = lambda x: np.array([x[0] * x[1], x[1] * x[2] ** 2])
    second = jacobian(jacobian(f))(X)
    assert second[0].tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert second[1] == pytest.approx(np.array([[0, 0, 0], [0, 0, 1.4], [0, 1.4, 1.0]]))


def test_hessian_hvp_and_the_jacobian_of_the_gradient_agree():
    f = lambda x: np.sum(np.sin(x) * np.prod(x)) + np.linalg.norm(x)
    found = hessian(f)(X)
    assert found == pytest.approx(found.T, rel=1e-12)
    assert found == pytest.approx(jacobian(grad(f))(X), rel=1e-12)
    v = np.array([1.0, -2.0, 0.5])
    assert hvp(f, (X,), (v,))[0] == pytest.approx(found @ v, rel=1e-12)
    assert jvp(grad(f), (X,), (v,))[1] == pytest.approx(found @ v, rel=1e-12)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x, y: x * x + y, ((2.0, 0.0), (0.0, 0.0))),
        (lambda x, y: 3 * x + y, ((0.0, 0.0), (0.0, 0.0))),
        (lambda x, y: x * x, ((2.0, 0.0), (0.0, 0.0))),
    ],
)
def test_a_gradient_may_be_constant_in_an_argument_or_in_all(f, expected):
    assert hessian(f, (0, 1))(1.0, 2.0) == expected
    assert dk.hessian(f, 1.0, 2.0) == expected


def test_single_precision_stays_single():
    x = X.astype(np.float32)
    assert jacobian(np.sin)(x).dtype == hessian(lambda x: np.sum(x**3))(x).dtype == np.float32


def test_a_program_that_decides_by_its_cotangent_is_swept_row_by_row():
    from diffkit.rules import array_rule, declare

    double = lambda x: x * 2
    operation = np.frompyfunc(double, 1, 1)
    try:
        array_rule(
            operation, (lambda x_dot, y, x: 2 * x_dot, lambda y_bar, y, x: 2 * y_bar if y_bar > 0 else 0.0)
        )
        f = lambda x: np.stack([operation(part) for part in x])
        assert jacobian(f)(np.array([1.0, 2.0, 3.0, 4.0])).tolist() == (2 * np.eye(4)).tolist()
    finally:
        declare._RULES.pop(operation)


@pytest.mark.parametrize(("count", "sweeps"), [(1, 1), (3, 3), (4, 1)])
def test_up_to_three_rows_take_a_sweep_each(monkeypatch, count, sweeps):
    from diffkit.autodiff import transforms

    seen = []
    pull_back = transforms.pull_back
    monkeypatch.setattr(transforms, "pull_back", lambda *a, **k: seen.append(1) or pull_back(*a, **k))
    x, A = np.linspace(0.1, 1.0, 5), np.arange(5.0 * count).reshape(count, 5)
    assert jacobian(lambda x: A @ x**2)(x) == pytest.approx(2 * A * x)
    assert len(seen) == sweeps
