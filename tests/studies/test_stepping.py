"""What slides with the step: the numbers of the study itself, or of its f swept anew."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest

import diffkit as dk
from diffkit.studies.portrait import Missing
from diffkit.studies.secants import secants
from diffkit.studies.stepping import MOST, positions, stepping


def test_a_sweep_slides_by_itself():
    sweep = dk.error_sweep("exp(x)", 1.0, steps=np.logspace(-12, 0, 13))
    found = stepping(sweep)
    assert found.sweep is sweep
    assert (found.comparison, found.secants) == (None, None)
    assert positions(found).tolist() == sweep.steps.tolist()


def test_there_are_so_many_positions_as_one_carries_along_and_the_largest_step_is_one():
    sweep = dk.error_sweep("exp(x)", 1.0, "central")
    assert len(sweep.steps) > 300
    assert 30 < len(positions(stepping(sweep))) <= MOST
    assert positions(stepping(sweep))[-1] == 1.0


@pytest.mark.parametrize(
    ("study", "methods"),
    [
        (lambda: dk.compare("t^2", 3.0, methods="reverse"), ["forward", "central", "richardson"]),
        (lambda: secants("x^2", 3.0), ["forward", "backward", "central"]),
    ],
)
def test_a_comparison_and_secants_are_swept_at_their_point(study, methods):
    found = stepping(study())
    assert list(found.secants.lines) == list(found.sweep.curves) == methods
    assert (found.secants.x, found.sweep.exact) == (3.0, 6.0)
    h, line = found.secants.steps[-1], found.secants.lines["forward"][-1]
    assert line.slope == pytest.approx(6 + h, rel=1e-12)


def test_a_higher_derivative_is_swept_as_such():
    found = stepping(dk.compare("x^3", 2.0, methods="reverse", order=2))
    assert (found.sweep.exact, found.sweep.order) == (12.0, 2)


def test_a_black_box_has_secants_and_no_errors():
    found = stepping(dk.compare(lambda x: float(x) ** 2, 3.0, methods="central"))
    assert isinstance(found.sweep, Missing)
    assert found.secants.value == 9.0


@pytest.mark.parametrize(
    "study",
    [
        lambda: dk.compare("x*y", {"x": 1.0, "y": 2.0}, methods="reverse"),
        lambda: dk.compare(np.sum, np.ones(3), methods="reverse"),
        lambda: dk.check_gradient("x^2", 3.0, gradient="2*x"),
        lambda: pickle.loads(pickle.dumps(dk.compare(lambda x: x**2, 1.0, methods="reverse"))),
    ],
)
def test_what_has_no_single_step_does_not_slide(study):
    assert stepping(study()) is None


def test_a_slow_function_is_not_asked_a_thousand_times():
    calls = []

    def slow(x):
        calls.append(x)
        time.sleep(0.003)
        return x * x

    study = secants(slow, 1.0, steps=[0.1])
    before = len(calls)
    assert stepping(study) is None
    assert len(calls) == before + 3
