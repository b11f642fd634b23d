"""Arithmetics go by name or as themselves, and NumPy's answers where Python's numbers would not."""

from __future__ import annotations

import re

import numpy as np
import pytest

from diffkit.errors import OptionError
from diffkit.tape import Arithmetic, record
from diffkit.tape.arithmetic import ARITHMETICS, NUMPY, arithmetic_named


def test_an_arithmetic_goes_by_name_or_as_itself():
    assert arithmetic_named("numpy") is NUMPY
    assert arithmetic_named(NUMPY) is NUMPY


def test_an_unknown_name_lists_the_known_and_suggests_the_nearest():
    known = ", ".join(ARITHMETICS)
    with pytest.raises(OptionError, match=f"^no arithmetic 'mpmth'; did you mean 'mpmath'.* {known}$"):
        arithmetic_named("mpmth")
    with pytest.raises(ValueError, match=f"^no arithmetic ''; the arithmetics are {known}$"):
        record(np.sin, 1.0).replay(1.0, arithmetic="")


@pytest.mark.parametrize("given", [Arithmetic, None, 64])
def test_what_is_neither_a_name_nor_an_arithmetic_is_refused_in_a_sentence(given):
    with pytest.raises(OptionError, match=f"^arithmetic is {re.escape(repr(given))}; write a name "):
        record(np.sin, 1.0).replay(1.0, arithmetic=given)


@pytest.mark.parametrize("name", sorted(ARITHMETICS))
def test_the_table_names_arithmetics_by_the_names_they_have(name):
    assert arithmetic_named(name).name == name


def test_an_arithmetic_of_ones_own_counts_operations():
    class Counting(Arithmetic):
        calls = 0

        def call(self, function, args, keywords):
            self.calls += 1
            return super().call(function, args, keywords)

    counting = Counting()
    assert record(lambda x: x * x + 1, 2.0).replay(3.0, arithmetic=counting) == 10.0
    assert counting.calls == 2


def test_numpy_answers_where_python_floats_would_raise_or_turn_complex():
    divide, power = np.true_divide, np.power
    with np.errstate(all="ignore"):
        assert NUMPY.call(divide, [1.0, 0.0], {}) == np.inf
        assert NUMPY.call(power, [0.0, -1.0], {}) == np.inf
        assert NUMPY.call(power, [10.0, 400.0], {}) == np.inf
        assert np.isnan(NUMPY.call(power, [-8.0, 1 / 3], {}))
    assert NUMPY.call(power, [1j, 2], {}) == -1


def test_the_power_of_a_python_float_has_the_bits_of_python():
    points = np.random.default_rng(0).uniform(0.1, 10, 2000).tolist()
    assert [NUMPY.call(np.power, [x, 2], {}) for x in points] == [x**2 for x in points]
