"""Where it matters whether a number is Python's float or NumPy's float64."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.views.classes import python_numbers

SINGLE = np.ones(2, np.float32)


@pytest.mark.parametrize(
    ("f", "point", "matters"),
    [
        (lambda x, y: np.log(x) + x * y, (1.0, 2.0), False),
        (lambda x: np.sum(np.sin(x) ** 2), (np.ones(3),), False),
        (lambda x: np.sum(np.ones(3) * x), (np.ones(3),), False),
        (lambda x: np.sin(x) * SINGLE, (0.5,), True),
        (lambda x: x * 1j, (0.5,), True),
        (lambda x, a: x * a, (0.5, np.ones(3)), True),  # in single precision, x being double
        (lambda a: a / np.sum(a * np.ones(3)), (np.ones(3),), True),
        (lambda a: np.linalg.cholesky(a), (np.eye(2),), False),
        (lambda a: np.linalg.cholesky(-a)[0, 0], (-np.eye(2),), True),  # where nothing can be known
    ],
)
def test_it_matters_where_a_double_meets_single_precision_or_becomes_complex(f, point, matters):
    assert (python_numbers(dk.record(f, *point)) is not None) == matters
