"""Files that are whole or not there."""

from pathlib import Path

import pytest

from diffkit.report.files import write_whole


def test_a_file_holds_what_it_was_given_and_nothing_lies_beside_it(tmp_path):
    assert write_whole(tmp_path / "a.bin", b"\x00\xff") == tmp_path / "a.bin"
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\xff"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_what_was_there_stays_when_writing_fails(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("before")

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "a.txt", b"after")
    assert (tmp_path / "a.txt").read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        write_whole(tmp_path / "no" / "a.txt", b"")


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path):
    write_whole(tmp_path / "a.txt", b"text")
    (tmp_path / "b.txt").write_text("text")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "b.txt").stat().st_mode
