"""Far sides that are real: one that takes all it is sent, one where nobody listens, one that takes calls and never answers."""

import contextlib
import gzip
import json
import socket
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Receiver:
    """An HTTP server on loopback that keeps what it is sent, and answers with the given statuses, the last one for ever."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses = [200]
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
                receiver.received.append((self.path, dict(self.headers), body))
                self.send_response(receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0])
                self.end_headers()
                self.wfile.write(b"{}" if "json" in self.headers.get("content-type", "") else b"")

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def at(self, path: str) -> list[bytes]:
        """The bodies that were sent there."""
        return [body for where, _, body in self.received if where == path]

    def json_at(self, path: str) -> list[dict]:
        """The JSON that was sent there."""
        return [json.loads(body) for body in self.at(path)]


@pytest.fixture
def receiver():
    one = Receiver()
    yield one
    one.close()


@pytest.fixture(params=["dead", "deaf"])
def no_answer_from(request):
    """The URL of a far side that is no help: nobody listens there, or somebody who never answers."""
    if request.param == "dead":
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{one.getsockname()[1]}"
        return
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    taken = []

    def listen():
        with contextlib.suppress(OSError):
            while True:
                taken.append(listening.accept())

    threading.Thread(target=listen, daemon=True).start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.close()
    for connection, _ in taken:
        connection.close()


@pytest.fixture
def until():
    """Waits until something is so."""

    def wait(holds, seconds=10):
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it never came to that"
            time.sleep(0.02)

    return wait


@pytest.fixture
def seconds_for():
    """How long each client's requests take: the best of three times 200, by turns, so that what else runs here slows them alike."""

    def once(client):
        started = time.perf_counter()
        for _ in range(200):
            assert client.post("/v1/classify", json={"text": "who calls login"}).status_code == 200
        return time.perf_counter() - started

    def measure(*clients):
        rounds = [[once(client) for client in clients] for _ in range(3)]
        return [min(times) for times in zip(*rounds, strict=True)]

    return measure


@pytest.fixture
def langfuse_at(monkeypatch):
    """Configures it; the SDK keeps one client for each key, and never lets go of it."""

    def configure(url):
        key = f"pk-{uuid.uuid4()}"
        for name, value in (("HOST", url), ("PUBLIC_KEY", key), ("SECRET_KEY", "sk-secret")):
            monkeypatch.setenv(f"LANGFUSE_{name}", value)
        return key

    return configure
