"""Memory: what is shared is known, and no two that live at once have the same buffer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffkit.autodiff.straight.kinds import Kind
from diffkit.autodiff.straight.storage import Buffers, Loop, Storages, Workspace

ARRAY = Kind(np.ndarray, (4,), np.dtype(float), True)
FLOAT = np.dtype(float)


def view_of(*slots):
    return Kind(np.ndarray, (4,), np.dtype(float), True, slots)


def test_a_view_lives_as_long_as_what_it_looks_into_and_keeps_it_alive():
    storages = Storages([ARRAY, ARRAY, view_of(1), view_of(2)], 1, {0: 1, 1: 2, 2: 3, 3: 9})
    assert storages.of[3] == {1}
    assert not storages.ends(1, 3)
    assert storages.ends(1, 9)
    assert not storages.ends(0, 9)  # an input is the caller's


def test_what_takes_memory_over_prolongs_its_life():
    storages = Storages([ARRAY, ARRAY, ARRAY], 1, {1: 2, 2: 7})
    assert storages.ends(1, 2)
    storages.take_over(2, 1)
    assert storages.of[2] == {1}
    assert not storages.ends(1, 6)


def test_what_takes_memory_over_takes_the_views_into_it_along():
    storages = Storages([ARRAY, ARRAY, ARRAY, view_of(2), ARRAY], 1, {1: 2, 2: 3, 3: 8, 4: 9})
    storages.take_over(2, 1)
    assert storages.of == [{0}, {1}, {1}, {1}, {4}]
    assert not storages.ends(1, 7)
    assert storages.ends(1, 8)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5)), min_size=1, max_size=30))
def test_what_lives_at_once_never_shares_a_buffer(wishes):
    buffers, living = Buffers(), {}
    for now, (size, length) in enumerate(wishes):
        for view in [view for view, until in living.items() if until < now]:
            buffers.give_back(view)
            del living[view]
        view = buffers.take((size,), FLOAT)
        assert buffers.views[view][0] not in {buffers.views[other][0] for other in living}
        living[view] = now + length
    made = buffers.made()
    assert [len(array) for array in made] == [size for size, _ in wishes]
    for view in living:
        made[view][:] = view
    assert all((made[view] == view).all() for view in living)


def test_memory_is_used_again():
    buffers = Buffers()
    for size in (100, 50, 100, 120):
        buffers.give_back(buffers.take((size,), FLOAT))
    assert buffers.sizes == [960]


def test_a_workspace_has_a_piece_of_scratch_for_each_block():
    buffers = Buffers()
    view = buffers.take((6,), FLOAT)
    work = Workspace(buffers, [Loop([slice(0, 6), slice(6, 10)], [view])])
    assert [(part, len(piece)) for part, piece in work.loops[0]] == [(slice(0, 6), 6), (slice(6, 10), 4)]
    assert np.shares_memory(work.loops[0][1][1], work.views[view])
