"""Each public record is pickled and copied whole; a new record, or error, is found by itself."""

import copy
import dataclasses
import functools
import importlib
import pickle
import pkgutil
import types
from collections.abc import Mapping
from http import HTTPStatus

import numpy as np
import pytest
import sympy

import diffkit
import diffkit as dk
from diffkit import families
from diffkit.errors import ArgumentsError, DiffkitError, ExpressionError, GraphError
from diffkit.functions import as_function
from diffkit.methods import METHODS
from diffkit.problems import PROBLEMS
from diffkit.studies import secants, sweeps, task, train
from diffkit.studies.overview import overview
from diffkit.studies.portrait import portrait
from diffkit.symbolic.limited import Simplified

AGAIN = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {n}": lambda value, n=n: pickle.loads(pickle.dumps(value, n)) for n in range(2, 6)},
}


def loss(v):
    return np.sum(np.where(v > 1, v**2, np.sin(v))) + np.linalg.norm(v) * v[0]


POINT = np.arange(1.0, 4.0)
STEPS = np.logspace(-9, -1, 9)

# What users are handed; the records inside are found in them.
MADE = {
    "an estimate": lambda: dk.derivative("sin(x)", 1.0, "adaptive", full_output=True),
    "an estimate of a gradient": lambda: dk.gradient(loss, POINT, full_output=True),
    "a comparison": lambda: dk.compare("sin(x)", 1.0),
    "a comparison of code": lambda: dk.compare(loss, POINT, methods="all"),
    "a sweep": lambda: dk.error_sweep("sin(x)", 1.0, steps=STEPS),
    "sweeps": lambda: sweeps(["sine", "pole"], "central", STEPS),
    "a swell": lambda: dk.swell(family="loop", n=2),
    "a cost": lambda: dk.cost("sin(x)", (1, 3)),
    "a check": lambda: dk.check_gradient(loss, POINT, gradient=lambda v: 2 * v),
    "a survey": lambda: dk.survey("sine,kink", "central,reverse"),
    "secants": lambda: secants("sin(x)", 1.0),
    "a training": lambda: train("x^2 + y^2", 1.0, 2.0, rate=0.1, epochs=3),
    "a regression": lambda: task("linreg", epochs=3),
    "an overview": overview,
    "a portrait": lambda: portrait("x^2*y", {"x": 1.0, "y": 2.0}),
    "a tape": lambda: dk.record(loss, POINT),
    "a tape of a solve": lambda: dk.record(lambda v: np.linalg.solve(np.diag(v), v).sum(), POINT),
    "a tape of a branch": lambda: dk.record(lambda x: x * x if x > 0 else x, 1.0),
    "what is simplified": lambda: Simplified(sympy.Symbol("x") ** 2, 0.1, stopped=False),
    "an adjoint": lambda: dk.autodiff.adjoint(dk.record(loss, POINT)),
    "a table": lambda: dk.views.table(dk.record(loss, POINT), POINT),
    "a graph": lambda: dk.views.graph(dk.record(loss, POINT), POINT),
    "steps": lambda: dk.symbolic.steps("x^2*sin(x)/(1 + x)", time_limit=None),
    "an explanation": lambda: dk.numerical.explain(np.sin, 1.0),
    "a stencil": lambda: dk.numerical.Central(accuracy=4).stencil(2),
    "a text": lambda: as_function("x^2*y"),
    "an expression": lambda: as_function(sympy.sin(sympy.Symbol("x")) ** 2),
    "a sparse method": lambda: dk.numerical.Central(sparsity=np.eye(3)),
    **{f"method {name}": lambda name=name: METHODS[name] for name in METHODS},
    **{f"problem {name}": lambda name=name: PROBLEMS[name] for name in PROBLEMS},
    **{f"family {name}": lambda name=name: families.FAMILIES[name] for name in families.FAMILIES},
}  # fmt: skip


SLOW = {"a swell", "a cost", "an overview", "a portrait", "a survey", "a comparison of code"}
VALUES = [name for name in MADE if name.split()[0] not in ("problem", "method", "family")]


@functools.cache
def made_once(name):
    return MADE[name]()


def same(a, b):
    """Whether two values are equal, with the arrays in them."""
    if a is b or (isinstance(a, float) and a != a and b != b):
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        equal_nan = a.dtype.kind in "fc"
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=equal_nan)
    if dataclasses.is_dataclass(a):
        compared = [field.name for field in dataclasses.fields(a) if field.compare]
        return all(same(getattr(a, name), getattr(b, name)) for name in compared)
    if isinstance(a, Mapping):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def records_in(value, found):
    """The records in a value, by their class."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found.setdefault(type(value), value)
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | frozenset):
        for part in value:
            records_in(part, found)


def modules():
    names = [m.name for m in pkgutil.walk_packages(diffkit.__path__, "diffkit.") if "__main__" not in m.name]
    return [importlib.import_module(name) for name in names]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in VALUES]
)
def test_a_record_comes_back_equal_and_prints_the_same(name):
    made = made_once(name)
    for again in AGAIN.values():
        found = again(made)
        assert same(found, made)
        if type(made).__str__ is not object.__str__:
            assert str(found) == str(made)


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("kind", ["method", "problem", "family"])
def test_the_rows_of_the_tables_come_back_equal(kind, again):
    for name in [name for name in MADE if name.startswith(kind)]:
        made = made_once(name)
        if again.startswith("pickle") and any(
            callable(value) and getattr(value, "__name__", "") == "<lambda>" for value in vars(made).values()
        ):
            continue
        assert same(AGAIN[again](made), made), name


def public_records():
    """Every record that `dk` or a room of it offers by name."""
    rooms = [dk, *(room for name in dk.__all__ if isinstance(room := getattr(dk, name), types.ModuleType))]
    offered = [getattr(room, name) for room in rooms for name in getattr(room, "__all__", ())]
    return {kind for kind in offered if isinstance(kind, type) and dataclasses.is_dataclass(kind)}


@pytest.mark.slow
def test_every_public_record_is_among_those_that_are_tried():
    found = {}
    for name in MADE:
        records_in(made_once(name), found)
    left = {kind for kind in public_records() - set(found) if not getattr(kind, "__abstractmethods__", ())}
    assert {kind.__name__ for kind in left} <= NOT_MADE


# Records of which the table above makes none, and why none is needed.
NOT_MADE = {"Rule"}  # a row of the table of rules, made of functions


def errors():
    """Every exception that diffkit defines."""
    known, waiting = set(), [BaseException]
    modules()
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind not in known:
                known.add(kind)
                waiting.append(kind)
    ours = [kind for kind in known if kind.__module__.startswith("diffkit.")]
    return sorted(ours, key=lambda kind: kind.__qualname__)


VALUES_OF = {"status": HTTPStatus.NOT_FOUND, "raised": KeyError("x"), "column": 2}


@pytest.mark.parametrize("again", AGAIN)
def test_every_error_comes_back_with_its_class_its_text_and_what_it_knows(again):
    """What a process raises reaches the one that waits for it by pickle."""
    for kind in errors():
        code = getattr(kind.__init__, "__code__", None)
        names = code.co_varnames[1 : code.co_argcount] if code else ["what"]
        made = kind(*(VALUES_OF.get(name, "a sentence") for name in names))
        found = AGAIN[again](made)
        assert type(found) is kind
        assert str(found) == str(made)
        assert {k: repr(v) for k, v in vars(found).items()} == {k: repr(v) for k, v in vars(made).items()}


def test_an_error_of_the_parser_keeps_its_caret():
    with pytest.raises(ExpressionError) as caught:
        dk.derivative("sin(x))", 1.0)
    for again in AGAIN.values():
        found = again(caught.value)
        assert (str(found), found.column) == (str(caught.value), caught.value.column)
        assert "^" in str(found)


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("name", [name for name in dk.errors.__all__ if name != "ExpressionError"])
def test_an_error_of_the_family_comes_back(name, again):
    found = AGAIN[again](getattr(dk.errors, name)("what, where"))
    assert isinstance(found, DiffkitError)
    assert (type(found).__name__, str(found)) == (name, "what, where")


@pytest.mark.parametrize("again", AGAIN)
def test_a_leaf_comes_back_as_a_leaf_and_a_result_says_that_it_cannot(again):
    x = dk.tensor([1.0, 2.0], requires_grad=True)
    found = AGAIN[again](x)
    assert (found.numpy().tolist(), found.requires_grad, found.is_leaf) == ([1.0, 2.0], True, True)
    with pytest.raises(GraphError, match=r"cannot be copied or pickled; write y\.detach\(\)"):
        AGAIN[again](x * x)


@pytest.mark.parametrize("make", [
    lambda f: dk.compare(f, 2.0, methods="reverse"), lambda f: secants(f, 2.0),
    lambda f: train(f, 2.0, rate=0.1, epochs=3), lambda f: dk.error_sweep(f, 2.0, "central", STEPS),
    lambda f: dk.check_gradient(f, 2.0), lambda f: dk.cost(lambda v: f(v).sum(), (1, 2), "reverse"),
    lambda f: dk.record(f, 2.0), lambda f: dk.autodiff.adjoint(dk.record(f, 2.0)),
    lambda f: dk.views.table(dk.record(f, 2.0), 2.0), lambda f: dk.views.graph(dk.record(f, 2.0), 2.0),
])  # fmt: skip
def test_what_was_found_of_a_lambda_is_pickled_without_the_lambda(make):
    made = make(lambda x: x * x)
    found = pickle.loads(pickle.dumps(made))
    assert same(found, made)
    assert str(found) == str(made)


def test_what_needs_its_f_and_cannot_be_pickled_says_so_at_once():
    for made in (secants(lambda x: x * x, 1.0), train(lambda x: x * x, 1.0, rate=0.1, epochs=2)):
        with pytest.raises(ArgumentsError, match="its f could not be, which the figure asks"):
            pickle.loads(pickle.dumps(made)).plot()
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(dk.autodiff.compile(lambda x: x * x, 1.0))


def test_a_tape_that_came_back_computes_the_same():
    tape = dk.record(loss, POINT)
    for again in AGAIN.values():
        assert again(tape).replay(POINT) == tape.replay(POINT)
        assert dk.views.source(again(tape)) == dk.views.source(tape)
