"""The server under attack: each wrong request is refused or bounded, and afterwards it still answers."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from contextlib import suppress
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from diffkit.report.web.live import server as module
from diffkit.report.web.live.server import Server
from tests.tape.test_bounds import FOR_EVER
from tests.test_functions_refused import HOSTILE, REFUSED


@pytest.fixture
def served(explorer, few_steps):
    """served(...): a server; in the end it still answers, its port is closed and no thread of it is left."""
    running = []

    def call(*args, **how):
        found = Server(explorer(*args, **how))
        found.start()
        running.append(found)
        return found

    before = set(threading.enumerate())
    yield call
    for found in running:
        assert first(found, f="x^2", at="3")["names"] == ["x"]
        found.close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", found.port), 1)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before


def ask(found, **texts):
    with urlopen(f"{found.url}answer?{urlencode(texts)}", timeout=60) as answer:
        return [json.loads(line) for line in answer]


def first(found, **texts):
    with urlopen(f"{found.url}answer?{urlencode(texts)}", timeout=60) as answer:
        return json.loads(answer.readline())


def request(found, path="", method="GET", headers=(), body=None, token=None):
    """(status, text) of a request that a browser would send, but for what is changed."""
    connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=20)
    connection.putrequest(
        method, f"/{token or found.token}/{path}", skip_host=True, skip_accept_encoding=True
    )
    for name, value in {"Host": f"127.0.0.1:{found.port}", **dict(headers)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    if body is not None:
        with suppress(OSError):  # it is refused before it is sent
            connection.send(body)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def raw(found, sent, wait=20):
    """What comes back for these bytes."""
    with socket.create_connection(("127.0.0.1", found.port), wait) as connection:
        connection.sendall(sent)
        received = b""
        while more := connection.recv(65_536):
            received += more
    return received


def test_it_answers_and_listens_to_this_computer_alone(served):
    found = served()
    assert found.server_address[0] == "127.0.0.1"
    status, text = request(found)
    assert status == 200
    assert 'value="sin(x)*exp(-x^2)"' in text
    assert ask(found, f="x^2", at="3", h="0.5")[-1] == {"done": True}


def test_the_page_may_ask_here_alone_and_keeps_its_address_to_itself(served):
    found = served()
    for path in ("", "answer?f=x&at=1"):
        with urlopen(found.url + path) as answer:
            headers = answer.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert "Access-Control-Allow-Origin" not in headers
        assert "Python" not in headers["Server"]


def test_what_the_address_asks_stands_in_the_form_as_text(served):
    status, text = request(served(), "?" + urlencode({"f": '"><script>', "at": "7"}))
    assert status == 200
    assert '"&gt;&lt;script&gt;' in text.replace("&quot;", '"')
    assert 'value="7"' in text


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil.example", ""],
)
def test_another_host_is_refused(served, host):
    found = served()
    status, text = request(found, headers={"Host": host.format(port=found.port)})
    assert (status, text) == (403, f"This is 127.0.0.1:{found.port}, by no other name.\n")


def test_no_host_and_two_hosts_are_refused(served):
    found = served()
    line, host = f"GET /{found.token}/ HTTP/1.1\r\n", f"Host: 127.0.0.1:{found.port}\r\n"
    assert b" 403 " in raw(found, f"{line}\r\n".encode())
    assert b" 403 " in raw(found, f"{line}{host}Host: evil\r\n\r\n".encode())
    assert b" 200 " in raw(found, f"{line}{host}\r\n".encode())
    assert b" 200 " in raw(found, f"{line}Host: localhost:{found.port}\r\n\r\n".encode())


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"},
     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_another_page_is_refused(served, headers):
    status, text = request(served(), "answer?f=x&at=1", headers=headers)
    assert status == 403
    assert text.startswith("Another page")


@pytest.mark.parametrize("token", ["x", "", "a" * 43, "%00", "é", "../"])
def test_another_token_is_refused(served, token):
    found = served()
    for path in ("", "answer?f=x"):
        answer = raw(found, f"GET /{token}/{path} HTTP/1.0\r\nHost: localhost:{found.port}\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.0 403 ")
        assert b"The address lacks its token" in answer
    assert found.token.encode() not in answer


def test_every_server_has_a_token_of_its_own(served):
    assert served().token != served().token
    assert len(served().token) >= 40


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "BREW"])
def test_another_method_is_refused_without_its_body(served, method):
    status, text = request(served(), method=method, headers={"Content-Length": "1000000"})
    assert (status, text) == (405, "Only GET and HEAD are answered.\n")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_body_of_a_megabyte_is_refused(served, method):
    found, body = served(), b"x" * 2**20
    status, _ = request(found, method=method, headers={"Content-Length": str(len(body))}, body=body)
    assert status == {"GET": 413, "POST": 405}[method]
    chunked = {"Transfer-Encoding": "chunked"}
    assert request(found, headers=chunked)[0] == 413


def test_a_request_that_is_too_long_is_refused(served):
    found = served()
    assert b" 414 " in raw(found, b"GET /" + b"x" * 9000)
    assert b" 414 " in raw(found, b"x" * 100_000)
    many = b"".join(b"A%d: b\r\n" % i for i in range(5000))
    assert b" 431 " in raw(found, b"GET / HTTP/1.0\r\n" + many)
    assert b" 431 " in raw(found, b"GET / HTTP/1.0\r\nA: " + b"x" * 30_000)


@pytest.mark.parametrize(
    "sent", [b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\n\n", b"GET / / /\n\n"]
)
def test_what_is_no_request_is_refused(served, sent):
    answer = raw(served(), sent)
    assert answer == b"" or answer.split(b" ")[1] in (b"400", b"403", b"505")
    assert b"Traceback" not in answer


def test_a_request_without_a_version_is_refused_and_its_answer_has_headers(served):
    """In HTTP/0.9 the page would come without any header, and so without its policy."""
    found = served()
    for end in ("", " "):
        line = f"GET /{found.token}/{end}\r\nHost: 127.0.0.1:{found.port}\r\n\r\n"
        answer = raw(found, line.encode())
        assert answer.startswith(b"HTTP/1.0 505 ")
        assert b"Content-Security-Policy" in answer
        assert answer.endswith(b"Ask in HTTP/1.0 or later.\n")


def test_a_request_that_trickles_in_is_dropped(served, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.3)
    found = served()
    with socket.create_connection(("127.0.0.1", found.port), 5) as slow:
        begun = time.monotonic()
        slow.settimeout(0.05)
        received = b""
        while time.monotonic() - begun < 5 and not received:
            try:
                slow.sendall(b"G")
                received = slow.recv(100)
            except TimeoutError:
                continue
            except OSError:
                break
        assert b" 408 " in received
        assert time.monotonic() - begun < 3


def test_connections_are_bounded_and_those_that_are_too_many_are_told(served, monkeypatch):
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 4)
    found = served()
    idle = [socket.create_connection(("127.0.0.1", found.port), 5) for _ in range(4)]
    time.sleep(0.2)
    assert b" 503 " in raw(found, f"GET /{found.token}/ HTTP/1.0\r\n\r\n".encode())
    for connection in idle:
        connection.close()
    ends = time.monotonic() + 10
    while request(found)[0] == 503 and time.monotonic() < ends:
        time.sleep(0.05)


def test_a_hundred_requests_at_once_are_answered_or_told_to_come_again(served):
    found, statuses = served(), []

    def one():
        statuses.append(request(found, "answer?f=x&at=1")[0])

    together = [threading.Thread(target=one) for _ in range(100)]
    for thread in together:
        thread.start()
    for thread in together:
        thread.join(60)
    assert len(statuses) == 100
    assert set(statuses) <= {200, 503}
    assert 200 in statuses


def test_each_text_of_the_parsers_attack_list_is_a_sentence(served):
    found = served()
    texts = [
        *HOSTILE.replace("\n", "; ").split("; "),
        *(t[0].replace("‸", "") for t in map(list, REFUSED.values())),
    ]
    for text in texts:
        if "\ud800" in text:
            continue
        (message,) = ask(found, f=text)
        assert message["wrong"] == "f"
        assert "\n" not in message["said"]
        assert "Traceback" not in message["said"]


@pytest.mark.parametrize("text", FOR_EVER[::3])
def test_a_formula_of_a_number_without_end_is_answered(served, text):
    assert "head" in first(served(), f=text, at="1")["html"]


@pytest.mark.parametrize(
    "query", ["f=%ff", "f=x&" * 20, "f=%00", "f=\ud800".encode("utf-8", "surrogatepass").decode("latin-1")]
)
def test_a_question_that_cannot_be_read_is_refused(served, query):
    found = served()
    answer = raw(
        found,
        f"GET /{found.token}/answer?{query} HTTP/1.0\r\nHost: localhost:{found.port}\r\n\r\n".encode(
            "latin-1"
        ),
    )
    assert answer.split(b" ")[1] in (b"400", b"200")
    assert b"Traceback" not in answer


def test_a_function_that_loops_for_ever_is_answered_in_time(served):
    def f(x):
        while True:
            try:
                while True:
                    pass
            except Exception:
                continue

    found = served(f, "mine", seconds=0.3)
    begun = time.monotonic()
    (message,) = ask(found, f="mine")
    assert message["said"] == "Not answered: it took longer than 0.3 s and was stopped."
    assert time.monotonic() - begun < 10
    found.explorer.worker.seconds = 30.0


def test_who_hangs_up_is_not_computed_for_and_the_next_need_not_wait(served):
    begun = threading.Event()

    def f(x):
        begun.set()
        while True:
            pass

    found = served(f, "mine", seconds=600)
    with socket.create_connection(("127.0.0.1", found.port), 5) as gone:
        gone.sendall(
            f"GET /{found.token}/answer?f=mine HTTP/1.0\r\nHost: localhost:{found.port}\r\n\r\n".encode()
        )
        assert begun.wait(20)
    assert first(found, f="x", at="1")["names"] == ["x"]


def test_a_server_that_is_closed_stops_what_it_computes(explorer):
    begun = threading.Event()

    def f(x):
        begun.set()
        while True:
            pass

    found = Server(explorer(f, "mine", seconds=600))
    found.start()
    connection = socket.create_connection(("127.0.0.1", found.port), 5)
    connection.sendall(
        f"GET /{found.token}/answer?f=mine HTTP/1.0\r\nHost: localhost:{found.port}\r\n\r\n".encode()
    )
    assert begun.wait(20)
    found.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("diffkit")]
    connection.close()


def test_head_has_no_body_and_computes_nothing(served, monkeypatch):
    found = served()
    for path in ("", "answer?f=x"):
        assert request(found, path, method="HEAD") == (200, "")


def test_there_is_nothing_else(served):
    found = served()
    for path in ("page.py", "answer/", "../", "%2e%2e/"):
        assert request(found, path)[0] in (403, 404)
    icon = raw(found, f"GET /favicon.ico HTTP/1.0\r\nHost: localhost:{found.port}\r\n\r\n".encode())
    assert b" 204 " in icon


def test_a_port_that_is_taken_is_an_error(explorer):
    with Server(explorer()) as first_one, pytest.raises(OSError, match="in use"):
        Server(explorer(), first_one.port)
