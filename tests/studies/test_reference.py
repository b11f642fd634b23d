"""The truth: derivatives to 50 digits at the exact binary value of x."""

import mpmath
import numpy as np
import pytest

from diffkit.errors import DomainError, NoRuleError
from diffkit.studies.reference import Exact, exact_derivative, exact_gradient


def close(found, expected, digits=48):
    with mpmath.workdps(70):
        return abs(found - expected) <= mpmath.mpf(10) ** -digits * (1 + abs(expected))


def test_the_point_is_the_binary_number_and_not_the_decimal_one():
    found = exact_derivative(lambda x: np.sin(x) * np.exp(-(x**2)), 0.7)
    with mpmath.workdps(60):
        x = mpmath.mpf(0.7)
        assert close(found, mpmath.exp(-x * x) * (mpmath.cos(x) - 2 * x * mpmath.sin(x)))
        decimal = mpmath.mpf("0.7")
        assert not close(
            found, mpmath.exp(-(decimal**2)) * (mpmath.cos(decimal) - 2 * decimal * mpmath.sin(decimal)), 18
        )


@pytest.mark.parametrize("order", [1, 2, 3, 5])
def test_every_order_of_exp_is_exp(order):
    with mpmath.workdps(60):
        assert close(exact_derivative(np.exp, 1.5, order), mpmath.exp(1.5))


@pytest.mark.parametrize(
    ("f", "order"),
    [
        (lambda x: x**3, 1),
        (lambda x: np.sin(x) ** 3, 1),
        (lambda x: x**5, 1),
        (lambda x: x**4, 2),
        (np.sin, 2),
    ],
)
def test_a_derivative_that_is_zero_is_exactly_zero(f, order):
    assert exact_derivative(f, 0.0, order) == 0


def test_a_derivative_that_is_tiny_is_not_zero():
    assert float(exact_derivative(lambda x: x**2, 1e-90)) == 2e-90
    assert float(exact_derivative(lambda x: x**2 * 1e-60, 1.0)) == 2e-60


def test_a_float32_point_counts_with_its_own_binary_value():
    found = exact_derivative(lambda x: x**2, np.float32(0.1))
    assert close(found, 2 * mpmath.mpf(float(np.float32(0.1))))


def test_a_branch_at_the_point_is_followed_on_its_own_side():
    found = exact_derivative(lambda x: x * x if x > 1 else 5 * x, 1.0)  # false at 1: the left side holds it
    assert close(found, mpmath.mpf(5))


def test_a_loop_whose_length_depends_on_x_has_its_derivative():
    def babylonian(a):
        x = a
        while abs(x * x - a) > 1e-14 * a:
            x = (x + a / x) / 2
        return x

    assert float(exact_derivative(babylonian, 3.0)) == pytest.approx(0.5 / np.sqrt(3.0), rel=1e-10)


@pytest.mark.parametrize(
    ("f", "x"), [(np.sqrt, 0.0), (np.log, -1.0), (lambda x: 1 / x, 0.0), (lambda x: np.sqrt(np.abs(x)), 0.0)]
)
def test_there_is_no_reference_where_there_is_no_derivative(f, x):
    with pytest.raises(DomainError, match="no derivative"):
        exact_derivative(f, x)


def test_a_function_without_a_meaning_in_mpmath_says_so():
    with pytest.raises(NoRuleError, match="mpmath"):
        exact_derivative(lambda x: np.linalg.det(x * np.eye(2)), 2.0)


def test_the_gradient_has_the_shapes_of_the_leaves():
    found = exact_gradient(lambda a, b: np.sum(a**3) * b, [np.array([1.0, 2.0]), 0.5])
    assert close(found[0][1], mpmath.mpf(6))
    assert close(found[1], mpmath.mpf(9))


@pytest.mark.slow
def test_too_many_inputs_are_refused_in_a_sentence():
    with pytest.raises(DomainError, match="too many"):
        exact_gradient(lambda x: np.sum(x * x), [np.ones(130_000)])


def test_a_program_is_recorded_again_where_it_branches_otherwise():
    f = Exact(lambda x: x * 2 if x > 1 else x * 3)
    assert [float(f(mpmath.mpf(v))) for v in (0.5, 2.0, 0.25)] == [1.5, 4.0, 0.75]
    assert len(f.tapes) == 2


def test_the_side_of_where_that_is_not_taken_may_have_no_value():
    found = exact_derivative(lambda x: np.where(x > 0, x * np.log(x), x * x), -1.0)
    assert close(found, mpmath.mpf(-2))


def test_many_inputs_have_their_exact_gradient_from_one_sweep_that_f_confirms(monkeypatch):
    from diffkit.studies import reference

    x = np.linspace(-1.0, 1.0, 40)
    f = lambda x: np.sum(np.where(x > 0, np.tanh(x), x**3)) + x[0] * np.linalg.norm(x)
    (swept,) = exact_gradient(f, [x])
    monkeypatch.setattr(reference, "_swept", lambda *_: None)
    (each,) = exact_gradient(f, [x])
    assert max(abs(a - b) for a, b in zip(swept, each, strict=True)) < mpmath.mpf(10) ** -40


def test_a_sweep_that_f_does_not_confirm_is_no_reference(monkeypatch):
    from diffkit.studies import reference

    x = np.linspace(0.1, 1.0, 20)
    wrong = lambda f, argnums: lambda x: (3 * x,)
    monkeypatch.setattr(reference, "grad", wrong)
    (found,) = exact_gradient(lambda x: np.sum(x**2), [x])
    assert [float(v) for v in found] == pytest.approx(list(2 * x), rel=1e-15)


def test_a_point_is_asked_once_for_each_number_of_digits():
    class Counted(Exact):
        asked = 0

        def __call__(self, *point):
            self.asked += 1
            return super().__call__(*point)

    exact = Counted(lambda x: x * np.sin(x))
    for digits, asked in ((50, 1), (100, 2)):
        with mpmath.workdps(digits):
            x = mpmath.mpf(0.25)
            assert exact.again(x) == exact.again(+x) == x * mpmath.sin(x)
            assert exact.asked == asked
