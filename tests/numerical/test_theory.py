"""The explanation is right: its constants are the exact ones, and its best step is the best there is."""

from __future__ import annotations

import dataclasses
import json
from math import inf

import mpmath
import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

import diffkit as dk
from diffkit.numerical import (
    Backward,
    Central,
    ComplexStep,
    Forward,
    Richardson,
    explain,
    optimal_step,
    representable,
)
from diffkit.numerical.step import unit_roundoff

u = 2.0**-53

# name -> f, the same in mpmath, x
FUNCTIONS = {
    "exponential": (np.exp, mpmath.exp, 1.0),
    "sine": (np.sin, mpmath.sin, 0.7),
    "fast": (lambda x: np.sin(100 * x), lambda x: mpmath.sin(100 * x), 0.7),
    "slow": (lambda x: np.exp(x / 1024), lambda x: mpmath.exp(x / 1024), 3.0),
    "pole": (lambda x: 1 / x, lambda x: 1 / x, 1e-3),
    "edge": (np.log, mpmath.log, 1e-3),
    "tiny": (lambda x: 2.0**-600 * np.cos(x), lambda x: mpmath.mpf(2) ** -600 * mpmath.cos(x), 1.0),
}
METHODS = [Forward(), Backward(), Central(), Richardson(), Central(accuracy=6), Forward(accuracy=3)]
each_function = pytest.mark.parametrize(("f", "exact", "x"), FUNCTIONS.values(), ids=FUNCTIONS)
each_method = pytest.mark.parametrize(
    "method", METHODS, ids=lambda method: f"{method.name}-{method.stencil().order}"
)


def derivative(exact, x, n):
    with mpmath.workdps(80):
        return mpmath.diff(exact, mpmath.mpf(x), n)


@each_function
@each_method
@pytest.mark.parametrize("order", [1, 2])
def test_the_constants_are_those_of_the_exact_derivatives(f, exact, x, method, order):
    found, stencil = explain(f, x, method, order=order), method.stencil(order)
    higher = float(derivative(exact, x, order + stencil.order))
    assert abs(found.higher - higher) <= found.higher_error
    assert found.truncation == pytest.approx(abs(stencil.error_constant * higher), rel=0.01)
    assert found.rounding == stencil.noise_gain * found.noise
    assert found.wanted == pytest.approx(float(derivative(exact, x, order)), rel=1e-6)
    assert found.noise == u * abs(found.value) or found.noise_measured
    best = optimal_step(stencil, higher=higher, noise=found.noise)
    assert (found.step, found.error) == pytest.approx(best, rel=0.01)


@pytest.mark.sampled(5)
@each_function
@each_method
@pytest.mark.parametrize("order", [1, 2])
def test_at_the_best_step_the_error_is_the_predicted_one(f, exact, x, method, order):
    found, slope = explain(f, x, method, order=order), derivative(exact, x, order)

    def worst(factor):
        errors = []
        for jitter in np.random.default_rng(0).uniform(0.8, 1.25, 30):
            h = representable(x, found.step * factor * jitter)
            if x - h * max(map(abs, method.stencil(order).offsets)) < 0 and exact is mpmath.log:
                return inf
            errors.append(abs(float(method.apply(f, np.float64(x), h, order) - slope)))
        return max(errors)

    # Three times: the terms after the first one, and that values may err by more than half a unit.
    assert worst(1) <= 3 * found.error
    assert worst(1) < worst(20)
    assert worst(1) < worst(1 / 20)


def test_for_another_scale_the_explanation_finds_the_step_that_the_default_misses():
    f = lambda x: np.sin(1e4 * x)
    found = explain(f, 0.7)
    exact = float(1e4 * mpmath.cos(mpmath.mpf(1e4) * mpmath.mpf(0.7)))
    error = lambda h: abs(Central(h=h).derivative(f, 0.7).value - exact)
    assert found.taken == Central().step(0.7)
    assert error(found.step) < error(found.taken) / 1000
    assert found.bound(found.taken)[0] == pytest.approx(error(found.taken), rel=0.01)
    assert f"the best step is {found.step / found.taken:.2g} times as long" in found.note


def test_noise_that_is_more_than_the_roundoff_is_measured_and_lengthens_the_step():
    noise = lambda x: 1e-9 * np.sin(1e3 * np.floor(2.0**46 * x))
    smooth, noisy = explain(np.sin, 0.7), explain(lambda x: np.sin(x) + noise(x), 0.7)
    assert not smooth.noise_measured
    assert noisy.noise_measured
    assert 2e-10 < noisy.noise < 2e-9
    assert noisy.step > 50 * smooth.step
    assert "f is noisier than its roundoff" in noisy.note
    assert "seen in the values of f" in str(noisy)
    error = lambda h: abs(Central(h=h).derivative(lambda x: np.sin(x) + noise(x), 0.7).value - np.cos(0.7))
    assert error(noisy.step) <= 3 * noisy.error


def test_a_derivative_that_is_0_within_its_error_gives_an_upper_bound():
    found = explain(lambda x: x, 1.0)
    assert abs(found.higher) <= found.higher_error
    assert found.truncation == pytest.approx(found.higher_error / 6)
    assert "at most" in found.note
    assert found.step > 100 * found.taken


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_each_dtype_has_its_own_roundoff_and_step(dtype):
    found = explain(np.exp, dtype(1))
    assert found.noise == pytest.approx(unit_roundoff(dtype) * np.e)
    assert found.taken == Central().step(dtype(1))
    assert found.step == pytest.approx(
        optimal_step(Central().stencil(), np.e, np.e, unit_roundoff(dtype))[0], rel=0.01
    )


def test_a_function_that_answers_in_float32_has_the_roundoff_of_float32():
    assert explain(lambda x: np.exp(np.float32(x)), 1.0).noise >= 2.0**-24 * 2.7


def test_the_complex_step_subtracts_nothing():
    found = explain(np.exp, 1.0, "complex-step")
    assert found.power == 0
    assert found.bound(1e-3) == pytest.approx((np.e / 6 * 1e-6, u * np.e))
    assert found.step == pytest.approx((6 * u) ** 0.5)
    assert found.digits == pytest.approx(15.65, abs=0.01)
    assert "every step below 2.6e-08 is as good" in found.note


def test_names_and_options_and_objects_are_the_same_thing():
    by_name = explain(np.sin, 1.0, "central", accuracy=4, h=1e-3)
    assert (
        by_name
        == explain(np.sin, 1.0, Central(accuracy=4, h=1e-3))
        == dk.numerical.explain(np.sin, 1.0, Central(accuracy=4), h=1e-3)
    )
    assert by_name.taken == 1e-3
    assert by_name.note.startswith("The step given, h = 0.001, predicts the error")


def test_digits_are_those_of_the_derivative_and_none_where_it_is_0():
    found = explain(np.exp, 1.0)
    assert found.digits == pytest.approx(-np.log10(found.error / np.e))
    assert explain(np.cos, 0.0).digits is None


@pytest.mark.parametrize("method", [Forward(), Central(accuracy=4), ComplexStep()])
def test_the_calls_of_f_are_counted(method):
    calls = []
    found = explain(lambda x: calls.append(x) or np.exp(x), 1.0, method)
    assert found.evaluations == len(calls)


def test_where_the_higher_derivative_cannot_be_measured_it_says_so():
    found = explain(np.abs, 0.0)
    assert np.isnan(found.step)
    assert found.note == "f''' could not be measured, so there is no telling which step is best."
    assert found.to_dict()["step"] is None


# -- as text, LaTeX and data ---------------------------------------------------------------------------


def test_as_text_it_is_the_model_with_its_numbers():
    found = dataclasses.replace(explain(np.exp, 0.0, "forward"), higher=1.0, higher_error=2e-11)
    assert str(found).splitlines() == [
        "method       forward, for f'(x) at x = 0.0",
        "formula      f'(x) ≈ (f(x+h) - f(x)) / h + O(h)",
        "truncation   |C f''(x)| h = 0.5 h",
        "             C = 1/2, f''(x) = 1 ± 2e-11, measured",
        "rounding     S e / h = 2.22e-16 / h",
        "             S = 2, e = 1.11e-16, the roundoff u |f(x)|",
        "best step    (B / A)^(1/2) = 2.11e-08, of A h + B / h",
        "error there  2.11e-08, 7.7 digits of f'(x)",
        "step taken   The default step 2.1e-08 takes |f| and |f''| to be about 1 over a length of",
        "             max(1, |x|), and predicts the error 2.1e-08. Measured, |f| is 1 and |f''| 1: the",
        "             best step is 1 times as long.",
    ]


def test_as_latex_every_row_can_be_set():
    for method, order in [(Central(), 1), (Forward(), 1), (Richardson(), 3), (ComplexStep(), 1)]:
        found = explain(np.exp, 1.0, method, order=order)
        lines = found.to_latex().splitlines()
        assert (lines[0], lines[-1]) == (r"\begin{aligned}", r"\end{aligned}")
        for line in lines[1:-1]:
            row = line.removesuffix(r" \\")
            assert row.count("&") == 1
            MathTextParser("path").parse(f"${row.replace('&', '')}$")
        assert found._repr_latex_() == f"$$\n{found.to_latex()}\n$$"
    assert r"(B / 2A)^{1/3} = 6.93 \cdot 10^{-6}" in explain(np.exp, 0.0).to_latex()


def test_as_data_it_is_json():
    found = explain(np.exp, 1.0)
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["schema"] == "diffkit.explain/1"
    assert (data["method"], data["error_constant"], data["noise_gain"]) == ("central", "1/6", "1")
    assert (data["step"], data["error"], data["note"]) == (found.step, found.error, found.note)


# -- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "x", "method", "options", "error", "message"),
    [
        (
            "sin(x)",
            1.0,
            "central",
            {},
            TypeError,
            "f='sin\\(x\\)' is not a function, and explain sees nothing but",
        ),
        (np.sin, [1.0, 2.0], "central", {}, TypeError, "is not a finite real number"),
        (np.sin, 1j, "central", {}, TypeError, "is not a finite real number"),
        (np.sin, np.nan, "central", {}, TypeError, "is not a finite real number"),
        (lambda x: x + 1j, 1.0, "central", {}, ValueError, "f is complex at this real point"),
        (lambda x: np.full(2, x), 1.0, "central", {}, ValueError, r"f is of shape \(2,\) at x = 1.0"),
        (lambda x: np.inf, 1.0, "central", {}, ValueError, "f is inf at x = 1.0"),
        (
            np.sin,
            1.0,
            "adaptive",
            {},
            ValueError,
            "method='adaptive' has no step whose error could be explained",
        ),
        (np.sin, 1.0, Central, {}, ValueError, "write one of forward, backward, central, richardson"),
        (
            np.sin,
            1.0,
            "richardson",
            {"accuracy": 4},
            TypeError,
            "'richardson' has no option 'accuracy'; its options",
        ),
        (np.sin, 1.0, "central", {"order": 0}, ValueError, "order=0 is not a whole number"),
        (
            np.sin,
            1.0,
            "complex-step",
            {"order": 2},
            ValueError,
            "the complex step is explained for its first",
        ),
    ],
)
def test_what_cannot_be_explained_is_refused_in_one_sentence(f, x, method, options, error, message):
    with pytest.raises(error, match=message):
        explain(f, x, method, **options)
