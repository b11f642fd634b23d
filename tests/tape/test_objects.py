"""Numbers in object arrays: arrays, constants, poles, and numbers that keep their value."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import scipy.special as sc
import sympy
from mpmath import mp

import diffkit as dk
from diffkit.errors import NoRuleError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record
from diffkit.tape.objects import MPMATH, SYMPY, simplest_exact

# What NumPy does to arrays of numbers it does to arrays of objects; exact values, at exact points.
A = np.array([[1.0, -2.0, 0.5], [4.0, 3.0, -1.5]])
B = np.array([[2.0, 1.0], [0.0, -1.0], [0.25, 4.0]])
STRUCTURES = [
    lambda a: a @ B,
    lambda a: np.matmul(a, B),
    lambda a: B @ a,
    lambda a: np.dot(a, B),
    lambda a: np.inner(a, a),
    lambda a: np.outer(a, [1.0, 2.0]),
    lambda a: np.tensordot(a, B, axes=1),
    lambda a: np.einsum("ij,jk->ik", a, B),
    lambda a: np.vecdot(a, B.T),
    lambda a: np.sum(a, axis=0),
    lambda a: a.sum(axis=1, keepdims=True),
    lambda a: a.mean(axis=0),
    lambda a: a.prod(),
    lambda a: np.cumsum(a, axis=1),
    lambda a: np.diff(a),
    lambda a: a.max(axis=1),
    lambda a: np.min(a),
    lambda a: np.max(a, axis=(0, 1), keepdims=True),
    lambda a: np.var(a, axis=0),
    lambda a: np.std(a[0:1] * 0 + 4),
    lambda a: np.std(a[:, 0]),
    lambda a: np.linalg.norm(a[:, 1:2] * 0 + 2, axis=1),
    lambda a: np.linalg.norm(a, 1, axis=0),
    lambda a: np.linalg.norm(a[0], np.inf),
    lambda a: np.clip(a, -1, a[0, 0]),
    lambda a: np.clip(a, a_min=None, a_max=1.0),
    lambda a: a.clip(min=0),
    lambda a: np.modf(a)[0] + np.divmod(a, 2)[0],
    lambda a: a.astype(np.float64),
    lambda a: a.astype(np.int64) * 1.0,
    lambda a: np.where(np.isclose(a, 1), a, 0),
    lambda a: a if np.allclose(a, a) else -a,
    lambda a: np.flip(np.roll(np.tile(np.repeat(a, 2), 2), 1)),
    lambda a: np.select([a > 1, a < 0], [a, -a], 7),
    lambda a: np.piecewise(a, [a < 0, a >= 3], [lambda t: -t, lambda t: t**2, 0.25]),
    lambda a: np.block([[a, 2 * a], [-a, a]]),
    lambda a: np.trace(a @ B) + np.diagonal(a).sum(),
    lambda a: a[np.where(a > 0)],
    lambda a: np.array([a[0, 0] * a[1, 1], 3.0]),
    lambda a: np.add.reduce(a, 0, None, None, True),
]


@pytest.mark.parametrize("arithmetic", ["mpmath", "sympy"])
@pytest.mark.parametrize("f", STRUCTURES)
def test_what_moves_and_adds_elements_does_so_in_every_arithmetic(f, arithmetic):
    expected = np.asarray(f(A), dtype=float)
    tape = record(f, A)
    found = np.asarray(tape.replay(A, arithmetic=arithmetic), dtype=object)
    assert found.shape == expected.shape
    assert np.array_equal(found.astype(float), expected)  # every step is exact in binary
    assert np.array_equal(np.asarray(tape.replay(A)), expected)


# The loops are expressions without end; the noise, and the digits of 1e-310, are in the binary constants.
@pytest.mark.parametrize(
    "name", [n for n in PROBLEMS if n not in ("loop", "while", "noisy-sine", "subnormal-sine")]
)
def test_the_catalogue_has_the_same_value_in_sympy_and_in_mpmath(name):
    f, x = as_function(PROBLEMS[name].f), PROBLEMS[name].at
    with np.errstate(all="ignore"):
        tape = record(f, x)
        moved = abs(x * dk.derivative(f, x))  # in sympy 0.7 is 7/10, and so a rounding away
    with mpmath.workdps(40):
        truth = tape.replay(x, arithmetic="mpmath")
        found = mp.mpf(sympy.N(tape.replay(x, arithmetic="sympy"), 40))
        assert abs(found - truth) <= 2.0**-52 * 10 ** PROBLEMS[name].digits_lost * (4 * abs(truth) + moved)


def test_a_symbol_takes_the_place_of_an_element():
    symbols = np.array(sympy.symbols("a b c", real=True), dtype=object)
    a, b, c = symbols
    point = np.ones(3)
    norm = record(np.linalg.norm, point).replay(symbols, arithmetic="sympy")
    assert sympy.simplify(norm**2 - (a**2 + b**2 + c**2)) == 0
    assert record(lambda x: np.clip(x, -1, 1), point).replay(symbols, arithmetic="sympy")[1] == sympy.Min(
        1, sympy.Max(-1, b)
    )
    assert record(np.max, point).replay(symbols, arithmetic="sympy") == sympy.Max(a, b, c)


def test_a_constant_enters_exactly_in_mpmath_and_simply_in_sympy():
    tape = record(lambda x: x * 0.1, 1.0)
    with mpmath.workdps(50):
        assert tape.replay(mp.mpf(1), arithmetic="mpmath") == mp.mpf(0.1)
    assert tape.replay(sympy.Integer(1), arithmetic="sympy") == sympy.Rational(1, 10)


def test_longdouble_keeps_all_its_bits_in_mpmath():
    third = np.longdouble(1) / 3
    with mpmath.workdps(40):
        assert abs(MPMATH.leaf(third) - mp.mpf(1) / 3) < 1e-18
        assert MPMATH.leaf(third) != mp.mpf(float(third)) or np.finfo(np.longdouble).eps == 2.0**-52


def test_exact_numbers_keep_their_value_whatever_their_dtype():
    x = record(lambda x: x / 3, np.ones(1))
    with mpmath.workdps(40):
        for dtype in (np.float64, np.float32):
            cast = record(lambda x, dtype=dtype: (x / 3).astype(dtype), np.ones(1))
            point = np.array([mp.mpf(1)], dtype=object)
            third = x.replay(point, arithmetic="mpmath")
            assert cast.replay(point, arithmetic="mpmath")[0] == third[0] == mp.mpf(1) / 3


def test_a_large_whole_number_is_not_rounded():
    assert SYMPY.leaf(2**70 + 1) == sympy.Integer(2**70 + 1)
    assert MPMATH.leaf(2**40 + 1) == 2**40 + 1


# fmt: off
SIMPLEST = [
    (0.5, "1/2"), (0.1, "1/10"), (1 / 3, "1/3"), (-2 / 7, "-2/7"), (np.pi, "pi"), (-np.pi, "-pi"),
    (np.e, "E"), (2 * np.pi, "2*pi"), (-2 * np.pi, "-2*pi"), (np.pi / 2, "pi/2"), (-np.pi / 2, "-pi/2"),
    (-np.e, "-E"), (0.0, "0"), (3.0, "3"), (1e-5, "1/100000"), (1e22, "1" + "0" * 22),
    (np.inf, "oo"), (-np.inf, "-oo"), (np.nan, "nan"), (0.123456789, "123456789/1000000000"),
]
# fmt: on


@pytest.mark.parametrize(("value", "text"), SIMPLEST)
def test_the_simplest_exact_number_is_the_one_a_reader_would_write(value, text):
    assert str(simplest_exact(value, sympy)) == text


@pytest.mark.parametrize("value", np.random.default_rng(0).lognormal(0, 20, 50).tolist())
def test_the_simplest_exact_number_rounds_to_its_float(value):
    exact = simplest_exact(value, sympy)
    assert exact.is_Rational
    assert int(exact.p) / int(exact.q) == value


@pytest.mark.parametrize(
    ("f", "at", "x"),
    [(sc.gamma, 1.5, -1.0), (lambda x: 1 / x, 1.5, 0.0), (np.sqrt, 1.0, -4.0), (np.log, 1.0, -1.0)],
)
def test_at_a_pole_and_outside_the_real_domain_mpmath_answers_nan_as_numpy_does(f, at, x):
    assert mp.isnan(record(f, at).replay(x, arithmetic="mpmath"))


def test_one_element_outside_the_domain_leaves_the_others_alone():
    roots = record(np.sqrt, np.ones(2)).replay(np.array([-4.0, 9.0]), arithmetic="mpmath")
    assert mp.isnan(roots[0])
    assert roots[1] == 3


def test_the_side_that_where_does_not_take_may_have_no_value():
    tape = record(lambda x: np.where(x > 0, x * np.log(x), x * x), 2.0)
    assert tape.replay(-3.0, arithmetic="mpmath") == 9


@pytest.mark.parametrize("arithmetic", ["mpmath", "sympy"])
def test_a_function_without_a_row_is_named(arithmetic):
    tape = record(lambda x: np.linalg.det(x), np.eye(2))
    with pytest.raises(NoRuleError, match=f"det has no meaning in {arithmetic} arithmetic"):
        tape.replay(np.eye(2), arithmetic=arithmetic)
    with pytest.raises(NoRuleError, match="norm has no meaning"):
        record(lambda x: np.linalg.norm(x, 3), np.ones(2)).replay(np.ones(2), arithmetic=arithmetic)


@pytest.mark.parametrize("arithmetic", ["mpmath", "sympy"])
def test_a_number_takes_the_indices_that_a_numpy_number_takes(arithmetic):
    tape = record(lambda x: x[None] * x[...], np.float64(3.0))
    assert tape.replay(np.float64(3.0)).shape == tape.replay(3.0, arithmetic=arithmetic).shape == (1,)


def test_a_list_of_mpmath_numbers_is_an_array_of_them():
    tape = record(lambda x: np.sum(x * x) / 3, [1.0, 2.0])
    with mpmath.workdps(30):
        assert tape.replay([mp.mpf(1), mp.mpf(3)], arithmetic="mpmath") == mp.mpf(10) / 3


def test_the_sum_of_nothing_is_a_number_of_the_arithmetic():
    tape = record(lambda x: np.sum(x[:0]), np.ones(2))
    assert isinstance(tape.replay(np.ones(2), arithmetic="mpmath"), mp.mpf)
    assert isinstance(tape.replay(np.ones(2), arithmetic="sympy"), sympy.Integer)
