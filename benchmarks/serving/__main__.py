"""`sayso serve` under load, beside FastAPI with transformers' pipeline on the same weights, in one run.

    python benchmarks/serving [--seconds 60] [--clients 50] [--workers N]

After `make quickstart` and `make bench`, which makes the transformers folder of the quickstart's weights. Queries of 13 tokens, from
clients that ask again as soon as they are answered; both servers in turn; then four times as many texts as the server can hold.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from clients import run_clients
from servers import TOKENS, peer_server, questions, sayso_server

from sayso.runtime.bench import cpu_name

ROOT = Path(__file__).parents[2]
TRANSFORMERS = ROOT / ".cache" / "peers" / "transformers"
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


if __name__ == "__main__":
    main()
