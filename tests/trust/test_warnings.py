"""Who warns of what: f as it always does, diffkit of nothing; and the caller's settings stay as they are.

`derivative` and its kin say in their answer what NumPy would warn of: by a DomainError, or nan.
`diffkit.autodiff` lets f warn as when it is called by itself, and its derivative not at all.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
import sympy  # its import sets a filter of its own

import diffkit as dk
from diffkit import autodiff
from diffkit.autodiff import checkpoint, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from diffkit.errors import DiffkitError, DomainError
from diffkit.functions import as_function
from diffkit.problems import PROBLEMS
from tests.promises import NAMES

every_method = pytest.mark.parametrize("method", NAMES)
LARGEST = float(np.finfo(float).max)


@pytest.fixture(autouse=True)
def the_settings_of_the_caller_stay() -> Iterator[None]:
    assert sympy.__version__
    before, filters, copy = np.geterr(), warnings.filters, list(warnings.filters)
    yield
    assert np.geterr() == before
    assert warnings.filters is filters
    assert list(warnings.filters) == copy


@pytest.fixture
def strictly() -> Iterator[None]:
    """Every floating-point warning raises, and so does every other."""
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        yield


def heard(call: Callable[[], Any]) -> list[str]:
    """The warnings that a call gives, in order; what it raises is raised."""
    with warnings.catch_warnings(record=True) as said, np.errstate(all="warn"):
        warnings.simplefilter("always")
        call()
    return [str(warning.message) for warning in said]


def is_fine(f: Any, x: Any) -> bool:
    """Whether f itself, called by the caller at x, meets no overflow, underflow or invalid number."""
    with np.errstate(all="raise"):
        try:
            as_function(f)(np.array([x]))
        except FloatingPointError:
            return False
        except ValueError:  # an if takes one number
            as_function(f)(np.float64(x))
    return True


# Where the trial points of a method leave the domain, or its formulas the range of floats.
EXTREMES: dict[str, tuple[Any, float]] = {
    "log at 1e-9":            ("log(x)", 1e-9),
    "log at 1e-300":          (np.log, 1e-300),
    "log at the smallest":    (np.log, 5e-324),
    "log at 1e300":           (np.log, 1e300),
    "sqrt at 0":              (np.sqrt, 0.0),
    "sqrt at the largest":    ("sqrt(x)", LARGEST),
    "cube root at 0":         (np.cbrt, 0.0),
    "arccosine at 1":         ("acos(x)", 1.0),
    "exp at 700":             ("exp(x)", 700.0),
    "exp at the last":        (np.exp, 709.782712893384),
    "exp at -700":            (np.exp, -700.0),
    "gamma at 170":           ("gamma(x)", 170.0),
    "square at 1e153":        (lambda x: x * x, 1e153),
    "reciprocal at 1e-300":   ("1/x", 1e-300),
    "reciprocal at 1e300":    (lambda x: 1 / x, 1e300),
    "sine at 1e300":          (np.sin, 1e300),
    "tanh at 1e300":          (np.tanh, 1e300),
    "identity at the largest": (lambda x: x, LARGEST),
    "identity at the smallest": (lambda x: x, 5e-324),
    "power 1.5 at 0":         ("x^1.5", 0.0),
    "x sqrt x at 0":          (lambda x: x * np.sqrt(x), 0.0),
    "hypot at 0":             (lambda x: np.hypot(x, 0.0), 0.0),
    "a ratio of exponentials": ("exp(x)/(1 + exp(x))", 709.0),
}  # fmt: skip
FINE = {**EXTREMES, **{p.name: (p.f, p.at) for p in PROBLEMS.values() if is_fine(p.f, p.at)}}

fine = pytest.mark.parametrize(("f", "x"), FINE.values(), ids=FINE)


def test_nearly_all_of_the_catalogue_is_fine() -> None:
    # The side that np.where leaves out, and a sine below 1e-308, underflow by themselves.
    assert set(PROBLEMS) - set(FINE) == {"where", "subnormal-sine"}


# -- derivative and its kin -------------------------------------------------------------------------------


@pytest.mark.sampled(5)
@every_method
@fine
@pytest.mark.usefixtures("strictly")
def test_where_f_is_fine_no_method_warns(f: Any, x: float, method: str) -> None:
    for ask in (
        lambda: dk.derivative(f, x, method),
        lambda: dk.derivative(f, [x, x], method),
        lambda: dk.derivative(f, x, method, order=2),
        lambda: dk.gradient(f, x, method=method),
        lambda: dk.jacobian(f, np.array([x]), method=method),
        lambda: dk.hessian(f, x, method=method),
    ):
        with suppress(DiffkitError):  # what a method does not apply to, or where it leaves the domain
            ask()


BAD: dict[str, tuple[Any, float]] = {
    "log(-1)": (np.log, -1.0), "log(0)": ("log(x)", 0.0), "sqrt(-1)": (np.sqrt, -1.0),
    "asin(2)": ("asin(x)", 2.0), "overflow": ("exp(x)", 1000.0), "square": (lambda x: x * x, 1e200),
    "0 log 0": ("sin(x)*log(x)", 0.0),
}  # fmt: skip


@every_method
@pytest.mark.parametrize(("f", "x"), BAD.values(), ids=BAD)
@pytest.mark.usefixtures("strictly")
def test_where_f_has_no_value_the_answer_says_so_and_no_warning_does(f: Any, x: float, method: str) -> None:
    for ask in (dk.derivative, dk.gradient, dk.jacobian):
        with pytest.raises(DomainError, match="so it has no derivative there"):
            ask(f, x, method=method)
    found = dk.derivative(f, [x, 0.5], method)
    assert np.isnan(found).tolist() == [True, False]


@every_method
def test_what_f_itself_warns_of_in_words_is_heard_at_every_call(method: str) -> None:
    def deprecated(x: Any) -> Any:
        warnings.warn("f is deprecated", DeprecationWarning, stacklevel=1)
        return np.sin(x)

    calls = dk.derivative(lambda x: np.sin(x), 0.5, method, full_output=True).evaluations
    assert heard(lambda: dk.derivative(deprecated, 0.5, method)) == ["f is deprecated"] * calls


def test_threads_leave_the_settings_of_each_other_alone() -> None:
    def one(k: int) -> bool:
        kinds: Any = {"all": ["ignore", "warn", "raise"][k % 3]}
        with np.errstate(**kinds):
            before = np.geterr()
            for method in NAMES:
                f, x = list({**BAD, **FINE}.values())[k % len(BAD | FINE)]
                with suppress(DiffkitError):
                    dk.derivative(f, x, method)
                assert np.geterr() == before
        return True

    filters, copy = warnings.filters, list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(one, range(24)))
    assert warnings.filters is filters
    assert list(warnings.filters) == copy


def test_an_error_of_f_leaves_the_settings_as_they_were() -> None:
    def broken(x: Any) -> Any:
        raise KeyError("mine")

    with np.errstate(over="raise", invalid="print"):
        before = np.geterr()
        for method in NAMES:
            for ask in (dk.derivative, dk.gradient, dk.jacobian, dk.hessian):
                with pytest.raises(KeyError):
                    ask(broken, 1.0, method=method)
                assert np.geterr() == before


# -- automatic differentiation as functions -------------------------------------------------------------


def through_tensors(f: Any, x: Any) -> Any:
    t = dk.tensor(x, requires_grad=True)
    f(t).backward()
    return t.grad


# What each answers at x, for an f with a scalar result.
TRANSFORMS: dict[str, Callable[[Any, Any], Any]] = {
    "grad": lambda f, x: dk.grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x),
    "vjp": lambda f, x: vjp(f, x)[1](1.0),
    "jvp": lambda f, x: jvp(f, (x,), (np.ones_like(x)[()],)),
    "jacobian": lambda f, x: jacobian(f)(x),
    "checkpoint": lambda f, x: dk.grad(checkpoint(f))(x),
    "compile": lambda f, x: autodiff.compile(f)(x),
    "tensor": through_tensors,
    "record": lambda f, x: dk.record(f, x),
}
HIGHER: dict[str, Callable[[Any, Any], Any]] = {
    "hessian": lambda f, x: hessian(f)(x),
    "hvp": lambda f, x: hvp(f, (x,), (np.ones_like(x)[()],)),
    "grad of grad": lambda f, x: dk.grad(lambda t: np.sum(dk.grad(f)(t)))(x),
    "table": lambda f, x: str(dk.views.table(dk.record(f, x), x)),
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("ask", (TRANSFORMS | HIGHER).values(), ids=TRANSFORMS | HIGHER)
@pytest.mark.parametrize(("f", "x"), EXTREMES.values(), ids=EXTREMES)
@pytest.mark.usefixtures("strictly")
def test_where_f_is_fine_no_transform_warns(f: Any, x: float, ask: Callable[[Any, Any], Any]) -> None:
    ask(as_function(f), x)


@pytest.mark.parametrize("ask", TRANSFORMS.values(), ids=TRANSFORMS)
@pytest.mark.parametrize(("f", "x"), BAD.values(), ids=BAD)
def test_where_f_warns_a_transform_warns_of_the_same_and_no_more(
    f: Any, x: float, ask: Callable[[Any, Any], Any]
) -> None:
    g = as_function(f)
    point = np.array([x, 0.5])
    expected = heard(lambda: g(point))
    assert expected
    assert heard(lambda: ask(lambda t: np.sum(g(t)), point)) == expected
    with np.errstate(all="ignore"):
        ask(lambda t: np.sum(g(t)), point)


# -- studies ----------------------------------------------------------------------------------------------


STUDIES: dict[str, Callable[[Any, float], Any]] = {
    "compare": lambda f, x: dk.compare(f, x),
    "error_sweep": lambda f, x: dk.error_sweep(f, x, steps=10.0 ** -np.arange(1.0, 15.0, 3.0)),
    "check_gradient": lambda f, x: dk.check_gradient(f, x),
    "swell": lambda f, x: dk.swell(f, x),
}
STUDIED = [
    "damped-sine", "identity at the smallest", "log at 1e-9",
]  # fmt: skip


def drawn(study: Any) -> str:
    """A study as all that it can be: text, HTML, data and a picture."""
    figure, ax = plt.subplots()
    study.plot(ax=ax)
    figure.savefig(io.BytesIO(), format="svg")
    plt.close("all")
    return f"{study}{study._repr_html_()}{study.to_dict()}"


@pytest.mark.sampled(6)
@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
@pytest.mark.parametrize("name", STUDIED)
@pytest.mark.usefixtures("strictly")
def test_where_f_is_fine_no_study_warns_nor_its_picture(
    name: str, study: Callable[[Any, float], Any]
) -> None:
    assert drawn(study(*FINE[name]))


@pytest.mark.slow
@pytest.mark.usefixtures("strictly")
def test_nor_do_the_costs() -> None:
    assert drawn(dk.cost(lambda x: np.sum(np.sin(x)), sizes=(1, 3), methods=("reverse", "central")))
