"""The computational graph of a tape, as data and as text: DOT, Mermaid, lines; `report` draws it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from diffkit.autodiff.local import adjoints
from diffkit.errors import ArgumentsError
from diffkit.tables import Printed, csv_text, json_ready
from diffkit.tape.wengert import SIGNS, Instruction, Slot, Tape, short
from diffkit.views.names import Labels, labels_of
from diffkit.views.order import by_level, lifted
from diffkit.views.repeats import Repeats, repeats
from diffkit.views.table import number_text

__all__ = ["Edge", "Graph", "Node", "graph"]

SHOWN = ("structure", "values", "adjoints")
SYMBOLS = {"*": "×", "-": "−", "**": "^"}  # of operations, where they stand alone
STYLES = {"input": "stroke:#3f90da", "constant": "stroke:#717581", "result": "stroke-width:3px"}
MOST_NODES = 60  # more are no picture any more, unless Graphviz draws them
MOST = {"layered": MOST_NODES, "graphviz": 600}


@dataclass(frozen=True)
class Node:
    """A box: what it is called, what it does, its value and its adjoint where they are known and asked for.

    `name` is what f calls it, where that is known and not the label. `kind` is "input", "constant",
    "operation", "result" (an operation, too) or "repeats" (a loop's further iterations in one box).
    """

    key: str
    label: str
    operation: str
    kind: str
    value: Any = None
    adjoint: Any = None
    name: str = ""


@dataclass(frozen=True)
class Edge:
    """An arrow from an operand to what it is used in; `partial` is the local derivative, where shown."""

    tail: str
    head: str
    partial: Any = None


@dataclass(frozen=True)
class Graph(Printed):
    """A computational graph; draws itself, and writes itself as SVG, DOT, Mermaid and lines of text.

    Attributes
    ----------
    show
        "structure", "values", or "adjoints" (values, adjoints, and the local derivative on each edge).
    nodes, edges
        The boxes, operands before what they are used in, and the arrows between them.
    """

    show: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def text(self, width: float = math.inf) -> str:
        """A line a node: what it is made of, and its numbers; a line is as long as that takes.

        Of more than 60 nodes the first and the last are shown.

        Examples
        --------
        >>> import diffkit as dk
        >>> def f(x, y, z):
        ...     a = x + y
        ...     return a * z
        >>> print(graph(dk.record(f, 1.0, -2.0, 3.0), 1.0, -2.0, 3.0).text())
        v-2  x              = 1   adjoint 3
        v-1  y              = -2  adjoint 3
        v0   z              = 3   adjoint -1
        v1   a = v-2 + v-1  = -1  adjoint 3
        v2   v1 × v0        = -3  adjoint 1
        """
        of: dict[str, list[str]] = {}
        labels = {node.key: node.label or node.operation for node in self.nodes}
        for edge in self.edges:
            of.setdefault(edge.head, []).append(labels[edge.tail])
        rows = [
            (
                node.label,
                _equation(node, of.get(node.key, [])),
                f"= {number_text(node.value)}" if node.value is not None else "",
                f"adjoint {number_text(node.adjoint)}" if node.adjoint is not None else "",
            )
            for node in self.nodes
            if node.kind != "constant" or node.label
        ]
        if len(rows) > MOST_NODES:
            half = MOST_NODES // 2
            rows = [*rows[:half], ("...", f"{len(rows) - 2 * half} more nodes", "", ""), *rows[-half:]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def __str__(self) -> str:
        return self.text()

    def markdown(self) -> str:
        """The Mermaid picture in a block that GitHub draws."""
        return f"```mermaid\n{self.mermaid()}\n```"

    def csv(self) -> str:
        """One line a node, with all digits, and the operands it is made of."""
        of: dict[str, list[str]] = {}
        for edge in self.edges:
            of.setdefault(edge.head, []).append(edge.tail)
        columns = ["key", "label", "operation", "kind", "value", "adjoint", "name", "operands"]
        nodes = self.to_dict()["nodes"]
        return csv_text(columns, [[*node.values(), " ".join(of.get(node["key"], []))] for node in nodes])

    def dot(self) -> str:
        """The graph in the DOT language of Graphviz."""
        lines = ["digraph {", "  rankdir=LR", '  node [shape=box, style="rounded,filled", fillcolor=white]']
        for node in self.nodes:
            colour = {"input": "#3f90da", "constant": "#717581"}.get(node.kind)
            extra = f', color="{colour}"' if colour else ", penwidth=2.5" if node.kind == "result" else ""
            lines.append(f"  {node.key} [label={_quoted(chr(10).join(self.lines_of(node)))}{extra}]")
        for edge in self.edges:
            label = f" [label={_quoted(number_text(edge.partial))}]" if edge.partial is not None else ""
            lines.append(f"  {edge.tail} -> {edge.head}{label}")
        return "\n".join([*lines, "}"])

    def mermaid(self) -> str:
        """The graph in the Mermaid language, which GitHub draws."""
        lines = ["graph LR"]
        for node in self.nodes:
            text = "<br>".join(map(_escaped, self.lines_of(node)))
            lines.append(f'  {node.key}["{text}"]')
        for edge in self.edges:
            label = f'|"{_escaped(number_text(edge.partial))}"|' if edge.partial is not None else ""
            lines.append(f"  {edge.tail} -->{label} {edge.head}")
        for kind, style in STYLES.items():
            keys = [node.key for node in self.nodes if node.kind == kind]
            if keys:
                lines += [f"  classDef {kind} {style}", f"  class {','.join(keys)} {kind}"]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: {"schema": "diffkit.graph/1", "show", "nodes", "edges"}."""
        return {
            "schema": "diffkit.graph/1",
            "show": self.show,
            **json_ready({"nodes": self.nodes, "edges": self.edges}),
        }

    def lines_of(self, node: Node) -> list[str]:
        """What stands in a node's box: its name and operation, then its value and its adjoint in brackets."""
        called = f"{node.label} = {node.name}" if node.name else node.label
        head = f"{called}  {node.operation}".strip()
        numbers = [number_text(node.value)] if node.value is not None else []
        if node.adjoint is not None:
            numbers.append(f"[{number_text(node.adjoint)}]")
        return [head, *(["  ".join(numbers)] if numbers else [])]

    def plot(
        self, ax: Any = None, layout: Literal["layered", "graphviz"] | None = None, states: bool = False
    ) -> Any:
        """The Matplotlib axes with the graph drawn from left to right; on `ax` when it is given.

        Parameters
        ----------
        ax
            Where to draw.
        layout
            Who says where the boxes go: "layered", diffkit itself, for up to 60 nodes; or "graphviz", for up
            to 600, with the package that `pip install 'diffkit[graphviz]'` brings; by default by how many
            there are.
        states
            Draw it three times: its structure, its values, its adjoints.

        Raises
        ------
        MissingPackageError
            If Graphviz is to draw and is not installed.
        ArgumentsError
            If there are too many nodes, or `layout` is none of the two.
        """
        count = len(self.nodes)
        by = layout or ("layered" if count <= MOST_NODES else "graphviz")
        if by not in MOST:
            raise ArgumentsError(f"layout is {by!r}; write 'layered' or 'graphviz'")
        if count > MOST[by]:
            instead = (
                "let Graphviz draw it" if count <= MOST["graphviz"] else "take its text, its DOT or its table"
            )
            raise ArgumentsError(f"a graph of {count} nodes is no picture, {MOST[by]} are; {instead}")
        # A view hands itself to the report when it is drawn, as a study does.
        from diffkit.report import draw

        return draw(self, ax, by=by, states=states)

    def svg(self) -> str:
        """The drawing as SVG, with a title and a description for screen readers."""
        from diffkit.report import rendered

        return str(rendered(self.plot(), "svg").decode())

    def _repr_html_(self) -> str | None:
        """The drawing as an image, which a notebook that is not trusted keeps, as it does not keep SVG."""
        from diffkit.report.notebook import picture

        return picture(self) if len(self.nodes) <= MOST_NODES else None

    def _repr_svg_(self) -> str | None:
        return self.svg() if len(self.nodes) <= MOST_NODES else None

    def description(self) -> str:
        """What the drawing shows, in a sentence."""
        inputs = sum(node.kind == "input" for node in self.nodes)
        steps = sum(node.kind in ("operation", "result") for node in self.nodes)
        parts = "; ".join(" ".join(line.split()) for line in self.text().split("\n"))
        return (
            f"Computational graph: {inputs} input{'s' * (inputs != 1)}, "
            f"{steps} operation{'s' * (steps != 1)}. {parts}."
        )


def graph(
    tape: Tape,
    *point: Any,
    show: Literal["structure", "values", "adjoints"] | None = None,
    names: Sequence[str] = (),
    labels: Labels = "v",
) -> Graph:
    """The computational graph of a tape, with its numbers at a point.

    Where a loop repeats the same rows so often that there are more than 60, one box stands for its further
    iterations.

    Parameters
    ----------
    tape, point
        The program and its arguments; without them only the structure is known.
    show
        "structure"; "values"; or "adjoints", the default with a point: values, adjoints (the derivative of
        the result with respect to each node) and on each edge the local derivative.
    names
        Names for the inputs, instead of labels.
    labels
        "v", "n" or "names", as in `table`.

    Examples
    --------
    >>> import diffkit as dk
    >>> tape = dk.record(lambda x, y, z: (x + y) * z, 1.0, -2.0, 3.0)
    >>> [node.adjoint for node in graph(tape, 1.0, -2.0, 3.0).nodes]
    [3.0, 3.0, -1.0, 3.0, 1.0]
    """
    show = show or ("adjoints" if point else "structure")
    if show not in SHOWN:
        raise ArgumentsError(f"show is {show!r}; write one of {', '.join(map(repr, SHOWN))}")
    if show != "structure" and not point:
        raise ArgumentsError(f"show={show!r} needs the point: graph(tape, *point, show={show!r})")
    inputs = tape.input_count
    if names and len(names) != inputs:
        raise ArgumentsError(f"the tape has {inputs} inputs and got {len(names)} names")
    if labels != "n" and len(tape) <= MOST_NODES:
        tape = by_level(tape)
    program, constants = lifted(tape)
    called, beside = labels_of(program if labels == "n" else tape, labels, names)
    if labels != "n":  # constants have no number there
        called[inputs:inputs] = beside[inputs:inputs] = [""] * len(constants)
    unlifted, tape = tape, program
    values, bars, partials = _numbers(tape, (*point, *constants), show)
    outputs = {o.index for o in tape.outputs if isinstance(o, Slot)}

    def node(slot: int, operation: str, kind: str) -> Node:
        return Node(f"s{slot}", called[slot], operation, kind, values(slot), bars(slot), beside[slot])

    nodes = [node(slot, "", "input") for slot in range(inputs)]
    edges = []
    for number, row in enumerate(tape.instructions):
        slot = tape.input_count + number
        for position, a in enumerate(row.args):
            if not isinstance(a, Slot):
                continue
            tail, partial = f"s{a.index}", partials(number, position)
            if inputs <= a.index < tape.input_count:  # a constant: a node of its own for each use
                tail = f"c{number}_{position}"
                given = constants[a.index - inputs]
                if labels != "n":  # only the numbering that counts constants has derivatives by them
                    partial = None
                    nodes.append(Node(tail, "", _constant(given), "constant"))
                else:
                    bar = None if partial is None else bars(slot) * partial
                    nodes.append(Node(tail, called[a.index], "", "constant", given, bar))
            edges.append(Edge(tail, f"s{slot}", partial))
        kind = "result" if slot in outputs else "operation"
        nodes.append(node(slot, _operation(row), kind))
    whole = Graph(show, tuple(nodes), tuple(edges))
    # The rounds of a loop may differ in their constants: those are inputs of the lifted tape.
    loop = repeats(unlifted) if len(nodes) > MOST_NODES else None
    return whole if loop is None else _collapsed(whole, loop, tape.input_count)


def _numbers(tape: Tape, point: tuple[Any, ...], show: str) -> tuple[Any, Any, Any]:
    """What is to be shown: the value of a slot, its adjoint, and the partial of a row in an operand."""
    if show == "structure":
        return (lambda slot: None), (lambda slot: None), (lambda row, position: None)
    if show == "values":
        return tape.run(tape.leaves(point)).__getitem__, (lambda slot: None), (lambda row, position: None)
    found = adjoints(tape, *point)
    return found.values.__getitem__, found.adjoints.__getitem__, lambda row, i: found.partials[row][i]


def _collapsed(whole: Graph, loop: Repeats, start: int) -> Graph:
    """The graph with the further iterations of a loop as one box; `start` is the slot of the first row."""
    inside = {f"s{start + number}" for number in range(loop.start, loop.end)}
    inside |= {edge.tail for edge in whole.edges if edge.head in inside and edge.tail.startswith("c")}
    box = Node("loop", "loop", f"{loop.period} rows × {loop.times}", "repeats")
    edges: dict[Any, Edge] = {}
    for edge in whole.edges:
        tail, head = ("loop" if key in inside else key for key in (edge.tail, edge.head))
        if tail == head:
            continue
        # What goes into the box goes into each iteration; neither that nor what goes out is one derivative.
        key = (tail, head) if head == "loop" else len(edges)
        edges.setdefault(key, Edge(tail, head, None if "loop" in (tail, head) else edge.partial))
    nodes = []
    for node in whole.nodes:
        if node.key not in inside:
            nodes.append(node)
        elif box not in nodes:
            nodes.append(box)
    return Graph(whole.show, tuple(nodes), tuple(edges.values()))


def _constant(value: Any) -> str:
    return number_text(value) if np.size(value) <= 4 else f"constant {np.shape(value)}"


def _operation(row: Instruction) -> str:
    """What stands in a box: the sign or the name of the operation, with what is no box of its own."""
    sign = SIGNS.get(row.op, row.op if row.op != "negative" else "-")
    sign = SYMBOLS.get(sign, sign)
    given = [short(a) for a in row.args if not isinstance(a, Slot)]
    given += [f"{name}={short(value)}" for name, value in row.keywords.items() if value is not None]
    if not given:
        return sign
    return f"{sign}{given[0]}" if sign == "^" else f"{sign}(·, {', '.join(given)})"


def _equation(node: Node, operands: list[str]) -> str:
    made = _made_of(node, operands)
    return f"{node.name} = {made}" if node.name and made else node.name or made


def _made_of(node: Node, operands: list[str]) -> str:
    operation = node.operation
    if not operands or node.kind == "repeats":
        return operation
    if re.fullmatch(r"[^\w(]+", operation) and len(operands) == 2:
        return f" {operation} ".join(operands)
    if operation.startswith("^"):
        return operands[0] + operation
    return f"{operation.split('(')[0]}({', '.join(operands)})" if operation != "−" else f"−{operands[0]}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    """A text inside Mermaid's quotes: what means something to it or to HTML as an entity."""
    return re.sub(r'["<>&#*_`\[\]|]', lambda found: f"#{ord(found[0])};", text)
