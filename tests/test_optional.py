"""What is the matter with a package that cannot be imported, in one sentence."""

import sys

import pytest

from diffkit.errors import MissingPackageError
from diffkit.optional import imported, trouble


def test_a_package_that_is_there_is_imported():
    assert imported("json", "{trouble}").loads("1") == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("raise ImportError('libx.so is gone')", "cannot be imported (ImportError: libx.so is gone)"),
        ("raise AttributeError('no\\n  bool8')", "cannot be imported (AttributeError: no bool8)"),
        ("raise SystemExit", "cannot be imported (SystemExit)"),
        ("import no_such_part", "cannot be imported (ModuleNotFoundError: No module named 'no_such_part')"),
        ("1 / 0", "cannot be imported (ZeroDivisionError: division by zero)"),
        ("def", "cannot be imported (SyntaxError: invalid syntax"),
        (None, "is not installed"),
    ],
)  # fmt: skip
def test_a_package_that_fails_is_missed_with_the_reason(tmp_path, monkeypatch, content, says):
    monkeypatch.syspath_prepend(tmp_path)
    if content:
        (tmp_path / "package_that_fails.py").write_text(content)
    with pytest.raises(MissingPackageError) as caught:
        imported("package_that_fails", "it {trouble}; write pip install it")
    assert str(caught.value).startswith(f"it {says}")
    assert str(caught.value).endswith("; write pip install it")
    assert "package_that_fails" not in sys.modules


def test_an_interrupt_is_no_trouble_of_a_package(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "package_to_wait_for.py").write_text("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        imported("package_to_wait_for", "{trouble}")


def test_a_long_reason_is_cut():
    assert len(trouble("torch", OSError("x" * 1000))) < 160
