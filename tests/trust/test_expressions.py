"""On any expression the methods agree with the derivative, each within the bound that is stated for it.

The truth, and the bound of what rounding may do, are those of `tests.trust.bounds`: Taylor arithmetic in
mpmath on the tree, which shares nothing with diffkit. Reverse mode and dual numbers keep within the bound of
the running error analysis. So does a formula that is worked out to 50 digits; in floats it may lose digits
that the program keeps (1 - tanh(x)^2 does), and is within the bound in nine cases of ten. The reference has
forty of its fifty digits; the adaptive method's error is below its own estimate.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import diffkit as dk
from diffkit.errors import DomainError, ExpressionError, NotClosedFormError
from diffkit.functions import parse
from diffkit.studies.reference import exact_derivative
from tests.trust.bounds import SMALLEST, OutOfReach, Series, series
from tests.trust.expressions import POINTS, Tree, text, trees, variables
from tests.trust.often import few_or_many, tried

NAMES = ("x", "y", "z")
AUTOMATIC: list[dict[str, Any]] = [{"method": "reverse"}, {"method": "dual"}]
SYMBOLIC: list[dict[str, Any]] = [{"method": "symbolic"}, {"method": "symbolic", "share": True}]


class Kept:
    """Counts what is drawn and what is kept of it, so that a property is never about nothing."""

    def __init__(self) -> None:
        self.count = Counter[str]()

    def function(self, tree: Tree) -> Any:
        """The function that the tree's text writes; a constant is not asked for a derivative."""
        assume(variables(tree))
        self.count["drawn"] += 1
        try:
            return parse(text(tree))
        except ExpressionError as error:  # only a constant part may be refused, for its size
            assert "finite" in error.reason or "exponent" in error.reason  # noqa: PT017
            assume(False)

    def truth(self, tree: Tree, point: dict[str, float], along: list[str]) -> Series:
        try:
            return series(tree, point, along)
        except OutOfReach:
            assume(False)
            raise

    def require(self, share: float) -> None:
        """That of what was drawn so much was kept."""
        assert self.count["kept"] >= share * self.count["drawn"] > 0


def off(found: Any, of: Series, order: int) -> tuple[Any, Any, Any]:
    """How far a derivative is from the truth, the bound of that, and the size of what is added up to it."""
    with mpmath.workdps(60):
        error = abs(mpmath.mpf(found) - order * of.v[order])
        return error, order * of.e[order] + SMALLEST, order * of.a[order]


def tried_on_expressions(check: Any, count: int, depth: int | None = None) -> Kept:
    """What was kept of random expressions in x, each of which check(f, x, truth, kept) has been asked of."""
    kept = Kept()

    @tried(count)
    @given(trees(depth=depth), POINTS)
    def each(tree, x):
        f = kept.function(tree)
        found = kept.truth(tree, {"x": x}, ["x"])
        kept.count["kept"] += 1
        check(f, x, found, kept)

    each()
    kept.require(0.5)
    return kept


@few_or_many(40, 200)
@np.errstate(all="ignore")
def test_reverse_and_dual_are_within_the_bound_of_rounding_at_both_orders(count):
    def check(f, x, found, kept):
        for order in (1, 2):
            for options in AUTOMATIC:
                error, bound, _ = off(dk.derivative(f, x, order=order, **options), found, order)
                assert error <= bound, (f, options)

    tried_on_expressions(check, count)


@pytest.mark.slow  # SymPy takes its time for some
@pytest.mark.parametrize("count", [25])
@np.errstate(all="ignore")
def test_a_formula_is_within_it_worked_out_exactly_and_in_floats_in_nine_cases_of_ten(count):
    def check(f, x, found, kept):
        for order in (1, 2):
            kept.count["asked"] += 1
            try:
                formula = dk.symbolic.derivative(f, order=order)
                exact = dk.symbolic.evaluate(formula, {"x": x} if formula.free_symbols else {})
                floats = [dk.derivative(f, x, order=order, **options) for options in SYMBOLIC]
            except (DomainError, NotClosedFormError):  # in one sentence, with another method
                kept.count["refused"] += 1
                continue
            error, bound, _ = off(exact, found, order)
            assert error <= bound, f
            kept.count["within"] += all(off(y, found, order)[0] <= bound for y in floats)

    kept = tried_on_expressions(check, count, depth=5)
    assert kept.count["within"] >= 0.9 * kept.count["asked"]


@few_or_many(12, 30)
@np.errstate(all="ignore")
def test_gradient_and_hessian_of_several_variables_are_within_the_bound_of_rounding(count):
    kept = Kept()

    @tried(count)
    @given(trees(NAMES), st.tuples(POINTS, POINTS, POINTS))
    def each(tree, numbers):
        f = kept.function(tree)
        point = {name: at for name, at in zip(NAMES, numbers, strict=True) if name in f.variables}
        partial = {name: kept.truth(tree, point, [name]) for name in point}
        along = kept.truth(tree, point, [*point])  # the sum of all second derivatives
        kept.count["kept"] += 1
        for options in AUTOMATIC:
            gradient = dk.gradient(f, point, **options)
            for name, found in partial.items():
                error, bound, _ = off(gradient[name], found, 1)
                assert error <= bound, (f, name, options)
            hessian = dk.hessian(f, point, **options)
            with mpmath.workdps(60):
                total = sum(mpmath.mpf(entry) for row in hessian.values() for entry in row.values())
            error, bound, _ = off(total, along, 2)
            assert error <= bound, (f, options)

    each()
    kept.require(0.5)


@few_or_many(10, 30)
@np.errstate(all="ignore")
def test_the_reference_has_forty_digits_of_the_truth(count):
    def check(f, x, found, kept):
        for order in (1, 2):
            error, _, size = off(exact_derivative(f, x, order), found, order)
            assert error <= mpmath.mpf(10) ** -40 * (1 + size), f

    tried_on_expressions(check, count)


@few_or_many(30, 200)
@np.errstate(all="ignore")
def test_the_error_of_the_adaptive_method_is_below_its_estimate_in_199_of_200_cases(count):
    def check(f, x, found, kept):
        for order in (1, 2):
            estimate = dk.derivative(f, x, "adaptive", order=order, full_output=True)
            kept.count["asked"] += 1
            kept.count["promised"] += bool(np.isfinite(estimate.error_estimate))
            kept.count["held"] += bool(off(estimate.value, found, order)[0] <= estimate.error_estimate)

    kept = tried_on_expressions(check, count)
    assert kept.count["held"] >= 0.995 * kept.count["asked"]
    assert kept.count["promised"] >= 0.9 * kept.count["asked"]  # an estimate of inf promises nothing
