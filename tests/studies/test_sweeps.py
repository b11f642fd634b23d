"""Sweeps side by side: in several types, and of several functions."""

import csv
import io
import json
import re

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError

TYPES = ("float16", "float32", "float64", "longdouble")
FEW = 10.0 ** np.arange(-8.0, 0.0)


@pytest.fixture(scope="module")
def by_type():
    return dk.error_sweep("sin(x)", 1.0, ["forward", "central", "complex-step"], dtype=TYPES)


@pytest.fixture(scope="module")
def by_function():
    return dk.studies.sweeps({"slow": ("sin(x)", 0.7), "fast": ("sin(100*x)", 0.7)}, "forward, central")


def test_it_is_a_mapping_in_the_order_that_was_asked_for(by_type):
    assert list(by_type) == list(TYPES)
    assert by_type["float32"] is by_type.sweeps["float32"]
    assert (len(by_type), by_type.by) == (4, "dtype")
    with pytest.raises(KeyError, match="'float8' is not among these sweeps; they are float16, float32"):
        by_type["float8"]


def test_each_sweep_is_the_one_that_its_type_gives_alone(by_type):
    alone = dk.error_sweep("sin(x)", 1.0, ["central"], dtype="float32")
    np.testing.assert_array_equal(by_type["float32"].total["central"], alone.total["central"])
    assert alone.dtype == by_type["float32"].dtype == "float32"


def test_the_best_step_and_its_error_go_down_with_eps_as_theory_has_it(by_type):
    eps = [float(np.finfo(name).eps) for name in ("float32", "float64")]
    for method, order in {"forward": 1, "central": 2}.items():
        (h, error), (finer, less) = (by_type[name].best[method] for name in ("float32", "float64"))
        assert finer < h
        assert less < error
        assert np.log(h / finer) / np.log(eps[0] / eps[1]) == pytest.approx(1 / (1 + order), abs=0.06)
        assert np.log(error / less) / np.log(eps[0] / eps[1]) == pytest.approx(order / (1 + order), abs=0.06)


def test_the_remark_has_the_measured_powers_of_eps_and_those_of_theory(by_type):
    forward, central, longdouble = by_type.remarks()  # none of the complex step, which has no best step
    assert central.startswith("central: from float16 to longdouble the best h goes like eps^")
    assert central.endswith("in theory 1/3 and 2/3.")
    assert forward.endswith("in theory 1/2 and 1/2.")
    found = [float(power) for power in re.findall(r"eps\^(\d\.\d\d)", central)]
    assert found == pytest.approx([1 / 3, 2 / 3], abs=0.06)
    assert longdouble.startswith("longdouble ")


@pytest.mark.parametrize(
    ("like", "said"),
    [
        ("float64", "longdouble is the same as float64 on this machine: eps is 2.22e-16 in both."),
        ("float32", "longdouble has eps = 1.19e-07 on this machine; on others it is the same as float64."),
    ],
)
def test_what_longdouble_is_follows_from_the_machine(by_type, monkeypatch, like, said):
    real = np.finfo
    monkeypatch.setattr(np, "finfo", lambda name: real(like if str(name) == "longdouble" else name))
    assert by_type.remarks()[-1] == said


def test_reverse_mode_is_as_right_as_its_type(by_type):
    for name in ("float16", "float32", "float64", "longdouble"):
        assert by_type[name].flat["reverse"] <= float(np.finfo(name).eps)


def test_types_are_named_alike_on_every_machine():
    sweep = dk.error_sweep("x^2", 1.0, "central", FEW, np.longdouble)
    assert sweep.dtype == "longdouble"
    assert list(dk.error_sweep("x^2", 1.0, "central", FEW, [np.float32, float])) == ["float32", "float64"]


@pytest.mark.parametrize(
    ("dtype", "error", "said"),
    [
        ([], ArgumentsError, "no dtype is given; write float16, float32, float64 or longdouble"),
        (["float32", "int8"], ArgumentsError, "dtype is int8; write float16, float32, float64 or longdouble"),
        ("float33", ArgumentsError, "dtype is 'float33'; write float16, float32"),
        ("float16", DomainError, "x = 1000000.0 is not finite in float16; choose a wider type"),
    ],
)
def test_what_is_no_type_or_holds_no_such_point_is_one_sentence(dtype, error, said):
    with pytest.raises(error, match=said):
        dk.error_sweep("sin(x)", 1e6, "central", dtype=dtype)


def test_title_and_table_tell_the_types(by_type):
    (title,) = by_type.title()
    assert "x = 1.0    error of the derivative in float16, float32, float64 and longdouble" in title
    (table,) = by_type.tables()
    assert [row[0] for row in table.rows] == [name for name in TYPES for _ in range(3)]
    row = next(row for row in table.rows if row[0] == "float64" and row[2] == "central")
    assert row[1] == "2.22e-16"
    assert 10 < float(row[-1]) < 12


def test_the_point_in_the_title_is_the_one_of_the_finest_type():
    sweeps = dk.error_sweep("sin(x)", 0.7, "central", FEW, ["float64", "float32"])
    assert "x = 0.7 " in sweeps.title()[0]


def test_functions_have_their_reason_and_the_remark_says_how_far_apart_they_are(by_function):
    assert (by_function.by, list(by_function), by_function.why) == ("function", ["slow", "fast"], {})
    (_, central) = by_function.remarks()
    best = {name: by_function[name].best["central"][0] for name in by_function}
    assert best["fast"] < best["slow"] / 10
    assert f"{best['fast']:.2e} (fast) to {best['slow']:.2e} (slow)" in central


def test_of_the_catalogue_the_reason_is_told():
    sweeps = dk.studies.sweeps("sine, pole", "central", [1e-6, 1e-5])
    assert (
        sweeps.remarks()[-1]
        == "pole: A stencil wider than 0.001 straddles the pole and answers with confidence."
    )
    assert sweeps.title() == ["error of the derivative of 2 functions in float64"]
    assert sweeps.tables()[0].rows[1][:3] == ("pole", "1/x at 0.001", "central")


def test_the_dictionary_is_json_and_the_csv_has_a_line_a_sweep_and_step(by_function):
    data = json.loads(json.dumps(by_function.to_dict(), allow_nan=False))
    assert (data["schema"], data["by"]) == ("diffkit.sweeps/1", "function")
    assert data["sweeps"]["fast"] == json.loads(json.dumps(by_function["fast"].to_dict()))
    head, *lines = csv.reader(io.StringIO(by_function.csv()))
    assert head[:3] == ["function", "h", "forward total"]
    assert len(lines) == sum(len(sweep.steps) for sweep in by_function.values())
    assert {line[0] for line in lines} == {"slow", "fast"}


def test_it_tells_which_type_and_method_comes_next():
    said = []
    dk.error_sweep(
        "sin(x)", 1.0, ["forward", "central"], FEW, ["float32", "float64"], tell=lambda *t: said.append(t)
    )
    assert [what.split(":")[0] for what, _, _ in said][:: len(said) - 1] == ["float32", "float64"]
    done = [done / of for _, done, of in said]
    assert done == sorted(done)
    assert done[0] == 0 <= done[-1] < 1
