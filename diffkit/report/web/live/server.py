"""The server of the live page: for this computer alone, and for whoever has its address.

What it answers is small, takes little time, and changes nothing; what does not look like its own page asking
is refused in a sentence. It speaks HTTP/1.0: one connection, one answer.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import socket
import socketserver
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from diffkit.report.web.live.bounded import BusyError, GoneError
from diffkit.report.web.live.explorer import Explorer
from diffkit.report.web.live.form import FIELDS, live_page

__all__ = ["Server"]

HOST = "127.0.0.1"
MOST_CONNECTIONS = 64  # at once
LONGEST_LINE, LONGEST_HEAD = 8192, 16_384  # bytes of a request's first line, and of all before its body
PATIENCE = 5.0  # seconds for a request to come in, and for one piece of an answer to go out
LINGER = 0.5  # seconds in which a refused body is thrown away, so that its sender reads why

POLICY_OF_WORDS = "default-src 'none'; frame-ancestors 'none'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address holds the token
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Connection": "close",
}


class Server(ThreadingHTTPServer):
    """Serves an explorer on 127.0.0.1, until it is closed.

    Attributes
    ----------
    url
        The address, with the token that every request has to bring.

    Examples
    --------
    >>> from urllib.request import urlopen
    >>> explorer = Explorer(lambda f, at: (abs, (1.0,), "abs"), {"f": "abs", "at": "1"})
    >>> with Server(explorer) as server:
    ...     server.start()
    ...     with urlopen(server.url) as answer:
    ...         answer.status, 'value="abs"' in answer.read().decode()
    (200, True)
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    allow_reuse_address = os.name == "posix"  # elsewhere it lets another program in at the same port

    def __init__(self, explorer: Explorer, port: int = 0) -> None:
        self.explorer, self.token = explorer, secrets.token_urlsafe(32)
        self.closing = self.serving = False
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._door = threading.BoundedSemaphore(MOST_CONNECTIONS)  # for those who are turned away
        super().__init__((HOST, port), _Request)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser that means this server calls it."""
        names = (HOST, "localhost")
        return tuple(f"{name}:{self.port}" for name in names) + (names if self.port == 80 else ())

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/{self.token}/"

    def start(self) -> None:
        """Serve from a thread of its own."""
        self.serving = True  # before it does: it may be closed at once
        threading.Thread(target=self.serve_forever, name="diffkit explore: serving", daemon=True).start()

    def serve_forever(self, poll_interval: float = 0.05) -> None:
        """Serve from this thread."""
        self.serving = True
        super().serve_forever(poll_interval)

    def __exit__(self, *error: Any) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back, and end what is being answered."""
        if self.closing:
            return
        self.closing = True
        if self.serving:  # a server that never served would wait for its end for ever
            self.shutdown()
        self.server_close()
        ends = time.monotonic() + PATIENCE
        for _ in range(MOST_CONNECTIONS):  # until every request has noticed
            self._room.acquire(timeout=max(ends - time.monotonic(), 0.001))

    def server_bind(self) -> None:
        # That of HTTPServer asks the network for this computer's name, which may take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.port

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._room.acquire(blocking=False):
            if self._door.acquire(blocking=False):
                threading.Thread(target=self._turn_away, args=(request,), daemon=True).start()
            else:
                self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread is to be had
            self._room.release()
            raise

    def _turn_away(self, request: socket.socket) -> None:
        try:
            with suppress(OSError):
                request.settimeout(LINGER)
                request.recv(LONGEST_HEAD)  # what is left unread would take the answer with it
                request.sendall(b"HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\nToo many.\n")
        finally:
            self.shutdown_request(request)
            self._door.release()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing to say where the other side has gone; else Python's own traceback."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.status, str(self))


class _Request(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "diffkit", ""

    def handle(self) -> None:
        try:
            self.rfile = BytesIO(self._head())
            self.raw_requestline = self.rfile.readline()
            if self.parse_request():
                if self.request_version == "HTTP/0.9":  # an answer to it would have no headers
                    raise _RefusedError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "Ask in HTTP/1.0 or later.")
                self._check()
                self._route()
        except _RefusedError as error:
            self._words(error.status, str(error))
            self._linger()

    def _head(self) -> bytes:
        """The request up to its body, of bounded size, in bounded time."""
        head, ends = b"", time.monotonic() + PATIENCE
        while b"\r\n\r\n" not in head and b"\n\n" not in head:
            if b"\n" not in head[:LONGEST_LINE] and len(head) > LONGEST_LINE:
                raise _RefusedError(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.")
            if len(head) > LONGEST_HEAD:
                raise _RefusedError(
                    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request has too many headers."
                )
            try:
                self.connection.settimeout(max(ends - time.monotonic(), 0.001))
                more = self.connection.recv(4096)
            except TimeoutError:
                raise _RefusedError(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly.") from None
            if not more:
                raise _RefusedError(HTTPStatus.BAD_REQUEST, "The request ended too soon.")
            head += more
        self.connection.settimeout(PATIENCE)
        return head

    def _check(self) -> None:
        """Raise for whatever does not come from this server's own page."""
        server, headers = self.server, self.headers
        hosts = headers.get_all("Host") or []
        if len(hosts) != 1 or hosts[0] not in server.hosts:  # another name that was made to lead here
            raise _RefusedError(HTTPStatus.FORBIDDEN, f"This is {server.hosts[0]}, by no other name.")
        origins = headers.get_all("Origin") or []
        if any(origin not in [f"http://{host}" for host in server.hosts] for origin in origins):
            raise _RefusedError(HTTPStatus.FORBIDDEN, "Another page asks, and is not answered.")
        if headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            raise _RefusedError(
                HTTPStatus.FORBIDDEN, "Another page leads here; write the address into the address bar."
            )
        if self.command not in ("GET", "HEAD"):
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD are answered.")
        if headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in headers:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A request has no body here.")

    def _route(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/favicon.ico":  # for which browsers ask by themselves
            self._begin(HTTPStatus.NO_CONTENT, "text/plain")
            return
        _, token, *rest = path.split("/") if path.count("/") == 2 else ("", "")
        if not hmac.compare_digest(token.encode("utf-8", "replace"), self.server.token.encode()):
            raise _RefusedError(
                HTTPStatus.FORBIDDEN, "The address lacks its token; take it as diffkit explore prints it."
            )
        try:
            texts = parse_qs(query, errors="strict", max_num_fields=2 * len(FIELDS))
        except ValueError:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "The question cannot be read.") from None
        asked = {name: values[-1] for name, values in texts.items() if name in FIELDS}
        if rest == [""]:
            made, policy = live_page({**self.server.explorer.start, **asked}, self.server.explorer.lang)
            self._whole(HTTPStatus.OK, "text/html", made, policy)
        elif rest == ["answer"]:
            self._answer(asked)
        else:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "There is nothing at this address.")

    def _answer(self, asked: dict[str, str]) -> None:
        """A line of JSON for each message, as soon as it is there."""
        begun = False
        try:
            if self.command != "HEAD":
                for message in self.server.explorer.answers(asked, self._wanted):
                    if not begun:
                        self._begin(HTTPStatus.OK, "application/x-ndjson")
                        begun = True
                    line = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
                    self.wfile.write(line.encode() + b"\n")
            else:
                self._begin(HTTPStatus.OK, "application/x-ndjson")
        except GoneError:
            return
        except BusyError as error:
            if not begun:
                raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, f"Not answered: {error}.") from None

    def _wanted(self) -> bool:
        """Whether somebody still waits: the other side has not hung up."""
        if self.server.closing:
            return False
        try:
            self.connection.setblocking(False)
            return len(self.connection.recv(1, socket.MSG_PEEK)) > 0
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self.connection.settimeout(PATIENCE)

    def _begin(
        self, status: HTTPStatus, kind: str, policy: str = POLICY_OF_WORDS, length: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", policy)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _whole(self, status: HTTPStatus, kind: str, text: str, policy: str = POLICY_OF_WORDS) -> None:
        body = text.encode("utf-8", "backslashreplace")
        self._begin(status, kind, policy, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _words(self, status: HTTPStatus, sentence: str) -> None:
        self.command = getattr(self, "command", None) or "GET"  # it may be refused before it is read
        self.request_version = "HTTP/1.0"
        self._whole(status, "text/plain", f"{sentence}\n")

    def _linger(self) -> None:
        """Throw away what still comes: closed at once, the answer would be lost with it."""
        ends = time.monotonic() + LINGER
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while (left := ends - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(65_536):
                    return

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server finds wrong itself, in words of ours: it would quote the request."""
        self._words(HTTPStatus(code), "The request cannot be read.")

    def log_request(self, *args: Any) -> None:
        """Nothing is logged: the address holds the token."""
