"""Each row of the table of rules is true."""

from __future__ import annotations

import pytest
import sympy

from diffkit.errors import NotClosedFormError
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.rewrite import Variable, differentiate
from diffkit.symbolic.rules import rule_for, rules

X, Y = sympy.symbols("x y", real=True)
AT = sympy.Rational(3, 10)

# An expression for each row that the row's rule is the first to apply to.
EXAMPLES = {
    "constant": lambda x: x.pool.term(Y),
    "variable": lambda x: x,
    "difference": lambda x: x - x * x,
    "sum": lambda x: x + x * x,
    "constant factor": lambda x: -(x * x),
    "constant factor (c u)": lambda x: 3 * x,
    "quotient": lambda x: x / (x * x + 1),
    "product": lambda x: x * x.call(sympy.sin, x),
    "square root": lambda x: (x * x) ** sympy.Rational(1, 2),
    "power": lambda x: (x * x + 1) ** 3,
    "exponential (a^u)": lambda x: 2 ** (x * x),
    "general power": lambda x: x**x,
    "piecewise": lambda x: x.pool.term(sympy.Piecewise((X**2, X > 0), (X, True))),
    "remainder": lambda x: x.call(sympy.Mod, 5 * x, x * x + 1),
    "function": lambda x: x.call(sympy.atan2, x * x, x + 1),
}
FUNCTIONS = (
    "exp log sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh erf Abs sign floor ceiling "
    "Heaviside frac"
)


def cases():
    for name, make in EXAMPLES.items():
        yield name.split(" (")[0], make, AT
    for function in FUNCTIONS.split():
        at = AT + 1 if function == "acosh" else AT
        yield None, lambda x, function=function: x.call(getattr(sympy, function), x * x + x / 7), at


@pytest.mark.parametrize(("name", "make", "at"), list(cases()))
@pytest.mark.parametrize("shortcuts", [True, False])
def test_a_rule_says_what_the_derivative_is(name, make, at, shortcuts):
    x = Pool().term(X)
    u = make(x)
    if shortcuts and name:
        assert rule_for(u, Variable(x))[0].name == name
    found = differentiate(u, x, shortcuts).node.subs(X, at)
    value, step = u.node.doit(), sympy.Rational(1, 10**25)
    ahead, behind = (value.subs({X: at + s, Y: 2}) for s in (step, -step))
    assert abs(sympy.N(found.subs(Y, 2) - (ahead - behind) / (2 * step), 30, maxn=500)) < 1e-40


def test_the_examples_meet_every_row():
    x = Pool().term(X)
    rows = {
        id(rule_for(make(x), Variable(x), shortcuts)[0])
        for _, make, _ in cases()
        for shortcuts in (True, False)
    }
    assert rows == {id(rule) for rule in rules()}


def test_the_bare_rules_know_no_shortcut():
    x = Pool().term(X)
    assert rule_for(3 * x, Variable(x), shortcuts=False)[0].name == "product"
    assert str(differentiate(3 * x, x)) == "1*3 + x*0"
    assert str(differentiate(3 * x, x, shortcuts=True)) == "3*1"


@pytest.mark.parametrize(
    "expression", [sympy.besselj(X, 2), sympy.Function("f")(X), sympy.Integral(Y, (Y, 0, X))]
)
def test_what_has_no_rule_is_named(expression):
    x = Pool().term(X)
    with pytest.raises(NotClosedFormError, match=r"(besselj|f|Integral)\b"):
        differentiate(x.pool.term(expression), x)
