"""Text that is no function is refused in one line with its column, at once, and safely."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.errors import ExpressionError
from diffkit.functions import TextFunction, parse

# Part of the reason: the texts, with ‸ in front of the column that the caret is to be under.
REFUSED = {
    r"multiplication is written with \*": [
        *("2‸x", "2 ‸x", "x ‸y", "(x)‸(y)", "x ‸2", "2‸(x)", "2‸j", "1 + 2‸j", "0‸x10", "0‸b1", "1.2‸.3"),
        *("1‸_000", "1e5‸j", "1e-5‸x", "2 ‸(x)", "(x) ‸y", "(x)‸2", "(sin(x))‸(y)", "x ‸2^y"),
        *("x^2‸y", "x^2 ‸(y)", "x*max(x ‸y, 2)", "1‸if x else 2"),
    ],
    "missing before": [
        *("‸)(", "(‸)", "‸*x", "x ** ‸** y", "x**‸*y", "sin(‸)", "sin(x,‸)", "sin(‸*x)", "sin(‸**x)"),
        *("sin(‸*x, y)", "‸^x", "x / ‸/ y", "x^‸^y", "(x^2^‸)*y", "max(x,‸, y)"),
        "(‸).__class__.__base__",
    ],
    "missing after": ["x‸+", "x - ‸(", "sin‸(", "x^2‸^", "x^2‸**"],
    "never closed": ["‸(x", "y*sin‸(x", "sin(x + ‸(y", "x^2*y^‸(x^2"],
    "closes nothing": ["x‸)", "sin(x)‸) + 1", "x^2^y‸)"],
    "a comma stands only": ["x‸, y", "(x‸, y)", "0‸,5*x", "sin((x‸, 1))", "(x^2) ‸, y", "x^(2‸,5)"],
    "cannot stand": [
        *("y ‸= x", "‸=", "sin(x‸=1)", "(x‸:=1)", "x ‸== 1", "x ‸!= 1", "x ‸@ y", "‸~x", "x ‸& y", "x ‸| y"),
        *("x ‸<< 2", "‸'x'", '‸"x"', 'f‸"{x}"', "b‸'x'", "x‸; y", "x ‸# y", "x‸\\", "‸$x", "x‸.subs('x', 1)"),
        *("x‸\x00y", "x‸\x0cy", "‸ｘ", "x + ‸é", "‸٣", "‸\ud800", "‸?x"),
        *("(x‸\n+ y)", "x + (‸#1\n2)", "x^2 ‸\xa0+ 1", "x‸\u2028y", "x‸\x7f", "x^‸`2`"),
    ],
    "without an equation": ["y ‸= x", "x‸; y", "x ‸# y", "(x ‸:= 1)"],
    "comparisons are not read": ["x ‸< 1", "x ‸>= 1", "x ‸== 1", "x ‸!= 1"],
    r"gamma\(n \+ 1\)": ["x‸!"],
    "write floor": ["x ‸// 2", "x ‸% 2"],
    "a dot stands only inside": [
        *("x‸.sin(y)", "np‸.sum(x)", "snp‸.sin(x)", "y‸.np.sin(x)"),
        *("x‸.real", "x‸.__class__", "1e5‸.real", "3 ‸.real", "x1‸.real", "(x^2)‸.real", "x‸.", "‸..."),
    ],
    "write parentheses": ["sin‸[x]", "sin ‸{x}", "x‸[0]", "‸[x for x in y]", "‸{x}"],
    "on one line": ["x‸\n+ y", "x‸\r\n+ y"],
    "plain keys": ["2*x ‸− 1", "x‸²", "‸π", "sin‸（x）", "sin ‸（x)", "sin(x‸）", "max(x‸，y)", "sin‸²(x)"],
    "a word of Python, not a name; sin, .* are functions, any other word": [
        *("‸True", "‸None", "‸await x", "‸as + 1"),
    ],
    "branches, loops and definitions are for a file's function, which is written file.py:f": [
        *("‸lambda x: x", "x ‸if y else z", "x ‸if x>0 else -x", "x ‸and y", "‸not x", "sin(x ‸for x in y)"),
        *("‸def f(x)", "‸in"),
    ],
    "'in.txt' is the name of a file; its text is read by - < in.txt": ["‸in.txt"],
    "begins with a letter and has no '__'; sin, .* are functions": [
        "‸_x",
        "x^2 + ‸_",
        "‸a__b",
        "‸__import__('os').system('true')",
    ],
    r"the absolute value \|x\| is written abs\(x\)": ["‸|x|", "2*‸|x + 1|"],
    r"write it with plain keys, as in x\^2": ["x‸²", "2*x‸³"],
    r"'sin' is a function; write sin\(\.\.\.\)\^2": ["‸sin^2(x)", "1 + ‸sin**2 (x)", "x*‸sin ^ 2(x)"],
    r"write sin\(\.\.\.\)": ["‸sin", "x + ‸sin x", "(‸sin)(x)", "x^‸sin^2(x)"],
    "does not begin with 0": ["‸007", "x^2 + ‸007"],
    "makes no sense at this column": ["x‸.5", "x^2 + x1‸.5", "‸x1.sin(y)"],
    r"not a function; a product is written \w+\*\(": ["‸f(x)", "‸x(2)", "‸pi(2)", "‸x (2)"],
    r"not a function; a product .*; sin, .* are functions, any other word is a variable": [
        *("2*‸foo(x)^2", "x^2^‸foo(x)", "‸eval(x)", "‸print(x)"),
    ],
    "perhaps sin is meant; sin, cos, .* are functions": ["‸Sin(x)", "2^x^‸sine(x)"],
    r"perhaps sin\(x\) is meant; sin, cos, .* are functions": ["‸sen(x)", "2*‸Sen(x)"],
    r"perhaps 1/tan\(x\) is meant": ["‸cot(x)"],
    "perhaps arcsin or arcsinh is meant;": ["‸arcsine(x)"],
    r"'\w+\.sin' is known without its module; write sin\(\.\.\.\)": [
        *("‸math.sin(x)", "2*‸np.sin(x)", "x^2 + ‸numpy.sin", "sin(‸np.sin(x))"),
    ],
    r"'scipy.special.erf' is known without its module; write erf\(": ["2^x*‸scipy.special.erf(x)"],
    "'np.pi' is known without its module; write pi\n": ["‸np.pi*x"],
    "sin takes 1 argument and got 2": ["2 + ‸sin(x, y)"],
    "atan2 takes 2 arguments and got 1": ["‸atan2(x)"],
    "min takes two or more arguments and got 1": ["x^2*‸min(x)"],
    "exponent .* is beyond 1000": [
        *("9**9‸**9**9", "9‸^9^9", "x‸^1001", "x‸^-1000.5", "x‸^" + "9" * 300, "2‸^(500*3)"),
    ],
    "too large for a float": ["x + ‸1e999", "‸" + "9" * 999],
    "has no finite real value": [
        *("9‸^999", "1‸/0", "0‸/0", "0‸^-1", "x + ‸log(0)", "‸sqrt(-1)", "‸gamma(1e9)", "‸exp(exp(99))"),
        *("x*atan2(1, 1‸/0)", "1e300‸*1e300"),
    ],
}


@pytest.mark.parametrize(
    ("reason", "marked"), [(why, text) for why, texts in REFUSED.items() for text in texts]
)
def test_everything_else_is_refused_in_one_line_at_its_column(reason: str, marked: str) -> None:
    with pytest.raises(ExpressionError, match=reason) as caught:
        parse(marked.replace("‸", ""))
    assert caught.value.column == marked.index("‸")
    assert "\n" not in caught.value.reason


def test_a_byte_order_mark_in_front_is_no_part_of_the_text() -> None:
    assert parse("\ufeffx^2\n") == parse("x^2")


@pytest.mark.parametrize("text", ["", "  \t\n", "\ufeff\n"])
def test_an_empty_text_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="empty"):
        parse(text)


@given(st.text(max_size=30) | st.text("x2.e+-*/^(),sin ", max_size=30))
def test_any_text_is_a_function_or_an_expression_error_whose_column_is_inside(text: str) -> None:
    try:
        assert isinstance(parse(text), TextFunction)
    except ExpressionError as error:
        assert error.column is None or 0 <= error.column < len(error.text)  # noqa: PT017
        assert error.reason.isprintable()  # noqa: PT017


@given(st.text("x2.e+-*/^(), ", max_size=12))
def test_python_reads_whatever_is_read_here(text: str) -> None:
    try:
        parse(text)
    except ExpressionError:
        return
    ast.parse(text.strip().replace("^", "**"), mode="eval")


HOSTILE = """x.real; ().__class__; x[0]; x[0:1]; lambda: x; [x for x in y]; {x for x in y}; {}; [x]; (x, y)
(x for x in y); f'{x}'; sin(x := 1); (x := 1); sin(*x); sin(**x); sin(x=1); True; None; 1j; 'x'; b'x'; ...
x < 1; x == y; x and y; not x; ~x; x if y else z; x @ y; x % y; x // y; x << 1; x >> 1; x | y; x & y; await x
(yield x); __import__('os'); eval('x'); sin.real(x); sin(x)(y); x(y); (lambda: x)(); '{0.real}'.format(x)"""


@pytest.mark.parametrize("patterns", [True, False])
@pytest.mark.parametrize("text", HOSTILE.replace("\n", "; ").split("; "))
def test_the_list_of_nodes_alone_refuses_what_is_not_mathematics(
    text: str, patterns: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not patterns:  # they make better sentences; safety does not rest on them
        monkeypatch.setattr("diffkit.functions._SLIPS", {})
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.reason.isprintable()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("text", ["1if x else 2", "0x1for x in y", "2(x)", "1.and 2", "'\\d'"])
def test_a_text_never_makes_python_warn(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


TOO_LARGE = {
    "x" * 1001: "1001 characters; at most 1000",
    "x + " * 250_000: "1000000 characters; at most 1000",
    "(" * 10_000 + "x" + ")" * 10_000: "at most 1000",
    "-" * 50_000 + "x": "at most 1000",
    "(" * 400 + "x" + ")" * 400: "nested more than 60 deep",
    "-" * 999 + "x": "nested more than 60 deep",
    "x" + "^x" * 100: "nested more than 60 deep",
    "x" + "^(9" * 200: "nested more than 60 deep",
    "x" + "^(9" * 150 + ")" * 150: "nested more than 60 deep",
    "x+(" * 61 + "x" + ")" * 61: "nested more than 60 deep",
    "sin(" * 61 + "x" + ")" * 61: "nested more than 60 deep",
    "x" + "+x" * 300: "more than 500",
    "x" + "+x" * 499: "more than 500",
    "+" * 999 + "x": "nested more than 60 deep",
}


@pytest.mark.parametrize(("text", "reason"), TOO_LARGE.items(), ids=range(len(TOO_LARGE)))
def test_what_is_too_large_is_refused_at_once(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError, match=reason) as caught:
        parse(text)
    assert "\n" not in caught.value.reason
    assert caught.value.reason.endswith("; what is larger is written as a function in Python")


def test_what_is_just_small_enough_is_read() -> None:
    assert parse("sin(" * 60 + "x" + ")" * 60)(0.0) == 0.0
    assert parse("x" + "+x" * 249)(1.0) == 250.0
    assert parse("-" * 60 + "x")(1.0) == 1.0
    assert parse("x+(" * 60 + "x" + ")" * 60)(1.0) == 61.0
    assert parse("(" * 100 + "x" + "*2)" * 100)(1.0) == 2.0**100  # Horner's form nests on the left
    assert parse("x" + " " * 500 + "+1^1000")(1.0) == 2.0
