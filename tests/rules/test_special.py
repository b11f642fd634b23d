"""Every scipy.special row against mpmath, in both modes, at first and second order; and its corners."""

import mpmath
import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.errors import NoRuleError
from diffkit.rules import rules
from diffkit.rules.special import ZETA

# What mpmath calls the functions that have no row in diffkit's own mpmath arithmetic.
MPMATH = {
    sc.erfcx: lambda x: mpmath.exp(x * x) * mpmath.erfc(x),
    sc.erfi: mpmath.erfi,
    sc.dawsn: lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(-x * x) * mpmath.erfi(x),
    sc.ndtri: lambda x: mpmath.sqrt(2) * mpmath.erfinv(2 * x - 1),
    ZETA: mpmath.zeta,
    sc.poch: mpmath.rf,
    sc.boxcox: lambda x, p: (x**p - 1) / p,
    sc.exprel: lambda x: mpmath.expm1(x) / x,
    sc.k0: lambda x: mpmath.besselk(0, x),
    sc.k1: lambda x: mpmath.besselk(1, x),
    sc.kn: mpmath.besselk,
    sc.kve: lambda n, x: mpmath.besselk(n, x) * mpmath.exp(x),
    sc.exp1: mpmath.e1,
    sc.expi: mpmath.ei,
    sc.expn: mpmath.expint,
    sc.spence: lambda x: mpmath.polylog(2, 1 - x),
    sc.ellipk: mpmath.ellipk,
    sc.ellipe: mpmath.ellipe,
    sc.hyp2f1: mpmath.hyp2f1,
}
ROWS = [rule for rule in rules() if rule.partials is not None and not getattr(np, rule.function.__name__, 0)]
OPERANDS = [(rule, position) for rule in ROWS for position in range(len(rule.partials))]
name = lambda value: getattr(getattr(value, "function", None), "__name__", str(value))
KNOWN = [(rule, position) for rule, position in OPERANDS if rule.partials[position] is not None]
UNKNOWN = [(rule, position) for rule, position in OPERANDS if rule.partials[position] is None]


def points(box, count=3):
    rng = np.random.default_rng(3)
    return [[rng.uniform(*side) if isinstance(side, tuple) else side for side in box] for _ in range(count)]


@pytest.mark.parametrize(("rule", "position"), KNOWN, ids=name)
def test_each_partial_is_right_in_both_modes_and_orders(rule, position, check_partial, has_value):
    tried = 0
    for box in rule.domain:
        for point in points(box):
            if has_value(rule.function, point):
                tried += 1
                check_partial(rule.function, point, position, MPMATH.get(rule.function))
    assert tried >= 3


@pytest.mark.parametrize(("rule", "position"), KNOWN, ids=name)
def test_arrays_give_what_their_elements_give_in_their_own_precision(rule, position, check_arrays):
    check_arrays(rule.function, points(rule.domain[0], 4), position)


@pytest.mark.parametrize(("rule", "position"), UNKNOWN, ids=name)
def test_an_operand_without_a_closed_derivative_is_an_error_and_not_a_zero(rule, position):
    point = points(rule.domain[0])[0]
    with pytest.raises(NoRuleError, match=f"operand {position + 1}"):
        grad(rule.function, argnums=position)(*map(float, point))


def test_the_hurwitz_zeta_function_is_differentiated_under_its_public_name():
    assert grad(lambda q: sc.zeta(2.0, q))(1.0) == pytest.approx(-2 * sc.zeta(3.0, 1.0), rel=1e-14)


@pytest.mark.parametrize(
    ("f", "x", "right"),
    [
        (lambda x: sc.gammainc(1.0, x), 0.0, 1.0),  # 1 - exp(-x)
        (lambda x: sc.betainc(1.0, 2.0, x), 0.0, 2.0),  # 1 - (1 - x)^2
        (lambda x: sc.xlogy(x, 2.0), 0.0, np.log(2.0)),
        (lambda x: sc.expit(x), 1000.0, 0.0),
        (lambda x: sc.log_expit(x), -1000.0, 1.0),
        (lambda x: sc.log_ndtr(x), -30.0, 30.033259667433677),  # pdf / cdf, mpmath
        (lambda x: sc.exprel(x), 0.0, 0.5),
        (lambda x: sc.ellipk(x), 0.0, np.pi / 8),
        (lambda x: sc.ellipe(x), 0.0, -np.pi / 8),
    ],
)
def test_the_corners_have_the_right_answers(f, x, right):
    assert grad(f)(x) == pytest.approx(right, rel=1e-13)
