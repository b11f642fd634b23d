"""Families: the functions of each size are what the formula says."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.families import FAMILIES
from diffkit.problems import logistic as l4

X = sympy.symbols("x1:4", real=True)


@pytest.mark.parametrize(
    ("name", "n", "formula"),
    [
        ("logistic", 1, X[0]),
        ("logistic", 3, 4 * (4 * X[0] * (1 - X[0])) * (1 - 4 * X[0] * (1 - X[0]))),
        ("nested-sine", 2, sympy.sin(sympy.sin(X[0]))),
        ("product", 3, X[0] * X[1] * X[2]),
        ("softplus", 2, sympy.log(1 + sympy.exp(3 * sympy.log(1 + sympy.exp(2 * X[0] + 1)) + 2))),
        ("loop", 1, X[0] * sympy.cos(0) + 0 * sympy.sin(X[1])),
    ],
)
def test_a_family_is_what_its_formula_says(name, n, formula):
    family = FAMILIES[name]
    symbols = X[: family.arguments(n)]
    tape = dk.record(family.make(n), *[0.5] * family.arguments(n))
    found = tape.replay(*symbols, arithmetic="sympy")
    assert sympy.simplify(found - formula) == 0


def test_the_logistic_family_at_4_is_the_problem_of_the_catalogue():
    assert FAMILIES["logistic"].make(4)(0.2) == l4(0.2)


def test_the_loop_of_a_hundred_steps_is_the_textbooks():
    assert FAMILIES["loop"].make(100)(0.5, 0.5) == pytest.approx(-0.521229458232646, rel=100 * 2.0**-52)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda f: f.name)
def test_every_member_takes_numbers_and_gives_one(family):
    for n in (1, 2, 4):
        assert np.ndim(family.make(n)(*[0.5] * family.arguments(n))) == 0
        assert family.wrt is None or family.wrt in family.make(n).__code__.co_varnames
