"""Each error of a derivative says what went wrong, in which line of the user's program, and what to write."""

import math

import numpy as np
import pytest
import scipy.special as sc
import scipy.stats

import diffkit as dk
from diffkit.autodiff import checkpoint, detect_anomaly, grad, hessian, is_active, jvp, vjp
from diffkit.errors import LostHistoryError, NonScalarError, NoRuleError

X = np.array([1.0, 2.0])

WAYS = {
    "grad": lambda f: grad(f)(X),
    "vjp": lambda f: vjp(f, X)[1](1.0),
    "jvp": lambda f: jvp(f, (X,), (X,)),
    "hessian": lambda f: hessian(f)(X),
    "second": lambda f: grad(lambda x: np.sum(grad(f)(x)))(X),
    "gradient": lambda f: dk.gradient(f, X),
    "dual": lambda f: dk.gradient(f, X, method="dual"),
    "checkpoint": lambda f: grad(checkpoint(f))(X),
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))


def math_sine(x):
    return math.sin(x[0])


def to_float(x):
    return float(x[0]) * 2


def fill(x):
    y = np.zeros(2)
    y[0] = x[0] * 2
    return np.sum(y)


def key(x):
    table = {x[0]: 1}
    return table[x[0]]


def density(x):
    y = scipy.stats.norm.pdf(x)
    return np.sum(y)


def spacing(x):
    y = np.spacing(x)
    return np.sum(y)


def bessel(x):
    y = sc.jv(x, 1.0)
    return np.sum(y)


@EVERY_WAY
@pytest.mark.parametrize(
    ("f", "kind", "what", "line", "instead"),
    [
        (math_sine, LostHistoryError, "a math function", "return math.sin(x[0])", "np.sin, not math.sin"),
        (to_float, LostHistoryError, "float()", "return float(x[0]) * 2", "np.sin, not math.sin"),
        (fill, LostHistoryError, "a float array", "y[0] = x[0] * 2", "fill y = np.zeros_like(x)"),
        (key, LostHistoryError, "a dictionary key", "table = {x[0]: 1}", "compare with if/elif"),
        (density, LostHistoryError, "stats.norm.pdf makes", "y = scipy.stats.norm.pdf(x)", "use its twin"),
        (spacing, NoRuleError, "np.spacing has no", "np.spacing(x)", 'or use method="central"'),
        (spacing, NoRuleError, "np.spacing has no", "np.spacing(x)", "elementwise(np.spacing, lambda y, x"),
        (bessel, NoRuleError, "its operand 1", "y = sc.jv(x, 1.0)", "constant, declare"),
        (bessel, NoRuleError, "its operand 1", "y = sc.jv(x, 1.0)", 'or use method="central"'),
    ],
)
def test_what_where_and_what_instead(way, f, kind, what, line, instead):
    with pytest.raises(kind) as caught:
        way(f)
    message = str(caught.value)
    first = f.__code__.co_firstlineno
    assert what in message
    assert instead in message
    assert line in message
    assert any(
        f"; at line {n} of {__name__.split('.')[-1]}.py (" in message for n in range(first + 1, first + 4)
    )
    assert message.count("; at line ") == 1


def vector(x):
    return x * 2


@pytest.mark.parametrize("way", ["grad", "hessian", "gradient", "second"])
def test_a_result_that_is_no_scalar_is_told_with_the_function_that_returned_it(way):
    with pytest.raises(
        NonScalarError, match=r"returned shape \(2,\); sum or average it, or use jacobian"
    ) as e:
        WAYS[way](vector)
    line = vector.__code__.co_firstlineno
    assert f"; f is at line {line} of test_located.py (def vector(x):)" in str(e.value)


def test_backward_knows_the_line_where_somebody_watches_and_says_how_to_watch():
    x = dk.tensor(X, requires_grad=True)
    with pytest.raises(NoRuleError, match=r"np\.spacing has no.* to be told the line, .*detect_anomaly\(\)"):
        spacing(x).backward()
    line = spacing.__code__.co_firstlineno + 1
    with pytest.raises(NoRuleError, match=f"; at line {line} of test_located.py"), detect_anomaly():
        spacing(x).backward()


def test_a_function_that_is_not_the_users_has_no_line():
    with pytest.raises(NonScalarError, match=r"use jacobian$"):
        grad(np.sin)(X)
    with pytest.raises(NoRuleError, match=r'or use method="central"$'):
        jvp(np.spacing, (1.0,), (1.0,))


def test_central_differences_do_what_the_message_promises():
    assert dk.gradient(bessel, X, method="central") == pytest.approx(
        [(sc.jv(n + 1e-6, 1.0) - sc.jv(n - 1e-6, 1.0)) / 2e-6 for n in X], rel=1e-6
    )


def test_a_row_that_the_result_does_not_need_is_not_blamed():
    def f(x):
        shape = np.shape(np.spacing(x * 2))
        y = np.spacing(x * 3)
        return np.sum(y) + len(shape)

    with pytest.raises(NoRuleError, match=r"\(y = np.spacing\(x \* 3\)\)$"):
        grad(f)(X)


def test_the_second_run_that_looks_for_the_line_may_fail_without_harm():
    runs = []

    def once(x):
        runs.append(1)
        if len(runs) > 1:
            raise RuntimeError("only once")
        return np.sum(np.spacing(x))

    with pytest.raises(NoRuleError, match=r'np.spacing has no derivative rule; .* or use method="central"$'):
        grad(once)(X)
    assert len(runs) == 2


# -- a value that outlives its derivative --------------------------------------------------------------


def outliving(derivative):
    kept = []
    derivative(lambda x: kept.append(x * 1.0) or x)
    return kept[0]


OVER = pytest.mark.parametrize(
    "kept",
    [outliving(lambda f: grad(f)(3.0)), outliving(lambda f: jvp(f, (3.0,), (1.0,)))],
    ids=["reverse", "forward"],
)


@OVER
def test_a_value_whose_derivative_is_over_is_a_plain_number_again(kept):
    assert not is_active(kept)
    assert (math.sqrt(kept + 1), float(kept), int(kept), complex(kept)) == (2.0, 3.0, 3, 3.0)
    y = np.zeros(2)
    y[0] = kept
    assert y.tolist() == [3.0, 0.0]
    assert np.array([kept, 1.0]).dtype == np.float64
    assert np.asarray(kept, dtype=np.float32).dtype == np.float32


@OVER
def test_a_value_whose_derivative_is_over_is_a_constant_to_the_next(kept):
    for D in (grad, lambda f: lambda x: jvp(f, (x,), (1.0,))[1]):
        assert D(lambda y: y * kept * kept)(2.0) == 9.0
        assert D(lambda y: y * math.floor(kept))(2.0) == 3.0
        assert D(D(lambda y: y * y * kept))(2.0) == 6.0
        assert D(checkpoint(lambda y: y * kept))(2.0) == 3.0
    assert dk.derivative(lambda y: y * kept, 2.0, method="central", h=0.5) == 3.0
    assert dk.record(lambda y: y * kept, 2.0).replay(5.0) == 15.0
    assert grad(lambda z: z * z)(kept) == 6.0


def test_inside_an_outer_derivative_it_is_still_a_value_of_that_one():
    def outer(x):
        kept = []
        grad(lambda y: kept.append(x * y) or y)(2.0)
        assert is_active(kept[0])
        with pytest.raises(LostHistoryError):
            float(kept[0])
        return kept[0] * 1.0

    assert grad(outer)(3.0) == 2.0
    assert jvp(outer, (3.0,), (1.0,))[1] == 2.0
