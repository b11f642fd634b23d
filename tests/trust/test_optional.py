"""Optional packages that are missing or broken: one sentence each, and everything else goes on."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint

import numpy as np
import pytest

import diffkit as dk
from diffkit import methods
from diffkit.autodiff.straight import machine
from diffkit.errors import MissingPackageError, UnknownMethodError
from diffkit.peers.table import PEERS, peer_named
from diffkit.report.graph_dot import dot_layout
from diffkit.tape.arithmetic import ARITHMETICS

# As broken installations of torch, jax and numba fail: a library, a NumPy that is too new, a bare end.
BROKEN = {
    "ImportError": "raise ImportError('libtorch.so: cannot open shared object file')",
    "OSError": "raise OSError('libcudart.so.12: cannot open shared object file')",
    "AttributeError": "import numpy\nnumpy.bool8",
    "RuntimeError": "raise RuntimeError('compiled against an older\\nNumPy')",
    "SystemExit": "raise SystemExit(3)",
}
OWN = [name for name in PEERS if name != "scipy"]  # SciPy is no option


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """broken(package, content): from now on importing the package runs this; None takes it away."""

    def put(package, content):
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.syspath_prepend(tmp_path)
        if content is None:
            monkeypatch.setitem(sys.modules, package, None)
        else:
            (tmp_path / package).mkdir()
            (tmp_path / package / "__init__.py").write_text(content)

    yield put
    for name in [name for name in sys.modules if name.split(".")[0] in (*PEERS, "numba", "pygraphviz")]:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def squared(v):
    return np.sum(v * v)


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("name", OWN)
@pytest.mark.sampled(3)
def test_a_peer_whose_import_fails_says_so_and_is_a_row(broken, assert_one_clear_line, name, kind):
    """torch, jax and autograd said that they "cannot differentiate this f"."""
    broken(name, BROKEN[kind])
    says = rf"^{name} cannot be imported \({kind}.*pip install {name}$"
    peer = peer_named(name)
    for ask in (
        lambda: dk.derivative("sin(x)", 1.0, peer),
        lambda: dk.gradient(squared, np.ones(2), method=peer),
        lambda: dk.hessian(squared, np.ones(2), method=peer),
    ):
        with pytest.raises(MissingPackageError, match=says) as caught:
            ask()
        assert_one_clear_line(caught.value)
    found = dk.compare("sin(x)", 1.0, methods=["central", peer])
    assert [row.status for row in found.rows] == ["ok", "not applicable"]
    assert f"cannot be imported ({kind}" in str(found)


@pytest.mark.parametrize("kind", ["OSError", "AttributeError", None])
@pytest.mark.parametrize("name", [name for name in OWN if name in ARITHMETICS])
def test_a_replay_in_an_arithmetic_that_is_missing_or_broken_says_so(broken, name, kind):
    """A broken one raised what its import did."""
    broken(name, BROKEN.get(kind))
    says = f"cannot be imported .{kind}: .*" if kind else "is not installed"
    with pytest.raises(MissingPackageError, match=f"^{name} {says}, and .*pip install {name}$"):
        dk.record("sin(x)", 1.0).replay(1.0, arithmetic=name)


@pytest.mark.parametrize("kind", [*BROKEN, None])
def test_machine_code_and_graphviz_say_what_is_missing_or_broken(broken, kind):
    says = rf"cannot be imported \({kind}" if kind else "is not installed"
    broken("numba", BROKEN.get(kind))
    with pytest.raises(MissingPackageError, match=rf'numba, which {says}.*pip install "diffkit\[jit\]"'):
        machine.required()
    broken("pygraphviz", BROKEN.get(kind))
    with pytest.raises(MissingPackageError, match=rf"pygraphviz.*{says}.*pip install 'diffkit\[graphviz\]'"):
        dot_layout([], [], {})


def test_a_broken_plugin_is_a_sentence_for_who_asks_for_it_and_nothing_for_the_others(broken, monkeypatch):
    """One broken plugin made every unknown name an error of the plugin's."""
    points = [
        EntryPoint("broken-one", "plugin_that_fails:METHOD", "diffkit.methods"),
        EntryPoint("no-method", "diffkit.methods:own_methods", "diffkit.methods"),
        EntryPoint("gone-one", "no_such_plugin:METHOD", "diffkit.methods"),
    ]
    broken("plugin_that_fails", BROKEN["OSError"])
    monkeypatch.setattr(methods, "entry_points", lambda group: points)
    methods._load_plugins.cache_clear()
    try:
        with pytest.raises(UnknownMethodError, match="did you mean 'central'"):
            dk.derivative("x^2", 1.0, "centrall")
        with pytest.raises(MissingPackageError, match=r"'broken-one' .*OSError: libcudart"):
            dk.derivative("x^2", 1.0, "broken-one")
        with pytest.raises(MissingPackageError, match=r"'no-method' .* lacks name, kind"):
            dk.derivative("x^2", 1.0, "no-method")
        with pytest.raises(MissingPackageError, match=r"'gone-one' .*which is not installed"):
            dk.derivative("x^2", 1.0, "gone-one")
        assert not {"broken-one", "no-method", "gone-one"} & set(dk.METHODS)
    finally:
        methods._load_plugins.cache_clear()


@pytest.mark.slow
def test_the_command_line_goes_on_where_every_option_is_broken(tmp_path):
    for k, package in enumerate([*OWN, "numba", "pygraphviz", "distributed", "playwright", "IPython"]):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(BROKEN[list(BROKEN)[k % 4]])
    code = (
        "from diffkit.cli.commands import run\n"
        "assert run(['methods']) == 0\n"
        "assert run(['compare', 'sin(x)', '--at', '1', '--methods', 'all']) == 0\n"
        "assert run(['compare', 'sin(x)', '--at', '1', '--methods', 'torch']) == 0\n"
        "assert run(['graph', 'sin(x)', '--at', '1', '--svg']) == 0\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    for name in OWN:
        assert f"{name} cannot be imported (" in done.stdout
