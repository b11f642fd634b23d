"""How a formula looks on paper, as text, LaTeX or MathML: what is written with what, and which parentheses.

SymPy's printers tidy up before they print, and so cannot show what a rule has written. Here every sum,
product and fraction is printed as it stands.
"""

from __future__ import annotations

from typing import Any

from diffkit.symbolic.pool import below, negated
from diffkit.symbolic.scripts import SCRIPTS, Script

__all__ = ["as_latex", "as_mathml", "as_text", "mathml_part"]

# How tightly a formula holds together: it stands without parentheses where no more is asked for.
SUM, PRODUCT, POWER, ATOM = range(4)


def as_text(e: Any) -> str:
    """The formula in one line of plain text, which `diffkit.functions.parse` reads if it has its functions.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> as_text(sympy.Derivative(x**3 / 2 - sympy.exp(-x), x))
    'd/dx(x^3/2 - exp(-x))'
    """
    return _Writer(SCRIPTS["text"]).part(e)


def as_latex(e: Any) -> str:
    """The formula in LaTeX's mathematics mode.

    Examples
    --------
    >>> import sympy
    >>> print(as_latex(sympy.sin(sympy.Symbol("x")) ** 2 / 3))
    \\frac{\\sin^{2}(x)}{3}
    """
    return _Writer(SCRIPTS["latex"]).part(e)


def as_mathml(e: Any) -> str:
    """The formula as a presentation MathML element, which browsers draw by themselves.

    Examples
    --------
    >>> import sympy
    >>> as_mathml(sympy.Symbol("x") ** 2)[-40:]
    '<msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">{mathml_part(e)}</math>'


def mathml_part(e: Any) -> str:
    """The formula in MathML, to stand in another."""
    return _Writer(SCRIPTS["mathml"]).part(e)


class _Writer:
    """Walks a formula; the script says how its parts are put on paper."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._known: dict[int, tuple[str, int]] = {}

    def part(self, e: Any, least: int = SUM) -> str:
        """The formula, in parentheses where it holds together less tightly than it must."""
        if id(e) not in self._known:
            self._known[id(e)] = self._written(e)
        text, tightness = self._known[id(e)]
        return text if tightness >= least else self.script.parenthesised(text)

    def _beside_bar(self, e: Any) -> str:
        """The same alone above or below a fraction bar, which marks it off by itself where it is one."""
        return self.part(e, SUM if self.script.bars else POWER)

    def _exponent(self, e: Any) -> str:
        """The same raised, where a fraction is written with a slash."""
        return _Writer(self.script.inline()).part(e, SUM if self.script.raises else ATOM)

    def _written(self, e: Any) -> tuple[str, int]:
        import sympy

        if e.is_Symbol:
            return self.script.symbol(e.name), ATOM
        if e.is_Number or e.is_NumberSymbol or (not e.args and isinstance(e, sympy.Expr)):  # also I and zoo
            return self._number(e)
        if e.is_Add:
            return self._sum(e.args), SUM
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return self._power(e)
        if isinstance(e, sympy.Derivative):
            return self._derivative(e)
        if isinstance(e, sympy.Piecewise):
            pieces = [(self.part(value), self._condition(when)) for value, when in e.args]
            return self.script.pieces(pieces), ATOM
        if isinstance(e, sympy.exp):
            u = e.args[0]
            raised = self._exponent(u) if self.script.raises else self.part(u)
            return self.script.exponential(raised), POWER if self.script.raises else ATOM
        if isinstance(e, sympy.Abs):
            return self.script.absolute(self.part(e.args[0])), ATOM
        if isinstance(e, sympy.logic.boolalg.Boolean):
            return self._condition(e), SUM
        name, args = _typed(e) if self.script.typed else (type(e).__name__, e.args)
        return self.script.called(self.script.function(name), [self.part(a) for a in args]), ATOM

    def _number(self, e: Any) -> tuple[str, int]:
        if e.is_Number and e.is_extended_negative:
            return self.script.row([self.script.sign("-", True), self.part(-e)]), SUM
        if e.is_Rational and not e.is_Integer:
            p, q = self.script.number(str(e.p)), self.script.number(str(e.q))
            return self.script.fraction(p, q), POWER if self.script.bars else PRODUCT
        return self.script.number(repr(float(e)) if e.is_Float else str(e)), ATOM

    # -- sums ------------------------------------------------------------------------------------------

    def _sum(self, terms: tuple[Any, ...]) -> str:
        texts = []
        for i, term in enumerate(terms):
            sign, body = self._signed(term)
            if i or sign == "-":
                texts.append(self.script.sign(sign, leading=i == 0))
            texts.append(body)
        return self.script.row(texts)

    def _signed(self, term: Any) -> tuple[str, str]:
        """The sign of a term, and the term without it; a sum among the terms is in parentheses."""
        if term.is_Number and term.is_extended_negative:
            return "-", self.part(-term, PRODUCT)
        if (inside := negated(term)) is not None:
            return "-", self.part(inside, PRODUCT)
        if _leads_with_a_minus(term):
            return "-", self._factors(-term.args[0], term.args[1:])
        return "+", self.part(term, PRODUCT)

    # -- products --------------------------------------------------------------------------------------

    def _product(self, e: Any) -> tuple[str, int]:
        first, *others = e.args
        if _leads_with_a_minus(e):
            sign, body = self._signed(e)
            return self.script.row([self.script.sign(sign, leading=True), body]), SUM
        return (self._factors(first, others) if first.is_Number else self._factors(None, e.args)), PRODUCT

    def _factors(self, number: Any, factors: Any) -> str:
        """A number in front, what is known as a fraction, and derivatives that are still to be found.

        Those stay where they are, so that u' v + u v' can be read.
        """
        texts: list[str] = []
        known: list[Any] = []
        for f in [*factors, None]:
            if f is not None and not _waits(f):
                known.append(f)
                continue
            if known or number is not None:
                texts.append(self._fraction(number, known))
            if f is not None:
                texts.append(self.part(f, POWER))
            number, known = None, []
        return self.script.product(texts)

    def _fraction(self, number: Any, factors: list[Any]) -> str:
        """The factors, those of negative powers under the bar, with the number's two parts."""
        top = [f for f in factors if not below(f)]
        under = [_under(f) for f in factors if below(f)]
        if number is not None and len(under) == 1 and under[0].is_Mul:
            under = list(under[0].args)  # with the number's denominator, one product
        above, beneath = [], []
        if number is not None:
            p, q = (number.p, number.q) if number.is_Rational else (number, 1)
            above += [] if p == 1 and q != 1 and top else [self.script.number(str(p))]
            beneath += [] if q == 1 else [self.script.number(str(q))]
        if not under and not beneath:
            return self.script.product([*above, *(self.part(f, POWER) for f in top)])
        alone = len(above) + len(top) == 1
        above += [self._beside_bar(f) if alone else self.part(f, POWER) for f in top]
        alone = len(beneath) + len(under) == 1
        beneath += [self._beside_bar(f) if alone else self.part(f, POWER) for f in under]
        below_bar = self.script.product(beneath)
        if not alone and not self.script.bars:
            below_bar = self.script.parenthesised(below_bar)
        return self.script.fraction(self.script.product(above or [self.script.number("1")]), below_bar)

    # -- powers and the rest ---------------------------------------------------------------------------

    def _power(self, e: Any) -> tuple[str, int]:
        base, exponent = e.args
        if below(e):
            return self._fraction(None, [e]), PRODUCT
        if exponent.is_Rational and exponent.p == 1 and exponent.q == 2:
            return self.script.root(self.part(base)), ATOM
        raised = self._exponent(exponent)
        if exponent.is_Integer and (name := self.script.raised_function(type(base).__name__)):
            return self.script.called(name, [self.part(a) for a in base.args], raised), POWER
        return self.script.power(self.part(base, ATOM), raised), POWER

    def _derivative(self, e: Any) -> tuple[str, int]:
        (u, (x, n)) = e.args
        return self.script.derivative(self.part(u), self.script.symbol(x.name), int(n)), POWER

    def _condition(self, e: Any) -> str:
        import sympy

        if e is sympy.true:
            return ""
        if isinstance(e, sympy.core.relational.Relational):
            left, right = (self.part(a) for a in e.args)
            return self.script.row([left, self.script.relation(e.rel_op), right])
        words = {"And": "and", "Or": "or", "Xor": "xor"}
        if type(e).__name__ in words:
            return self.script.listed([self._condition(a) for a in e.args], words[type(e).__name__])
        return self.script.called(type(e).__name__.lower(), [self._condition(a) for a in e.args] or [str(e)])


# Functions with a first operand that has a name of its own among those that are typed.
OF_ORDER: dict[tuple[str, Any], str] = {
    ("besselj", 0): "j0",
    ("besselj", 1): "j1",
    ("polygamma", 0): "digamma",
}


def _typed(e: Any) -> tuple[str, tuple[Any, ...]]:
    """The name and the operands of a function as `diffkit.functions.parse` reads them."""
    import sympy

    name, args = type(e).__name__, e.args
    if name == "sinc":  # SymPy's is sin(u)/u, and the one that is read sin(pi*u)/(pi*u)
        rest = [a for a in args[0].args if a is not sympy.pi] if args[0].is_Mul else []
        if 0 < len(rest) == len(args[0].args) - 1:
            return name, (sympy.Mul(*rest, evaluate=False),)
        return name, (sympy.Mul(args[0], 1 / sympy.pi, evaluate=False),)
    if len(args) == 2 and (name, args[0]) in OF_ORDER:
        return OF_ORDER[name, args[0]], args[1:]
    return name, args


def _leads_with_a_minus(e: Any) -> bool:
    return bool(e.is_Mul and e.args[0].is_Number and e.args[0].is_extended_negative and len(e.args) > 1)


def _waits(e: Any) -> bool:
    """Whether it is a derivative that is still to be found."""
    import sympy

    return isinstance(e, sympy.Derivative)


def _under(e: Any) -> Any:
    """What stands under the bar for a factor v^-n."""
    from sympy.core.basic import Basic

    base, exponent = e.args
    return base if exponent == -1 else Basic.__new__(type(e), base, -exponent)
