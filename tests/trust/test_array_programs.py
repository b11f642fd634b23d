"""On any program of arrays both modes are one linear map, the right one, whatever way it is asked for.

Stated bounds, with eps of the program's type: the inner products <y_bar, y_dot> and <x_bar, x_dot> differ by
at most 64 eps times the sum of |v_bar v_dot| over all elements of all values v of the program, which is what
rounding in each of its steps can change; a difference of order 4 in extended precision, which has about 13
digits, by at most 1e-9 of that sum.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given

from diffkit.autodiff import adjoint, checkpoint, jvp, value_and_grad, vjp
from diffkit.autodiff import compile as compiled
from diffkit.tape import record
from tests.trust.often import few_or_many, tried
from tests.trust.programs import alike, bits, programs

TYPES = ("float64", "float32", "complex128", "complex64")


def product(left, right):
    """The real part of the sum of all products, and the sum of their sizes; in extended precision."""
    products = [np.asarray(a, np.clongdouble) * b for a, b in zip(left, right, strict=True)]
    return sum(np.sum(p.real) for p in products), sum(np.sum(np.abs(p)) for p in products)


def both_modes(program, point):
    """Values, tangents, cotangents of values, of inputs, tangents of inputs, and the sum of |v_bar v_dot|."""
    plain = program(*point)
    x_dots, y_bars = alike(point, 1), alike(plain, 2)
    values, y_dots = jvp(program, point, x_dots)
    pulled, pullback = vjp(program, *point)
    x_bars = pullback(y_bars)
    # Something that is added to each value, zero, has the value's own cotangent.
    probes = tuple(0 * value for value in plain)
    probed = lambda *both: program.probed(both[: len(point)], both[len(point) :])
    v_bars = vjp(probed, *point, *probes)[1](y_bars)
    size = product(v_bars, (*x_dots, *y_dots))[1]
    return plain, (values, pulled), y_dots, y_bars, x_bars, x_dots, size


@few_or_many(50, 250)
def test_the_two_modes_are_transposes_of_each_other_in_every_type(count):
    @tried(count)
    @given(programs(TYPES))
    def each(drawn):
        program, point = drawn
        assume(program.steps)
        plain, both, y_dots, y_bars, x_bars, x_dots, size = both_modes(program, point)
        eps = np.finfo(np.asarray(point[0]).dtype).eps
        for values in both:
            assert [np.asarray(v).dtype for v in values] == [np.asarray(v).dtype for v in plain]
            for value, expected in zip(values, plain, strict=True):
                # A product of two complex numbers may be rounded otherwise alone than in an array.
                near = np.iscomplexobj(point[0]) * 64 * eps * (1 + np.max(np.abs(expected), initial=0.0))
                np.testing.assert_allclose(value, expected, rtol=0, atol=near)
        for bars, of in ((y_dots, plain), (x_bars, point)):
            assert [(np.shape(b), np.asarray(b).dtype) for b in bars] == [
                (np.shape(v), np.asarray(v).dtype) for v in of
            ]
        assert abs(product(y_bars, y_dots)[0] - product(x_bars, x_dots)[0]) <= 64 * eps * size

    each()


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no extended precision here")
@few_or_many(30, 150)
def test_they_are_the_slope_of_the_program(count):
    kept = Counter[str]()

    @tried(count)
    @given(programs())
    def each(drawn):
        program, point = drawn
        assume(program.steps)
        _, _, y_dots, y_bars, _, x_dots, size = both_modes(program, point)

        def along(t):
            moved = program(
                *(np.asarray(x, np.longdouble) + t * d for x, d in zip(point, x_dots, strict=True))
            )
            return product(y_bars, moved)[0]

        def slope(h):
            return (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)

        kept["drawn"] += 1
        try:
            wide, narrow = slope(np.longdouble(2) ** -11), slope(np.longdouble(2) ** -12)
        except ValueError:  # a mask, and so a shape, changes on the way
            return
        if abs(wide - narrow) <= 1e-10 * (1 + size):  # else there is a kink
            kept["smooth"] += 1
            assert abs(narrow - product(y_bars, y_dots)[0]) <= 1e-9 * (1 + size)

    each()
    assert kept["smooth"] >= 0.9 * kept["drawn"] > 0


@few_or_many(20, 100)
def test_compiled_checkpointed_and_as_an_adjoint_program_they_have_the_same_bits(count):
    @tried(count)
    @given(programs(TYPES))
    def each(drawn):
        program, point = drawn
        assume(program.steps)
        y_bars = alike(program(*point), 2)
        every = tuple(range(len(point)))

        def scalar(*x):
            return sum(np.sum(np.real(w * y)) for w, y in zip(y_bars, program(*x), strict=True))

        value, gradient = value_and_grad(scalar, every)(*point)
        found = compiled(scalar, *point)(*point)
        assert bits((value, gradient)) == bits((found[0], found[1]))
        assert bits((value, gradient)) == bits(value_and_grad(checkpoint(scalar), every)(*point))
        swept = adjoint(record(program, *point), *point).replay(*point, y_bars)
        assert bits(swept) == bits(vjp(program, *point)[1](y_bars))

    each()
