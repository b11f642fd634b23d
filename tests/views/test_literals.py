"""Constants read back as the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffkit.errors import ArgumentsError
from diffkit.views.literals import literal


def read(text):
    return eval(text, {"np": np})


def same(a, b):
    return (
        type(a) is type(b)
        and np.asarray(a).dtype == np.asarray(b).dtype
        and (np.asarray(a).tobytes() == np.asarray(b).tobytes() and np.shape(a) == np.shape(b))
    )


@given(
    st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.integers(-(2**63), 2**63 - 1)
    | st.booleans()
)
def test_every_number_of_python_reads_back(value):
    assert same(read(literal(value)), value)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_every_float_of_numpy_reads_back(dtype):
    rng = np.random.default_rng(0)
    spread = 10.0 ** rng.uniform(-7, 4, 200)
    for value in [
        *(rng.standard_normal(200) * spread).astype(dtype) / np.dtype(dtype).type(3),
        *np.array([0.0, -0.0, np.inf, -np.inf], dtype),
    ]:
        assert same(read(literal(value)), value) or (dtype == "longdouble" and read(literal(value)) == value)
    assert np.isnan(read(literal(np.dtype(dtype).type(np.nan))))


@pytest.mark.parametrize(
    "value",
    [
        complex(-0.0, 1),
        complex(0.0, -0.0),
        complex(np.inf, -2),
        complex(1, -np.inf),
        1j,
        -1j,
        2 - 3j,
        np.complex64(0.1 + 0.2j),
        np.complex128(complex(-0.0, 0.0)),
        np.int8(3),
        np.uint64(2**64 - 1),
        np.bool(True),
        np.zeros((0, 3), "float32"),
        np.zeros(0, int),
        np.array(2.5),
        np.array(3, "int8"),
        np.array(["a", "bc"]),
        np.array([[1.5, -0.0], [np.inf, 5e-324]]),
        np.array([0.1, 0.2], "float32"),
        np.array([True, False]),
        np.array([1, 2], "int32"),
        np.array([1j, -2.0]),
        np.array([0.1], ">f8"),
        np.str_("x"),
        np.array([complex(-0.0, 1)], "complex64"),
    ],
)
def test_awkward_constants_read_back(value):
    assert same(read(literal(value)), value)


def test_long_doubles_keep_all_their_digits():
    third = np.longdouble(1) / 3
    for value in (third, np.array([third, -third, np.inf]), np.clongdouble(third + 1j * third)):
        assert np.all(read(literal(value)) == value)
        assert read(literal(value)).dtype == value.dtype


@pytest.mark.parametrize(
    "value",
    [
        10**400,
        "ij, jk",
        b"x",
        None,
        ...,
        slice(1, None, -2),
        range(3),
        (1,),
        (),
        [1, [2.5]],
        {"a": (1, None)},
        float,
        np.float32,
        np.dtype("float32"),
        np.dtype(">i4"),
    ],
)
def test_everything_else_in_a_call_reads_back(value):
    assert read(literal(value)) == value


@pytest.mark.parametrize("value", [object(), np.array([None]), pytest, np.datetime64("2026-01-01")])
def test_what_has_no_text_is_refused(value, assert_one_clear_line):
    with pytest.raises(ArgumentsError, match="no source: the tape holds") as raised:
        literal(value)
    assert_one_clear_line(raised.value)
