"""A tape as a formula, the size of that formula, and an honest no where there is none."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from diffkit.errors import ArgumentsError, NotClosedFormError
from diffkit.symbolic import Symbolic, expression, tree_size
from diffkit.tape import record

x, y, z = sympy.symbols("x y z", real=True)


def slope(f, at, order=1):
    return Symbolic().derivative(f, at, order).value


# -- expressions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "point", "formula"),
    [
        (lambda x, y: 5 + x * y, (3.0, 4.0), 5 + x * y),
        (lambda x, y: x**2 * y + y + 2, (3.0, 4.0), x**2 * y + y + 2),
        (lambda x: 2 * x**3 + x**2, (1.0,), 2 * x**3 + x**2),
        (lambda x, y, z: (x + y) * z, (1.0, -2.0, 3.0), (x + y) * z),
        (lambda x: x / 3 + 0.1, (1.0,), x / 3 + sympy.Rational(1, 10)),
        (lambda x: np.where(x > 0, x, 0), (1.0,), sympy.Piecewise((x, x > 0), (0, True))),
        (lambda x: np.maximum(x, 0), (1.0,), sympy.Max(0, x)),
        (lambda x: abs(x) + np.sign(x), (1.0,), sympy.Abs(x) + sympy.sign(x)),
        (lambda x: 7.5, (1.0,), sympy.Rational(15, 2)),
        (lambda x: x, (1.0,), x),
    ],
)
def test_a_tape_is_the_formula_one_would_write(f, point, formula):
    tape = record(f, *point)
    found = sympy.sympify(expression(tape, [s.name for s in (x, y, z)][: len(point)]))
    assert found == formula


def test_inputs_are_named_x_or_x1_x2():
    assert str(expression(record(lambda a: a + 1, 1.0))) == "x + 1"
    assert str(expression(record(lambda a, b: a / b, 1.0, 2.0))) == "x1/x2"


def test_symbols_are_real():
    assert expression(record(lambda x: np.sqrt(x**2), 1.0)) == sympy.Abs(x)


def test_an_array_has_a_symbol_for_each_element():
    formula = expression(record(lambda x: np.sum(x**2), np.ones((1, 2))))
    assert str(formula) == "x[0, 0]**2 + x[0, 1]**2"
    vector = expression(record(lambda x, k: x * k, np.ones(2), 3.0), ["x", "k"])
    assert [str(v) for v in vector] == ["k*x[0]", "k*x[1]"]


@pytest.mark.parametrize("names", [["x"], ["x", "x"], ["x", "y", "z"]])
def test_each_input_needs_a_name_of_its_own(names):
    with pytest.raises(ArgumentsError, match="the tape has 2 inputs; give each a name of its own"):
        expression(record(lambda a, b: a * b, 1.0, 2.0), names)


# -- size ------------------------------------------------------------------------------------------


def doubling(n):
    def f(x):
        for _ in range(n):
            x = x * x
        return x

    return f


def loop_19(n):
    def f(a, b):
        z = 0
        for i in range(n):
            z = a * np.cos(z + i) + z * np.sin(b - i)
        return z

    return f


@pytest.mark.parametrize("n", [0, 1, 2, 10, 100, 1000])
def test_the_tree_of_repeated_squaring_doubles_each_time(n):
    assert tree_size(record(doubling(n), 1.0)) == 2 ** (n + 1) - 1


def written_out(tape):
    """The nodes of the formula, counted on the formula itself."""

    def count(operand):
        if not hasattr(operand, "index"):
            return 1
        if operand.index < tape.input_count:
            return 1
        row = tape.instructions[operand.index - tape.input_count]
        return 1 + sum(map(count, row.args))

    return sum(map(count, tape.outputs))


@pytest.mark.parametrize("n", [1, 2, 5, 10])
def test_the_tree_of_worked_example_19_is_counted_without_being_written(n):
    tape = record(loop_19(n), 0.5, 0.5)
    assert tree_size(tape) == written_out(tape)


def test_the_tree_of_100_rounds_of_worked_example_19_is_known_exactly():
    # a 1.0 + 0 sin(b - 0) has 10 nodes; a round reads z twice and adds 11: s -> 2 s + 11.
    assert tree_size(record(loop_19(100), 0.5, 0.5)) == 21 * 2**99 - 11


def test_a_constant_result_has_no_tree():
    assert tree_size(record(lambda x: 3.0, 1.0)) == 0


# -- no formula --------------------------------------------------------------------------------------


def factorial(x):
    return 1.0 if x < 1 else x * factorial(x - 1)


def halving(x):
    while x > 1:
        x = x / 2
    return x


def absolute(x):
    if x < 0:
        return -x
    return x


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (factorial, "return 1.0 if x < 1 else"),
        (halving, "while x > 1:"),
        (absolute, "if x < 0:"),
        (lambda x: [1.0, 2.0, x][int(np.floor(x) > 1)] * x, "lambda x"),
    ],
)
def test_a_branch_is_no_closed_form_and_the_line_is_named(f, text):
    with pytest.raises(
        NotClosedFormError, match=r"not closed form: f branches.*test_expression\.py"
    ) as caught:
        expression(record(f, 2.5))
    assert text in str(caught.value)
    with pytest.raises(NotClosedFormError, match="not closed form"):
        slope(f, 2.5)


@pytest.mark.parametrize(
    ("n", "shown"),
    [(14, "32767 nodes"), (30, r"2\.1e\+09 nodes"), (5000, r"about 10\^1505 nodes"), (20_000, "10")],
)
def test_an_expression_beyond_the_limit_is_refused_by_its_size(n, shown):
    with pytest.raises(NotClosedFormError, match=f"the unrolled expression has .*{shown}.*max_nodes=20000"):
        expression(record(doubling(n), 1.0))


def test_the_limit_is_an_option():
    tape = record(lambda x: x * x + x, 1.0)
    assert expression(tape, max_nodes=5) == x**2 + x
    with pytest.raises(NotClosedFormError, match="has 5 nodes, the limit is max_nodes=4"):
        expression(tape, max_nodes=4)
    with pytest.raises(NotClosedFormError):
        Symbolic(max_nodes=4).derivative(lambda x: x * x + x, 1.0)


def test_a_function_that_sympy_lacks_is_named():
    with pytest.raises(NotClosedFormError, match="not closed form: rint has no meaning in sympy"):
        slope(np.rint, 1.0)


def test_work_beyond_the_limit_is_refused_before_it_begins():
    with pytest.raises(NotClosedFormError, match="1000000 derivatives of 2 rows"):
        Symbolic().jacobian(lambda x: np.sum(x * x), [np.ones(10**6)])
    with pytest.raises(NotClosedFormError, match="1000000 derivatives of 2 rows"):
        Symbolic().hessian(lambda x: np.sum(x * x), [np.ones(1000)])


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("step", "times"), [(np.sin, 3000), (lambda x: 1 / (1 + x), 400), (lambda x: np.exp(-x) + 1, 400)]
)
def test_what_nests_too_deeply_for_sympy_is_refused_in_words(step, times):
    def f(x):
        for _ in range(times):
            x = step(x)
        return x

    with pytest.raises(NotClosedFormError, match="nests too deeply for SymPy"):
        slope(f, 0.5)
    with pytest.raises(NotClosedFormError, match="nests too deeply for SymPy"):
        expression(record(f, 0.5))


def test_a_long_chain_that_sympy_folds_is_a_formula():
    def f(x):
        for _ in range(3000):
            x = x + 1
        return x

    assert expression(record(f, 0.5)) == x + 3000
    assert slope(f, 0.5) == 1.0
