"""The scripts a formula is put on paper in: plain text, LaTeX and MathML, a method for each thing written."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence

__all__ = ["SCRIPTS", "Latex", "MathML", "Script"]

# SymPy's names that are written otherwise.
NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arsinh", "acosh": "arcosh",
         "atanh": "artanh"}  # fmt: skip
IN_TEXT = {"ceiling": "ceil", "Abs": "abs", "Max": "max", "Min": "min", "loggamma": "lgamma"}
TEX = {"sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "arcsin", "arccos", "arctan",
       "log", "max", "min"}  # fmt: skip
RAISED = {"sin", "cos", "tan", "sinh", "cosh", "tanh"}  # sin^2(x) is (sin(x))^2
GREEK = frozenset(
    {
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
    }
)


class Script:
    """Plain text: `u^2/(3*v)`."""

    typed = True  # with the names that `diffkit.functions.parse` reads
    bars = False  # a fraction bar, and a raised exponent, say without parentheses where they end
    raises = False

    def inline(self) -> Script:
        """The script of an exponent."""
        return self

    def symbol(self, name: str) -> str:
        return name

    def number(self, digits: str) -> str:
        return "e" if digits == "E" else digits

    def function(self, name: str) -> str:
        return IN_TEXT.get(name, name)

    def raised_function(self, name: str) -> str | None:
        """The function's name where its powers are written sin^2(x)."""
        return None

    def called(self, name: str, args: Sequence[str], exponent: str = "") -> str:
        return f"{name}({', '.join(args)})"

    def row(self, texts: Sequence[str]) -> str:
        return "".join(texts)

    def sign(self, sign: str, leading: bool = False) -> str:
        return sign if leading else f" {sign} "

    def product(self, factors: Sequence[str]) -> str:
        return "*".join(factors)

    def fraction(self, above: str, under: str) -> str:
        return f"{above}/{under}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}"

    def root(self, u: str) -> str:
        return f"sqrt({u})"

    def exponential(self, u: str) -> str:
        return f"exp({u})"

    def absolute(self, u: str) -> str:
        return f"abs({u})"

    def derivative(self, u: str, x: str, order: int) -> str:
        return f"d/d{x}({u})" if order == 1 else f"d^{order}/d{x}^{order}({u})"

    def parenthesised(self, u: str) -> str:
        return f"({u})"

    def relation(self, sign: str) -> str:
        return f" {'=' if sign == '==' else sign} "

    def listed(self, conditions: Sequence[str], word: str) -> str:
        return f" {word} ".join(conditions)

    def pieces(self, pieces: Sequence[tuple[str, str]]) -> str:
        return "{" + "; ".join(f"{u} if {when}" if when else f"{u} otherwise" for u, when in pieces) + "}"


class Latex(Script):
    r"""LaTeX: `\frac{u^{2}}{3 v}`."""

    typed = False
    bars = raises = True

    def inline(self) -> Script:
        return LatexExponent()

    def symbol(self, name: str) -> str:
        base, index = _with_index(name)
        base = f"\\{base}" if base.lower() in GREEK and base != "omicron" else base
        if len(base) > 1 and base[0] != "\\":
            base = r"\mathrm{" + base.replace("_", r"\_") + "}"
        return f"{base}_{{{index}}}" if index else base

    def number(self, digits: str) -> str:
        return {"pi": r"\pi", "E": "e", "I": "i", "oo": r"\infty", "zoo": r"\tilde{\infty}"}.get(
            digits, digits
        )

    def function(self, name: str) -> str:
        name = NAMES.get(name, IN_TEXT.get(name, name))
        return f"\\{name}" if name in TEX else r"\operatorname{" + name.replace("_", r"\_") + "}"

    def raised_function(self, name: str) -> str | None:
        return f"\\{name}" if name in RAISED else None

    def called(self, name: str, args: Sequence[str], exponent: str = "") -> str:
        raised = f"^{{{exponent}}}" if exponent else ""
        return f"{name}{raised}{_bracketed(', '.join(args))}"

    def product(self, factors: Sequence[str]) -> str:
        texts = list(factors[:1])
        for factor in factors[1:]:  # two numbers side by side would read as one
            texts.append(rf"\cdot {factor}" if factor[0].isdigit() else factor)
        return " ".join(texts)

    def fraction(self, above: str, under: str) -> str:
        return rf"\frac{{{above}}}{{{under}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, u: str) -> str:
        return rf"\sqrt{{{u}}}"

    def exponential(self, u: str) -> str:
        return f"e^{{{u}}}"

    def absolute(self, u: str) -> str:
        return rf"\left\lvert {u} \right\rvert"

    def derivative(self, u: str, x: str, order: int) -> str:
        raised = "" if order == 1 else f"^{{{order}}}"
        return rf"\frac{{d{raised}}}{{d{x}{raised}}}{_bracketed(u)}"

    def parenthesised(self, u: str) -> str:
        return _bracketed(u)

    def relation(self, sign: str) -> str:
        return {"<=": r" \le ", ">=": r" \ge ", "==": " = ", "!=": r" \ne "}.get(sign, f" {sign} ")

    def listed(self, conditions: Sequence[str], word: str) -> str:
        return rf" \text{{ {word} }} ".join(conditions)

    def pieces(self, pieces: Sequence[tuple[str, str]]) -> str:
        rows = [rf"{u} & \text{{{'if ' if when else 'otherwise'}}}{when}" for u, when in pieces]
        return r"\begin{cases}" + r" \\ ".join(rows) + r"\end{cases}"


class LatexExponent(Latex):
    """LaTeX where it is small: fractions have a slash."""

    bars = False

    def fraction(self, above: str, under: str) -> str:
        return f"{above}/{under}"


def _bracketed(u: str) -> str:
    """In parentheses that grow where what is in them is tall."""
    tall = any(command in u for command in (r"\frac", r"\sqrt", r"\begin"))
    return rf"\left({u}\right)" if tall else f"({u})"


class MathML(Script):
    """Presentation MathML, as the standard of 2023 (MathML Core) has it, which every browser draws."""

    typed = False
    bars = raises = True

    def inline(self) -> Script:
        return MathMLExponent()

    def symbol(self, name: str) -> str:
        base, index = _with_index(name)
        if base.lower() in GREEK:
            case = "SMALL" if base.islower() else "CAPITAL"
            base = unicodedata.lookup(f"GREEK {case} LETTER {base.upper().replace('LAMBDA', 'LAMDA')}")
        text = f"<mi>{html.escape(base)}</mi>"
        return f"<msub>{text}<mn>{html.escape(index)}</mn></msub>" if index else text

    def number(self, digits: str) -> str:
        letter = {"pi": "π", "E": "e", "I": "i", "oo": "∞", "zoo": "∞̃"}.get(digits)
        return f"<mi>{letter}</mi>" if letter else f"<mn>{digits}</mn>"

    def function(self, name: str) -> str:
        return f"<mi>{html.escape(NAMES.get(name, IN_TEXT.get(name, name)))}</mi>"

    def raised_function(self, name: str) -> str | None:
        return f"<mi>{name}</mi>" if name in RAISED else None

    def called(self, name: str, args: Sequence[str], exponent: str = "") -> str:
        name = name if name[0] == "<" else f"<mi>{html.escape(name)}</mi>"
        head = self.power(name, exponent) if exponent else name
        return f"<mrow>{head}<mo>&#x2061;</mo>{self.parenthesised('<mo>,</mo>'.join(args))}</mrow>"

    def row(self, texts: Sequence[str]) -> str:
        return f"<mrow>{''.join(texts)}</mrow>"

    def sign(self, sign: str, leading: bool = False) -> str:
        form = ' form="prefix"' if leading else ""
        return f"<mo{form}>{'−' if sign == '-' else sign}</mo>"

    def product(self, factors: Sequence[str]) -> str:
        if len(factors) == 1:
            return factors[0]
        texts = list(factors[:1])
        for factor in factors[1:]:
            leads = re.match(r"(<(?:mrow|msup)>)*<mn>", factor)
            texts += [f"<mo>{'⋅' if leads else '&#x2062;'}</mo>", factor]
        return self.row(texts)

    def fraction(self, above: str, under: str) -> str:
        return f"<mfrac>{above}{under}</mfrac>"

    def power(self, base: str, exponent: str) -> str:
        return f"<msup>{base}{exponent}</msup>"

    def root(self, u: str) -> str:
        return f"<msqrt>{u}</msqrt>"

    def exponential(self, u: str) -> str:
        return self.power("<mi>e</mi>", u)

    def absolute(self, u: str) -> str:
        return f'<mrow><mo form="prefix">|</mo>{u}<mo form="postfix">|</mo></mrow>'

    def derivative(self, u: str, x: str, order: int) -> str:
        d = "<mi>d</mi>" if order == 1 else self.power("<mi>d</mi>", f"<mn>{order}</mn>")
        by = x if order == 1 else self.power(x, f"<mn>{order}</mn>")
        return self.row([self.fraction(d, self.row(["<mi>d</mi>", by])), self.parenthesised(u)])

    def parenthesised(self, u: str) -> str:
        return f"<mrow><mo>(</mo>{u}<mo>)</mo></mrow>"

    def relation(self, sign: str) -> str:
        return f"<mo>{html.escape({'<=': '≤', '>=': '≥', '==': '=', '!=': '≠'}.get(sign, sign))}</mo>"

    def listed(self, conditions: Sequence[str], word: str) -> str:
        return self.row([f"<mtext>&#xA0;{word}&#xA0;</mtext>".join(conditions)])

    def pieces(self, pieces: Sequence[tuple[str, str]]) -> str:
        def cell(u: str) -> str:
            return f'<mtd style="text-align:left">{u}</mtd>'

        rows = [cell(u) + cell(f"<mtext>{'if' if when else 'otherwise'}&#xA0;</mtext>{when}")
                for u, when in pieces]  # fmt: skip
        table = "".join(f"<mtr>{row}</mtr>" for row in rows)
        return f'<mrow><mo form="prefix">{{</mo><mtable>{table}</mtable></mrow>'


class MathMLExponent(MathML):
    """MathML where it is small: fractions have a slash."""

    bars = False

    def fraction(self, above: str, under: str) -> str:
        return self.row([above, "<mo>/</mo>", under])


def _with_index(name: str) -> tuple[str, str]:
    """x1, x_1 and x[1, 2] as a letter and its index."""
    found = re.fullmatch(r"([A-Za-z]+)_?(?:([0-9]+)|\[([0-9, ]+)\])", name)
    return (found[1], found[2] or found[3]) if found else (name, "")


SCRIPTS = {"text": Script(), "latex": Latex(), "mathml": MathML()}
