"""Steps that are pickled or copied stay as they are written on the board."""

import copy
import pickle

import pytest
import sympy

import diffkit as dk
from diffkit.symbolic.steps import Stage


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
@pytest.mark.parametrize(
    "f", ["x^2*sin(x)", "x*x*x + 0*x", "abs(x)*x/2", "max(x, 1/x)", "expm1(x)^x", "x*y + sin(y)"]
)
def test_steps_print_the_same_again_and_are_equal(f, again):
    made = dk.symbolic.steps(f, "x", time_limit=None)
    found = again(made)
    assert str(found) == str(made)
    assert found == made
    assert found.markdown() == made.markdown()


def test_sympy_alone_would_write_the_raw_stage_in_another_way():
    raw = dk.symbolic.steps("x^2", time_limit=None).stages[0]
    assert str(raw.expression) == "2*x**1"
    assert str(pickle.loads(pickle.dumps(raw.expression))) == "2*x"
    assert str(pickle.loads(pickle.dumps(raw)).expression) == "2*x**1"


def test_what_is_used_twice_is_handed_over_once():
    """Each line squares the one before: written out it has 2^200 factors."""
    pool = dk.symbolic.pool.Pool()
    u = pool.term(sympy.Symbol("x"))
    for _ in range(200):
        u = u * u
    made = Stage("raw", u.node)
    found = pickle.loads(pickle.dumps(made)).expression
    for _ in range(200):
        assert found.args[0] is found.args[1]
        found = found.args[0]
    assert found == sympy.Symbol("x")
