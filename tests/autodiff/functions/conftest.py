"""What every twin owes: SciPy's value, and derivatives in both modes that are right at both orders."""

import numpy as np
import pytest

from diffkit.autodiff import grad, jvp


def flat(y):
    parts = y if isinstance(y, tuple) else (y,)
    return np.concatenate([np.ravel(p) for part in parts for p in (np.real(part), np.imag(part))])


@pytest.fixture
def check_slopes():
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


@pytest.fixture
def check_twin(check_maps, program):
    """check(twin, original, example, accuracy): the twin against the original, at random operands."""

    def check(twin, original, shown, accuracy=1e-13):
        f, shapes = program(twin, shown)
        g, _ = program(original, shown)
        rng = np.random.default_rng(5)
        for _ in range(3):
            arrays = [rng.uniform(0.3, 1.3, shape)[()] for shape in shapes]
            found, expected = f(*arrays), g(*arrays)
            np.testing.assert_allclose(found, expected, rtol=accuracy, atol=1e-300)
            assert np.shape(found) == np.shape(expected)
        check_maps(f, *shapes)

    return check
