"""Text is read as the mathematics it writes, quickly, safely, or refused in one line with its column."""

from __future__ import annotations

import math
import operator
import pickle
import subprocess
import sys
import types
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
    with np.errstate(over="ignore"):
        assert parse("x^x^x")(9) == np.inf  # at once, where Python's integers would never end


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("1/x", 0.0, np.inf), ("x/0", -1.0, -np.inf), ("0/x", 0.0, np.nan), ("x^-1.5", 0.0, np.inf),
        ("x^0.5", -1.0, np.nan), ("logit(x^0.5)", -1.0, np.nan), ("x^400", 10.0, np.inf),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [float, np.float64, np.array])
def test_outside_its_domain_it_is_what_numpy_says_whatever_the_kind_of_number(
    text: str, at: float, value: float, kind: Callable[[float], Any]
) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(parse(text)(kind(at)), value)


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


def test_a_function_is_one_while_another_thread_is_at_importing_sympy(monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", types.ModuleType("sympy"))  # begun, and nothing in it yet
    assert as_function(math.hypot) is math.hypot
    assert as_function("x^2")(3.0) == 9.0
