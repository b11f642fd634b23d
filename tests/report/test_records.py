"""What a figure reads is what a study measures: every attribute of the Protocols, on a real sweep."""

from __future__ import annotations

from typing import Any, get_origin, get_type_hints

import numpy as np
import pytest

from diffkit.report import records
from diffkit.studies import error_sweep

METHODS = ("forward", "central", "complex-step")
STEPS = np.logspace(-12, 0, 49)


def promised(protocol: type) -> dict[str, type]:
    """The attributes that a Protocol names, and the class of each value."""
    hints = {
        name: get_type_hints(attribute.fget)["return"]
        for name, attribute in vars(protocol).items()
        if isinstance(attribute, property)
    }
    # From NumPy 2.5 on NDArray is a type alias, and its value the array.
    meant = {name: getattr(hint, "__value__", hint) for name, hint in hints.items()}
    return {name: get_origin(hint) or hint for name, hint in meant.items()}


@pytest.fixture(scope="module")
def real() -> Any:
    """log(x) at 0.01 has no value at the long steps of a central difference, and no exact float."""
    return error_sweep("log(x)", 0.01, METHODS, STEPS)


def test_the_protocols_name_what_figures_read() -> None:
    assert len(promised(records.Curve)) == 11
    assert len(promised(records.Sweep)) == 8


@pytest.mark.parametrize(("name", "kind"), promised(records.Sweep).items(), ids=promised(records.Sweep))
def test_a_real_sweep_has_every_attribute_in_its_type(real: Any, name: str, kind: type) -> None:
    assert isinstance(getattr(real, name), kind)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "kind"), promised(records.Curve).items(), ids=promised(records.Curve))
def test_a_real_curve_has_every_attribute_in_its_type(real: Any, method: str, name: str, kind: type) -> None:
    value = getattr(real.curves[method], name)
    assert isinstance(value, kind)
    if kind is np.ndarray:
        assert value.shape == real.steps.shape
    if kind is tuple:
        assert [type(part) for part in value] == [float, float]


def test_a_real_sweep_names_its_curves_and_its_level_lines_by_method(real: Any) -> None:
    assert tuple(real.curves) == METHODS
    assert set(real.flat) == {"reverse", "dual"}
    assert all(type(error) is float for error in real.flat.values())


def test_the_steps_of_a_real_sweep_ascend(real: Any) -> None:
    assert (np.diff(real.steps) > 0).all()


def test_a_real_curve_is_nan_exactly_where_f_has_no_value(real: Any) -> None:
    central = real.curves["central"]
    for part in (central.total, central.truncation, central.rounding, central.median):
        assert np.array_equal(np.isnan(part), STEPS >= 0.01)
    assert not np.isnan(real.curves["forward"].total).any()


def test_the_best_of_a_real_curve_is_the_least_of_its_median(real: Any) -> None:
    for curve in real.curves.values():
        step, error = curve.best
        assert error == np.nanmin(curve.median)
        assert curve.median[real.steps == step] == [error]


def test_there_is_no_slope_where_there_is_no_truncation_error() -> None:
    line = error_sweep("2*x", 1.0, ["central"], STEPS).curves["central"]
    assert not line.truncation.any()
    assert not line.model_truncation.any()
    assert np.isnan(line.slope)
    assert not np.isfinite(line.predicted[0])  # figures draw no tick then
