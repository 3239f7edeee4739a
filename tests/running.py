"""A server to talk to: in this process for most tests, in processes of its own where signals and sockets matter."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
from fastapi.testclient import TestClient

from sayso.server.access.tokens import create_token
from sayso.server.app import create_app
from sayso.server.settings import Settings
from sayso.server.store import open_database
from tiny_model import CODE_SEARCH, write_bundle


def settings_in(folder: Path, **changes) -> Settings:
    """Settings of a project with a tiny bundle in the folder, made unless it is there."""
    if not (folder / "build" / "bundle").is_dir() and "model" not in changes:
        write_bundle(folder / "build" / "bundle", CODE_SEARCH, name="tiny")
    return Settings(project=folder, **changes)


def token_for(settings: Settings, role: str, **options) -> str:
    """A new token of the role."""
    database = open_database(settings.database)
    with database.writing() as transaction:
        token = create_token(transaction, role, f"a test's {role}", **options)
    database.close()
    return token


@contextlib.contextmanager
def client_of(settings: Settings, role: str | None = "app") -> Iterator[TestClient]:
    """A client that shows a token of the role with every request, or none."""
    headers = {"Authorization": f"Bearer {token_for(settings, role)}"} if role else {}
    with TestClient(create_app(settings), headers=headers, raise_server_exceptions=False) as client:
        yield client


@contextlib.contextmanager
def server_at(
    folder: Path, *options: str, program: tuple[str, ...] = ("-m", "sayso"), port: int | None = None, **environment: str
) -> Iterator[Server]:
    """`sayso serve` on a free port, in a process group of its own; stopped at the end. `program` may stand in for sayso itself."""
    port = port or free_port()
    command = [sys.executable, *program, "serve", "--project", str(folder), "--port", str(port), *options]
    out, log = folder / "server.out", folder / "server.log"
    with out.open("w") as said, log.open("w") as logged:
        process = subprocess.Popen(command, stdout=said, stderr=logged, env={**os.environ, **environment}, start_new_session=True)
    try:
        server = Server(process, f"http://127.0.0.1:{port}", log)
        server.wait_until_ready()
        found = re.search(r"sayso_\S+", out.read_text())
        server.token = found[0] if found else ""
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


class Server:
    """A running server: its process, its address, its first admin's token and its log."""

    def __init__(self, process, address, log) -> None:
        self.process, self.address, self.token, self.log = process, address, "", log

    def ask(self, method: str, path: str, **given):
        """One request, with the admin's token unless headers are given."""
        headers = given.pop("headers", {"Authorization": f"Bearer {self.token}"})
        return httpx2.request(method, self.address + path, headers=headers, timeout=30, **given)

    def wait_until_ready(self, seconds: float = 30) -> None:
        """Until it answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(httpx2.TransportError):
                if self.ask("GET", "/readyz", headers={}).status_code == 200:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log.read_text()[-2000:]}")


def free_port() -> int:
    """A port that nobody uses at the moment."""
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
