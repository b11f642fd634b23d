"""Peers are found without being imported, and one that is missing is told with the line that installs it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import diffkit as dk
from diffkit.errors import MissingPackageError
from diffkit.methods import METHODS, Method, own_methods, versions_of
from diffkit.peers.method import PeerMethod
from diffkit.peers.table import PEERS, is_installed, peer_named, require_installed

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_is_a_method_of_its_name_also_where_it_is_missing(name):
    method = peer_named(name)
    assert isinstance(method, PeerMethod)
    assert isinstance(method, Method)
    assert method.name == name
    assert method.kind in ("numerical", "symbolic", "automatic")
    assert repr(method) == f"{type(method).__name__}()"
    assert hash(method) == hash(peer_named(name))


def test_the_table_of_methods_has_ours_and_then_the_peers_that_are_installed():
    ours = [name for name in METHODS if not isinstance(METHODS[name], PeerMethod)]
    assert list(own_methods()) == ours
    present = [name for name in METHODS if name in PEERS]
    assert present == [name for name in PEERS if is_installed(name)]
    assert "scipy" in present
    assert list(versions_of(METHODS.values())) == present


def test_the_extra_installs_every_peer_that_diffkit_does_not_need_itself():
    extras = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["optional-dependencies"]
    wanted = {line.split(">=")[0] for line in extras["peers"]}
    assert wanted == set(PEERS) - {"scipy"}


def test_a_peer_that_is_not_installed_is_told_in_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingPackageError) as caught:
        require_installed("torch")
    assert str(caught.value) == "method 'torch' needs torch, which is not installed; write pip install torch"


def test_a_folder_and_a_module_without_a_specification_are_no_package(monkeypatch, tmp_path):
    (tmp_path / "peer_by_name_alone").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not is_installed("peer_by_name_alone")
    monkeypatch.setitem(sys.modules, "peer_without_spec", type(sys)("peer_without_spec"))
    assert not is_installed("peer_without_spec")


WITHOUT = (
    "import sys; sys.modules.update(dict.fromkeys({names!r})); "
    "import diffkit as dk, diffkit.cli.commands as c; "
)


@pytest.mark.slow
def test_without_a_package_its_name_is_refused_and_the_others_answer():
    names = ["torch", "jax", "autograd", "casadi", "symengine", "numdifftools", "jacobi"]
    code = WITHOUT.format(names=names) + (
        "print(list(dk.METHODS)[8:]); print(c.run(['compare', 'x', '--at', '1', '--methods', 'jacobi']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['reverse', 'scipy']", "2"]
    assert "method 'jacobi' needs jacobi, which is not installed; write pip install jacobi" in done.stderr


@pytest.mark.slow
def test_no_peer_is_imported_before_it_is_asked():
    code = (
        "import sys, diffkit as dk; dk.compare('x^2', 3.0); "
        "from diffkit.studies.overview import overview; overview(); "
        f"print([name for name in {[n for n in PEERS if n != 'scipy']!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_means_ours_and_the_peers_and_nothing_named_means_ours():
    assert [row.method for row in dk.compare("x^2", 3.0).rows] == list(own_methods())
    found = dk.compare("x^2", 3.0, methods=["reverse", "scipy"])
    assert found.versions == versions_of([METHODS["scipy"]])
    assert found["scipy"].note.endswith(f"scipy {METHODS['scipy'].version}")
    assert found.to_dict()["versions"] == found.versions
