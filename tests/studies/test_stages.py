"""The stages of a derivative: SymPy's own counts, sizes that are known by hand, limits that are kept."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.families import FAMILIES
from diffkit.studies.stages import OF_SYMPY, STAGES, Limits, Subject, measured, sympy_stages, whole
from diffkit.symbolic.process import Helper

X, Y = sympy.symbols("x y", real=True)
LIMITS = Limits(60.0, 100_000)


@pytest.fixture(scope="module")
def rows():
    """rows(f, ...): the stages of f by name, all measured with one process."""
    with Helper() as helper:

        def of(f, point=(0.5,), names=("x",), wrt=(0,), order=1, limits=LIMITS, given_up=None, n=None):
            subject = Subject(f, list(point), list(names), list(wrt), order)
            found = measured(subject, n, limits, helper, {} if given_up is None else given_up)
            return {row.stage: row for row in found}

        yield of


def test_every_stage_has_its_row_in_order(rows):
    assert list(rows(lambda x: x * x)) == list(STAGES)


def test_five_plus_x_y_at_every_stage(rows):
    found = rows(lambda x, y: 5 + x * y, (1.0, 2.0), ("x", "y"))
    # 0 + (0*x + y*1), and y
    assert (found["raw"].operations, found["raw"].tree, found["raw"].characters) == (4, 9, 15)
    for stage in ("pruned", "shared", "sympy diff", "sympy cse", "sympy simplify"):
        assert (found[stage].operations, found[stage].tree, found[stage].shared) == (0, 1, 1)


def test_a_product_of_two_has_both_in_its_gradient(rows):
    found = rows(lambda x, y: np.sin(x * y), (1.0, 2.0), ("x", "y"), (0, 1))
    derived = [sympy.diff(sympy.sin(X * Y), v) for v in (X, Y)]
    assert found["sympy diff"].operations == sum(map(sympy.count_ops, derived))
    assert found["shared"].operations == len(["x*y", "cos(v1)", "v2*y", "v2*x"])


@pytest.mark.sampled(3)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_sympys_stages_are_sympys_own(rows, order):
    found = rows(lambda x: x * np.sin(x) * np.exp(-x * x), order=order)
    f = X * sympy.sin(X) * sympy.exp(-(X**2))
    derivative = sympy.diff(f, X, order)
    named, (result,) = sympy.cse(derivative)
    assert found["sympy f"].operations == sympy.count_ops(f)
    assert found["sympy diff"].operations == sympy.count_ops(derivative)
    assert found["sympy diff"].characters == len(str(derivative))
    assert found["sympy cse"].operations == sum(sympy.count_ops(e) for _, e in named) + sympy.count_ops(
        result
    )
    assert found["sympy simplify"].operations == sympy.count_ops(sympy.simplify(derivative))


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_the_adjoint_is_the_tape_of_value_and_gradient(rows, family):
    names = family.make(3).__code__.co_varnames if family.wrt else [f"x{i}" for i in range(3)]
    count = family.arguments(3)
    wrt = tuple(range(count)) if family.wrt is None else (0,)
    found = rows(family.make(3), (0.5,) * count, names[:count], wrt, limits=Limits(1.0, 1))
    program = dk.record(
        dk.value_and_grad(family.make(3), argnums=wrt if len(wrt) > 1 else 0), *(0.5,) * count
    )
    assert found["adjoint"].operations == len(program)


def test_a_gradient_on_the_graph_is_as_short_as_reverse_modes(rows):
    count = 40
    found = rows(FAMILIES["product"].make(count), (0.5,) * count, [f"x{i}" for i in range(count)],
                 range(count), limits=Limits(1.0, 1))  # fmt: skip
    assert found["pruned"].operations == count * (count - 2)
    assert found["shared"].operations <= found["adjoint"].operations <= 3 * count


def test_a_tree_beyond_the_limit_is_not_handed_to_sympy(rows):
    found = rows(FAMILIES["logistic"].make(30), limits=Limits(60.0, 1000))
    for stage in OF_SYMPY:
        assert found[stage].status == "not tried"
        assert found[stage].note.startswith("not tried: 9")
        assert found[stage].note.endswith("nodes as a tree, the limit is max_nodes=1000")
    assert found["raw"].operations > 10**10
    assert found["shared"].operations < 300


def test_what_takes_sympy_too_long_is_stopped_and_not_tried_at_larger_sizes(rows):
    given_up = {}
    found = rows(FAMILIES["softplus"].make(5), limits=Limits(0.5, 10**6), given_up=given_up, n=5)
    assert (found["sympy simplify"].status, found["sympy simplify"].note) == (
        "stopped",
        "stopped after 0.5 s",
    )
    assert found["sympy simplify"].operations is None
    assert given_up["sympy simplify"] == "not tried: it was stopped at n = 5"
    again = rows(lambda x: x * x, given_up=given_up, n=6)
    assert (again["sympy simplify"].status, again["sympy diff"].status) == ("not tried", "ok")


def test_without_a_derivative_sympy_has_nothing_to_simplify(rows):
    found = rows(lambda x: x * x, given_up={"sympy diff": "not tried: it was stopped at n = 3"}, n=4)
    assert found["sympy f"].status == "ok"
    assert found["sympy cse"].note == "not tried: it needs sympy diff"


def test_a_branch_is_no_formula_and_has_a_program(rows):
    found = rows(lambda x: x * x if x > 0 else -x)
    assert found["raw"].status == found["sympy diff"].status == "not applicable"
    assert found["raw"].note.startswith("not closed form: f branches on its argument")
    assert found["adjoint"].operations == len(["x > 0", "x * x", "2 * x"])


def test_an_array_has_a_symbol_for_each_element(rows):
    found = rows(lambda x: np.sum(x * x), (np.ones(3),))
    assert found["raw"].tree > 3
    assert found["sympy diff"].operations == 3  # 2*x[i] each
    assert found["adjoint"].status == "ok"


def test_a_vector_is_refused(rows):
    with pytest.raises(dk.errors.NonScalarError, match="scalar result"):
        rows(lambda x: np.array([x, x * x]))


def test_too_deep_for_sympy_is_said(rows):
    found = rows(FAMILIES["nested-sine"].make(400), limits=Limits(5.0, 10**7))
    assert found["sympy diff"].note.startswith("not tried: the expression nests too deeply")
    assert found["shared"].operations < 3 * 400


def test_the_stages_of_sympy_are_those_asked_for():
    sizes = [size for size, _ in sympy_stages((X**3, [X], 1, ["sympy diff", "sympy cse"]))]
    assert [size.operations for size in sizes] == [2, 2]


def test_whole_numbers_are_read_in_threes():
    assert [whole(k) for k in (0, 712707, 10**12, 2**40, 123 * 10**28)] == [
        "0", "712 707", "1.0e12", "1.0e12", "1.2e30",
    ]  # fmt: skip
    assert whole(10**20_000).endswith("e20000")


def test_the_process_stays_for_the_next_function():
    with Helper() as helper:
        seen = []
        for f in (lambda x: x * x, lambda x: x**3):
            measured(Subject(f, [0.5], ["x"], [0], 1), None, LIMITS, helper, {"sympy simplify": "not tried"})
            seen.append(helper._child)
    assert seen[0] is seen[1] is not None
