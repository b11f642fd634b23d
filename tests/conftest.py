"""What several test files ask of diffkit's answers: how near the truth, and how short a refusal."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from diffkit import methods
from diffkit.autodiff import grad, jvp, vjp
from diffkit.errors import DiffkitError
from diffkit.example import Array, Example
from diffkit.methods import METHODS
from diffkit.numerical import FiniteDifference
from diffkit.numerical.step import optimal_step, unit_roundoff
from diffkit.structure import flatten
from diffkit.studies.error_sweep import default_steps

# A busy machine is slow, and that is no mistake in diffkit.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("long", settings.get_profile("patient"), max_examples=20_000, print_blob=True)
settings.load_profile("patient")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as shells start what runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests press Ctrl-C in processes of their own

collect_ignore = ["benchmarks", "mutants.py"]  # run by themselves, as python -m tests.benchmarks


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked `sampled(k)`, leave the first of every k cases to the default run; the rest are slow.

    Cases follow one another with the topmost `parametrize` varying fastest. Of rows crossed with m modes,
    every row is there when k is at most m, and every mode when k and m have no common factor.
    """
    seen: Counter[str] = Counter()
    for item in items:
        for mark in item.iter_markers("sampled"):
            test = item.nodeid.partition("[")[0]
            if seen[test] % mark.args[0]:
                item.add_marker("slow")
            seen[test] += 1


METHODS_AT_FIRST = dict(methods._TABLE)


def _put_back() -> None:
    methods._TABLE.clear()
    methods._TABLE.update(METHODS_AT_FIRST)


@pytest.fixture(autouse=True)
def table_of_methods() -> Iterator[None]:
    """The table of methods as it is at first, whatever a test, or an example before it, registers."""
    _put_back()
    yield
    _put_back()


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep of one step a decade, for tests of what is made of it."""
    monkeypatch.setattr("diffkit.studies.portrait.default_steps", lambda x: default_steps(x, 1))


@pytest.fixture(scope="session")
def within() -> Callable[..., float]:
    """within(method, order, dtype): the relative error to allow where f and its derivatives are about 1.

    A difference: ten times the best that theory gives its stencil. Everything else: ten ulps.
    """

    def allowed(method: str, order: int = 1, dtype: str = "float64") -> float:
        roundoff, found = unit_roundoff(dtype), METHODS[method]
        if not isinstance(found, FiniteDifference) or (method == "complex-step" and order == 1):
            return 20 * roundoff
        return 10 * optimal_step(found.stencil(order), roundoff=roundoff)[1]

    return allowed


@pytest.fixture(scope="session")
def assert_one_clear_line() -> Callable[[DiffkitError], None]:
    """assert_one_clear_line(error): its text is one line, not long, and speaks of no line of diffkit."""

    def check(error: DiffkitError) -> None:
        text = str(error)
        assert text
        assert "\n" not in text
        assert "Traceback" not in text
        assert "diffkit/" not in text
        assert len(text) < 400

    return check


@pytest.fixture(scope="session")
def assert_same_output() -> Callable[[str, str], None]:
    """assert_same_output(found, shown): the same words, numbers that are near, whatever the times."""

    def check(found: str, shown: str) -> None:
        words, numbers = numbers_apart(found)
        shown_words, shown_numbers = numbers_apart(shown)
        assert words.strip() == shown_words.strip()
        for number, printed in zip(numbers, shown_numbers, strict=True):
            # Values agree; errors, the last digits of values, may move a little from machine to machine.
            assert number == pytest.approx(printed, rel=1e-6, abs=1e-9) or abs(number - printed) < 1.5

    return check


def numbers_apart(text: str) -> tuple[str, list[float]]:
    """The words of a text, and its numbers; times are left out, since no two runs take the same."""
    text = re.sub(r"[0-9.]+ (s|ms|µs)\b", "TIME", text)
    text = re.sub(r"\b\d\.\d+e-0[3-6],ok", "TIME,ok", text)  # seconds in a line of CSV
    number = r"(?<![\w^*-])-?\d+\.?\d*(?:e[+-]?\d+)?"
    # Columns are as wide as their longest entry, which may be a time.
    return re.sub(r"\s+", " ", re.sub(number, "#", text)), [float(n) for n in re.findall(number, text)]


@pytest.fixture
def check_maps() -> Callable[..., None]:
    """check(f, *shapes): push and pull are transposes, and right, at first and second order."""

    def check(f: Callable[..., Any], *shapes: tuple[int, ...], low: float = 0.3, high: float = 1.3) -> None:
        rng = np.random.default_rng(7)
        args = tuple(rng.uniform(low, high, shape)[()] for shape in shapes)
        dots = tuple(rng.uniform(-1, 1, shape)[()] for shape in shapes)
        y, pullback = vjp(f, *args)
        y_bar = rng.uniform(-1, 1, np.shape(y))[()]
        x_bars = pullback(y_bar)
        value, y_dot = jvp(f, args, dots)
        along = lambda g, h: g(*(a + h * d for a, d in zip(args, dots, strict=True)))
        h = 2.0**-17  # a central difference: truncation h^2, rounding eps / h, both below 1e-9

        expected = np.asarray(f(*args))
        assert np.shape(y) == np.shape(value) == np.shape(y_dot) == expected.shape
        assert y == pytest.approx(expected)
        assert [np.shape(bar) for bar in x_bars] == [np.shape(a) for a in args]
        assert np.sum(y_bar * y_dot) == pytest.approx(inner(x_bars, dots), rel=1e-12, abs=1e-12)
        assert y_dot == pytest.approx((along(f, h) - along(f, -h)) / (2 * h), rel=1e-8, abs=1e-8)

        # The sine makes the second derivative differ from zero where f is linear.
        gradient = grad(lambda *x: np.sum(np.sin(f(*x)) * y_bar), argnums=tuple(range(len(args))))
        forward_over_reverse = jvp(gradient, args, dots)[1]
        reverse_over_reverse = grad(lambda *x: inner(gradient(*x), dots), argnums=range(len(args)))(*args)
        for i, found in enumerate(forward_over_reverse):
            difference = (along(gradient, h)[i] - along(gradient, -h)[i]) / (2 * h)
            assert found == pytest.approx(difference, rel=1e-7, abs=1e-7)
            assert reverse_over_reverse[i] == pytest.approx(found, rel=1e-11, abs=1e-11)

    return check


# Central differences of order 8 (Fornberg 1988), for the first and the second derivative.
OFFSETS = np.arange(-4, 5)
FIRST = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280])
SECOND = np.array([-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560])
H = 2.0**-10  # rounding eps / h^2 is near 1e-9 in the second derivative; truncation h^8 is nothing


@pytest.fixture(scope="session")
def difference() -> Callable[[Callable[[float], Any]], Any]:
    """difference(g): the derivative at 0 of a function of one number, to ten digits."""
    return lambda g: sum(weight * g(k * H) for weight, k in zip(FIRST, OFFSETS, strict=True)) / H


@pytest.fixture(scope="session")
def check_line() -> Callable[[Callable[[Any], Any]], None]:
    """check(g): both derivatives at 0 of a function of one number, in both modes and every mix of them."""

    def slope(g: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda t: jvp(g, (t,), (1.0,))[1]

    def check(g: Callable[[Any], Any]) -> None:
        values = np.array([g(k * H) for k in OFFSETS])
        first, second = FIRST @ values / H, SECOND @ values / H**2
        for outer in (grad, slope):
            assert outer(g)(0.0) == pytest.approx(first, rel=1e-10, abs=1e-10)
            for within in (grad, slope):
                assert outer(within(g))(0.0) == pytest.approx(second, rel=1e-7, abs=1e-7)

    return check


def inner(left, right):
    return sum(np.sum(a * b) for a, b in zip(left, right, strict=True))


def is_array(value: Any) -> bool:
    return isinstance(value, Array)


@pytest.fixture(scope="session")
def program() -> Callable[..., Any]:
    """program(function, shown): (f, shapes), the example as a function of its arrays, with a real result."""
    return _program


def _program(function: Callable[..., Any], shown: Example) -> tuple[Callable[..., Any], list[Any]]:
    leaves, structure = flatten(
        (shown.operands, shown.keywords), is_leaf=lambda value: not holds_array(value) or is_array(value)
    )

    def f(*arrays: Any) -> Any:
        supply = iter(arrays)
        fill = lambda a: a.made(next(supply)) if a.made else next(supply)
        operands, keywords = structure.build([fill(leaf) if is_array(leaf) else leaf for leaf in leaves])
        return real_vector(function(*operands, **keywords))

    return f, [leaf.shape for leaf in leaves if is_array(leaf)]


def holds_array(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return any(is_array(item) or holds_array(item) for item in items)


def real_vector(y: Any) -> Any:
    """All that a call answers: several results and complex ones laid out as one array of real numbers."""
    if isinstance(y, tuple | list):
        return np.concatenate([np.ravel(real_vector(part)) for part in y if part.dtype.kind in "fc"])
    return np.stack([np.real(y), np.imag(y)]) if y.dtype.kind == "c" else y
