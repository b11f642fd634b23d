"""A function of the user's own runs in the arithmetic of the tape around it."""

import mpmath
import numpy as np
import pytest
import sympy

from diffkit.errors import NoRuleError
from diffkit.tape.inside import run_inside
from diffkit.tape.objects import MPMATH, SYMPY


def test_calls_of_numpy_are_made_exactly():
    def f(x, y):
        total = 0.0
        for i in range(3):
            total = total + np.sin(x[i]) / y
        return total, np.cumsum(x)

    x = np.array([mpmath.mpf(k) for k in (1, 2, 3)], dtype=object)
    with mpmath.workdps(40):
        total, sums = run_inside(f, MPMATH, [x, mpmath.mpf(3)], {})
        assert abs(total - sum(map(mpmath.sin, (1, 2, 3))) / 3) < mpmath.mpf(10) ** -39
    assert sums.tolist() == [1, 3, 6]
    a = sympy.Symbol("a")
    assert run_inside(lambda x, k: np.exp(x) ** k, SYMPY, [a, 2], {}) == sympy.exp(a) ** 2


def test_branches_are_decided_by_numbers():
    f = lambda x: x if x > 1 else -x
    assert run_inside(f, MPMATH, [mpmath.mpf(2)], {}) == 2
    assert run_inside(f, SYMPY, [sympy.Rational(1, 2)], {}) == -sympy.Rational(1, 2)
    with pytest.raises(TypeError):
        run_inside(f, SYMPY, [sympy.Symbol("x")], {})


def test_a_constant_result_is_a_number_of_the_arithmetic():
    with mpmath.workdps(30):
        assert isinstance(run_inside(lambda x: 0.5, MPMATH, [mpmath.mpf(2)], {}), mpmath.mpf)


def test_what_the_arithmetic_lacks_is_named():
    with pytest.raises(NoRuleError, match="spacing has no meaning in sympy arithmetic"):
        run_inside(np.spacing, SYMPY, [sympy.Symbol("x")], {})
