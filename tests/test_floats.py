"""NumPy's functions on one float: the numbers of NumPy, and errors where NumPy has nan or inf."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffkit.floats import ON_FLOATS, for_floats
from diffkit.rules.declare import quick_partials


@pytest.mark.parametrize("function", ON_FLOATS, ids=lambda f: f.__name__)
@settings(max_examples=30)
@given(x=st.floats(-5, 5))
def test_each_gives_what_numpy_gives(function, x):
    with np.errstate(all="ignore"):
        right = float(function(np.float64(x)))
    try:
        found = ON_FLOATS[function](x)
    except (ValueError, OverflowError):
        assert not np.isfinite(right)
    else:
        assert math.isclose(found, right, rel_tol=2**-51, abs_tol=5e-324)


def test_a_formula_for_floats_finds_math_also_in_the_functions_it_calls():
    hypot_by_a = quick_partials(np.hypot, float)[0]
    assert hypot_by_a(5.0, 3.0, 4.0) == 0.6
    assert hypot_by_a(0.0, 0.0, 0.0) == 0.0  # through a function of its module
    assert hypot_by_a.__globals__["np"].sqrt is math.sqrt


@pytest.mark.parametrize("x", [0.0, -1.0])
def test_a_formula_for_floats_raises_where_numpy_has_no_number(x):
    with pytest.raises((ValueError, ZeroDivisionError)):
        for_floats(lambda x: 1 / np.sqrt(x))(x)
