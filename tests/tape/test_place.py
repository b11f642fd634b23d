"""A place is the line of the user's program, whatever of diffkit and NumPy lies between."""

import numpy as np

from diffkit.tape.place import Place, calling_place


def test_the_place_is_the_line_that_called():
    place = calling_place()
    assert place.file == "test_place.py"
    assert place.text == "place = calling_place()"


def test_frames_of_numpy_are_passed_over():
    places = []
    np.apply_along_axis(lambda row: places.append(calling_place()) or row, 0, np.ones(2))
    assert places[0].file == "test_place.py"


def test_a_place_reads_as_a_line_of_a_file():
    assert str(Place("model.py", 12, "if x > 0:")) == "line 12 of model.py (if x > 0:)"
    assert str(Place("<stdin>", 1, "")) == "line 1 of <stdin>"
