"""Blocks whose sums add up to the bits of NumPy's sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.autodiff.straight.cuts import cuts, numpy_adds_halves, total


@pytest.fixture(scope="module", autouse=True)
def one_buffer():
    """NumPy 2.2 adds buffer after buffer, and by halves what one buffer holds."""
    before = np.getbufsize() if numpy_adds_halves() else np.setbufsize(1 << 20)
    yield
    np.setbufsize(before)


def test_numpy_adds_a_long_array_by_its_halves_from_2_3_on():
    assert numpy_adds_halves() == (np.lib.NumpyVersion(np.__version__) >= "2.3.0")


@given(st.integers(0, 5000), st.integers(16, 400))
def test_blocks_follow_each_other_and_none_is_too_long(size, block):
    parts = cuts(size, block)
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == size
    assert all(part.stop - part.start <= block for part in parts)


@given(st.integers(1, 40_000), st.integers(128, 9000), st.integers(0, 9))
def test_the_sums_of_blocks_add_up_to_the_bits_of_numpys_sum(size, block, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=size) * 10.0 ** rng.integers(-8, 9, size)
    assert total([np.add.reduce(x[part]) for part in cuts(size, block)], size, block) == np.sum(x)


@pytest.mark.parametrize("shape", [(300, 700), (3, 5, 4001)])
def test_so_do_those_of_a_matrix_in_reading_order(shape):
    x = np.random.default_rng(0).normal(size=shape)
    assert total([np.add.reduce(x.reshape(-1)[part]) for part in cuts(x.size)], x.size) == np.sum(x)
