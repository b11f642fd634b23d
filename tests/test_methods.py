"""The table of methods: names, options, methods of one's own, and what is refused in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, DiffkitError, UnknownMethodError, UnknownOptionError
from diffkit.methods import METHODS, method_for, methods_for, own_methods, register_method
from diffkit.numerical import Central, Forward

NAMES = [
    "forward",
    "backward",
    "central",
    "richardson",
    "adaptive",
    "complex-step",
    "symbolic",
    "dual",
    "reverse",
]


def test_the_table_holds_the_methods_in_the_order_of_the_lecture() -> None:
    assert [name for name in METHODS if name in NAMES] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_method_knows_its_name_and_its_kind(name: str) -> None:
    method = METHODS[name]
    assert method.name == name
    assert method.kind in ("numerical", "symbolic", "automatic")
    assert method_for(name) is method
    assert method_for(method) is method


@pytest.mark.parametrize("name", NAMES)
def test_a_method_is_a_frozen_record_that_prints_as_it_is_made(name: str) -> None:
    method = METHODS[name]
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.h = 1.0  # type: ignore[misc, attr-defined]
    assert repr(method).startswith(type(method).__name__ + "(")
    assert hash(method) == hash(type(method)())


# fmt: off
OPTIONS: list[tuple[str, dict[str, Any], Callable[..., Any]]] = [
    ("forward",      {"h": 1e-5},                dk.numerical.Forward),
    ("forward",      {"accuracy": 3},            dk.numerical.Forward),
    ("backward",     {"h": 1e-5, "accuracy": 2}, dk.numerical.Backward),
    ("central",      {"h": 1e-5},                dk.numerical.Central),
    ("central",      {"h": 1e-2, "accuracy": 6}, dk.numerical.Central),
    ("richardson",   {"h": 1e-3},                dk.numerical.Richardson),
    ("complex-step", {"h": 1e-20},               dk.numerical.ComplexStep),
    ("symbolic",     {"max_nodes": 50},          dk.symbolic.Symbolic),
]
# fmt: on


@pytest.mark.parametrize(("name", "options", "make"), OPTIONS)
def test_an_option_and_a_method_object_are_the_same_thing(
    name: str, options: dict[str, Any], make: Callable[..., Any]
) -> None:
    assert method_for(name, options) == make(**options)
    by_option = dk.derivative("sin(x)*exp(-x^2)", 0.7, name, full_output=True, **options)
    assert by_option == dk.derivative("sin(x)*exp(-x^2)", 0.7, make(**options), full_output=True)
    g = lambda v: np.sum(np.sin(v) * v)
    by_object = dk.gradient(g, np.array([0.5, 1.0]), method=make(**options))
    np.testing.assert_array_equal(dk.gradient(g, np.array([0.5, 1.0]), method=name, **options), by_object)


def test_an_option_changes_a_method_object_too_and_leaves_it_as_it_was() -> None:
    central = Central(h=1e-3)
    assert method_for(central, {"accuracy": 4}) == Central(h=1e-3, accuracy=4)
    assert central == Central(h=1e-3)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("centrl", "central"), ("Reverse", "reverse"), ("complexstep", "complex-step"), ("foward", "forward")],
)
def test_an_unknown_name_suggests_the_nearest_and_lists_them_all(
    typed: str, meant: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(UnknownMethodError, match=f"did you mean '{meant}'") as caught:
        dk.derivative(np.sin, 1.0, typed)
    assert all(name in str(caught.value) for name in METHODS)
    assert isinstance(caught.value, ValueError)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize("typed", ["", "xyz"])
def test_a_name_near_nothing_lists_them_without_a_guess(typed: str) -> None:
    with pytest.raises(UnknownMethodError) as caught:
        dk.derivative(np.sin, 1.0, typed)
    assert f"no method {typed!r}; the methods are forward, " in str(caught.value)
    assert "central" in str(caught.value)


@pytest.mark.parametrize("given", [Central, None, 3, ["central"], np.sin])
def test_what_is_neither_a_name_nor_a_method_object_is_refused_with_an_example(
    given: Any, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    with pytest.raises(UnknownMethodError, match=r"Central\(h=1e-5\)") as caught:
        dk.derivative(np.sin, 1.0, given)
    assert_one_clear_line(caught.value)


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("forward", "h, workers, vectorized, sparsity, check, accuracy"),
        ("complex-step", "are h, workers, vectorized, sparsity, check"),
        ("symbolic", "max_nodes"),
        ("reverse", "it has none"),
    ],
)
def test_an_unknown_option_lists_the_options_of_that_method(
    name: str, has: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    for ask in (dk.derivative, dk.gradient, dk.jacobian, dk.hessian):
        with pytest.raises(UnknownOptionError, match=f"{name}.*'step'.*{has}") as caught:
            ask(np.sin, 1.0, method=name, step=1e-3)
        assert isinstance(caught.value, TypeError)
        assert_one_clear_line(caught.value)


@pytest.mark.parametrize("name", ["reverse", "dual", "symbolic"])
def test_an_option_of_other_methods_names_them_and_what_to_write(name: str) -> None:
    with pytest.raises(UnknownOptionError) as caught:
        dk.derivative(np.sin, 1.0, name, h=1e-5)
    assert str(caught.value).endswith(
        '; forward, backward, central, richardson, adaptive, complex-step have it, as in method="central"'
    )
    with pytest.raises(UnknownOptionError, match='; symbolic has it, as in method="symbolic"'):
        dk.derivative(np.sin, 1.0, "reverse", max_nodes=5)


@pytest.mark.parametrize("ask", [dk.derivative, dk.gradient, dk.jacobian, dk.hessian])
@pytest.mark.parametrize(
    ("methods", "write"), [("central", "central"), (["dual", "central"], "reverse"), (None, "reverse")]
)
def test_where_one_method_is_asked_methods_is_method(ask: Any, methods: Any, write: str) -> None:
    with pytest.raises(UnknownOptionError, match=rf"write method='{write}', or compare\(f, \.\.\., methods="):
        ask(np.sin, 1.0, methods=methods)


def test_methods_are_a_name_several_names_objects_or_all() -> None:
    assert methods_for("reverse") == [METHODS["reverse"]]
    assert methods_for(Central(h=1e-3)) == [Central(h=1e-3)]
    assert methods_for(" central,reverse ") == methods_for(["central", METHODS["reverse"]])
    assert methods_for(None) == list(own_methods().values())
    assert methods_for("all") == list(METHODS.values())
    assert methods_for(name for name in ("dual",)) == [METHODS["dual"]]


def test_an_option_reaches_the_methods_that_have_it_and_one_has_to() -> None:
    assert methods_for("forward,reverse", {"h": 0.5}) == [Forward(h=0.5), METHODS["reverse"]]
    with pytest.raises(UnknownOptionError, match=r"no option 'h' in reverse, dual; forward, .* have it"):
        methods_for("reverse,dual", {"h": 0.5})


@pytest.mark.parametrize("none", ["", " , ", [], ()])
def test_no_methods_are_refused_with_the_list(none: Any) -> None:
    with pytest.raises(ArgumentsError, match="no methods are given; write some of forward"):
        methods_for(none)


@pytest.mark.parametrize("wrong", [3, [3], Central, [None]])
def test_what_is_no_method_is_refused_alone_as_in_a_list(wrong: Any) -> None:
    with pytest.raises(UnknownMethodError, match="write a name"):
        methods_for(wrong)


def test_a_registered_method_is_used_by_its_name() -> None:
    register_method("five-point", Central(accuracy=4))
    assert dk.derivative(np.exp, 0.0, "five-point", h=0.1) == dk.derivative(np.exp, 0.0, Central(0.1, 4))
    assert list(METHODS)[-1] == "five-point"
    with pytest.raises(UnknownMethodError, match="five-point"):
        method_for("fivepoint")


def test_a_name_can_be_given_to_another_method() -> None:
    register_method("forward", Forward(accuracy=2))
    assert method_for("forward") == Forward(accuracy=2)


def test_a_method_of_ones_own_needs_three_answers_and_two_names() -> None:
    @dataclasses.dataclass(frozen=True)
    class Guess:
        always: float = 0.0
        name: str = dataclasses.field(default="guess", init=False)
        kind: str = dataclasses.field(default="numerical", init=False)

        def derivative(self, f: Any, x: Any, order: int = 1) -> dk.Estimate:
            return dk.Estimate(np.full(np.shape(x), self.always)[()], method=self.name)

        def jacobian(self, f: Any, leaves: list[Any]) -> dk.Estimate:
            return dk.Estimate([np.full(np.shape(leaf), self.always) for leaf in leaves], method=self.name)

        def hessian(self, f: Any, leaves: list[Any]) -> dk.Estimate:
            raise NotImplementedError

    register_method("guess", Guess())
    assert dk.derivative(np.sin, 1.0, "guess", always=0.5) == 0.5
    assert dk.gradient(np.sum, [1.0, 2.0], method="guess", always=1.0).tolist() == [1.0, 1.0]
    with pytest.raises(UnknownOptionError, match="its options are always"):
        dk.derivative(np.sin, 1.0, "guess", name="other")


@pytest.mark.parametrize(
    ("name", "method", "says"),
    [
        ("mine", object(), "lacks name, kind, derivative, jacobian, hessian"),
        ("mine", None, "lacks"),
        ("mine", "central", "lacks"),
        ("mine", Central, "is a class"),
        ("", Central(), "not a name"),
        ("all", Central(), "not a name"),
        (3, Central(), "not a name"),
    ],
)
def test_what_is_not_a_method_is_not_registered(
    name: Any, method: Any, says: str, assert_one_clear_line: Callable[[DiffkitError], None]
) -> None:
    before = dict(METHODS)
    with pytest.raises(ArgumentsError, match=says) as caught:
        register_method(name, method)
    assert dict(METHODS) == before
    assert_one_clear_line(caught.value)


def test_the_table_itself_is_read_only() -> None:
    with pytest.raises(TypeError):
        METHODS["mine"] = Central()  # type: ignore[index]
