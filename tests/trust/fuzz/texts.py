"""Texts to throw at whatever reads: of the grammar, near it, against it, and of no grammar at all."""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache

from hypothesis import strategies as st

from diffkit.functions import CONSTANTS, FUNCTIONS
from diffkit.problems import PROBLEMS

__all__ = ["ATTACKS", "NUMBERS", "any_of", "anything", "formulas", "points"]

NUMBERS = (
    *("0", "1", "-1", "2", "3", "0.5", "1e-3", "5.", ".5", "1e308", "1e309", "-1e308", "5e-324", "1e-400"),
    *("nan", "inf", "-inf", "1e", "1_000", "007", "0x10", "0b1", "1j", "2e+1", "9" * 30, "9" * 400),
    *("1" + "0" * 5000, "1e99999999999", "0." + "0" * 400 + "1", "٣", "３", "²", "½", "1,5", "1 000", "--1"),
    *(
        "1e1e1",
        "True",
        "pi",
        "e",
        "tau",
        "-0",
        "-0.0",
        "1/0",
        "9^9^9^9",
        "1e-323/2",
        "1e15",
        "1e16",
        "10^15+1",
    ),
)
_VARIABLES = ("x", "x", "x", "x", "y", "z", "x1", "x2", "x10", "theta", "O0", "N", "S", "lambda1", "gamma1")
_SIGNS = ("+", "-", "*", "/", "^", "**", " + ", " * ", "^-", "*-")
_WRONG_SIGNS = (
    "//",
    "%",
    "@",
    "<",
    "==",
    "=",
    ":=",
    "!",
    " if ",
    " else ",
    " and ",
    ",",
    ";",
    "<<",
    "|",
    "^^",
)
_VALID = [row.f for row in PROBLEMS.values() if isinstance(row.f, str)]

# Python that would leave a trace if any of it were run: a file called canary in the working folder.
ATTACKS = (
    "open('canary', 'w')",
    "__import__('os').system('touch canary')",
    "__import__('pathlib').Path('canary').touch()",
    "eval(\"open('canary', 'w')\")",
    'exec(\'open("canary", "w")\')',
    "(lambda: open('canary', 'w'))()",
    "[open('canary', 'w') for x in (1,)]",
    "{open('canary', 'w') for x in (1,)}",
    "{**{'x': open('canary', 'w')}}",
    "sum(open('canary', 'w').fileno() for x in (1,))",
    "(x := open('canary', 'w'))",
    "f\"{open('canary', 'w')}\"",
    "f'{x.__class__.__mro__[1].__subclasses__()}'",
    "'{0.__class__}'.format(open('canary', 'w'))",
    "().__class__.__base__.__subclasses__()[0]('canary')",
    "x.__class__.__mro__[-1].__subclasses__()",
    "sin.__globals__['__builtins__']['open']('canary', 'w')",
    "sin(open('canary', 'w'))",
    "sin(*[open('canary', 'w')])",
    "sin(**{'out': open('canary', 'w')})",
    "sin(x, out=open('canary', 'w'))",
    "max(x, key=open('canary', 'w'))",
    "x if open('canary', 'w') else x",
    "x and open('canary', 'w')",
    "x[open('canary', 'w')]",
    "x@open('canary', 'w')",
    "x # \\\nopen('canary', 'w')",
    "x\nopen('canary', 'w')",
    "x;open('canary', 'w')",
    "x \\\n+ open('canary', 'w').fileno()",
    "import os; os.system('touch canary')",
    "from os import system",
    "np.save('canary', x)",
    "numpy.fromfile('canary')",
    "np.ctypeslib.load_library('canary', '.')",
    "sympy.sympify(\"open('canary', 'w')\")",
    "Symbol('x')._sympystr",
    "os.popen('touch canary').read()",
    "`touch canary`",
    "$(touch canary)",
    "; touch canary",
    "| touch canary",
    "x && touch canary",
    "<script>fetch('canary')</script>",
    "ｏｐｅｎ('canary', 'w')",
    "𝓸𝓹𝓮𝓷('canary', 'w')",
    "ｓｉｎ(x)",
    "__builtins__.open('canary', 'w')",
    "await open('canary', 'w')",
    "(yield open('canary', 'w'))",
    "lambda x=open('canary', 'w'): x",
    "@open('canary', 'w')\ndef f(x): pass",
    "%(canary)s%s%n",
    "{x.__init__.__globals__}",
    "\\N{LATIN SMALL LETTER X}",
    "'\\x6f\\x70\\x65\\x6e'",
    "print(open('canary', 'w'))",
    "breakpoint()",
    "exit()",
    "copyright()",
    "help()",
    "x.tofile('canary')",
    "x.dump('canary')",
)


def any_of(items: Sequence[str]) -> st.SearchStrategy[str]:
    """As `sampled_from`, which would write all of them into its repr."""
    return st.integers(0, len(items) - 1).map(items.__getitem__)


@cache
def formulas(
    variables: tuple[str, ...] = _VARIABLES, wrong: bool = False, leaves: int = 12
) -> st.SearchStrategy[str]:
    """Texts of the grammar; with `wrong`, now and then a sign, a number or a function that is none."""
    numbers = st.integers(0, 10**20).map(str) | st.floats(0, allow_nan=False, allow_infinity=False).map(repr)
    odd = any_of(NUMBERS) if wrong else st.sampled_from(("0", "1", "2", "3", "0.5", "1e-8", "100"))
    signs = st.sampled_from((*_SIGNS, *_WRONG_SIGNS) if wrong else _SIGNS)
    known = st.sampled_from(tuple(FUNCTIONS))
    names = (
        known | st.sampled_from(("f", "Sin", "eval", "x", "sin^2", "np.sin", "sin.real")) if wrong else known
    )
    leaf = st.sampled_from((*variables, *variables, *CONSTANTS)) | odd | numbers

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        called = st.builds(
            lambda name, parts: f"{name}({','.join(parts[: _operands(name)])})",
            names, st.lists(inner, min_size=3, max_size=3),
        )  # fmt: skip
        return (
            st.builds("({}{}{})".format, inner, signs, inner)
            | st.builds("{}{}{}".format, inner, signs, inner)
            | called
            | st.builds("-{}".format, inner)
        )

    return st.recursive(leaf, grown, max_leaves=leaves)


def _operands(name: str) -> int:
    return (FUNCTIONS[name].arity or 3) if name in FUNCTIONS else 1


# What is hard by its size: nested, long, high.
_DEEP = st.builds(
    lambda front, middle, back, n: front * n + middle + back * n,
    any_of(("(", "sin(", "-", "+", "x^", "x**", "x^(", "exp(", "x+(", "2^", "[", "gamma(", "1/(", "max(x,")),
    st.sampled_from(("x", "1", "9", "", "x*y")),
    st.sampled_from((")", "", "+x", "^x", "^2", "*2)", ",x)", "]", "^9)", ")^2")),
    st.sampled_from((1, 3, 5, 9, 30, 59, 60, 61, 99, 250, 400, 999, 20_000)),
)  # fmt: skip

_CODES = (("latin-1", "strict"), ("utf-8", "surrogateescape"), ("utf-16-le", "replace"), ("utf-7", "replace"))
_BYTES = st.builds(lambda raw, code: raw.decode(*code), st.binary(max_size=60), st.sampled_from(_CODES))
_UNICODE = st.text(max_size=40) | st.text(
    st.sampled_from("xｘ𝑥х٣３²½πｅ（）＋－×÷−^ˆ*·⁎/⁄∕\u202e\u200b\u200f\ufeff\x00\x0c\x1b\r\n\t\u2028\ud800\udfff.,;\\"),
    max_size=20,
)  # fmt: skip
_SOUP = st.text("x2.e+-*/^(), sin_", max_size=30) | st.text(string.printable, max_size=30)
_FRAGMENTS = (
    *_SIGNS,
    *_WRONG_SIGNS,
    "(",
    ")",
    "x",
    " ",
    ".",
    "sin(",
    "'",
    "\n",
    "\x00",
    "__",
    "9" * 20,
    "e9",
    "²",
)


@st.composite
def _mutated(draw: st.DrawFn, source: st.SearchStrategy[str]) -> str:
    """A text with a few of its characters taken out, put in, doubled or in another place."""
    text = draw(source)
    for _ in range(draw(st.integers(1, 4))):
        a, b = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        b = min(b, a + 30)
        kind = draw(st.integers(0, 3))
        if kind == 0:
            text = text[:a] + text[b:]
        elif kind == 1:
            text = text[:a] + draw(st.sampled_from(_FRAGMENTS)) + text[a:]
        elif kind == 2:
            text = text[:b] + text[a:b] * draw(st.integers(1, 3)) + text[b:]
        else:
            text = text[:a] + text[b:] + text[a:b]
    return text


@cache
def anything() -> st.SearchStrategy[str]:
    """Texts of every kind, about half of them functions or nearly so."""
    valid = any_of(_VALID)
    return st.one_of(
        formulas(), formulas(wrong=True), formulas(("x",), leaves=40), _mutated(valid | formulas()), valid,
        _DEEP, _BYTES, _UNICODE, _SOUP, any_of(ATTACKS), _mutated(any_of(ATTACKS)),
    )  # fmt: skip


@cache
def points(names: tuple[str, ...] = ("x",)) -> st.SearchStrategy[str]:
    """What may follow --at: points that fit these names, points that do not, and no points."""
    numbers = any_of(NUMBERS) | st.floats(-9, 9).map(repr) | st.floats().map(repr)
    plain = st.floats(-3, 3).map(lambda x: repr(round(x, 3)))
    fitting = st.lists(plain, min_size=len(names), max_size=len(names)).map(
        lambda values: ",".join(map("{}={}".format, names, values)) if len(names) > 1 else "".join(values)
    )
    some = st.lists(numbers, min_size=1, max_size=4)
    named = st.lists(st.sampled_from(("x", "y", "x1", "", "é", "x x", "lambda")), min_size=4, max_size=4)
    together = st.builds(lambda n, v: ",".join(map("{}={}".format, n, v)), named, some) | some.map(",".join)
    return st.one_of(
        fitting, fitting, together, _mutated(together), _SOUP, _UNICODE, formulas(("x",), leaves=4)
    )
