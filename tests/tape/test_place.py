"""A place is the line of the user's program, whatever libraries lie between."""

import functools
import subprocess
import sys

import click
import mpmath
import numpy as np
import pytest
import scipy.optimize
import sympy

import diffkit
from diffkit.tape.place import Place, calling_place, definition, is_inside, is_users, raised_at


def test_the_place_is_the_line_that_called():
    place = calling_place()
    assert place.file == "test_place.py"
    assert place.text == "place = calling_place()"


def test_frames_of_numpy_are_passed_over():
    places = []
    np.apply_along_axis(lambda row: places.append(calling_place()) or row, 0, np.ones(2))
    assert places[0].file == "test_place.py"


def _noted(places):
    def f(*x):
        places.append(calling_place())
        return 1.0

    return f


@pytest.mark.parametrize(
    "through",
    [
        lambda f: mpmath.diff(lambda x: f(x), 1.0),
        lambda f: scipy.optimize.approx_fprime(np.ones(1), lambda x: f(x)),
        lambda f: functools.reduce(lambda a, b: f(a), [1, 2]),
        lambda f: click.Command("name", callback=lambda: f()).main([], standalone_mode=False),
    ],
)
def test_a_line_of_the_user_is_found_through_any_library(through):
    places = []
    through(_noted(places))
    assert {place.file for place in places} == {"test_place.py"}


@pytest.mark.parametrize("name", ["/tmp/ipykernel_17/42.py", "<ipython-input-3-42>"])
def test_a_line_of_a_notebook_is_a_line_of_a_cell(name):
    places = {}
    exec(compile("\nhere = calling_place()", name, "exec"), {"calling_place": calling_place}, places)
    assert (places["here"].file, places["here"].line) == ("a cell", 2)


@pytest.mark.parametrize("library", [mpmath, click, scipy.optimize, sympy, pytest, functools, diffkit, np])
def test_a_file_of_a_library_is_not_the_users(library):
    assert not is_users(library.__file__)


def test_a_file_whose_folder_only_begins_like_diffkit_is_the_users(monkeypatch):
    monkeypatch.setattr("diffkit.tape.place._LIBRARIES", ("/lib/diffkit/",))
    assert is_users("/lib/diffkit_models/model.py")
    assert not is_users("/lib/diffkit/model.py")


@pytest.mark.parametrize("file", ["<stdin>", "<string>", "<ipython-input-1>", "/home/me/model.py"])
def test_what_was_typed_is_the_users(file):
    assert is_users(file)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("start", [["-m", "diffkit"], ["-c", "import diffkit.cli as c; c.main()"]])
def test_where_no_line_is_the_users_none_is_told(start):
    done = subprocess.run(
        [sys.executable, *start, "compare", "math:sin", "--at", "2.5"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "would lose the history" in done.stdout
    assert "line " not in done.stdout
    assert "a library" not in done.stdout


def test_a_place_reads_as_a_line_of_a_file():
    assert str(Place("model.py", 12, "if x > 0:")) == "line 12 of model.py (if x > 0:)"
    assert str(Place("<stdin>", 1, "")) == "line 1 of <stdin>"
    assert str(Place("", 0, "")) == "a line of a library"


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


def test_a_function_of_the_catalogue_is_at_its_own_line():
    from diffkit.problems import PROBLEMS

    tape = diffkit.record(PROBLEMS["branch"].f, 0.5)
    assert [(guard.place.file, guard.place.text) for guard in tape.guards] == [
        ("problems.py", "if abs(x) <= 1:")
    ]
