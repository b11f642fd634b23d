"""The reverse sweep: right where programs share, branch, repeat and mutate; linear time, no recursion."""

import numpy as np
import pytest

import diffkit as dk
from diffkit.autodiff import grad, vjp
from diffkit.autodiff.reverse import added, fit, pull_back
from diffkit.tape import record
from diffkit.tape.node import Node, reachable
from diffkit.tape.record import Recorder


def test_a_value_used_twice_gets_both_shares():
    assert grad(lambda x: x * x)(3.0) == 6.0
    assert grad(lambda x: (x + x) + (x + x))(1.0) == 4.0


def test_sixty_doublings_take_sixty_rows_and_not_two_to_the_sixty():
    visits = []

    def f(x):
        for _ in range(60):
            x = x + x
            visits.append(1)
        return x

    assert grad(f)(1.0) == 2.0**60
    assert len(visits) == len(record(f, 1.0)) == 60


def chain(x, n):
    for _ in range(n):
        x = np.sin(x)
    return x


def test_a_chain_of_20_000_operations_needs_no_recursion():
    x, right = 0.5, 1.0
    for _ in range(20_000):
        right *= np.cos(x)
        x = np.sin(x)
    assert grad(lambda x: chain(x, 20_000))(0.5) == pytest.approx(right, rel=1e-12)


def test_a_loop_with_a_branch_is_differentiated_along_the_branch_it_took():
    def f(x):
        y = x
        while y < 100:
            y = y * y if y > 2 else y + 1
        return y

    assert grad(f)(1.5) == pytest.approx(8 * 2.5**7)  # 1.5, 2.5, 2.5^2, 2.5^4, 2.5^8
    assert grad(f)(50.0) == 100.0


def test_the_loop_of_the_lecture_has_the_known_gradient():
    def f(a, b):
        z = 0
        for i in range(100):
            z = a * np.cos(z + i) + z * np.sin(b - i)
        return z

    both = grad(f, argnums=(0, 1))
    assert both(0.5, 0.5) == pytest.approx((-2.1365913121839126, -0.1559980770750438), rel=1e-12)
    assert both(1.2, 0.5) == pytest.approx((-2.291397463225304, 7.805270327338955), rel=1e-12)
    assert both(0.0, 0.0) == pytest.approx((-1.2191980976555579, 0.0), rel=1e-12)


def test_the_evaluation_trace_has_the_adjoints_of_the_survey():
    # Baydin et al. 2018, table 3: f = ln x1 + x1 x2 - sin x2 at (2, 5)
    trace = Recorder()
    x1, x2 = Node(trace, 2.0), Node(trace, 5.0)
    v1, v2, v3 = np.log(x1), x1 * x2, np.sin(x2)
    v4 = v1 + v2
    v5 = v4 - v3
    bars = pull_back([(v5, 1.0)], trace, keep=True)
    found = [bars[v.number] for v in (v5, v4, v3, v1, v2, x1, x2)]
    assert v5.value == 11.652071455223084
    assert found == pytest.approx([1, 1, -1, 1, 1, 5.5, 1.7163378145367738])


def test_intermediate_cotangents_are_freed_unless_they_are_asked_for():
    trace = Recorder()
    x = Node(trace, 2.0)
    y = np.exp(np.sin(x))
    assert set(pull_back([(y, 1.0)], trace)) == {x.number}
    assert len(pull_back([(y, 1.0)], trace, keep=True)) == 3


def test_several_seeded_outputs_add_up_and_constants_are_passed_over():
    trace = Recorder()
    x = Node(trace, 3.0)
    assert pull_back([(x * x, 1.0), (2 * x, 10.0), (5.0, 1.0)], trace) == {x.number: 26.0}


def test_a_node_that_reaches_no_output_is_not_swept():
    trace = Recorder()
    x = Node(trace, 3.0)
    unused = np.spacing(x)  # has no rule, which does no harm where nothing asks for its derivative
    y = x * x
    assert [node.number for node in reachable([y], trace)] == [x.number, y.number]
    assert unused.number > x.number
    assert pull_back([(y, 1.0)], trace) == {x.number: 6.0}


@pytest.mark.parametrize(
    ("bar", "x", "right"),
    [
        (np.ones((2, 3)), np.zeros(3), [2.0, 2, 2]),
        (np.ones((2, 3)), np.zeros((2, 1)), [[3.0], [3]]),
        (np.ones((2, 3)), np.zeros((1, 1)), [[6.0]]),
        (np.ones((2, 3)), 0.0, 6.0),
        (1.0, np.zeros((2, 2)), [[1.0, 1], [1, 1]]),
        (np.ones((0, 3)), np.zeros(3), [0.0, 0, 0]),
    ],
)
def test_a_cotangent_is_summed_or_spread_to_the_shape_of_its_operand(bar, x, right):
    found = fit(bar, x)
    assert np.shape(found) == np.shape(x)
    assert np.array_equal(found, right)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])
def test_a_cotangent_is_in_the_precision_of_its_operand(dtype):
    for bar in (1.0, np.float32(1), np.ones(2), np.ones(2, np.float32), np.ones((3, 2), np.longdouble)):
        assert fit(bar, np.zeros(2, dtype)).dtype == dtype
        assert np.asarray(fit(np.sum(bar), dtype(0))).dtype == dtype


def test_the_cotangent_of_a_python_float_is_one_also_when_it_comes_as_an_array():
    for bar in (np.array(2.0), np.float64(2.0), np.array([2.0])):
        assert type(fit(bar, 1.0)) is float


def test_none_is_zero_in_a_sum_of_cotangents():
    assert added(None, 2.0) == added(2.0, None) == 2.0
    assert added(None, None) is None
    assert added((1.0, None, None), (2.0, 3.0, None)) == (3.0, 3.0, None)


@pytest.mark.parametrize("size", [2, 1000])
def test_changing_a_captured_array_afterwards_does_not_change_the_pullback(size):
    c = np.full(size, 2.0)
    _, pullback = vjp(lambda x: x * c, np.ones(size))
    c[:] = 100
    assert np.all(pullback(np.ones(size))[0] == 2.0)


def test_changing_the_point_or_the_result_afterwards_does_not_change_the_pullback():
    x = np.array([3.0, 4.0])
    y, pullback = vjp(lambda x: np.exp(x * x), x)
    expected = 2 * x * y
    x[:] = 100
    y[:] = 100
    assert pullback(np.ones(2))[0] == pytest.approx(expected)


@pytest.mark.parametrize("f", [np.sum, lambda x: x, lambda x: x + 0, lambda x: x.T, lambda x: x[:]])
def test_a_gradient_belongs_to_the_caller_alone(f):
    x = np.array([3.0, 4.0])
    y, pullback = vjp(f, x)
    seed = np.ones_like(y)
    (first,) = pullback(seed)
    first[0] = 99
    assert pullback(seed)[0].tolist() == [1.0, 1.0]
    assert np.all(seed == 1.0)
    assert x.tolist() == [3.0, 4.0]


def test_the_gradients_of_two_arguments_are_two_arrays():
    a, b = vjp(lambda x, y: x + y, np.ones(2), np.ones(2))[1](np.ones(2))
    a[0] = 99
    assert b.tolist() == [1.0, 1.0]


def test_a_cotangent_that_several_operands_share_is_not_overwritten():
    # y + z hands one cotangent to both; what is multiplied or added later must not touch the other's.
    rng = np.random.default_rng(0)
    x = rng.normal(size=5)

    def f(x):
        y = np.sin(x) * 2
        z = np.cos(x) + y
        u = (y + z) * x
        v = (u + z) + (u - y)
        return np.sum(v * v + np.exp(v))

    right = [np.imag(f(x + 1e-30j * e)) / 1e-30 for e in np.eye(5)]
    assert grad(f)(x) == pytest.approx(np.array(right), rel=1e-13)


def test_a_sweep_overwrites_neither_values_nor_cotangents_of_the_caller():
    x, seed = np.linspace(0.1, 1.0, 5), np.ones(5)
    pullback = vjp(lambda x: np.exp(np.sin(x) * x) + x, x)[1]
    first = pullback(seed)[0]
    assert np.array_equal(pullback(seed)[0], first)
    assert np.array_equal(seed, np.ones(5))
    assert np.array_equal(x, np.linspace(0.1, 1.0, 5))
    first[:] = 0.0
    assert np.all(pullback(seed)[0] != 0.0)


def test_what_is_not_selected_stays_zero_through_numbers_and_arrays():
    # Beside the side that is taken, the root of 0 has an infinite slope.
    f = lambda x: np.where(x > 0, np.sqrt(x) * 2, x)
    assert grad(f)(0.0) == 1.0
    assert grad(lambda x: np.sum(f(x)))(np.array([0.0, 4.0])).tolist() == [1.0, 0.5]
    assert grad(lambda x: np.maximum(x, -np.sqrt(x) - 1))(0.0) == 1.0


def test_the_gradient_of_a_plain_sum_is_an_array_of_its_own():
    x = np.ones(3)
    gradient = grad(np.sum)(x)
    gradient[:] = 5.0
    assert grad(np.sum)(x).tolist() == x.tolist() == [1.0, 1.0, 1.0]
    product = grad(lambda x: np.sum(x * x))(x)
    product[:] = 7.0
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_a_recorded_sweep_goes_through_functions_of_several_results():
    f = lambda a: np.sum(np.linalg.eigh(a)[0] ** 2 * np.linalg.eigh(a)[1][0] ** 2)
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    x = dk.tensor(a, requires_grad=True)
    f(x).backward(create_graph=True)
    first = x.grad
    x.zero_grad()
    np.sum(first**2).backward()
    assert x.grad.numpy() == pytest.approx(grad(lambda a: np.sum(grad(f)(a) ** 2))(a), abs=1e-12)


def test_a_cotangent_that_is_zero_by_value_keeps_its_own_derivative():
    # At x = 1 the inner square is 0, and beside it the root of -1 has no value.
    f = lambda x: np.sum(np.where(x > 0, (np.sqrt(x) - 1) ** 2, 0.0))
    x = np.array([4.0, 1.0, -1.0])
    with np.errstate(all="ignore"):
        found = dk.autodiff.hessian(f)(x)
        nested = grad(lambda x: grad(f)(x)[1])(x)
    assert found[1, 1] == pytest.approx(0.5)
    assert nested == pytest.approx(np.array([0.0, 0.5, 0.0]))


@pytest.mark.parametrize("kind", [np.float32, np.complex64, np.complex128])
def test_a_derivative_that_is_zero_has_the_type_of_its_argument(kind):
    assert grad(lambda x: 3.0)(kind(1)).dtype == kind


def test_active_whole_numbers_index_plain_arrays():
    table = np.arange(5.0)
    f = lambda x: np.sum(table[np.rint(x).astype(int)] * x)
    assert grad(f)(np.array([1.2, 2.9])).tolist() == [1.0, 3.0]


@pytest.mark.parametrize("huge", [1.0, 1e200])  # whose square overflows, as that of an infinite slope
def test_below_a_selection_a_zero_meets_no_infinite_slope_and_a_number_meets_every_other(huge):
    def f(x):
        roots = np.sqrt(x)  # the slope at 0 is infinite
        return np.sum(np.where(x > 0, huge * roots, 0.0)) + np.sum(huge * roots[1:])

    assert grad(f)(np.array([0.0, 1.0, 4.0])).tolist() == [0.0, huge, huge / 2]


def test_parts_of_an_array_are_added_up_where_they_belong():
    w = np.arange(1.0, 7.0).reshape(2, 3)

    def f(x):
        whole = np.sum(w * x)
        return np.sum(2 * x[0]) + x[1, 2] + whole + np.sum(x[:, 1:] * x[:, 1:]) + np.sum(x[0, ::-2])

    x = np.arange(6.0).reshape(2, 3)
    expected = w + np.array([[3.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    expected[:, 1:] += 2 * x[:, 1:]
    assert grad(f)(x).tolist() == expected.tolist()


def test_parts_of_a_complex_array_may_come_after_a_real_cotangent():
    def f(x):
        z = x + 1j * x
        return np.sum(np.real(z)) + np.real(1j * z[0]) + np.real((2 + 1j) * z[1])

    assert grad(f)(np.array([1.0, 2.0])).tolist() == [0.0, 2.0]


def test_what_the_caller_holds_is_not_written_into():
    seed, x = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])
    _, pullback = vjp(lambda x: (x[1:] * x[1:], x - x * x), x)
    (found,) = pullback((np.array([1.0, 1.0]), seed))
    assert found.tolist() == [-3.0, -4.0, -13.0]
    assert (seed.tolist(), x.tolist()) == ([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    assert pullback((np.array([1.0, 1.0]), seed))[0].tolist() == found.tolist()


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 1), (2, 3)])
def test_what_broadcasting_repeats_is_added_up_under_a_minus(shape):
    y = np.arange(6.0).reshape(2, 3)
    found = grad(lambda x: np.sum((y - x) * y))(np.ones(shape))
    assert np.array_equal(found, -fit(y, np.ones(shape)))
