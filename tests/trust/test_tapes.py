"""The tape of any program is the program: replayed, written out as source and run, sent away and back.

All of these have the same bits, at the point of the recording and at others; so do the adjoint and the
tangent program, which are tapes too. In intervals a tape's replay holds the value of its replay in mpmath.
"""

from __future__ import annotations

import pickle
from collections import Counter

import mpmath
import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import diffkit as dk
from diffkit.autodiff import adjoint, jvp, tangent
from diffkit.errors import ExpressionError, GuardError, NoRuleError
from diffkit.functions import parse
from diffkit.views import source
from tests.trust.expressions import POINTS, text, trees, variables
from tests.trust.often import few_or_many, tried
from tests.trust.programs import alike, bits, programs

TYPES = ("float64", "float32", "complex128")


def assert_one_program(tape, *points):
    """That a tape's source and what pickle makes of it have the bits of its replay at these points."""
    sent = pickle.loads(pickle.dumps(tape))
    assert str(sent) == str(tape)
    assert source(sent) == source(tape)
    namespace = {}
    exec(source(tape), namespace)
    for point in points:
        try:
            expected = bits(tape.replay(*point))
        except GuardError:  # a branch goes the other way there
            continue
        assert bits(namespace["f"](*point)) == expected
        assert bits(sent.replay(*point)) == expected


@few_or_many(20, 80)
@np.errstate(all="ignore")
def test_source_and_pickle_of_a_tape_its_adjoint_and_its_tangent_have_the_bits_of_replay(count):
    @tried(count)
    @given(programs(TYPES))
    def each(drawn):
        program, point = drawn
        assume(program.steps)
        plain, other = program(*point), alike(point, 3)
        tape = dk.record(program, *point)
        if not np.iscomplexobj(point[0]):  # whose products may be rounded otherwise alone than in an array
            assert bits(tape.replay(*point)) == bits(plain)
        assert_one_program(tape, point, other)
        y_bars, x_dots = alike(plain, 4), alike(point, 5)
        assert_one_program(adjoint(tape, *point), (*point, y_bars), (*other, y_bars))
        assert_one_program(tangent(tape, *point), (*point, *x_dots), (*other, *x_dots))

    each()


@few_or_many(20, 80)
@np.errstate(all="ignore")
def test_so_have_those_of_a_text(count):
    @tried(count)
    @given(trees(("x", "y")), st.tuples(POINTS, POINTS), st.tuples(POINTS, POINTS))
    def each(tree, first, second):
        names = variables(tree)
        try:
            f = parse(text(tree))
        except ExpressionError:  # a constant part that is too large
            assume(False)
        assume(names)
        point, other = first[: len(names)], second[: len(names)]
        tape = dk.record(f, *point)
        for at in (point, other):
            assert bits(tape.replay(*at)) == bits(float(f(*at)))
        assert_one_program(tape, point, other)
        assert_one_program(adjoint(tape, *point), point, other)
        dots = tuple(1.0 + i for i in range(len(names)))
        program = tangent(tape, *point)
        assert_one_program(program, (*point, *dots), (*other, *dots))
        assert bits(program.replay(*point, *dots)) == bits(jvp(f, point, dots))

    each()


@few_or_many(20, 80)
@np.errstate(all="ignore")
def test_intervals_hold_the_value_in_mpmath(count):
    kept = Counter[str]()

    @tried(count)
    @given(trees(("x", "y")), st.tuples(POINTS, POINTS))
    def each(tree, point):
        names = variables(tree)
        try:
            f = parse(text(tree))
        except ExpressionError:
            assume(False)
        assume(names)
        point = point[: len(names)]
        assume(np.isfinite(f(*point)))
        tape = dk.record(f, *point)
        kept["drawn"] += 1
        try:
            bounds = tape.replay(*point, arithmetic="interval")
            with mpmath.workdps(50):
                value = tape.replay(*point, arithmetic="mpmath")
        except (NoRuleError, GuardError):  # gamma has no bounds; in intervals a branch may go either way
            return
        assume(value == value)  # 0/0 is no value
        kept["both"] += 1
        assert mpmath.mpf(bounds.a) <= value <= mpmath.mpf(bounds.b), f

    each()
    assert kept["both"] >= 0.5 * kept["drawn"] > 0
