"""Where in the user's program something happened."""

import functools

import numpy as np
import pytest

from diffkit.tape.place import calling_place, definition, is_inside, raised_at


def here():
    return calling_place()


def test_the_line_that_calls_is_named_with_its_text():
    place = here()
    assert str(place) == f"line {here.__code__.co_firstlineno + 1} of test_place.py (return calling_place())"


def test_the_innermost_line_of_an_error_outside_the_libraries_is_named():
    def divide():
        return np.linalg.inv(np.zeros((2, 2)))

    with pytest.raises(np.linalg.LinAlgError) as caught:
        divide()
    assert raised_at(caught.value.__traceback__).text == "return np.linalg.inv(np.zeros((2, 2)))"
    assert raised_at(None) is None


def test_a_function_of_the_users_has_a_definition_and_others_have_none():
    wrapped = functools.wraps(here)(lambda: None)
    line = f"; f is at line {here.__code__.co_firstlineno} of test_place.py (def here():)"
    assert definition(here) == definition(wrapped) == line
    assert definition(np.sin) == definition(np.sum) == definition(calling_place) == ""


def test_diffkit_numpy_and_scipy_are_no_part_of_the_users_program():
    import scipy.optimize

    assert all(is_inside(m.__file__) for m in (np, scipy.optimize, np.linalg))
    assert is_inside(calling_place.__code__.co_filename)
    assert not is_inside(__file__)
