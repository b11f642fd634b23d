"""Operations are counted where they run: a row of numbers is one, a sum of n numbers n - 1."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import scipy.special as sc

from diffkit.errors import GuardError, NoRuleError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record
from diffkit.tape.counting import Counting, Counts


def counted(f, *point):
    return record(f, *point).replay(*point, arithmetic="counting")


@pytest.mark.parametrize("name", list(PROBLEMS))
def test_of_a_program_of_numbers_each_row_is_one_operation(name):
    with np.errstate(all="ignore"):  # np.where has a side that is left out
        tape = record(as_function(PROBLEMS[name].f), PROBLEMS[name].at)
        counts = tape.replay(PROBLEMS[name].at, arithmetic="counting")
    assert counts.calls == Counter(row.op for row in tape.instructions)
    assert counts.total == len(tape)


N, M, K = 3, 4, 5
A, B, V = np.ones((N, M)), np.ones((M, K)), np.ones(M)
ARRAYS = [
    (lambda x: x + V, V, {"add": M}),
    (lambda x: A * x, V, {"multiply": N * M}),
    (lambda x: x @ B, A, {"multiply": N * M * K, "add": N * (M - 1) * K}),
    (lambda x: A @ x, B, {"multiply": N * M * K, "add": N * (M - 1) * K}),
    (lambda x: np.dot(x, x), V, {"multiply": M, "add": M - 1}),
    (lambda x: np.tensordot(x, B, 1), A, {"multiply": N * M * K, "add": N * (M - 1) * K}),
    (lambda x: np.outer(x, x), V, {"multiply": M * M}),
    (np.sum, A, {"add": N * M - 1}),
    (lambda x: x.sum(axis=0), A, {"add": (N - 1) * M}),
    (lambda x: x.mean(axis=1), A, {"add": N * (M - 1), "divide": N}),
    (np.var, V, {"add": 2 * (M - 1), "divide": 2, "subtract": M, "multiply": M}),
    (np.prod, V, {"multiply": M - 1}),
    (np.cumsum, V, {"add": M - 1}),
    (np.max, A, {"maximum": N * M - 1}),
    (lambda x: np.where(x > 0, x, 0), V, {"greater": M, "where": M}),
    (lambda x: sc.erf(x) + np.sinc(x), V, {"erf": M, "sinc": M, "add": M}),
    (lambda x: np.round(np.clip(x, 0, 1), 1), V, {"clip": M, "round": M}),
    (lambda x: np.modf(x)[0], V, {"trunc": M, "subtract": M}),
    (lambda x: np.concatenate([x, 2 * x])[::-1].reshape(2, -1).T, V, {"multiply": M}),
    (lambda x: np.array([x[0] * x[1], 3.0]), V, {"multiply": 1}),
    (lambda x: x[:0].sum() + np.exp(x[:0]).sum(), V, {"add": 1}),
    (lambda x: abs(x * 1j), V, {"multiply": M, "absolute": M}),
]


@pytest.mark.parametrize(("f", "x", "calls"), ARRAYS)
def test_of_an_array_each_element_counts(f, x, calls):
    assert counted(f, x).calls == calls


def test_horner_takes_half_the_multiplications_of_powers_written_out():
    a = [3.0, 1.0, 4.0, 1.0]
    horner = counted(lambda x: ((a[3] * x + a[2]) * x + a[1]) * x + a[0], 0.5)
    written = counted(lambda x: a[3] * (x * x * x) + a[2] * (x * x) + a[1] * x + a[0], 0.5)
    assert (horner.additions, horner.multiplications) == (3, 3)
    assert (written.additions, written.multiplications) == (3, 6)


def test_the_kinds_add_up_to_the_total_and_no_operation_is_in_two():
    with np.errstate(all="ignore"):
        counts = [counted(as_function(problem.f), problem.at) for problem in PROBLEMS.values()]
    for c in counts:
        assert c.additions + c.multiplications + c.divisions + c.functions + c.others == c.total


def test_the_counts_print_as_a_table_with_the_functions_named():
    assert str(Counts({"add": 12, "multiply": 3, "sin": 2, "exp": 1, "where": 4})) == (
        "additions        12\n"
        "multiplications   3\n"
        "divisions         0\n"
        "functions         3  (exp 1, sin 2)\n"
        "others            4  (where 4)\n"
        "total            22"
    )


def test_replays_with_one_object_add_up_and_those_by_name_do_not():
    tape, both = record(lambda x: x * x, 2.0), Counting()
    assert [tape.replay(2.0, arithmetic=both).total for _ in range(2)] == [1, 2]
    assert [tape.replay(2.0, arithmetic="counting").total for _ in range(2)] == [1, 1]


def test_counts_of_one_replay_stay_as_they_are():
    tape, both = record(lambda x: x * x, 2.0), Counting()
    first = tape.replay(2.0, arithmetic=both)
    tape.replay(2.0, arithmetic=both)
    assert first.total == 1


def test_a_branch_is_checked_with_the_numbers():
    tape = record(lambda x: x if x > 0 else -x, 1.0)
    assert tape.replay(2.0, arithmetic="counting").calls == {"greater": 1}
    with pytest.raises(GuardError, match="goes the other way"):
        tape.replay(-2.0, arithmetic="counting")


@pytest.mark.parametrize("f", [lambda x: np.linalg.solve(np.eye(M), x), np.fft.fft])
def test_what_a_library_does_inside_is_not_guessed(f):
    with pytest.raises(NoRuleError, match="no meaning in counting arithmetic: its operations are inside a"):
        counted(f, V)
