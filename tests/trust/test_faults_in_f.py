"""What f does wrong half-way: it raises, is interrupted, or answers with no number; in all that asks it."""

import math
import sys

import numpy as np
import pytest

import diffkit as dk
from diffkit.errors import DiffkitError
from diffkit.methods import own_methods
from diffkit.report import page
from diffkit.studies import secants, sweeps, train
from diffkit.studies.portrait import Missing, portrait


class Boom(Exception):  # noqa: N818 - short, since it is everywhere
    """What nothing of diffkit's or Python's raises."""


class Ender(BaseException):
    """What nobody may catch, as KeyboardInterrupt."""


def failing_after(calls, g, failure):
    """g, which from a call on raises, or answers with something else."""
    count = 0

    def f(*point):
        nonlocal count
        count += 1
        if count <= calls:
            return g(*point)
        if isinstance(failure, type) and issubclass(failure, BaseException):
            raise failure("boom")
        return failure

    return f


def of_one(x):
    return np.sin(x) * x


def of_several(v):
    return np.sum(np.sin(v) * v)


AT, POINT = 0.7, np.array([0.7, 0.3])
STEPS = [1e-2, 1e-4, 1e-6]
STUDIES = {
    "compare": (of_one, lambda f: dk.compare(f, AT)),
    "compare a gradient": (of_several, lambda f: dk.compare(f, POINT)),
    "sweep": (of_one, lambda f: dk.error_sweep(f, AT, steps=STEPS)),
    "sweeps": (of_one, lambda f: sweeps({"a": (f, AT)}, steps=STEPS)),
    "check": (of_one, lambda f: dk.check_gradient(f, AT)),
    "check a gradient": (of_several, lambda f: dk.check_gradient(f, POINT)),
    "secants": (of_one, lambda f: secants(f, AT)),
    "train": (of_one, lambda f: train(f, AT, rate=0.1, epochs=5)),
    "train by differences": (of_one, lambda f: train(f, AT, rate=0.1, epochs=5, method="central")),
    "record": (of_one, lambda f: dk.record(f, AT)),
    "grad": (of_one, lambda f: dk.grad(f)(AT)),
    "hessian": (of_several, lambda f: dk.autodiff.hessian(f)(POINT)),
    "compile": (of_one, lambda f: dk.autodiff.compile(f, AT)(AT)),
}
METHODS = {
    **{f"derivative by {m}": (of_one, lambda f, m=m: dk.derivative(f, AT, m)) for m in own_methods()},
    **{f"second by {m}": (of_one, lambda f, m=m: dk.derivative(f, AT, m, order=2)) for m in own_methods()},
    **{
        f"gradient by {m}": (of_several, lambda f, m=m: dk.gradient(f, POINT, method=m))
        for m in own_methods()
    },
    **{f"hessian by {m}": (of_several, lambda f, m=m: dk.hessian(f, POINT, method=m)) for m in own_methods()},
}  # fmt: skip
ASKED = {**STUDIES, **METHODS}
LATE = (0, 1, 2, 3, 5, 8, 13, 40)
# A study that has begun to measure keeps what it has, and says what failed.
KEEPS = {
    "compare": lambda found: [row.note for row in found.rows if row.status != "ok"],
    "compare a gradient": lambda found: [row.note for row in found.rows if row.status != "ok"],
    "sweep": lambda found: [words for curve in found.curves.values() for words in curve.failed.values()],
    "train": lambda found: [found.reason],
    "train by differences": lambda found: [found.reason],
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.sampled(3)
def test_what_f_raises_half_way_comes_out_as_it_is_or_is_told_by_the_study(name):
    g, ask = ASKED[name]
    for calls in LATE:
        try:
            found = ask(failing_after(calls, g, Boom))
        except Boom:
            continue
        if name in KEEPS and (told := [words for words in KEEPS[name](found) if words]):
            assert any("Boom: boom" in words for words in told)
            assert "Boom: boom" in str(found)


@pytest.mark.parametrize("ender", [KeyboardInterrupt, Ender, SystemExit])
@pytest.mark.parametrize("name", ASKED)
@pytest.mark.sampled(7)
def test_an_interrupt_in_f_is_kept_by_nobody(name, ender):
    g, ask = ASKED[name]
    for calls in LATE[:6]:
        finished = False
        try:
            ask(failing_after(calls, g, ender))
            finished = True
        except ender:
            pass
        if finished:  # then f was not called so often
            ask(failing_after(calls, g, Boom))
            break


@pytest.mark.parametrize("answer", [None, "text", {"a": None}], ids=repr)
@pytest.mark.parametrize("name", ASKED)
@pytest.mark.sampled(7)
def test_an_answer_that_is_no_number_half_way_is_one_clear_sentence(name, answer, assert_one_clear_line):
    g, ask = ASKED[name]
    for calls in LATE:
        try:
            ask(failing_after(calls, g, answer))
        except DiffkitError as error:
            assert_one_clear_line(error)


TRANSFORMS = {"grad", "hessian", "compile"}  # which say, as in JAX, that a constant has the gradient 0


@pytest.mark.parametrize("name", [name for name in ASKED if name not in TRANSFORMS])
@pytest.mark.sampled(3)
def test_a_nan_half_way_is_a_sentence_or_a_nan_and_never_a_wrong_number(name):
    g, ask = ASKED[name]
    with np.errstate(all="ignore"):
        whole = ask(g)
        for calls in LATE:
            try:
                found = ask(failing_after(calls, g, math.nan))
            except DiffkitError:
                continue
            if isinstance(found, float | np.ndarray):
                assert np.all(np.isnan(found) | (np.abs(found - whole) < 1e-3))


def bottomless(x):
    return bottomless(x) + x


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.sampled(5)
def test_a_recursion_without_end_in_f_is_f_s_own_error(name):
    with pytest.raises(RecursionError):
        ASKED[name][1](bottomless)


def test_a_page_of_an_f_that_fails_further_on_has_all_its_sections():
    def f(x):
        if x > 1.2:
            raise Boom("boom")
        return np.sin(x)

    found = portrait(f, AT)
    assert not isinstance(found.sweep, Missing)
    assert set(found.sweep["central"].failed.values()) == {"Boom: boom"}
    assert found.sweep["central"].best[1] < 1e-9
    assert "boom" not in page(f, AT)  # what is drawn is what there is


# -- deep programs, and deep arguments ---------------------------------------------------------------------


@pytest.fixture
def little_room():
    """Python's own limit, and little more room than the tests stand on already."""
    usual, depth, frame = sys.getrecursionlimit(), 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + 120)
    yield
    sys.setrecursionlimit(usual)


@pytest.mark.parametrize("rows", [4_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_tape_of_many_rows_needs_no_recursion(little_room, rows):
    def long_chain(x):
        for _ in range(rows):
            x = 1.0 - x
        return x

    tape = dk.record(long_chain, 0.3)
    assert len(tape) == rows
    assert tape.replay(0.3) == pytest.approx(0.3)
    assert dk.grad(long_chain)(0.3) == dk.derivative(long_chain, 0.3, "dual") == 1.0
    x = dk.tensor(0.3, requires_grad=True)
    y = long_chain(x)
    y.backward()
    assert x.grad.item() == 1.0
    del y, x, tape  # what is freed is freed without recursion, too


def nested(depth, leaf):
    for _ in range(depth):
        leaf = {"a": leaf}
    return leaf


def innermost(value):
    while isinstance(value, dict):
        value = value["a"]
    return value


def test_arguments_nest_as_deep_as_python_goes_and_deeper_is_a_recursion_error():
    f = lambda tree: innermost(tree) ** 2
    assert innermost(dk.gradient(f, nested(50, np.float64(3.0)))) == 6.0
    assert innermost(dk.autodiff.grad(f)(nested(50, np.float64(3.0)))) == 6.0
    with pytest.raises((RecursionError, DiffkitError)):
        dk.gradient(f, nested(100_000, np.float64(3.0)))
