"""Secants: their points, legs, slopes and errors, against the textbook's numbers."""

from __future__ import annotations

import csv
import io
import json
import pickle

import numpy as np
import pytest

from diffkit.errors import ArgumentsError, DomainError, OptionError
from diffkit.studies import secants


@pytest.fixture(scope="module")
def cubic():
    return secants("2*x^3 + x^2", 1.0)


def test_slopes_are_those_of_the_textbook(cubic):
    found = {kind: cubic[kind, 0.1].slope for kind in ("forward", "backward", "central")}
    assert found == pytest.approx({"forward": 8.72, "backward": 7.32, "central": 8.02}, abs=1e-12)
    assert cubic.slope == 8.0


def test_the_slope_is_the_formulas_bit_for_bit():
    found = secants("x^2", 3.0, steps=[1e-6])
    assert found["forward", 1e-6].slope == 6.000001000927568


def test_a_secant_goes_through_its_two_points(cubic):
    for row in cubic.rows:
        assert row.dy / row.dx == pytest.approx(row.slope, rel=1e-12)
        assert cubic.line(row, row.left[0]) == row.left[1]
        assert cubic.line(row, row.right[0]) == pytest.approx(row.right[1], rel=1e-12)
        assert row.right[1] == pytest.approx(2 * row.right[0] ** 3 + row.right[0] ** 2, rel=1e-14)


def test_the_points_lie_at_x_and_a_step_from_it(cubic):
    places = {kind: (cubic[kind, 0.3].left[0], cubic[kind, 0.3].right[0]) for kind in ("forward", "backward",
                                                                                      "central")}  # fmt: skip
    assert places == {"forward": (1.0, 1.3), "backward": (0.7, 1.0), "central": (0.7, 1.3)}


def test_the_tangent_touches_and_errors_are_off_its_slope(cubic):
    assert cubic.tangent([1.0, 2.0]).tolist() == [3.0, 11.0]
    assert [row.error for row in cubic.rows] == [row.slope - 8.0 for row in cubic.rows]


def test_the_curve_ends_where_f_does():
    x, y = secants("sqrt(x)", 1.0, steps=[0.5]).curve(-1.0, 2.0)
    assert np.isnan(y[x < 0]).all()
    np.testing.assert_array_equal(y[x >= 0], np.sqrt(x[x >= 0]))


def test_the_text_says_how_fast_the_errors_shrink(cubic):
    assert "From h = 0.1 to 0.01 the error shrinks: forward 10.3 times, backward 9.74 times" in str(cubic)
    assert "central is exact" in str(secants("x^2", 1.0))
    assert str(cubic).splitlines()[:2] == ["Secants of f(x) = 2*x^3 + x^2 at x = 1.0", "f = 3.0    f' = 8.0"]
    assert secants("x^2", 1.0, steps=[0.1]).remarks() == []


def test_csv_and_json_have_every_secant(cubic):
    rows = list(csv.DictReader(io.StringIO(cubic.csv())))
    assert [float(row["slope"]) for row in rows] == [row.slope for row in cubic.rows]
    told = json.loads(json.dumps(cubic.to_dict(), allow_nan=False))
    assert (told["schema"], told["slope"], len(told["secants"])) == ("diffkit.secants/1", 8.0, 12)
    assert told["secants"][0]["dx"] == 1.0


def test_a_secant_that_is_not_there_names_those_that_are(cubic):
    with pytest.raises(KeyError, match=r"no secant \('forward', 0.2\).*the steps \[1.0, 0.3, 0.1, 0.01\]"):
        cubic["forward", 0.2]


@pytest.mark.parametrize(
    ("f", "x", "steps", "kind", "said"),
    [
        ("log(x)", 0.5, (1.0,), DomainError, "f is nan at x = -0.5"),
        ("sqrt(x)", 0.0, (1.0,), DomainError, "f"),
        ("x^2", 1.0, (0.0,), OptionError, "a step is 0.0; write a positive number such as 0.1"),
        ("x^2", 1.0, (), OptionError, "no steps are given"),
        ("x^2", [1.0, 2.0], (1.0,), ArgumentsError, "write one number, such as 0.7"),
        ("x*y", 1.0, (1.0,), ArgumentsError, "f has 2 variables"),
    ],
)
def test_what_does_not_fit_is_refused(f, x, steps, kind, said):
    with pytest.raises(kind, match=said):
        secants(f, x, steps)


def test_a_curve_ends_where_f_raises_whatever_it_likes():
    def f(x):
        if x > 2.5:
            raise LookupError("no table there")
        return x * x

    _, y = secants(f, 1.0, (0.1,)).curve(0, 5, 6)
    assert np.isfinite(y).tolist() == [True, True, True, False, False, False]


def test_secants_of_a_formula_are_pickled_whole_and_those_of_a_lambda_without_it():
    """Those of a lambda could not be pickled at all."""
    again = pickle.loads(pickle.dumps(secants("x^2", 1.0)))
    assert again == secants("x^2", 1.0)
    assert again.curve(0, 1, 3)[1].tolist() == [0, 0.25, 1]
    again = pickle.loads(pickle.dumps(secants(lambda x: x**2, 1.0)))
    assert again == secants(lambda x: x**2, 1.0, text=again.f)
    with pytest.raises(ArgumentsError, match="define f by def"):
        again.plot()
