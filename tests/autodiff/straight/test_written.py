"""Text as code: names are handed out once, and what they stand for is there when the code runs."""

from __future__ import annotations

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff.straight import program
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


def test_no_text_of_a_users_gets_into_a_program(monkeypatch):
    """Neither a name, a key, a string nor what an object says of itself: the code has names of ours."""
    evil = "x'); raise SystemExit('evil') #"
    texts = []

    def kept(name, text, names):
        texts.append(text)
        return made(name, text, names)

    class Number(float):
        def __repr__(self):
            return evil

    class Whole(int):
        def __repr__(self):
            return evil

    class Text(str):
        __slots__ = ()

        def __repr__(self):
            return evil

    def f(d):
        v = d[evil]
        return np.einsum(Text("i,i->"), v, v) * Number(2.0) + np.sum(v, axis=Whole(0)) ** Whole(2)

    f.__name__ = f.__qualname__ = evil
    monkeypatch.setattr(program, "made", kept)
    point = {evil: np.array([1.0, 2.0])}
    value, gradient = dk.autodiff.compile(f, point)(point)
    number = dk.autodiff.compile(lambda x: Number(3.0) * x**2 + Number(1.0), 2.0)(2.0)
    assert (value, gradient[evil].tolist(), number) == (19.0, [10.0, 14.0], (13.0, 12.0))
    assert len(texts) >= 2
    assert not any("evil" in text for text in texts)
