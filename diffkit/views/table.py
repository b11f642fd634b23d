"""The evaluation trace of the textbooks: what a program computes, and how its derivative travels."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from diffkit.errors import ArgumentsError
from diffkit.tables import Printed, Table, csv_text, json_ready
from diffkit.tape.wengert import Instruction, Slot, Tape
from diffkit.views.formula import formula, latex
from diffkit.views.names import Labels, labels_of
from diffkit.views.order import by_level, lifted
from diffkit.views.runs import Arrow, unrun, with_adjoints, with_tangents

__all__ = ["TraceRow", "TraceTable", "number_text", "table"]

MOST_ROWS = 60  # a longer table shows its head and its tail
SIGN = {"forward": "\u0307", "reverse": "\u0304"}  # a dot or a bar over the letter before
WORD = {"forward": "_dot", "reverse": "_bar"}  # the same, after a word
COMMAND = {"forward": r"\dot", "reverse": r"\bar"}
LETTER = re.compile(r"([^\W\d_])_?(-?\d*)")  # a letter, and a number that stands below the line
TITLE = {"forward": "tangent", "reverse": "adjoint (read upwards)"}


@dataclass(frozen=True)
class TraceRow:
    """A slot of a tape: how it is computed, and its two numbers.

    In the formulas, s0, s1, ... are the slots and t0, t1, ... their tangents or adjoints.

    Attributes
    ----------
    label
        What the row is called: v-1, v1, n4, or a name.
    primal, value
        How its value is computed, and the value.
    travel, derivative
        How its tangent or adjoint is computed, and the number; None for a step that is not shown yet.
    name
        What f calls it, where that is known and not the label.
    kind
        "input", "constant", "operation" or "result".
    """

    label: str
    primal: str
    value: Any
    travel: str
    derivative: Any
    name: str = ""
    kind: str = "operation"


@dataclass(frozen=True)
class TraceTable(Printed):
    """An evaluation trace; prints as text, Markdown, LaTeX, and HTML in a notebook.

    Attributes
    ----------
    mode
        "forward": each value beside its tangent; "reverse": each beside its adjoint, to be read upwards.
    rows
        A `TraceRow` a slot, the inputs first.
    result, derivative
        In full precision: the result, and its tangent or the adjoints of the inputs; None without a point.
    arrows
        Each use of a slot by a row, and what it adds to an adjoint or a tangent.
    """

    mode: str
    rows: tuple[TraceRow, ...]
    result: Any
    derivative: Any
    arrows: tuple[Arrow, ...] = ()

    def grid(self) -> Table:
        """The columns as plain texts."""
        return self._filled(self.plain, str)

    def text(self, width: float = math.inf) -> str:
        """The table as aligned text, no wider than `width` where that can be had."""
        return "\n\n".join([self.grid().text(width), *self.remarks()])

    def __str__(self) -> str:
        return self.text()

    def markdown(self) -> str:
        """The table as GitHub's Markdown."""
        return "\n\n".join([self.grid().markdown(), *self.remarks()])

    def _repr_html_(self) -> str:
        return self.grid().html() + "".join(f"<p>{remark}</p>" for remark in self.remarks())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: {"schema": "diffkit.trace/1", "mode", "rows", "result", "derivative"}, all rows."""
        rows = [
            {
                "label": row.label, "name": row.name, "primal": self.plain(row.primal),
                "value": json_ready(row.value), "derivative": json_ready(row.derivative),
                "from": self.plain(row.travel),
            }
            for row in self.rows
        ]  # fmt: skip
        return {
            "schema": "diffkit.trace/1", "mode": self.mode, "rows": rows,
            "result": json_ready(self.result), "derivative": json_ready(self.derivative),
        }  # fmt: skip

    def csv(self) -> str:
        """One line a row, with all digits."""
        number = "tangent" if self.mode == "forward" else "adjoint"
        columns = ["label", "name", "primal", "value", number, "from"]
        return csv_text(columns, [list(row.values()) for row in self.to_dict()["rows"]])

    def latex(self) -> str:
        """The table as a LaTeX tabular; needs no package."""
        grid = self._filled(self._tex, _tex_label, lambda text: f"${text}$" if text else "")
        lines = [" & ".join(cells) + r" \\" for cells in (grid.columns, *grid.rows)]
        return "\n".join(
            [
                rf"\begin{{tabular}}{{{'l' * len(grid.columns)}}}",
                lines[0],
                r"\hline",
                *lines[1:],
                r"\end{tabular}",
            ]
        )

    def remarks(self) -> list[str]:
        """The result and the derivative with all their digits."""
        if self.result is None:
            return []
        what = "tangent of the result" if self.mode == "forward" else "gradient"
        return [f"result {_exact(self.result)}, {what} {_exact(self.derivative)}"]

    def _filled(self, written: Any, named: Any, framed: Any = str) -> Table:
        left_out = max(0, len(self.rows) - MOST_ROWS)
        half = MOST_ROWS // 2
        shown = (*self.rows[:half], *self.rows[-half:]) if left_out else self.rows
        rows = [
            (
                framed(named(row.label)),
                framed(self._equation(row, written, named)),
                number_text(row.value),
                number_text(row.derivative),
                framed(written(row.travel)),
            )
            for row in shown
        ]
        if left_out:
            rows.insert(half, ("...", f"{left_out} more rows", "", "", ""))
        numbers = ("value", TITLE[self.mode])
        if self.result is None:
            return Table(("", "primal"), tuple(row[:2] for row in rows))
        return Table(("", "primal", *numbers, "from"), tuple(rows), frozenset(numbers))

    def plot(self, ax: Any = None, figure: Literal["passes", "staircase"] = "passes") -> Any:
        """The Matplotlib axes with the trace drawn; on `ax` when it is given.

        Parameters
        ----------
        ax
            Where to draw.
        figure
            "passes": the values and the adjoints (or tangents) of the same rows beside each other, with what
            each row adds to which. "staircase": each row a step further to the right than those it reads.
        """
        # A view hands itself to the report when it is drawn, as a study does.
        from diffkit.report import draw

        return draw(self, ax, figure=figure)

    def equation(self, row: TraceRow) -> str:
        """How a row is computed, as plain text: `v1*v0`, or `a = x + y` where f has a name for it."""
        return self._equation(row, self.plain, str)

    def _equation(self, row: TraceRow, written: Any, named: Any) -> str:
        """How a row is computed, after its name: of an input the name alone."""
        if not row.name:
            return str(written(row.primal))
        name = str(named(row.name))
        return name + ("" if row.primal.startswith("input ") else f" = {written(row.primal)}")

    def plain(self, text: str) -> str:
        """A formula of a row or an arrow with the labels of its slots, a bar or a dot over t0, t1, ..."""

        def shown(found: re.Match[str]) -> str:
            label = self.rows[int(found[2])].label
            if found[1] == "s":
                return label
            if not LETTER.fullmatch(label):
                return label + WORD[self.mode]
            return label[0] + SIGN[self.mode] + label[1:]

        return re.sub(r"\b([st])(\d+)\b", shown, text)

    @cached_property
    def _tex_names(self) -> dict[str, str]:
        names = {f"s{i}": _tex_label(row.label) for i, row in enumerate(self.rows)}
        over = {f"t{i}": f"{COMMAND[self.mode]} {_tex_label(row.label)}" for i, row in enumerate(self.rows)}
        return {**names, **over}

    def _tex(self, text: str) -> str:
        if not text:
            return ""
        return latex(text, self._tex_names)


def table(
    tape: Tape,
    *point: Any,
    mode: Literal["reverse", "forward"] = "reverse",
    labels: Labels = "v",
    names: Sequence[str] = (),
    direction: Sequence[Any] | None = None,
    step: int | None = None,
) -> TraceTable:
    """The evaluation trace of a tape at a point, as Griewank and Walther print it.

    A tape of more than 60 rows shows its head and its tail.

    Parameters
    ----------
    tape, point
        The program and its arguments, nested as they were recorded; without them the rows have no numbers.
    mode
        "reverse" puts the adjoint beside each value, "forward" the tangent.
    labels
        "v" for v-1, v0, v1, ..., first the rows that need inputs alone (up to 60 rows; a longer tape stays in
        the order it ran); "n" for n1, n2, ... in the order they ran, where constants are nodes, too. With
        both, a value that has a name in f has it beside: the row v1 says a = v-2 + v-1. "names" is "v" with
        the names as labels; what is assigned several times, as in a loop, is z1, z2, ... there.
    names
        Names for the inputs, instead of labels.
    direction
        The tangents of the arguments, one each; by default 1 for the first and 0 for the others.
    step
        Show only the first steps of the derivative's way: downwards in forward mode, upwards in reverse.

    Raises
    ------
    NonScalarError
        In reverse mode, if the result is no scalar.
    ArgumentsError
        For an unknown mode or labels, or names that do not fit.

    References
    ----------
    Griewank and Walther, Evaluating Derivatives (2008), tables 1.2 and 1.3; Baydin et al., Automatic
    differentiation in machine learning: a survey (2018), tables 2 and 3.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> tape = dk.record(lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), 2.0, 5.0)
    >>> print(table(tape, 2.0, 5.0, mode="forward"))
         primal        value  tangent  from
    v-1  x1                2        1
    v0   x2                5        0
    v1   log(v-1)   0.693147      0.5  v̇-1/v-1
    v2   v-1*v0           10        5  v̇-1*v0 + v̇0*v-1
    v3   sin(v0)   -0.958924        0  v̇0*cos(v0)
    v4   v1 + v2   10.693147      5.5  v̇1 + v̇2
    v5   v4 - v3   11.652071      5.5  v̇4 - v̇3
    <BLANKLINE>
    result 11.652071455223084, tangent of the result 5.5

    Intermediates have the names that f gives them.

    >>> def f(x, y, z):
    ...     a = x + y
    ...     return a * z
    >>> print(table(dk.record(f, 1.0, -2.0, 3.0), 1.0, -2.0, 3.0))
         primal         value  adjoint (read upwards)  from
    v-2  x                  1                       3  v̄1
    v-1  y                 -2                       3  v̄1
    v0   z                  3                      -1  v̄2*v1
    v1   a = v-2 + v-1     -1                       3  v̄2*v0
    v2   v1*v0             -3                       1  1
    <BLANKLINE>
    result -3.0, gradient (3.0, 3.0, -1.0)
    >>> print(table(dk.record(f, 1.0, -2.0, 3.0), 1.0, -2.0, 3.0, labels="names"))
        primal   value  adjoint (read upwards)  from
    x   input 1      1                       3  ā
    y   input 2     -2                       3  ā
    z   input 3      3                      -1  v̄2*a
    a   x + y       -1                       3  v̄2*z
    v2  a*z         -3                       1  1
    <BLANKLINE>
    result -3.0, gradient (3.0, 3.0, -1.0)
    """
    if mode not in TITLE:
        raise ArgumentsError(f"mode is {mode!r}; write 'reverse' or 'forward'")
    inputs = tape.input_count
    if names and len(names) != inputs:
        raise ArgumentsError(f"the tape has {inputs} inputs and got {len(names)} names")
    known = bool(point) or not inputs
    if labels == "n":
        tape, constants = lifted(tape)
        point = (*point, *constants)
    elif len(tape) <= MOST_ROWS:
        tape = by_level(tape)
    count = tape.input_count + len(tape)
    called, beside = labels_of(tape, labels, names)
    primals = (
        [f"input {i + 1}" for i in range(inputs)]
        + ["constant"] * (tape.input_count - inputs)
        + [formula(_one_row(tape, row), [f"s{slot}" for slot in row.slots]) for row in tape.instructions]
    )
    if not known:
        run = unrun(tape)
    elif mode == "forward":
        run = with_tangents(tape, point, direction)
    else:
        run = with_adjoints(tape, point, inputs)
    steps = count if step is None else step
    shown = range(steps) if mode == "forward" else range(count - steps, count)
    outputs = {o.index for o in tape.outputs if isinstance(o, Slot)}
    kinds = ["input"] * inputs + ["constant"] * (tape.input_count - inputs)
    kinds += ["result" if i in outputs else "operation" for i in range(tape.input_count, count)]
    rows = tuple(
        TraceRow(
            called[i], primals[i], run.values[i],
            run.travels[i] if i in shown else "", run.numbers[i] if i in shown else None, beside[i], kinds[i],
        )
        for i in range(count)
    )  # fmt: skip
    met = tuple(
        a if (a.head if mode == "forward" else a.tail) in shown else Arrow(a.tail, a.head) for a in run.arrows
    )
    return TraceTable(mode, rows, _alone(run.result), _alone(run.derivative), met)


def _one_row(tape: Tape, row: Instruction) -> Tape:
    """A program of this row alone, whose inputs are its operands that are slots, in order."""
    numbers = iter(range(len(row.slots)))
    args = tuple(Slot(next(numbers)) if isinstance(a, Slot) else a for a in row.args)
    count = len(row.slots)
    alone = replace(row, args=args)
    return replace(tape, instructions=(alone,), input_count=count, outputs=(Slot(count),), guards=())


def _alone(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else tuple(values)


def _tex_label(label: str) -> str:
    """v-1 as v_{-1}, x1 as x_{1}; a longer name upright."""
    found = LETTER.fullmatch(label)
    if found:
        return f"{found[1]}_{{{found[2]}}}" if found[2] else found[1]
    return r"\mathit{" + label.replace("_", r"\_") + "}"


def number_text(value: Any) -> str:
    """A number as a table shows it: six decimals, fewer where those are zeros, powers of ten where needed.

    Examples
    --------
    >>> [number_text(v) for v in (10.0, 0.6931471805599453, 1e-9, -1.5e300, np.arange(3.0))]
    ['10', '0.693147', '1e-09', '-1.5e+300', '[0, 1, 2]']
    """
    if value is None:
        return ""
    if isinstance(value, tuple):  # a row with several results
        return f"({', '.join(map(number_text, value))})"
    if np.ndim(value):
        array = np.asarray(value)
        if array.size > 4 or array.ndim > 1:
            return f"array of shape {array.shape}"
        return f"[{', '.join(map(number_text, array))}]"
    if isinstance(value, bool | np.bool_ | complex | np.complexfloating):
        return str(value)
    number = float(value)
    if number == 0 or 1e-4 <= abs(number) < 1e7:
        return f"{number:.6f}".rstrip("0").rstrip(".")
    return f"{number:.6g}"


def _exact(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_exact, value))})"
    return repr(value.item() if isinstance(value, np.generic) else value)
