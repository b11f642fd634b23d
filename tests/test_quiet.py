"""Warnings in a block: its own inside, the caller's afterwards, in any number of threads."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from diffkit.quiet import warnings_in_a_block


def test_inside_they_are_ignored_or_errors_and_afterwards_as_before():
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with warnings_in_a_block("ignore"):
            warnings.warn("inside", stacklevel=1)
        with warnings_in_a_block("error", DeprecationWarning):
            warnings.warn("another", stacklevel=1)
            with pytest.raises(DeprecationWarning):
                warnings.warn("mine", DeprecationWarning, stacklevel=1)
        warnings.warn("after", stacklevel=1)
    assert [str(w.message) for w in heard] == ["another", "after"]


def test_an_inner_block_counts_until_it_ends():
    with warnings_in_a_block("error"):
        with warnings_in_a_block("ignore"):
            warnings.warn("inner", stacklevel=1)
        with pytest.raises(UserWarning, match="outer"):
            warnings.warn("outer", stacklevel=1)


def test_after_an_error_the_filters_are_as_before():
    before, copy = warnings.filters, list(warnings.filters)
    with pytest.raises(KeyError), warnings_in_a_block("ignore"):
        raise KeyError
    assert warnings.filters is before
    assert warnings.filters == copy


def test_blocks_that_overlap_in_two_threads_leave_nothing_behind():
    before, copy = warnings.filters, list(warnings.filters)
    inside, entered, left = threading.Event(), threading.Event(), threading.Event()

    def first():
        with warnings_in_a_block("error"):
            inside.set()
            entered.wait(10)
        left.set()

    def second():
        inside.wait(10)
        with warnings_in_a_block("ignore"):
            entered.set()
            left.wait(10)  # the block that was entered first has ended first
            warnings.warn("still inside", stacklevel=1)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(first), pool.submit(second)]:
            done.result()
    assert warnings.filters is before
    assert warnings.filters == copy
