"""detect_anomaly names the line that first made a nan or inf, its operation, and what became of it."""

from pathlib import Path

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import checkpoint, custom_rule, detect_anomaly, grad, hessian, hvp, jacobian, jvp, vjp
from diffkit.errors import AnomalyError, DiffkitError
from diffkit.tape.node import Node


def tensor_gradient(f, x):
    leaf = dk.tensor(x, requires_grad=True)
    f(leaf).backward()
    return leaf.grad.numpy()


WAYS = {
    "grad": lambda f, x: grad(f)(x),
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "jvp": lambda f, x: jvp(f, (x,), (np.ones_like(x),))[1],
    "backward": tensor_gradient,
    "jacobian": lambda f, x: jacobian(f)(x),
    "hessian": lambda f, x: hessian(f)(x),
    "hvp": lambda f, x: hvp(f, (x,), (np.ones_like(x),))[0],
    "gradient": dk.gradient,
    "dual": lambda f, x: dk.gradient(f, x, method="dual"),
    "checkpoint": lambda f, x: grad(checkpoint(f))(x),
    "second": lambda f, x: grad(lambda x: np.sum(grad(f)(x)))(x),
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
ZERO_ONE = np.array([0.0, 1.0])


def root(x):
    y = np.sqrt(x)
    return np.sum(3 * y)


def logarithm(x):
    y = np.log(x)
    return np.sum(y * 2.0) + np.sum(x)


def overflow(x):
    y = x * 1000.0
    return np.sum(np.exp(y) / np.exp(y + 1))


def line_of(f, text):
    start = f.__code__.co_firstlineno
    code = Path(__file__).read_text(encoding="utf-8").splitlines()
    number = next(n for n in range(start, start + 9) if text in code[n - 1])
    return f"at line {number} of test_anomaly.py ({code[number - 1].strip()})"


@EVERY_WAY
@pytest.mark.parametrize(
    ("f", "what", "text"),
    [
        (root, "the derivative of sqrt became inf", "np.sqrt"),
        (logarithm, "the value of log became inf", "np.log"),
        (overflow, "the value of exp became inf", "np.exp"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_line_the_operation_and_what_became_nan_or_inf_are_named(way, f, what, text):
    with detect_anomaly(), pytest.raises(AnomalyError) as caught:
        way(f, ZERO_ONE)
    assert str(caught.value) == f"{what} {line_of(f, text)}"


@pytest.mark.parametrize(
    "second",
    [
        lambda f: grad(grad(f))(0.0),
        lambda f: jvp(grad(f), (0.0,), (1.0,)),
        lambda f: grad(lambda x: jvp(f, (x,), (1.0,))[1])(0.0),
        lambda f: jvp(lambda x: jvp(f, (x,), (1.0,))[1], (0.0,), (1.0,)),
    ],
)
def test_a_second_derivative_points_at_the_line_of_the_function(second):
    def f(x):
        y = x**1.5
        return y + x

    assert grad(f)(0.0) == 1.0
    with detect_anomaly():
        assert grad(f)(0.0) == 1.0
        with pytest.raises(AnomalyError, match=r"the derivative of power became inf at .*\(y = x\*\*1.5\)"):
            second(f)


def test_a_function_of_several_results_and_a_rule_given_by_hand_are_named():
    def f(a):
        w, v = np.linalg.eigh(a)
        return w[0] * v[0, 0]

    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"derivative of eigh became nan .*np.linalg.eigh"),
    ):
        grad(f)(np.eye(2))
    inverse = custom_rule(lambda x: x * 1.0, vjp=lambda y, x: lambda y_bar: np.float64(y_bar) / (x - 1))
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"the derivative of <lambda> became inf"):
        grad(inverse)(1.0)


@EVERY_WAY
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_not_selected_may_be_anything(way):
    f = lambda x: np.sum(np.where(x > 0, np.log(x), 0.0) + x**3)
    with detect_anomaly():
        watched = way(f, ZERO_ONE)
    assert np.array_equal(watched, way(f, ZERO_ONE))


def test_infinite_numbers_that_the_user_writes_are_none_of_its_business():
    f = lambda x: np.max(np.maximum(x, -np.inf)) + np.min(np.where([True, False], x, np.inf))
    with detect_anomaly():
        assert np.isfinite(grad(lambda x: np.sum(np.maximum(x, -np.inf)))(ZERO_ONE)).all()
        assert vjp(f, np.array([np.inf, 1.0]))[0] == np.inf  # it came in


def test_the_guilty_one_of_two_is_named():
    def f(x):
        a = np.where(x > 0, np.sqrt(x), 0.0)
        b = np.cbrt(x)
        return np.sum(a + b)

    with detect_anomaly(), pytest.raises(AnomalyError, match="derivative of cbrt became inf"):
        grad(f)(ZERO_ONE)


def test_outside_the_block_nothing_is_watched():
    seen = []
    with detect_anomaly():
        grad(lambda x: seen.append(type(x + 1.0)) or x)(1.0)
    assert grad(lambda x: seen.append(type(x + 1.0)) or np.sqrt(x))(0.0) == np.inf
    assert seen[0] is not Node
    assert seen[1] is Node


def test_it_nests_and_decorates_and_ends_with_an_error():
    watch = detect_anomaly()

    @watch
    def slope(x):
        with watch:
            pass
        return grad(np.sqrt)(x)

    for _ in range(2):
        with pytest.raises(AnomalyError):
            slope(0.0)
        assert grad(np.sqrt)(0.0) == np.inf


def test_assignments_views_and_branches_work_while_it_watches():
    def f(x):
        y = np.zeros_like(x)
        for i in range(2):
            if x[i] > 0:
                y[i] = x[i] ** 2
            else:
                y[i] = -x[i]
        y += 1.0
        y[1:] *= 3.0
        return np.sum(y * y)

    for way in (WAYS["grad"], WAYS["jvp"], WAYS["backward"], WAYS["hessian"]):
        with detect_anomaly():
            watched = way(f, np.array([-2.0, 3.0]))
        assert np.array_equal(watched, way(f, np.array([-2.0, 3.0])))


def test_a_forward_pass_outside_is_said_to_be_outside():
    x = dk.tensor(0.0, requires_grad=True)
    y = np.sqrt(x)
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match="sqrt became inf in a line outside detect_anomaly"),
    ):
        y.backward()
    assert x.grad is None


def test_the_error_is_one_of_the_family_and_a_floating_point_error():
    assert issubclass(AnomalyError, DiffkitError)
    assert issubclass(AnomalyError, FloatingPointError)
