"""What every twin owes: SciPy's value, and derivatives in both modes that are right at both orders."""

import numpy as np
import pytest


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
