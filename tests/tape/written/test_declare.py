"""Functions written with others: how they are declared, and that each is public and tried."""

import numpy as np
import pytest

from diffkit.autodiff import grad
from diffkit.example import Array, example
from diffkit.tape.written.declare import (
    EXAMPLES,
    WRITTEN_WITH_OTHERS,
    as_array,
    as_type,
    holds_foreign,
    written,
)


@pytest.mark.parametrize("function", WRITTEN_WITH_OTHERS, ids=lambda function: function.__name__)
def test_every_composition_stands_for_a_function_of_numpy_and_brings_examples(function):
    assert function.__module__.split(".")[0] == "numpy"
    assert EXAMPLES[function]


def test_a_composition_is_called_in_place_of_numpys_function():
    before = WRITTEN_WITH_OTHERS.copy(), EXAMPLES.copy()
    try:

        @written(np.sort_complex, examples=[example(Array(2))])
        def twice(x):
            return 2 * x

        assert grad(lambda x: np.sum(np.sort_complex(x * x)))(np.array([1.0, 3.0])).tolist() == [4.0, 12.0]
    finally:
        for table, old in zip((WRITTEN_WITH_OTHERS, EXAMPLES), before, strict=True):
            table.clear()
            table.update(old)


def test_active_values_are_found_however_deep_they_lie():
    seen = []
    grad(lambda x: seen.append((holds_foreign([1.0, (2.0, [x])]), holds_foreign([1.0]))) or x)(1.0)
    assert seen == [(True, False)]


def test_a_value_is_made_an_array_of_a_type_only_where_it_is_not_one():
    x = np.ones(2)
    assert as_array(x) is x
    assert as_type(x, None) is as_type(x, np.float64) is x
    assert as_type([1, 2], np.float32).dtype == np.float32
