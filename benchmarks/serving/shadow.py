"""What a candidate beside production costs the requests: one `sayso serve` under load, with a candidate and without, by turns.

    python benchmarks/serving/shadow.py [--seconds 20] [--turns 4] [--workers N] [--share 0.1]

After `make quickstart`. The candidate is the quickstart's bundle once more, so that it is as much work as production. First 50 clients
that ask again as soon as they are answered, which leave nothing to spare; then 5 that ask twenty times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

from clients import Load, run_clients
from servers import QUICKSTART, questions, sayso_server

from sayso.registry import Version, add, promote, remove_alias
from sayso.runtime.bench import cpu_name

LOADS = {"50 clients without a pause": (50, 0.0), "5 clients, 20 requests a second each": (5, 0.05)}


def main() -> None:
    """Measure, keep, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="With the candidate, and as many without.")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--share", type=float, default=0.1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        production, candidate = versions_in(Path(folder))
        promote(production)
        environment = {"SAYSO_REGISTRY": folder, "SAYSO_MODEL": f"registry:{production.model}", "SAYSO_SHADOW_SHARE": str(given.share)}
        with sayso_server(given.workers, SAYSO_CAPTURE="false", **environment) as (port, token):
            loads = {name: by_turns(port, token, candidate, given, *load) for name, load in LOADS.items()}
    found = {"cpu": cpu_name(), **vars(given), "loads": loads}
    out = Path(__file__).parents[1] / "results" / "shadow.json"
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


def versions_in(registry: Path) -> tuple[Version, Version]:
    """The quickstart's bundle, and the same under another id."""
    copy = shutil.copytree(QUICKSTART / "build" / "bundle", registry / ".copy")
    first = add(registry, copy)
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps(manifest | {"description": "the same once more"}), encoding="utf-8")
    return first, add(registry, copy)


def by_turns(port: int, token: str, candidate: Version, given: argparse.Namespace, clients: int, pause: float) -> dict[str, Any]:
    """The figures without and with the candidate, all turns together, and what became of the texts for it."""
    texts, seconds = questions(), given.seconds / given.turns
    run_clients(port, "/v1/classify", token, texts, clients, 3, pause)
    loads, before = {"without": Load(given.seconds), "with": Load(given.seconds)}, outcomes(port)
    for turn in range(2 * given.turns):
        beside = turn % 4 in (1, 2)  # without, with, with, without: what gets slower with time is in both alike
        if beside:
            promote(candidate, "shadow")
        time.sleep(2)
        loads["with" if beside else "without"].add(run_clients(port, "/v1/classify", token, texts, clients, seconds, pause))
        if beside:
            remove_alias(candidate.model_folder, "shadow")
    return {name: load.figures() for name, load in loads.items()} | {"candidate": dict(outcomes(port) - before)}


def outcomes(port: int) -> Counter[str]:
    """What became of the texts for the candidate, by now."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = answer.read().decode()
    found: Counter[str] = Counter()
    for outcome, number in re.findall(r'^sayso_shadow_texts_total\{.*outcome="(\w+)".*\} (\S+)', told, re.MULTILINE):
        found[outcome] += int(float(number))
    return found


if __name__ == "__main__":
    main()
