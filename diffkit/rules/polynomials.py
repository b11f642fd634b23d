"""The derivative of the roots of a polynomial.

Letters: `y` the roots, `p` the coefficients, highest power first, `p_dot` a tangent, `y_bar` a cotangent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diffkit.example import Array, example
from diffkit.rules.declare import array_rule


def _push_roots(p_dot: Any, y: Any, p: Any) -> Any:
    # p(y) = 0 stays so: p_dot(y) + p'(y) y_dot = 0
    return -np.polyval(p_dot, y) / np.polyval(np.polyder(p), y)


def _pull_roots(y_bar: Any, y: Any, p: Any) -> Any:
    return -np.matmul(y_bar / np.polyval(np.polyder(p), y), np.vander(y, np.size(p)))


array_rule(
    np.roots,
    (_push_roots, _pull_roots),
    examples=[example(Array(4)), example(Array(3, made=lambda p: p * np.array([1.0, 9.0, 1.0])))],
)
