"""What labels of what the model was unsure of are worth: the recipe `tax-it` zero-shot, from its templates, and trained again with labels.

    python benchmarks/loop.py [--work FOLDER]

Its made-up traffic is asked of the zero-shot model; what a server would have kept of it is labelled with its true labels, one in twenty
wrongly; `sayso retrain` learns from that. Judged on traffic made from other templates, and on queries that were written by hand, which
are read after the models are finished and for nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import sayso
from sayso.project import Labeling
from sayso.recipes import copy_recipe

HERE = Path(__file__).parent
ASKED, WRONG, SEED = 1500, 0.05, 1
JUDGED = {"traffic": "traffic/test.jsonl", "people": "human.jsonl"}
FIGURES = ("accuracy", "accuracy_low", "accuracy_high", "macro_f1", "ece")


def main() -> None:
    """Ask, label, train, judge, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=Path("build/loop"))
    folder = parser.parse_args().work
    if not folder.is_dir():
        copy_recipe("tax-it", folder)
    run(folder, "generate", "--project", "traffic", "--output", "traffic/all.jsonl", "--split", "--quiet")
    labels = label(folder)
    seconds = {"templates": timed(folder, "build"), "labels": timed(folder, *retraining())}
    models = {"zero-shot": "zero-shot", "templates": "build/bundle", "labels": "build/retrain/bundle"}
    result = {
        "asked": ASKED,
        "wrong": WRONG,
        "labels": len(labels),
        "seconds": seconds,
        "models": {name: {rows: judged(folder, model, file) for rows, file in JUDGED.items()} for name, model in models.items()},
    }
    (HERE / "results" / "loop.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


def label(folder: Path) -> list[dict[str, Any]]:
    """The labels of what a server would have kept of the traffic, in the order in which it came."""
    rules, dice = Labeling(), random.Random(SEED)
    rows = [json.loads(line) for line in (folder / "traffic" / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    dice.shuffle(rows)
    intents = sorted({row["intent"] for row in rows})
    kept = []
    for row, told in zip(rows[:ASKED], sayso.load("zero-shot", project=folder).predict([row["text"] for row in rows[:ASKED]]), strict=True):
        if told.confidence < rules.capture_below or told.out_of_scope or dice.random() < rules.capture_share:
            intent = dice.choice(intents) if dice.random() < WRONG else row["intent"]
            kept.append({"text": row["text"], "intent": intent})
    file = folder / "labels" / "simulated.jsonl"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), encoding="utf-8")
    return kept


def retraining() -> tuple[str, ...]:
    """The command that learns from the labels."""
    return ("retrain", "--labels", "labels/simulated.jsonl", "--test", JUDGED["traffic"], "--against", "none", "--registry", "registry")


def timed(folder: Path, *command: str) -> float:
    """How many seconds a command took."""
    started = time.monotonic()
    run(folder, *command)
    return time.monotonic() - started


def judged(folder: Path, model: str, file: str) -> dict[str, Any]:
    """What a model gets right of a file's rows."""
    report = json.loads(run(folder, "evaluate", model, "--data", file, "--json"))
    return {"rows": report["figures"]["rows"]} | {name: report["figures"]["intent"][name] for name in FIGURES}


def run(folder: Path, *command: str) -> str:
    """One command in the project's folder; a gate that does not hold is no reason to stop."""
    done = subprocess.run([sys.executable, "-m", "sayso", *command], cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"sayso {' '.join(command)} ended with {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    main()
