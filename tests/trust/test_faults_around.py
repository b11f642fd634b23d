"""What goes wrong around diffkit: disks, pipes, terminals, signals, displays, and how text comes in."""

import errno
import os
import pathlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import diffkit as dk
from diffkit.cli.commands import run
from diffkit.report import rendered, save
from diffkit.report.files import write_whole

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "compare": ["compare", "x^2", "--at", "1"],
    "sweep": ["sweep", "exp(x)", "--at", "1", "--csv"],
    "trace": ["trace", "x*sin(x)", "--at", "1"],
    "graph": ["graph", "x*sin(x)", "--at", "1"],
    "steps": ["steps", "x^2*sin(x)"],
    "swell": ["swell", "x*sin(x)"],
    "check": ["check", "x^2", "--gradient", "2*x", "--at", "1"],
    "cost": ["cost", "sin(x)", "--sizes", "1,10", "--methods", "reverse"],
    "train": ["train", "square"],
    "report": ["report", "x^2", "--at", "1", "-o", "-"],
    "examples": ["examples", "1"],
    "methods": ["methods"],
    "survey": ["survey", "--problems", "sine", "--methods", "central"],
    "help": ["--help"],
    "help of a command": ["compare", "--help"],
}
QUICK = {"compare", "help"}
each_command = pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in COMMANDS]
)


def environment(**more):
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return {**usual, "PYTHONPATH": path, **more}


def started(arguments, folder, **how):
    """The command line as a process of its own."""
    more = how.pop("env", {})
    return subprocess.Popen(
        [sys.executable, "-m", "diffkit", *arguments], cwd=folder, env=environment(**more),
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how},
    )  # fmt: skip


def ended(arguments, folder, **how):
    """Its status, standard output and standard error, as bytes."""
    given = how.pop("input", None)
    if given is not None:
        how["stdin"] = subprocess.PIPE
    process = started(arguments, folder, **how)
    out, err = process.communicate(given)
    return process.returncode, out, err


# -- pipes and devices -------------------------------------------------------------------------------------


@each_command
def test_a_reader_that_leaves_at_once_hears_no_complaint(name, tmp_path):
    read, write = os.pipe()
    os.close(read)
    try:
        _, _, err = ended(COMMANDS[name], tmp_path, stdout=write)
    finally:
        os.close(write)
    assert err == b""


@each_command
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_device_is_one_line_and_status_1(name, tmp_path):
    with open("/dev/full", "wb") as full:
        status, _, err = ended(COMMANDS[name], tmp_path, stdout=full)
    assert (status, err) == (1, b"diffkit: the output cannot be written: No space left on device\n")


@pytest.mark.slow
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_before_it_begins_are_done_without(closed, tmp_path):
    line = f'"{sys.executable}" -m diffkit compare "x^2" --at 1 {closed}'
    done = subprocess.run(line, shell=True, cwd=tmp_path, env=environment(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# -- files -------------------------------------------------------------------------------------------------


class _Disk:
    """A disk that is full after so many bytes, or that cannot be renamed on."""

    def __init__(self, monkeypatch, where, error):
        def fail(path, *_, **__):
            if where == "write_bytes":
                with open(path, "wb") as half:
                    half.write(b"half of it")
            raise error

        monkeypatch.setattr(pathlib.Path, where, fail)


@pytest.mark.parametrize("where", ["touch", "write_bytes", "replace", "chmod"])
@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), OSError(errno.EROFS, "Read-only file system"),
     OSError(errno.EDQUOT, "Disk quota exceeded"), PermissionError(errno.EACCES, "Permission denied")],
    ids=lambda error: errno.errorcode[error.errno],
)  # fmt: skip
def test_a_disk_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch, capsys, where, error):
    """A full disk was bad usage, with "Try 'diffkit compare --help'"."""
    (tmp_path / "a.json").write_text("what was there")
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as full:
        _Disk(full, where, error)
        status = run(["compare", "x^2", "--at", "1", "--methods", "reverse", "-o", "a.json"])
    out, err = capsys.readouterr()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        assert (status, err) == (1, f"diffkit: the output cannot be written: {error.strerror}\n")
    else:
        assert status == 2
        assert err.startswith(f"diffkit: cannot write a.json: {error.strerror}.")
    assert (out, err.count("\n")) == ("", 1)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.json", "what was there")]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError])
@pytest.mark.parametrize("where", ["touch", "write_bytes", "replace"])
def test_a_write_that_is_interrupted_leaves_the_old_file_whole(tmp_path, monkeypatch, where, stop):
    (tmp_path / "a.svg").write_bytes(b"old")
    with monkeypatch.context() as broken:
        _Disk(broken, where, stop())
        with pytest.raises(stop):
            write_whole(tmp_path / "a.svg", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.svg", b"old")]
    assert write_whole(tmp_path / "a.svg", b"new").read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("output", [["-o", "a"], ["--plot", "a.svg"]])
def test_a_read_only_folder_is_one_line(tmp_path, monkeypatch, capsys, output):
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o500)
    try:
        status = run(["compare", "x^2", "--at", "1", "--methods", "reverse", *output])
    finally:
        tmp_path.chmod(0o700)
    assert (status, capsys.readouterr().err.count("\n")) == (2, 1)


# -- signals -----------------------------------------------------------------------------------------------

SLOW_F = """import pathlib, time, numpy as np
def f(x):
    pathlib.Path("begun").touch()
    time.sleep(0.05)
    return np.sum(np.sin(x) * x)
"""
LONG = {
    "compare": ["compare", "slow.py:f", "--at", "0.7", "-o", "out"],
    "sweep": ["sweep", "slow.py:f", "--at", "0.7", "-o", "out", "--plot", "out.svg"],
    "report": ["report", "slow.py:f", "--at", "0.7", "-o", "out"],
    "cost": ["cost", "slow.py:f", "--sizes", "1,10,100", "-o", "out"],
    "check": ["check", "slow.py:f", "--at", ",".join("1" * 50), "-o", "out"],
    "train": ["train", "slow.py:f", "--start", "1", "--rate", "0.01", "--epochs", "100000", "-o", "out"],
    "survey": ["survey", "--file", "rows.jsonl", "-o", "out"],
    "survey by workers": ["survey", "--workers", "2", "--file", "rows.jsonl", "-o", "out"],
    "swell": ["swell", "--family", "logistic", "--n", "1-14", "--time-limit", "100", "-o", "out"],
    "explore": ["explore", "x^2", "--at", "1", "--no-browser"],
}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=lambda sent: sent.name)
def test_a_command_that_is_stopped_leaves_no_half_and_no_process(name, sent, tmp_path):
    (tmp_path / "slow.py").write_text(SLOW_F)
    (tmp_path / "out").write_text("kept")
    (tmp_path / "temporary").mkdir()
    process = started(
        LONG[name], tmp_path, start_new_session=True, env={"TMPDIR": str(tmp_path / "temporary")}
    )
    begun = {"slow.py:f": "begun", "rows.jsonl": "rows.jsonl"}  # what is there once it is at work
    sign = next((tmp_path / begun[word] for word in LONG[name] if word in begun), None)
    waited = time.monotonic() + 60
    while sign and not sign.exists() and time.monotonic() < waited:
        time.sleep(0.05)
    time.sleep(0.3 if sign else 5)
    process.send_signal(sent)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.strip().removeprefix(b"Ctrl-C stops it\n\n")) == (
        130,
        b"diffkit: interrupted",
    )
    assert (tmp_path / "out").read_text() == "kept"
    assert not list(tmp_path.glob(".*")) + list(tmp_path.glob("*.part")) + list(tmp_path.glob("temporary/*"))
    assert not (tmp_path / "out.svg").exists()
    for _ in range(50):  # its children end with it
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("a process is left")


# -- terminals, displays and homes -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-16", "cp932"])
@pytest.mark.parametrize("name", ["compare", "trace", "steps", "methods", "help"])
@pytest.mark.sampled(2)
def test_a_terminal_of_another_encoding_gets_its_text_and_no_traceback(name, encoding, tmp_path):
    how = {"PYTHONIOENCODING": encoding, "LC_ALL": "C", "PYTHONUTF8": "0"}
    status, out, err = ended(COMMANDS[name], tmp_path, env=how)
    assert (status, err) == (0, b"")
    assert out.decode("utf-8" if encoding == "ascii" else encoding)


def test_a_terminal_of_ascii_gets_its_text_and_no_traceback(tmp_path):
    how = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    status, out, err = ended(["compare", "x^2", "--at", "1"], tmp_path, env=how)
    assert (status, err) == (0, b"")
    assert out.decode("utf-8")  # which Click writes where a stream says that it is ASCII


@pytest.mark.slow
@pytest.mark.parametrize(
    "around",
    [
        {"MPLBACKEND": "TkAgg", "DISPLAY": ""},
        {"MPLBACKEND": "QtAgg", "DISPLAY": ":99"},
        {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"},
    ],
    ids=["no display", "a display that is gone", "no home"],
)
def test_a_figure_needs_no_display_and_no_home(around, tmp_path):
    status, _, err = ended(["compare", "x^2", "--at", "1", "-q", "--plot", "a.svg"], tmp_path, env=around)
    assert status == 0
    assert b"Traceback" not in err
    assert b"diffkit: " not in err
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_a_font_that_is_missing_is_another_font_and_no_warning(tmp_path, monkeypatch):
    import matplotlib.font_manager as fonts

    known = [font for font in fonts.fontManager.ttflist if font.name.startswith("DejaVu Sans")]
    monkeypatch.setattr(fonts.fontManager, "ttflist", known)
    fonts._get_font.cache_clear() if hasattr(fonts._get_font, "cache_clear") else None
    compared = dk.compare("x^2", 1.0, methods="central,reverse")
    for kind in ("svg", "png", "pdf"):
        saved = save(compared.plot(), tmp_path / f"a.{kind}").read_bytes()
        assert saved == rendered(compared.plot(), kind)


# -- how text comes in -------------------------------------------------------------------------------------


MARK = b"\xef\xbb\xbf"  # of UTF-8, which some shells of Windows write first


@pytest.mark.parametrize("text", [MARK + b"x^2\r\n", b"x^2\r\n", MARK + b"x^2", b"x^2\r", b"  x^2  \r\n\r\n"])
@pytest.mark.sampled(3)
def test_windows_newlines_and_marks_on_standard_input_are_read_over(text, tmp_path):
    """The mark was an unknown character."""
    arguments = ["compare", "-", "--at", "3", "--methods", "reverse", "--csv"]
    status, out, err = ended(arguments, tmp_path, input=text)
    assert (status, err) == (0, b"")
    assert b"reverse,6.0," in out


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_windows_newlines_and_marks_in_a_file_of_python_are_read_over(mark, newline, tmp_path, capsys):
    text = f"{mark}def f(x):\n    # a comment: ²\n    return x * x\n".replace("\n", newline)
    (tmp_path / "f.py").write_bytes(text.encode("utf-8"))
    assert run(["compare", f"{tmp_path}/f.py:f", "--at", "3", "--methods", "reverse", "--csv"]) == 0
    assert "reverse,6.0," in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"\xff\xfe\x00x", b"\x80\x81", b""])
@pytest.mark.sampled(3)
def test_what_is_no_text_on_standard_input_is_one_line(content, tmp_path):
    status, out, err = ended(["compare", "-", "--at", "3"], tmp_path, input=content)
    assert (status, out) == (2, b"")
    assert err.count(b"\n") in (1, 3)  # with a caret below
