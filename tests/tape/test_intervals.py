"""The bounds hold: the truth lies between them, for one point and for every point of a range."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special as sc
from mpmath import iv, mp

from diffkit.errors import GuardError, NoRuleError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record
from diffkit.tape.intervals import UNDECIDED, Intervals


def bounds(interval):
    """The ends, exactly, as mpmath numbers."""
    return tuple(mp.make_mpf(v) for v in interval._mpi_)


def holds(interval, value):
    low, high = bounds(interval)
    return low <= value <= high


# -- a point: the bounds of the rounding error ---------------------------------------------------------

NOT_BOUNDED = ["bessel"]


@pytest.mark.parametrize("name", [n for n in PROBLEMS if n not in NOT_BOUNDED])
def test_the_truth_and_what_numpy_computes_lie_between_the_bounds(name):
    problem = PROBLEMS[name]
    with np.errstate(all="ignore"):
        tape = record(as_function(problem.f), problem.at)
        found = float(tape.replay(problem.at))
    y = tape.replay(problem.at, arithmetic="interval")
    with mpmath.workdps(60):
        assert holds(y, tape.replay(problem.at, arithmetic="mpmath"))
    assert holds(y, found) or name == "subnormal-sine"  # floats underflow, bounds do not


def test_the_width_says_how_many_digits_cancel():
    tape = record(lambda x: (1 - np.cos(x)) / x**2, 1.0)
    widths = [float(tape.replay(10.0**-k, arithmetic="interval").delta.b) for k in range(1, 8)]
    for k, width in enumerate(widths, 1):
        assert 2.0**-54 * 100**k <= width <= 2.0**-51 * 100**k  # cos is known to an ulp below 1


def test_the_precision_is_that_of_mpmath_iv():
    tape, intervals = record(lambda x: (1 - np.cos(x)) / x**2, 1.0), Intervals()
    assert float(tape.replay(1e-8, arithmetic=intervals).delta.b) > 1
    before = iv.dps
    try:
        iv.dps = 50
        y = tape.replay(1e-8, arithmetic=intervals)
    finally:
        iv.dps = before
    low, high = bounds(y)
    assert high - low < 1e-30
    with mpmath.workdps(60):
        assert holds(y, tape.replay(1e-8, arithmetic="mpmath"))


# -- a range: every point of it ----------------------------------------------------------------------

# Functions and the ranges on which they are tried; mpmath says what they are at the points inside.
RANGES = [
    *[(f, -1.5, 2.25) for f in (np.sin, np.cos, np.exp, np.expm1, np.sinh, np.cosh, np.tanh, np.arctan,
                                np.arcsinh, np.cbrt, np.absolute, np.square, np.negative, np.exp2, np.floor,
                                np.ceil, np.trunc, np.rint, np.sign, np.sinc, np.deg2rad, sc.erf, sc.erfc,
                                sc.erfi, sc.expit, sc.ndtr, sc.log_expit, sc.dawsn)],
    *[(f, 0.25, 3.5) for f in (np.log, np.log2, np.log10, np.log1p, np.sqrt, np.reciprocal, sc.gamma,
                               sc.gammaln, sc.rgamma, sc.erfcx, sc.entr)],
    *[(f, -0.75, 0.5) for f in (np.arcsin, np.arccos, np.arctanh, np.tan, sc.erfinv)],
    (np.arccosh, 1.0, 4.0),
    (sc.logit, 0.25, 0.75),
    (sc.ndtri, 0.25, 0.75),
    (lambda x: x**2.5, 0.0, 2.0),
    (lambda x: x**-3, 0.5, 2.0),
    (lambda x: 2.5**x, -1.0, 2.0),
    (lambda x: x**x, 0.5, 2.0),
    (lambda x: x % 0.75 + x // 0.5 - np.fmod(x, 2.0), -1.0, 3.0),
    (lambda x: np.maximum(x, 0.5) - np.minimum(x, 1) * np.clip(x, -0.5, 0.75), -1.0, 2.0),
    (lambda x: np.where(x > 0.5, x, -x) + (x <= 1) * x, -1.0, 2.0),
    (lambda x: np.copysign(x, x - 0.5), -1.0, 2.0),
    (lambda x: np.copysign(x, x + 2), -1.0, 2.0),
    (lambda x: np.hypot(x, 1 - x) + np.arctan2(x, 2.0) + np.logaddexp(x, 1.0), -1.0, 2.0),
    (lambda x: np.round(x, 1), 1.0, 1.5),
    (lambda x: np.where(np.logical_and(x > 0, np.logical_not(x > 1)), x, 3.0), -1.0, 2.0),
    (lambda x: np.max(np.stack([x, x * x, 1 - x])) + np.std(np.stack([x, 2 * x])), 0.25, 2.0),
]  # fmt: skip


@pytest.mark.parametrize(("f", "low", "high"), RANGES, ids=lambda p: getattr(p, "__name__", str(p)))
def test_every_value_on_a_range_lies_between_the_bounds(f, low, high):
    tape = record(f, (low + high) / 2 + 0.01)
    whole = tape.replay(iv.mpf([low, high]), arithmetic="interval")
    points = np.linspace(low, high, 41)
    with mpmath.workdps(40):
        values = [tape.replay(x, arithmetic="mpmath") for x in points]
        assert all(holds(whole, value) for value in values)
        # On a part that is short the bounds are near: as short a part, 2^-30, of what f can move.
        short = tape.replay(iv.mpf([points[13], points[13] + 2.0**-30]), arithmetic="interval")
        assert holds(short, values[13])
        low_end, high_end = bounds(short)
        assert high_end - low_end < 2.0**-22


def test_bounds_of_a_monotone_function_are_its_values_at_the_ends():
    for f in (np.arctan, np.sinh, sc.erf, np.expm1, np.log1p, np.cbrt):
        low, high = bounds(record(f, 1.0).replay(iv.mpf([0.5, 2]), arithmetic="interval"))
        assert [float(low), float(high)] == pytest.approx([float(f(0.5)), float(f(2.0))], rel=2.0**-51)


def test_a_function_is_taken_on_the_part_of_the_range_where_it_has_values():
    log = record(np.log, 1.0)
    assert bounds(log.replay(iv.mpf([-1, 1]), arithmetic="interval")) == (-mp.inf, 0)
    assert bounds(log.replay(iv.mpf([-2, -1]), arithmetic="interval")) == (-mp.inf, mp.inf)
    assert bounds(record(np.sqrt, 1.0).replay(iv.mpf([-1, 4]), arithmetic="interval")) == (0, 2)
    assert bounds(record(np.arccosh, 2.0).replay(iv.mpf([0, 1]), arithmetic="interval"))[0] <= 0
    assert bounds(record(lambda x: 1 / x, 1.0).replay(iv.mpf([-1, 1]), arithmetic="interval")) == (
        -mp.inf,
        mp.inf,
    )


def test_the_side_that_where_leaves_out_does_not_count_and_one_that_it_may_take_does():
    tape = record(lambda x: np.where(x > 0, np.log(x), x), 2.0)
    assert bounds(tape.replay(iv.mpf([-3, -2]), arithmetic="interval")) == (-3, -2)
    assert bounds(tape.replay(iv.mpf([-3, 1]), arithmetic="interval")) == (-mp.inf, 1)


# -- branches -------------------------------------------------------------------------------------------


def test_a_branch_is_taken_where_it_is_certain_and_refused_with_its_line_where_not():
    def f(x):
        return x if x > 1 else -x

    tape = record(f, 2.0)
    assert bounds(tape.replay(iv.mpf([1.5, 2]), arithmetic="interval")) == (1.5, 2)
    message = r"^interval arithmetic cannot decide the branch at line \d+ .*\(return x if x > 1 else -x\): "
    with pytest.raises(GuardError, match=message):
        tape.replay(iv.mpf([0, 2]), arithmetic="interval")
    with pytest.raises(GuardError, match="goes the other way"):
        tape.replay(iv.mpf([0, 1]), arithmetic="interval")


@pytest.mark.parametrize("f", [np.sort, np.argmax, np.median, lambda x: np.any(x > 1.5) * x])
def test_what_compares_inside_numpy_is_refused_where_it_is_not_certain(f):
    tape = record(f, np.array([1.0, 2.0]))
    tape.replay(np.array([1.0, 2.0]), arithmetic="interval")
    with pytest.raises(GuardError, match="interval arithmetic cannot decide a comparison: on these"):
        tape.replay(np.array([iv.mpf([0, 2]), iv.mpf([1, 3])]), arithmetic="interval")


@pytest.mark.parametrize(
    ("function", "a", "b", "truth"),
    [
        (np.less, [0, 1], [2, 3], True), (np.less, [0, 1], [1, 2], UNDECIDED),
        (np.less, [1, 2], [0, 1], False),
        (np.less_equal, [0, 1], [1, 2], True), (np.less_equal, [1, 2], [0, 1], UNDECIDED),
        (np.greater, [1, 2], [0, 1], UNDECIDED), (np.greater, [2, 3], [0, 1], True),
        (np.greater_equal, [1, 2], [0, 1], True), (np.greater_equal, [0, 1], [2, 2], False),
        (np.equal, [1, 1], [1, 1], True), (np.equal, [0, 1], [0, 1], UNDECIDED),
        (np.equal, [0, 1], [2, 3], False),
        (np.not_equal, [1, 1], [1, 1], False), (np.not_equal, [0, 1], [1, 2], UNDECIDED),
        (np.not_equal, [0, 1], [2, 3], True), (np.logical_xor, [0, 1], [1, 1], UNDECIDED),
        (np.logical_xor, [0, 0], [1, 2], True),
        (np.logical_or, [0, 0], [0, 0], False), (np.logical_or, [0, 1], [0, 0], UNDECIDED),
        (np.logical_or, [0, 1], [1, 2], True), (np.logical_and, [0, 1], [0, 0], False),
        (np.logical_and, [0, 1], [1, 2], UNDECIDED),
    ],
)  # fmt: skip
def test_a_comparison_is_true_or_false_only_where_it_is_for_all_numbers_inside(function, a, b, truth):
    found = record(function, 1.0, 2.0).replay(iv.mpf(a), iv.mpf(b), arithmetic="interval")
    assert found is truth


def test_truth_values_among_numbers_are_counted_with_bounds():
    share = record(lambda x: np.mean(x > 0), np.array([1.0, 1.0, -1.0]))
    low, high = bounds(share.replay(np.array([1.0, 1.0, -1.0]), arithmetic="interval"))
    with mpmath.workdps(40):
        assert low < mp.mpf(2) / 3 < high
    unknown = np.array([iv.mpf([-1, 1]), iv.mpf(1), iv.mpf(-1)])
    low, high = bounds(share.replay(unknown, arithmetic="interval"))
    assert (float(low), float(high)) == pytest.approx((1 / 3, 2 / 3), rel=1e-15)


def test_a_mask_that_has_been_moved_still_chooses():
    tape = record(lambda x: np.where((x > 0)[::-1], x, 7.0), np.array([1.0, -1.0]))
    y = tape.replay(np.array([iv.mpf([-1, 1]), iv.mpf(-2)]), arithmetic="interval")
    assert [bounds(part) for part in y] == [(7, 7), (-2, 7)]


def test_what_is_not_finite_is_not_known():
    tape = record(lambda x: np.where(np.isnan(np.log(x)), 7.0, x), 1.0)
    assert bounds(tape.replay(iv.mpf([1, 2]), arithmetic="interval")) == (1, 2)
    assert bounds(tape.replay(iv.mpf([-2, -1]), arithmetic="interval")) == (-2, 7)


# -- arrays, nesting, and what is refused ----------------------------------------------------------------

A = np.array([[1.0, -2.0, 0.5], [4.0, 3.0, -1.5]])
ARRAYS = [
    lambda a: a @ a.T,
    lambda a: a.mean(axis=0) + np.var(a, axis=0),
    lambda a: np.linalg.norm(a, axis=1),
    lambda a: np.linalg.norm(a[0], np.inf) + a.max() + a[:, :0].sum(),
    lambda a: np.einsum("ij,ij->i", a, a) * np.arange(2),
    lambda a: np.concatenate([a, a[:0]])[:, [0, 2]],
    lambda a: a[:0] * 2,
    lambda a: np.sum([[1.0, 2.0, 3.0]] * a),
]


@pytest.mark.parametrize("f", ARRAYS)
def test_an_array_has_bounds_for_each_element(f):
    expected = np.asarray(f(A))
    found = np.asarray(record(f, A).replay(A, arithmetic="interval"), dtype=object)
    assert found.shape == expected.shape
    assert all(
        type(y) is iv.mpf and holds(y, v) for y, v in zip(found.ravel(), expected.ravel(), strict=True)
    )


def test_results_keep_their_nesting_and_lists_of_intervals_are_points():
    tape = record(lambda p, q: {"a": p["x"] * 2, "b": (1.5, q[0])}, {"x": 1.0}, [1.0, 2.0])
    y = tape.replay({"x": iv.mpf([1, 2])}, [iv.mpf([0, 1]), iv.mpf(3)], arithmetic="interval")
    assert [bounds(part) for part in (y["a"], *y["b"])] == [(2, 4), (1.5, 1.5), (0, 1)]


def test_a_longdouble_and_an_mpmath_number_enter_exactly():
    third = np.longdouble(1) / 3
    same = record(lambda x: x, 1.0)
    low, high = bounds(same.replay(third, arithmetic="interval"))
    with mpmath.workdps(40):
        assert low == high
        assert abs(low - mp.mpf(1) / 3) < float(np.finfo(np.longdouble).eps)
        assert holds(same.replay(mp.pi * 1, arithmetic="interval"), mp.pi * 1)


@pytest.mark.parametrize(("f", "what"), [(sc.j0, "j0"), (sc.psi, "psi"), (sc.gammainc, "gammainc")])
def test_a_function_without_bounds_is_named(f, what):
    point = (1.5,) * f.nin
    with pytest.raises(NoRuleError, match=f"^{what} has no meaning in interval arithmetic, which has no"):
        record(f, *point).replay(*point, arithmetic="interval")


def test_a_complex_number_is_refused_in_a_sentence():
    with pytest.raises(NoRuleError, match="a complex number has no meaning in interval arithmetic"):
        record(lambda x: x * 1j, 1.0).replay(1.0, arithmetic="interval")
