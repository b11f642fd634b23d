"""A method of a ufunc gives what NumPy gives, in both modes and at both orders, in few rows."""

import numpy as np
import pytest
import scipy.special as sc

from diffkit.autodiff import grad
from diffkit.errors import NoRuleError
from diffkit.tape import record

R = (2, 3, 4)
FOLDED = (np.add, np.multiply, np.maximum, np.minimum, np.logaddexp, np.hypot, np.subtract, np.true_divide)
TAKEN = np.indices(R).sum(axis=0) % 3 != 0


@pytest.mark.parametrize("ufunc", FOLDED, ids=lambda ufunc: ufunc.__name__)
@pytest.mark.parametrize(
    "call",
    [
        lambda u, x: u.reduce(x),
        lambda u, x: u.reduce(x, axis=-1, keepdims=True),
        lambda u, x: u.reduce(x[0, 0], initial=0.7),
        lambda u, x: u.accumulate(x),
        lambda u, x: u.accumulate(x, axis=-1),
        lambda u, x: u.reduceat(x, [0, 2, 1], axis=2),
        lambda u, x: u.outer(x[0], x[1, 0]),
    ],
)
def test_a_method_of_a_ufunc_is_right_in_both_modes_and_orders(ufunc, call, check_maps):
    check_maps(lambda x: call(ufunc, x), R)


@pytest.mark.parametrize("ufunc", [np.add, np.multiply, np.maximum, np.logaddexp, np.fmin])
@pytest.mark.parametrize("axis", [None, (0, 2)])
def test_a_reduction_takes_several_axes_together(ufunc, axis, check_maps):
    check_maps(lambda x: ufunc.reduce(x, axis=axis), R)


def test_a_reduction_may_be_masked(check_maps):
    check_maps(lambda x: np.add.reduce(x, axis=1, where=TAKEN), R)
    check_maps(lambda x: np.maximum.reduce(x, axis=None, where=TAKEN, initial=0.0), R)


def test_a_reduction_of_nothing_is_the_identity():
    assert grad(lambda x: np.logaddexp.reduce(x[:0]) + x[0])(np.ones(1)).tolist() == [1.0]


@pytest.mark.parametrize("ufunc", [np.logaddexp, np.maximum])
def test_a_long_reduction_takes_a_number_of_rows_that_grows_with_its_logarithm(ufunc):
    for call in (ufunc.reduce, ufunc.accumulate):
        rows = [len(record(call, np.arange(float(n)))) for n in (16, 1024)]
        assert rows[1] <= 3 * rows[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_that_is_asked_for_is_given(dtype):
    x = np.array([1.0, 2.0])
    seen = []
    found = grad(lambda x: np.sum(seen.append(y := np.multiply(x, x, dtype=dtype, casting="unsafe")) or y))(x)
    assert seen[0].dtype == dtype
    assert (found.tolist(), found.dtype) == ([2.0, 4.0], np.float64)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (
            lambda x: np.add(x, 1, where=[True, False]),
            r"np\.add\(\.\.\., where=\.\.\.\).*select with np\.where",
        ),
        (lambda x: np.add.at(np.zeros(2), [0, 0], x), r"np\.add\.at writes .* in place.*np\.bincount"),
        (lambda x: np.hypot.reduce(x, where=[True, False]), r"np\.hypot\.reduce\(\.\.\., where=\.\.\.\)"),
        (lambda x: sc.erf(x, out=np.zeros(2)), r"scipy\.special\.erf\(\.\.\., out=\.\.\.\)"),
        (lambda x: np.add(x, 1, out=np.zeros(2)), r"out=\.\.\.\).*write a = a \+ b, not a \+= b"),
    ],
)
def test_a_call_that_writes_in_place_or_leaves_gaps_says_what_to_write(f, message):
    with pytest.raises(NoRuleError, match=message):
        record(f, np.ones(2))
