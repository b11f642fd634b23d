"""A tape in PyTorch has NumPy's values, and PyTorch's backward() has diffkit's gradient."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import GuardError, NoRuleError
from diffkit.peers.torch import ByTorch, Torch
from diffkit.problems import PROBLEMS
from diffkit.structure import flatten
from diffkit.tape import record

from .conftest import ARRAYS, A

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers


def plain(y):
    return y.detach().numpy()


def grad(f, x):
    leaf = torch.tensor(np.array(x), requires_grad=True)
    f(leaf).backward()
    return leaf.grad.numpy()


# bessel: torch's own j0 has no derivative, and so no place here; where: nan comes in from the side left out.
@pytest.mark.parametrize("name", [n for n in PROBLEMS if n not in ("bessel", "where")])
def test_the_catalogue(name, check_catalogue):
    check_catalogue(name, "torch", plain, grad)


@pytest.mark.parametrize("name", list(ARRAYS))
def test_programs_of_arrays(name, check_array):
    check_array(name, "torch", plain, grad)


# fmt: off
CALLS = [
    lambda a: np.sum(a, where=A > 0) + np.sum(a, axis=0, initial=2.0), lambda a: np.max(a, initial=9.0),
    lambda a: np.prod(a, where=A > 0, initial=3.0), lambda a: np.min(a, axis=1, where=A > 0, initial=2.5),
    lambda a: np.sum(a, axis=()) + np.var(a[0], axis=()), lambda a: np.convolve(a[0], a[1, :2], "same"),
    lambda a: np.convolve(a[0, :2], a[1], "valid"), lambda a: np.convolve(a[0], [1.0, 2.0]),
    lambda a: np.linalg.qr(a.T, mode="r"), lambda a: np.linalg.slogdet(a[:, :2])[1],
    lambda a: np.vecdot(a, a),
    lambda a: abs(np.fft.rfft(a, axis=1)), lambda a: np.fft.ifft(np.fft.fft(a, axis=0), axis=0).real,
    lambda a: sc.gamma(a + 0.25), lambda a: a.astype(int) * a, lambda a: np.divmod(a, 2)[1] + a // 2,
    lambda a: np.round(a, 1) + np.sinc(a) + np.sign(a) + np.trace(a[None], axis1=1, axis2=2),
    lambda a: np.sort(a, axis=None) + np.argsort(a[0])[0] + np.argmax(a), lambda a: np.any(a > 3) * a,
    lambda a: np.nan_to_num(np.log(abs(a))) + np.hypot(a, 1) + np.float_power(abs(a), 1.5),
    lambda a: np.matvec(a.T, a[:, 0]) + np.vecmat(a[:, 0], a), lambda a: np.amax(a[0, 0]) + np.sum(a[0, 0]),
]
# fmt: on


@pytest.mark.parametrize("f", CALLS)
def test_keywords_have_numpy_s_meaning(f):
    expected = np.asarray(f(A), dtype=float)
    found = plain(record(f, A).replay(A, arithmetic="torch"))
    assert found.shape == expected.shape
    assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_a_tensor_enters_as_it_is():
    x = torch.tensor(0.5, dtype=torch.float32)
    assert record(lambda x: x * 0.1, 1.0).replay(x, arithmetic="torch").dtype == torch.float32


def test_results_keep_their_nesting():
    tape = record(lambda p: {"y": p[0] * 2, "c": (1.5, p[1])}, [A, 2.0])
    y = tape.replay([torch.tensor(A), 3.0], arithmetic="torch")
    assert y["y"].shape == (2, 3)
    assert [float(part) for part in y["c"]] == [1.5, 3.0]


def test_branches_and_indices_are_checked():
    tape = record(lambda x: x[np.argmax(x)] if x[0] > 0 else -x[0], np.array([1.0, 2.0]))
    assert float(tape.replay(torch.tensor([1.0, 3.0]), arithmetic="torch")) == 3.0
    for other in ([3.0, 1.0], [-1.0, 3.0]):
        with pytest.raises(GuardError, match="when the tape was recorded"):
            tape.replay(torch.tensor(other), arithmetic="torch")


@pytest.mark.parametrize("f", [sc.j0, sc.ellipk])
def test_what_torch_lacks_or_does_not_differentiate_is_named(f):
    name = f.__name__
    with pytest.raises(NoRuleError, match=f"^{name} has no meaning in torch arithmetic: torch lacks it$"):
        record(f, 0.5).replay(0.5, arithmetic="torch")


def test_the_examples_of_the_docstrings_run(run_examples):
    run_examples(Torch)
    run_examples(ByTorch, ByTorch=ByTorch)


def test_as_a_method_it_has_our_derivatives_of_arrays_and_of_every_order():
    f = lambda a, b: np.sum(np.exp(a) @ np.ones((3, 2))) * b**3 if b > 0 else b
    point = (A, 2.0)
    for ask in (dk.gradient, dk.hessian):
        mine, theirs = (ask(f, *point, method=method) for method in ("reverse", "torch"))
        for one, other in zip(flatten(mine)[0], flatten(theirs)[0], strict=True):
            assert other == pytest.approx(one, rel=1e-13)
            assert np.shape(other) == np.shape(one)
    jacobians = [dk.jacobian(lambda a: a @ a.T, A, method=method) for method in ("reverse", "torch")]
    assert np.array_equal(*jacobians)
    for order in (1, 2, 3):
        found = dk.derivative(lambda x: np.sin(x) * x, A, "torch", order=order)
        assert found == pytest.approx(dk.derivative(lambda x: np.sin(x) * x, A, order=order), rel=1e-13)
    assert dk.gradient(lambda a: 3.0, A, method="torch").tolist() == (0 * A).tolist()
    assert dk.derivative(np.sqrt, np.float32(0.25), "torch") == 1.0
