"""Sweeps for the figures, measured with mpmath and nothing of diffkit; programs; and what legible means."""

from __future__ import annotations

import cmath
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import matplotlib
import mpmath as mp
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Text

import diffkit as dk
import diffkit.report

U = 2.0**-53
ALL = ("forward", "backward", "central", "richardson", "complex-step")


@pytest.fixture
def letters_of_matplotlib_3_11() -> None:
    """Skips where letters have other widths: another wording fits, or a picture is a pixel or two larger."""
    if tuple(map(int, matplotlib.__version__.split(".")[:2])) < (3, 11):
        pytest.skip("letters have other widths before Matplotlib 3.11")


@dataclass(frozen=True)
class Curve:
    total: np.ndarray
    truncation: np.ndarray
    rounding: np.ndarray
    best: tuple[float, float]
    predicted: tuple[float, float]
    slope: float
    order: int
    model_truncation: np.ndarray
    model_rounding: np.ndarray
    median: np.ndarray
    lost: np.ndarray


@dataclass(frozen=True)
class Sweep:
    f_text: str
    x: float
    exact: float
    dtype: str
    order: int
    steps: np.ndarray
    curves: Mapping[str, Curve]
    flat: Mapping[str, float] = field(default_factory=dict)

    def only(self, *methods: str) -> Sweep:
        return replace(self, curves={name: self.curves[name] for name in methods})


#        text: (point, f on floats, f on mpmath, f on complex floats)
CASES: dict[str, tuple[float, Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "sin(x)*exp(-x^2)": (
        0.7,
        lambda x: math.sin(x) * math.exp(-x * x),
        lambda x: mp.sin(x) * mp.exp(-x * x),
        lambda x: cmath.sin(x) * cmath.exp(-x * x),
    ),
    "exp(x)": (1.0, math.exp, mp.exp, cmath.exp),
    "x**3": (1.0, lambda x: x**3, lambda x: x**3, lambda x: x * x * x),
    "tan(x)": (1.5, math.tan, mp.tan, cmath.tan),
    "log(x)": (1e-2, math.log, mp.log, cmath.log),
}


def _central(f: Callable[..., Any], x: Any, h: Any) -> Any:
    return (f(x + h) - f(x - h)) / (2 * h)


FORMULAS: dict[str, Callable[..., Any]] = {
    "forward": lambda f, x, h: (f(x + h) - f(x)) / h,
    "backward": lambda f, x, h: (f(x) - f(x - h)) / h,
    "central": _central,
    "richardson": lambda f, x, h: (4 * _central(f, x, h) - _central(f, x, 2 * h)) / 3,
    "complex-step": lambda f, x, h: f(x + 1j * h).imag / h,
}
#          p, |C| of C f^(p+1) h^p, S of the rounding model S u |f| / h
THEORY = {
    "forward": (1, 1 / 2, 2.0),
    "backward": (1, 1 / 2, 2.0),
    "central": (2, 1 / 6, 1.0),
    "richardson": (4, 1 / 30, 1.5),
    "complex-step": (2, 1 / 6, 0.0),
}


def _running_median(values: np.ndarray, reach: int = 6) -> np.ndarray:
    out = np.full(len(values), np.nan)
    for i in range(len(values)):
        near = values[max(0, i - reach) : i + reach + 1]
        if np.isfinite(values[i]):
            out[i] = np.nanmedian(near)
    return out


def _curve(text: str, method: str, steps: np.ndarray) -> Curve:
    x, f, f_mp, f_complex = CASES[text]
    order, constant, weight = THEORY[method]
    formula = FORMULAS[method]
    total, truncation, rounding = (np.full(len(steps), np.nan) for _ in range(3))
    lost = np.zeros(len(steps), bool)
    with mp.workdps(120):
        exact = mp.diff(f_mp, mp.mpf(x))
        higher = abs(float(mp.diff(f_mp, mp.mpf(x), order + 1)))
        for i, h in enumerate(steps):
            try:
                computed = mp.mpf(formula(f_complex if method == "complex-step" else f, x, float(h)))
                without_rounding = formula(f_mp, mp.mpf(x), mp.mpf(float(h)))
            except ValueError:
                continue  # outside f's domain: stays nan
            if isinstance(without_rounding, mp.mpc):
                continue
            truncation[i] = float(without_rounding - exact)
            rounding[i] = float(computed - without_rounding)
            total[i] = float(computed - exact)
            lost[i] = computed == 0
    median = _running_median(np.abs(total))
    i = int(np.nanargmin(median))
    A, B = constant * higher, weight * U * abs(f(x))
    if A == 0:
        predicted = (math.inf, 0.0)
    elif weight == 0:
        h = math.sqrt(U * abs(float(exact)) / A)
        predicted = (h, U * abs(float(exact)))
    else:
        h = (B / (order * A)) ** (1 / (1 + order))
        predicted = (h, A * h**order + B / h)
    lo, hi = 10 * steps[i], 0.03 * x
    branch = (steps > lo) & (steps < hi) & (truncation != 0)
    slope = math.nan
    if np.count_nonzero(branch) > 4:
        slope = float(np.polyfit(np.log(steps[branch]), np.log(np.abs(truncation[branch])), 1)[0])
    model_rounding = np.full(len(steps), U * abs(float(exact))) if weight == 0 else B / steps
    return Curve(
        total, truncation, rounding, (float(steps[i]), float(median[i])), predicted, slope, order,
        A * steps**order, model_rounding, median, lost,
    )  # fmt: skip


@cache
def sweep_of(
    text: str, methods: tuple[str, ...] = ("forward", "central", "richardson"), n: int = 300
) -> Sweep:
    """The sweep of one of `CASES`, n steps from 1e-16 to 1."""
    steps = np.logspace(-16, 0, n)
    x, _, f_mp, _ = CASES[text]
    with mp.workdps(60):
        truth = mp.diff(f_mp, mp.mpf(x))
        exact = float(truth)
        off = abs(float(mp.mpf(exact) - truth))  # reverse mode is right to the last bit here
    curves = {method: _curve(text, method, steps) for method in methods}
    return Sweep(text, x, exact, "float64", 1, steps, curves, {"reverse": off})


@pytest.fixture(scope="session")
def sweep() -> Sweep:
    """The lecture's sweep: sin(x)*exp(-x^2) at 0.7, three methods."""
    return sweep_of("sin(x)*exp(-x^2)")


@pytest.fixture(scope="session")
def build() -> Callable[..., Sweep]:
    """The builder itself: build(text, methods)."""
    return sweep_of


@pytest.fixture(scope="session", params=list(CASES))
def any_sweep(request: pytest.FixtureRequest) -> Sweep:
    """Every case in turn, with all five methods."""
    return sweep_of(request.param, ALL)


def _axes_within(axes: Iterable[Axes]) -> Iterator[Axes]:
    for ax in axes:
        yield ax
        yield from _axes_within(ax.child_axes)


def _words_on(ax: Axes) -> Iterator[Text]:
    """Every text one can see on axes: titles, axis labels, tick labels inside the limits, key, labels."""
    yield from (ax.title, ax._left_title, *ax.texts)  # type: ignore[attr-defined]
    if ax.axison:
        for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
            yield axis.label
            low, high = sorted(limits)
            for tick in axis.get_major_ticks():
                if low <= tick.get_loc() <= high:
                    yield from (tick.label1, tick.label2)
    legend = ax.get_legend()
    yield from [legend.get_title(), *legend.get_texts()] if legend else []


def _words_of(picture: Axes) -> list[Text]:
    figure = picture.get_figure(root=True)
    assert figure is not None
    every = [*figure.texts, *(word for ax in _axes_within(figure.axes) for word in _words_on(ax))]
    return [word for word in every if word.get_visible() and word.get_text().strip()]


def _assert_legible(picture: Axes, dpi: float = 150) -> None:
    figure = picture.get_figure(root=True)
    assert figure is not None
    figure.set_dpi(dpi)
    figure.draw_without_rendering()
    # A text's own extent, without the arrow that an annotation points with.
    boxes = [(word.get_text(), Text.get_window_extent(word)) for word in _words_of(picture)]
    assert boxes
    for (a, one), (b, other) in itertools.combinations(boxes, 2):
        assert not one.overlaps(other), f"{a!r} touches {b!r}"
    for text, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, f"{text!r} leaves the figure"
    for ax in _axes_within(figure.axes):
        if key := ax.get_legend():
            frame, own = key.get_window_extent(), {text.get_text() for text in key.get_texts()}
            for text, box in boxes:
                assert text in own or not frame.overlaps(box), f"the key covers {text!r}"


def _chain(x: Any, y: Any, z: Any) -> Any:
    a = x + y
    return a * z


def _logistic(x: Any, times: int = 4) -> Any:
    for _ in range(times):
        x = 4 * x * (1 - x)
    return x


def _model(weights: Any, bias: Any, sample: Any) -> Any:
    prediction = np.dot(weights, sample) + bias
    shortfall = prediction - 1.0
    loss_of_sample = shortfall**2
    return np.log(1 + loss_of_sample) * np.sqrt(prediction)


#       name: (function, point, options of the view)
PROGRAMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]] = {
    "survey": (lambda x1, x2: np.log(x1) + x1 * x2 - np.sin(x2), (2.0, 5.0), {}),
    "nodes": (lambda x, y: x * x * y + (y + 2), (3.0, 4.0), {"labels": "n"}),
    "chain": (_chain, (1.0, -2.0, 3.0), {}),
    "named chain": (_chain, (1.0, -2.0, 3.0), {"labels": "names"}),
    "12 rows": (_logistic, (0.2,), {}),
    "501 rows": (lambda x: _logistic(x, 167), (0.2,), {}),
    "vector": (lambda x: np.mean(x * x), (np.arange(4.0),), {}),
    "names": (_model, (np.ones(5), 0.5, np.arange(5.0)), {"labels": "names"}),
    "one row": (lambda x: np.sin(x), (0.7,), {}),
    "no row": (lambda x: x, (0.7,), {}),
    "nothing finite": (lambda x: np.log(x) * np.sqrt(x), (0.0,), {}),
}


@pytest.fixture(params=list(PROGRAMS))
def program(request: pytest.FixtureRequest) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Every program in turn: its tape, its point and the options of its view."""
    f, point, options = PROGRAMS[request.param]
    with np.errstate(all="ignore"):
        return dk.record(f, *point), point, options


@pytest.fixture
def trace(program: Any) -> Callable[..., Any]:
    """trace(mode="reverse"): the table of the program."""
    tape, point, given = program

    def made(**options: Any) -> Any:
        with np.errstate(all="ignore"):
            return dk.views.table(tape, *point, **given, **options)

    return made


@pytest.fixture(params=[None, (7.5, 5.0), (8.0, 4.5)], ids=["own", "page", "slide"])
def place(request: pytest.FixtureRequest) -> Any:
    """Axes in the size of a page and of a slide, and None for the figure's own."""
    return None if request.param is None else dk.report.new_axes(*request.param)


@pytest.fixture(scope="session")
def words_of() -> Callable[[Axes], list[Text]]:
    """words_of(axes): every text one can see in the picture."""
    return _words_of


@pytest.fixture(scope="session")
def assert_legible() -> Callable[..., None]:
    """assert_legible(axes, dpi=150): no two words of the picture touch, and none leaves it or is covered."""
    return _assert_legible
