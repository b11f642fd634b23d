"""What the user's program calls its values: the names are read off its frames while it runs."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from diffkit.tape.active import Active, Trace
from diffkit.tape.place import is_users

__all__ = ["naming", "numbered"]


@contextmanager
def naming(trace: Trace, names: dict[int, str]) -> Iterator[None]:
    """A context in which the user's program runs, and which fills in the names of a trace's nodes by number.

    A node gets the name of the first local variable that holds it, in the outermost function that names it:
    for `def square(u): s = u * u; return s` and then `a = square(x)`, that is a. What a function calls its
    arguments names nothing.

    Notes
    -----
    Nothing of the program is read as text or changed. Python's profile hook is told when a function is called
    and when it returns, and a variable that is given to another node has been seen by then: a new node comes
    of a call. Coverage tools and debuggers use another hook. Where a profiler is at work, there are no names.

    Examples
    --------
    >>> import diffkit as dk
    >>> def f(x, y, z):
    ...     a = x + y
    ...     return a * z
    >>> [row.name for row in dk.record(f, 1.0, -2.0, 3.0).instructions]
    ['a', '']
    """
    before = sys.getprofile()
    if before is not None and not isinstance(before, _Watch):
        yield
        return
    sys.setprofile(_Watch(trace, names))
    try:
        yield
    finally:
        sys.setprofile(before)


class _Watch:
    """A profile function that looks at the local variables of the user's functions."""

    def __init__(self, trace: Trace, names: dict[int, str]) -> None:
        self.trace = trace
        self.names = names
        self.depths: dict[int, int] = {}  # how deep in calls each name was given
        self.held: dict[FrameType, dict[str, int]] = {}  # what each variable of a running function held
        self.users: dict[CodeType, bool] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        held = self.held
        if event == "call":
            caller = frame.f_back
            if caller in held:
                self.look(caller)
            code = frame.f_code
            users = self.users.get(code)
            if users is None:
                users = self.users[code] = is_users(code.co_filename)
            if users:
                held[frame] = dict(self.numbers(frame))
        elif event == "return" and frame in held:
            self.look(frame)
            del held[frame]

    def look(self, frame: FrameType) -> None:
        """Take down the names that have been given since the last look."""
        held = self.held[frame]
        for name, number in self.numbers(frame):
            if held.get(name) == number:
                continue
            held[name] = number
            depth = _depth(frame)
            if name.strip("_") and depth < self.depths.get(number, sys.maxsize):
                self.names[number], self.depths[number] = name, depth

    def numbers(self, frame: FrameType) -> Iterator[tuple[str, int]]:
        """Each variable that holds a node of the trace, and the node's number."""
        trace = self.trace
        for name, value in frame.f_locals.items():
            # By type: isinstance would run the code of an object that pretends to be of another class.
            while issubclass(type(value), Active):
                if value.owner is trace:
                    yield name, value.number
                    break
                value = value.value  # of a derivative inside f: what its values stand for


def _depth(frame: FrameType | None) -> int:
    depth = 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def numbered(names: Sequence[str], inputs: int) -> list[str]:
    """The names of slots, inputs first, with a number where several rows have one, or a row and an input.

    >>> numbered(["x", "z", "x", "", "z", "a"], inputs=1)
    ['x', 'z1', 'x1', '', 'z2', 'a']
    """
    times, given = Counter(names[inputs:]), set(names[:inputs])
    several = {name for name in times if name and (times[name] > 1 or name in given)}
    known, between = set(names), ""
    while any(f"{name}{between}{i + 1}" in known for name in several for i in range(times[name])):
        between += "_"
    met: Counter[str] = Counter()
    found = list(names[:inputs])
    for name in names[inputs:]:
        met[name] += 1
        found.append(f"{name}{between}{met[name]}" if name in several else name)
    return found
