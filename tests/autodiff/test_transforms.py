"""grad, vjp, jvp, jacobian, hessian, hvp: their shapes, their nesting, their errors."""

import math
from typing import NamedTuple

import mpmath
import numpy as np
import pytest

from diffkit.autodiff import grad, hessian, hvp, is_active, jacobian, jvp, value_and_grad, vjp
from diffkit.errors import ArgumentsError, LostHistoryError, NonScalarError, NoRuleError


def slope(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


MODES = pytest.mark.parametrize("D", [grad, slope], ids=["reverse", "forward"])
MIXES = pytest.mark.parametrize(
    ("D", "E"),
    [(grad, grad), (grad, slope), (slope, grad), (slope, slope)],
    ids=["reverse over reverse", "reverse over forward", "forward over reverse", "forward over forward"],
)

# -- nesting -----------------------------------------------------------------------------------------


@MIXES
def test_one_perturbation_is_not_taken_for_another(D, E):
    assert D(lambda x: x * E(lambda y: x + y)(1.0))(1.0) == 1.0
    assert D(lambda x: x * E(lambda y: x * y)(2.0))(4.0) == 8.0
    assert D(lambda x: E(lambda y: x * x * y)(x) + E(lambda y: y**3)(x))(2.0) == 16.0


@MIXES
def test_a_closure_that_escapes_a_derivative_is_differentiated_rightly(D, E):
    # Manzyuk et al. 2019: D_h f y = D(u -> f(y + u))(0), so D_h (D_h exp) = exp
    along = lambda D, f: lambda y: D(lambda u: f(y + u))(0.0)
    assert along(D, along(E, np.exp))(1.0) == np.e


@MIXES
def test_a_variable_that_a_derivative_changed_is_a_constant_for_the_next(D, E):
    def f(x):
        box = [x]

        def g(y):
            box[0] = box[0] * y
            return box[0]

        E(g)(1.0)
        return E(g)(1.0)

    assert D(f)(1.0) == 1.0


@MIXES
def test_derivatives_of_any_order_and_mix_agree_with_mpmath(D, E):
    f = lambda x: x * np.exp(np.sin(x))
    with mpmath.workdps(30):
        right = [float(mpmath.diff(lambda x: x * mpmath.exp(mpmath.sin(x)), 0.7, n)) for n in range(1, 7)]
    found, g = [], f
    for operator in (D, E, E, D, E, D):
        g = operator(g)
        found.append(g(0.7))
    assert found == pytest.approx(right, rel=1e-12)


def test_a_gradient_taken_inside_a_function_is_differentiated_with_it():
    inner = lambda v: np.sum(v**3)
    outer = lambda x: np.sum(grad(inner)(np.array([x, 2 * x])))  # 3 x^2 + 12 x^2
    assert grad(outer)(3.0) == 90.0
    assert slope(outer)(3.0) == 90.0


def test_only_the_derivative_in_progress_sees_an_active_value():
    seen = []
    grad(lambda x: seen.append(is_active(x)) or x * 1.0)(2.0)
    jvp(lambda x: seen.append(is_active(x)) or x * 1.0, (2.0,), (1.0,))
    assert seen == [True, True]
    assert not is_active(np.ones(2))


# -- shapes and nests --------------------------------------------------------------------------------


class Line(NamedTuple):
    w: np.ndarray
    b: float


W, B, X = np.array([1.0, 2.0]), 0.5, np.array([3.0, 4.0])


@pytest.mark.parametrize(
    ("f", "point", "right"),
    [
        (lambda p: p["w"] @ X + p["b"], {"w": W, "b": B}, {"w": X, "b": 1.0}),
        (lambda p: p[0] @ X + p[1], (W, B), (X, 1.0)),
        (lambda p: p[0] @ X + p[1], [W, B], [X, 1.0]),
        (lambda p: p.w @ X + p.b, Line(W, B), Line(X, 1.0)),
        (lambda p: p["a"][0] @ X * p["a"][1]["b"], {"a": [W, {"b": B}], "c": W}, None),
        (lambda p: np.sum(p * p), [1, 2], np.array([2.0, 4.0])),
        (lambda p: np.sum(p * p), [[1, 2], [3, 4]], np.array([[2.0, 4.0], [6.0, 8.0]])),
        (lambda p: p * p, 2, 4.0),
    ],
)
def test_a_gradient_is_nested_as_its_argument(f, point, right):
    found = grad(f)(point)
    if right is None:
        right = {"a": [B * X, {"b": float(W @ X)}], "c": np.zeros(2)}
    assert repr(found) == repr(right)


def test_the_result_may_be_nested_too():
    f = lambda x: {"square": x * x, "parts": (np.sum(x), [x])}
    y, pullback = vjp(f, X)
    assert y["square"].tolist() == [9.0, 16.0]
    ones = {"square": np.ones(2), "parts": (10.0, [np.zeros(2)])}
    assert pullback(ones)[0].tolist() == [16.0, 18.0]
    y_dot = jvp(f, (X,), (np.array([1.0, 0.0]),))[1]
    assert (y_dot["square"].tolist(), y_dot["parts"][0]) == ([6.0, 0.0], 1.0)


def test_argnums_choose_the_arguments():
    f = lambda x, y, z: x * y**2 * z**3
    assert grad(f)(2.0, 3.0, 1.0) == 9.0
    assert grad(f, argnums=1)(2.0, 3.0, 1.0) == 12.0
    assert grad(f, argnums=-1)(2.0, 3.0, 1.0) == 54.0
    assert grad(f, argnums=(2, 0))(2.0, 3.0, 1.0) == (54.0, 9.0)
    assert grad(f, argnums=[1])(2.0, 3.0, 1.0) == (12.0,)
    assert grad(lambda x, k=1.0: x * k)(2.0, k=5.0) == 5.0


def test_value_and_grad_gives_both_from_one_call_of_f():
    calls = []
    value, gradient = value_and_grad(lambda x: calls.append(1) or np.mean(x * x))(np.arange(4.0))
    assert (value, gradient.tolist(), len(calls)) == (3.5, [0, 0.5, 1, 1.5], 1)


@pytest.mark.parametrize("n", [1, 1000])
def test_a_gradient_costs_one_call_whatever_the_number_of_inputs(n):
    calls = []
    grad(lambda x: calls.append(1) or np.sum(np.sin(x)))(np.ones(n))
    assert len(calls) == 1


def test_a_pullback_may_be_called_any_number_of_times():
    _, pullback = vjp(lambda x, y: x * y, 3.0, 4.0)
    assert [pullback(1.0), pullback(2.0), pullback(1.0)] == [(4.0, 3.0), (8.0, 6.0), (4.0, 3.0)]


@pytest.mark.parametrize("shape_in", [(), (2,), (2, 3), (0,)])
@pytest.mark.parametrize("shape_out", [(), (2,), (3, 2), (7,)])
def test_a_jacobian_has_the_shape_of_the_result_and_then_of_the_argument(shape_in, shape_out):
    # 7 results of a few inputs take the forward passes, the others the reverse sweeps.
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=shape_in)[()], rng.normal(size=shape_out + shape_in)
    f = lambda x: np.sin(np.sum(weights * x, axis=tuple(range(len(shape_out), weights.ndim))))
    found = jacobian(f)(x)
    right = np.cos(np.sum(weights * x, axis=tuple(range(len(shape_out), weights.ndim))))
    assert np.shape(found) == weights.shape
    assert found == pytest.approx(weights * right.reshape(shape_out + (1,) * len(shape_in)))


def test_a_function_may_return_a_list_of_numbers_for_a_vector():
    f = lambda v: [v[0] * v[1], v[0] ** 2, 1.0]
    assert jacobian(f)(np.array([3.0, 4.0])).tolist() == [[4.0, 3.0], [6.0, 0.0], [0.0, 0.0]]
    assert jacobian(lambda v: [[v[0], 1.0], [2.0, v[1]]])(np.ones(2)).shape == (2, 2, 2)


def test_the_jacobian_of_several_arguments_is_a_tuple_and_of_a_nest_a_nest():
    f = lambda x, p: x * p["a"] + p["b"]
    by_x, by_p = jacobian(f, argnums=(0, 1))(X, {"a": 2.0, "b": W})
    assert by_x.tolist() == [[2.0, 0.0], [0.0, 2.0]]
    assert (by_p["a"].tolist(), by_p["b"].tolist()) == ([3.0, 4.0], [[1.0, 0.0], [0.0, 1.0]])


def test_the_hessian_of_the_textbook_function():
    f = lambda v: v[0] ** 2 * v[1] + v[1] + 2
    assert hessian(f)(np.array([3.0, 4.0])).tolist() == [[8.0, 6.0], [6.0, 0.0]]
    assert hessian(lambda x: x**3)(2.0) == 12.0
    survey = lambda x, y: np.log(x) + x * y - np.sin(y)
    blocks = hessian(survey, argnums=(0, 1))(2.0, 5.0)
    assert blocks == ((-0.25, 1.0), (1.0, pytest.approx(-0.9589242746631385)))


def test_the_hessian_of_a_matrix_argument_has_its_shape_twice():
    x = np.random.default_rng(0).normal(size=(2, 3))
    found = hessian(lambda x: np.sum(x**3))(x)
    assert found.shape == (2, 3, 2, 3)
    assert found.reshape(6, 6) == pytest.approx(np.diag(6 * x.ravel()))


def test_the_hessian_of_a_nest_is_nested_twice():
    found = hessian(lambda p: np.sum(p["a"]) ** 2 * p["b"])({"a": np.array([1.0, 2.0]), "b": 3.0})
    assert found["a"]["a"].tolist() == [[6.0, 6.0], [6.0, 6.0]]
    assert (found["a"]["b"].tolist(), found["b"]["a"].tolist(), found["b"]["b"]) == (
        [6.0, 6.0],
        [6.0, 6.0],
        0.0,
    )


def test_a_hessian_vector_product_is_the_product_without_the_hessian():
    rng = np.random.default_rng(0)
    x, v = rng.normal(size=(2, 4))
    f = lambda x: np.sum(np.sin(x) * np.roll(x, 1) ** 2)
    assert hvp(f, (x,), (v,))[0] == pytest.approx(hessian(f)(x) @ v)
    assert hvp(lambda x, y: np.sum(x) * y**2, (X, 3.0), (np.array([1.0, 0.0]), 1.0)) == (
        pytest.approx(np.array([6.0, 6.0])),
        20.0,
    )
    assert hvp(lambda p: p["a"] ** 2 * p["b"], ({"a": 1.0, "b": 2.0},), ({"a": 1.0, "b": 0.0},)) == (
        {"a": 4.0, "b": 2.0},
    )


@pytest.mark.parametrize("f", [lambda x: 3.0, lambda x: 3, lambda x: np.float64(3), lambda x: np.array(3.0)])
def test_a_constant_has_zero_derivatives_of_the_right_shape(f):
    for x in (1.0, X, np.ones((2, 2)), np.zeros(0)):
        assert np.array_equal(grad(f)(x), np.zeros(np.shape(x)))
        assert np.array_equal(hessian(f)(x), np.zeros(np.shape(x) * 2))
    assert jvp(f, (X,), (X,)) == (3.0, 0.0)


def test_a_constant_vector_has_a_zero_jacobian_of_the_right_shape():
    for f in (lambda x: np.ones(3), lambda x: [1.0, 2.0, 3.0]):
        assert np.array_equal(jacobian(f)(X), np.zeros((3, 2)))
        assert np.array_equal(jvp(f, (X,), (X,))[1], np.zeros(3))


@pytest.mark.parametrize("kind", [np.float32, np.longdouble])
def test_the_precision_of_the_argument_is_kept(kind):
    x = np.array([1.0, 2.0, 3.0], kind)
    f = lambda x: np.max(np.sin(x) * 2.0) + np.sum(x**2) / 3
    for found in (grad(f)(x), hessian(f)(x), jacobian(lambda x: x * x)(x), hvp(f, (x,), (x,))[0]):
        assert found.dtype == kind
    assert type(grad(np.sin)(kind(1))) is kind
    assert type(slope(np.sin)(kind(1))) is kind


def test_whole_numbers_are_promoted():
    assert grad(lambda x: x * x)(2) == 4.0
    assert grad(lambda x: x * 1.0)(True) == 1.0
    assert grad(lambda x: np.sum(x * x))(np.array([1, 2])).tolist() == [2.0, 4.0]
    assert jvp(lambda x: x * x, (np.array([1, 2]),), (np.array([1, 0]),))[1].tolist() == [2.0, 0.0]


@MODES
def test_a_number_of_no_dimension_gives_a_plain_float(D):
    assert type(D(lambda x: np.where(x > 0, x, 0.0))(3.0)) is float
    assert type(D(D(np.sinc))(0.0)) is float


def test_a_zero_dimensional_array_is_a_number():
    assert grad(lambda x: np.sum(x * x))(np.array(3.0)) == 6.0
    assert grad(lambda x: x[()] * x)(np.array(3.0)) == 6.0
    assert {type(grad(f)(np.array(3.0))) for f in (np.sin, lambda x: x * x)} == {float}


# -- conventions where there is no derivative, and branches ------------------------------------------


@MODES
def test_functions_with_corners_are_right_away_from_them(D):
    for f in (abs, lambda x: np.maximum(x, 0), lambda x: max(x, 0.0), lambda x: x if x > 0 else 0.0 * x):
        assert D(f)(2.0) == 1.0
    assert D(abs)(-2.0) == -1.0
    assert D(lambda x: max(x, 0.0))(-2.0) == 0.0


@MODES
def test_a_branch_loop_or_recursion_on_the_argument_is_followed(D):
    def newton(a):
        x = a
        while abs(x * x - a) > 1e-14 * a:
            x = (x + a / x) / 2
        return x

    factorial = lambda x: 1.0 if x < 1 else x * factorial(x - 1)
    assert D(newton)(3.0) == pytest.approx(0.5 / math.sqrt(3))
    assert D(factorial)(2.5) == 2.5 + 1.5


# -- errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f", [lambda x: x, lambda x: x[:0], lambda x: (x[0], x[1]), lambda x: {"a": x[0]}, lambda x: [1.0, 2.0]]
)
def test_a_gradient_of_something_that_is_not_a_scalar_is_an_error(f):
    with pytest.raises(NonScalarError, match="sum or average it, or use jacobian"):
        grad(f)(X)


def store(x):
    y = np.zeros(2)
    y[0] = x[0]
    return np.sum(y)


def store_all(x):
    y = np.zeros(2)
    y[:] = x
    return np.sum(y)


@pytest.mark.parametrize(
    ("f", "advice"),
    [
        (lambda x: math.sin(x[0]), r"use the NumPy function \(np.sin, not math.sin\)"),
        (lambda x: float(x[0]), "np.sin, not math.sin"),
        (lambda x: int(x[0]), "np.floor or np.round"),
        (lambda x: np.float64(x[0]), "leave the dtype out"),
        (lambda x: np.sum(np.array([x[0], x[1]], dtype=float)), "leave the dtype out"),
        (lambda x: {x[0]: 1}[x[0]], "dictionary key"),
        (store, r"np.array\(\[...\]\) or np.where"),
        (store_all, r"leave the dtype out|np.where"),
    ],
)
def test_losing_the_history_is_an_error_with_advice_in_both_modes(f, advice):
    for derivative in (lambda: grad(f)(X), lambda: jvp(f, (X,), (X,))):
        with pytest.raises(LostHistoryError, match=advice):
            derivative()


def test_a_function_without_a_rule_is_an_error_only_where_its_derivative_is_asked():
    f = lambda x: x[0] * 2 + 0 * np.sum(np.argsort(x)) + len(x)
    assert grad(f)(X).tolist() == [2.0, 0.0]
    with pytest.raises(NoRuleError, match=r"np\.spacing has no derivative rule"):
        grad(lambda x: np.sum(np.spacing(x)))(X)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: grad(lambda x: x, argnums=1)(1.0), "argnums names argument 1, and there are 1"),
        (lambda: grad(lambda x, y: x, argnums=(0, -2))(1.0, 2.0), "names an argument twice"),
        (lambda: grad(lambda x: None)(1.0), r"f returned nothing \(None\); it has to return a number"),
        (lambda: jacobian(lambda x: None)(X), r"f returned nothing \(None\); it has to return a number"),
        (lambda: grad(lambda x: "x")(1.0), "f returned a str; it has to return a number"),
        (
            lambda: grad(lambda x: x, argnums="x")(1.0),
            r"argnums is the number of an.*, 0 or \(0, 1\), not 'x'",
        ),
        (lambda: grad(lambda x, y: x, argnums=1.0)(1.0, 2.0), r"argnums is the number of an argument"),
        (lambda: grad(lambda x: x)("one"), "cannot differentiate by 'one'"),
        (lambda: grad(lambda x: x)(None), "cannot differentiate by 'None'"),
        (
            lambda: jvp(lambda x: x, (X,), (1.0,)),
            r"tangent has shape \(\), and its argument has shape \(2,\)",
        ),
        (lambda: jvp(lambda x: x, (X,), ((X, X),)), "tangents are not nested as the arguments"),
        (lambda: vjp(lambda x: x, X)[1](np.ones(3)), r"cotangent has shape \(3,\), and its result"),
        (lambda: vjp(lambda x: x, X)[1]((X,)), "cotangent is not nested as the result"),
        (lambda: vjp(lambda x: (x, x), 1.0)[1]((1.0,)), "as the result of f is: not a tuple of 2"),
        (lambda: vjp(lambda x: {"a": x}, 1.0)[1]({"b": 1.0}), r"not a dict with the keys \['a'\]"),
        (lambda: jvp(np.sin, 1.0, 1.0), r"tuples with one entry an argument; write \(x,\), \(x_dot,\)"),
        (lambda: jvp(np.sin, X, X), r"tuples with one entry an argument; write \(x,\), \(x_dot,\)"),
        (lambda: hvp(np.sum, X, X), r"tuples with one entry an argument; write \(x,\), \(x_dot,\)"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(ask, message):
    with pytest.raises(ArgumentsError, match=message):
        ask()


def test_a_value_that_outlives_its_derivative_is_a_number_to_the_next_one():
    kept = [1.0]

    def f(y):
        kept[0] = kept[0] * y
        return kept[0]

    assert grad(f)(1.0) == 1.0
    assert grad(f)(1.0) == 1.0
    assert jvp(f, (1.0,), (1.0,)) == (1.0, 1.0)


@pytest.mark.parametrize("kind", [tuple, list])
def test_a_pullback_takes_a_cotangent_for_each_of_several_numbers(kind):
    f = lambda x: kind([x * x, [3 * x, np.exp(x)]])
    value, pullback = vjp(f, 2.0)
    assert pullback(value)[0] == pytest.approx(4 * 4 + 6 * 3 + np.exp(2.0) ** 2)
    assert pullback(kind([1.0, [0.0, 0.0]])) == (4.0,)


def test_tangents_may_be_active_where_the_point_is_plain_and_plain_where_it_is_active():
    product = lambda p: p[0] * p[1]
    assert grad(lambda d: jvp(product, ([3.0, 4.0],), ([d, 0.0],))[1])(1.0) == 4.0
    assert grad(lambda x: jvp(product, ([x, 4.0],), ([0.0, 1.0],))[1])(3.0) == 1.0
