"""Text is read as the mathematics it writes, quickly, safely, or refused in one line with its column."""

from __future__ import annotations

import ast
import operator
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.special
import sympy
from hypothesis import given
from hypothesis import strategies as st

from diffkit.errors import ArgumentsError, ExpressionError
from diffkit.functions import CONSTANTS, FUNCTIONS, SympyFunction, TextFunction, as_function, parse

# --- what is read ---------------------------------------------------------------------------------------


class Tree(NamedTuple):
    """A text, how tightly its outermost operation binds, and its value computed beside it."""

    text: str
    binds: int
    value: np.float64


POINT = {"x": np.float64(0.75), "y": np.float64(-1.5), "x10": np.float64(2.25)}
LEAVES = st.one_of(
    st.sampled_from([Tree(name, 5, value) for name, value in POINT.items()]),
    st.integers(0, 9).map(lambda n: Tree(str(n), 5, np.float64(n))),
    st.sampled_from(["0.5", ".25", "3.", "1e-2", "2.5E+1"]).map(lambda t: Tree(t, 5, np.float64(t))),
    st.sampled_from([Tree(name, 5, np.float64(value)) for name, value in CONSTANTS.items()]),
)
# Sign, how it binds, how tightly its left and its right side must bind to stand without parentheses.
BINARY: list[tuple[str, int, int, int, Callable[..., Any]]] = [
    *[("+", 1, 1, 2, operator.add), (" - ", 1, 1, 2, operator.sub)],
    *[("*", 2, 2, 3, operator.mul), (" / ", 2, 2, 3, operator.truediv)],
    *[("^", 4, 5, 3, operator.pow), (" ** ", 4, 5, 3, operator.pow)],
]
CALLS: list[tuple[str, Callable[..., Any]]] = [
    *[("sin", np.sin), ("exp", np.exp), ("sqrt", np.sqrt), ("abs", np.abs), ("erf", scipy.special.erf)],
]


def _inside(tree: Tree, least: int) -> str:
    return tree.text if tree.binds >= least else f"({tree.text})"


def _binary(row: tuple[str, int, int, int, Callable[..., Any]], left: Tree, right: Tree) -> Tree:
    sign, binds, left_least, right_least, compute = row
    text = _inside(left, left_least) + sign + _inside(right, right_least)
    return Tree(text, binds, compute(left.value, right.value))


def _grow(trees: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.builds(_binary, st.sampled_from(BINARY), trees, trees),
        st.builds(lambda t: Tree("-" + _inside(t, 3), 3, -t.value), trees),
        st.builds(lambda t: Tree("+ " + _inside(t, 3), 3, t.value), trees),
        st.builds(lambda t: Tree(f"({t.text})", 5, t.value), trees),
        st.builds(
            lambda row, t: Tree(f"{row[0]}({t.text})", 5, row[1](t.value)), st.sampled_from(CALLS), trees
        ),
        st.builds(
            lambda a, b: Tree(f"max({a.text}, {b.text})", 5, np.maximum(a.value, b.value)), trees, trees
        ),
    )


TREES = st.recursive(LEAVES, _grow, max_leaves=12)


@given(st.data())
def test_a_text_has_the_value_of_the_tree_it_was_written_from(data: st.DataObject) -> None:
    with np.errstate(all="ignore"):
        tree = data.draw(TREES)
        try:
            f = parse(tree.text)
        except ExpressionError as error:  # only a constant part may be refused, for its size
            assert "finite" in error.reason or "exponent" in error.reason  # noqa: PT017
            return
        found = f({name: POINT[name] for name in f.variables})
    np.testing.assert_array_equal(found, tree.value)


BINDING = (
    {"-x^2": -9.0, "2^-x": 0.125, "2^3^x/2^26": 2.0, "-x**-2": -1 / 9, "1-2-x": -4.0, "12/2/x": 2.0}
    | {"2*-x": -6.0, "--x": 3.0, "+x": 3.0, "e^(x - 3)": 1.0, "0 + x + 7.0": 10.0, "sin (x) - sin(x)": 0.0}
    | {"min(5, x, 4)": 3.0, "max(1, x, 2, 4)": 4.0, "atan2(x, x)": np.pi / 4, "gamma(x + 1)": 6.0}
    | {" x\n": 3.0, "x\t*\t2": 6.0}
)


@pytest.mark.parametrize(("text", "expected"), BINDING.items())
def test_operators_bind_as_in_python(text: str, expected: float) -> None:
    assert float(parse(text)(3.0)) == expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_row_of_the_table_is_its_numpy_or_scipy_function(name: str) -> None:
    row = FUNCTIONS[name]
    module, _, attribute = row.source.rpartition(".")
    function = getattr(sys.modules[module], attribute)
    point = [1.25, 0.75][: row.arity] if row.source != "numpy.arctanh" else [0.5]
    names = ["x", "y"][: len(point)]
    with np.errstate(invalid="ignore"):
        found, expected = parse(f"{name}({','.join(names)})")(*point), function(*point)
    np.testing.assert_array_equal(found, expected)
    assert row.meaning


def test_variables_are_in_natural_order() -> None:
    assert parse("x10 + x2 + x1 + y + a_b + X + x01").variables == ("X", "a_b", "x01", "x1", "x2", "x10", "y")


ARRAYS = [np.linspace(0.0, 1.0, 5), np.array([0.5], dtype=np.float32)]


@pytest.mark.parametrize("value", [0.7, np.float32(0.7), 0.7 + 1e-20j, sympy.Symbol("t"), *ARRAYS])
def test_a_value_keeps_its_kind(value: Any) -> None:
    found, expected = parse("x^2*3 - x/4")(value), value**2 * 3 - value / 4
    assert type(found) is type(expected)
    assert getattr(found, "dtype", None) == getattr(expected, "dtype", None)
    assert np.all(found == expected)


def test_a_whole_number_is_a_real_number() -> None:
    assert type(parse("x*y")(3, 4)) is float
    with pytest.raises(OverflowError):  # at once, where Python's integers would never end
        parse("x^x^x")(9)


# --- folding --------------------------------------------------------------------------------------------


FOLDED = (
    {"2": 2, "2.0": 2.0, "2*3 - 7": -1, "-(2 + 3)": -5, "+(+7)": 7, "1000000000000000": 10**15}
    | {"1/3": 1 / 3, "6/3": 2.0, "2^3": 8.0, "sqrt(2)": 2**0.5, "pi/2": np.pi / 2, "max(1, 2, 3)": 3.0}
    | {"1000000000000001": 1e15 + 1, "999999999999999*999999999999999": 999999999999999.0**2}
)


@pytest.mark.parametrize(("text", "number"), FOLDED.items())
def test_constants_are_folded_and_small_whole_numbers_stay_whole(text: str, number: float) -> None:
    ((kind, found),) = parse(text).program
    assert (kind, found, type(found)) == ("number", number, type(number))
    assert parse(text)() == parse(text)(3.0) == parse(text)({"x": 1.0, "y": 2.0}) == number


def test_a_power_keeps_its_whole_exponent() -> None:
    program = parse("2*x^(1 + 1)").program
    assert program == (("number", 2), ("variable", "x"), ("number", 2), ("**", 2), ("*", 2))
    assert [type(argument) for operation, argument in program if operation == "number"] == [int, int]


# --- what is refused ------------------------------------------------------------------------------------

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
    "write parentheses": ["x‸[0]", "‸[x for x in y]", "‸{x}"],
    "on one line": ["x‸\n+ y", "x‸\r\n+ y"],
    "plain keys": ["2*x ‸− 1", "x‸²", "‸π"],
    "a word of Python": [
        *("‸lambda x: x", "x ‸if y else z", "x ‸and y", "‸True", "‸None", "‸await x", "‸not x"),
        "sin(x ‸for x in y)",
    ],
    "begin with a letter": ["‸_x", "x^2 + ‸_", "‸a__b", "‸__import__('os').system('true')"],
    r"write sin\(\.\.\.\)": ["‸sin", "x + ‸sin x", "(‸sin)(x)", "x^‸sin^2(x)"],
    "does not begin with 0": ["‸007", "x^2 + ‸007"],
    "makes no sense at this column": ["x‸.5", "x^2 + x1‸.5", "‸x1.sin(y)"],
    r"not a function; a product is written \w+\*\(": ["‸f(x)", "‸x(2)", "‸pi(2)", "‸x (2)"],
    "not a function; .* all functions are in": ["2*‸foo(x)^2", "x^2^‸foo(x)", "‸eval(x)"],
    "perhaps sin is meant": ["‸Sin(x)"],
    "perhaps sin or sinh or sinc is meant": ["2^x^‸sine(x)"],
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


@pytest.mark.parametrize("text", ["", "  \t\n"])
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
    start = time.perf_counter()
    with pytest.raises(ExpressionError, match=reason) as caught:
        parse(text)
    assert time.perf_counter() - start < 0.5
    assert "\n" not in caught.value.reason


def test_what_is_just_small_enough_is_read() -> None:
    assert parse("sin(" * 60 + "x" + ")" * 60)(0.0) == 0.0
    assert parse("x" + "+x" * 249)(1.0) == 250.0
    assert parse("-" * 60 + "x")(1.0) == 1.0
    assert parse("x+(" * 60 + "x" + ")" * 60)(1.0) == 61.0
    assert parse("(" * 100 + "x" + "*2)" * 100)(1.0) == 2.0**100  # Horner's form nests on the left
    assert parse("x" + " " * 500 + "+1^1000")(1.0) == 2.0


def test_scipy_is_imported_only_when_one_of_its_functions_is_met() -> None:
    source = (
        "import sys; from diffkit.functions import parse; parse('sin(x) + 1')(0.5); "
        "assert not {'scipy.special', 'sympy'} & set(sys.modules); parse('erf(x)')(0.5); "
        "assert 'scipy.special' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", source], check=True)


# --- calling --------------------------------------------------------------------------------------------

FUNCTIONS_OF_X_AND_Y = [
    parse("x^2*y + y + 2"),
    as_function(sympy.Symbol("x") ** 2 * sympy.Symbol("y") + sympy.Symbol("y") + 2),
]


@pytest.mark.parametrize("f", FUNCTIONS_OF_X_AND_Y)
def test_values_come_by_position_or_by_name(f: Any) -> None:
    assert f.variables == ("x", "y")
    assert f(3, 4) == f(3.0, 4.0) == f({"x": 3, "y": 4}) == f({"y": 4, "x": 3}) == 42.0
    assert f({sympy.Symbol("x"): 3, sympy.Symbol("y"): 4}) == 42.0
    assert parse("x^2")({"x": 3.0}) == parse("x^2")(3.0) == 9.0


MISFITS: list[tuple[tuple[Any, ...], str]] = [
    *[((), "got 0 values;"), ((1,), "got 1 value;"), ((1, 2, 3), "got 3 values;")],
    *[(({},), "got values for none;"), (({"x": 1},), "got values for x;")],
    *[
        (({"x": 1, "z": 2},), "got values for x, z;"),
        (({"x": 1, "y": 2, "z": 3},), "got values for x, y, z;"),
    ],
    (({"x": 1, "y": 2, sympy.Symbol("x"): 3},), "got values for x, y;"),
]


@pytest.mark.parametrize("f", FUNCTIONS_OF_X_AND_Y)
@pytest.mark.parametrize(("point", "got"), MISFITS)
def test_values_that_do_not_fit_the_variables_are_refused(f: Any, point: Any, got: str) -> None:
    with pytest.raises(ArgumentsError, match=rf'^f has 2 variables \(x, y\) and {got}.*"x": ..., "y": ...'):
        f(*point)


@pytest.mark.parametrize("f", [parse("sin(x1)*x10 + erf(x2)"), *FUNCTIONS_OF_X_AND_Y])
def test_a_function_is_a_picklable_record(f: Any) -> None:
    point = [0.5] * len(f.variables)
    value = f(*point)
    again = pickle.loads(pickle.dumps(f))
    assert again == f
    assert hash(again) == hash(f)
    assert again.variables == f.variables
    assert again(*point) == value


def test_a_text_function_prints_and_hashes_as_its_text() -> None:
    f = parse("  x ^ 2 ")
    assert str(f) == repr(f) == f.text == "x ^ 2"
    assert len({f, parse("x ^ 2"), parse("x**2")}) == 2


def test_as_function_takes_text_a_sympy_expression_or_a_callable() -> None:
    x = sympy.Symbol("x")
    assert isinstance(as_function("x"), TextFunction)
    assert isinstance(as_function(sympy.sin(x)), SympyFunction)
    assert str(as_function(sympy.sin(x))) == "sin(x)"
    assert as_function(np.sin) is np.sin
    assert as_function(as_function("x")) == parse("x")


@pytest.mark.parametrize("thing", [3, None, b"x", [np.sin], np.zeros(2)])
def test_as_function_refuses_what_cannot_be_called(thing: Any) -> None:
    with pytest.raises(ArgumentsError, match="give a callable, a SymPy expression or text"):
        as_function(thing)
