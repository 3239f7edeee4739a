"""How much faster an epoch is when the frozen layers run once, and that nothing else changes.

    python benchmarks/frozen_layers.py [--freeze-layers 4] [--rows 2000] [--base minilm]

Trains the code-search recipe's model twice from the same start, without dropout: with the outputs of the frozen layers kept, and with the
frozen layers run again in every epoch. Prints and keeps the seconds an epoch and the largest difference of the losses.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

from sayso.examples import Example
from sayso.generate import gather
from sayso.project import Project
from sayso.recipes import HERE
from sayso.train.bases import resolve_base
from sayso.train.fit import Fit

RESULT = Path(__file__).parent / "results" / "frozen_layers.json"


def main() -> None:
    """Both ways, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--freeze-layers", type=int, default=4)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--base", default="minilm")
    given = parser.parse_args()
    project = Project.load(HERE / "code-search").with_section("generate", {"samples_per_label": max(20, given.rows // 8)})
    project = project.with_section("train", {"freeze_layers": given.freeze_layers, "dropout": 0.0, "epochs": given.epochs})
    rows = gather(project).rows
    base = resolve_base(given.base)
    once, losses_once = train(project, base, rows, LARGEST_FILE=8 * 2**30)
    every, losses_every = train(project, base, rows, LARGEST_FILE=0)
    result = {
        "base": given.base,
        "frozen_layers": given.freeze_layers,
        "rows": len(rows),
        "seconds_an_epoch_without": round(every["epoch"], 2),
        "seconds_an_epoch_with": round(once["epoch"], 2),
        "seconds_to_run_the_frozen_layers_once": round(once["before"], 2),
        "times_faster": round(every["epoch"] / once["epoch"], 2),
        "largest_difference_of_losses": float(f"{max(abs(a - b) for a, b in zip(losses_once, losses_every, strict=True)):.2g}"),
    }
    print(json.dumps(result, indent=2))
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def train(project: Project, base: Path, rows: list[Example], **limits: int) -> tuple[dict[str, float], list[float]]:
    """Seconds before the first step and an epoch (the fastest), and the loss after every epoch."""
    fit = Fit.prepare(project, base, rows, [], "cpu")
    steps: list[float] = []

    def progress(doing: str, done: int, total: int) -> None:
        if doing.startswith("training"):
            steps.append(time.perf_counter())

    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as work, mock.patch.multiple("sayso.train.frozen", **limits):
        history: list[dict[str, Any]] = fit.run(Path(work), progress)
    length = len(steps) // project.train.epochs
    epochs = [steps[start + length - 1] - steps[start] for start in range(0, len(steps), length)]
    return {"before": steps[0] - started, "epoch": min(epochs) * length / (length - 1)}, [row["train_loss"] for row in history]


if __name__ == "__main__":
    main()
