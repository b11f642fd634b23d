"""The rules of differentiation, as a table: a rule is a row.

A row says which parts of u it needs the derivatives of, and what it writes when it has them. The table is
used twice: one rule at a time for the steps of a student, where the derivatives are still to be found, and
for a whole expression at once, where they are known already.

The formulas are those of every calculus book, e.g. Abramowitz and Stegun (1964), 3.3 and 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add, mul
from typing import Any

from diffkit.errors import NotClosedFormError
from diffkit.symbolic.pool import Term, below, in_order, negated, turned

__all__ = ["Rule", "Varies", "rule_for", "rules"]

Terms = tuple[Term, ...]
Varies = Callable[[Term], bool]


@dataclass(frozen=True)
class Rule:
    """A row of the table.

    Attributes
    ----------
    name
        What a teacher calls it.
    formula
        What it says, as it is printed.
    parts
        Given u and what tells whether a term varies with x: the parts of u whose derivatives are asked for,
        None where the rule does not apply.
    write
        Given u, its parts and their derivatives: the derivative of u.
    chain
        Whether u is a function of its one part: `write` gives the outer derivative, and the chain rule
        multiplies by the inner one.
    shortcut
        Whether the bare rules do without it: a student's c u for the product rule's 0 u + c u'.
    """

    name: str
    formula: str
    parts: Callable[[Term, Varies], Terms | None]
    write: Callable[[Term, Terms, Terms], Any]
    chain: bool = False
    shortcut: bool = False


def rule_for(u: Term, varies: Varies, shortcuts: bool = True) -> tuple[Rule, Terms]:
    """The first rule that applies to u, with the parts of u it needs the derivatives of.

    Examples
    --------
    >>> import sympy
    >>> from diffkit.symbolic.pool import Pool
    >>> x = Pool().term(sympy.Symbol("x"))
    >>> rule_for(x * x, lambda u: True)[0].formula
    "(u v)' = u' v + u v'"
    """
    for rule in rules():
        if shortcuts or not rule.shortcut:
            parts = rule.parts(u, varies)
            if parts is not None:
                return rule, parts
    raise NotClosedFormError(f"not closed form: no rule for the derivative of {type(u.node).__name__}")


# -- taking u apart -------------------------------------------------------------------------------


def _operands(u: Term) -> Terms:
    return tuple(Term(u.pool, a) for a in u.node.args)


def _constant(u: Term, varies: Varies) -> Terms | None:
    return None if varies(u) else ()


def _variable(u: Term, varies: Varies) -> Terms | None:
    return () if u.node.is_Symbol else None


def _sum(u: Term, varies: Varies) -> Terms | None:
    """The terms of a sum without their minus signs, which stay where they are."""
    return tuple(_unsigned(t) for t in _operands(u)) if u.node.is_Add else None


def _difference(u: Term, varies: Varies) -> Terms | None:
    two = u.node.is_Add and len(u.node.args) == 2 and _has_a_minus(u.node.args[1])
    return _sum(u, varies) if two else None


def _has_a_minus(e: Any) -> bool:
    return negated(e) is not None or bool(e.is_Number and e.is_extended_negative)


def _unsigned(u: Term) -> Term:
    if not _has_a_minus(u.node):
        return u
    return -u if u.node.is_Number else Term(u.pool, negated(u.node))


def _negative(u: Term, varies: Varies) -> Terms | None:
    inside = negated(u.node)
    return None if inside is None else (Term(u.pool, inside),)


def _with_constants(u: Term, varies: Varies) -> Terms | None:
    """The factors of a product that vary, as one, when others do not; whatever its sign."""
    inside = _unsigned(u)
    varying = [a for a in _operands(inside) if inside.node.is_Mul and varies(a)]
    return (_product_of(varying),) if 0 < len(varying) < len(inside.node.args) else None


def _product_of(factors: list[Term] | Terms) -> Term:
    import sympy

    pool = factors[0].pool
    nodes = [f.node for f in factors]
    return factors[0] if len(nodes) == 1 else Term(pool, pool.node(sympy.Mul, *nodes))


def _quotient(u: Term, varies: Varies) -> Terms | None:
    """u and v of what is written u / v."""
    factors = _operands(u) if u.node.is_Mul else ()
    under = [turned(f) for f in factors if below(f.node)]
    top = [f for f in factors if not below(f.node)]
    return (_product_of(top), _product_of(under)) if top and under else None


def _product(u: Term, varies: Varies) -> Terms | None:
    """The first factor and the others."""
    factors = _operands(u)
    return (factors[0], _product_of(factors[1:])) if u.node.is_Mul else None


def _root(u: Term, varies: Varies) -> Terms | None:
    return _operands(u)[:1] if u.node.is_Pow and u.node.args[1] == _sympy("S").Half else None


def _power(u: Term, varies: Varies) -> Terms | None:
    return _operands(u)[:1] if u.node.is_Pow and not varies(_operands(u)[1]) else None


def _exponential(u: Term, varies: Varies) -> Terms | None:
    return _operands(u)[1:] if u.node.is_Pow and not varies(_operands(u)[0]) else None


def _general_power(u: Term, varies: Varies) -> Terms | None:
    return _operands(u) if u.node.is_Pow else None


def _exponent(u: Term, varies: Varies) -> Terms | None:
    """v log(u), of which u^v is the exponential."""
    if not u.node.is_Pow:
        return None
    base, exponent = _operands(u)
    return (exponent * u.call(_sympy("log"), base),)


def _pieces(u: Term, varies: Varies) -> Terms | None:
    pairs = u.node.args if type(u.node).__name__ == "Piecewise" else None
    return None if pairs is None else tuple(Term(u.pool, pair.args[0]) for pair in pairs)


def _remainder(u: Term, varies: Varies) -> Terms | None:
    return _operands(u) if type(u.node).__name__ == "Mod" else None


def _other(u: Term, varies: Varies) -> Terms | None:
    return tuple(a for a in _operands(u) if varies(a)) if u.node.is_Function else None


# -- writing the derivative -----------------------------------------------------------------------


def _powered(u: Term, parts: Terms, derived: Terms) -> Term:
    base, n = _operands(u)
    return n * base ** (u.pool.term(n.node - 1) if n.node.is_Rational else n - 1)


def _times_constants(u: Term, parts: Terms, derived: Terms) -> Term:
    inside, part = _unsigned(u), parts[0].node
    varying = [part] if any(a is part for a in inside.node.args) else part.args  # in x^2 * 2, 2 is constant
    constants = [a for a in _operands(inside) if all(a.node is not v for v in varying)]
    product: Term = reduce(mul, constants) * derived[0]
    return -product if _has_a_minus(u.node) else product


def _summed(u: Term, parts: Terms, derived: Terms) -> Term:
    """A sum with as many terms as u has, and its signs."""
    terms = zip(u.node.args, derived, strict=True)
    signed = [-d if _has_a_minus(a) else d for a, d in terms]
    return Term(u.pool, u.pool.node(_sympy("Add"), *(d.node for d in signed)))


def _generally(u: Term, parts: Terms, derived: Terms) -> Term:
    base, exponent = parts
    log = base.call(_sympy("log"), base)
    return u * (derived[1] * log + exponent * derived[0] / base)


def _by_pieces(u: Term, parts: Terms, derived: Terms) -> Term:
    pairs = zip(u.node.args, derived, strict=True)
    made = [u.pool.node(type(pair), d.node, pair.args[1]) for pair, d in pairs]
    return Term(u.pool, u.pool.node(type(u.node), *made))


def _by_sympy(u: Term, parts: Terms, derived: Terms) -> Term:
    """The chain rule over all operands that vary, with SymPy's own partial derivatives."""
    products = [_partial(u, part) * d for part, d in zip(parts, derived, strict=True)]
    return reduce(add, products)


def _partial(u: Term, part: Term) -> Term:
    """SymPy's partial derivative of a function in one of its operands.

    SymPy gets symbols for the operands: what it does to trees would undo the graph.
    """
    import sympy

    slots = [a if not a.args and a.is_number else sympy.Dummy(real=True) for a in u.node.args]
    slot = next(s for s, a in zip(slots, u.node.args, strict=True) if a is part.node)
    try:
        slope = u.node.func(*slots).diff(slot)
    except (ValueError, TypeError, NotImplementedError):
        slope = None
    if slope is None or slope.has(sympy.Derivative, sympy.Subs):
        raise NotClosedFormError(
            f"not closed form: SymPy has no formula for the derivative of {type(u.node).__name__} by its "
            f"argument number {slots.index(slot) + 1}"
        )
    made = {id(u.pool.leaf(s)): a for s, a in zip(slots, u.node.args, strict=True)}
    for e in in_order([top := u.pool.take(slope)]):
        if id(e) not in made:
            made[id(e)] = u.pool.node(type(e), *(made[id(a)] for a in e.args)) if e.args else e
    return Term(u.pool, made[id(top)])


def _sympy(name: str) -> Any:
    import sympy

    return getattr(sympy, name)


def _function(name: str, function: str, slope: str, outer: Callable[..., Any]) -> Rule:
    """The row of an elementary function: `outer` is its slope at v; f("cos", v) calls a function there."""

    def parts(u: Term, varies: Varies) -> Terms | None:
        return _operands(u) if type(u.node).__name__ == function else None

    def write(u: Term, parts: Terms, derived: Terms) -> Any:
        return outer(parts[0], lambda f, v: v ** _sympy("S").Half if f == "sqrt" else v.call(_sympy(f), v))

    return Rule(name, f"{function.lower()}(u)' = {slope}", parts, write, chain=True)


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The table, in the order in which the rules are tried."""
    f = _function
    # fmt: off
    return (
        Rule("constant", "c' = 0", _constant, lambda u, p, d: 0),
        Rule("variable", "x' = 1", _variable, lambda u, p, d: 1),
        Rule("difference", "(u - v)' = u' - v'", _difference, _summed),
        Rule("sum", "(u + v)' = u' + v'", _sum, _summed),
        Rule("constant factor", "(c u)' = c u'", _with_constants, _times_constants, shortcut=True),
        Rule("constant factor", "(-u)' = -u'", _negative, lambda u, p, d: -d[0]),
        Rule("quotient", "(u/v)' = (u' v - u v')/v^2", _quotient,
             lambda u, p, d: (d[0] * p[1] - p[0] * d[1]) / p[1] ** 2),
        Rule("product", "(u v)' = u' v + u v'", _product,
             lambda u, p, d: d[0] * p[1] + p[0] * d[1], shortcut=True),
        Rule("product", "(u v)' = v' u + u' v", _product, lambda u, p, d: d[1] * p[0] + p[1] * d[0]),
        Rule("square root", "sqrt(u)' = 1/(2 sqrt(u)) u'", _root,
             lambda u, p, d: 1 / (2 * u), chain=True, shortcut=True),
        Rule("power", "(u^n)' = n u^(n-1) u'", _power, _powered, chain=True),
        Rule("exponential", "(a^u)' = a^u log(a) u'", _exponential,
             lambda u, p, d: u * u.call(_sympy("log"), _operands(u)[0]), chain=True),
        Rule("general power", "(u^v)' = u^v (v log(u))'", _exponent, lambda u, p, d: u * d[0], shortcut=True),
        Rule("general power", "(u^v)' = u^v (v' log(u) + v u'/u)", _general_power, _generally),
        Rule("piecewise", "each piece by itself", _pieces, _by_pieces),
        f("exponential", "exp", "exp(u) u'", lambda v, f: f("exp", v)),
        f("logarithm", "log", "u'/u", lambda v, f: 1 / v),
        f("sine", "sin", "cos(u) u'", lambda v, f: f("cos", v)),
        f("cosine", "cos", "-sin(u) u'", lambda v, f: -f("sin", v)),
        f("tangent", "tan", "(1 + tan(u)^2) u'", lambda v, f: 1 + f("tan", v) ** 2),
        f("arcsine", "asin", "u'/sqrt(1 - u^2)", lambda v, f: 1 / f("sqrt", 1 - v**2)),
        f("arccosine", "acos", "-u'/sqrt(1 - u^2)", lambda v, f: -1 / f("sqrt", 1 - v**2)),
        f("arctangent", "atan", "u'/(1 + u^2)", lambda v, f: 1 / (1 + v**2)),
        f("hyperbolic sine", "sinh", "cosh(u) u'", lambda v, f: f("cosh", v)),
        f("hyperbolic cosine", "cosh", "sinh(u) u'", lambda v, f: f("sinh", v)),
        f("hyperbolic tangent", "tanh", "(1 - tanh(u)^2) u'", lambda v, f: 1 - f("tanh", v) ** 2),
        f("inverse hyperbolic sine", "asinh", "u'/sqrt(u^2 + 1)", lambda v, f: 1 / f("sqrt", v**2 + 1)),
        f("inverse hyperbolic cosine", "acosh", "u'/(sqrt(u - 1) sqrt(u + 1))",
          lambda v, f: 1 / (f("sqrt", v - 1) * f("sqrt", v + 1))),
        f("inverse hyperbolic tangent", "atanh", "u'/(1 - u^2)", lambda v, f: 1 / (1 - v**2)),
        f("error function", "erf", "2/sqrt(pi) exp(-u^2) u'",
          lambda v, f: 2 / f("sqrt", v.pool.term(_sympy("pi"))) * f("exp", -(v**2))),
        f("absolute value", "Abs", "sign(u) u'", lambda v, f: f("sign", v)),
        *(f("step function", name, "0 between the jumps", lambda v, f: v.pool.term(0))
          for name in ("sign", "floor", "ceiling", "Heaviside")),
        f("fractional part", "frac", "u', also at whole numbers", lambda v, f: v.pool.term(1)),
        Rule("remainder", "(u mod v)' = u' - floor(u/v) v'", _remainder,
             lambda u, p, d: d[0] - (p[0] / p[1]).call(_sympy("floor"), p[0] / p[1]) * d[1]),
        Rule("function", "f(u, v)' = f_u u' + f_v v', with SymPy's f_u and f_v", _other, _by_sympy),
    )
    # fmt: on
