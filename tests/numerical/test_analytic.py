"""What is not analytic is refused and named; what is analytic never is, however fast it varies."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

import diffkit as dk
from diffkit.errors import DomainError
from diffkit.numerical import ComplexStep
from diffkit.numerical.analytic import culprits
from diffkit.problems import PROBLEMS

# fmt: off
FAULTY = [
    pytest.param(lambda x: x**2 + np.abs(x),              "np.abs",       id="abs beside an analytic part"),
    pytest.param(lambda x: x * np.abs(x),                 "np.abs",       id="abs as a factor"),
    pytest.param(lambda x: x * abs(x),                    "np.abs",       id="the built-in abs"),
    pytest.param(lambda x: x * np.conj(x),                "np.conj",      id="|x|^2 by the conjugate"),
    pytest.param(lambda x: np.abs(x) ** 2 * x,            "np.abs",       id="|x|^2 by abs"),
    pytest.param(lambda x: np.conj(x) ** 2,               "np.conj",      id="the conjugate alone"),
    pytest.param(lambda x: x * x.conj(),                  "np.conj",      id="the method conj"),
    pytest.param(lambda x: x * np.sign(x),                "np.sign",      id="sign"),
    pytest.param(lambda x: x * np.real(x),                "np.real",      id="the real part"),
    pytest.param(special.expi,                            "expi",         id="one that drops ih"),
    pytest.param(lambda x: np.log(x**2) * np.hypot(np.abs(x), 1), "np.abs", id="a norm"),
]
# fmt: on


def stored(x):
    y = np.zeros(1)
    y[0] = x**2
    return y[0]


@pytest.mark.parametrize(
    ("f", "why"),
    [
        (lambda x: math.sin(x), r"a math function, float\(\) or an array of floats drops"),
        (lambda x: float(x) ** 2, r"float\(\)"),
        (stored, "an array of floats"),
        (lambda x: x % 2, "unsupported operand"),
    ],
)
def test_what_takes_no_complex_numbers_is_sent_to_a_method_that_asks_for_values(f, why):
    with pytest.raises(DomainError, match=rf'{why}.* write method="central", which asks for values only'):
        dk.derivative(f, 1.5, "complex-step")
    assert dk.derivative(f, 1.5, "central") == pytest.approx(dk.derivative(f, 1.5, "adaptive"), rel=1e-8)


@pytest.mark.parametrize("f", [np.floor, lambda x: np.arctan2(x, 2.0), lambda x: np.logaddexp(x, 1.0)])
def test_a_function_of_numpy_that_takes_no_complex_numbers_is_named(f):
    name = "floor|arctan2|logaddexp"
    with pytest.raises(DomainError, match=rf'\(({name}) is of real ones only\).*method="reverse" instead\.$'):
        dk.derivative(f, 1.5, "complex-step")
    assert dk.derivative(f, 1.5, "reverse") == pytest.approx(dk.derivative(f, 1.5, "central"), rel=1e-8)


@pytest.mark.parametrize("x", [1.5, 0.3, 0.01, 20.0])
@pytest.mark.parametrize(("f", "name"), FAULTY)
def test_what_is_not_analytic_is_named_with_both_slopes(f, name, x):
    with pytest.raises(
        DomainError, match=rf"not analytic in .*{name}.*real differences and .*method=\"central\""
    ):
        ComplexStep().derivative(f, x)


@pytest.mark.parametrize(("f", "name"), FAULTY)
def test_so_it_is_in_every_kind_of_derivative(f, name):
    x, total = np.array([1.5, 0.4]), lambda x: np.sum(f(x))
    ask = ComplexStep()
    for question in (
        lambda: ask.derivative(f, x),
        lambda: ask.derivative(f, x, 2),
        lambda: ask.jacobian(f, [x]),
        lambda: ask.jacobian(total, [x]),
        lambda: ask.hessian(total, [x]),
        lambda: ask.directional(total, [x], [np.array([1.0, 2.0])]),
        lambda: ComplexStep(h=1e-3).jacobian(total, [x]),
        lambda: ComplexStep(sparsity=np.eye(2)).jacobian(f, [x]),
        lambda: ComplexStep(vectorized=True).jacobian(f, [x]),
    ):
        with pytest.raises(DomainError, match=f"not analytic in .*{name}"):
            question()


def test_a_bessel_function_that_loses_small_imaginary_parts_is_refused():
    with pytest.raises(DomainError, match=r"in jv, or loses small imaginary parts.*slope is -0\.0435"):
        ComplexStep().derivative(lambda x: special.jv(0, x), 10.0)


@pytest.mark.parametrize(("f", "name"), [case.values for case in FAULTY[:9]])
def test_single_precision_and_a_corner_near_by_hide_no_fault(f, name):
    for x in (np.float32(0.7), 1e-8, -1e-8):
        with pytest.raises(DomainError, match=f"not analytic in .*{name}"):
            ComplexStep().derivative(f, x)


def test_check_false_trusts_f():
    found = ComplexStep(check=False).derivative(lambda x: x**2 + np.abs(x), 1.5)
    assert (found.value, found.evaluations) == (3.0, 1)


def test_an_f_that_hides_what_it_calls_is_refused_without_a_name():
    def hidden(x):
        z = complex(x)
        return z * z.conjugate() if isinstance(x, complex | np.complexfloating) else z.real**2

    with pytest.raises(DomainError, match=r"not analytic \(abs, conj, sign and comparisons are not\)"):
        ComplexStep().derivative(hidden, 1.5)


def test_a_corner_is_told_as_well():
    with pytest.raises(DomainError, match=r"np\.maximum"):
        ComplexStep().derivative(lambda x: x * np.maximum(x, 2.0), 2.0)


@pytest.mark.parametrize("name", [name for name in PROBLEMS if name not in ("bessel", "log-gamma", "kink")])
def test_no_problem_of_the_catalogue_is_refused(name):
    problem = PROBLEMS[name]
    if callable(problem.f):
        with np.errstate(all="ignore"):
            trusted = ComplexStep(check=False).derivative(problem.f, problem.at)
            found = ComplexStep().derivative(problem.f, problem.at)
        assert found.value == trusted.value
        assert found.evaluations - trusted.evaluations in (2, 4, 6, 8)


PARTS = (np.sin, np.exp, np.cos, np.tanh, np.arctan, np.square, np.log, np.tan, np.sqrt, np.reciprocal)


@given(
    st.lists(st.tuples(st.sampled_from(PARTS), st.floats(1e-6, 1e6)), min_size=1, max_size=3),
    st.floats(-1e8, 1e8).filter(bool),
    st.sampled_from([np.float32, np.float64]),
)
def test_no_analytic_function_is_refused_at_any_scale(parts, x, dtype):
    def f(x):
        y = x
        for part, scale in parts:
            y = part(y * scale)
        return y + x

    with np.errstate(all="ignore"):
        ComplexStep().derivative(f, dtype(x))


def test_an_f_of_complex_numbers_that_are_real_is_no_obstacle():
    found = ComplexStep().derivative(lambda x: np.exp(np.asarray(x, complex))[()], 1.0)
    assert found.value == pytest.approx(math.e, rel=1e-15)


def test_where_real_differences_cannot_tell_a_note_says_so():
    found = ComplexStep().derivative(lambda x: (1 - np.cos(x)) / x**2, 1e-8)
    assert "too noisy here" in found.note


def test_a_branch_on_the_real_part_is_no_fault():
    f = lambda x: x**2 if x.real > 0 else -x
    assert ComplexStep().derivative(f, 1.5).value == 3
    assert ComplexStep().derivative(
        lambda x: np.where(x > 0, x**2, -x), np.array([1.5, -1])
    ).value.tolist() == [3, -1]


def test_names_are_those_of_numpy_and_each_is_told_once():
    at = [np.array([1.5, 2.0])], [np.array([1e-5, -1e-5])]
    assert culprits(lambda x: np.sum(np.abs(x) * np.abs(x) + np.conj(x) * np.exp(x)), *at) == [
        "np.abs",
        "np.conj",
    ]
    assert culprits(lambda x: np.exp(x) / (1 + x @ x), *at) == []
    assert culprits(lambda x: complex(x[0]), *at) is None


@pytest.mark.parametrize("x", [1e-5, 1e-8, 3.0])
def test_beside_a_singularity_the_fault_is_found_inside_the_domain(x):
    with pytest.raises(DomainError, match="not analytic in expi"):
        ComplexStep().derivative(special.expi, x)
