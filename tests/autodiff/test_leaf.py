import numpy as np
import pytest

from diffkit.autodiff.leaf import as_number, copied, dtype_of, real_leaf, shape_of, size_of, zero_of
from diffkit.errors import ArgumentsError


@pytest.mark.parametrize(
    ("value", "shape", "kind"),
    [
        (2.0, (), np.float64),
        (np.float32(2), (), np.float32),
        (np.ones((2, 3), np.complex64), (2, 3), np.complex64),
        (np.zeros((0, 4)), (0, 4), np.float64),
    ],
)
def test_the_zero_of_a_leaf_has_its_shape_and_its_type(value, shape, kind):
    zero = zero_of(value)
    assert (shape_of(zero), dtype_of(zero), size_of(zero)) == (shape, np.dtype(kind), np.prod(shape))
    assert np.shape(zero) == np.shape(value)
    assert not np.any(zero)


def test_the_zero_of_a_python_float_is_one():
    assert zero_of(2.0).__class__ is float


def test_whole_numbers_become_real_and_single_precision_stays():
    assert real_leaf(3).__class__ is float
    assert real_leaf(np.arange(3)).dtype == np.float64
    assert real_leaf(np.ones(2, np.float32)).dtype == np.float32


@pytest.mark.parametrize("value", ["3", np.array(["a"]), object(), np.array([None])])
def test_what_is_no_number_cannot_be_differentiated_by(value):
    with pytest.raises(ArgumentsError, match=r"cannot differentiate by .*; write real"):
        real_leaf(value)


def test_a_copy_is_nobody_elses():
    a = np.ones(2)
    copied(a)[0] = 5.0
    assert a[0] == 1.0


def test_an_array_of_no_dimension_is_a_number_and_others_stay():
    assert as_number(np.array(2.0)).__class__ is float
    assert as_number(np.array(2.0, np.float32)).__class__ is np.float32
    a = np.ones(1)
    assert as_number(a) is a
