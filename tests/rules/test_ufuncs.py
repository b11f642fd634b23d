"""Every elementwise NumPy row against mpmath, in both modes, at first and second order; and its corners."""

import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import grad, hessian, jvp, value_and_grad
from diffkit.primitives import share, tanh_slope
from diffkit.rules import rule_of, rules

ROWS = [
    rule
    for rule in rules()
    if rule.partials is not None and getattr(np, rule.function.__name__, None) is rule.function
]
CASES = [
    pytest.param(rule, position, id=f"{rule.function.__name__}-{position}")
    for rule in [*ROWS, rule_of(share), rule_of(tanh_slope)]
    for position, partial in enumerate(rule.partials)
    if partial is not None
]


def points(rule, box, count=3):
    rng = np.random.default_rng(3)
    return [[rng.uniform(*side) if isinstance(side, tuple) else side for side in box] for _ in range(count)]


@pytest.mark.parametrize(("rule", "position"), CASES)
def test_each_partial_is_right_in_both_modes_and_orders(rule, position, check_partial, has_value):
    tried = 0
    for box in rule.domain:
        for point in points(rule, box):
            if has_value(rule.function, point):
                tried += 1
                check_partial(rule.function, point, position)
    assert tried >= 3


@pytest.mark.parametrize(("rule", "position"), CASES)
def test_arrays_give_what_their_elements_give_in_their_own_precision(rule, position, check_arrays):
    check_arrays(rule.function, points(rule, rule.domain[0], 4), position)


@pytest.mark.parametrize(
    "shapes", [((2, 3), (3,)), ((), (3,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1))], ids=str
)
@pytest.mark.parametrize("rule", [r for r in ROWS if len(r.partials) == 2 and r.function is not np.round],
                         ids=lambda rule: rule.function.__name__)  # fmt: skip
def test_broadcasting_is_undone(rule, shapes, check_maps):
    if rule.function in (np.fmod, np.remainder, np.floor_divide):
        # Their jumps lie where a / b is whole: keep them away from the differences.
        check_maps(lambda a, b: rule.function(a + 0.2, b), *shapes, low=0.6, high=0.7)
    else:
        check_maps(rule.function, *shapes)


def test_a_ufunc_has_its_outer_product_and_its_reduction(check_maps):
    check_maps(np.multiply.outer, (2,), (3, 2))
    check_maps(np.hypot.outer, (2,), ())
    check_maps(lambda x: np.add.reduce(x, axis=1), (2, 3))
    check_maps(np.multiply.reduce, (2, 3))
    check_maps(lambda x: np.maximum.reduce(x, axis=None), (2, 3))


HUGE = 1e3
D = grad


def second(f):
    return grad(grad(f))


def third(f):
    return grad(second(f))


# What is asked, the right answer, and why it could go wrong. The well-known traps are in test_traps.py.
CORNERS = [
    # powers: 0 * inf
    *[pytest.param(third(lambda x, n=n: x**n), 0.0, right, id=f"third of x**{n!r} at 0") for n, right in
      [(2, 0), (2.0, 0), (3, 6), (3.0, 6), (0.0, 0)]],
    # corners: |x|' = 0, ties share
    pytest.param(D(np.fabs), 0.0, 0.0, id="fabs at 0 (s)"),
    pytest.param(D(lambda x: np.fmax(x, 2 * x)), 0.0, 1.5, id="fmax(x, 2x) at 0 (s)"),
    pytest.param(D(lambda x: np.clip(x, 0, 1)), 1.5, 0.0, id="clip beyond its edge"),
    pytest.param(D(lambda x: np.hypot(x, x)), 0.0, 0.0, id="hypot at (0, 0) (s)"),
    pytest.param(second(lambda x: np.hypot(1.0, x)), 0.0, 1.0, id="second of hypot(1, x) at 0"),
    # infinite slopes are answers
    pytest.param(D(np.arcsin), 1.0, np.inf, id="arcsin at 1"),
    # extremes
    pytest.param(third(np.tanh), 0.0, -2.0, id="third of tanh at 0"),
    pytest.param(second(lambda x: np.logaddexp(0.0, x)), 0.0, 0.25, id="second of log(1 + exp(x)) at 0"),
    pytest.param(D(lambda x: np.logaddexp(x, 1.0)), -np.inf, 0.0, id="logaddexp at -inf"),
    pytest.param(D(lambda x: np.logaddexp(x, -np.inf)), -np.inf, 0.0, id="logaddexp at -inf, -inf"),
    pytest.param(D(lambda x: np.logaddexp(x, x)), HUGE, 1.0, id="logaddexp(x, x) far out"),
    pytest.param(D(lambda x: np.logaddexp2(x, x)), HUGE, 1.0, id="logaddexp2(x, x) far out"),
    pytest.param(D(lambda x: np.logaddexp2(x, -np.inf)), 1.0, 1.0, id="logaddexp2(x, -inf)"),
    # removable singularities
    pytest.param(second(second(np.sinc)), 0.0, np.pi**4 / 5, id="fourth of sinc at 0"),
    pytest.param(D(lambda x: np.arctan2(x, -1.0)), 0.0, -1.0, id="arctan2(x, -1) at 0"),
    pytest.param(D(lambda x: np.arctan2(0.0, x)), -1.0, 0.0, id="arctan2(0, x) at -1"),
]  # fmt: skip


@pytest.mark.parametrize(("derivative", "x", "right"), CORNERS)
def test_the_corners_have_the_stated_answers(derivative, x, right):
    assert derivative(x) == pytest.approx(right, rel=4e-16, abs=0, nan_ok=True)


def test_the_mixed_derivative_of_a_power_is_right_where_the_exponent_is_zero():
    # d2(x^y) / dx dy = x^(y - 1) (1 + y log x)
    found = hessian(lambda v: v[0] ** v[1])(np.array([2.0, 0.0]))
    assert found == pytest.approx(np.array([[0.0, 0.5], [0.5, np.log(2.0) ** 2]]))


def test_powers_of_arrays_are_right_where_base_or_exponent_is_zero():
    base, exponent = np.array([0.0, 0, 0, 2, 2]), np.array([0.0, 1, 2, 0, 3])
    by_base, by_exponent = grad(lambda a, b: np.sum(a**b), argnums=(0, 1))(base, exponent)
    assert by_base.tolist() == [0.0, 1.0, 0.0, 0.0, 12.0]
    assert by_exponent == pytest.approx(np.array([0, 0, 0, np.log(2), 8 * np.log(2)]))


def test_a_numbers_power_is_differentiated_in_the_precision_of_its_exponent():
    f = lambda x: np.float32(0.3) * 2 ** np.sin(x)
    both = dk.autodiff.compile(f, np.float32(0.5))
    for x in np.linspace(-2, 2, 50, dtype=np.float32):
        found = value_and_grad(f)(x)
        assert {type(part) for part in found} == {np.float32}
        assert both(x) == found


def test_the_slope_of_tanh_keeps_its_digits_where_tanh_is_nearly_one():
    # sech(20)^2 = 4 exp(-40) to 17 digits, where 1 - tanh(20)^2 is 0
    assert grad(np.tanh)(20.0) == pytest.approx(4 * np.exp(-40.0), rel=1e-14)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_derivatives_of_tanh_keep_their_digits_on_arrays_of_any_size(order):
    x = np.concatenate([np.linspace(-22, 22, 45), [1.8, 1.83, 1.84, 300.0, -300.0, 1e3]])
    derivative = np.tanh
    for _ in range(order):
        derivative = lambda x, f=derivative: jvp(f, (x,), (np.ones_like(x),))[1]
    with mpmath.workdps(300):  # 1 - tanh(300)^2 has lost 260 of them
        t = [mpmath.tanh(v) for v in x.tolist()]
        right = {1: [1 - y**2 for y in t], 2: [-2 * y * (1 - y**2) for y in t],
                 3: [(1 - y**2) * (6 * y**2 - 2) for y in t]}[order]  # fmt: skip
        right = np.array([float(v) for v in right])
    assert derivative(x) == pytest.approx(right, rel=4e-15, abs=1e-300)
    assert jvp(np.tanh, (0.3 + 0.4j,), (1.0,))[1] == pytest.approx(1 - np.tanh(0.3 + 0.4j) ** 2, rel=1e-15)


def test_clip_reads_its_edges_as_keywords_too():
    x = np.array([-1.0, 0.5, 2.0])
    for f in (
        lambda x: np.clip(x, a_min=0, a_max=1),
        lambda x: np.clip(x, min=0, max=1),
        lambda x: x.clip(min=0, max=1),
    ):
        assert grad(lambda x: np.sum(f(x)))(x).tolist() == [0.0, 1.0, 0.0]  # noqa: B023
    edges = grad(lambda a, b: np.sum(np.clip(x, a_min=a, a_max=b)), argnums=(0, 1))(0.0, 1.0)
    assert edges == (1.0, 1.0)


def test_the_second_operand_of_heaviside_counts_where_the_first_is_zero():
    slopes = grad(lambda b: np.sum(np.heaviside(np.array([-1.0, 0.0, 2.0]), b)))(np.full(3, 0.5))
    assert slopes.tolist() == [0, 1, 0]
