"""Whatever the spelling of a call, the row it leaves is the one that has a rule."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.autodiff import grad
from diffkit.errors import NoRuleError
from diffkit.tape import record

V = np.array([0.5, 1.5, -2.0])
M = np.outer(V, V) + np.eye(3)


def ops(f, *point):
    return [row.op for row in record(f, *point).instructions]


@pytest.mark.parametrize(
    ("f", "rows"),
    [
        (lambda x: np.add.reduce(x), ["sum"]),
        (lambda x: np.multiply.reduce(x), ["prod"]),
        (lambda x: np.maximum.reduce(x), ["max"]),
        (lambda x: np.minimum.reduce(x), ["min"]),
        (lambda x: np.multiply.outer(x, V), ["reshape", "multiply"]),
        (lambda x: np.concatenate([x, V]), ["concatenate"]),
        (lambda x: np.append(x, V), ["ravel", "concatenate"]),
        (lambda x: np.clip(x, a_min=0, a_max=1), ["clip"]),
        (lambda x: np.clip(x, min=0), ["clip"]),
        (lambda x: x.clip(max=1), ["clip"]),
        (lambda x: np.dot([1.0, 2.0, 3.0], x), ["dot"]),
        (lambda x: np.dot(x, [x[0], 1.0, 2.0]), ["getitem", "assemble", "dot"]),
        (lambda x: np.select([V > 1], [x], 0.0), ["where"]),
        (lambda x: np.piecewise(x, [V > 1], [lambda t: 2 * t]), ["multiply", "where"]),
        (lambda x: np.block([x, V]), ["reshape", "concatenate"]),
    ],
)
def test_a_call_is_recorded_in_the_spelling_that_has_a_rule(f, rows):
    assert ops(f, V) == rows


def test_the_bounds_of_clip_are_operands_in_every_spelling():
    spellings = [
        lambda x, lo, hi: np.clip(x, lo, hi),
        lambda x, lo, hi: np.clip(x, a_min=lo, a_max=hi),
        lambda x, lo, hi: np.clip(x, min=lo, max=hi),
        lambda x, lo, hi: np.clip(x, lo, a_max=hi),
        lambda x, lo, hi: x.clip(lo, hi),
        lambda x, lo, hi: x.clip(max=hi, min=lo),
    ]
    assert len({str(record(f, V, -1.0, 1.0)) for f in spellings}) == 1
    slopes = [grad(lambda *a, f=f: np.sum(f(*a)), argnums=(0, 1, 2))(V, -1.0, 1.0) for f in spellings]
    assert all([s[0].tolist(), s[1], s[2]] == [[1.0, 0.0, 0.0], 1.0, 1.0] for s in slopes)


def test_arrays_of_different_shapes_in_a_list_stay_a_list():
    f = lambda x: np.linalg.multi_dot([x, M, x[:, None]])
    assert np.array_equal(record(f, V).replay(V), f(V))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.concatenate([[x[0]], x[1:], [4.0]]),
        lambda x: np.stack([[x[0], x[1]], x[1:]]),
        lambda x: np.vstack([x[1:], [x[0], x[1]]]),
        lambda x: np.hstack([[x[0], x[1]], x[1:], 4.0]),
        lambda x: np.column_stack([[x[0], x[1]], x[1:]]),
    ],
)
def test_a_list_of_active_values_among_the_arrays_that_are_joined_keeps_its_history(f):
    weights = np.arange(1.0, np.size(f(V)) + 1).reshape(np.shape(f(V)))
    slopes = [np.sum(weights * (f(V + e) - f(V))) for e in np.eye(3)]  # f is linear
    assert grad(lambda x: np.sum(weights * f(x)))(V) == pytest.approx(slopes)


def test_a_mean_that_is_given_to_a_spread_has_no_rule():
    with pytest.raises(NoRuleError, match=r"mean=\.\.\. of np\.var or np\.std has no rule; leave it out"):
        grad(lambda x: np.std(x, mean=np.mean(x)))(V)
