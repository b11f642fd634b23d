"""Work shared out: the same results, whoever does it."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from diffkit.errors import OptionError
from diffkit.studies.workers import finished

ITEMS = [4.0, 9.0, 16.0]


@pytest.mark.parametrize("workers", [None, 1, np.int64(1), map, 2])
def test_the_results_are_those_of_map(workers):
    assert sorted(finished(math.sqrt, ITEMS, workers)) == [2.0, 3.0, 4.0]


def test_threads_may_do_it():
    with ThreadPoolExecutor() as threads:
        assert sorted(finished(lambda x: x + 1, ITEMS, threads.map)) == [5.0, 10.0, 17.0]


def test_each_result_is_there_before_the_next_is_begun():
    begun = []
    results = finished(lambda item: begun.append(item) or item, ITEMS)
    assert next(results) == 4.0
    assert begun == [4.0]


@pytest.mark.parametrize("workers", [0, -2, 1.5, True, "two"])
def test_workers_that_are_none_are_refused(workers):
    with pytest.raises(OptionError, match=r"workers=.*: write a number of processes, -1 for one each core"):
        list(finished(math.sqrt, ITEMS, workers))


def test_what_cannot_be_sent_is_told_before_a_process_is_begun():
    with pytest.raises(
        OptionError, match=r"workers=2 sends each problem to another process.*by def at the top"
    ):
        list(finished(math.sqrt, [lambda: 1, 2], 2))


def test_of_nothing_there_are_no_results():
    assert list(finished(math.sqrt, [], 2)) == []
