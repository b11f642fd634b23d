"""Functions go by the names that a reader would import."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special as sc

from diffkit.errors import ArgumentsError
from diffkit.primitives import primitive, scatter, tanh_slope
from diffkit.rules.signal import full_convolution, lfilter
from diffkit.views.calls import Library


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (np.sin, "np.sin"), (np.sum, "np.sum"), (np.linalg.svd, "np.linalg.svd"), (np.fft.fft, "np.fft.fft"),
        (sc.erf, "sc.erf"), (sc.logsumexp, "sc.logsumexp"), (scipy.linalg.expm, "scipy.linalg.expm"),
        (np.lib.stride_tricks.sliding_window_view, "np.lib.stride_tricks.sliding_window_view"),
        (lfilter, "scipy.signal.lfilter"),
    ],
)  # fmt: skip
def test_a_function_of_numpy_or_scipy_goes_by_its_public_name(function, name):
    library = Library()
    assert library.name(function) == name
    namespace = {}
    exec("\n".join(library.imports.values()), namespace)
    assert eval(name, namespace) is getattr(function, "__wrapped__", function) or function is eval(
        name, namespace
    )


def test_a_function_of_diffkit_is_written_out_after_those_it_calls_and_without_types():
    library = Library()
    assert [library.name(tanh_slope), library.name(scatter)] == ["tanh_slope", "scatter"]
    assert list(library.helpers) == ["_far_slope", "tanh_slope", "takes_each_once", "scatter"]
    assert "Any" not in "".join(library.helpers.values())
    assert library.helpers["_far_slope"].startswith("def _far_slope(x):\n    e = np.exp(")


def test_a_function_brings_the_modules_it_uses():
    library = Library()
    library.name(full_convolution)
    assert library.imports["signal"] == "import scipy.signal as signal"


def test_a_users_function_is_refused_even_as_a_primitive(assert_one_clear_line):
    def mine(x):
        return x

    for function in (mine, primitive(mine), lambda x: x, np.frompyfunc(mine, 1, 1)):
        with pytest.raises(ArgumentsError, match=r"calls (mine|a lambda|\S*mine\S*)") as raised:
            Library().name(function)
        assert_one_clear_line(raised.value)
