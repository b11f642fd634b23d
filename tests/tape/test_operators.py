"""An active value has the operators and methods of an array, each the NumPy function of its name."""

import copy

import numpy as np
import pytest

from diffkit.autodiff import grad, jacobian, jvp
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


def overwritten(method, *arguments, **keywords):
    def f(x):
        y = x * 1.0
        getattr(y, method)(*arguments, **keywords)
        return y

    return f


@pytest.mark.parametrize(
    "f",
    [
        overwritten("sort"), overwritten("sort", axis=0), overwritten("partition", 1),
        overwritten("fill", 2.0), lambda x: x.mT, lambda x: x.flatten("F"), lambda x: x.copy("F"),
        lambda x: x.flat[1:3], lambda x: np.stack(list(x.flat)), lambda x: x.item(4),
        lambda x: x.item(1, 0), lambda x: x.item((1, 0)), lambda x: x[0, 0].item(), copy.copy,
        copy.deepcopy, lambda x: copy.deepcopy({"w": [x]})["w"][0],
    ],
)  # fmt: skip
def test_what_a_method_returns_or_leaves_behind_is_what_an_arrays_does_and_has_its_history(f):
    assert np.array_equal(record(f, X).replay(X), f(X))
    step = np.arange(1.0, 7).reshape(2, 3) / 8
    assert np.array_equal(jvp(f, (X,), (step,))[1], f(X + step) - f(X))  # linear: the order stays as it is
    assert grad(lambda x: np.sum(f(x) ** 2))(X) == pytest.approx(
        2 * jacobian(f)(X).reshape(np.size(f(X)), 6).T.dot(np.ravel(f(X))).reshape(2, 3)
    )
