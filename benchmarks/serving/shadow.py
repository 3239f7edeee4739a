"""What a candidate beside production costs the requests: `sayso serve` under load without one and with one, by turns.

    python benchmarks/serving/shadow.py [--seconds 20] [--rounds 2] [--workers N] [--share 0.1]

After `make quickstart`. The candidate is the quickstart's bundle once more, so that it is as much work as production. First 50 clients
that ask again as soon as they are answered, which leave nothing to spare; then 2, which do.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
import urllib.request
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from clients import run_clients
from servers import QUICKSTART, questions, sayso_server

from sayso.runtime.bench import cpu_name

CLIENTS = (50, 2)
FIGURES = ("answers_per_second", "p50_ms", "p95_ms", "p99_ms")


def main() -> None:
    """Measure, keep, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--share", type=float, default=0.1)
    given = parser.parse_args()
    texts = questions()
    found: dict[str, Any] = {"cpu": cpu_name(), **vars(given), "clients": {}}
    with tempfile.TemporaryDirectory() as folder:
        candidate = candidate_in(Path(folder))
        beside = {"SAYSO_SHADOW": str(candidate), "SAYSO_SHADOW_SHARE": str(given.share)}
        for clients in CLIENTS:
            runs: dict[str, list[dict[str, Any]]] = {"without": [], "with": []}
            for _ in range(given.rounds):
                for name, environment in (("without", {}), ("with", beside)):
                    runs[name].append(measure(texts, clients, given.seconds, given.workers, environment))
            found["clients"][clients] = {name: {"median": middle(own), "runs": own} for name, own in runs.items()}
    out = Path(__file__).parents[1] / "results" / "shadow.json"
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for clients, told in found["clients"].items():
        for name, own in told.items():
            print(f"{clients:>3} clients {name:<8} {own['median']}")


def candidate_in(folder: Path) -> Path:
    """The quickstart's bundle under another id."""
    copy = shutil.copytree(QUICKSTART / "build" / "bundle", folder / "candidate")
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | {"description": "the same once more"}), encoding="utf-8")
    return copy


def measure(texts: list[dict[str, str]], clients: int, seconds: float, workers: int, environment: dict[str, str]) -> dict[str, Any]:
    """One server, warmed up, under load; and what became of the texts for the candidate."""
    with sayso_server(workers, SAYSO_CAPTURE="false", **environment) as (port, token):
        run_clients(port, "/v1/classify", token, texts, clients, 3)
        load = run_clients(port, "/v1/classify", token, texts, clients, seconds)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            told = answer.read().decode()
    outcomes: Counter[str] = Counter()
    for outcome, number in re.findall(r'^sayso_shadow_texts_total\{.*outcome="(\w+)".*\} (\S+)', told, re.MULTILINE):
        outcomes[outcome] += int(float(number))
    return load.figures() | {"candidate": dict(outcomes)}


def middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure, and all that was said of the candidate."""
    outcomes = sum((Counter(run["candidate"]) for run in runs), Counter())
    return {figure: round(median(run[figure] for run in runs), 2) for figure in FIGURES} | {"candidate": dict(outcomes)}


if __name__ == "__main__":
    main()
