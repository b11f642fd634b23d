"""Powers of steps: those of Python, NumPy and mpmath, with inf for an overflow."""

import mpmath
import numpy as np
import pytest

from diffkit.numerical.powers import to_the


@pytest.mark.parametrize("h", [0.3, np.float32(0.3), np.array([0.3, -2.0]), mpmath.mpf("0.3"), 3])
def test_a_power_is_the_product_in_the_same_arithmetic(h):
    assert to_the(h, 0) == 1
    assert to_the(h, 1) is h
    for q in (2, 3, 4):
        product = h
        for _ in range(q - 1):
            product = product * h
        assert type(to_the(h, q)) is type(product)
        assert np.allclose(np.asarray(to_the(h, q), float), np.asarray(product, float), rtol=1e-6)


@pytest.mark.parametrize(("h", "q", "power"), [(1e200, 2, np.inf), (-1e200, 2, np.inf), (-1e200, 3, -np.inf)])
def test_an_overflow_is_infinite_as_numpy_has_it(h, q, power):
    assert to_the(h, q) == power
    with np.errstate(over="ignore"):
        assert np.float64(h) ** q == power
