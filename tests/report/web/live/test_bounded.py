"""Work within time: answered, stopped, or refused; and the next is answered."""

from __future__ import annotations

import importlib
import sys
import threading
import time

import mpmath
import pytest

from diffkit.report.web.live.bounded import BusyError, GoneError, LateError, Worker


def for_ever():
    while True:
        pass


def for_ever_whatever_happens():
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


def deaf(ends):
    """What lets nothing stop it, until the test does."""

    def task():
        while not ends.is_set():
            try:
                while not ends.is_set():
                    time.sleep(0.001)
            except BaseException:
                continue

    return task


def computing():
    return [t for t in threading.enumerate() if t.name == "diffkit explore: computing"]


def test_an_answer_is_handed_on_and_so_is_what_was_raised():
    worker = Worker()
    assert worker.run(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        worker.run(lambda: 1 / 0)
    assert worker.run(lambda: 43) == 43
    assert not computing()


@pytest.mark.parametrize("task", [for_ever, for_ever_whatever_happens])
def test_a_loop_for_ever_is_stopped_in_time_and_leaves_no_thread(task):
    worker = Worker(seconds=0.1)
    with pytest.raises(LateError, match=r"it took longer than 0\.1 s and was stopped"):
        worker.run(task)
    assert not computing()
    assert worker.run(lambda: 42) == 42


def test_what_nobody_waits_for_is_stopped():
    begun = threading.Event()

    def task():
        begun.set()
        for_ever()

    with pytest.raises(GoneError):
        Worker(seconds=60).run(task, wanted=lambda: not begun.is_set())
    assert not computing()


def test_a_task_that_does_not_let_go_is_left_behind_and_of_those_there_may_be_few():
    ends, worker = threading.Event(), Worker(seconds=0.05, most_left=1, grace=0.05)
    try:
        for _ in range(2):
            with pytest.raises(LateError):
                worker.run(deaf(ends))
        with pytest.raises(BusyError, match="2 computations do not stop; end diffkit explore with Ctrl-C"):
            worker.run(lambda: 42)
    finally:
        ends.set()
    for thread in computing():
        thread.join(5)
    assert worker.run(lambda: 42) == 42


def test_an_answer_during_which_a_thread_that_was_left_behind_ended_is_computed_again():
    ends, worker, asked = threading.Event(), Worker(seconds=0.05, grace=0.05), []
    with pytest.raises(LateError):
        worker.run(deaf(ends))
    (left,) = computing()
    worker.seconds = 60

    def task():
        asked.append(mpmath.mp.prec)
        ends.set()
        left.join(5)

    worker.run(task)
    assert asked == [53, 53]


def test_one_task_at_a_time_and_only_some_may_wait():
    worker, go, order = Worker(seconds=60, most_waiting=2), threading.Event(), []

    def task(name):
        order.append(f"{name} begins")
        go.wait(10)
        order.append(f"{name} ends")

    threads = [threading.Thread(target=worker.run, args=(lambda i=i: task(i),)) for i in range(3)]
    for thread in threads:
        thread.start()
    while worker._waiting < 2:
        time.sleep(0.01)
    worker.most_waiting = 1
    with pytest.raises(BusyError, match="1 others wait"):
        worker.run(lambda: 42)
    go.set()
    for thread in threads:
        thread.join(10)
    assert [words.split()[1] for words in order] == ["begins", "ends"] * 3


def test_precision_that_a_stopped_task_has_left_is_not_that_of_the_next():
    worker = Worker()
    old = mpmath.mp.prec
    try:
        mpmath.mp.prec = 999
        assert worker.run(lambda: mpmath.mp.prec) == 53
    finally:
        mpmath.mp.prec = old


def test_an_import_comes_to_its_end_before_it_is_stopped(tmp_path, monkeypatch):
    """Stopped half-way it would keep its lock, and the next to import would wait for ever."""
    (tmp_path / "diffkit_slow_module.py").write_text("import time\nfor _ in range(50): time.sleep(0.01)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def task():
        importlib.import_module("diffkit_slow_module")
        for_ever()

    worker = Worker(seconds=0.1, grace=20)
    with pytest.raises(LateError):
        worker.run(task)
    assert sys.modules.pop("diffkit_slow_module").time is time


def test_a_stop_that_nobody_could_pass_on_is_asked_for_again_and_not_shown(capsys):
    class Slow:
        def __del__(self):
            for_ever()

    def task():
        Slow()  # it is stopped while it is taken apart
        for_ever()

    with pytest.raises(LateError):
        Worker(seconds=0.1, grace=20).run(task)
    assert capsys.readouterr().err == ""
