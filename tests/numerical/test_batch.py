"""f asked at many points at once: the same numbers, counted, and one sentence where f does not allow it."""

import operator
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from scipy.optimize import rosen

from diffkit.errors import ArgumentsError, OptionError
from diffkit.numerical import Backward, Central, ComplexStep, Forward, Richardson
from diffkit.numerical.batch import Batch

POINT = np.linspace(0.5, 1.0, 6)
names = lambda method: method.__name__
every = pytest.mark.parametrize("method", [Forward, Backward, Central, Richardson, ComplexStep], ids=names)


def same(found, other):
    return all(np.array_equal(a, b) for a, b in zip(found.value, other.value, strict=True))


# -- workers -----------------------------------------------------------------------------------------------


@every
@pytest.mark.parametrize("ask", ["jacobian", "hessian"])
def test_what_takes_the_place_of_map_gives_the_same_bits_and_counts_the_same(method, ask):
    alone = getattr(method(), ask)(rosen, [POINT])
    asked = []

    def by_map(f, points):
        asked.extend(points)
        return map(f, points)

    found = getattr(method(workers=by_map), ask)(rosen, [POINT])
    assert same(found, alone)
    assert found.evaluations == alone.evaluations
    assert len(asked) >= len(POINT)
    assert len({point[0].tobytes() for point in asked}) == len(asked)


def test_every_point_is_asked_for_in_one_go():
    batches = []
    by_map = lambda f, points: batches.append(len(points)) or map(f, points)
    Central(workers=by_map).jacobian(rosen, [POINT])
    Central(workers=by_map).hessian(rosen, [POINT])
    Central(workers=by_map).derivative(np.exp, POINT, 3)
    Central(workers=by_map).directional(rosen, [POINT], [POINT])
    assert batches == [2 * 6, 1 + 2 * 6**2, 4, 2]


def test_processes_give_the_same_bits_and_surface_the_errors_of_f():
    found = Central(workers=2).jacobian(rosen, [POINT])
    assert same(found, Central().jacobian(rosen, [POINT]))
    assert found.evaluations == 12
    with pytest.raises(IndexError, match="out of bounds"):
        Central(workers=2).jacobian(operator.itemgetter(9), [POINT])


def test_one_worker_needs_no_other_process_and_no_pickle():
    threads = set()
    f = lambda x: threads.add(threading.get_ident()) or np.sum(x * x)
    assert Central(workers=1, h=0.5).jacobian(f, [np.ones(2)]).value[0].tolist() == [2, 2]
    assert threads == {threading.get_ident()}


def test_threads_take_any_f_and_keep_the_warnings_as_they_are_set_here():
    f = lambda x: np.log(x - 1).sum()
    with ThreadPoolExecutor(2) as executor, np.errstate(all="ignore"):
        found = Forward(workers=executor.map).jacobian(f, [np.array([2.0, 1.0])])
    assert found.value[0][0] == pytest.approx(np.nan, nan_ok=True)
    assert found.note


def test_an_f_that_writes_into_its_argument_spoils_nothing():
    def careless(x):
        x *= 2
        return x.sum()

    x = np.ones(3)
    assert Forward(workers=map, h=0.5).jacobian(careless, [x]).value[0].tolist() == [2, 2, 2]
    assert Forward(workers=map, h=0.5).derivative(lambda t: np.multiply(t, 2, out=t), x).value.tolist() == [
        2,
        2,
        2,
    ]
    assert x.tolist() == [1, 1, 1]


def test_an_f_that_cannot_be_pickled_is_told_what_to_write():
    local = lambda x: x.sum()
    sentence = r"cannot be pickled .*define it by def at the top of a module.*ThreadPoolExecutor\(\)\.map"
    with pytest.raises(OptionError, match=f"workers=2 sends f to other processes.*{sentence}"):
        Central(workers=2).jacobian(local, [POINT])
    with ProcessPoolExecutor(1) as executor, pytest.raises(OptionError, match=sentence):
        Central(workers=executor.map).jacobian(local, [POINT])


def test_a_type_error_of_f_is_its_own():
    with pytest.raises(TypeError, match="ufunc"):
        Central(workers=map).jacobian(lambda x: x + "1", [POINT])


@pytest.mark.parametrize("workers", [0, -2, 1.5, "2", True])
def test_other_numbers_of_workers_are_refused(workers):
    with pytest.raises(OptionError, match="number of processes, -1 for one each core"):
        Central(workers=workers).jacobian(rosen, [POINT])


def test_a_formula_asks_from_memory_what_was_asked_ahead_and_calls_f_elsewhere():
    f = Batch(np.sin, workers=map)
    f.ahead(lambda f: f(1.0) + f(2.0) + f(1.0))
    assert f.calls == 2
    assert f(2.0) == np.sin(2.0)
    assert f.calls == 2
    assert f(3.0) == np.sin(3.0)
    assert f.calls == 3


# -- vectorized --------------------------------------------------------------------------------------------


A = np.random.default_rng(0).normal(size=(4, 6))


@every
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_whole_jacobian_is_one_call_and_one_more_shows_that_points_are_apart(method, dtype):
    shapes = []
    f = lambda x: shapes.append(x.shape) or A.astype(dtype) @ np.sin(x)
    point = POINT.astype(dtype)
    found = method(vectorized=True).jacobian(f, [point])
    assert found.evaluations == len(shapes)
    assert shapes[1] == (6, 1)
    assert method(vectorized=True, check=False).jacobian(f, [point]).evaluations == 1
    assert found.value[0].dtype == dtype
    alone = method().jacobian(f, [point]).value[0]
    eps = float(np.finfo(dtype).eps)
    tolerance = eps**0.5 if method in (Forward, Backward) else eps**0.6
    assert found.value[0] == pytest.approx(alone, rel=tolerance, abs=10 * tolerance)


def test_the_points_lie_along_the_last_axis_of_each_argument():
    seen = []
    f = lambda x, y: seen.append((x.shape, y.shape)) or np.sum(x, axis=(0, 1)) * y
    found = Forward(vectorized=True, h=0.5).jacobian(f, [np.ones((2, 3)), 2.0])
    assert seen == [((2, 3, 8), (8,)), ((2, 3, 1), (1,))]
    assert found.value[0].tolist() == [[2] * 3] * 2
    assert found.value[1] == 6


def test_a_hessian_and_a_higher_derivative_are_one_call_as_well():
    f = lambda x: np.sum(x**3, axis=0)
    found = Central(vectorized=True, check=False).hessian(f, [POINT])
    assert found.evaluations == 1
    assert found.value[0][0] == pytest.approx(np.diag(6 * POINT), abs=1e-6)
    found = Central(vectorized=True, check=False).derivative(np.exp, 0.0, 4)
    assert found.evaluations == 1
    assert found.value == Central().derivative(np.exp, 0.0, 4).value


def test_an_f_that_answers_without_the_last_axis_is_told_both_shapes():
    with pytest.raises(
        ArgumentsError, match=r"last axis of \(6, 12\).*answered with shape \(\).*np\.sum\(x, axis=0\)"
    ):
        Central(vectorized=True).jacobian(np.sum, [POINT])
    with pytest.raises(ArgumentsError, match=r"answered with shape \(3,\)"):
        Central(vectorized=True).jacobian(lambda x: np.ones(3), [POINT])


@every
@pytest.mark.parametrize("f", [lambda x: x / np.sum(x), lambda x: x - np.mean(x), lambda x: x * np.sum(x)])
def test_an_f_that_mixes_the_points_is_refused(method, f):
    with pytest.raises(ArgumentsError, match="depends on the others"):
        method(vectorized=True).jacobian(f, [POINT])
