"""The source of a tape, run by itself, gives the bits of the tape's replay."""

from __future__ import annotations

import ast
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.autodiff import custom_rule
from diffkit.errors import ArgumentsError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.rules import rules
from diffkit.structure import flatten
from diffkit.tape import written
from diffkit.views import source


def run(text, name="f"):
    """The function that a source defines, in a namespace with nothing in it."""
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in ([ast.alias(node.module)] if isinstance(node, ast.ImportFrom) else node.names)
    }
    assert imported <= {"numpy", "scipy", "collections", "dataclasses"}
    namespace: dict[str, Any] = {}
    exec(text, namespace)
    return namespace[name]


def bits(value):
    """What two results have to have in common: shapes, dtypes and bits, one nan being like another."""
    found = []
    for leaf in flatten(value)[0]:
        a = np.asarray(leaf)
        parts = (a.real, a.imag) if a.dtype.kind == "c" else (a,)
        found.append((a.shape, a.dtype, [_bits(np.where(p != p, np.nan, p).astype(p.dtype)) for p in parts]))
    return found


def _bits(a):
    return repr(a.tolist()) if a.dtype == np.longdouble else a.tobytes()  # whose last bytes are anything


def record(f, *point):
    with np.errstate(all="ignore"):
        return dk.record(f, *point)


def assert_same(tape, *points, **how):
    f = run(source(tape, **how))
    with np.errstate(all="ignore"):
        for point in points:
            assert bits(f(*point)) == bits(tape.replay(*point))


# -- what the catalogue and the tables of functions hold ------------------------------------------------


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda problem: problem.name)
def test_the_source_of_every_problem_gives_the_bits_of_its_replay(problem):
    tape = record(as_function(problem.f), problem.at)
    f = run(source(tape))
    for x in (problem.at, np.float32(problem.at)):
        with np.errstate(all="ignore"):
            try:
                expected = tape.replay(x)
            except dk.errors.GuardError:  # in single precision a loop may end elsewhere
                with pytest.raises(RuntimeError, match="is not here"):
                    f(x)
                continue
            assert bits(f(x)) == bits(expected)


EXAMPLES = [
    pytest.param(function, shown, id=f"{getattr(function, '__name__', function)}-{i}")
    for function, examples in [
        *((rule.function, rule.examples or ()) for rule in rules()),
        *written.EXAMPLES.items(),
    ]
    for i, shown in enumerate(examples)
]
OWN_FUNCTION = {"integral", "trajectory", "filtered_along"}  # which are handed a function of the user's


@pytest.mark.slow
@pytest.mark.parametrize("recorded", ["float64", "float32"])
@pytest.mark.parametrize(("function", "shown"), EXAMPLES)
def test_the_source_of_every_example_gives_the_bits_of_its_replay(function, shown, recorded, program):
    f, shapes = program(function, shown)
    rng = np.random.default_rng(7)
    point = [rng.uniform(0.3, 1.3, shape)[()] for shape in shapes]
    tape = dk.record(f, *(np.asarray(x, recorded)[()] for x in point))
    if function.__name__ in OWN_FUNCTION:
        with pytest.raises(ArgumentsError, match="calls a lambda"):
            source(tape)
        return
    assert_same(tape, point, [np.asarray(x, "float32")[()] for x in point])


ELEMENTWISE = {rule.function: rule for rule in rules() if rule.partials is not None}


@pytest.mark.filterwarnings("ignore:non-integer arg n is deprecated")  # SciPy of bdtr, in the replay too
@pytest.mark.parametrize("function", ELEMENTWISE, ids=lambda function: function.__name__)
def test_the_source_of_every_elementwise_function_gives_the_bits_of_its_replay(function):
    rule = ELEMENTWISE[function]
    sides = list(zip(rule.domain[0], rule.partials, strict=True))
    held = [
        None if partial else side if not isinstance(side, tuple) else sum(side) / 2 for side, partial in sides
    ]
    point = [side[0] + 0.3 * (side[1] - side[0]) for side, partial in sides if partial]

    def f(*x):
        supply = iter(x)
        return function(*(next(supply) if value is None else value for value in held))

    assert_same(dk.record(f, *point), point, [np.float32(x) for x in point], [np.full(2, x) for x in point])


# -- numbers --------------------------------------------------------------------------------------------

SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e308, -1e308, 5e-324, -8.0, 1 / 3, 2.0, 0.5]


@pytest.mark.parametrize("f", [lambda x, y: x / y, lambda x, y: x**y, lambda x, y: x * y - y], ids="/**")
def test_operators_give_what_a_replay_gives_at_zero_and_infinity(f):
    tape = dk.record(f, 2.0, 3.0)
    assert_same(tape, *((x, y) for x in SPECIAL for y in SPECIAL))


@pytest.mark.parametrize(
    "constant", [0, 2, -2, 0.0, -0.5, 1 / 3, True, 10**20, np.float64(2), np.float32(0.1)]
)
def test_operators_with_a_constant_give_what_a_replay_gives_at_zero_and_infinity(constant):
    tape = record(lambda x: (x / constant, constant / x, x**constant, constant**x, -x * constant), 2.0)
    assert_same(tape, *((x,) for x in SPECIAL))


def test_the_source_takes_whole_numbers_truth_values_and_lists_as_replay_does():
    assert_same(dk.record(lambda x, y: x**-2 / y, 2, 3), (4, 2), (2**60 + 1, True))
    assert_same(
        dk.record(lambda x: x**-2 / 3, [1, 2]),
        ([4, 2],),
        (np.array([2**60 + 1, 3]),),
    )


def test_a_number_takes_on_the_precision_of_the_array_that_it_meets_as_in_a_replay():
    single, double = np.linspace(0, 1, 3, dtype="float32"), np.linspace(0, 1, 3)
    tape = dk.record(lambda a, x: np.sum(a * np.sin(x)) * a / x + x**2, double, 0.3)
    assert_same(tape, *((a, x) for a in (single, double) for x in (0.3, np.float32(0.3), 3)))
    held = dk.record(lambda x: x * np.sum(double * x) * single, 0.3)
    assert_same(held, (0.3,), (np.float32(0.3),))


def test_complex_numbers_of_python_divide_and_rise_as_in_a_replay():
    tape = record(lambda x: ((3 + x * 1j) / (x - 2j), (x * 1j) ** 3.5, (x + 0j) / (x - x)), 0.3)
    assert_same(tape, (0.3,), (1.7,), (-0.0,), (np.float32(0.3),))
    assert_same(dk.record(lambda z: z * (1 - 2j) / z**2, 0.3 + 0.1j), (0.3 + 0.1j,), (0.5,))


def test_a_program_of_double_precision_is_plain_numpy_without_helpers():
    tape = dk.record(lambda w, x: np.sum(np.tanh(w @ x) ** 2) / 3, np.ones((2, 3)), np.ones(3))
    assert (
        source(tape)
        == '''import numpy as np


def f(w, x):
    """The program that diffkit recorded, a line a row: 5 rows."""
    w = np.asarray(w) - 0.0  # one of NumPy's own numbers: 1 / 0 is inf there, and no error
    x = np.asarray(x) - 0.0
    v1 = np.matmul(w, x)
    v2 = np.tanh(v1)
    v3 = v2 ** 2
    v4 = np.sum(v3)
    v5 = v4 / 3
    return v5
'''
    )


# -- constants, keys, our own primitives ----------------------------------------------------------------


def test_constants_of_every_kind_read_back():
    held = [
        np.zeros((0, 3)),
        np.array(2.5),
        np.array([np.nan, -np.inf, -0.0]),
        np.arange(12.0).reshape(3, 4).T,
    ]
    held += [
        np.longdouble(1) / 3,
        np.float16(0.1),
        np.arange(3, dtype="int8"),
        np.array([1j, complex(-0.0, 2)]),
    ]
    for constant in held:
        assert_same(dk.record(lambda x, c=constant: (x * c, c), 0.3), (0.3,), (np.float32(0.3),))


def test_einsum_keys_and_keywords_are_written_as_one_writes_them():
    def f(x):
        y = np.einsum("ij, jk -> ik", x, x.T)
        picked = y[::2, None, 1:], y[..., -1], y[[0, 2]], y[np.array([True, False, True])], y[1, 2], y[0]
        return picked, np.sum(y, axis=(0, 1), keepdims=True), np.astype(y, np.float32), y[()]

    tape = dk.record(f, np.arange(12.0).reshape(3, 4))
    assert_same(tape, (np.arange(12.0).reshape(3, 4),), (np.ones((3, 4), "float32"),))
    assert "= np.einsum('ij,jk->ik', x, v1)" in source(tape)
    assert "y[::2, None, 1:]" in source(tape)


def test_primitives_of_diffkit_are_written_out_in_numpy():
    def f(x):
        y = np.zeros_like(x)
        y[1:] = x[:-1] ** 2
        np.add.at(y, [0, 0, 2], 5 * x[1])
        return np.array([[y[0], x[1]], [1.0, y[2] * x[0]]])

    point = np.array([0.5, 1.5, 30.0])
    assert_same(dk.record(f, point), (point,), (point.astype("float32"),))
    slope = dk.grad(lambda x: np.sum(np.tanh(x) * np.logaddexp(x[0], x)) + np.prod(x) + np.max(x))
    assert_same(dk.record(slope, point), (point,), (point.astype("float32"),))


def test_an_array_that_does_not_depend_on_the_input_is_fresh_at_every_call():
    f = run(source(dk.record(lambda x: np.arange(20.0), 1.0)))
    f(1.0)[:] = 0
    assert f(1.0)[19] == 19


# -- arguments and results ------------------------------------------------------------------------------

Pair = namedtuple("Pair", ["w", "b"])


@dataclass
class Layer:
    w: Any
    kind: str = "dense"


def test_nested_arguments_are_taken_apart_and_nested_results_put_together():
    def f(pair, layer, table):
        h = layer.w * pair.w + table["a b"][0] * pair.b
        return {"h": h, "n": None}, [Pair(h, 1.0), (table["list"][1],)], Layer(h[0], layer.kind)

    point = (
        Pair(np.ones(2), 0.5),
        Layer(np.array([1.0, 2.0])),
        {"a b": (3.0, 4.0), "list": [np.ones(2), 2.0]},
    )
    tape = dk.record(f, *point)
    first, (pair, rest), layer = run(source(tape, names=["pair", "layer", "table"]))(*point)
    expected = tape.replay(*point)
    assert bits((first, list(pair), rest, layer.w)) == bits(
        (expected[0], list(expected[1][0]), expected[1][1], expected[2].w)
    )
    assert (pair._fields, layer.kind, type(layer).__name__, first["n"]) == (
        ("w", "b"),
        "dense",
        "Layer",
        None,
    )


def test_a_result_that_is_constant_or_an_input_itself_is_returned():
    assert run(source(dk.record(lambda x, y: (y, 2.5, x), 1.0, 2.0)))(3.0, 4.0) == (4.0, 2.5, 3.0)
    assert run(source(dk.record(lambda: 2.5)))() == 2.5


def test_a_branch_that_would_go_the_other_way_raises_and_names_its_line():
    f = run(source(dk.record(lambda x: x * x if x > 0 else -x, 2.0)))
    assert f(3.0) == 9
    with pytest.raises(RuntimeError, match=r"the branch at line \d+ of .*test_source.py .* was True when"):
        f(-1.0)
    index = run(source(dk.record(lambda x: x[np.argmax(x)], np.array([1.0, 3.0, 2.0]))))
    assert index(np.array([1.0, 9.0, 2.0])) == 9
    with pytest.raises(RuntimeError, match=r"the index at .* was 1 when"):
        index(np.array([5.0, 3.0, 2.0]))


def test_rows_are_called_as_in_the_source_of_f_where_nothing_is_against_it():
    def f(x, y):
        a = x + y
        np = a * y  # the source imports a module of this name
        v1 = np - 1  # the third row
        for _ in range(2):
            x = x * v1
        f = sc.erf(x)
        return {"f": f, "a": a}

    tape = dk.record(f, 1.5, 2.0)
    text = source(tape)
    assert [line.split(" = ")[0].strip() for line in text.splitlines() if " = " in line] == [
        "x", "y", "a", "v2", "v3", "x1", "x2", "v6",
    ]  # fmt: skip
    assert "x2 = x1 * v3\n    v6 = sc.erf(x2)" in text
    assert_same(tape, (1.5, 2.0), (np.full(2, 0.5), np.ones(2)), names=["p", "q"])
    assert_same(tape, (-0.5, 0.25))


def test_arguments_are_called_as_in_the_source_of_f_where_nothing_is_against_it():
    heads = [
        source(dk.record(f, *point)).split("def f")[1].split(":")[0]
        for f, point in [
            (lambda speed, x: speed * x, (1.0, 2.0)),
            (lambda np, x: np * x, (1.0, 2.0)),
            (lambda f: f * 2, (1.0,)),
            (lambda x, *rest: x * rest[0], (1.0, 2.0)),
            ("x^2*y", (1.0, 2.0)),
            ("x^2*y", ({"x": 1.0, "y": 2.0},)),
        ]
    ]
    assert heads == ["(speed, x)", "(x1, x2)", "(x)", "(x1, x2)", "(x, y)", "(x)"]


def test_the_source_imports_scipy_only_where_it_is_called():
    assert "scipy" not in source(dk.record(np.sin, 1.0))
    assert "import scipy.special as sc\n" in source(dk.record(lambda x: sc.erf(x), 1.0))


def test_long_rows_and_constants_are_folded_into_short_lines():
    text = source(dk.record(lambda x: np.concatenate([x] * 60) @ np.linspace(0, 1, 180), np.ones(3)))
    assert max(map(len, text.splitlines())) <= 110
    assert bits(run(text)(np.ones(3))) == bits(
        dk.record(lambda x: np.concatenate([x] * 60) @ np.linspace(0, 1, 180), np.ones(3)).replay(np.ones(3))
    )


# -- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "match"),
    [
        ({"names": ["x"]}, "2 arguments; give each a name of its own, not"),
        ({"names": ["x", "x"]}, "a name of its own"),
        ({"names": "xy"}, "a name of its own"),
        ({"names": ["x", "2y"]}, "'2y' is no name in Python"),
        ({"names": ["x", "lambda"]}, "'lambda' is no name in Python"),
        ({"names": ["x", "v3"]}, "a use of its own for the name 'v3'"),
        ({"names": ["x", "np"]}, "a use of its own for the name 'np'"),
        ({"names": ["x", "sc"]}, "a use of its own for the name 'sc'"),
        ({"names": ["x", "f"]}, "both called 'f'"),
        ({"name": "not a name"}, "'not a name' is no name in Python"),
        ({"name": "class"}, "'class' is no name in Python"),
    ],
)
def test_bad_names_are_refused_in_a_sentence(how, match, assert_one_clear_line):
    with pytest.raises(ArgumentsError, match=match) as raised:
        source(dk.record(lambda x, y: sc.erf(x) * y, 1.0, 2.0), **how)
    assert_one_clear_line(raised.value)


def test_functions_of_the_users_own_are_refused_by_name(assert_one_clear_line):
    @custom_rule(vjp=lambda y, x: lambda y_bar: 2 * x * y_bar)
    def my_square(x):
        return x * x

    with pytest.raises(
        ArgumentsError, match="the tape calls my_square, which is no function of NumPy"
    ) as raised:
        source(dk.record(my_square, 2.0))
    assert_one_clear_line(raised.value)


def test_what_is_no_tape_is_told_how_to_become_one():
    with pytest.raises(ArgumentsError, match=r"not a function; write dk.views.source\(dk.record\(f, x\)\)"):
        source(assert_same)
