"""The twins of scipy.integrate: SciPy's values, and the derivatives of integrals and of solutions."""

import inspect

import numpy as np
import pytest
import scipy.integrate

from diffkit.autodiff import grad, jacobian, jvp
from diffkit.autodiff.functions import integrate
from diffkit.errors import ArgumentsError, NoRuleError
from diffkit.example import Array, example

INCREASING = Array(6, made=np.cumsum)


def first(function):
    """The value without the estimate of its error, a Python float as NumPy's."""

    def value(*args, **keywords):
        y = function(*args, **keywords)[0]
        return np.float64(y) if isinstance(y, float) else y

    return value


SAMPLES = [
    *[
        (name, example(Array(*shape), **how))
        for name in ("trapezoid", "simpson", "cumulative_trapezoid")
        for shape, how in (
            ((5,), {}), ((2,), {}), ((4,), {"dx": 0.5}), ((3,), {}), ((2, 6), {"axis": 1}),
            ((7, 2), {"axis": 0}),
        )
    ],
    *[("cumulative_trapezoid", example(Array(4, 2), axis=axis, initial=0)) for axis in (0, 1)],
    *[
        (name, example(Array(*shape), Array(shape[-1], made=np.cumsum)))
        for name in ("trapezoid", "simpson", "cumulative_trapezoid")
        for shape in ((2,), (5,), (2, 6))
    ],
    ("simpson", example(Array(2, 5), Array(2, 5, made=lambda x: np.cumsum(x, axis=1)))),
    ("trapezoid", example(Array(3, 2), Array(3), 1.0, 0)),
]  # fmt: skip
FUNCTIONS = [
    ("fixed_quad", example(lambda x, c: np.exp(-c * x), Array(), Array(made=lambda b: b + 1), (Array(),), 7)),
    ("quad", example(lambda x, c: np.exp(-c * x), Array(), Array(made=lambda b: b + 1), (Array(),))),
    ("quad", example(lambda x, c, d: c / (d + x * x), -np.inf, Array(), (Array(), Array()))),
    ("quad", example(lambda x, c: np.sqrt(x) * np.sin(c * x), 0.0, Array(), (Array(),))),
    ("quad", example(lambda x, c: c * np.abs(x - 0.5), 0.0, 1.0, (Array(),), points=[0.5])),
]  # fmt: skip


@pytest.mark.parametrize(("name", "shown"), SAMPLES)
def test_a_rule_for_samples_has_scipys_values_and_the_right_derivatives(name, shown, check_twin):
    check_twin(getattr(integrate, name), getattr(scipy.integrate, name), shown)


@pytest.mark.parametrize(("name", "shown"), FUNCTIONS)
def test_an_integral_has_scipys_values_and_the_right_derivatives(name, shown, check_twin):
    check_twin(first(getattr(integrate, name)), first(getattr(scipy.integrate, name)), shown)


@pytest.mark.parametrize("name", integrate.__all__)
def test_every_twin_has_scipys_signature(name):
    ours, theirs = (
        inspect.signature(getattr(m, name)).parameters.values() for m in (integrate, scipy.integrate)
    )
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


def test_plain_arguments_go_to_scipy_with_every_option():
    f = lambda x: x * np.sin(x)
    assert integrate.quad(f, 0, 1, weight="cos", wvar=2.0) == scipy.integrate.quad(
        f, 0, 1, weight="cos", wvar=2.0
    )
    assert len(integrate.quad(f, 0, 1, full_output=1)) == 3
    y, info = integrate.odeint(lambda y, t: -y, 1.0, [0, 1], full_output=1)
    assert y == pytest.approx(np.array([[1.0], [np.exp(-1.0)]]), rel=1e-6)
    assert "nst" in info
    events = integrate.solve_ivp(lambda t, y: -y, (0, 1), [1.0], events=lambda t, y: y[0] - 0.5).t_events
    assert events[0] == pytest.approx([np.log(2)], rel=1e-3)


# Solutions of y' = -k y + c: y = c/k + (y0 - c/k) exp(-k t)
TIGHT = {"rtol": 1e-11, "atol": 1e-12}
TIMES = np.array([0.0, 0.3, 1.2])


def by_odeint(y0, k, c, t=TIMES):
    return integrate.odeint(lambda y, t, k, c: -k * y + c, y0, t, args=(k, c), **TIGHT)[:, 0]


def by_odeint_time_first(y0, k, c, t=TIMES):
    return integrate.odeint(lambda t, y, k, c: [-k * y[0] + c], y0, t, args=(k, c), tfirst=True, **TIGHT)[
        :, 0
    ]


def by_solve_ivp(y0, k, c, t=TIMES, **options):
    span = (t[0], t[-1])
    slope = lambda t, y, k, c: [-k * y[0] + c]
    return integrate.solve_ivp(slope, span, [y0], t_eval=t, args=(k, c), **TIGHT, **options).y[0]


def by_stiff_solve_ivp(y0, k, c, t=TIMES):
    return by_solve_ivp(y0, k, c, t, method="LSODA", jac=lambda t, y, k, c: [[-k]])


def closed(y0, k, c, t=TIMES):
    return c / k + (y0 - c / k) * np.exp(-k * (t - t[0]))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("solver", [by_odeint, by_odeint_time_first, by_solve_ivp, by_stiff_solve_ivp])
def test_a_solution_is_differentiated_by_start_parameters_and_times(solver):
    point = (1.5, 0.8, 0.4, TIMES)
    assert solver(*point) == pytest.approx(closed(*point), rel=1e-8)
    names = range(4)
    found, expected = (jacobian(f, argnums=names)(*point) for f in (solver, closed))
    for ours, right in zip(found, expected, strict=True):
        assert ours == pytest.approx(right, rel=1e-7, abs=1e-8)
    along = lambda f: jvp(f, point, (1.0, 0.5, -1.0, np.array([0.1, 0.2, 0.3])))[1]
    assert along(solver) == pytest.approx(along(closed), rel=1e-7)


def test_a_solution_has_second_derivatives():
    total = lambda f: lambda k: np.sum(f(1.5, k, 0.4) ** 2)
    assert grad(grad(total(by_odeint)))(0.8) == pytest.approx(grad(grad(total(closed)))(0.8), rel=1e-6)


def test_the_steps_that_a_solver_chooses_are_kept():
    slope = lambda t, y, k: -k * y
    plain = scipy.integrate.solve_ivp(slope, (0, 2), [1.0, 2.0], args=(0.7,))
    seen = []

    def end(k):
        solution = integrate.solve_ivp(slope, (0, 2), [1.0, 2.0], args=(k,))
        seen.append(solution)
        return solution.y[1, -1]

    assert grad(end)(0.7) == pytest.approx(-2 * 2 * np.exp(-1.4), rel=1e-3)  # rtol is 1e-3 by default
    assert seen[0].t.tolist() == plain.t.tolist()
    assert seen[0].success


def test_the_time_at_which_it_ends_has_a_derivative():
    decay = lambda t, y: -y
    end = lambda T: integrate.solve_ivp(decay, (0.0, T), [1.0], **TIGHT).y[0, -1]
    assert grad(end)(1.5) == pytest.approx(-np.exp(-1.5), rel=1e-8)
    later = lambda T: integrate.solve_ivp(decay, (T, 1.5), [1.0], t_eval=[1.0, 1.5], **TIGHT).y[0, -1]
    assert grad(later)(0.5) == pytest.approx(np.exp(-1.0), rel=1e-8)


@pytest.mark.parametrize(
    ("call", "error", "what"),
    [
        (lambda x: integrate.quad(lambda t: x * t, 0, x)[0], ArgumentsError, r"in args=\(...\)"),
        (lambda x: integrate.quad(lambda t: t, 0, x, weight="cos", wvar=1)[0], NoRuleError, "weight"),
        (lambda x: integrate.odeint(lambda y, t: y, x, [0, 1], full_output=1)[0], NoRuleError, "full_output"),
        (lambda x: integrate.solve_ivp(lambda t, y: -y, (0, x), [1.0], events=[]).y, NoRuleError, "t_eval"),
        (lambda x: integrate.fixed_quad(np.exp, x, np.inf)[0], ValueError, "use quad"),
        (lambda x: integrate.trapezoid([x, x], [0.0, 1.0, 2.0]), ValueError, "x has 3 points, and y has 2"),
        (lambda x: integrate.simpson([x, x], [[[0.0, 1.0]]]), ValueError, "one dimension or the shape of y"),
        (lambda x: integrate.cumulative_trapezoid([x, x], initial=1), ValueError, "None or 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_with_what_to_write(call, error, what):
    with pytest.raises(error, match=what):
        grad(call)(1.0)


@pytest.mark.parametrize(
    "f",
    [
        lambda k: integrate.quad(lambda x: k * x, 0.0, 1.0)[0],
        lambda k: integrate.quad(lambda x: k * x, 0.0, k)[0],
        lambda k: integrate.odeint(lambda y, t: -k * y, [1.0], [0.0, 1.0])[-1, 0],
        lambda k: integrate.solve_ivp(lambda t, y: -k * y, (0, 1), [1.0]).y[0, -1],
        lambda k: integrate.solve_ivp(lambda t, y: [-k * y[0]], (0, 1), [1.0]).y[0, -1],
        lambda k: integrate.solve_ivp(lambda t, y: [-k * y[0]], (0, 1), [k]).y[0, -1],
    ],
)
def test_a_function_that_closes_over_an_active_value_is_told_to_take_it_as_an_argument(f):
    for derivative in (grad, lambda f: lambda k: jvp(f, (k,), (1.0,))):
        with pytest.raises(ArgumentsError, match=r"not among its arguments; hand it over in args=\(\.\.\.\)"):
            derivative(f)(0.8)
