"""What a graph does without: zeros, ones and double signs; nothing else moves."""

from __future__ import annotations

import pytest
import sympy

from diffkit.symbolic.pool import Pool, in_order
from diffkit.symbolic.trim import Trim

pool = Pool()
x, y = map(pool.term, sympy.symbols("x y"))


@pytest.mark.parametrize(
    ("u", "trimmed"),
    [
        (0 + x, x), (x + 0, x), (0 * x, pool.term(0)), (x * 0 + y, y), (1 * x, x), (x * 1, x), (-1 * x, -x),
        (-1 * -x, x), ((-x) * y, -(x * y)), (x * -y, -(x * y)), ((-x) * (-y), x * y), (x**1, x),
        (x**pool.term(0), pool.term(1)), (pool.term(2) * 3, pool.term(6)), (pool.term(2) + 3, pool.term(5)),
        ((x + 0) * (y * 1) + 0 * x, x * y), (x * x, x * x), (x + x, x + x), (2 * (3 * x), 2 * (3 * x)),
        (1 / (1 * x), 1 / x), ((0 * x + y).call(sympy.sin, 0 * x + y), y.call(sympy.sin, y)),
    ],
    ids=str,
)  # fmt: skip
def test_what_changes_nothing_is_left_out(u, trimmed):
    assert Trim(pool)(u).node is trimmed.node


def test_a_shared_product_stays_shared():
    u = x
    for _ in range(50):
        u = u * u * 1
    assert len(in_order([Trim(pool)(u).node])) == 51


def test_what_is_kept_stays_as_it_is_written():
    trim, written = Trim(pool), x * 1 + 0
    trim.keep(written)
    assert trim(0 + written * 1).node is written.node
