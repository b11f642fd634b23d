"""Forward mode: dual numbers a + b eps, with eps^2 = 0, carry a tangent along as the program runs.

Letters: `y` the value of a result, `y_dot` its tangent, h(a + b eps) = h(a) + b h'(a) eps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from diffkit.autodiff.reverse import added, fit, product
from diffkit.primitives import takes_each_once
from diffkit.rules import Rule, rule_of
from diffkit.tape.active import Active, Trace, plain
from diffkit.tape.arithmetic import NUMPY
from diffkit.tape.assign import View

__all__ = ["Dual", "DualTrace"]


class Dual(Active):
    """A value and its tangent; `tangent` is None where nothing that was seeded reaches."""

    __slots__ = ("stamp", "tangent", "view")

    def __init__(self, owner: Trace, value: Any, tangent: Any) -> None:
        self.owner = owner
        self.value = value
        self.tangent = tangent
        self.stamp = 0  # how often it has been assigned to
        self.view: View | None = None

    def __getitem__(self, key: Any) -> Any:
        part = Active.__getitem__(self, key)
        if part.__class__ is Dual and part.shape and takes_each_once(key):
            part.view = View(self, key)
        return part

    def alias(self) -> Dual:
        """The same dual number under a handle of its own."""
        return Dual(self.owner, self.value, self.tangent)

    def become(self, after: Dual, before: Dual) -> None:
        """Stand for another dual number from now on."""
        self.owner, self.value, self.tangent = after.owner, after.value, after.tangent
        self.stamp += 1

    def __repr__(self) -> str:
        return f"{plain(self.value)} + {0.0 if self.tangent is None else plain(self.tangent)} eps"


class DualTrace(Trace):
    """A trace that makes dual numbers.

    `selected` tells whether an exact zero in a tangent means that nothing seeded reaches: a seed has had
    zeros, or a function has selected. Before that it is a number, and meets an infinite partial as one.
    """

    __slots__ = ("selected",)

    kind = Dual

    def __init__(self) -> None:
        super().__init__()
        self.selected = False

    def seeded(self, x: Any, x_dot: Any) -> Dual:
        """An input with its tangent; without one where it is zero all over, and no active zero."""
        if not isinstance(x_dot, Active) and not np.any(x_dot):
            return Dual(self, x, None)
        self.selected = self.selected or not np.all(plain(x_dot))
        return Dual(self, x, x_dot)

    def apply(self, function: Callable[..., Any], args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        if self.assigned:
            for a in args:
                if a.__class__ is Dual and a.view is not None:
                    a.view.require_fresh(a)
        values = self.values(args)
        y = NUMPY.call(function, values, keywords)
        rule = rule_of(function)
        self.selected = self.selected or rule.selects
        dots = [a.tangent if a.__class__ is Dual and a.owner is self else None for a in args]
        y_dot = _tangent(rule, dots, y, values, keywords, self.selected)
        if isinstance(y, tuple):  # of a function with several results, such as np.modf
            dots = [None] * len(y) if y_dot is None else list(y_dot)
            parts = [Dual(self, v, d if d is None else fit(d, v)) for v, d in zip(y, dots, strict=True)]
            return type(y)(*parts) if hasattr(y, "_fields") else tuple(parts)
        return Dual(self, y, None if y_dot is None else fit(y_dot, y))


@np.errstate(all="ignore")
def _tangent(
    rule: Rule, dots: list[Any], y: Any, values: list[Any], keywords: Mapping[str, Any], selected: bool
) -> Any:
    """The tangent of a result; None where nothing that was seeded reaches."""
    if rule.together:
        push = rule.push(0)
        return push(dots, y, *values, **keywords) if push else None
    y_dot: Any = None
    for position, x_dot in enumerate(dots):
        if x_dot is None:
            continue
        if rule.partials is not None:
            y_dot = added(y_dot, product(x_dot, rule, position, y, values, keywords, selected))
        elif push := rule.push(position):
            y_dot = added(y_dot, push(x_dot, y, *values, **keywords))
    return y_dot
