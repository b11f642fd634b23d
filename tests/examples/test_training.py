"""The examples of training again: the whole path, by every exact method and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from diffkit.examples.training import EXACT
from diffkit.studies import TASKS, train


def test_32_on_a_parabola_each_epoch_leaves_four_tenths():
    found = train("x^2", 5.0, rate=0.3, epochs=15)
    assert found.points.ravel() == pytest.approx([5 * 0.4**k for k in range(16)], rel=1e-14)


@pytest.mark.parametrize("method", EXACT)
def test_32_the_path_is_that_of_the_derivative_written_by_hand(method):
    by_hand = train("x^2", 5.0, rate=0.3, epochs=15, gradient=lambda x: 2 * x)
    assert by_hand.method == "by hand"
    found = train("x^2", 5.0, rate=0.3, epochs=15, method=method)
    np.testing.assert_allclose(found.points, by_hand.points, rtol=1e-14)


@pytest.mark.parametrize("method", EXACT)
def test_33_the_quartics_path_begins_alike_with_every_exact_method(method):
    quartic = TASKS["quartic"].f
    by_hand = train(quartic, 5.0, rate=0.001, epochs=60, gradient=lambda x: 8 * x**3 - 6 * x + 2)
    found = train(quartic, 5.0, rate=0.001, epochs=60, method=method)
    np.testing.assert_allclose(found.points, by_hand.points, rtol=1e-13)
