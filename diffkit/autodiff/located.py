"""The line of a row that has no rule: a sweep meets the row long after the line, so f runs once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.autodiff.anomaly import SlowNode, Watch
from diffkit.autodiff.reverse import pull_back
from diffkit.errors import NoRuleError
from diffkit.structure import as_leaf, flatten_arguments
from diffkit.tape.node import Node
from diffkit.tape.record import Recorder, run

__all__ = ["located"]


class _Noting(Recorder):
    """A trace that notes the line of each row, and at which row a sweep is."""

    __slots__ = ("last", "watch")

    kind = SlowNode

    def __init__(self) -> None:
        super().__init__()
        self.watch, self.assigned = Watch(), True
        self.last: Node | None = None

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        row = super().apply(function, args, keywords)
        self.watch.note(row)
        return row

    def visited(self, node: Node, bar: Any) -> tuple[tuple[Any, ...], Any, Any]:
        self.last = node
        return super().visited(node, bar)


def located(error: NoRuleError, f: Callable[..., Any], args: tuple[Any, ...]) -> NoRuleError:
    """The error of a sweep through f at these arguments, with the line that it comes from if it is found.

    Examples
    --------
    >>> print(located(NoRuleError("no such rule"), np.sin, (1.0,)))
    no such rule
    """
    noting = _Noting()
    leaves, structure = flatten_arguments(args)
    try:
        outputs, _ = run(f, structure.build([noting.kind(noting, as_leaf(leaf)) for leaf in leaves]), noting)
        pull_back([(output, np.ones(np.shape(output))) for output in outputs], noting)
    except NoRuleError as again:
        place = noting.watch.place_of(noting.last) if noting.last is not None else None
        if place and str(again) == str(error) and "; at line " not in str(error):
            return NoRuleError(f"{error}; at {place}")
    except Exception:  # the second run of f is none of the user's business
        pass
    return error
