"""What a sweep's numbers are called, and what is said of them; how they are found is in test_error_sweep."""

import math
from dataclasses import replace

import numpy as np
import pytest

import diffkit as dk


@pytest.fixture(scope="module")
def sweep():
    return dk.error_sweep("exp(x)", 1.0, ["forward", "central"], 10.0 ** np.arange(-12.0, 0.0))


def test_what_belongs_to_a_curve_is_also_a_mapping_by_method(sweep):
    for name in ("total", "truncation", "rounding", "best", "predicted", "slope"):
        assert getattr(sweep, name) == {m: getattr(c, name) for m, c in sweep.curves.items()}


def test_the_table_has_a_row_a_decade_from_the_longest_step(sweep):
    by_step, summary = sweep.tables()
    assert by_step.columns == ("error at h", "forward", "central")
    assert [row[0] for row in by_step.rows] == [f"1.00e-{k:02d}" for k in range(1, 13)]
    assert [row[0] for row in summary.rows] == ["forward", "central"]


@pytest.mark.parametrize(
    ("model", "power"), [(lambda h: 1 / h, 1), (lambda h: h**-2, 2), (lambda h: 0 * h + 1, 0)]
)
def test_the_power_of_rounding_is_read_off_its_model(sweep, model, power):
    curve = replace(sweep["central"], model_rounding=model(sweep.steps))
    assert sweep.power_of_rounding(curve) == power


def test_without_a_rounding_error_the_power_is_the_order(sweep):
    curve = replace(sweep["central"], model_rounding=np.zeros(len(sweep.steps)))
    assert sweep.power_of_rounding(curve) == sweep.order


def test_a_slope_that_is_unknown_is_a_dash(sweep):
    told = replace(sweep, curves={"central": replace(sweep["central"], slope=math.nan)})
    assert told.tables()[1].rows[0][2] == "-"
