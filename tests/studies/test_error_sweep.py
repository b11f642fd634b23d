"""The error sweep: truncation and rounding measured apart, with their theory beside them."""

import json
import math
import re

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError


@pytest.fixture(scope="module")
def exp_at_one():
    return dk.error_sweep(
        "exp(x)", 1.0, methods=("forward", "backward", "central", "richardson", "complex-step")
    )


def test_the_two_parts_add_up_to_the_total_at_every_step(exp_at_one):
    for name, curve in exp_at_one.curves.items():
        np.testing.assert_allclose(
            curve.truncation + curve.rounding, curve.total, rtol=1e-12, atol=1e-30, err_msg=name
        )


def test_truncation_and_rounding_of_exp_have_the_known_values():
    sweep = dk.error_sweep(np.exp, 1.0, methods=["central", "forward"], steps=[1e-8, 1e-5, 1e-3])
    assert sweep.truncation["central"] == pytest.approx([4.53e-17, 4.53e-11, 4.53e-7], rel=2e-3)
    assert 1e-12 < abs(sweep.rounding["central"][1]) < 1e-10
    assert sweep.truncation["forward"][0] == pytest.approx(1.36e-8, rel=2e-3)


def test_truncation_is_the_formula_in_exact_arithmetic(exp_at_one):
    with mpmath.workdps(120):
        for i in (0, 100, 200, 300):
            h = mpmath.mpf(float(exp_at_one.steps[i]))
            x = mpmath.mpf(1)
            central = (mpmath.exp(x + h) - mpmath.exp(x - h)) / (2 * h) - mpmath.e
            assert exp_at_one.truncation["central"][i] == pytest.approx(float(central), rel=1e-14)


def test_the_total_is_what_the_method_answers_with_that_step(exp_at_one):
    for i in (40, 160, 280):
        h = float(exp_at_one.steps[i])
        found = dk.derivative(np.exp, 1.0, "central", h=h)
        with mpmath.workdps(50):
            assert exp_at_one.total["central"][i] == pytest.approx(
                float(mpmath.mpf(found) - mpmath.e), rel=1e-12
            )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("f", ["sin(x)*exp(-x^2)", "exp(x)", "log(1+x^2)"])
def test_fitted_slopes_are_the_orders(f):
    sweep = dk.error_sweep(f, 0.7)
    assert sweep.slope["forward"] == pytest.approx(1, abs=0.1)
    assert sweep.slope["central"] == pytest.approx(2, abs=0.1)
    assert sweep.slope["richardson"] == pytest.approx(4, abs=0.2)


def test_the_best_steps_are_within_a_factor_ten_of_theory(exp_at_one):
    for name in ("forward", "backward", "central", "richardson"):
        found, theory = exp_at_one.best[name], exp_at_one.predicted[name]
        assert 0.1 < found[0] / theory[0] < 10
        assert 0.05 < found[1] / theory[1] < 2


def test_predicted_steps_are_those_of_the_textbook_where_x_plus_h_is_exact():
    u, predicted = 2.0**-53, dk.error_sweep("exp(x)", 0.0, steps=[1e-5, 1e-3]).predicted
    assert predicted["forward"][0] == pytest.approx(2 * math.sqrt(u), rel=1e-6)
    assert predicted["central"][0] == pytest.approx((3 * u) ** (1 / 3), rel=1e-6)
    assert predicted["richardson"][0] == pytest.approx((11.25 * u) ** (1 / 5), rel=1e-6)


def test_predicted_steps_are_larger_where_x_plus_h_is_rounded_too(exp_at_one):
    u = 2.0**-53  # x f' is f here
    assert exp_at_one.predicted["forward"][0] == pytest.approx(math.sqrt(6 * u), rel=1e-6)
    assert exp_at_one.predicted["central"][0] == pytest.approx((6 * u) ** (1 / 3), rel=1e-6)
    assert exp_at_one.predicted["richardson"][0] == pytest.approx((22.5 * u) ** (1 / 5), rel=1e-6)


def test_far_from_0_the_rounding_of_x_plus_h_is_what_makes_the_best_step():
    sweep = dk.error_sweep("sin(x)", 1e6)
    for name in ("forward", "central", "richardson"):
        (step, error), (theory, bound) = sweep.best[name], sweep.predicted[name]
        assert 0.1 < step / theory < 10
        assert 0.1 < error / bound < 1
    assert sweep.slope["forward"] == pytest.approx(1, abs=0.1)
    assert sweep.slope["central"] == pytest.approx(2, abs=0.1)
    assert sweep.slope["richardson"] == pytest.approx(4, abs=0.2)


def test_the_complex_step_has_truncation_and_no_rounding_that_grows(exp_at_one):
    curve = exp_at_one["complex-step"]
    assert curve.slope == pytest.approx(2, abs=0.1)
    assert np.nanmax(np.abs(curve.rounding)) < 1e-14


def test_the_remark_on_the_complex_step_says_from_where_on_nothing_cancels(exp_at_one):
    (remark,) = [line for line in exp_at_one.remarks() if line.startswith("complex-step: ")]
    edge, error = map(float, re.findall(r"\d[.]\d\de-\d\d", remark))
    assert remark == (
        f"complex-step: above h = {edge:.2e} truncation dominates and falls like h^2; "
        f"below it nothing cancels, and the error stays near {error:.2e}."
    )
    # Truncation e h^2 / 6 is as large as rounding, an ulp of e at most, at h = sqrt(6 eps).
    assert 0.1 < edge / math.sqrt(6 * 2.0**-52) < 10
    assert error == pytest.approx(exp_at_one.best["complex-step"][1], rel=1e-2)
    assert error < 2.0**-52 * math.e


def test_the_remark_on_the_complex_step_tells_where_there_is_no_truncation():
    (remark, _) = dk.error_sweep("x^2", 0.7, methods=["complex-step"]).remarks()
    assert remark == "complex-step: no truncation error for this f, and rounding does not grow as h shrinks."


def test_the_default_steps_go_from_the_spacing_of_x_to_its_size(exp_at_one):
    assert exp_at_one.steps[0] == pytest.approx(1e-16)
    assert exp_at_one.steps[-1] == pytest.approx(1.0)
    assert len(exp_at_one.steps) > 300
    assert np.all(np.diff(exp_at_one.steps) > 0)


def test_the_default_steps_reach_the_spacing_of_a_small_x():
    sweep = dk.error_sweep("log(x)", 1e-6, methods=["central"])
    assert sweep.steps[0] < 1e-21
    assert sweep.best["central"][1] < 1e-2 * 1e6 * 1e-6


def test_steps_that_all_leave_the_domain_are_one_clear_line():
    with pytest.raises(DomainError, match="leaves the domain of f at every step"):
        dk.error_sweep("log(x)", 0.5, methods=["central"], steps=[1.0, 2.0])


def test_methods_without_a_step_are_flat(exp_at_one):
    assert set(exp_at_one.flat) == {"reverse", "dual"}
    assert max(exp_at_one.flat.values()) < 1e-15


def test_float32_rounds_at_its_own_level():
    sweep = dk.error_sweep("sin(x)", 1.0, dtype="float32")
    assert sweep.dtype == "float32"
    assert 1e-5 < sweep.best["forward"][1] < 1e-3
    assert sweep.predicted["forward"][0] > 1e-4


def test_a_step_that_leaves_the_domain_is_nan_and_the_rest_stays():
    sweep = dk.error_sweep("log(x)", 0.01, methods=["central"])
    far = sweep.steps > 0.0101
    assert np.all(np.isnan(sweep.total["central"][far]))
    assert np.all(np.isfinite(sweep.total["central"][sweep.steps < 0.009]))
    assert sweep.slope["central"] == pytest.approx(2, abs=0.1)


def test_a_truncation_error_that_vanishes_is_zero_and_said():
    sweep = dk.error_sweep("x^2", 1.0, methods=["central"])
    assert not np.any(sweep.truncation["central"])
    assert math.isnan(sweep.slope["central"])
    assert "no truncation error" in str(sweep)


def test_second_derivatives_round_like_one_over_h_squared():
    sweep = dk.error_sweep("sin(x)", 1.0, methods=["central"], order=2)
    assert sweep.slope["central"] == pytest.approx(2, abs=0.1)
    assert sweep.predicted["central"][0] == pytest.approx(
        (48 * 2.0**-53 * (1 + 0.5 / math.tan(1))) ** 0.25, rel=1e-6
    )
    assert "1/h^2" in str(sweep)


def test_a_function_with_a_corner_shows_no_power_law():
    sweep = dk.error_sweep("abs(x)", 0.1)
    assert all(map(math.isnan, sweep.slope.values()))
    remarks = sweep.remarks()
    assert remarks[0] == "forward: no truncation error for this f; rounding dominates and grows like 1/h."
    assert remarks[1].startswith("central: truncation shows no power law; below h = ")
    assert "h^2" not in str(sweep)


def test_remarks_tell_the_slope_that_was_measured_where_it_is_not_the_order():
    # f and its second derivative are 0 there: the forward difference gains an order, nothing rounds
    remarks = dk.error_sweep("sin(x)", 0.0, methods=["forward", "central"]).remarks()
    assert remarks[0] == "forward: truncation dominates at every step and falls like h^2, not h."
    assert remarks[1] == "central: truncation dominates at every step and falls like h^2."


def test_steps_too_large_for_rounding_to_be_seen_claim_nothing_of_it():
    sweep = dk.error_sweep("exp(x)", 1.0, methods=["central"], steps=np.logspace(-3, -1, 21))
    assert sweep.remarks()[0] == "central: truncation dominates at every step and falls like h^2."


def test_the_best_error_is_told_as_the_median_that_it_is(exp_at_one):
    assert "median error" in exp_at_one.tables()[1].columns
    step, error = exp_at_one.best["central"]
    near = np.argsort(np.abs(np.log(exp_at_one.steps / step)), kind="stable")[:15]
    assert error == np.median(np.abs(exp_at_one.total["central"][near]))


def test_where_the_values_of_f_cancel_the_error_is_the_derivative_itself():
    sweep = dk.error_sweep("sin(x)", 1.0, methods=["central"], order=2)
    curve = sweep["central"]
    assert 0 < np.count_nonzero(curve.lost) < len(sweep.steps)
    np.testing.assert_array_equal(curve.total[curve.lost], -sweep.exact)
    for i in np.flatnonzero(curve.lost)[:3]:
        assert dk.derivative(np.sin, 1.0, "central", order=2, h=float(sweep.steps[i])) == 0
    assert "Where the values of f cancel to exactly 0, the error is the derivative itself, 8.41e-01." in str(
        sweep
    )


def test_a_derivative_of_0_is_exactly_0_and_nothing_to_lose():
    sweep = dk.error_sweep("x^3", 0.0)  # mpmath says 1e-138
    assert sweep.exact == 0
    assert set(sweep.flat.values()) == {0.0}
    assert not any(np.any(curve.lost) for curve in sweep.curves.values())
    assert "richardson: no error at any step." in sweep.remarks()


@pytest.mark.parametrize(("f", "x"), [("1e-120*sin(x)", 1.0), ("exp(-x^2)", 15.0), ("x^2", 1e-90)])
def test_a_small_derivative_is_not_0(f, x):
    sweep = dk.error_sweep(f, x, methods=["central"])
    assert sweep.exact == pytest.approx(dk.derivative(f, x), rel=1e-12, abs=0)


def test_the_dictionary_is_json_and_the_csv_has_a_line_a_step(exp_at_one):
    data = json.loads(json.dumps(exp_at_one.to_dict(), allow_nan=False))
    assert data["schema"] == "diffkit.sweep/1"
    assert len(data["methods"]["central"]["truncation"]) == len(data["steps"]) == len(exp_at_one.steps)
    assert len(exp_at_one.csv().splitlines()) == len(exp_at_one.steps) + 1


def test_a_curve_is_found_by_its_method(exp_at_one):
    assert exp_at_one["central"] is exp_at_one.curves["central"]
    assert exp_at_one.total["central"] is exp_at_one["central"].total


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"methods": ["reverse"]}, ArgumentsError, "no step"),
        ({"methods": []}, ArgumentsError, "no methods"),
        ({"methods": ["central", dk.numerical.Central(accuracy=4)]}, ArgumentsError, "named 'central'"),
        ({"steps": [0.0, 1.0]}, ArgumentsError, "positive"),
        ({"steps": []}, ArgumentsError, "positive"),
        ({"dtype": "int32"}, ArgumentsError, "float32"),
        ({"x": np.ones(2)}, ArgumentsError, "one number"),
        ({"x": math.nan}, DomainError, "finite"),
        ({"f": "log(x)", "x": -1.0}, DomainError, "no derivative"),
    ],
)
def test_bad_arguments_get_one_clear_line(arguments, error, words):
    given = {"f": "exp(x)", "x": 1.0, **arguments}
    with pytest.raises(error, match=words):
        dk.error_sweep(given.pop("f"), given.pop("x"), **given)


def test_one_method_is_a_name():
    assert list(dk.error_sweep("exp(x)", 1.0, "central", steps=[1e-3]).curves) == ["central"]


@pytest.mark.parametrize(("order", "power"), [(2, 4), (3, 6)])
def test_the_complex_step_of_a_higher_order_is_measured_at_the_radius_it_is_told(order, power):
    steps = np.logspace(-3, -0.5, 40)
    curve = dk.error_sweep("exp(x)", 1.0, ["complex-step"], steps, order=order)["complex-step"]
    h, error = curve.predicted
    assert curve.slope == pytest.approx(power, abs=0.05)
    assert abs(curve.total[-1]) == pytest.approx(curve.model_truncation[-1], rel=0.1)
    assert curve.best[0] == pytest.approx(h, rel=3)
    assert error / 100 < curve.best[1] < 2 * error


def fails_beyond(edge, failure):
    """sin, which beyond an edge raises, or answers with something else than a number."""

    def f(x):
        if x > edge:
            if isinstance(failure, Exception):
                raise failure
            return failure
        return np.sin(x)

    return f


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (ValueError("outside\n of the table"), "ValueError: outside of the table"),
        (KeyError("no key"), "KeyError: 'no key'"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (None, "f returned nothing (None); it has to return a number or an array"),
        ("text", "f returned a str; it has to return a number or an array"),
    ],
)
def test_steps_at_which_f_fails_are_named_and_the_others_are_kept(failure, says):
    """One sample that raised took the whole sweep with it."""
    steps = [1e-5, 1e-3, 0.1, 0.5, 1.0]
    found = dk.error_sweep(fails_beyond(1.2, failure), 1.0, ["central", "backward"], steps)
    whole = dk.error_sweep("sin(x)", 1.0, ["central", "backward"], steps)
    assert found["central"].failed == {0.5: says, 1.0: says}
    np.testing.assert_array_equal(found.total["central"][:3], whole.total["central"][:3])
    assert np.isnan(found.total["central"][3:]).all()
    assert f"central: f fails at 2 of 5 steps, h = 5.00e-01 to 1.00e+00: {says}." in found.remarks()
    assert not found["backward"].failed
    np.testing.assert_array_equal(found.total["backward"], whole.total["backward"])
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["methods"]["central"]["failed"][0] == {"step": 0.5, "reason": says}


def test_one_step_at_which_f_fails_is_called_one():
    found = dk.error_sweep(fails_beyond(1.2, OSError("gone")), 1.0, "central", [1e-3, 0.5])
    assert "central: f fails at one step, h = 5.00e-01: OSError: gone." in found.remarks()


def test_what_f_raises_at_every_step_is_passed_on():
    with pytest.raises(KeyError, match="no key"):
        dk.error_sweep(fails_beyond(1.2, KeyError("no key")), 1.0, "forward", [0.5, 1.0])


def test_an_interrupt_ends_a_sweep():
    calls = []

    def f(x):
        calls.append(x)
        if len(calls) > 10:
            raise KeyboardInterrupt
        return np.sin(x)

    with pytest.raises(KeyboardInterrupt):
        dk.error_sweep(f, 1.0)
