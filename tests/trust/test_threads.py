"""Threads: what several find at once is what one finds after another, and the process is left as it was."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import matplotlib as mpl
import mpmath
import numpy as np
import pytest

import diffkit as dk
from diffkit.methods import own_methods
from diffkit.report import rendered
from diffkit.studies import secants, train

TEXTS = ("sin(x)*exp(-x^2)", "x^3*log(x)", "tanh(x)/x", "sqrt(x) + cos(3*x)")
CLOCKED = {"seconds", "ratio"}


@pytest.fixture(autouse=True)
def _eager_to_switch():
    """Threads that take turns a hundred times as often as usual, so that a race shows."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-5)
    yield
    sys.setswitchinterval(usual)


def loss(v):
    w = np.sin(v) * v
    w[0] = v[1] ** 2  # an assignment is recorded, too
    return np.sum(w) + np.linalg.norm(v)


def timeless(value):
    """What a study found, without the times that it took."""
    if isinstance(value, dict):
        return {key: timeless(part) for key, part in value.items() if key not in CLOCKED}
    return [timeless(part) for part in value] if isinstance(value, list) else value


def imperative(k):
    x = dk.tensor(np.arange(4.0) + k, requires_grad=True)
    y = (np.sin(x) * x).sum()
    with dk.no_grad():
        z = x * 2
    y.backward()
    return x.grad.numpy().tolist(), z.requires_grad, (x * 2).requires_grad


@dk.no_grad()
def not_followed(x):
    return x * x


def decorated(k):
    x = dk.tensor(1.0 + k, requires_grad=True)
    if k % 2:
        with dk.no_grad():
            return not_followed(x).requires_grad, (x * x).requires_grad
    return not_followed(x).requires_grad, (x * x).requires_grad


def own_errstate(k):
    """Two threads want different warnings, and each keeps its own."""
    kind = ("ignore", "raise", "call", "print")[k]
    with np.errstate(all=kind):
        dk.derivative("log(x)*sqrt(x)", 1.5, "adaptive")
        dk.gradient(loss, np.arange(1.0, 4.0))
        return kind, set(np.geterr().values()) == {kind}


# What is asked of a text and a place, or of the number of the question; answers are compared as they print.
QUESTIONS = {
    "derivatives": lambda t, x, _: [dk.derivative(t, x, name) for name in own_methods()],
    "higher orders": lambda t, x, _: [
        dk.derivative(t, x, m, order=3) for m in ("dual", "reverse", "symbolic", "central", "adaptive")
    ],
    "gradients": lambda t, x, k: [
        dk.gradient(loss, np.arange(1.0, 5.0) + k, method=name).tolist()
        for name in own_methods()
        if name not in ("complex-step", "symbolic")
    ],
    "nested": lambda t, x, k: dk.autodiff.hessian(loss)(np.arange(1.0, 5.0) + k).tolist(),
    "records": lambda t, x, k: (str(dk.record(t, x)), dk.record(loss, np.ones(4)).replay(np.arange(4.0))),
    "views": lambda t, x, k: (str(dk.views.table(dk.record(t, x), x)), dk.views.source(dk.record(t, x))),
    "adjoints": lambda t, x, k: str(dk.autodiff.adjoint(dk.record(t, x))),
    "steps": lambda t, x, k: str(dk.symbolic.steps(t, time_limit=None)),
    "mpmath": lambda t, x, k: mpmath.nstr(  # repr shows as many digits as other threads work with
        dk.symbolic.evaluate(dk.symbolic.expression(dk.record(t, x)), {"x": x}, 20 + 10 * k), 20 + 10 * k
    ),
    "tensors": lambda t, x, k: imperative(k),
    "no_grad": lambda t, x, k: decorated(k),
    "errstate": lambda t, x, k: own_errstate(k),
    "comparisons": lambda t, x, k: timeless(dk.compare(t, x, order=1 + k % 2).to_dict()),
    "sweeps": lambda t, x, k: dk.error_sweep(t, x, steps=np.logspace(-9, -1, 5)).to_dict(),
    "checks": lambda t, x, k: dk.check_gradient(t, x).to_dict(),
    "trainings": lambda t, x, k: train("x^2", x, rate=0.1, epochs=5).to_dict(),
    "figures": lambda t, x, k: rendered(secants(t, x, (0.1, 0.01)).plot(), ("svg", "png", "pdf")[k % 3]),
    "graphs": lambda t, x, k: dk.views.graph(dk.record(t, x), x).svg(),
}  # fmt: skip
SLOW = {"steps", "comparisons", "figures"}


def answer(name, k):
    return repr(QUESTIONS[name](TEXTS[k % 4], 0.5 + 0.1 * (k % 4), k % 4))


def asked_by(threads, name, count):
    """What so many threads, which begin together, answer to the first questions."""
    start = Barrier(threads)

    def task(k):
        if k < threads:
            start.wait(timeout=60)
        return answer(name, k)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(task, range(count)))


@pytest.mark.parametrize(
    ("threads", "count", "name"),
    [
        *(pytest.param(2, 2, name, marks=pytest.mark.slow if name in SLOW else ()) for name in QUESTIONS),
        *(pytest.param(8, 16, name, marks=pytest.mark.slow) for name in QUESTIONS if name != "figures"),
    ],
)
def test_threads_answer_as_one_thread_does(name, threads, count):
    before = mpmath.mp.prec, mpmath.iv.prec, dict(mpl.rcParams), np.geterr(), dk.tensor(1.0).requires_grad
    alone = [answer(name, k) for k in range(min(count, 4))]
    found = asked_by(threads, name, count)
    assert found == [alone[k % 4] for k in range(count)]
    assert (mpmath.mp.prec, mpmath.iv.prec, dict(mpl.rcParams), np.geterr(), False) == before


def test_references_of_two_threads_have_all_their_digits():
    texts = [f"sin({k}*x)*exp(-x^2)" for k in range(1, 9)]
    alone = [dk.error_sweep(text, 0.7, "central", steps=[1e-3]).total["central"][0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(
            lambda text: dk.error_sweep(text, 0.7, "central", steps=[1e-3]).total["central"][0], texts
        )
        assert list(found) == alone
