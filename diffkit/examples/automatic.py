"""The examples of automatic differentiation, graphs, traces and dual numbers: 15 to 21."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import diffkit as dk
from diffkit.autodiff import custom_rule
from diffkit.autodiff.dual import dual
from diffkit.examples.row import Example, ulps, within
from diffkit.families import FAMILIES

__all__ = ["ROWS", "nodes", "product", "survey"]


def product(x: Any, y: Any, z: Any) -> Any:
    """f = (x + y) z, where a = x + y.

    >>> product(1, -2, 3)
    -3
    """
    a = x + y
    return a * z


def nodes(x: Any, y: Any) -> Any:
    """x^2 y + y + 2 in the order of the textbook's nodes n4 to n7.

    >>> nodes(3, 4)
    42
    """
    return x * x * y + (y + 2)


def survey(x1: Any, x2: Any) -> Any:
    """ln x1 + x1 x2 - sin x2.

    >>> float(survey(1.0, 0.0))
    0.0
    """
    return np.log(x1) + x1 * x2 - np.sin(x2)


def graph_of_product() -> Mapping[str, Any]:
    at = 1.0, -2.0, 3.0
    tape = dk.record(product, *at)
    bare, valued, full = (dk.views.graph(tape, *at, show=show, labels="names") for show in SHOWN)
    called = dict(zip([node.key for node in full.nodes], "xyzaf", strict=True))
    return {
        "structure": [node.operation or node.label for node in bare.nodes],
        "with values": [valued.lines_of(node)[-1] for node in valued.nodes],
        "with adjoints": [full.lines_of(node)[-1] for node in full.nodes],
        "partials": {f"d{called[edge.head]}/d{called[edge.tail]}": edge.partial for edge in full.edges},
        "gradient": dk.gradient(product, *at),
    }


SHOWN: tuple[Any, ...] = ("structure", "values", "adjoints")


def seven_nodes() -> Mapping[str, Any]:
    found = dk.views.table(dk.record(nodes, 3.0, 4.0), 3.0, 4.0, labels="n")
    hessian = dk.hessian(lambda v: nodes(v[0], v[1]), [3.0, 4.0])
    values = {row.label: row.value for row in found.rows}
    return {"values": values, "adjoints": {row.label: row.derivative for row in found.rows},
            "Hessian": hessian}  # fmt: skip


def dual_numbers() -> Mapping[str, Any]:
    a: Any = dual(42.0, 24.0)
    b = dual(2.0, 1.0)
    made = {
        "f(3 + eps, 4)": nodes(dual(3.0), 4.0),
        "f(3, 4 + eps)": nodes(3.0, dual(4.0)),
        "a + b": a + b, "a - b": a - b, "a b": a * b, "a / b": a / b, "sqrt a": np.sqrt(a),
    }  # fmt: skip
    return {name: [number.value, number.tangent] for name, number in made.items()}


def trace_tables() -> Mapping[str, Any]:
    tape = dk.record(survey, 2.0, 5.0)
    back = dk.views.table(tape, 2.0, 5.0)
    along = [dk.views.table(tape, 2.0, 5.0, mode="forward", direction=d) for d in ((1.0, 0.0), (0.0, 1.0))]
    return {
        "v1 ... v4": [row.value for row in back.rows[2:-1]],
        "f": back.result,
        "adjoints, v-1 ... v5": [row.derivative for row in back.rows],
        "tangents along x1": [row.derivative for row in along[0].rows],
        "tangents along x2": [row.derivative for row in along[1].rows],
        "gradient": back.derivative,
    }


def loop() -> Mapping[str, Any]:
    z = FAMILIES["loop"].make(100)
    points = (0.5, 0.5), (1.2, 0.5), (0.0, 0.0)
    return {f"f, da, db at {at}": [z(*at), *dk.gradient(z, *at)] for at in points}


def new_operation() -> Mapping[str, Any]:
    square = custom_rule(lambda x: x * x, vjp=lambda y, x: lambda y_bar: 2 * x * y_bar)
    cube = custom_rule(lambda x: x * x * x, vjp=lambda y, x: lambda y_bar: 3 * square(x) * y_bar)
    return {
        "square: f, f', f''": [square(3.0), *(dk.derivative(square, 3.0, order=k) for k in (1, 2))],
        "cube: f'''": dk.derivative(cube, 3.0, order=3),
    }


def kinks() -> Mapping[str, Any]:
    functions = {
        "abs": np.abs,
        "max(x, 0)": lambda x: np.maximum(x, 0),
        "relu, by an if": lambda x: x if x > 0 else 0 * x,
        "relu, by where": lambda x: np.where(x > 0, x, 0),
    }
    return {name: [dk.derivative(f, x) for x in (-2.0, 0.0, 3.0)] for name, f in functions.items()}


# fmt: off
ROWS = (
    Example(15, "the graph of (x + y) z, three ways", "a = x + y, at (1, -2, 3)",
            graph_of_product,
            {"structure": ["x", "y", "z", "+", "×"], "with values": ["1", "-2", "3", "-1", "-3"],
             "with adjoints": ["1  [3]", "-2  [3]", "3  [-1]", "-1  [3]", "-3  [1]"],
             "partials": {"da/dx": 1, "da/dy": 1, "df/da": 3, "df/dz": -1}, "gradient": [3, 3, -1]}),
    Example(16, "seven nodes, backwards", "x^2*y + y + 2 at (3, 4)",
            seven_nodes,
            {"values": {"n1": 3, "n2": 4, "n3": 2, "n4": 9, "n5": 36, "n6": 6, "n7": 42},
             "adjoints": {"n1": 24, "n2": 10, "n3": 1, "n4": 4, "n5": 1, "n6": 1, "n7": 1},
             "Hessian": [[8, 6], [6, 0]]}),
    Example(17, "dual numbers", "f = x^2*y + y + 2; a = 42 + 24 eps, b = 2 + eps",
            dual_numbers,
            {"f(3 + eps, 4)": [42, 24], "f(3, 4 + eps)": [42, 10],
             "a + b": [44, 25], "a - b": [40, 23], "a b": [84, 90], "a / b": [21, 1.5],
             "sqrt a": [6.480740698407860, 1.851640199545103]}),
    Example(18, "the evaluation trace tables", "log(x1) + x1*x2 - sin(x2) at (2, 5)",
            trace_tables,
            {"v1 ... v4": within([0.693147, 10, -0.958924, 10.693147], 5e-7), "f": 11.652071455223084,
             "adjoints, v-1 ... v5": within([5.5, 1.716338, 1, 1, -1, 1, 1], 5e-7),
             "tangents along x1": within([1, 0, 0.5, 5, 0, 5.5, 5.5], 5e-7),
             "tangents along x2": within([0, 1, 0, 2, 0.283662, 2, 1.716338], 5e-7),
             "gradient": [5.5, 1.7163378145367738]}),
    Example(19, "the loop of 100 iterations", "z = a cos(z + i) + z sin(b - i), unchanged NumPy code",
            loop,  # a hundred iterations pile up about a hundred roundings
            {"f, da, db at (0.5, 0.5)":
                ulps([-0.521229458232646, -2.1365913121839126, -0.1559980770750438], 100),
             "f, da, db at (1.2, 0.5)":
                ulps([-1.6332401876214693, -2.291397463225304, 7.805270327338955], 100),
             "f, da, db at (0.0, 0.0)": ulps([0, -1.2191980976555579, 0], 100)}),
    Example(20, "a new operation with its derivative", "square and cube at 3",
            new_operation, {"square: f, f', f''": [9, 6, 2], "cube: f'''": 6}),
    Example(21, "kinks, and their convention", "at -2, 0 and 3",
            kinks,
            {"abs": [-1, 0, 1], "max(x, 0)": [0, 0.5, 1], "relu, by an if": [0, 0, 1],
             "relu, by where": [0, 0, 1]}),
)
# fmt: on
