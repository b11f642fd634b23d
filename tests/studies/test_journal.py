"""A file of rows: whole lines whatever happens, read again, and never taken for another's."""

import json
import subprocess
import sys

import pytest

from diffkit.errors import ArgumentsError
from diffkit.studies.journal import Journal

HEADER = {"of": "squares"}
ROWS = [{"n": n, "square": n * n} for n in range(3)]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "rows.jsonl"
    with Journal(path, HEADER) as journal:
        for row in ROWS:
            journal.append(row)
    return path


def test_every_line_is_json_the_first_says_what_it_is_of(path):
    assert [json.loads(line) for line in path.read_text().splitlines()] == [HEADER, *ROWS]


def test_a_file_cut_anywhere_keeps_its_whole_lines_and_goes_on(path):
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        with Journal(path, HEADER) as journal:
            kept = journal.rows
            assert kept == ROWS[: max(0, whole[:size].count(b"\n") - 1)]
            for row in ROWS[len(kept) :]:
                journal.append(row)
        assert path.read_bytes() == whole


@pytest.mark.parametrize("content", [b"notes\n", b"notes", b'{"of": "cubes"}\n', b"\n"])
def test_a_file_of_something_else_is_refused_and_left_as_it_is(path, content):
    path.write_bytes(content)
    with pytest.raises(ArgumentsError, match=r"rows\.jsonl is not a file of this survey; name another file"):
        Journal(path, HEADER)
    assert path.read_bytes() == content


@pytest.mark.parametrize("line", [b"{", b"3"])
def test_a_whole_line_that_is_no_row_is_named(path, line):
    lines = path.read_bytes().split(b"\n")
    lines[2] = line
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(ArgumentsError, match=r"line 3 of .*rows\.jsonl is no row in JSON"):
        Journal(path, HEADER)


class Full:
    """A disk that takes so many bytes more."""

    def __init__(self, file, room, error):
        self.file, self.room, self.error = file, room, error

    def write(self, content):
        if not self.room:
            raise self.error
        taken = self.file.write(content[: self.room])
        self.room -= taken
        return taken

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_what_stops_in_the_middle_of_a_line_leaves_whole_lines(path, error):
    before = path.read_bytes()
    with Journal(path, HEADER) as journal:
        journal._file = Full(journal._file, 5, error)
        with pytest.raises(type(error)):
            journal.append({"n": 3})
        journal._file = journal._file.file
        assert path.read_bytes() == before
        journal.append({"n": 4})
    assert path.read_bytes() == before + b'{"n": 4}\n'


OPEN = """
import sys
from diffkit.studies.journal import Journal
with Journal(sys.argv[1], {"of": "squares"}) as journal:
    journal.append({"n": 3})
    if sys.argv[2:]:
        print("open", flush=True)
        sys.stdin.read()
"""


def another_process(path, *how):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", OPEN, str(path), *how], text=True, **pipes)


def test_two_processes_do_not_write_one_file_at_once(path):
    before = path.read_bytes()
    with Journal(path, HEADER):
        _, said = another_process(path).communicate()
        assert "rows.jsonl is being written by another process; wait for its end, or name another" in said
    assert path.read_bytes() == before
    assert another_process(path).communicate()[1] == ""
    assert path.read_bytes() == before + b'{"n": 3}\n'


def test_a_process_that_is_killed_leaves_no_lock_behind(path):
    with another_process(path, "wait") as process:
        assert process.stdout.readline() == "open\n"
        with pytest.raises(ArgumentsError, match="is being written by another process"):
            Journal(path, HEADER)
        process.kill()
    with Journal(path, HEADER) as journal:
        assert journal.rows == [*ROWS, {"n": 3}]
