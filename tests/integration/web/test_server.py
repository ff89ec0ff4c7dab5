"""The application behind a real socket: limits, slow and hostile clients, the probe, a graceful stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

import jo as jo_package
from jo.outbound.probe import DEAD_SECONDS, FINE_SECONDS, HttpLinkProbe
from jo.ports.errors import WorldError
from jo.web.app import Options, build_app
from jo.web.server import WebServer, listen
from tests.integration.web.conftest import Jo
from tests.support.world import SITE

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
KEY = SITE.keys.current.id


@contextmanager
def serving(jo: Jo) -> Iterator[int]:
    """Serve on a free port while the context lasts."""
    ports: list[int] = []
    is_ready = threading.Event()

    def ready(port: int) -> None:
        ports.append(port)
        is_ready.set()

    def tell(name: str, fields: Mapping[str, Any]) -> None:
        jo.told.append((name, fields))

    app = build_app(jo.desk, Options(project="aurora", event_token=None), tell)
    with listen("127.0.0.1", 0) as listener:
        server = WebServer(app, listener, ready, tell)
        thread = threading.Thread(target=server.run)
        jo.stop = server.stop
        thread.start()
        try:
            assert is_ready.wait(10)
            yield ports[0]
        finally:
            server.stop()
            thread.join(10)
            assert not thread.is_alive()


def raw(port: int, data: bytes) -> bytes:
    """Send bytes and return everything until the server ends the connection, politely or not."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(data)
        try:
            while more := client.recv(65536):
                answer += more
        except ConnectionResetError:
            pass
    return answer


def test_links_work_over_a_real_socket_and_the_spool_is_taken_in(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    with jo.busy():
        jo.client.post(jo.mails["bea", "guide"].leave, data=ONE_CLICK)

    with serving(jo) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert client.get(sent.leave).status_code == 200
        assert client.post(sent.leave, data=ONE_CLICK).text == "Unsubscribed.\n"
        answer = client.get(sent.clicks[0])
        assert answer.status_code == 302
        assert "server" not in answer.headers

    assert jo.suppressions(sent) == ["topic:tips"]
    assert jo.suppressions(jo.mails["bea", "guide"]) == ["topic:tips"]
    assert jo.count("engagement") == 1


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"GET /u/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET " + b"/" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /u/x HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_nothing_breaks(
    jo: Jo, request_: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jo.web.server.IDLE_SECONDS", 0)
    with serving(jo) as port:
        answer = raw(port, request_)
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 404")), answer[:100]
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    assert "web.bug" not in {name for name, _ in jo.told}


def test_options_of_everything_is_no_way_in(jo: Jo) -> None:
    with serving(jo) as port:
        answer = raw(port, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert answer.startswith((b"HTTP/1.1 404", b"HTTP/1.1 405"))
    assert "web.bug" not in {name for name, _ in jo.told}


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /h"])
def test_who_keeps_the_server_waiting_for_a_request_is_sent_away(
    jo: Jo, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jo.web.server.HEAD_SECONDS", 0.1)
    with serving(jo) as port:
        answer = raw(port, sent)  # ends, because the server does not wait for ever

    assert answer.count(b"HTTP/1.1") == (1 if b"\r\n\r\n" in sent else 0)


def test_who_keeps_the_server_waiting_for_a_body_is_told_so(jo: Jo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jo.web.app.BODY_SECONDS", 0.1)
    monkeypatch.setattr("jo.web.server.HEAD_SECONDS", 0.3)
    head = (
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nList-"
        % jo.mails["ada", "guide"].leave.encode()
    )

    with serving(jo) as port:
        answer = raw(port, head)

    assert answer.startswith(b"HTTP/1.1 408")
    assert jo.count("suppressions") == 0


def test_a_client_that_leaves_in_the_middle_is_no_bug(jo: Jo) -> None:
    with serving(jo) as port:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                client.sendall(b"POST /u/x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    assert "web.bug" not in {name for name, _ in jo.told}


def test_more_clients_than_can_be_served_are_told_to_come_again(
    jo: Jo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jo.web.server.MOST_CONNECTIONS", 3)
    with serving(jo) as port:
        idle = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(3)]
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 503
        for client in idle:
            client.close()

    assert ("web.server-trouble", {"message": "Exceeded concurrency limit."}) in jo.told


def test_a_request_that_is_under_way_is_answered_before_the_end(jo: Jo) -> None:
    path, body = jo.mails["ada", "guide"].leave.encode(), b"List-Unsubscribe=One-Click"
    head = b"Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )

    with serving(jo) as port:
        client = socket.create_connection(("127.0.0.1", port), timeout=10)
        client.sendall(b"POST %s HTTP/1.1\r\nExpect: 100-continue\r\n%s" % (path, head))
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        jo.stop()
        client.sendall(body)
        answer = client.recv(1000)
        client.close()

    assert answer.startswith(b"HTTP/1.1 200")
    assert jo.suppressions(jo.mails["ada", "guide"]) == ["topic:tips"]


def test_a_port_that_is_taken_is_told(jo: Jo) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WorldError, match="Another program listens"):
            listen("127.0.0.1", port)
    with pytest.raises(WorldError, match="Nothing can listen on 192"):
        listen("192.0.2.1", 0)
    with pytest.raises(WorldError, match="Nothing can listen on no"):
        listen("no.such.host.invalid", 0)
    listen("[::1]", 0).close()


# Health and the probe --------------------------------------------------------------------------------


def test_health_says_who_answers(jo: Jo) -> None:
    assert jo.client.get("/healthz").json() == {"is": "jo", "project": "aurora", "keys": [KEY]}


def test_readiness_says_whether_the_store_answers(jo: Jo) -> None:
    assert jo.client.get("/readyz").json() == {"store": "answers", "spooling": False}
    with jo.away():
        jo.client.post(jo.mails["ada", "guide"].leave, data=ONE_CLICK)
        away = jo.client.get("/readyz")
    assert (away.status_code, away.json()) == (503, {"store": "away", "spooling": True})


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_probe_knows_its_own_jo_and_believes_it_for_a_minute(jo: Jo) -> None:
    clock = Time()
    with serving(jo) as port:
        probe = HttpLinkProbe(f"http://127.0.0.1:{port}", KEY, monotonic=clock)
        assert probe.answers()
        assert probe.trouble() is None
        assert "does not know the present signing key" in str(
            HttpLinkProbe(f"http://127.0.0.1:{port}", "k9").trouble()
        )

    clock.now += FINE_SECONDS - 1
    assert probe.answers()
    clock.now += 1
    assert not probe.answers()


def test_the_probe_asks_a_dead_address_again_soon(jo: Jo) -> None:
    clock = Time()
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    probe = HttpLinkProbe(f"http://127.0.0.1:{port}", KEY, monotonic=clock)

    assert not probe.answers()
    assert "does not answer: Connection refused" in str(probe.trouble())

    clock.now += DEAD_SECONDS - 1
    assert not probe.answers()
    clock.now += 1
    assert not probe.answers()


@pytest.mark.parametrize(
    "base", ["http://no.such.host.invalid", "http://127.0.0.1:1", "http://[::1", "", "http://x:99999"]
)
def test_no_address_breaks_the_probe(base: str) -> None:
    assert not HttpLinkProbe(base, KEY).answers()


FINE = json.dumps({"is": "jo", "project": "x", "keys": [KEY]}).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "trouble"),
    [
        (200, {}, b"hello", "something else"),
        (200, {}, b'{"is": "jo"}', "something else"),
        (200, {}, b'{"is": "jo", "keys": "k1"}', "something else"),
        (200, {}, b"[" * 10_000, "something else"),
        (200, {}, FINE[:-1] + b" " * 20_000 + b"}", "something else"),
        (301, {"Location": "https://elsewhere.example/healthz"}, b"", "redirects"),
        (302, {"Location": "/healthz"}, FINE, "redirects"),
        (404, {}, FINE, "status 404"),
        (503, {}, b"", "status 503"),
    ],
)
def test_the_probe_is_not_deceived(status: int, headers: dict[str, str], body: bytes, trouble: str) -> None:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        found = HttpLinkProbe(f"http://127.0.0.1:{server.server_port}/jo/", KEY).trouble()
        server.shutdown()
        thread.join()

    assert trouble in str(found)
    assert asked == ["/jo/healthz"]


def test_the_probe_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jo.outbound.probe.PATIENCE_SECONDS", 0.1)
    with listen("127.0.0.1", 0) as silent:
        found = HttpLinkProbe(f"http://127.0.0.1:{silent.getsockname()[1]}", KEY).trouble()

    assert "it takes too long" in str(found)


# The command -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_command_serves_logs_json_and_ends_when_told(tmp_path: Path, number: int, code: int) -> None:
    (tmp_path / "key").write_text("k" * 40)
    settings = '[web]\nbase_url = "http://127.0.0.1:1"\nlisten = "127.0.0.1:0"\nsigning_keys = ["file:key"]\n'
    (tmp_path / "jo.toml").write_text(settings)
    command = [sys.executable, "-m", "jo", "serve", "--log", "json"]
    environment = {**os.environ, "PYTHONPATH": str(Path(jo_package.__file__).parents[1])}

    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        started = json.loads(process.stderr.readline())
        port = started["listen"].rpartition(":")[2]
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").json()["is"] == "jo"
        assert httpx.get(f"http://127.0.0.1:{port}/u/secret-token").status_code == 404
        process.send_signal(number)
        rest = process.stderr.read()

    assert process.returncode == code
    assert started["event"] == "web.started"
    lines = [json.loads(line) for line in rest.splitlines()]
    assert [line["event"] for line in lines] == ["web.answered", "web.answered", "web.stopped"]
    assert "secret-token" not in rest
