"""`sayso serve` under load, beside FastAPI with transformers' pipeline on the same weights, in one run.

    python benchmarks/serving [--seconds 60] [--clients 50] [--workers N]

After `make quickstart` and `make bench`, which makes the transformers folder of the quickstart's weights. Queries of 13 tokens, from
clients that ask again as soon as they are answered; both servers in turn; then four times as many texts as the server can hold.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clients import run_clients

from sayso.runtime.bench import WORDS, cpu_name, text_of_tokens
from sayso.runtime.load import load

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "quickstart"
TRANSFORMERS = ROOT / ".cache" / "peers" / "transformers"
TOKENS = 13
HEAVY = 64


def main() -> None:
    """Measure, keep, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--peer", type=Path, default=TRANSFORMERS, help="The transformers folder of the same weights.")
    given = parser.parse_args()
    texts = questions()
    found: dict[str, Any] = {
        "cpu": cpu_name(),
        "seconds": given.seconds,
        "clients": given.clients,
        "workers": given.workers,
        "tokens": TOKENS,
    }
    with sayso_server(given.workers) as (port, token):
        run_clients(port, "/v1/classify", token, texts, given.clients, 3)
        found["sayso"] = run_clients(port, "/v1/classify", token, texts, given.clients, given.seconds).figures()
    with peer_server(given.peer, given.workers) as port:
        run_clients(port, "/classify", "none", texts, given.clients, 3)
        found["peer"] = run_clients(port, "/classify", "none", texts, given.clients, given.seconds).figures()
    with sayso_server(given.workers, SAYSO_QUEUE_TEXTS=str(HEAVY * 12 // given.workers)) as (port, token):
        many = {"texts": ([text["text"] for text in texts] * HEAVY)[:HEAVY]}
        found["overload"] = run_clients(port, "/v1/classify", token, [many], given.clients, 15).figures()
        found["afterwards"] = run_clients(port, "/v1/classify", token, texts, 5, 5).figures()
    found["times_as_many"] = round(found["sayso"]["answers_per_second"] / found["peer"]["answers_per_second"], 2)
    (ROOT / "benchmarks" / "results" / "serving.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


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


if __name__ == "__main__":
    main()
