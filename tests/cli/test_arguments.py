"""What a user types on the command line is read as meant, or refused in one line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

from diffkit.cli.arguments import read_function, read_point
from diffkit.errors import ArgumentsError, DomainError, ExpressionError
from diffkit.functions import SympyFunction, TextFunction, parse

MODEL = """
from math import hypot
import neighbour
SCALE = 3
text = "x^2 + 1"
def cube(x):
    return x**3
def scaled(x):
    return neighbour.twice(x)
def _private(x):
    return x
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with a module of functions and files that fail in every way."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "neighbour.py").write_text("def twice(x):\n    return 2 * x\n")
    (tmp_path / "model_for_test.py").write_text(MODEL)
    (tmp_path / "twenty.py").write_text("".join(f"def f{i}(x): return x\n" for i in range(25)))
    (tmp_path / "only_imports.py").write_text("from math import hypot")
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "raises.py").write_text("x = 1\nraise ValueError('two\\nlines')\n")
    (tmp_path / "syntax.py").write_text("def f(x):\n    return (\n")
    (tmp_path / "needs.py").write_text("import no_such_thing\n")
    (tmp_path / "decodes.py").write_text("import json\njson.loads('x')\n")
    (tmp_path / "leaves.py").write_text("raise SystemExit(5)\n")
    yield tmp_path
    for file in tmp_path.glob("*.py"):
        sys.modules.pop(file.stem, None)


# --- F --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["x^2 + 1", "x^2 + 1\n", "  x^2 + 1\r\n", "\r\n\r\nx^2 + 1\r\n", "\ufeffx^2 + 1\n"]
)
def test_a_dash_reads_one_expression_from_standard_input(text: str) -> None:
    assert read_function("-", io.StringIO(text)) == parse("x^2 + 1")


def test_standard_input_is_read_when_no_stream_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("x"))
    assert read_function("-") == parse("x")


def test_empty_standard_input_is_an_error() -> None:
    with pytest.raises(ExpressionError, match="empty"):
        read_function("-", io.StringIO("\n"))


def test_standard_input_that_is_not_text_is_an_error() -> None:
    with pytest.raises(ExpressionError, match="not text"):
        read_function("-", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x80"), encoding="utf-8"))


def test_standard_input_that_cannot_be_read_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            raise OSError(5, "Input/output error")

    with pytest.raises(ExpressionError, match=r"cannot be read \(Input/output error\); write"):
        read_function("-", Broken())
    monkeypatch.setattr(sys, "stdin", None)  # as after `<&-` at a shell
    with pytest.raises(ExpressionError, match="standard input is closed; write"):
        read_function("-")


def test_text_is_parsed_and_keeps_its_column() -> None:
    assert isinstance(read_function("sin(x)"), TextFunction)
    with pytest.raises(ExpressionError) as caught:
        read_function("2*foo(x)")
    assert caught.value.column == 2


@pytest.mark.parametrize(
    "spec", ["model_for_test.py:cube", "./model_for_test.py:cube", "model_for_test:cube"]
)
def test_a_function_is_loaded_from_a_file_or_a_module_of_this_folder(folder: Path, spec: str) -> None:
    assert read_function(spec)(2.0) == 8.0


def test_a_loaded_file_finds_its_neighbours_from_another_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert read_function(f"{folder / 'model_for_test.py'}:scaled")(2.0) == 4.0


def test_a_text_in_a_file_is_a_function_too(folder: Path) -> None:
    assert read_function("model_for_test.py:text")(2.0) == 5.0


def test_a_file_may_begin_with_a_byte_order_mark(folder: Path) -> None:
    (folder / "marked.py").write_text("def f(x): return x\ntext = '\ufeffx^2'\n", encoding="utf-8-sig")
    assert read_function("marked.py:f")(2.0) == 2.0
    assert read_function("marked.py:text")(3.0) == 9.0


def test_a_loaded_file_stays_under_a_private_name(folder: Path) -> None:
    read_function("model_for_test.py:cube")
    assert "model_for_test" not in sys.modules


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("nowhere.py:f", "there is no file nowhere.py"),
        (".:f", "cannot stand"),
        ("no_such_module:f", "there is no module no_such_module"),
        ("no_such.part:f", "there is no module no_such;"),
        ("model_for_test.py:squre", "has no squre; it has cube, scaled"),
        ("model_for_test:_nothing", "has no _nothing"),
        ("model_for_test.py:SCALE", "SCALE in model_for_test.py is an int"),
        ("raises.py:f", "ValueError: two lines"),
        ("raises:f", r"raises\.py:2\)"),
        ("syntax.py:f", r"SyntaxError: .*syntax\.py:\d"),
        ("needs.py:f", r"ModuleNotFoundError: .*needs\.py:1\)"),
        ("needs:f", r"ModuleNotFoundError: .*needs\.py:1\)"),
        ("decodes.py:f", r"JSONDecodeError: .*decodes\.py:2\)"),
        ("leaves.py:f", r"SystemExit: 5 .*leaves\.py:1\)"),
        ("model_for_test.py:", "is a file; write model_for_test.py:function; it has cube, scaled$"),
        ("model_for_test.py", "is a file; write model_for_test.py:function; it has cube, scaled$"),
        ("nowhere.py", "there is no file nowhere.py"),
        ("twenty.py", "it has .*, f19 and 5 more$"),
        ("only_imports.py", "it has hypot$"),
        ("empty.py", "it has no public functions$"),
    ],
)
def test_what_cannot_be_loaded_is_one_line_that_says_why(folder: Path, spec: str, said: str) -> None:
    with pytest.raises(ExpressionError, match=said) as caught:
        read_function(spec)
    assert "\n" not in caught.value.reason


# --- P --------------------------------------------------------------------------------------------------


def _three(x: Any, y: Any, z: Any = 1.0) -> Any:
    return x + y + z


def _one(v: Any) -> Any:
    return v


def _any(*values: Any) -> Any:
    return values


_xy = parse("x^2*y")
_sympy = SympyFunction(sympy.Symbol("a") * sympy.Symbol("b"))


@pytest.mark.parametrize(
    ("text", "function", "args", "names"),
    [
        ("0.7", parse("sin(x)"), (0.7,), ("x",)),
        ("x=0.7", parse("sin(x)"), (0.7,), ("x",)),
        (" -1 ", parse("sin(x)"), (-1.0,), ("x",)),
        ("1e-3", parse("sin(x)"), (1e-3,), ("x",)),
        (".5", parse("sin(x)"), (0.5,), ("x",)),
        ("pi/2", parse("sin(x)"), (np.pi / 2,), ("x",)),
        ("1/3", parse("sin(x)"), (1 / 3,), ("x",)),
        ("-sqrt(2)", parse("sin(x)"), (-np.sqrt(2),), ("x",)),
        ("x=1,y=2", _xy, ({"x": 1.0, "y": 2.0},), ("x", "y")),
        ("y = 2, x = 1", _xy, ({"x": 1.0, "y": 2.0},), ("x", "y")),
        ("1,2", _xy, ({"x": 1.0, "y": 2.0},), ("x", "y")),
        ("hypot(3,(4)),2", _xy, ({"x": 5.0, "y": 2.0},), ("x", "y")),
        ("hypot(3,4),2", _xy, ({"x": 5.0, "y": 2.0},), ("x", "y")),
        ("b=1,a=2", _sympy, ({"a": 2.0, "b": 1.0},), ("a", "b")),
        ("0.7", _one, (0.7,), ("v",)),
        ("v=0.7", _one, (0.7,), ("v",)),
        ("1,2", _three, (1.0, 2.0), ("x", "y")),
        ("y=1,x=2", _three, (2.0, 1.0), ("x", "y")),
        ("z=3,y=1,x=2", _three, (2.0, 1.0, 3.0), ("x", "y", "z")),
        ("0.7", _any, (0.7,), ("x",)),
        ("0.7", np.sin, (0.7,), ("x",)),
        ("0.7", max, (0.7,), ("x",)),
        ("0.7", parse("5"), (0.7,), ("x",)),
        ("t=0.7", parse("5"), (0.7,), ("t",)),
        ("x=1,y=2", SympyFunction(sympy.Integer(5)), ({"x": 1.0, "y": 2.0},), ("x", "y")),
    ],
)
def test_a_point_is_what_the_function_takes(text: str, function: Any, args: Any, names: Any) -> None:
    point = read_point(text, function)
    assert point.args == args
    assert point.names == names
    assert point.text == text.strip()
    assert all(type(value) in (float, dict) for value in point.args)


@pytest.mark.parametrize("function", [_one, _any, np.sin])
@pytest.mark.parametrize("text", ["3,", " 3.0 ,", "pi - pi + 3,"])
def test_a_number_and_a_comma_are_an_array_of_one(text: str, function: Any) -> None:
    (x,) = read_point(text, function).args
    np.testing.assert_array_equal(x, [3.0], strict=True)


@pytest.mark.parametrize("function", [_one, _any, np.sin])
def test_a_list_for_a_function_of_one_argument_is_one_array(function: Any) -> None:
    (x,) = read_point("0, 1, 2, 3", function).args
    np.testing.assert_array_equal(x, [0.0, 1.0, 2.0, 3.0])
    assert x.dtype == float


def test_a_point_goes_straight_into_its_function() -> None:
    assert _xy(*read_point("x=3,y=4", _xy).args) == 36.0


@pytest.mark.parametrize(
    ("text", "function", "said"),
    [
        ("", _xy, "the point is empty"),
        ("1,,2", _xy, "missing between the commas"),
        ("1,2,", _xy, "missing between the commas"),
        ("x=1", _xy, "f takes x, y and the point gives x; write --at x=[.]{3},y=[.]{3}$"),
        ("x=1,y=2,z=3", _xy, "f takes x, y and the point gives x, y, z"),
        ("x=1,z=2", _xy, "f takes x, y and the point gives x, z"),
        ("x=1,x=2", _xy, "f takes x, y and the point gives x, x"),
        ("x=1,2", _xy, "named in part"),
        ("0.7", _xy, "f takes x, y and the point gives 1 number($|;)"),
        ("1,2,3", _xy, "f takes x, y and the point gives 3 numbers"),
        ("1,2,3", parse("sin(x)"), "f takes x and the point gives 3 numbers; write --at x=[.]{3}$"),
        ("-2,5", parse("sin(x)"), "2 numbers; write --at -2[.]5 if the comma is a decimal point, .* dot"),
        ("(1, 2)", _xy, r"^the point '\(1, 2\)' stands in brackets; write --at 1,2$"),
        ("[x=1,y=2]", _xy, r"stands in brackets; write --at x=1,y=2$"),
        ("(3,)", _one, r"stands in brackets; write --at 3,$"),
        ("3,", parse("sin(x)"), "f takes x and the point gives 1 number in an array; write --at 3$"),
        ("3,", _xy, "f takes x, y and the point gives 1 number in an array"),
        ("3,", _three, "f takes x, y, z and the point gives 1 number in an array"),
        (",", _one, "missing between the commas"),
        ("1", _three, "f takes x, y, z and the point gives 1 number($|;)"),
        ("1,2,3,4", _three, "gives 4 numbers"),
        ("x=1,z=2", _three, "f takes x, y, z and the point gives x, z"),
        ("w=1", _one, "f takes v and the point gives w"),
        ("a", _one, "'a' is not a number"),
        ("v=", _one, "^v has no value; write --at v=0.7$"),
        ("x = ,y=2", _xy, "^x has no value; write --at x =0.7,y=2$"),
        ("=1", parse("sin(t)"), "^a name is missing before '=1'; write --at t=1$"),
        ("x=1,=2", _xy, "^a name is missing before '=2'; write --at y=2$"),
        ("=", parse("5"), "^a name is missing before '='"),
        ("1 2", _xy, "^'1 2' is several numbers; put commas between them: 1,2$"),
        ("x=1 y=-2e3", _xy, "^'x=1 y=-2e3' is several numbers; put commas between them: x=1,y=-2e3$"),
        ("1_000", _one, "^'1_000' is not in plain digits; write 1000$"),
        ("v=1_0.5", _one, "^'v=1_0.5' is not in plain digits; write 10.5$"),
        ("１", _one, "^'１' is not in plain digits; write 1$"),
        ("v==1", _one, "'v==1' is not a number"),
        ("0.7.1", _one, "'0.7.1' is not a number"),
        ("log(0)", _one, "'log.0.' is not a number: .* no finite real value"),
        ("__import__('os')", _one, "is not a number"),
    ],
)
def test_a_point_that_does_not_fit_is_one_line_that_says_why(text: str, function: Any, said: str) -> None:
    with pytest.raises(ArgumentsError, match=said) as caught:
        read_point(text, function)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("x=1,y=inf", "y=inf"),
        ("x=nan,y=1", "x=nan"),
        ("1,1e999", "1e999"),
        ("1,1+2j", "1[+]2j"),
        ("1 + 2J,1", "1 [+] 2J"),
    ],
)
def test_a_number_that_is_not_finite_and_real_is_named(text: str, entry: str) -> None:
    with pytest.raises(DomainError, match=f"'{entry}'"):
        read_point(text, _xy)


@pytest.mark.parametrize("dtype", ["float16", "float32", "longdouble"])
def test_numbers_are_rounded_to_the_type_that_is_asked_for(dtype: str) -> None:
    for text, function in (("0.7", _one), ("0.7,1", _one), ("0.7,", _one)):
        (x,) = read_point(text, function, dtype).args
        assert np.asarray(x).dtype == dtype
        assert np.ravel(x)[0] == np.dtype(dtype).type(0.7)
    (point,) = read_point("x=0.7,y=1", _xy, dtype).args
    assert {type(value) for value in point.values()} == {np.dtype(dtype).type}


def test_a_number_beyond_its_type_is_refused() -> None:
    with pytest.raises(DomainError, match="'x=70000' is not finite in float16"):
        read_point("x=70000", parse("x^2"), "float16")


@pytest.mark.parametrize(
    "text",
    ["1" + "0" * 5000, "x" * 900, "1 " * 2000, "[" + "1," * 2000 + "]", "1," * 2000 + "x=1", "=" + "9" * 5000,
     "x=," * 2000, "1" * 5000 + "j", "x=1," * 2000 + "x=" + "9" * 5000],
)  # fmt: skip
def test_a_point_that_is_long_is_refused_in_a_short_sentence(text: str) -> None:
    with pytest.raises((ArgumentsError, DomainError)) as caught:
        read_point(text, parse("x"))
    assert len(str(caught.value)) < 400


def test_a_long_point_is_read_in_the_time_that_its_length_takes() -> None:
    """Looked ahead from each comma to the next parenthesis, this took minutes."""
    many = read_point("1," * 60_000 + "1", lambda x: x).args[0]
    assert many.shape == (60_001,)
    with pytest.raises(ArgumentsError, match="is not a number"):
        read_point("(" + "1," * 60_000, parse("x"))


def test_the_mark_of_utf_8_before_standard_input_is_read_over():
    assert read_function("-", io.StringIO("\ufeffx^2\r\n"))(3.0) == 9.0
