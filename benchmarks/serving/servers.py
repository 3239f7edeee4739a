"""Servers to be measured: `sayso serve` on the quickstart's bundle, the peer on the same weights; and what they are asked."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sayso.runtime.bench import WORDS, text_of_tokens
from sayso.runtime.load import load

QUICKSTART = Path(__file__).parents[2] / "quickstart"
TOKENS = 13


def questions() -> list[dict[str, str]]:
    """Queries of 13 tokens that begin with different words."""
    with load(QUICKSTART) as model:
        starts = dict.fromkeys(WORDS)
        return [{"text": text_of_tokens(lambda text: len(model.token_ids(text)), TOKENS).replace("where", start, 1)} for start in starts]


@contextlib.contextmanager
def sayso_server(workers: int, **environment: str) -> Iterator[tuple[int, str]]:
    """`sayso serve` on the quickstart's bundle, with a database of its own; its port and a token."""
    with tempfile.TemporaryDirectory() as scratch:
        environment |= {"SAYSO_DATABASE_URL": f"sqlite:///{scratch}/sayso.db", "SAYSO_RATE_PER_MINUTE": "10000000"}
        python = [sys.executable, "-m", "sayso"]
        token = subprocess.run(
            [*python, "token", "create", "--name", "load"], env=os.environ | environment, capture_output=True, text=True, check=True
        ).stdout.strip()
        port = free_port()
        command = [*python, "serve", "--project", str(QUICKSTART), "--port", str(port), "--workers", str(workers)]
        with process(command, environment, port):
            yield port, token


@contextlib.contextmanager
def peer_server(folder: Path, workers: int) -> Iterator[int]:
    """The peer, with as many processes."""
    if not folder.is_dir():
        sys.exit(f"{folder} is not there; make it with: make bench")
    port = free_port()
    here = str(Path(__file__).parent)
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "peer:app",
        "--app-dir",
        here,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--no-access-log",
    ]
    with process(command, {"PEER_MODEL": str(folder)}, port):
        yield port


@contextlib.contextmanager
def process(command: list[str], environment: dict[str, str], port: int) -> Iterator[None]:
    """A server that runs until the block ends."""
    running = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.2)
        time.sleep(3)  # until every worker has loaded its model
        yield
    finally:
        running.terminate()
        running.wait(60)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
