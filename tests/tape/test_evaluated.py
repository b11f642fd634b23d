"""SymPy's functions as NumPy and SciPy evaluate them: each value is SymPy's own."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.errors import NotClosedFormError
from diffkit.tape.evaluated import function_for
from diffkit.tape.formula import as_numpy

X, AT = sympy.Symbol("x", real=True), sympy.Rational(3, 7)
# Name -> the operands at which it is compared.
CASES = {
    "asin": (AT,), "besselj": (2, AT), "digamma": (AT,), "erf": (AT,), "expint": (1, AT), "gamma": (AT,),
    "log": (AT,), "loggamma": (AT,), "polygamma": (1, AT), "polylog": (2, AT), "sec": (AT,), "zeta": (3, AT),
}  # fmt: skip


@pytest.mark.parametrize(("name", "operands"), CASES.items())
def test_a_function_has_the_values_that_sympy_gives_it(name, operands):
    function, several = function_for(name)
    numbers = [n if isinstance(n, int) else float(n) for n in operands]
    found = function(lambda f, *args: f(*args), *numbers) if several else function(*numbers)
    assert found == pytest.approx(float(getattr(sympy, name)(*operands)), rel=1e-14)


def test_a_function_that_neither_library_has_is_refused_by_its_name():
    with pytest.raises(NotClosedFormError, match="fresnels has no NumPy"):
        function_for("fresnels")


def test_scipy_is_not_imported_for_what_numpy_has():
    code = "import sys\nfrom diffkit.tape.evaluated import function_for\nfunction_for('asin')\n"
    asked = [sys.executable, "-c", code + "print('scipy.special' in sys.modules)"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_name_that_both_have_is_numpys():
    assert function_for("sin") == (np.sin, False)


def test_a_choice_between_two_conditions_is_one():
    either = sympy.ITE(X > 1, X < 2, X < 0)
    f = as_numpy(sympy.Piecewise((X, sympy.Not(either, evaluate=False)), (0, True)), ["x"])
    assert f(np.array([-1.0, 0.5, 1.5, 3.0])).tolist() == [0.0, 0.5, 0.0, 3.0]


def test_the_second_derivative_of_a_minimum_within_a_minimum_is_evaluated():
    f, at = "min(x*z, x - min(x, z))^2", {"x": -1.5, "z": 2.0}
    found = dk.hessian(f, at, method="symbolic")
    assert found == dk.hessian(f, at) == {"x": {"x": 8.0, "z": -12.0}, "z": {"x": -12.0, "z": 4.5}}
