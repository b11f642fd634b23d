"""`diffkit explore`: an address on standard output, a page behind it, and Ctrl-C."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from urllib.request import urlopen

import pytest

from diffkit.cli import explore
from diffkit.report.web.live import Server


@pytest.fixture
def explored(shell, monkeypatch):
    """explored(...): what the command does when it is interrupted at once, and the page that it serves."""
    pages = []

    def serve(server):
        monkeypatch.undo()
        server.start()
        with urlopen(server.url) as answer:
            pages.append(answer.read().decode())
        raise KeyboardInterrupt

    def call(*arguments):
        monkeypatch.setattr(Server, "serve_forever", serve)
        monkeypatch.setattr("diffkit.report.web.live.Explorer.warm_up", lambda explorer: None)
        return (*shell("explore", *arguments), *pages)

    return call


def test_it_prints_its_address_and_a_note_and_serves_the_example(explored):
    status, out, err, page = explored("--no-browser")
    assert status == 130
    assert out.startswith("http://127.0.0.1:")
    assert out.count("\n") == 1
    assert err == "Ctrl-C stops it\n\ndiffkit: interrupted\n"
    assert 'value="sin(x)*exp(-x^2)"' in page
    assert 'value="0.7"' in page


@pytest.mark.parametrize(
    ("arguments", "f", "at"),
    [
        (["x^3"], "x^3", "0.7"),
        (["x^3", "--at", "2"], "x^3", "2"),
        (["--at", "2"], "sin(x)*exp(-x^2)", "2"),
        (["x*y"], "x*y", "x=0.7,y=0.7"),
        (["-x^2", "--at", "-1"], "-x^2", "-1"),
        (["numpy:sin", "--at", "1,2"], "numpy:sin", "1,2"),
    ],
)
def test_it_begins_with_what_is_given(explored, arguments, f, at):
    status, _, err, page = explored(*arguments, "--no-browser", "-q")
    assert (status, err) == (130, "\ndiffkit: interrupted\n")
    assert f'value="{f}"' in page
    assert f'value="{at}"' in page


def test_it_speaks_chinese_and_takes_a_port(explored):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _, out, _, page = explored("--no-browser", "--lang", "zh", "--port", str(port))
    assert out.startswith(f"http://127.0.0.1:{port}/")
    assert '<html lang="zh-Hans">' in page


def test_a_browser_is_opened_at_the_address(explored, monkeypatch):
    opened, told = [], threading.Event()
    monkeypatch.setattr(webbrowser, "open", lambda url: (opened.append(url), told.set()))
    _, out, _, _ = explored()
    assert told.wait(10)
    assert opened == [out.strip()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["2x"], "no operation stands before 'x'"),
        (["x", "--at", "y=1"], "f takes x and the point gives y"),
        (["--port", "65536"], "'65536' is not a whole number from 0 to 65535"),
        (["--lang", "fr"], "'fr' is not one of 'en', 'zh'"),
        (["no.py:f"], "there is no file no.py"),
    ],
)
def test_a_mistake_is_bad_usage_in_one_line(shell, arguments, message):
    status, out, err = shell("explore", *arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_bad_usage(shell):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, out, err = shell("explore", "--no-browser", "--port", str(port))
    assert (status, out) == (2, "")
    assert err.startswith(f"diffkit: cannot listen at port {port}: ")


def test_a_function_of_ones_own_is_read_by_its_text_alone():
    read = explore.reader("mine", abs)
    assert read("mine", "2") == (abs, (2.0,), "mine")
    function, point, text = read("x^2", "3")
    assert (function(*point), text) == (9.0, "x^2")


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is a signal elsewhere")
def test_ctrl_c_stops_it_cleanly():
    command = [sys.executable, "-m", "diffkit", "explore", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        url = running.stdout.readline().strip()
        with urlopen(url, timeout=60) as answer:
            assert answer.status == 200
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert out == ""
    assert err == "Ctrl-C stops it\n\ndiffkit: interrupted\n"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(url.split(":")[2].split("/")[0])), 1)
