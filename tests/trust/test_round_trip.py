"""What is read is what was written, and what is written is read again: text to program to text.

A text has the bits of its tree computed in NumPy, however it is spelled and on whatever kind of number. The
formula that a program writes down is a text again, whose value is within the bound of rounding of the truth:
its fractions are written as fractions, so that the last bits may differ.
"""

from __future__ import annotations

import pickle
from collections import Counter
from functools import reduce

import numpy as np
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

import diffkit as dk
from diffkit.errors import ExpressionError, NotClosedFormError
from diffkit.functions import FUNCTIONS, as_function, parse
from diffkit.symbolic import as_text
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.written import written
from tests.trust.bounds import SMALLEST, OutOfReach, mp, series
from tests.trust.expressions import POINTS, nodes, text, trees, value, variables
from tests.trust.often import few_or_many, tried

NAMES = ("x", "y")
# Other ways to write the same.
SPELLINGS = [(" ^ ", "**"), (" ^ ", "^"), (" ", ""), (" ", "  "), ("(", "( "), (", ", "\t, ")]


@few_or_many(60, 200)
@np.errstate(all="ignore")
def test_a_text_has_the_bits_of_its_tree_however_it_is_spelled_and_on_any_numbers(count):
    met = Counter[str]()

    @tried(count)
    @given(trees(NAMES), st.tuples(POINTS, POINTS), st.lists(st.sampled_from(SPELLINGS), max_size=3))
    def each(tree, point, spellings):
        spelled = reduce(lambda shown, pair: shown.replace(*pair), spellings, text(tree))
        try:
            f = parse(spelled)
        except ExpressionError as error:  # only a constant part may be refused, for its size
            assert "finite" in error.reason or "exponent" in error.reason  # noqa: PT017
            return
        met.update({node.op for node in nodes(tree)} & set(FUNCTIONS))
        assert list(f.variables) == variables(tree)
        at = {name: np.float64(v) for name, v in zip(NAMES, point, strict=True) if name in f.variables}
        pair = {name: np.array([v, v]) for name, v in at.items()}
        plain = {name: float(v) for name, v in at.items()}
        for given_as, numpys in (
            (at, at),
            (plain, at),
            (pair, pair),
        ):  # NumPy's power of arrays has other bits
            found, expected = f(given_as), value(tree, numpys)
            assert np.array_equal(found, np.broadcast_to(expected, np.shape(found)), equal_nan=True), spelled

    each()
    if count >= 2000:
        assert set(met) == set(FUNCTIONS)


@few_or_many(30, 200)
def test_a_function_of_text_is_the_same_from_its_text_and_from_its_pickle(count):
    @tried(count)
    @given(trees(NAMES))
    def each(tree):
        try:
            f = parse(text(tree))
        except ExpressionError:
            assume(False)
        for again in (as_function(str(f)), pickle.loads(pickle.dumps(f))):
            assert (again, again.variables, again.program) == (f, f.variables, f.program)

    each()


@few_or_many(30, 150)
@np.errstate(all="ignore")
def test_the_formula_of_a_program_is_read_again_and_has_its_value(count):
    kept = Counter[str]()

    @tried(count)
    @given(trees(NAMES), st.tuples(POINTS, POINTS))
    def each(tree, numbers):
        assume(variables(tree))
        kept["drawn"] += 1
        try:
            f = parse(text(tree))
            point = {name: at for name, at in zip(NAMES, numbers, strict=True) if name in f.variables}
            truth = series(tree, point, [])
            tape = dk.record(f, *point.values())
            term = written(tape, [sympy.Symbol(name, real=True) for name in point], Pool(), named=True)
        except (ExpressionError, OutOfReach, NotClosedFormError):
            assume(False)
        kept["kept"] += 1
        again = parse(as_text(term.node))
        found = again({name: point[name] for name in again.variables})
        with mp.workdps(60):
            assert abs(mp.mpf(float(found)) - truth.v[0]) <= truth.e[0] + SMALLEST, (f, again)

    each()
    assert kept["kept"] >= 0.5 * kept["drawn"] > 0
