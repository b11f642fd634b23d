"""Files that are whole or not there."""

import os
import stat
import threading
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


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_that_is_there_keeps_its_mode(tmp_path, mode):
    file = tmp_path / "a.txt"
    file.write_text("before")
    file.chmod(mode)
    write_whole(file, b"after")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("after", mode)


def test_a_private_file_is_private_before_anything_is_in_it(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    file.write_text("before")
    file.chmod(0o600)
    modes, write_bytes = [], Path.write_bytes

    def watched(self, content):
        modes.append(stat.S_IMODE(self.stat().st_mode))
        return write_bytes(self, content)

    monkeypatch.setattr(Path, "write_bytes", watched)
    write_whole(file, b"after")
    assert modes == [0o600]


@pytest.mark.parametrize("there", [True, False])
def test_a_symbolic_link_stays_and_its_target_is_written(tmp_path, there):
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.txt", tmp_path / "link.txt"
    if there:
        target.write_text("before")
    link.symlink_to(Path("real") / "a.txt")
    assert write_whole(link, b"after") == link
    assert link.is_symlink()
    assert target.read_text() == "after"
    assert [p.name for p in target.parent.iterdir()] == ["a.txt"]


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, b"content")
    reader.join(10)
    assert read == [b"content"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [p.name for p in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("folder", ["", ".", "sub"])
def test_a_folder_is_not_written_to(tmp_path, folder, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder; name a file to write"):
        write_whole(folder, b"")
    assert [p.name for p in tmp_path.iterdir()] == ["sub"]


def test_a_symbolic_link_to_itself_stays(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        write_whole(tmp_path / "loop", b"")
    assert (tmp_path / "loop").is_symlink()
