"""How large an expression is: operations, nodes as a tree and as a graph, characters.

Everything is added up over the distinct nodes, so that a tree of 10^30 nodes is measured like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from diffkit.symbolic.pool import below, in_order

__all__ = ["LONGEST", "Size", "size_as_sympy_counts", "size_as_written", "size_of_derivative"]

LONGEST = 20_000  # nodes of a tree that is still written out to count its characters

Counted = tuple[int, list[Any]]  # the operations of a node itself, and the operands that add theirs


@dataclass(frozen=True)
class Size:
    """The measures of an expression.

    Attributes
    ----------
    operations
        Additions, multiplications, powers, calls, ..., each as often as it is written.
    tree
        Nodes, each as often as it is written: operations, numbers and variables.
    shared
        Distinct nodes: what is left when equal subexpressions are kept once.
    characters
        Of the text; None for one of more than `LONGEST` nodes, which is not written out.
    """

    operations: int
    tree: int
    shared: int
    characters: int | None


def size_as_sympy_counts(expressions: Iterable[Any]) -> Size:
    """The size of SymPy's own expressions, all together; the operations are those of `sympy.count_ops`.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> size_as_sympy_counts([4 * x * (1 - x)])
    Size(operations=3, tree=8, shared=7, characters=11)
    """
    # SymPy keeps equal nodes as several objects: they are told by ==, which is quick for what SymPy made.
    return _size(list(expressions), _by_sympy, lambda e: e, str)


def size_as_written(expressions: Iterable[Any]) -> Size:
    """The size of nodes of a `Pool`, all together, which are counted as they are written.

    The operations are those of `sympy.count_ops`, but for the few places where that folds before it counts
    (2*x*3/y as 6*x/y, 0*(x + 1) as 0) or forgets (the + of -(x + 1)).

    Examples
    --------
    >>> import sympy
    >>> from diffkit.symbolic.pool import Pool
    >>> x = Pool().term(sympy.Symbol("x"))
    >>> for _ in range(100):
    ...     x = x * x
    >>> size_as_written([x.node])
    Size(operations=1267650600228229401496703205375, tree=2535301200456458802993406410751,
         shared=101, characters=None)
    """

    def text(e: Any) -> str:
        import sympy

        return str(sympy.sstr(e, order="none"))

    return _size(list(expressions), _by_hand, id, text)


def size_of_derivative(expression: Any, x: Any) -> int:
    """About the nodes of the derivative by x, as a tree, before anything cancels: known without making it.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> size_of_derivative(x, x), size_of_derivative(x**x, x)
    (1, 18)
    >>> for _ in range(60):
    ...     x = sympy.sin(x) * sympy.cos(x)
    >>> f"{size_of_derivative(x, sympy.Symbol('x')):.0e}"
    '6e+20'
    """
    sizes: dict[int, int] = {}
    slopes: dict[int, int] = {}  # 0 for what does not depend on x
    for e in in_order([expression]):
        size = sizes[id(e)] = 1 + sum(sizes[id(a)] for a in e.args)
        moving = [a for a in e.args if slopes[id(a)]]
        slope = sum(slopes[id(a)] for a in moving)
        if not e.args:
            slope = int(e == x)
        elif e.is_Mul:
            slope += sum(size - sizes[id(a)] for a in moving)
        elif moving and not e.is_Add:  # the slope of the function, and the product with the inner one
            slope += size * len(moving) + 3
            slope += sum(sizes[id(a)] + 2 for a in e.args) if len(moving) == 2 else 0
        slopes[id(e)] = slope + bool(moving)
    return slopes[id(expression)]


def _size(
    expressions: list[Any],
    count: Callable[[Any], Counted],
    key: Callable[[Any], Any],
    text: Callable[[Any], str],
) -> Size:
    order, seen = in_order(expressions), {}
    trees: dict[Any, int] = {}
    for e in order:
        if (k := key(e)) not in trees:
            trees[k] = 1 + sum(trees[key(a)] for a in e.args)
            seen[k] = e
    tree = sum(trees[key(e)] for e in expressions)
    try:
        characters = sum(len(text(e)) for e in expressions) if tree <= LONGEST else None
    except RecursionError:
        characters = None
    return Size(_operations(expressions, count, key), tree, len(seen), characters)


def _operations(expressions: list[Any], count: Callable[[Any], Counted], key: Callable[[Any], Any]) -> int:
    totals: dict[Any, int] = {}
    counted: dict[Any, Counted] = {}
    waiting = list(expressions)
    while waiting:
        e = waiting[-1]
        k = key(e)
        if k in totals:
            waiting.pop()
            continue
        if k not in counted:
            counted[k] = count(e)
        own, operands = counted[k]
        missing = [a for a in operands if key(a) not in totals]
        if missing:
            waiting.extend(missing)
        else:
            totals[k] = own + sum(totals[key(a)] for a in operands)
            waiting.pop()
    return sum(totals[key(e)] for e in expressions)


# -- as sympy.count_ops does it, which looks at one node at a time and may make new ones ------------------


def _by_sympy(e: Any) -> Counted:
    """One turn of the loop in `sympy.count_ops`; the operands are what it goes on with."""
    import sympy
    from sympy.core.function import _coeff_isneg

    own = 0
    if e.is_Mul:
        if _coeff_isneg(e):
            own += 1
            e = e.as_two_terms()[1] if e.args[0] is sympy.S.NegativeOne else -e
        n, d = sympy.fraction(e)
        if n.is_Integer:
            return own + 1 + int(bool(n < 0)), [d]
        if d is not sympy.S.One:
            return own + 1, [n, d]
    elif e.is_Add:
        signs = [_coeff_isneg(a) for a in e.args]
        return len(signs) - 1 + all(signs), [
            -a if minus else a for a, minus in zip(e.args, signs, strict=True)
        ]
    if e.is_Pow and e.exp is sympy.S.NegativeOne:
        return own + 1, [e.base]
    if e.is_Mul:
        return own + len(e.args) - 1, list(e.args)
    more, operands = _plainly(e)
    return own + more, operands


def _plainly(e: Any) -> Counted:
    """A number, a symbol, a power, a call, a condition."""
    import sympy

    if e.is_Rational:
        return _of_number(e), []
    if e is sympy.S.Exp1:
        return 1, []
    if isinstance(e, sympy.core.operations.LatticeOp):
        return len(e.args) - 1, list(e.args)
    calls = e.is_Pow or e.is_Function or isinstance(e, sympy.Derivative | sympy.Integral | sympy.Sum)
    return int(bool(e.args and calls)), list(e.args)


def _of_number(q: Any) -> int:
    """-1/3 is a sign and a division."""
    return int(q.p < 0) + int(q.q != 1)


# -- as it is written: no node is made, none is tidied up -------------------------------------------------


def _by_hand(e: Any) -> Counted:
    if e.is_Mul:
        minus, own, operands = _product(e)
        return own + minus, operands
    if e.is_Add:
        return _sum(e)
    if e.is_Pow and e.args[1] == -1:
        return 1, [e.args[0]]
    return _plainly(e)


def _product(e: Any) -> tuple[bool, int, list[Any]]:
    """Whether there is a minus sign, and the operations of what it is the sign of."""
    minus, factors = _signed(e)
    above, under, own, operands = 0, 0, 0, []
    for f in factors:
        if f.is_Rational:  # p/q: p above the bar and q under it
            above += f.p != 1 or f.q == 1
            under += f.q != 1
            own += f.p < 0
        elif below(f):
            under += 1
            base, n = f.args
            own += 0 if n == -1 else 1 + _of_number(-n)
            operands.append(base)
        else:
            above += 1
            operands.append(f)
    return minus, own + max(above - 1, 0) + max(under - 1, 0) + (under > 0), operands


def _signed(e: Any) -> tuple[bool, list[Any]]:
    """The minus sign of a product's leading number, and the factors without it."""
    first, *others = e.args
    minus = bool(first.is_Number and first.is_extended_negative)
    return minus, others if first == -1 else [-first if minus else first, *others]


def _sum(e: Any) -> Counted:
    """A term with a minus sign is subtracted, which is one operation as is adding it."""
    own, operands, minuses = len(e.args) - 1, list[Any](), 0
    for a in e.args:
        minus = bool(a.is_Number and a.is_extended_negative)
        if minus:
            own += _of_number(-a) if a.is_Rational else 0
        elif a.is_Mul and _signed(a)[0]:
            minus, inner, more = _product(a)
            own += inner
            operands += more
        else:
            operands.append(a)
        minuses += minus
    return own + (minuses == len(e.args)), operands
