"""What every peer is asked: the values of the catalogue and of array programs, and their gradients."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special as sc

import diffkit as dk
from diffkit.errors import GuardError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from diffkit.tape import record

A = np.array([[1.0, -2.0, 0.5], [4.0, 3.0, -1.5]])
B = np.array([[2.0, 1.0], [0.25, -1.0], [0.5, 4.0]])

# Programs on A; the results are weighted and added up where a gradient wants one number.
ARRAYS: dict[str, Callable[[Any], Any]] = {
    "matmul": lambda a: a @ B,
    "constant first": lambda a: B @ a,
    "einsum": lambda a: np.einsum("ij,jk->ik", a, B),
    "dot, inner, outer": lambda a: np.dot(a, B) + np.inner(a, B.T) + np.outer(a[0, :2], [1.0, 2.0]),
    "tensordot": lambda a: np.tensordot(a, B, axes=([1], [0])),
    "sums": lambda a: a.sum(axis=0) + np.mean(a, axis=0, keepdims=True) + a.sum(),
    "reductions": lambda a: np.var(a, axis=1, ddof=1) + np.prod(a, axis=1) + a.max(axis=1) - np.min(a),
    "running": lambda a: np.cumsum(a, axis=1) + np.cumprod(a, axis=0) + np.cumsum(a)[0],
    "sorted": lambda a: np.sort(a, axis=0) + np.diff(np.sort(a), axis=0),
    "moved": lambda a: np.flip(np.roll(np.tile(np.repeat(a, 2, axis=0), 2), 1)).T.reshape(3, -1),
    "indexed": lambda a: a[::-1, [2, 0]] * a[None, :, 1:3][0] + a[A > 0][1] * a[..., -1:],
    "triangles": lambda a: np.tril(a, 1) + np.triu(a) * 2 + np.diag(a[0])[:2] + np.trace(a[:, :2]),
    "joined": lambda a: np.concatenate([a, np.stack([a[0], 2 * a[1]]), np.ones((1, 3))]),
    "assembled": lambda a: np.array([a[0, 0] * a[1, 1], 3.0, np.sin(a[0, 1])]),
    "chosen": lambda a: np.where(a > 0, a**2, -a) + np.maximum(a, 1) * np.clip(a, -1, a[1, 1]),
    "elementwise": lambda a: np.exp(-(a**2)) * np.arctan2(a, 2.0) + np.sqrt(abs(a)) / (1 + a * a),
    "roots": lambda a: np.cbrt(a) + np.sqrt(1 + a * a),
    "special": lambda a: sc.erf(a) + sc.gammaln(a * a + 1) + sc.expit(a) + sc.logit(1 / (1 + a * a)),
    "whole numbers": lambda a: a * np.arange(3) + np.arange(3) ** abs(a) + a**3,
    "linear algebra": lambda a: np.linalg.solve(B.T @ B, a[:, :2]) * np.linalg.det(a[:, :2]),
    "norms": lambda a: np.linalg.norm(a, axis=1) + np.linalg.norm(a) + np.std(a),
    "empty": lambda a: a[:0] * 2 + np.sum(a[:, :0]),
    "several": lambda a: np.modf(a)[0],
    "steps": lambda a: a * (a // 0.75) + a % 0.75 + np.floor(a) * np.sign(a),
    "put": lambda a: put_in(a),
}


def put_in(a: Any) -> Any:
    y = np.zeros_like(a)
    y[0] = a[1] * 2
    y[1, ::2] = a[0, 1]
    return y


def weighted(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The sum of f's elements, each with a weight of its own."""
    weights = np.cos(np.arange(np.size(f(A)))).reshape(np.shape(f(A)))
    return lambda a: np.sum(f(a) * weights)


@pytest.fixture(scope="session")
def check_catalogue() -> Callable[..., None]:
    """check(name, arithmetic, plain, grad): the value and the slope of a problem of the catalogue."""

    def check(name: str, arithmetic: str, plain: Any, grad: Any) -> None:
        problem = PROBLEMS[name]
        f, x = as_function(problem.f), problem.at
        with np.errstate(all="ignore"):
            tape = record(f, x)
            y = plain(tape.replay(x, arithmetic=arithmetic))
            assert y.dtype == np.float64
            assert y.shape == ()
            rough = 1e-13 * 10**problem.digits_lost  # functions of another library, and their cancellation
            assert y == pytest.approx(f(x), rel=rough, abs=1e-13 if problem.digits_lost else 0)
            slope = grad(lambda t: tape.replay(t, arithmetic=arithmetic), np.float64(x))
        assert slope == pytest.approx(dk.derivative(f, x), rel=10 * rough, abs=1e-300)

    return check


@pytest.fixture(scope="session")
def check_array() -> Callable[..., None]:
    """check(name, arithmetic, plain, grad): the values of an array program, and its gradient where asked."""

    def check(name: str, arithmetic: str, plain: Any, grad: Any) -> None:
        f = ARRAYS[name]
        found = plain(record(f, A).replay(A, arithmetic=arithmetic))
        assert found.dtype == np.float64
        assert found.shape == np.shape(f(A))
        assert found == pytest.approx(np.asarray(f(A)), rel=1e-13)
        if grad is None:
            return
        tape = record(weighted(f), A)
        gradient = grad(lambda a: tape.replay(a, arithmetic=arithmetic), A)
        assert gradient == pytest.approx(dk.grad(weighted(f))(A), rel=1e-12, abs=1e-12)

    return check


@pytest.fixture(scope="session")
def check_symbols() -> Callable[..., None]:
    """check(method, symbol): vectors, higher orders and a branch, by a peer whose numbers are expressions."""

    def check(method: str, symbol: Any) -> None:
        x = np.array([1.0, 2.0])
        f = lambda x: np.sum(np.exp(x) @ np.ones((2, 3))) * np.prod(x)
        assert dk.gradient(f, x, method=method) == pytest.approx(dk.grad(f)(x), rel=1e-14)
        assert dk.hessian(f, x, method=method) == pytest.approx(dk.hessian(f, x), rel=1e-14)
        assert dk.derivative(np.sin, x, method, order=3) == pytest.approx(-np.cos(x), rel=1e-14)
        assert dk.derivative(np.sin, np.zeros(0), method).shape == (0,)
        # A branch is decided by the point: a symbol cannot tell.
        branching = lambda x: x * x if x > 1 else -x
        assert dk.derivative(branching, 2.0, method) == 4.0
        with pytest.raises(GuardError, match=f"{method} arithmetic cannot decide the branch at line"):
            record(branching, 2.0).replay(symbol, arithmetic=method)

    return check


@pytest.fixture(scope="session")
def counted() -> Callable[[Callable[..., Any]], Any]:
    """counted(f): f, which keeps in `calls` how often it was called."""

    def count(f: Callable[..., Any]) -> Any:
        def ask(*point: Any) -> Any:
            ask.calls += 1  # type: ignore[attr-defined]
            return f(*point)

        ask.calls = 0  # type: ignore[attr-defined]
        return ask

    return count


@pytest.fixture(scope="session")
def run_examples() -> Callable[[Any], None]:
    """run(object): the examples of its docstring, also those that are skipped where the peer is missing."""

    def run(documented: Any, **names: Any) -> None:
        text = documented.__doc__.replace("# doctest: +SKIP", "")
        test = doctest.DocTestParser().get_doctest(text, {"np": np, **names}, "peer", None, 0)
        assert test.examples
        assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0

    return run
