"""The examples of automatic differentiation again: by every method, and by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.examples.automatic import nodes, product, survey
from diffkit.families import FAMILIES

FEW_ULPS = {"rtol": 4 * 2.0**-52, "atol": 0.0}
EXACT = ["complex-step", "symbolic", "dual", "reverse"]


@pytest.mark.parametrize("method", EXACT)
def test_15_the_gradient_of_a_sum_times_z_and_of_its_parts(method: str) -> None:
    assert dk.gradient(product, 1, -2, 3, method=method) == (3.0, 3.0, -1.0)
    assert dk.gradient(lambda x, y: x + y, 1, -2, method=method) == (1.0, 1.0)  # da/dx, da/dy
    assert dk.gradient(lambda a, z: a * z, -1, 3, method=method) == (3.0, -1.0)  # df/da, df/dz


@pytest.mark.parametrize("method", ["symbolic", "dual", "reverse"])
def test_16_the_gradient_and_the_hessian_of_the_node_example(method: str) -> None:
    f = lambda v: v[0] ** 2 * v[1] + v[1] + 2
    assert dk.gradient(f, [3.0, 4.0], method=method).tolist() == [24.0, 10.0]
    assert dk.hessian(f, [3.0, 4.0], method=method).tolist() == [[8.0, 6.0], [6.0, 0.0]]
    by_name = {"x": {"x": 8.0, "y": 6.0}, "y": {"x": 6.0, "y": 0.0}}
    assert dk.hessian("x^2*y + y + 2", {"x": 3, "y": 4}, method=method) == by_name


@pytest.mark.parametrize(
    ("method", "within"),
    [
        # f is about 42; the step of each method balances h against 42 eps / h^2, or h^2 or h^4 against it.
        ("forward", 1e-2),
        ("backward", 1e-2),
        ("central", 1e-5),
        ("richardson", 1e-8),
        ("complex-step", 1e-8),
    ],
)
def test_16_the_hessian_of_the_node_example_by_differences(method: str, within: float) -> None:
    found = dk.hessian(lambda v: nodes(v[0], v[1]), [3.0, 4.0], method=method)
    np.testing.assert_allclose(found, [[8, 6], [6, 0]], atol=within)


@pytest.mark.parametrize("method", EXACT)
def test_18_the_gradient_of_the_trace_example(method: str) -> None:
    found = dk.gradient(survey, 2.0, 5.0, method=method)
    np.testing.assert_allclose(found, (5.5, 1.7163378145367738), **FEW_ULPS)


@pytest.mark.parametrize("method", ["complex-step", "dual"])
@pytest.mark.parametrize("point", [(0.5, 0.5), (1.2, 0.5), (0.0, 0.0)])
def test_19_the_loop_has_the_same_gradient_by_every_method(method: str, point: tuple[float, float]) -> None:
    loop: Any = FAMILIES["loop"].make(100)
    found, reverse = (dk.gradient(loop, *point, method=name) for name in (method, "reverse"))
    # A hundred steps pile up about a hundred roundings.
    np.testing.assert_allclose(found, reverse, rtol=100 * 2.0**-52)


@pytest.mark.parametrize("method", EXACT)
def test_20_the_higher_derivatives_of_powers(method: str) -> None:
    near = 1e-5 if method == "complex-step" else 1e-15  # it takes higher orders by differences
    assert dk.derivative("x^2", 3.0, method, order=2) == pytest.approx(2.0, rel=near)
    assert dk.derivative("x^3", 3.0, method, order=3) == pytest.approx(6.0, rel=near)
