"""What peers share as methods: whose errors are whose, versions, and how a flat answer is laid out."""

from __future__ import annotations

import sys
import warnings
from typing import ClassVar

import numpy as np
import pytest

from diffkit.errors import DomainError, MissingPackageError, NoRuleError
from diffkit.peers.method import PeerMethod, blocks, columns_of, told_apart, version_of


class Numpy(PeerMethod):
    name: ClassVar[str] = "numpy"
    kind: ClassVar[str] = "numerical"

    def derivative(self, f, x, order=1):
        raise NotImplementedError

    jacobian = hessian = derivative


def fails(x):
    raise KeyError(x)


def test_an_estimate_names_the_package_and_its_version():
    found = Numpy().estimate(1.0, 3, note="a word more")
    assert (found.method, found.evaluations) == ("numpy", 3)
    assert found.note == f"numpy {np.__version__}; a word more"
    assert Numpy().estimate(1.0, 3).note == f"numpy {np.__version__}"


def test_a_package_that_pip_does_not_know_has_no_version():
    assert version_of("no_such_package") == "of unknown version"


def test_a_peer_s_own_complaint_is_one_line_with_its_version():
    with pytest.raises(NoRuleError) as caught, Numpy().asking():
        raise TypeError("no\n  such thing")
    says = f"numpy {np.__version__} cannot differentiate this f: TypeError: no such thing"
    assert str(caught.value) == says


def test_what_f_raises_comes_out_as_it_is():
    def peer(f):
        try:
            return f(7)
        except LookupError:  # of its own: it does not catch f's
            return None

    with pytest.raises(KeyError, match="7"), Numpy().asking():
        peer(told_apart(fails))


def test_an_error_of_the_family_comes_out_as_it_is():
    error = DomainError("outside")
    with pytest.raises(DomainError) as caught, Numpy().asking():
        raise error
    assert caught.value is error


def test_a_peer_s_warnings_stay_inside():
    with Numpy().asking():
        warnings.warn("noise", stacklevel=1)


@pytest.mark.parametrize("module", [None, "broken"])
def test_a_package_that_is_missing_or_broken_is_told_with_the_line_that_installs_it(
    monkeypatch, tmp_path, module
):
    class Absent(Numpy):
        name = "peer_that_is_absent"

    if module == "broken":
        (tmp_path / "peer_that_is_absent.py").write_text("raise OSError('libx.so is missing')")
        monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingPackageError, match="pip install peer_that_is_absent") as caught:
        Absent().module
    assert ("libx.so" in str(caught.value)) == (module == "broken")
    assert "peer_that_is_absent" not in sys.modules


def test_columns_and_blocks_are_laid_out_as_the_leaves_are():
    leaves = [np.zeros((2, 2)), np.float32(1.0)]
    table = np.arange(10.0).reshape(2, 5)
    matrix, number = columns_of(table, (2,), leaves)
    assert matrix.tolist() == table[:, :4].reshape(2, 2, 2).tolist()
    assert (number.tolist(), number.dtype) == ([4.0, 9.0], np.float32)
    square = np.arange(25.0).reshape(5, 5)
    found = blocks(square, leaves)
    assert found[0][0].tolist() == square[:4, :4].reshape(2, 2, 2, 2).tolist()
    assert found[0][1].tolist() == square[:4, 4].reshape(2, 2).tolist()
    assert found[1][1] == 24.0
