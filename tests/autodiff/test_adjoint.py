"""The adjoint program computes what the sweep computes."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import adjoint, detect_anomaly
from diffkit.errors import AnomalyError, ArgumentsError, GuardError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
@np.errstate(all="ignore")
def test_it_gives_the_derivative_of_every_problem_bit_for_bit(problem):
    f = as_function(problem.f)
    program = adjoint(dk.record(f, problem.at), problem.at)
    assert np.array_equal(program.replay(problem.at), dk.derivative(f, problem.at), equal_nan=True)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=lambda p: p.name)
@np.errstate(all="ignore")
def test_a_row_costs_a_few_rows(problem):
    tape = dk.record(as_function(problem.f), problem.at)
    power = sum(row.op == "power" for row in tape.instructions)  # u^v is exp(v log(u)): three rows in one
    assert len(adjoint(tape, problem.at)) <= 4 * len(tape) + 8 * power


def test_the_textbooks_example():
    program = adjoint(dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0))
    assert program.replay(2.0, 5.0) == (5.5, 1.7163378145367738)
    assert [row.op for row in program.instructions] == ["cos", "multiply", "add", "divide", "add"]


def rows_by_name(program):
    return {row.name: row.op for row in program.instructions if row.name}


def test_adjoints_are_called_as_the_textbooks_do():
    def f(x, y, z):
        a = x + y
        b = np.sin(a) * x
        return b * z

    program = adjoint(dk.record(f, 1.0, 2.0, 3.0))
    assert rows_by_name(program) == {"a": "add", "b": "multiply", "a_bar": "multiply", "x_bar": "add"}
    assert program.arguments == ("x", "y", "z")
    x_bar, y_bar, z_bar = (program.instructions[o.index - 3].name for o in program.outputs)
    assert (x_bar, y_bar, z_bar) == ("x_bar", "a_bar", "b")  # what is the same number is one row


def test_adjoints_of_a_variable_that_is_assigned_again_are_numbered_as_it_is():
    def f(x):
        for _ in range(3):
            x = 4 * x * (1 - x)
        return x

    program = adjoint(dk.record(f, 0.2))
    assert list(rows_by_name(program)) == ["x1", "x2", "x2_bar", "x1_bar", "x_bar"]
    assert program == adjoint(record(f, 0.2))  # rows are the same, named or not


def test_a_vector_result_has_a_cotangent_of_a_name_and_nested_arguments_have_none():
    program = adjoint(dk.record(lambda w, x: (h := np.tanh(w @ x)) * h, np.ones((2, 3)), np.ones(3)))
    assert program.arguments == ("w", "x", "result_bar")
    assert {"h", "h_bar", "w_bar", "x_bar"} <= set(rows_by_name(program))
    nested = adjoint(dk.record(lambda p, x: (h := p["w"] * x) * h, {"w": 2.0}, 3.0))
    assert set(rows_by_name(nested)) == {"h", "h_bar", "x_bar"}


def test_who_watches_for_nan_still_does():
    tape = dk.record(lambda x: (r := np.sqrt(x)) * 3 + r, 0.0)
    with detect_anomaly(), pytest.raises(AnomalyError, match="the derivative of sqrt became inf"):
        adjoint(tape, 0.0)


def test_a_gradient_is_shaped_as_its_argument():
    f = lambda p: np.sum(p["w"] ** 2) * p["b"]
    point = {"w": np.array([1.0, 2.0]), "b": 3.0}
    found = adjoint(dk.record(f, point)).replay(point)
    assert found["b"] == 5.0
    assert found["w"].tolist() == [6.0, 12.0]


def test_a_vector_result_asks_for_its_cotangent():
    matrix = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    program = adjoint(dk.record(lambda x: matrix @ x, np.ones(2)))
    bar = np.array([1.0, 10.0, 100.0])
    assert program.replay(np.ones(2), bar).tolist() == (matrix.T @ bar).tolist()


def test_several_numbers_as_a_result_ask_for_as_many_cotangents():
    program = adjoint(dk.record(lambda x, y: (x * y, x + y, np.sin(x)), 2.0, 3.0))
    assert program.replay(2.0, 3.0, (1.0, 10.0, 0.0)) == (13.0, 12.0)
    assert program.replay(0.0, 3.0, [0.0, 0.0, 100.0]) == (100.0, 0.0)
    nested = adjoint(dk.record(lambda x: {"y": (x[0], x[1]), "z": x}, np.array([2.0, 3.0])))
    given = {"y": (1.0, 2.0), "z": np.array([10.0, 20.0])}
    assert nested.replay(np.array([2.0, 3.0]), given).tolist() == [11.0, 22.0]


def test_it_is_right_on_the_side_of_where_that_was_not_taken_when_it_was_recorded():
    softplus = lambda x: np.where(x > 0, x + np.log1p(np.exp(-x)), np.log1p(np.exp(x)))
    with np.errstate(over="ignore"):
        for at in (-800.0, 1.0, 800.0):  # exp overflows on the side that is left out
            program = adjoint(dk.record(softplus, at), at)
            assert [program.replay(x) for x in (-800.0, 0.0, 800.0)] == [0.0, 0.5, 1.0]
            assert len(program) == 17


def test_the_adjoint_of_the_adjoint_is_the_second_derivative():
    second = adjoint(adjoint(dk.record(lambda x: np.exp(np.sin(x)), 0.3)))
    assert second.replay(0.3) == pytest.approx(
        dk.derivative(lambda x: np.exp(np.sin(x)), 0.3, order=2), rel=1e-15
    )


def test_the_adjoint_of_a_gradient_multiplies_by_the_hessian():
    f = lambda x: x[0] ** 2 * x[1] + x[1] + 2
    product = adjoint(adjoint(dk.record(f, np.array([3.0, 4.0]))))
    columns = [product.replay(np.array([3.0, 4.0]), seed) for seed in np.eye(2)]
    assert np.array(columns).tolist() == [[8.0, 6.0], [6.0, 0.0]]


def test_branches_are_kept():
    program = adjoint(dk.record(lambda x: x * x if x > 0 else -x, -2.0))
    assert program.replay(-5.0) == -1.0
    with pytest.raises(GuardError):
        program.replay(5.0)


def test_a_tape_whose_branch_needs_a_point_of_its_own_asks_for_it():
    tape = dk.record(lambda x: x * x if x > 1000 else -x, 2000.0)
    with pytest.raises(ArgumentsError, match=r"write adjoint\(tape, \*point\)"):
        adjoint(tape)
    assert adjoint(tape, 2000.0).replay(3000.0) == 6000.0


def test_one_program_serves_every_point():
    program = adjoint(dk.record(lambda x: np.sum(np.maximum(x, 0) ** 1.5), np.array([1.0, -1.0])))
    for x in (np.array([4.0, -1.0]), np.array([-4.0, 9.0])):
        assert (
            program.replay(x).tolist() == dk.gradient(lambda x: np.sum(np.maximum(x, 0) ** 1.5), x).tolist()
        )


@pytest.mark.parametrize(
    "f",
    [
        lambda z: np.abs(z * z + np.exp(z)) ** 2,
        lambda z: np.abs(z) ** 2 * np.real(z),
        lambda z: np.imag(np.conj(z) * np.sin(z)),
    ],
)
def test_a_tape_of_complex_numbers_has_the_adjoint_of_complex_numbers(f):
    z = 1 + 2j
    tape = record(f, z)
    assert adjoint(tape).replay(z) == adjoint(tape, z).replay(z) == dk.grad(f)(z)
    assert adjoint(adjoint(tape)).replay(z) == pytest.approx(dk.grad(dk.grad(f))(z), rel=1e-14)
