"""What a twin does with its arguments."""

import numpy as np

from diffkit.autodiff import grad
from diffkit.autodiff.functions.operand import number, operand
from diffkit.autodiff.functions.special import logsumexp


def test_a_list_is_an_array_and_a_number_stays_one():
    assert operand([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]
    assert operand([]).shape == (0,)
    assert operand(2.0) == 2.0


def test_active_values_may_stand_in_lists_and_in_arrays_of_objects():
    assert grad(lambda x: logsumexp([x, 2 * x]))(0.0) == 1.5
    assert grad(lambda x: logsumexp(np.array([x, 2 * x])))(0.0) == 1.5


def test_an_array_without_dimensions_is_a_number():
    assert isinstance(number(np.array(1.0)), np.float64)
    assert number(np.ones(2)).shape == (2,)
