"""What would end an active value's history is an error that says what to write instead."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special as sc

from diffkit.errors import LostHistoryError, NoRuleError
from diffkit.tape import record
from diffkit.tape.active import Active

V = np.array([0.5, 1.5, -2.0])
W = np.array([3.0, 1.0, 2.0])


def write_into(x):
    y = np.zeros(2)
    y[0] = x
    return y


def write_row_into(x):
    y = np.zeros((2, 3))
    y[0] = x * W
    return y


LOSSES = [
    (lambda x: float(x), r"float\(\).*use the NumPy function \(np\.sin, not math\.sin\)"),
    (lambda x: int(x), r"int\(\) would lose.*np\.floor"),
    (lambda x: complex(x), r"complex\(\) would lose.*x \+ 0j"),
    (lambda x: math.sin(x), r"use the NumPy function \(np\.sin, not math\.sin\)"),
    (lambda x: {x: 1}, "dictionary key or a set member"),
    (lambda x: {1.0: 2}[x], "dictionary key or a set member"),
    (write_into, "storing into a float array"),
    (lambda x: np.asarray(x, dtype=float), "an array of float64 would lose"),
    (lambda x: np.array([x, 2.0], dtype=np.float32), "lose the history"),
    (lambda x: np.mean([x, 2 * x]), r"take the mean of np\.stack\(\[\.\.\.\]\)"),
    (write_row_into, r"fill y = np\.zeros_like\(x\) or np\.zeros_like\(x, shape=\(n,\)\), which"),
    (lambda x: np.cov([[x, 1.0], [2.0, 3.0]]), r"an array of objects.*build it with np\.stack"),
    (lambda x: sc.erf(np.array([x, x])), r"an array of objects.*build it with np\.stack"),
    (lambda x: np.arctan2(np.array([x, 1.0]), np.array([x, 2.0])), r"objects.*build it with np\.stack"),
    (lambda x: np.zeros(2).fill(x), "storing into a float array"),
    (lambda x: np.sum(x * W, initial=x), r"sum\(initial=\.\.\.\) got an active value"),
]


@pytest.mark.parametrize(("f", "message"), LOSSES)
def test_losing_the_history_is_an_error_that_says_what_to_write(f, message):
    with pytest.raises(LostHistoryError, match=message):
        record(f, 1.5)


def add_in_place(x):
    z = np.zeros(3)
    z += x
    return z


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (add_in_place, r"np\.add\(\.\.\., out=\.\.\.\).*write a = a \+ b, not a \+= b"),
        (lambda x: np.add(x, 1, where=W > 1), r"where=\.\.\.\).*select with np\.where"),
    ],
)
def test_a_call_that_cannot_be_followed_says_what_to_write(f, message):
    with pytest.raises(NoRuleError, match=message):
        record(f, V)


def test_python_looks_up_attributes_itself_which_is_several_times_faster():
    assert not hasattr(Active, "__getattr__")
    assert Active.__getattribute__ is object.__getattribute__
