"""sayso beside what a user would pick instead: the same weights, the same texts, one thread, everybody in turn.

    python benchmarks/peers [--project quickstart] [--share 1]

Makes the peers' environment (.cache/bench-venv) and a folder for every contestant (.cache/peers), measures, prints, and keeps the result.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from contestants import BUNDLE, CONTESTANTS, SAYSO
from environment import ROOT, make_environment
from measure import PARTS, STARTS, TIMED, measure, tell
from prepare import prepare
from process import Field
from targets import targets
from texts import splits_of, texts_of

from sayso.project import Project
from sayso.runtime.bench import cpu_name

FOLDERS = ROOT / ".cache" / "peers"
RESULT = ROOT / "benchmarks" / "results" / "peers.json"


def main() -> None:
    """Prepare, measure, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", type=Path, default=ROOT / "quickstart")
    parser.add_argument("--share", type=float, default=1.0, help="of the texts: to try this out; then nothing is kept")
    given = parser.parse_args()
    if not (given.project / "build" / BUNDLE).is_dir():
        sys.exit("there is no bundle yet; run: make quickstart")
    started = time.perf_counter()
    project = Project.load(given.project)
    splits = splits_of(project)
    tell("making everybody's folder")
    make_environment()
    prepare(project, splits["train"], FOLDERS)
    texts = texts_of(project, splits, given.share)
    with Field(CONTESTANTS, FOLDERS) as field:
        found = measure(field, texts)
    result = {
        "machine": cpu_name(),
        "project": project.name,
        "listed": len(texts.listed),
        "unseen": sum(texts.unseen),
        "texts_by_tokens": {tokens: len(some) for tokens, some in texts.by_tokens.items()},
        "calls_per_text": TIMED,
        "parts_of_list": PARTS,
        "starts": STARTS,
        "first_answers": len(texts.first),
        "contestants": found,
        "targets": targets(found),
        "minutes": (time.perf_counter() - started) / 60,
    }
    if given.share == 1:
        RESULT.write_text(json.dumps(rounded(result), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print_ratios(found)
    for one in result["targets"]:
        print(f"{'met   ' if one['met'] else 'missed'}  {one['found']:.2f} {one['what']}" if one["found"] else f"no figure  {one['what']}")


def print_ratios(found: dict[str, dict[str, Any]]) -> None:
    """Everybody's ratios to sayso: single texts by tokens, the list, the cold start."""
    print(" ".join(f"{head:>8}" for head in (*found[SAYSO]["single"], "list", "start")), " times as long as sayso")
    for one in found.values():
        if reason := one.get("not_measured"):
            print(f"{one['title']}: not measured: {reason}")
            continue
        cells = [one.get("single", {}).get(tokens) for tokens in found[SAYSO]["single"]] + [one.get("list"), one.get("cold")]
        print(" ".join(f"{cell['ratio']:8.2f}" if cell else " " * 8 for cell in cells), "", one["title"])


def rounded(value: Any) -> Any:
    """The same with four digits of every number that is not whole."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
