"""Functions with derivatives given by hand: in both modes, to any order, in any nest, on a tape."""

import itertools
import math
from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.autodiff import custom_rule, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from diffkit.errors import ArgumentsError, LostHistoryError, NoRuleError


def slope(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


def by_vjp(y, x):
    return lambda y_bar: 2 * x * y_bar


def by_jvp(y, args, tangents):
    return 2 * args[0] * tangents[0]


def square(x):
    return float(x) * x if np.ndim(x) == 0 else np.asarray(x) ** 2  # float(): not to be followed


GIVEN = {"vjp": {"vjp": by_vjp}, "jvp": {"jvp": by_jvp}, "both": {"vjp": by_vjp, "jvp": by_jvp}}
EVERY_WAY = pytest.mark.parametrize("given", GIVEN.values(), ids=list(GIVEN))
X = np.array([3.0, 4.0])

# -- orders and modes --------------------------------------------------------------------------------


@EVERY_WAY
def test_a_derivative_given_by_hand_is_differentiated_in_its_turn_in_any_mix_of_modes(given):
    f = custom_rule(square, **given)
    cube = lambda x: x * f(x)
    for D, E, F in itertools.product([grad, slope], repeat=3):
        assert (D(f)(3.0), D(E(f))(3.0), D(E(F(f)))(3.0)) == (6.0, 2.0, 0.0)
        assert (D(cube)(3.0), D(E(cube))(3.0), D(E(F(cube)))(3.0)) == (27.0, 18.0, 6.0)


@EVERY_WAY
def test_one_perturbation_is_not_taken_for_another(given):
    f = custom_rule(square, **given)
    for D, E in itertools.product([grad, slope], repeat=2):
        assert D(lambda x, D=E: x * D(lambda y: f(x + y))(1.0))(1.0) == 6.0  # (x (2 x + 2))'


@EVERY_WAY
def test_arrays_batches_and_tensors_take_the_rule(given):
    f = custom_rule(square, **given)
    cube = lambda x: np.sum(x * f(x))
    assert jacobian(f)(X).tolist() == [[6.0, 0.0], [0.0, 8.0]]
    assert jacobian(lambda x: np.repeat(f(x), 2))(X).tolist() == [[6.0, 0.0]] * 2 + [[0.0, 8.0]] * 2
    assert hessian(cube)(X).tolist() == [[18.0, 0.0], [0.0, 24.0]]
    assert hvp(cube, (X,), (np.ones(2),))[0].tolist() == [18.0, 24.0]
    x = dk.tensor(X, requires_grad=True)
    cube(x).backward(create_graph=True)
    first = x.grad
    assert first.numpy().tolist() == [27.0, 48.0]
    x.zero_grad()
    first.sum().backward()
    assert x.grad.numpy().tolist() == [18.0, 24.0]


@EVERY_WAY
def test_single_precision_stays(given):
    f = custom_rule(lambda x: x * x, **given)
    assert grad(lambda x: np.sum(f(x)))(X.astype(np.float32)).dtype == np.float32


def test_the_rule_stands_in_place_of_the_program():
    wrong = custom_rule(lambda x: x * x, vjp=lambda y, x: lambda y_bar: 7.0 * y_bar)
    assert (wrong(3.0), grad(wrong)(3.0), slope(wrong)(3.0)) == (9.0, 7.0, 7.0)


def test_the_value_may_serve_its_own_derivative():
    # exp' = exp, by the value: the rule differentiates itself
    exp = custom_rule(math.exp, vjp=lambda y, x: lambda y_bar: y * y_bar)
    for D, E, F in itertools.product([grad, slope], repeat=3):
        assert D(E(F(exp)))(0.5) == math.exp(0.5)


def test_a_fixed_point_is_differentiated_by_its_equation_and_not_by_its_steps():
    def newton(a, x=2.0):
        while abs(x * x - a) > 1e-15 * a:
            x = (x + a / x) / 2
        return x

    root = custom_rule(newton, vjp=lambda x, a: lambda x_bar: x_bar / (2 * x))
    assert grad(newton)(4.0) == 0.0  # 2 is the root already: not one step depends on a
    assert (grad(root)(4.0), slope(root)(4.0)) == (0.25, 0.25)
    assert grad(grad(root))(4.0) == slope(grad(root))(4.0) == -1 / 32  # -a^(-3/2) / 4
    assert grad(root)(3.0) == pytest.approx(0.5 / math.sqrt(3.0), rel=1e-15)


# -- arguments and results ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Parameters:
    w: np.ndarray
    v: float
    name: str = "p"


def nest(x, p, n=2, *, scale=1.0):
    return {"a": x * p.w * scale, "b": [np.sum(x), p.v**n]}


def nest_vjp(y, x, p, n=2, *, scale=1.0):
    def pullback(y_bar):
        of_x = y_bar["a"] * p.w * scale + y_bar["b"][0]
        return of_x, Parameters(y_bar["a"] * x * scale, y_bar["b"][1] * n * p.v ** (n - 1))

    return pullback


def nest_jvp(y, args, tangents, scale=1.0):
    (x, p), (x_dot, p_dot) = args, tangents
    return {"a": (x_dot * p.w + x * p_dot.w) * scale, "b": [np.sum(x_dot), 2 * p.v * p_dot.v]}


@pytest.mark.parametrize("given", [{"vjp": nest_vjp}, {"jvp": nest_jvp}, {"vjp": nest_vjp, "jvp": nest_jvp}])
def test_nested_arguments_and_results_with_keywords_agree_with_the_program_itself(given):
    mine = custom_rule(nest, **given)
    point = X, Parameters(np.array([2.0, 0.5]), 3.0)

    def total(f):
        def value(x, p):
            y = f(x, p, scale=2.0)
            return np.sum(y["a"]) * y["b"][1] + y["b"][0]

        return value

    f, g = total(mine), total(nest)
    assert repr(mine(*point, scale=2.0)) == repr(nest(*point, scale=2.0))
    assert repr(value_and_grad(f, (0, 1))(*point)) == repr(value_and_grad(g, (0, 1))(*point))
    assert repr(jvp(f, point, point)) == repr(jvp(g, point, point))
    assert repr(hessian(f, (0, 1))(*point)) == repr(hessian(g, (0, 1))(*point))


@pytest.mark.parametrize(
    "given",
    [
        {"vjp": lambda z, x, y: lambda z_bar: (z_bar * y, z_bar * x)},
        {"jvp": lambda z, args, tangents: args[1] * tangents[0] + args[0] * tangents[1]},
    ],
)
def test_broadcasting_is_undone(given):
    f = custom_rule(lambda x, y: x * y, **given)
    x, y = np.array([[1.0], [2.0], [3.0]]), np.arange(4.0)
    by_x, by_y = grad(lambda x, y: np.sum(f(x, y)), (0, 1))(x, y)
    assert (by_x.tolist(), by_y.tolist()) == ([[6.0]] * 3, [6.0] * 4)
    assert jvp(f, (x, y), (np.ones((3, 1)), np.zeros(4)))[1].tolist() == [y.tolist()] * 3


def test_none_is_no_derivative():
    f = custom_rule(lambda x, y: x * y, vjp=lambda z, x, y: lambda z_bar: (z_bar * y, None))
    assert grad(f, (0, 1))(2.0, 3.0) == (3.0, 0.0)
    assert jvp(f, (2.0, 3.0), (1.0, 1.0)) == (6.0, 3.0)
    nothing = custom_rule(lambda x: {"y": x * x}, jvp=lambda y, args, tangents: None)
    assert grad(lambda x: nothing(x)["y"])(3.0) == slope(lambda x: nothing(x)["y"])(3.0) == 0.0


def test_a_result_that_is_not_used_has_a_zero_cotangent():
    f = custom_rule(lambda x: (x * x, np.sum(x)), vjp=lambda y, x: lambda y_bar: 2 * x * y_bar[0] + y_bar[1])
    assert grad(lambda x: np.sum(f(x)[0]))(X).tolist() == [6.0, 8.0]
    assert grad(lambda x: f(x)[1])(X).tolist() == [1.0, 1.0]


def test_constant_operands_may_be_of_any_kind():
    f = custom_rule(
        lambda x, kind, n: x**n if kind == "power" else x,
        vjp=lambda y, x, kind, n: lambda b: (n * x * b, b, 0),
    )
    assert grad(lambda x: f(x, "power", 2))(3.0) == 6.0
    assert slope(lambda x: f(x, "power", 2))(3.0) == 6.0


def test_it_decorates_functions_and_methods():
    class Scaled:
        def __init__(self, scale):
            self.scale = scale

        @custom_rule(vjp=lambda y, self, x: lambda y_bar: (None, self.scale * y_bar))
        def of(self, x):
            """Scaled."""
            return self.scale * float(x)

    assert grad(Scaled(3.0).of)(2.0) == 3.0
    assert (Scaled.of.__name__, Scaled.of.__doc__) == ("of", "Scaled.")


def test_active_values_in_lists_are_operands():
    norm = custom_rule(lambda v: math.hypot(*v), vjp=lambda y, v: lambda y_bar: ([y_bar * c / y for c in v],))
    assert grad(lambda x, y: norm([x, y]), (0, 1))(3.0, 4.0) == (0.6, 0.8)
    together = custom_rule(lambda v: np.sum(v), vjp=lambda y, v: lambda y_bar: y_bar * np.ones(2))
    assert grad(lambda x: together(np.array([x, 2 * x])))(1.0) == 3.0


# -- tapes -------------------------------------------------------------------------------------------


def test_it_is_one_row_of_a_tape_and_runs_itself_in_other_arithmetics():
    f = custom_rule(lambda x: np.sin(x) * x if x > 0 else x, vjp=lambda y, x: lambda y_bar: y_bar)
    f.__wrapped__.__name__ = "wave"
    tape = dk.record(lambda x: f(x) + 1, 0.5)
    assert [row.op for row in tape.instructions] == ["wave", "add"]
    assert tape.replay(2.0) == np.sin(2.0) * 2 + 1
    with mpmath.workdps(40):
        exact = tape.replay(mpmath.mpf(2), arithmetic="mpmath")
        assert abs(exact - (mpmath.sin(2) * 2 + 1)) < mpmath.mpf(10) ** -38
    assert dk.record(custom_rule(nest, vjp=nest_vjp), 1.0, Parameters(2.0, 3.0)).instructions[0].op == "nest"


def test_sympy_sees_its_inside():
    f = custom_rule(nest, vjp=nest_vjp)
    x, w, v = sympy.symbols("x w v")
    tape = dk.record(lambda x, p: f(x, p, scale=2.0)["a"] + f(x, p, n=3)["b"][1], 1.0, Parameters(2.0, 3.0))
    assert tape.replay(x, Parameters(w, v), arithmetic="sympy") == 2 * x * w + v**3
    assert dk.derivative(custom_rule(lambda x: x**3, vjp=by_vjp), 2.0, method="symbolic") == 12.0


def test_a_tape_with_it_is_differentiated():
    f = custom_rule(square, vjp=by_vjp)
    tape = dk.record(lambda x: x * f(x), 3.0)
    assert (grad(tape)(2.0), slope(tape)(2.0), grad(grad(tape))(2.0)) == (12.0, 12.0, 12.0)


# -- errors ------------------------------------------------------------------------------------------


@custom_rule(vjp=lambda y, x: lambda y_bar: math.cos(x) * float(y_bar))
def plain_sine(x):
    return math.sin(x)


@custom_rule(jvp=lambda y, args, tangents: math.cos(args[0]) * float(tangents[0]))
def plain_sine_forward(x):
    return math.sin(x)


def test_a_derivative_in_plain_numbers_serves_its_own_mode_at_first_order():
    assert grad(plain_sine)(1.0) == slope(plain_sine_forward)(1.0) == math.cos(1.0)
    both = lambda f: lambda x: np.array([f(x[0]), 2 * f(x[1])])
    assert jacobian(both(plain_sine))(np.zeros(2)).tolist() == [[1.0, 0.0], [0.0, 2.0]]
    with pytest.raises(
        NoRuleError, match=r"plain_sine has no jvp, and its vjp .* give custom_rule\(..., jvp"
    ):
        slope(plain_sine)(1.0)
    with pytest.raises(NoRuleError, match=r"plain_sine_forward has no vjp, and its jvp .* vjp=...\) too"):
        grad(plain_sine_forward)(1.0)
    with pytest.raises(LostHistoryError, match=r"np.sin, not math.sin"):
        grad(grad(plain_sine))(1.0)


def given_back(answer):
    return lambda y, *args: lambda y_bar: answer


@pytest.mark.parametrize(
    ("f", "given", "point", "message"),
    [
        (np.sum, {"vjp": given_back(1.0)}, (X,), r"returned shape \(\) for argument 1, where .* \(2,\)"),
        (np.sum, {"vjp": given_back(np.ones(3))}, (X,), r"returned shape \(3,\) for argument 1"),
        (
            np.dot,
            {"vjp": given_back(X)},
            (X, X),
            "returned ndarray, and there are 2 arguments; return a tuple",
        ),
        (np.dot, {"vjp": given_back((X,))}, (X, X), "returned a tuple of 1, and there are 2 arguments"),
        (np.sum, {"vjp": given_back((X, X))}, (X,), "returned a tuple of 2, and there is 1 argument; return"),
        (
            np.sum,
            {"vjp": lambda y, x: X},
            (X,),
            "the vjp of sum returned a ndarray; return the function",
        ),
        (
            lambda p: p["a"],
            {"vjp": given_back({"b": 1.0})},
            ({"a": 1.0},),
            r"not a dict with the keys \['a'\]",
        ),
        (lambda x: None, {"vjp": given_back(X)}, (X,), "returned None; it has to return numbers"),
        (lambda x: "a", {"vjp": given_back(X)}, (X,), "returned a str; it has to return numbers"),
    ],
)
def test_a_wrong_answer_of_a_pullback_is_told_in_one_sentence(f, given, point, message):
    with pytest.raises(ArgumentsError, match=message) as caught:
        grad(custom_rule(f, **given), tuple(range(len(point))))(*point)
    assert "\n" not in str(caught.value)


def test_a_wrong_answer_of_a_jvp_is_told_in_one_sentence():
    f = custom_rule(np.sum, jvp=lambda y, args, tangents: tangents[0])
    with pytest.raises(ArgumentsError, match=r"jvp of sum returned shape \(2,\), where the result .* \(\)"):
        jvp(f, (X,), (X,))


def test_an_active_value_from_outside_is_refused():
    product = lambda x, y: custom_rule(lambda y: x * y, vjp=by_vjp)(y)
    for D in (grad, slope):
        for outer in (lambda x: product(x, 2.0), lambda x: product(x, x)):
            with pytest.raises(ArgumentsError, match="uses an active value that is not among its arguments"):
                D(outer)(1.0)
    f = custom_rule(lambda x, k: x * k, vjp=by_vjp)
    with pytest.raises(LostHistoryError, match=r"\(k=...\) got an active value .* positional"):
        grad(lambda x: f(x, k=x))(1.0)


def test_a_value_whose_derivative_is_over_is_a_constant_to_it():
    kept = []
    grad(lambda x: kept.append(x) or x)(2.0)
    f = custom_rule(lambda x: x * kept[0], vjp=lambda y, x: lambda y_bar: 2.0 * y_bar)
    assert vjp(f, 3.0)[0] == 6.0
    assert grad(f)(3.0) == 2.0


def test_a_rule_without_a_derivative_is_refused():
    with pytest.raises(ArgumentsError, match=r"write vjp=..., jvp=..., or both"):
        custom_rule(square)
