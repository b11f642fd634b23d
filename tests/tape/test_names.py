"""The names of rows are those that the program's own variables have while it runs."""

from __future__ import annotations

import cProfile
import pickle
import subprocess
import sys
import threading
from functools import reduce
from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.tape import record


def named(f: Any, *point: Any) -> list[tuple[str, str]]:
    """Each row's operation and name."""
    return [(row.op, row.name) for row in dk.record(f, *point).instructions]


def square(u):
    s = u * u
    return s  # noqa: RET504 - the name is the point


def test_a_row_has_the_name_of_the_variable_that_holds_it():
    def f(x, y, z):
        a = x + y
        product = a * z
        return product - 1

    assert named(f, 1.0, -2.0, 3.0) == [("add", "a"), ("multiply", "product"), ("subtract", "")]


def test_every_round_of_a_loop_and_every_step_of_one_variable_is_named():
    def f(x):
        z = 0
        for _ in range(2):
            z = np.sin(z + x)
            z *= 2
            z = -z
        return z

    twice = [("add", ""), ("sin", "z"), ("multiply", "z"), ("negative", "z")]
    assert named(f, 0.5) == twice * 2


def test_names_come_from_every_kind_of_assignment():
    def f(x):
        a, (b, *c) = x + 1, (x + 2, x + 3)
        d = e = c[0] * 4
        if (g := d - 5) > 0:
            h: float = g / 6
        else:
            h = g / 7
        return a * b * h * e

    rows = [name for _, name in named(f, 0.5)]
    assert rows == ["a", "b", "", "d", "g", "", "h", "", "", ""]


def test_the_caller_has_the_last_word_on_what_a_function_returns():
    def f(x):
        a, b = square(x), square(x + 1)
        return a - b

    assert named(f, 3.0) == [("multiply", "a"), ("add", ""), ("multiply", "b"), ("subtract", "")]
    assert named(lambda x: square(x) + 1, 3.0) == [("multiply", "s"), ("add", "")]


def test_generators_comprehensions_lambdas_and_closures_name_what_they_assign():
    def doubled(values):
        for value in values:
            twice = 2 * value
            yield twice

    def f(x):
        scale = x * 3
        total = sum(doubled(scale * np.sin(v) for v in [x + 1, x + 2]))
        shifted = (lambda w: w - scale)(total)
        return reduce(lambda p, q: p * q, [shifted, total, shifted])

    assert {name: op for op, name in named(f, 0.5) if name} == {
        "scale": "multiply", "v": "add", "value": "multiply", "twice": "multiply", "total": "add",
        "shifted": "subtract",
    }  # fmt: skip


def test_an_array_that_is_written_into_keeps_its_name():
    def f(x):
        y = np.zeros(2)
        y = y + x
        y[0] = x * x
        return y

    assert named(f, 2.0)[-1][1] == "y"


def test_a_derivative_inside_names_what_it_computes():
    def f(x):
        inner = np.sin(x)
        return inner * x

    names = [row.name for row in dk.record(dk.grad(f), 0.5).instructions]
    assert "inner" in names


def test_a_name_is_none_of_the_program():
    f = lambda x: (a := x + 1) * a
    g = lambda x: (b := x + 1) * b
    one, other, bare = dk.record(f, 1.0), dk.record(g, 1.0), record(f, 1.0)
    assert [tape.instructions[0].name for tape in (one, other, bare)] == ["a", "b", ""]
    assert one == other == bare
    assert pickle.loads(pickle.dumps(one)).instructions[0].name == "a"
    assert bare.arguments == ()
    assert one.arguments == ("x",)


def test_arguments_are_called_as_the_function_calls_them():
    assert dk.record(lambda w, x, *more: w * x * more[0], 1.0, 2.0, 3.0).arguments == ("w", "x", "")
    assert dk.record("x2*x10", 1.0, 2.0).arguments == ("x2", "x10")
    assert dk.record("x*y", {"y": 1.0, "x": 2.0}).arguments == ("",)
    assert dk.record(dk.grad(square), 1.0).arguments == ("",)  # it takes *args


def test_the_hook_is_put_back_also_after_an_error_and_inside_another_recording():
    def f(x):
        a = x * 2
        inner = dk.record(square, 3.0)
        assert [row.name for row in inner.instructions] == ["s"]
        b = a + 1
        return b  # noqa: RET504

    assert named(f, 1.0) == [("multiply", "a"), ("add", "b")]
    with pytest.raises(ZeroDivisionError):
        dk.record(lambda x: x + 1 / 0, 1.0)
    assert sys.getprofile() is None


def test_under_a_profiler_there_are_no_names_and_the_profiler_goes_on():
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        names = named(square, 2.0)
        square(2.0)
    finally:
        profiler.disable()
    calls = [entry.callcount for entry in profiler.getstats() if entry.code is square.__code__]
    if sys.version_info < (3, 12):  # later profilers leave the hook alone
        assert names == [("multiply", "")]
    assert calls == [2]


def test_a_debugger_or_coverage_tool_sees_every_line_and_stays():
    lines = []

    def tracer(frame, event, arg):
        if frame.f_code is square.__code__ and event == "line":
            lines.append(frame.f_lineno - square.__code__.co_firstlineno)
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        names = named(square, 2.0)
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert names == [("multiply", "s")]
    assert lines == [1, 2]


def test_each_thread_has_its_own_names():
    found = {}

    def work(name):
        f = {"a": lambda x: (a := x + 1) * a, "b": lambda x: (b := x + 1) * b}[name]
        found[name] = {dk.record(f, 1.0).instructions[0].name for _ in range(50)}

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"a": {"a"}, "b": {"b"}}


def test_objects_that_pretend_to_be_of_another_class_are_not_asked():
    class Shy:
        @property
        def __class__(self):
            raise AssertionError("asked")

    def f(x):
        shy = Shy()
        a = x * 2
        return a, [shy]

    assert named(lambda x: f(x)[0], 1.0) == [("multiply", "a")]


def test_names_need_no_source():
    program = (
        "import diffkit as dk\ndef f(x):\n    a = x + 1\n    return a * a\n"
        "print(dk.record(f, 1.0).instructions[0].name)"
    )
    done = subprocess.run([sys.executable, "-"], input=program, capture_output=True, text=True, check=True)
    assert done.stdout == "a\n"
