"""simplify with a limit that holds, and nothing left behind."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
import types

import pytest
import sympy

from diffkit.errors import NotClosedFormError, OptionError
from diffkit.symbolic.limited import simplify
from diffkit.symbolic.pool import Pool
from diffkit.symbolic.process import Helper

X = sympy.symbols("x0:8")


def softplus_network(layers):
    y = X[0]
    for i in range(layers):
        y = sympy.log(1 + sympy.exp(X[i] * y + X[i + 1]))
    return sympy.diff(y, X[0])


def children():
    """The processes that this one has started, where the system tells."""
    found = []
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat") as file:
                    found += [name] * (file.read().rpartition(")")[2].split()[1] == str(os.getpid()))
            except OSError:
                pass
    return found


def test_what_is_done_in_time_is_what_sympy_says():
    found = simplify(sympy.sin(X[0]) ** 2 + sympy.cos(X[0]) ** 2)
    assert (found.expression, found.stopped) == (1, False)


@pytest.mark.slow
def test_a_term_is_simplified_and_the_symbols_are_the_same():
    x = Pool().term(sympy.Symbol("x", real=True))
    assert simplify(x * x + x * x).expression == 2 * sympy.Symbol("x", real=True) ** 2


def test_the_limit_holds_and_no_process_and_no_thread_is_left():
    threads, before = threading.active_count(), children()
    found = simplify(softplus_network(5), time_limit=0.5)
    assert found.stopped
    assert found.expression is None
    assert (threading.active_count(), children()) == (threads, before)


def test_an_interrupt_ends_the_other_process(monkeypatch):
    def interrupted(helper, *question):
        helper._start()
        raise KeyboardInterrupt

    monkeypatch.setattr(Helper, "answer", interrupted)
    before = children()
    with pytest.raises(KeyboardInterrupt):
        simplify(X[0])
    assert children() == before


@pytest.mark.slow
def test_it_works_in_a_script_from_standard_input(tmp_path):
    script = (
        "import sympy; from diffkit.symbolic import simplify; x = sympy.Symbol('x')\n"
        "print(simplify(sympy.sin(x)**2 + sympy.cos(x)**2).expression)"
    )
    path = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, check=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.stdout.strip() == "1"


def test_a_time_that_is_none_is_refused():
    for limit in (0, -1, float("nan")):
        with pytest.raises(OptionError, match="positive number of seconds"):
            simplify(X[0], limit)


@pytest.mark.parametrize(("module", "said"), [(None, "cannot be handed"), ("only_here", "without an answer")])
def test_a_function_that_the_other_process_cannot_know_is_told_in_one_sentence(module, said, monkeypatch):
    class Unwilling(sympy.Function):
        pass

    if module is not None:
        Unwilling.__module__, Unwilling.__qualname__ = module, "Unwilling"
        monkeypatch.setitem(sys.modules, module, types.SimpleNamespace(Unwilling=Unwilling))
    with pytest.raises(NotClosedFormError, match=said) as told:
        simplify(Unwilling(X[0]))
    assert "\n" not in str(told.value)


@pytest.mark.slow
def test_a_failure_of_sympy_is_told_in_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "failing_function.py").write_text(
        "import sympy\n"
        "class Failing(sympy.Function):\n"
        "    def _eval_simplify(self, **options):\n"
        "        print('this is no answer')\n"
        "        raise ValueError('on purpose')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    failing = importlib.import_module("failing_function").Failing
    with pytest.raises(NotClosedFormError, match="simplify failed: ValueError: on purpose"):
        simplify(failing(X[0]))


def test_what_is_too_deep_to_be_handed_over_is_told():
    u = Pool().term(sympy.Symbol("x"))
    for _ in range(3000):
        u = u.call(sympy.sin, u)
    with pytest.raises(NotClosedFormError, match="nests too deeply"):
        simplify(u)
