"""Processes that die: nothing that is finished is lost or comes twice, and what they died of is told."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest

from diffkit.errors import OptionError, WorkersError
from diffkit.studies import processes
from diffkit.studies.processes import by_processes

pytestmark = pytest.mark.slow  # each starts processes, which import for a second or two


def told(task, items, count=2):
    """The results, and of a lost item what is said."""
    each = {"parts": lambda item: [item], "lost": lambda item, said: (item, said)}
    return sorted(by_processes(task, items, count, **each), key=str)


def test_each_item_is_computed_once_and_the_processes_are_gone(mortal):
    assert told(mortal.square, [1, 2, 3, 4]) == [1, 16, 4, 9]
    assert told(mortal.square, []) == []
    assert multiprocessing.active_children() == []


def test_an_item_whose_process_is_killed_is_tried_again(mortal):
    with ThreadPoolExecutor() as killer:
        killer.submit(mortal.kill_held)
        found = by_processes(mortal.held, [5, 6], 2, parts=lambda item: [item, 10], lost=None)
        assert sum(found) == 5**2 + 6**2 + 10**2


@pytest.mark.parametrize(("name", "how"), [("deadly", "signal 9"), ("leaving", "exit code 3")])
def test_an_item_that_ends_its_process_twice_is_lost_and_says_how(mortal, name, how):
    assert told(getattr(mortal, name), [7]) == [(7, f"its process died twice ({how})")]


def test_only_the_parts_that_are_deadly_are_lost(mortal):
    found = by_processes(mortal.deadly_from_two, [3, 1], 2, parts=range, lost=lambda item, said: said)
    assert sorted(found, key=str) == [0, 1, 1, "its process died twice (signal 9)"]


def test_what_fails_there_is_one_sentence(mortal):
    with pytest.raises(OptionError, match=r"^workers=2 sends .* there one fails \(ValueError: no\): define"):
        told(mortal.failing, [1])


class Unreadable:
    """What can be pickled, and not read again."""

    def __reduce__(self):
        return int, ("no number",)


def test_what_cannot_be_read_there_is_one_sentence(mortal):
    with pytest.raises(OptionError, match=r"there one fails \(ValueError: invalid literal for int"):
        told(mortal.square, [Unreadable()])


def test_processes_that_never_begin_are_no_endless_loop(mortal, monkeypatch):
    monkeypatch.setattr(processes, "_serve", mortal.leaving)
    with pytest.raises(WorkersError, match=r"end before they begin \(exit code 3\): a script that asks for"):
        told(mortal.square, [1, 2, 3])


def test_who_asks_for_no_more_leaves_no_process_behind(mortal):
    found = by_processes(mortal.held, [1, 2], 2, parts=lambda item: [item], lost=None)
    assert next(found) in (1, 4)
    assert multiprocessing.active_children() != []
    found.close()
    assert multiprocessing.active_children() == []
