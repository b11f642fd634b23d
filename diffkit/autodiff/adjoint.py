"""The adjoint program: the reverse sweep of a tape, as a tape of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from diffkit.autodiff.anomaly import Watch, watching
from diffkit.autodiff.forward import DualTrace
from diffkit.autodiff.transforms import grad, vjp
from diffkit.errors import ArgumentsError, GuardError
from diffkit.tape.names import numbered
from diffkit.tape.node import Node
from diffkit.tape.record import Recorder, record
from diffkit.tape.sharing import shared
from diffkit.tape.wengert import Tape

__all__ = ["adjoint", "ones_like", "recorded"]

# Where a tape is run when no point is given: numbers of one size, inside the domains of most functions.
STARTS = (0.5, 1.5, -0.5, -1.5, 3.0, -3.0, 30.0, -30.0)


def adjoint(tape: Tape, *point: Any) -> Tape:
    """The program that computes the gradient of a tape's result: its sweep, with the rows that it reads.

    Repeated rows are there once, rows that nothing reads are not there. Its branches are the tape's own. What
    the tape calls a is called a, and its adjoint a_bar: `dk.views` shows the names.

    Parameters
    ----------
    tape
        A program. Where its result is no scalar, the adjoint has one argument more, the cotangent of the
        result, shaped as the result.
    point
        Where to run it while the sweep is recorded; only a tape with branches on its inputs may need one.

    Returns
    -------
    Tape
        Of the same arguments, with the gradient as its result: shaped as the argument, a tuple of several.

    Raises
    ------
    ArgumentsError
        If no point is given and the tape's branches go another way at the points that are tried.

    Notes
    -----
    Griewank and Walther, Evaluating Derivatives (2008), chapter 3.2: at most 3 to 4 times the work of f.

    Examples
    --------
    >>> import numpy as np, diffkit as dk
    >>> program = adjoint(dk.record(lambda x, y: np.log(x) + x * y - np.sin(y), 2.0, 5.0))
    >>> print(program)
    v-1 = input 1
    v0  = input 2
    v1  = cos(v0)
    v2  = -1.0 * v1
    v3  = y_bar = v2 + v-1
    v4  = 1 / v-1
    v5  = x_bar = v0 + v4
    return v5, v3
    >>> program.replay(2.0, 5.0)
    (5.5, 1.7163378145367738)
    >>> print(dk.views.source(program, name="gradient"))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def gradient(x, y):
        \"\"\"The program that diffkit recorded, a line a row: 5 rows.\"\"\"
        x = np.asarray(x) - 0.0  # one of NumPy's own numbers: 1 / 0 is inf there, and no error
        y = np.asarray(y) - 0.0
        v1 = np.cos(y)
        v2 = (-1.0) * v1
        y_bar = v2 + x
        v4 = 1 / x
        x_bar = y + v4
        return (x_bar, y_bar)
    <BLANKLINE>
    """
    return recorded(tape, point, _swept, "adjoint")


def recorded(
    tape: Tape, point: tuple[Any, ...], make: Callable[[Tape, tuple[Any, ...]], Tape], name: str
) -> Tape:
    """What `make`, of this name, records of a tape at a point, or at the first that takes its branches.

    Repeated rows are there once, rows that nothing reads are not there.
    """
    failed: GuardError | None = None
    for at in [point] if point else _points(tape):
        try:
            return shared(make(tape, at))
        except GuardError as error:
            failed = error
    raise ArgumentsError(
        f"the tape branches on its inputs, and no point that was tried takes the same way ({failed}); "
        f"write {name}(tape, *point) with the point where it was recorded"
    )


def _swept(tape: Tape, point: tuple[Any, ...]) -> Tape:
    count = len(tape.point_structure.children)
    every = tuple(range(count)) if count > 1 else 0
    arguments = (*tape.arguments, *[""] * count)[:count]
    named = _Named(tape)
    with np.errstate(all="ignore"), named:  # the program is right wherever it is run
        value = tape.replay(*point)
        if tape.output_structure.kind is None and np.ndim(value) == 0:
            return replace(record(grad(named.replay, every), *point), arguments=arguments)

        def pulled(*given: Any) -> Any:
            bars = vjp(named.replay, *given[:-1])[1](given[-1])
            return bars if count > 1 else bars[0]

        bars = [ones_like(leaf) for leaf in tape.output_structure.leaves_of(value)]
        found = record(pulled, *point, tape.output_structure.build(bars))
        return replace(found, arguments=(*arguments, "result_bar"))


class _Named(Watch):
    """A tape whose replays, swept in this context, name the rows of the sweep: a, and a_bar its adjoint."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self.tape = tape
        names = [*_input_names(tape), *(row.name for row in tape.instructions)]
        self.names = numbered(names, tape.input_count)
        self.of: dict[int, str] = {}  # of the nodes that are swept, by number

    def __enter__(self) -> None:
        # Somebody who watches for nan has the first right to see each row.
        self.token = watching.set(self) if watching.get() is None and any(self.names) else None

    def __exit__(self, *_: Any) -> None:
        if self.token is not None:
            watching.reset(self.token)

    def replay(self, *point: Any) -> Any:
        """What the tape's own replay gives, on nodes."""
        values = self.tape.run(self.tape.leaves(point))
        for name, value in zip(self.names, values, strict=True):
            if name and isinstance(value, Node):
                self.of[value.number] = name
                _call(value.value, name)
        return self.tape.result(values)

    def recorder(self) -> Recorder:
        """A trace that shows each row to `swept`."""
        return _NamingRecorder(self)

    def duals(self) -> DualTrace:
        return DualTrace()

    def require_finite(self, outputs: Any) -> None:
        pass

    def swept(self, node: Node, bar: Any) -> None:
        if node.number in self.of:
            _call(bar, f"{self.of[node.number]}_bar")


class _NamingRecorder(Recorder):
    __slots__ = ("named",)

    def __init__(self, named: _Named) -> None:
        super().__init__()
        self.named = named
        self.assigned = True  # so that the sweep asks for each row

    def visited(self, node: Node, bar: Any) -> tuple[tuple[Any, ...], Any, Any]:
        self.named.swept(node, bar)
        return super().visited(node, bar)


def _call(value: Any, name: str) -> None:
    """Give a node that is being recorded a name, if it has none."""
    if isinstance(value, Node) and isinstance(value.owner, Recorder):
        value.owner.names.setdefault(value.number, name)


def _input_names(tape: Tape) -> list[str]:
    """The names of the arguments that are one number or array, "" for the parts of others."""
    children = tape.point_structure.children
    names: list[str] = []
    for argument, child in zip([*tape.arguments, *[""] * len(children)], children, strict=False):
        names += [argument] if child.kind is None else [""] * len(child.leaves_of(None))
    return names


def _points(tape: Tape) -> Iterator[tuple[Any, ...]]:
    """Points of the tape's shapes, the elements a little apart so that none is a tie."""
    for start in STARTS:
        leaves = []
        for i, shape in enumerate(tape.input_shapes):
            size = int(np.prod(shape))
            turned = 1 + 0.5j if i in tape.complex_inputs else 1
            values = turned * start * (1 + (np.arange(size) + i) / (7 * (size + i + 1)))
            leaves.append(values.reshape(shape) if shape else values[0].item())
        yield tuple(tape.point_structure.build(leaves))


def ones_like(leaf: Any) -> Any:
    """A tangent or cotangent of ones: in double precision, complex where the leaf is."""
    return np.ones_like(leaf, dtype=np.result_type(np.asarray(leaf), float))[()]
