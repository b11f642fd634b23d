"""The study of expression swell: the textbook's numbers, linear growth where nothing is written twice."""

from __future__ import annotations

import csv
import io
import json

import mpmath
import numpy as np
import pytest
import sympy

import diffkit as dk
from diffkit.families import FAMILIES
from diffkit.studies.stages import STAGES
from diffkit.studies.swell import swell

QUICK = {"max_nodes": 1}  # SymPy is left out
FEW_ULPS = 4 * 2.0**-52


@pytest.fixture(scope="module")
def logistic():
    return swell(family="logistic", n=range(1, 7), time_limit=1.5)


# -- what grows how ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_logistic_maps_tree_doubles_and_its_graph_grows_by_seven():
    found = swell(family="logistic", n=range(1, 13), **QUICK)
    assert found.growth("f").kind == found.growth("raw").kind == "exponential"
    assert found.growth("f").rate == pytest.approx(2, rel=0.01)
    assert found.growth("raw", "tree").rate > 2
    assert found.growth("shared", "shared").rate <= 1.1
    assert set(np.diff(found.counts("shared"))[2:]) == {7}
    assert set(np.diff(found.counts("shared", "shared"))[1:]) == {9}
    assert set(np.diff(found.counts("adjoint"))[2:]) == {8}


@pytest.mark.slow
def test_the_loop_of_a_hundred_steps_has_a_linear_graph():
    found = swell(family="loop", n=(10, 25, 50, 75, 100), **QUICK)
    assert found["pruned"].operations > 10**32
    for measure in ("operations", "shared"):
        assert found.growth("shared", measure).rate <= 1.1
        assert found.growth("shared", measure).even
    assert found["shared"].operations < found["adjoint"].operations < 16 * 100


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_each_familys_derivative_as_a_graph_is_linear(family):
    found = swell(family=family, n=(16, 32, 48, 64), **QUICK)
    assert found.growth("shared").rate <= 1.1
    assert found.growth("shared", "shared").rate <= 1.1


def test_the_gradient_of_a_product_stays_quadratic_where_it_is_shared_too_late():
    found = swell(family="product", n=(4, 6, 8, 10), time_limit=60, simplified=False)
    n = np.array(found.sizes)
    assert found.counts("sympy diff") == (n * (n - 2)).tolist() == found.counts("pruned")
    assert found.counts("sympy cse")[-1] == 45
    assert found.growth("sympy cse").rate > 1.5
    assert set(np.diff(found.counts("shared")) / np.diff(n)) == {3}


@pytest.mark.parametrize(("family", "n", "at"), [("logistic", 12, (0.2,)), ("loop", 100, (0.5, 0.5))])
def test_the_shared_derivative_has_the_value_of_automatic_differentiation(family, n, at):
    f = FAMILIES[family].make(n)
    shared = dk.gradient(f, *at, method="symbolic", share=True)
    reverse = dk.gradient(f, *at)
    with mpmath.workdps(50):
        args = [mpmath.mpf(a) for a in at]
        tape = dk.record(f, *at)
        truth = float(mpmath.diff(lambda a: tape.replay(a, *args[1:], arithmetic="mpmath"), args[0]))
    # each of the n factors of the chain rule is rounded
    assert np.ravel(shared)[0] == pytest.approx(np.ravel(reverse)[0], rel=n * FEW_ULPS)
    assert np.ravel(shared)[0] == pytest.approx(truth, rel=4 * n * FEW_ULPS)


# -- the tables of the survey -----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [4, pytest.param(8, marks=pytest.mark.slow)])
def test_the_logistic_map_in_sympys_counts(n):
    found = swell(family="logistic", n=range(1, n + 1), time_limit=60, simplified=False)
    assert found.counts("sympy f")[:4] == [0, 3, 8, 18]
    assert found.counts("sympy diff") == [0, 2, 21, 82, 264, 768, 2096, 5472][:n]
    assert found.counts("sympy diff", "tree") == [1, 5, 44, 166, 530, 1538, 4194, 10946][:n]
    assert found.counts("sympy diff", "shared") == [1, 5, 17, 26, 36, 47, 59, 72][:n]
    assert found.counts("sympy cse") == [0, 2, 12, 27, 45, 67, 93, 123][:n]
    assert found.counts("f", "tree")[1:4] == [9, 25, 57]


@pytest.mark.slow
def test_the_logistic_map_as_sympy_simplifies_it(logistic):
    assert logistic.counts("sympy simplify")[:4] == [0, 2, 8, 20]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("family", "n", "trees", "operations", "after_cse"),
    [
        ("nested-sine", (1, 2, 4, 8), (2, 6, 15, 45), (1, 4, 13, 43), (1, 4, 10, 22)),
        ("softplus", (1, 2, 3, 4), (18, 37, 61, 92), (9, 21, 35, 53), (6, 13, 20, 26)),
    ],
)
def test_other_families_in_sympys_counts(family, n, trees, operations, after_cse):
    found = swell(family=family, n=n, time_limit=60, simplified=False)
    assert tuple(found.counts("sympy diff", "tree")) == trees
    assert tuple(found.counts("sympy diff")) == operations
    assert tuple(found.counts("sympy cse")) == after_cse


# -- what may be given ------------------------------------------------------------------------------------


def test_text_a_callable_sympy_and_a_tape_are_one_function():
    x = sympy.Symbol("x", real=True)
    f = lambda x: x * np.sin(x)
    found = [swell(g, **QUICK) for g in ("x*sin(x)", f, x * sympy.sin(x), dk.record(f, 1.0))]
    for stage in ("f", "raw", "pruned", "shared", "adjoint"):
        assert len({study[stage].operations for study in found}) == 1


def test_what_has_no_name_is_called_by_its_class():
    assert swell(dk.record("x*y", {"x": 1.0, "y": 2.0}), **QUICK).title()[0] == "Expression swell of f = Tape"


def test_what_does_not_swell_and_what_is_one_row_is_said_as_it_is():
    assert swell("3", **QUICK).remarks() == [
        "Nothing swells: the bare rules write no part of the derivative twice."
    ]
    assert swell("x*y", **QUICK).remarks()[0].endswith("0 operations; reverse mode's program has 1 row.")


def test_a_step_is_applied_again_and_again():
    step = lambda x: 4 * x * (1 - x)
    own = swell(step, iterate=(1, 2, 3), **QUICK)
    text = swell("4*x*(1 - x)", iterate=(1, 2, 3), **QUICK)
    named = swell(family="logistic", n=(2, 3, 4), **QUICK)
    assert own.counts("raw") == text.counts("raw") == named.counts("raw")
    assert text.f == "4*x*(1 - x), applied n times"


def test_a_function_of_x_and_n_is_given_its_n():
    def power(x, n):
        y = x
        for _ in range(n - 1):
            y = y * x
        return y

    found = swell(power, n=range(2, 9), **QUICK)
    assert found.counts("f") == [1, 2, 3, 4, 5, 6, 7]
    assert found.wrt == ("x",)


def test_the_variable_may_be_named_and_the_order_raised():
    found = swell("x^2*y + y + 2", wrt="y", order=2, time_limit=60)
    assert (found.wrt, found["pruned"].operations, found["sympy diff"].tree) == (("y",), 0, 1)
    assert swell("x^2*y + y + 2", **QUICK).wrt == ("x", "y")
    assert swell("x^2*y + y + 2", {"y": 1.0, "x": 2.0}, wrt=["x"], **QUICK).wrt == ("x",)


def test_an_array_and_several_arguments_are_points():
    assert swell(lambda w, b: np.sum(w) * b, (np.ones(3), 2.0), **QUICK)["f"].operations == 3
    assert swell(lambda x: np.sum(x * x), np.ones(4), **QUICK)["f"].tree > 8


def test_a_single_size_has_no_growth():
    found = swell(family="logistic", n=4, **QUICK)
    assert found.sizes == (4,)
    assert found.growth("raw") is None
    assert len(found.tables()) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either f or family="),
        ({"f": "x", "family": "loop"}, "give either f or family="),
        ({"family": "lop"}, "'lop' is no family; the families are logistic, loop"),
        ({"family": "loop", "iterate": 2}, "leave out x and iterate"),
        ({"f": "x", "n": 3}, "n= needs a function with a parameter n, and f takes x"),
        ({"f": "x", "n": 3, "iterate": 3}, "give one of them"),
        ({"f": "x*y", "iterate": 3}, "iterate= needs a step"),
        ({"family": "loop", "n": 0}, "n is 0; write whole numbers from 1 on"),
        ({"family": "loop", "n": [1, 2.5]}, "write whole numbers from 1 on"),
        ({"family": "loop", "n": []}, "write whole numbers from 1 on"),
        ({"f": "x*y", "wrt": "z"}, "wrt='z' is no variable of f; write one of x, y"),
        ({"f": "x*y", "wrt": []}, "wrt names no variable; write one of x, y"),
        ({"f": "x*y", "order": 2}, "order=2 is by one variable; write wrt= one of x, y"),
        ({"f": "x", "order": 0}, "order is 0; write a whole number from 1 on"),
        ({"f": "x", "time_limit": 0}, "time_limit=0; write a positive number"),
        ({"f": "x", "max_nodes": "many"}, "max_nodes='many'; write a positive number"),
        ({"f": "x +"}, "."),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(arguments, message):
    with pytest.raises(dk.DiffkitError, match=message):
        swell(**arguments)


# -- what it says -----------------------------------------------------------------------------------------


def test_a_row_is_found_by_its_stage_and_size(logistic):
    assert logistic["raw"] is logistic["raw", 6]
    assert logistic["raw", 4].operations == 108
    with pytest.raises(KeyError, match="'rau' is no stage; the stages are f, raw, pruned"):
        logistic["rau"]
    with pytest.raises(KeyError, match="n = 99 was not measured"):
        logistic["raw", 99]
    with pytest.raises(dk.DiffkitError, match="'nodes' is no measure; write one of operations, tree"):
        logistic.counts("raw", "nodes")


def test_the_table_has_the_sizes_the_laws_and_the_largest_size(logistic):
    text = str(logistic)
    assert "Expression swell of logistic: l1 = x, l(n+1) = 4 l(n) (1 - l(n))" in text
    assert "derivative with respect to x, n = 1 to 6" in text
    by_size, laws, by_stage = logistic.tables()
    assert by_size.rows[3][:4] == ("4", "21", "108", "59")
    assert ("shared", "n^1.00, 7 more a step", "n = 3 to 6") in laws.rows
    assert [row[0] for row in by_stage.rows][-1] == "adjoint rows"
    assert "the bare rules give 1 827 nodes, of which 63 are distinct" in text


def test_csv_and_json_have_every_row(logistic):
    data = json.loads(json.dumps(logistic.to_dict(), allow_nan=False))
    assert data["schema"] == "diffkit.swell/1"
    assert (data["f"], data["wrt"], data["sizes"]) == ("logistic", ["x"], list(range(1, 7)))
    assert len(data["rows"]) == 6 * len(STAGES)
    assert data["rows"][1] == {**data["rows"][1], "n": 1, "stage": "raw", "operations": 0, "status": "ok"}
    assert {law["stage"]: law["kind"] for law in data["growth"]}["raw"] == "exponential"
    rows = list(csv.DictReader(io.StringIO(logistic.csv())))
    assert [row["operations"] for row in rows if row["stage"] == "pruned"][:3] == ["0", "4", "19"]
    assert "| raw |" in logistic.markdown().replace("  ", " ")


def test_a_function_without_a_formula_keeps_its_program():
    found = swell(lambda x: x * x if x > 0 else -x, **QUICK)
    assert found["adjoint"].operations == 3
    assert "not applicable" in str(found)
    assert "f branches on its argument" in str(found).splitlines()[-1]


@pytest.mark.slow
def test_numbers_beyond_a_float_are_whole_in_json():
    found = swell("sin(x)*cos(x)", iterate=1100, **QUICK)
    count = found["raw"].operations
    assert count > 2**1100
    assert json.loads(json.dumps(found.to_dict()))["rows"][1]["operations"] == count
    assert f"e{len(str(count)) - 1}" in str(found)


@pytest.mark.slow
def test_without_a_time_limit_the_counts_are_the_same():
    here = swell("x^2*sin(x)", time_limit=None, simplified=False)
    there = swell("x^2*sin(x)", time_limit=60, simplified=False)
    for stage in ("sympy f", "sympy diff", "sympy cse", "shared"):
        assert here[stage].operations == there[stage].operations is not None
    assert here.to_dict()["limits"]["time_limit"] is None
