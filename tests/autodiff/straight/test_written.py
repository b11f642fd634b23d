"""Text as code: names are handed out once, and what they stand for is there when the code runs."""

from __future__ import annotations

import pytest

from diffkit.autodiff.straight.written import Names, made


def test_each_object_has_one_name_and_each_name_one_object():
    names, things = Names(), [object() for _ in range(200)]
    given = [names.constant(thing) for thing in things] + [names.function(thing) for thing in things]
    assert len(set(given)) == 400
    assert [names.constant(thing) for thing in things] == given[:200]
    assert all(names.bound[name] is thing for name, thing in zip(given, things * 2, strict=True))


def test_the_code_sees_the_names_and_keeps_its_own_apart():
    names = Names()
    text = f"def twice(v0):\n    global v1\n    v1 = v0 + {names.constant(4)}\n    return v1 * 2"
    assert made("twice", text, names)(1) == 10
    assert names.bound == {"c0": 4}


def test_an_error_shows_that_the_code_is_a_program_of_ours():
    with pytest.raises(ZeroDivisionError) as raised:
        made("program", "def program(v0):\n    return 1 / v0", Names())(0)
    assert str(raised.traceback[-1].path) == "<program>"
