"""An active value has the operators and methods of an array, each the NumPy function of its name."""

import numpy as np
import pytest

from diffkit.tape import record
from diffkit.tape.operators import BINARY, COMPARISONS, METHODS, UNARY

X = np.array([[3.0, 1.0, 2.0], [6.0, 4.0, 5.0]])
ARGUMENTS = {
    "swapaxes": (0, 1), "repeat": (2,), "take": ([0, 1],), "dot": (np.ones(3),),
    "compress": ([True, False], 0), "choose": (np.ones((2, 3)),),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"choose", "searchsorted"}))
def test_a_method_gives_what_the_method_of_an_array_gives(name):
    arguments = ARGUMENTS.get(name, ())
    found = record(lambda x: getattr(x, name)(*arguments), X).replay(X)
    right = getattr(X, name)(*arguments)
    parts = zip(found, right, strict=True) if isinstance(right, tuple) else [(found, right)]
    assert all(np.array_equal(ours, theirs) for ours, theirs in parts)


@pytest.mark.parametrize("name", [*BINARY, *COMPARISONS])
def test_an_operator_gives_what_the_operator_of_an_array_gives(name):
    x, y = (X > 2, X < 5) if name in ("and", "or", "xor") else (X, X.T if name == "matmul" else X[::-1])
    for left in ("", "r") if name in BINARY else ("",):
        method = f"__{left}{name}__"
        found = record(lambda x: getattr(x, method)(y) * 1, x * 1.0 if x.dtype == float else X)  # noqa: B023
        if x.dtype == float:
            assert np.array_equal(found.replay(x), getattr(x, method)(y) * 1)


@pytest.mark.parametrize("name", sorted(set(UNARY) - {"invert", "floor", "ceil", "trunc"}))
def test_a_sign_gives_what_the_sign_of_an_array_gives(name):
    method = f"__{name}__"
    assert np.array_equal(record(lambda x: getattr(x, method)(), -X).replay(-X), getattr(-X, method)())


def test_masks_combine_with_their_operators():
    f = lambda x: np.where((x > 1) & ~(x > 4) | (x > 5), x, 0.0)
    assert np.array_equal(record(f, X).replay(X), f(X))


def test_a_number_rounds_as_pythons():
    assert record(lambda x: round(x, 1), 2.345).replay(2.345) == 2.3
