"""What a twin owes: SciPy's values, and derivatives in both modes that SciPy's differences confirm."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jvp


def flat(y):
    parts = y if isinstance(y, tuple) else (y,)
    return np.concatenate([np.ravel(p) for part in parts for p in (np.real(part), np.imag(part))])


@pytest.fixture
def check_twin():
    """check(ours, theirs, *args): same values and shapes; slopes of both modes, and of the gradient."""

    def check(ours, theirs, *args):
        rng = np.random.default_rng(1)
        dots = tuple(rng.normal(size=a.shape) for a in args)
        weights = rng.normal(size=flat(theirs(*args)).shape)
        h = 1e-5  # a central difference: truncation h^2, rounding eps / h, both near 1e-10
        slope = lambda g: (g(h) - g(-h)) / (2 * h)
        moved = lambda t: [a + t * d for a, d in zip(args, dots, strict=True)]
        f = lambda *x: np.sum(np.sin(flat(ours(*x))) * weights)
        gradient = grad(f, argnums=range(len(args)))

        value, y_dot = jvp(lambda *x: flat(ours(*x)), args, dots)
        right = slope(lambda t: flat(theirs(*moved(t))))
        np.testing.assert_allclose(value, flat(theirs(*args)), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(y_dot, right, rtol=1e-7, atol=1e-8)
        inner = sum(np.sum(bar * dot) for bar, dot in zip(gradient(*args), dots, strict=True))
        assert inner == pytest.approx(slope(lambda t: f(*moved(t))), rel=1e-7, abs=1e-8)
        for i, found in enumerate(jvp(gradient, args, dots)[1]):
            second = slope(lambda t, i=i: gradient(*moved(t))[i])
            np.testing.assert_allclose(found, second, rtol=1e-6, atol=1e-7)

    return check
