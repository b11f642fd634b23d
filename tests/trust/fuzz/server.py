"""The explorer's server: any bytes get a documented answer or a closed door, and the next is answered."""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any
from unittest import mock
from urllib.parse import quote_plus

from hypothesis import strategies as st

from diffkit.cli.explore import START, reader
from diffkit.functions import parse
from diffkit.report.web.live import Explorer
from diffkit.report.web.live import server as module
from diffkit.report.web.live.bounded import Worker
from diffkit.report.web.live.server import HOST, Server
from tests.trust.fuzz.texts import NUMBERS, any_of, anything, formulas, points
from tests.trust.fuzz.watch import Offence

__all__ = ["SERVER", "Served"]

STATUSES = {b"200", b"204", b"400", b"403", b"404", b"405", b"408", b"413", b"414", b"431", b"503", b"505"}
TOKEN, PORT = "\0token\0", "\0port\0"  # put in when they are known

_PATHS = st.sampled_from((
    f"/{TOKEN}/", f"/{TOKEN}/answer", f"/{TOKEN}/answer?f=x&at=1", f"/{TOKEN}/../../etc/passwd", "/", "", "*",
    f"/{TOKEN}/%2e%2e/%2e%2e/etc/passwd", f"/{TOKEN}/..%2f..%2fetc%2fpasswd", f"//{TOKEN}/", f"/{TOKEN}",
    "/etc/passwd",
    f"/{TOKEN}\\..\\..", f"http://127.0.0.1/{TOKEN}/", f"http://evil.example/{TOKEN}/", "/favicon.ico",
    f"/{TOKEN}/?f=%00",
    f"/{TOKEN}/page.js", f"/{TOKEN}/answer/", f"/{TOKEN}/answer?", f"/{TOKEN}/answer?{'f=x&' * 200}",
    f"/{TOKEN}/\x00",
    f"/{TOKEN}/answer?f=%ff%fe", f"/{TOKEN}/answer?f[]=x", f"/{TOKEN}/answer#f=x",
    f"/{TOKEN}/?lang=%3Cscript%3E",
    "/" + "a" * 43 + "/", "/%00/", "/é/", f"/{TOKEN}/" + "x" * 9000, f"/{TOKEN}/" + "../" * 2000,
))  # fmt: skip
_METHODS = st.sampled_from(
    ("GET",) * 8 + ("HEAD", "POST", "PUT", "OPTIONS", "get", "", "G E T", "\x00", "GET" * 4000)
)
_VERSIONS = st.sampled_from(
    ("HTTP/1.0", "HTTP/1.1", "HTTP/1.1", "HTTP/2.0", "HTTP/9.9", "HTTP/x", "", "HTTP/1.1 x")
)
_HEADERS = st.lists(
    st.sampled_from((
        "Origin: null", "Origin: http://evil.example", f"Origin: http://127.0.0.1:{PORT}",
        "Sec-Fetch-Site: cross-site",
        "Content-Length: 0", "Content-Length: -1", "Content-Length: 99999999999999999999",
        "Content-Length: x",
        "Transfer-Encoding: chunked", "Expect: 100-continue", "Connection: keep-alive", "Upgrade: websocket",
        "Host: evil.example", f"Host: 127.0.0.1:{PORT}", "A" * 20_000 + ": b", "A: " + "b" * 20_000, ": ",
        "x", "\x00: \x00",
        " folded: line", "Range: bytes=0-1", "Accept-Encoding: gzip", "Cookie: " + "a=b;" * 500,
        "Content-Type: application/json",
    )),
    max_size=3,
)  # fmt: skip
_HOSTS = st.sampled_from(
    (f"Host: 127.0.0.1:{PORT}",) * 9 + (f"Host: localhost:{PORT}", "Host: evil.example", "Host:", "")
)
_BODIES = st.sampled_from(
    ("",) * 6 + ("x", "{" * 5000, "[" * 100_000, '{"h": NaN}', '{"h": 1e999}', "x" * 300_000)
)
_ENDS = st.sampled_from(("\r\n",) * 5 + ("\n", "\r", "\r\n\r\n"))


def _question(f: str, at: str, h: str, wrt: str, code: Callable[[str], str]) -> str:
    asked = {"f": f, "at": at, "h": h, "wrt": wrt}
    return "&".join(f"{name}={code(text)}" for name, text in asked.items())


def _quoted(text: str) -> str:
    return quote_plus(text, errors="surrogatepass")[:7000]


_QUESTIONS = st.builds(
    _question, anything() | formulas(("x",)), points(), any_of(("", "0.4", *NUMBERS)) | points(),
    st.sampled_from(("", "x", "y", "é", "x" * 2000)),
    st.sampled_from((_quoted, _quoted, quote_plus, lambda text: text)),
)  # fmt: skip


@st.composite
def _requests(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 9)) == 0:
        try:
            question = draw(_QUESTIONS)
        except UnicodeEncodeError:  # a browser would not send it
            question = "f=%ed%a0%80"
        path, method, version, host, headers, body = (
            f"/{TOKEN}/answer?{question}",
            "GET",
            "HTTP/1.1",
            f"Host: 127.0.0.1:{PORT}",
            [],
            "",
        )
    else:
        path, method, version, host = draw(_PATHS), draw(_METHODS), draw(_VERSIONS), draw(_HOSTS)
        headers, body = draw(_HEADERS), draw(_BODIES)
    end = draw(_ENDS)
    return end.join([f"{method} {path} {version}", host, *headers, "", body])


class Served:
    """Requests, whole ones and pieces of them, to a server of its own on this computer."""

    name = "server"
    limit = 30.0
    inputs = st.tuples(
        _requests().map(lambda text: text.encode("utf-8", "replace")) | st.binary(max_size=200),
        st.sampled_from(("first line",) * 8 + ("whole", "half", "slow", "gone", "two")),
    )

    @contextmanager
    def ready(self) -> Iterator[Callable[[Any], str]]:
        before = threading.active_count()
        self.err = io.StringIO()
        explorer = Explorer(reader(START["f"], parse(START["f"])), START, worker=Worker(3.0))
        explorer.warm_up()
        quick = mock.patch.multiple(module, PATIENCE=0.2, LINGER=0.05)
        with quick, redirect_stderr(self.err), Server(explorer) as self.server:
            self.server.start()
            yield self.answer
            self.require_alive()
        ends = time.monotonic() + 10
        while threading.active_count() > before and time.monotonic() < ends:
            time.sleep(0.05)
        if threading.active_count() > before:
            raise Offence("threads are left", repr(threading.enumerate()))

    def answer(self, given: tuple[bytes, str]) -> str:
        sent, how = given
        sent = sent.replace(TOKEN.encode(), self.server.token.encode()).replace(
            PORT.encode(), b"%d" % self.server.port
        )
        self.err.truncate(0)
        came = self._came(sent, how)
        if self.err.getvalue():
            raise Offence("something on standard error", self.err.getvalue())
        if threading.active_count() > 40:
            raise Offence("threads pile up", repr(threading.enumerate()))
        if hash(sent) % 10 == 0:
            self.require_alive()
        return came

    def require_alive(self) -> None:
        """Raise unless a good question is answered."""
        line = f"GET /{self.server.token}/answer?f=x^2&at=3 HTTP/1.1"
        good = f"{line}\r\nHost: 127.0.0.1:{self.server.port}\r\n\r\n"
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            answer = self._exchange(good.encode(), "first line")
            if answer.startswith(b"HTTP/1.0 200 ") and b'"names":["x"]' in answer:
                return
            time.sleep(0.1)  # what was asked before may be computed still
        raise Offence("a good question is not answered", repr(answer[:500]))

    def _came(self, sent: bytes, how: str) -> str:
        answer = self._exchange(sent, how)
        if not answer or how == "gone":
            return "closed"
        first, _, rest = answer.partition(b"\r\n")
        words = first.split(b" ")
        if words[0] != b"HTTP/1.0" or len(words) < 2 or words[1] not in STATUSES:
            raise Offence(f"status line {first[:40]!r}", repr(answer[:500]))
        body = rest.partition(b"\r\n\r\n")[2]
        if words[1] == b"200":
            if b"x-ndjson" in rest:
                for line in body.split(b"\n")[:-1]:
                    require_message(line)
        elif len(body) > 300 or b"Traceback" in body or body.count(b"\n") > 1:
            raise Offence(f"the words of status {words[1].decode()}", repr(body[:500]))
        return words[1].decode()

    def _exchange(self, sent: bytes, how: str) -> bytes:
        received = b""
        try:
            with socket.create_connection((HOST, self.server.port), 20) as connection:
                if how == "slow":
                    connection.sendall(sent[: len(sent) // 2])
                    time.sleep(0.05)
                    connection.sendall(sent[len(sent) // 2 :])
                else:
                    connection.sendall({"half": sent[: len(sent) // 2], "two": 2 * sent}.get(how, sent))
                if how == "gone":
                    return b""
                if how == "half":
                    connection.shutdown(socket.SHUT_WR)
                while more := connection.recv(65_536):
                    received += more
                    if how == "first line" and b"\n" in received.partition(b"\r\n\r\n")[2]:
                        break
        except TimeoutError:
            raise Offence("no answer in 20 s", repr(sent[:200])) from None
        except OSError:  # the door was closed
            pass
        return received


def require_message(line: bytes) -> None:
    """Raise unless a line is a message as the page's script takes them."""
    try:
        message = json.loads(line, parse_constant=lambda name: 1 / 0)
    except (ValueError, ZeroDivisionError):
        raise Offence("a line that is no JSON", repr(line[:300])) from None
    if "wrong" in message:
        said = message["said"]
        if "\n" in said or "Traceback" in said or len(said) > 600 or not said.isprintable():
            raise Offence("a sentence that is none", repr(said))
    elif not {"html", "done"} & message.keys():
        raise Offence("a message of no kind", repr(line[:300]))


SERVER = Served()
