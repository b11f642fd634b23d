"""Orthogonal polynomials and Legendre functions by their argument (DLMF 14.10, 18.9), of any real degree.

The slope of one is another of a degree less, so the end points of the interval need no care; the degree
and the parameters have no closed derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sc

from diffkit.rules.declare import elementwise

DEGREES = (0, 1, 3)
BY_X = [(n, (-0.9, 0.9)) for n in DEGREES]
WITH_SHAPE = [(n, 1.5, (-0.9, 0.9)) for n in DEGREES]
WITH_SHAPES = [(n, 2.5, 1.5, (0.1, 0.9)) for n in DEGREES]


def _lower(n: Any) -> Any:
    """n - 1, and 0 for n = 0, where its factor n is 0."""
    return np.maximum(n - 1, 0)


# fmt: off
elementwise(sc.eval_legendre,    None, lambda y, n, x: (n + 1) / 2 * sc.eval_jacobi(n - 1, 1.0, 1.0, x),
            domain=BY_X)
elementwise(sc.eval_chebyt,      None, lambda y, n, x: n * sc.eval_chebyu(n - 1, x), domain=BY_X)
elementwise(sc.eval_chebyu,      None, lambda y, n, x: 2 * sc.eval_gegenbauer(n - 1, 2.0, x), domain=BY_X)
elementwise(sc.eval_chebyc,      None, lambda y, n, x: n * sc.eval_chebys(n - 1, x), domain=BY_X)
elementwise(sc.eval_chebys,      None, lambda y, n, x: sc.eval_gegenbauer(n - 1, 2.0, x / 2), domain=BY_X)
elementwise(sc.eval_hermite,     None, lambda y, n, x: 2 * n * sc.eval_hermite(_lower(n), x), domain=BY_X)
elementwise(sc.eval_hermitenorm, None, lambda y, n, x: n * sc.eval_hermitenorm(_lower(n), x), domain=BY_X)
elementwise(sc.eval_laguerre,    None, lambda y, n, x: -sc.eval_genlaguerre(n - 1, 1.0, x), domain=BY_X)
elementwise(sc.eval_genlaguerre, None, None, lambda y, n, a, x: -sc.eval_genlaguerre(n - 1, a + 1, x),
            domain=WITH_SHAPE)
elementwise(sc.eval_gegenbauer,  None, None, lambda y, n, a, x: 2 * a * sc.eval_gegenbauer(n - 1, a + 1, x),
            domain=WITH_SHAPE)
elementwise(sc.eval_jacobi,      None, None, None,
            lambda y, n, a, b, x: (n + a + b + 1) / 2 * sc.eval_jacobi(n - 1, a + 1, b + 1, x),
            domain=WITH_SHAPES)
# Shifted: of 2x - 1
elementwise(sc.eval_sh_legendre, None, lambda y, n, x: (n + 1) * sc.eval_jacobi(n - 1, 1.0, 1.0, 2 * x - 1),
            domain=BY_X)
elementwise(sc.eval_sh_chebyt,   None, lambda y, n, x: 2 * n * sc.eval_chebyu(n - 1, 2 * x - 1), domain=BY_X)
elementwise(sc.eval_sh_chebyu,   None, lambda y, n, x: 4 * sc.eval_gegenbauer(n - 1, 2.0, 2 * x - 1),
            domain=BY_X)
elementwise(sc.eval_sh_jacobi,   None, None, None, lambda y, n, p, q, x: _sh_jacobi_partial(n, p, q, x),
            domain=WITH_SHAPES)
# (1 - x^2) P' = (v + m) P_(v-1) - v x P: the sign of (-1)^m is the same on both sides
elementwise(sc.lpmv,             None, None,
            lambda y, m, v, x: ((v + m) * sc.lpmv(m, v - 1, x) - v * x * y) / ((1 - x) * (1 + x)),
            domain=[(m, v, (-0.9, 0.9)) for m, v in ((0, 2.0), (1, 2.5), (2, 3.0))])
# fmt: on


def _sh_jacobi_partial(n: Any, p: Any, q: Any, x: Any) -> Any:
    """Of P_n^(p-q, q-1)(2x - 1) / binom(2n + p - 1, n)."""
    return (n + p) * sc.eval_jacobi(n - 1, p - q + 1, q, 2 * x - 1) / sc.binom(2 * n + p - 1, n)
