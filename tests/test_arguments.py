"""What a function takes, against what it is given, in one sentence."""

from fractions import Fraction

import numpy as np
import pytest

import diffkit as dk
from diffkit.arguments import checked_leaf, leaf_names, require_by_position, require_variables
from diffkit.errors import ArgumentsError, DomainError, UnknownMethodError
from diffkit.functions import as_function
from diffkit.structure import flatten_arguments


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("1.0", ArgumentsError, "w is '1.0'; write a number"),
        (None, ArgumentsError, "w is None"),
        (1j, DomainError, "w is complex"),
        (10**400, DomainError, "w is a whole number of 401 digits"),
        ([1.0, np.inf], DomainError, r"w\[1\] is inf; write a finite point"),
        ([[1], [1, 2]], ArgumentsError, "w is not an array of numbers"),
        (Fraction(1, 3), ArgumentsError, r"w is '1/3' of type Fraction; write float\(w\)"),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), ArgumentsError, r"w has masked elements; write w\.compressed"),
    ],
)
def test_a_leaf_that_is_no_real_number_is_named_and_refused(value, error, message):
    with pytest.raises(error, match=message):
        checked_leaf(value, "w")


def test_a_leaf_comes_out_as_floats_in_the_byte_order_of_the_machine():
    leaf = checked_leaf(np.array([1, 2], ">f4"), "w")
    assert leaf.dtype == np.dtype("f4")
    assert checked_leaf(3, "w") == 3.0
    assert type(checked_leaf(np.ma.array([1.0, 2.0]), "w")) is np.ndarray  # of which nothing is masked


def test_too_many_arguments_are_counted_and_too_few_variables_are_named():
    with pytest.raises(ArgumentsError, match="cannot be called with 2 arguments"):
        require_variables(lambda x: x, 2)
    with pytest.raises(ArgumentsError, match=r"f has 2 variables \(x, y\) and 1 was given"):
        require_variables(as_function("x*y"), 1)
    require_variables(as_function("x*y"), 1, ({"x": 1.0, "y": 2.0},))
    require_variables(as_function("3"), 5)


def plane(x, y, z):
    return x * y + z


@pytest.mark.parametrize("ask", [dk.gradient, dk.jacobian, dk.hessian, dk.compare, dk.check_gradient])
@pytest.mark.parametrize(
    "point", [(1, 2, 0.5), [1, 2, 0.5], np.array([1, 2, 0.5], object), {"z": 0.5, "x": 1, "y": 2}]
)
def test_arguments_that_came_in_one_container_are_shown_one_by_one(ask, point):
    with pytest.raises(ArgumentsError, match=r"missing .* 'y'; write .*: gradient\(plane, 1, 2, 0\.5\)$"):
        ask(plane, point)


@pytest.mark.parametrize("point", [1.0, (1.0, 2.0), {"x": 1.0, "y": 2.0, "w": 3.0}, np.ones((3, 1))])
def test_a_container_that_does_not_fit_the_arguments_is_not_taken_for_them(point):
    with pytest.raises(ArgumentsError, match=r"missing a required argument: 'y'$"):
        dk.gradient(plane, point)
    with pytest.raises(ArgumentsError, match=r"gradient\(f, 1, 2\)$"):
        dk.gradient(lambda x, y: x * y, (1, 2))


@pytest.mark.parametrize("ask", [dk.derivative, dk.error_sweep])
@pytest.mark.parametrize(
    ("f", "write"),
    [
        (lambda x, y: x * y, r"takes 2 numbers \(x, y\).* write gradient\(f, 1\.0, 2\.0\)"),
        (plane, r"takes 3 numbers \(x, y, z\).* write gradient\(plane, 1\.0, 2\.0, z\)"),
        ("x*y", r'takes 2 numbers \(x, y\).* write gradient\(f, \{"x": 1\.0, "y": 2\.0\}\)'),
    ],
)
def test_a_second_number_where_the_method_stands_is_one_of_the_point(ask, f, write):
    with pytest.raises(ArgumentsError, match=write):
        ask(f, 1.0, 2.0)


def test_a_number_where_the_method_stands_is_no_method_of_a_function_of_one_number():
    with pytest.raises(UnknownMethodError, match="method is 2; write a name"):
        dk.derivative(np.sin, 1.0, 2)
    with pytest.raises(UnknownMethodError, match="method is 2; write a name"):
        dk.derivative(lambda x, power=2: x**power, 1.0, 2)


def test_a_point_given_by_keywords_is_shown_by_position():
    with pytest.raises(ArgumentsError, match=r"write 1\.0, 2\.0 after f"):
        require_by_position(lambda x, y: x * y, (), {"x": 1.0, "y": 2.0})


def test_leaves_are_called_as_the_function_calls_them():
    _, structure = flatten_arguments((1.0, 2.0))
    assert leaf_names(lambda a, b: a * b, (1.0, 2.0), structure, 2) == ["a", "b"]
    assert leaf_names(np.sin, (1.0,), structure, 1) == ["x"]
    assert leaf_names(lambda v: v, ({"p": 1.0, "q": 2.0},), structure, 2) == ["p", "q"]
