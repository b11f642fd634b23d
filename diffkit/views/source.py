"""A tape as the Python source of a function: what f did, in a form to read, copy and run alone."""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from diffkit.errors import ArgumentsError, with_article
from diffkit.floats import divide, power
from diffkit.primitives import Joined, assemble, component, getitem
from diffkit.structure import Structure
from diffkit.tape.arithmetic import as_type
from diffkit.tape.wengert import Guard, Instruction, Slot, Tape
from diffkit.views.calls import Library
from diffkit.views.classes import python_numbers
from diffkit.views.literals import literal
from diffkit.views.names import distinct, places

__all__ = ["source"]

WIDTH = 110
LARGE = 8  # elements: a larger array has a line of its own, above the function

OPERATORS: dict[Any, str] = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.true_divide: "/",
    np.power: "**",
}  # fmt: skip
# What NumPy's own numbers do by themselves and Python's do not.
WITH_PYTHON_NUMBERS: dict[Any, Callable[..., Any]] = {
    np.true_divide: divide, np.power: power, np.astype: as_type, getitem: getitem,
}  # fmt: skip


def source(tape: Tape, name: str = "f", names: Sequence[str] | None = None) -> str:
    """The Python source of a tape's program: a function that needs NumPy, at most SciPy, and nothing else.

    It takes what `tape.replay` takes and gives the same bits, a number as NumPy's float64 where replay has
    Python's float. A row is a line; its value is called as f calls it, z1, z2, ... where f assigns several
    times, as in a loop, and otherwise v1, v2, ... as in the printed tape. Arguments and results nest as those
    of f; named tuples and dataclasses of the result are defined anew. A branch is a check that raises
    RuntimeError where it would go the other way.

    Parameters
    ----------
    tape
        What `dk.record` returned. Several numbers as arguments are to be of one precision.
    name
        What the function is called.
    names
        A name for each argument; by default those of f, and where it has none x, or x1, x2, ... for several.

    Raises
    ------
    ArgumentsError
        If a name is none in Python or is taken; if the tape calls a function, or holds an object, that is the
        user's own: it has no text in NumPy.

    Examples
    --------
    >>> import diffkit as dk
    >>> tape = dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0)
    >>> print(dk.views.source(tape))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def f(x, y):
        \"\"\"The program that diffkit recorded, a line a row: 5 rows.\"\"\"
        x = np.asarray(x) - 0.0  # one of NumPy's own numbers: 1 / 0 is inf there, and no error
        y = np.asarray(y) - 0.0
        v1 = np.log(x)
        v2 = x * y
        v3 = v1 + v2
        v4 = np.sin(y)
        v5 = v3 - v4
        return v5
    <BLANKLINE>
    """
    if not isinstance(tape, Tape):
        raise ArgumentsError(
            f"source wants a tape, not {with_article(type(tape).__name__)}; write "
            f"dk.views.source(dk.record(f, x))"
        )
    return _Writer(tape, name, names).text()


class _Writer:
    """The source of one tape in the making.

    Attributes
    ----------
    library
        The imports and functions that it needs.
    above
        The definitions above the function: large constants, classes.
    care
        Where numbers have to be Python's; None where it makes no difference.
    """

    def __init__(self, tape: Tape, name: str, names: Sequence[str] | None) -> None:
        self.tape, self.name = tape, name
        self.library = Library()
        self.above: dict[str, str] = {}
        self.large: dict[int, str] = {}
        self.care = python_numbers(tape)
        self.given = names is not None
        self.arguments = self._arguments(names)
        self.rows = [f"v{i + 1}" for i in range(len(tape))]
        self.slots: list[str] = []

    def text(self) -> str:
        """The whole source."""
        lines = self._lines()
        self._refuse_clashes()
        if self._take_names():  # it is known by now what the source has a use for
            lines = self._lines()
        rows = f"{len(self.tape)} row{'s' if len(self.tape) != 1 else ''}"
        body = [f'"""The program that diffkit recorded, a line a row: {rows}."""', *lines]
        head = [f"def {self.name}({', '.join(self.arguments)}):"]
        function = "\n".join(head + [textwrap.indent(_folded(line), "    ") for line in body])
        above = "\n".join(map(_folded, self.above.values()))
        parts = [*self.library.helpers.values(), *([above] if above else []), function]
        return "\n".join(self.library.imports.values()) + "\n\n\n" + "\n\n\n".join(parts) + "\n"

    def _lines(self) -> list[str]:
        """The lines of the function."""
        self.slots = []
        lines = self._inputs()
        self.slots += self.rows
        guards = self.tape._guards_at
        for slot, row in enumerate(self.tape.instructions, self.tape.input_count):
            lines.append(f"{self.slots[slot]} = {self._row(slot, row)}")
            for guard in guards.get(slot, ()):
                lines += self._check(guard)
        outputs = iter([self._output(o) for o in self.tape.outputs])
        lines.append(f"return {self._built(self.tape.output_structure, outputs)}")
        return lines

    # -- names ------------------------------------------------------------------------------------------

    def _arguments(self, names: Sequence[str] | None) -> list[str]:
        count = len(self.tape.point_structure.children)
        if names is None:
            return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]
        if isinstance(names, str) or len(names) != count or len(set(names)) != count:
            raise ArgumentsError(
                f"the tape has {count} argument{'s' if count != 1 else ''}; give each a name of its own, "
                f"not {names!r}"
            )
        return list(names)

    def _refuse_clashes(self) -> None:
        """Raise ArgumentsError where a name is none in Python, or would hide what the source uses."""
        for what in (self.name, *self.arguments):
            if reason := self._against(what):
                raise ArgumentsError(reason)
        if self.name in self.arguments:
            raise ArgumentsError(f"the function and an argument of it are both called {self.name!r}")

    def _against(self, name: str) -> str:
        """What is to be said against a name."""
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            return f"{name!r} is no name in Python; write one such as 'x' or 'speed'"
        if name in self._taken() or re.fullmatch(r"[vc]\d+", name):
            return f"the source has a use of its own for the name {name!r}; choose another"
        return ""

    def _taken(self) -> set[str]:
        return {*self.library.helpers, *self.above, *self.library.imports, *USED, "plain"}

    def _take_names(self) -> bool:
        """Call arguments and rows as f does, where nothing is against it; whether that changes anything."""
        before = self.arguments, self.rows
        theirs = list(self.tape.arguments)
        if theirs and not self.given and self.name not in theirs and not any(map(self._against, theirs)):
            self.arguments = theirs
        self.slots = []
        self._inputs()
        names = [*self.slots, *(row.name for row in self.tape.instructions)]
        taken = {*self._taken(), *self.arguments, self.name}
        count = len(self.slots)
        self.rows = distinct(names, [*self.slots, *self.rows], count, taken)[count:]
        return before != (self.arguments, self.rows)

    # -- inputs and outputs -----------------------------------------------------------------------------

    def _inputs(self) -> list[str]:
        """The lines that take the inputs out of the arguments; names for all slots of inputs."""
        used = {a.index for row in self.tape.instructions for a in row.args if isinstance(a, Slot)}
        used |= {o.index for o in self.tape.outputs if isinstance(o, Slot)}
        lines: list[str] = []
        structure = self.tape.point_structure
        for argument, child in zip(self.arguments, structure.children, strict=True):
            for place, wanted in places(child, argument, argument):
                name = wanted
                while child.kind is not None and name in (*self.slots, *self.arguments):
                    name += "_"
                self.slots.append(name)
                if len(self.slots) - 1 in used:
                    text = f"np.asarray({place}) - 0.0"
                    number = self.care and self.care.numbers[len(self.slots) - 1]
                    lines.append(f"{name} = {self._plain(text) if number else text}")
        if lines:
            lines[0] += "  # " + (
                "a float, also of a whole number"
                if self.care
                else "one of NumPy's own numbers: 1 / 0 is inf there, and no error"
            )
        return lines

    def _plain(self, text: str) -> str:
        """A number from NumPy as Python's own."""
        self.library.helpers["plain"] = PLAIN_NUMBER
        return f"plain({text})"

    def _output(self, output: Any) -> str:
        if isinstance(output, Slot):
            return self.slots[output.index]
        text = self._constant(output)
        return f"{text}.copy()" if text in self.above else text

    def _built(self, structure: Structure, leaves: Iterator[str]) -> str:
        """The expression that nests these leaves as f's result does."""
        kind: Any = structure.kind
        if kind is None:
            return next(leaves)
        if not structure.children:
            return literal(structure.build([]))
        items = [self._built(child, leaves) for child in structure.children]
        if kind is dict:
            return (
                f"{{{', '.join(f'{literal(k)}: {v}' for k, v in zip(structure.keys, items, strict=True))}}}"
            )
        if kind is list:
            return f"[{', '.join(items)}]"
        if kind is tuple:
            return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
        if not is_dataclass(kind) and not hasattr(kind, "_fields"):
            raise ArgumentsError(f"no source: f returns a {kind.__name__}; return a list, tuple or dict")
        fields = structure.keys if is_dataclass(kind) else kind._fields
        self._define(kind, fields)
        pairs = ", ".join(f"{field}={item}" for field, item in zip(fields, items, strict=True))
        return f"{kind.__name__}({pairs})"

    def _define(self, kind: Any, fields: Sequence[str]) -> None:
        home, maker = (
            ("dataclasses", "make_dataclass") if is_dataclass(kind) else ("collections", "namedtuple")
        )
        line = f"{kind.__name__} = {maker}({kind.__name__!r}, {list(fields)!r})"
        if self.above.setdefault(kind.__name__, line) != line:
            raise ArgumentsError(f"no source: the result holds two classes named {kind.__name__}")
        self.library.imports[maker] = f"from {home} import {maker}"

    # -- rows -------------------------------------------------------------------------------------------

    def _row(self, slot: int, row: Instruction) -> str:
        text = self._call(row)
        return self._plain(text) if self.care and self.care.doubles[slot] else text

    def _call(self, row: Instruction) -> str:
        function, keywords = row.function, row.keywords
        args = [self.slots[a.index] if isinstance(a, Slot) else self._constant(a) for a in row.args]
        if function in WITH_PYTHON_NUMBERS and self._on_numbers(row):
            function = WITH_PYTHON_NUMBERS[function]
        elif function in OPERATORS and len(args) == 2 and not keywords:
            left = f"({args[0]})" if args[0].startswith("-") else args[0]
            return f"{left} {OPERATORS[function]} {args[1]}"
        elif function is np.negative and not keywords:
            return f"-{args[0]}"
        elif function is getitem:
            return f"{args[0]}[{self._key(keywords['key'])}]"
        if function is component:
            return f"{args[0]}[{keywords['index']}]"
        if function is assemble:
            return f"np.array([{', '.join(args)}]).reshape({literal(keywords['shape'])})"
        if isinstance(function, Joined):
            args = [f"[{', '.join(args[: function.count])}]", *args[function.count :]]
            function = function.function
        named = [f"{name}={self._constant(value)}" for name, value in keywords.items()]
        return f"{self.library.name(function)}({', '.join(args + named)})"

    def _on_numbers(self, row: Instruction) -> bool:
        """Whether all operands may be Python's numbers, and the difference matters."""
        return self.care is not None and all(
            self.care.numbers[a.index] if isinstance(a, Slot) else not isinstance(a, np.ndarray)
            for a in row.args
        )

    def _constant(self, value: Any) -> str:
        if callable(value) and not isinstance(value, type):
            return self.library.name(value)
        if type(value) is not np.ndarray or value.size <= LARGE:
            return literal(value)
        if id(value) not in self.large:
            self.large[id(value)] = name = f"c{len(self.large) + 1}"
            self.above[name] = f"{name} = {literal(value)}"
        return self.large[id(value)]

    def _key(self, key: Any) -> str:
        if isinstance(key, tuple) and len(key) > 1:
            return ", ".join(
                self._constant(part) if isinstance(part, tuple) else self._key(part) for part in key
            )
        if isinstance(key, slice):
            ends = ["" if end is None else literal(end) for end in (key.start, key.stop)]
            return ":".join(ends) + (f":{literal(key.step)}" if key.step is not None else "")
        return self._constant(key)

    def _check(self, guard: Guard) -> list[str]:
        """The lines that stop the program where a branch goes another way than it did."""
        value = self.slots[guard.slot]
        if isinstance(guard.outcome, bool):
            test, what = f"not {value}" if guard.outcome else value, "branch"
        else:
            test, what = f"not np.array_equal({value}, {self._constant(guard.outcome)})", "index"
        outcome = " ".join(str(guard.outcome).split())
        told = f"the {what} at {guard.place} was {outcome} when this was recorded, and is not here"
        return [f"if {test}:", f"    raise RuntimeError({told!r})"]


# Names of Python's own that the source may use.
USED = frozenset({"np", "complex", "range", "slice", "bool", "int", "float", "str", "RuntimeError"})
PLAIN_NUMBER = '''\
def plain(y):
    """A float64 of NumPy's as Python's float, which takes on the precision of the array that it meets."""
    return float(y) if type(y) is np.float64 else y'''


def _folded(line: str) -> str:
    """A line with breaks inside its brackets where it is too long."""
    if len(line) <= WIDTH - 4 or line.startswith(('"""', "    raise")):
        return line
    start, depth, quote, space, out = 0, 0, "", 0, []
    for i, c in enumerate(line):
        if quote:
            quote = "" if c == quote and line[i - 1] != "\\" else quote
        elif c in "'\"":
            quote = c
        elif c == "#":
            break
        else:
            depth += (c in "([{") - (c in ")]}")
            if c == " " and depth:
                space = i
        if i - start > WIDTH - 8 and space > start:
            out.append(line[start:space])
            start = space + 1
    return "\n    ".join([*out, line[start:]])
