"""The integral as a row: its example, its linearity, its second derivatives, and what it refuses."""

import numpy as np
import pytest

from diffkit.autodiff import grad, hessian
from diffkit.autodiff.functions.integral import integral
from diffkit.errors import ArgumentsError
from diffkit.rules import rule_of


def test_the_row_holds_for_the_call_beside_it(check_maps, program):
    for shown in rule_of(integral).examples:
        f, shapes = program(integral, shown)
        check_maps(f, *shapes)


def test_the_hessian_by_ends_and_parameter_is_that_of_the_closed_form():
    # F = integral of x c from a to b = c (b^2 - a^2) / 2
    f = lambda v: integral(v[0], v[1], v[2], func=lambda x, c: c * x, how={})[0]
    found = hessian(f)(np.array([0.5, 2.0, 3.0]))
    assert found == pytest.approx(np.array([[-3.0, 0, -0.5], [0, 3.0, 2.0], [-0.5, 2.0, 0]]), abs=1e-12)


def test_an_argument_may_be_an_array_and_is_integrated_as_one():
    f = lambda c: integral(0.0, 1.0, c, func=lambda x, c: np.sum(c * x ** np.arange(3)), how={})[0]
    assert grad(f)(np.ones(3)) == pytest.approx(1 / np.arange(1, 4), rel=1e-14)


def test_an_active_value_that_comes_in_past_the_arguments_is_an_error_that_says_where_to_put_it():
    with pytest.raises(ArgumentsError, match=r"hand it over in args"):
        grad(lambda c: integral(0.0, 1.0, c, func=lambda x, d: c * d * x, how={})[0])(2.0)
