"""Polynomials: identities that hold for every coefficient."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jacobian, vjp

P = np.array([2.0, -3.0, 1.0])  # (2x - 1) (x - 1)


def test_the_derivative_of_a_value_by_its_point_is_the_value_of_the_derivative():
    assert grad(lambda x: np.polyval(P, x))(0.7) == pytest.approx(np.polyval(np.polyder(P), 0.7))


def test_the_derivative_by_a_coefficient_is_a_power():
    assert grad(lambda p: np.polyval(p, 3.0))(P).tolist() == [9.0, 3.0, 1.0]


def test_a_product_divided_by_a_factor_moves_with_the_other_only():
    found = jacobian(lambda p: np.polydiv(np.polymul(p, [1.0, 2.0]), [1.0, 2.0])[0])(P)
    assert found == pytest.approx(np.eye(3), abs=1e-15)


def test_a_line_through_points_moves_with_each_of_them():
    # slope = sum((x - 1) y) / 2 and height = mean(y) - slope for x = 0, 1, 2
    found = jacobian(lambda y: np.polyfit([0.0, 1.0, 2.0], y, 1))(P)
    assert found == pytest.approx(np.array([[-1 / 2, 0, 1 / 2], [5 / 6, 1 / 3, -1 / 6]]), abs=1e-15)


@pytest.mark.parametrize("options", [{}, {"full": True}, {"cov": True}, {"cov": "unscaled"}, {"rcond": 1e-3}])
@pytest.mark.parametrize("y", [np.array([1.0, 0, 2, 1, 5]), np.arange(10.0).reshape(5, 2) ** 2], ids=np.shape)
def test_a_fit_has_numpys_answers(y, options):
    f = lambda y: np.polyfit([0, 1, 2, 3, 5], y, 2, w=[1, 2, 1, 1, 3], **options)
    found, right = (
        [answer] if not options or "rcond" in options else answer for answer in (vjp(f, y)[0], f(y))
    )
    for ours, numpys in zip(found, right, strict=True):
        assert np.shape(ours) == np.shape(numpys)
        np.testing.assert_allclose(ours, numpys, rtol=1e-12, atol=1e-14)


def test_the_spread_of_a_fit_through_as_many_points_as_coefficients_is_refused():
    with pytest.raises(ValueError, match="must exceed order"):
        jacobian(lambda y: np.polyfit([0.0, 1.0, 2.0], y, 2, cov=True)[1])(P)
