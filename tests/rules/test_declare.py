"""How a rule is declared, found and asked for."""

import subprocess
import sys

import numpy as np
import pytest

from diffkit.autodiff import grad, jvp, vjp
from diffkit.errors import NoRuleError
from diffkit.primitives import WITH_ROW, Joined, primitive
from diffkit.rules import Rule, array_rule, declare, elementwise, linear, rule_of, rules
from diffkit.tape import record


@pytest.fixture
def forget():
    """forget(function): takes its rule away. The table is put back as it was after the test."""
    before, with_row = {rule.function: rule for rule in rules()}, set(WITH_ROW)
    yield declare._RULES.pop
    for table, old in ((declare._RULES, before), (WITH_ROW, with_row)):
        table.clear()
        table.update(old)


def slope(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


def test_a_row_takes_the_place_of_what_is_written_with_other_functions(forget):
    x, f = np.array([1.0, 2.0, 4.0]), lambda x: np.median(x * x)
    assert grad(f)(x).tolist() == [0.0, 4.0, 0.0]
    push = lambda x_dot, y, x: np.mean(x_dot)
    array_rule(np.median, (push, lambda y_bar, y, x: np.full(x.shape, y_bar / x.size)))
    assert grad(f)(x) == pytest.approx(2 * x / 3)
    assert jvp(f, (x,), (x,))[1] == pytest.approx(np.mean(2 * x * x))
    assert [row.function for row in record(f, x).instructions][-1] is np.median


@pytest.mark.parametrize("D", [grad, slope], ids=["reverse", "forward"])
def test_a_new_operation_needs_one_row_and_is_differentiated_to_any_order(forget, D):
    square = np.frompyfunc(lambda x: x * x, 1, 1)
    elementwise(square, lambda y, x: 2 * x)
    assert D(D(square))(3.0) == 2.0
    assert D(D(D(lambda x: square(x) * x)))(3.0) == 6.0


def test_a_partial_is_asked_only_for_an_active_operand(forget):
    weigh = np.frompyfunc(lambda a, b: a * b, 2, 1)
    asked = []
    elementwise(weigh, lambda y, a, b: asked.append("a") or b, lambda y, a, b: asked.append("b") or a)
    assert grad(lambda x: weigh(2.0, x))(3.0) == 2.0
    assert slope(lambda x: weigh(2.0, x))(3.0) == 2.0
    assert asked == ["b", "b"]


@pytest.mark.parametrize(("number", "right"), [(1, 1.0), (-1, -1.0), (0.5, 0.5), (0, 0.0)])
def test_a_constant_partial_is_a_plain_number(forget, number, right):
    f = np.frompyfunc(lambda x: number * x, 1, 1)
    elementwise(f, number)
    assert grad(f)(3.0) == slope(f)(3.0) == right


def test_an_operand_without_a_rule_is_an_error_and_one_that_is_not_felt_is_zero(forget):
    f = np.frompyfunc(lambda a, b: a, 2, 1)
    elementwise(f, None, 0)
    assert grad(f, argnums=1)(1.0, 2.0) == 0.0
    for derivative in (lambda: grad(f)(1.0, 2.0), lambda: jvp(f, (1.0, 2.0), (1.0, 1.0))):
        with pytest.raises(NoRuleError, match=r"operand 1; keep that operand constant, declare"):
            derivative()


def test_a_linear_function_needs_its_pull_only(forget):
    forget(np.trace)
    linear(np.trace, lambda y_bar, y, x: y_bar * np.eye(2))
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert grad(np.trace)(x).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert jvp(np.trace, (x,), (x,))[1] == 5.0


def test_an_array_rule_is_a_pair_of_maps_an_operand(forget):
    forget(np.outer)
    array_rule(
        np.outer,
        (lambda a_dot, y, a, b: np.outer(a_dot, b), lambda y_bar, y, a, b: y_bar @ b),
        (lambda b_dot, y, a, b: np.outer(a, b_dot), lambda y_bar, y, a, b: a @ y_bar),
    )
    a, b, c = np.random.default_rng(0).normal(size=(3, 3))
    f = lambda a, b: c @ np.outer(a, b) @ c
    assert vjp(f, a, b)[1](1.0) == (pytest.approx(c * (b @ c)), pytest.approx(c * (a @ c)))
    assert jvp(np.outer, (a, b), (c, a))[1] == pytest.approx(np.outer(c, b) + np.outer(a, a))


@pytest.mark.parametrize(
    ("f", "row"),
    [
        (
            lambda x: np.histogram_bin_edges(x),
            r"np\.histogram_bin_edges has no .*array_rule\(np\.histogram_bin_edges, \(push, pull\)\)",
        ),
        (lambda x: np.spacing(x), r"np\.spacing has no .*elementwise\(np\.spacing, lambda y, x: \.\.\.\)"),
        (
            lambda x: np.nextafter(x, x),
            r"elementwise\(np\.nextafter, lambda y, a, b: \.\.\., lambda y, a, b: \.\.\.\)",
        ),
    ],
)
def test_an_unknown_function_names_the_row_to_write(f, row):
    x = np.ones(3)
    for derivative in (lambda: grad(lambda x: np.sum(f(x)))(x), lambda: jvp(f, (x,), (x,))):
        with pytest.raises(NoRuleError, match=row):
            derivative()


def test_a_function_of_scipy_special_is_named_with_its_home():
    import scipy.special as sc

    with pytest.raises(NoRuleError, match=r"scipy\.special\.mathieu_a has no .*elementwise"):
        rule_of(sc.mathieu_a)


def test_a_joined_function_finds_its_rule_and_keeps_it():
    rule = rule_of(Joined(np.stack, 2))
    assert rule.together
    assert rule_of(Joined(np.stack, 2)) is rule
    with pytest.raises(NoRuleError, match="block"):
        rule_of(Joined(np.block, 2))


def test_expand_puts_back_the_axes_that_a_reduction_lost():
    x = np.zeros((2, 3, 4))
    for axis in (None, 0, -1, (0, 2), ()):
        for keepdims in (False, True):
            reduced = np.sum(x, axis=axis, keepdims=keepdims)
            expanded = declare.expand(reduced, x, axis, keepdims)
            assert expanded.ndim in (0, 3) if axis is None and keepdims else expanded.ndim == 3
            assert np.broadcast_shapes(np.shape(expanded), x.shape) == x.shape


def test_every_rule_says_one_thing_about_each_operand():
    found = list(rules())
    assert len({rule.function for rule in found}) == len(found) > 150
    for rule in found:
        assert isinstance(rule, Rule)
        if rule.partials is None:
            assert len(rule.pushes) == len(rule.pulls) > 0
        else:
            assert (rule.pushes, rule.pulls) == ((), ())
            assert len(rule.partials) == getattr(rule.function, "nin", len(rule.partials))


def test_scipy_waits_until_one_of_its_functions_is_met():
    program = """
import sys, numpy as np, diffkit.autodiff as ad
ad.grad(np.sin)(1.0)
assert "scipy" not in sys.modules
import scipy.special as sc
print(ad.grad(sc.erf)(0.0))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert float(done.stdout) == pytest.approx(2 / np.sqrt(np.pi))


def test_the_rule_that_a_function_carries_is_not_kept():
    function = lambda x: 2 * x
    function.rule = Rule(function, pulls=(lambda y_bar, y, x: [2 * y_bar],), together=True)
    known = len(declare._RULES), [len(found) for found in declare.QUICK.values()]
    assert rule_of(function) is function.rule
    assert declare.quick_partials(function, float) is False
    assert (len(declare._RULES), [len(found) for found in declare.QUICK.values()]) == known


def test_a_partial_that_keeps_what_it_returns_finds_it_unchanged(forget):
    kept = np.full(3, 2.0)
    twice = primitive(lambda x: 2 * x)
    elementwise(twice, lambda y, x: kept)
    f = lambda x: np.sum(twice(np.sin(x) * x) + twice(x))
    x = np.array([0.1, 0.5, 1.0])
    assert grad(f)(x) == pytest.approx(2 * np.cos(x) * x + 2 * np.sin(x) + 2)
    assert np.array_equal(kept, np.full(3, 2.0))
