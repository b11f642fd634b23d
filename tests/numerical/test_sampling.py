"""How f is asked: calls counted, answers checked, arguments guarded, and elements shown to be apart."""

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import ArgumentsError, DomainError, NonScalarError, NotElementwiseError
from diffkit.numerical import Central, Forward, Richardson
from diffkit.numerical.sampling import (
    Counted,
    around,
    elementwise,
    finite_valued,
    one_shape,
    real_valued,
    require_apart,
    scalar_valued,
)

# -- counted -----------------------------------------------------------------------------------------------


def test_a_call_that_fails_is_counted_too():
    f = Counted(lambda x, y: x / y)
    assert (f(6, 3), f.calls) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        f(1, 0)
    assert f.calls == 2


# -- real_valued -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_a_float_of_any_precision_stays_as_it_is(dtype):
    y = np.array([1, 2], dtype) / 3
    found = real_valued(lambda: y)()
    assert found.dtype == dtype
    assert np.array_equal(found, y)


@pytest.mark.parametrize(
    ("y", "value"),
    [
        (True, 1.0),
        (3, 3.0),
        (2**70, 2.0**70),
        (np.uint8(200), 200.0),
        (np.array(False), 0.0),
        ([1, 2], [1.0, 2.0]),
        ((np.int8(-1), True), [-1.0, 1.0]),
        (np.array([], np.int64), []),
    ],
)
def test_whole_numbers_and_booleans_become_float64(y, value):
    found = real_valued(lambda: y)()
    assert found.dtype == np.float64
    assert found.tolist() == value


def test_a_scalar_has_no_dimension_left():
    assert type(real_valued(lambda: np.array(2.0))()) is np.float64


@pytest.mark.parametrize(
    "y", [1j, 1 + 0j, np.complex64(1), np.array([1.0, 2j]), [1.0, 2j], (np.zeros(2, complex),)]
)
def test_a_complex_answer_is_refused_even_if_its_imaginary_part_is_0(y):
    with pytest.raises(DomainError, match="f is complex at this real point"):
        real_valued(lambda: y)()


@pytest.mark.parametrize(
    ("y", "what"), [(None, "nothing"), ("1", "a str"), ({}, "a dict"), ([1.0, None], "nothing")]
)
def test_an_answer_that_is_no_number_is_refused(y, what):
    with pytest.raises(ArgumentsError, match=f"f returned {what}"):
        real_valued(lambda: y)()


# -- scalar_valued -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("y", [2, 2.0, 1j, np.float32(2), np.array(2.0)])
def test_a_scalar_is_handed_on_untouched(y):
    assert scalar_valued(lambda: y)() is y


@pytest.mark.parametrize("y", [[2.0], np.ones(1), np.zeros(0), np.ones((2, 3))])
def test_an_array_is_refused_by_its_shape_even_with_one_element(y):
    with pytest.raises(NonScalarError) as caught:
        scalar_valued(lambda: y)()
    assert f"f has shape {np.shape(y)}" in str(caught.value)
    assert "dk.jacobian" in str(caught.value)


# -- elementwise -------------------------------------------------------------------------------------------


def test_points_and_values_are_kept_in_the_order_in_which_they_were_asked():
    x, notes, samples = np.ones(2), [], []
    asked = elementwise(lambda t: t**2, x, notes, samples)
    points = [x, x + 1, x - 3]
    for point in points:
        asked(point)
    assert [point is kept for point, (kept, _) in zip(points, samples, strict=True)] == [True] * 3
    assert [value.tolist() for _, value in samples] == [[1, 1], [4, 4], [4, 4]]
    assert notes == []


def test_an_f_that_writes_into_its_argument_spoils_no_sample():
    point, samples = np.array([1.0, 2.0]), []
    elementwise(lambda t: np.multiply(t, 0, out=t), np.zeros(2), [], samples)(point)
    assert point.tolist() == [1, 2]
    assert samples[0][0] is point


@pytest.mark.parametrize(
    ("f", "shape"), [(np.sum, ()), (lambda t: t[:1], (1,)), (lambda t: np.outer(t, t), (2, 2))]
)
def test_another_shape_is_refused_and_no_sample_is_kept(f, shape):
    samples = []
    with pytest.raises(NotElementwiseError) as caught:
        elementwise(f, np.ones(2), [], samples)(np.ones(2))
    assert f"f maps shape (2,) to shape {shape}" in str(caught.value)
    assert samples == []


def test_a_note_names_the_first_bad_element_with_its_own_point():
    x, notes = np.array([[1.0, 2.0], [3.0, 4.0]]), []
    values = np.array([[0.0, 1.0], [-np.inf, np.nan]])
    elementwise(lambda t: values, x, notes, [])(x + 0.5)
    assert notes == ["f is -inf at 3.5, where the formula at x = 3.0 samples it."]


def test_a_note_speaks_of_the_real_axis_where_the_sample_is_complex():
    x, notes = np.array([1.0, -2.0]), []
    elementwise(lambda t: np.where(t.real < 0, np.nan, t), x, notes, [])(x + 1e-30j)
    assert notes == ["f is nan at -2.0, where the formula at x = -2.0 samples it."]


def test_what_is_infinite_is_nan_and_an_infinite_slope_stays():
    asked = finite_valued(lambda y: y)
    assert np.isnan(asked(np.array([np.inf, -np.inf, 1.0], np.float32))).tolist() == [True, True, False]
    assert asked(np.array([np.inf, 1.0], np.float32)).dtype == np.float32
    assert np.isnan(asked(np.complex128(complex(np.inf, 1.0))).imag)
    assert asked(np.complex128(complex(1.0, np.inf))).imag == np.inf


def test_a_step_that_is_lost_at_one_element_is_noted_there():
    x, notes = np.array([1.0, 1e20, 1e30]), []
    elementwise(np.negative, x, notes, [])(x + 1.0)
    assert notes == ["h is lost at x = 1e+20, where x + h rounds to x: take a larger h."]


def test_the_point_itself_is_no_lost_step():
    x, notes = np.array([1.0, 2.0]), []
    asked = elementwise(np.negative, x, notes, [])
    asked(x)
    assert notes == []
    asked(x.copy())
    assert len(notes) == 1


def test_of_a_bad_value_and_a_lost_step_the_value_is_told():
    x, notes = np.array([1.0, 0.0]), []
    elementwise(lambda t: np.array([7.0, np.inf]), x, notes, [])(np.array([1.0, 0.5]))
    assert notes == ["f is inf at 0.5, where the formula at x = 0.0 samples it."]


# -- require_apart -----------------------------------------------------------------------------------------


def asked_about(f, x, moves=(1e-3, -1e-3)):
    """f as its calls are counted, after require_apart has looked at its samples x + move."""
    f = Counted(f)
    samples = [(x + move, f(x + move)) for move in moves]
    f.calls = 0
    require_apart(f, x, samples)
    return f


swapped = lambda x: x.reshape(-1, 2)[:, ::-1].ravel()
MIXING = {
    "cumsum": np.cumsum,
    "reversed": lambda x: x[::-1],
    "rolled": lambda x: np.roll(x, 1),
    "less its mean": lambda x: x - np.mean(x),
    "over its sum": lambda x: x / np.sum(x),
    "times the first": lambda x: x * x[0],
    "times the last": lambda x: x * x[-1],
    "times the largest": lambda x: x * np.max(x),
    "differences": lambda x: np.diff(x, append=0.0),
}


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 31, 64, 1000])
@pytest.mark.parametrize("f", MIXING.values(), ids=MIXING)
def test_elements_that_mix_are_seen_at_any_size(f, size):
    with pytest.raises(
        NotElementwiseError, match=r"element \(\d+,\) of f's result depends on other elements"
    ):
        asked_about(f, np.linspace(1, 2, size))


@pytest.mark.parametrize("size", [2, 4, 6, 8, 10, 64])
def test_neighbours_that_change_places_are_seen(size):
    with pytest.raises(NotElementwiseError):
        asked_about(swapped, np.linspace(1, 2, size))


@pytest.mark.parametrize("size", [2, 5, 64])
@pytest.mark.parametrize("f", MIXING.values(), ids=MIXING)
def test_so_they_are_by_the_complex_step_that_has_one_sample(f, size):
    with pytest.raises(NotElementwiseError):
        asked_about(f, np.linspace(1, 2, size), moves=[1e-30j])


def test_an_element_is_named_by_its_place_in_the_array():
    only_the_last = lambda x: np.where(np.arange(6).reshape(2, 3) == 5, np.sum(x), x)
    with pytest.raises(NotElementwiseError, match=r"element \(1, 2\) .*dk\.gradient.*dk\.jacobian"):
        asked_about(only_the_last, np.linspace(1, 2, 6).reshape(2, 3))


APART = {
    "sin": np.sin,
    "a constant": np.ones_like,
    "constants of their own": lambda x: np.linspace(-3, 5, x.size).reshape(x.shape) * x**2,
    "a rule for each": lambda x: np.where(np.arange(x.size).reshape(x.shape) % 2, np.exp(x), -x),
    "itself": lambda x: x,
    "the mean of constants": lambda x: x - np.mean(np.arange(3.0)),
}


@pytest.mark.parametrize("moves", [(0, 1e-3), (1e-3, -1e-3), (-2e-3, -1e-3, 1e-3, 2e-3), (1e-30j,)])
@pytest.mark.parametrize("shape", [(2,), (7,), (3, 4), (1000,)])
@pytest.mark.parametrize("f", APART.values(), ids=APART)
def test_elements_that_are_apart_cost_one_call(f, shape, moves):
    x = np.linspace(0.5, 2, int(np.prod(shape))).reshape(shape)
    assert asked_about(f, x, moves).calls == 1


@pytest.mark.parametrize("shape", [(), (1,), (1, 1), (0,), (2, 0)])
def test_fewer_than_two_elements_cost_no_call(shape):
    assert asked_about(np.cumsum, np.ones(shape)).calls == 0


def test_the_one_call_takes_every_element_from_one_of_the_two_outer_samples():
    seen, x = [], np.arange(1.0, 12)
    asked_about(lambda t: seen.append(t) or t, x, (1e-3, 0, -1e-3))
    from_first, from_last = seen[-1] == x + 1e-3, seen[-1] == x - 1e-3
    assert np.array_equal(from_first, ~from_last)
    assert 0 < np.count_nonzero(from_first) < 11
    # Mirrored: what is taken from the first sample at one end is taken from the last at the other.
    assert np.array_equal(from_first[:5], ~from_first[:-6:-1])


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning", "ignore:divide by zero:RuntimeWarning")
def test_elements_without_a_value_are_not_held_against_the_others():
    x = np.array([-1.0, 2.0, 0.0, 3.0, -4.0])
    assert asked_about(np.log, x).calls == 1
    assert asked_about(lambda t: 1 / np.where(t > 2, 0 * t, t), x).calls == 1


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_an_element_without_a_value_hides_no_mixture_of_the_others():
    with pytest.raises(NotElementwiseError, match=r"element \([1-4],\)"):
        asked_about(lambda t: np.log(t) * np.sum(t), np.array([-1.0, 2.0, 0.5, 3.0, 4.0]))


def test_a_few_roundings_are_no_mixture_and_more_are():
    x, eps = np.ones(4), np.finfo(float).eps
    for ulps, apart in ((0, True), (32, True), (128, False)):
        answers = iter([np.ones(4), np.ones(4), np.full(4, 1 + ulps * eps)])
        if apart:
            assert asked_about(lambda t, answers=answers: next(answers), x).calls == 1
        else:
            with pytest.raises(NotElementwiseError, match=r"element \(0,\)"):
                asked_about(lambda t, answers=answers: next(answers), x)


def test_roundings_are_those_of_the_dtype():
    x = np.ones(4, np.float32)
    answers = iter([x, x, x * np.float32(1 + 1e-6)])
    assert asked_about(lambda t: next(answers), x, (np.float32(0.1), np.float32(-0.1))).calls == 1


# -- around ------------------------------------------------------------------------------------------------


def test_moves_are_made_together_and_the_rest_stays_at_rest():
    leaves = [np.arange(6.0).reshape(2, 3), np.array(9.0)]
    near = around(lambda a, b: (a.tolist(), float(b)), leaves)
    assert near() == ([[0, 1, 2], [3, 4, 5]], 9)
    assert near(((0, (1, 2)), -1.0), ((0, (0, 0)), 7.0), ((1, ()), -2.0)) == ([[7, 1, 2], [3, 4, -1]], -2)
    assert near() == ([[0, 1, 2], [3, 4, 5]], 9)


def test_an_f_that_writes_into_its_arguments_harms_neither_the_leaves_nor_the_next_call():
    leaves = [np.array([1.0, 2.0]), np.array([3.0])]

    def careless(a, b):
        a *= 10
        b[:] = a[1]
        return a[0] + b[0]

    near = around(careless, leaves)
    assert [near(), near(), near(((0, (0,)), 5.0)), near()] == [30, 30, 70, 30]
    assert [leaf.tolist() for leaf in leaves] == [[1, 2], [3]]


def test_a_leaf_without_dimension_is_handed_on_as_a_number():
    kinds = around(lambda a, b: (type(a), type(b)), [np.array(1.0), np.array([1.0])])
    assert kinds() == kinds(((0, ()), 2.0)) == (np.float64, np.ndarray)


@pytest.mark.parametrize(
    ("leaf", "value", "dtype"),
    [
        (np.float64, 1 + 2j, np.complex128),
        (np.float32, np.complex64(1 + 2j), np.complex64),
        (np.float32, np.float32(0.5), np.float32),
        (np.int64, 0.5, np.float64),
    ],
)
def test_a_leaf_takes_the_kind_of_what_is_moved_into_it_and_the_others_keep_theirs(leaf, value, dtype):
    near = around(lambda a, b: (a, b), [np.ones(2, leaf), np.ones(2, np.float16)])
    a, b = near(((0, (1,)), value))
    assert (a.dtype, b.dtype) == (dtype, np.float16)
    assert a.tolist() == [1, value]


def test_no_leaves_are_a_function_without_arguments():
    assert around(lambda: 3.0, [])() == 3.0


@pytest.mark.parametrize("method", ["forward", "central", "richardson", "adaptive", "complex-step"])
def test_a_result_whose_shape_depends_on_the_point_gets_one_clear_sentence(method):
    """It was NumPy's: all input arrays must have the same shape."""
    with pytest.raises(ArgumentsError, match=r"f has shape \(\d,\) at one point and \(\d,\) at another"):
        dk.jacobian(lambda x: x[x > 0.5], np.array([0.5, 0.6, 0.3]), method=method)


@pytest.mark.parametrize("method", [Forward(), Central(), Richardson()], ids=lambda method: method.name)
def test_so_it_does_along_a_direction(method):
    """An array of one and one of two were subtracted, and the answer had two elements."""
    sizes = iter(range(1, 9))
    with pytest.raises(ArgumentsError, match=r"f has shape \(1,\) at one point and \(2,\) at another"):
        method.directional(lambda x: x[0] * np.ones(next(sizes)), [np.ones(2)], [np.ones(2)])


def test_the_first_answer_says_the_shape_and_a_plain_nan_fits_any():
    answers = iter([np.ones(2), np.nan, np.zeros(2), np.ones(3)])
    f = one_shape(lambda: next(answers))
    assert [np.shape(f()) for _ in range(3)] == [(2,), (), (2,)]
    with pytest.raises(ArgumentsError, match=r"\(2,\) at one point and \(3,\)"):
        f()
