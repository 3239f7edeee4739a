"""Does the order of the queue help? Learning curves of it beside random and two ways that others take.

    python benchmarks/active [--set NAME] [--data FOLDER]

FOLDER holds `clinc150` and `banking77`; by default `$SAYSO_DATASETS`. Writes benchmarks/results/active.json; `make figures` makes tables
and a plot of it. Frozen vectors of the base `minilm` and a logistic regression, fitted anew after every 50 labels; the labels' names are
rows of it from the start, so that it begins as a zero-shot model does. The order was chosen on HWU64, which is not judged here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from orders import ORDERS, Order
from sets import Set, Traffic, even, read_set, skewed
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

RESULTS = Path(__file__).parents[1] / "results" / "active.json"
SETS = ("clinc150", "banking77")
TRAFFIC = {"even": (even, 1), "skewed": (skewed, 1), "skewed, new scores every 250 labels": (skewed, 5)}
"""How texts come, and after how many batches the scores that orders go by are new: nobody deploys a model after every 50 labels."""
SEEDS, AT_ONCE, MOST = 5, 50, 1000
T_OF_FOUR = 2.776
"""Student's t at 95 % for five seeds."""


def main() -> None:
    """Draw each curve, and keep what was found before on other sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATASETS", "datasets")))
    parser.add_argument("--set", action="append", choices=SETS, dest="sets")
    given = parser.parse_args()
    if not (given.data / "clinc150").is_dir():
        sys.exit(f"{given.data} holds no sets of intents; name the folder with --data")
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
    for name in given.sets or SETS:
        one = read_set(given.data, name)
        for kind, (make, renewed) in TRAFFIC.items():
            started = time.monotonic()
            curves = {
                order: [curve(one, make(one, np.random.default_rng(seed)), pick, seed, renewed) for seed in range(SEEDS)]
                for order, pick in ORDERS.items()
            }
            found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
            found.setdefault(name, {})[kind] = told(curves) | {
                "labels": len(one.labels),
                "minutes": round((time.monotonic() - started) / 60, 1),
            }
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            print(
                name,
                kind,
                found[name][kind]["minutes"],
                {order: row["needed"] for order, row in found[name][kind]["orders"].items()},
                flush=True,
            )


def curve(one: Set, traffic: Traffic, pick: Order, seed: int, renewed: int) -> NDArray[np.float64]:
    """Accuracy and macro-F1 on the test rows after every batch of labels."""
    dice = np.random.default_rng(1000 + seed)
    left, done, found = np.arange(len(traffic.rows.texts)), list[int](), []
    model = LogisticRegression(C=20, max_iter=60, tol=1e-3, warm_start=True)
    fit(model, one, traffic, done)
    while len(done) < MOST:
        if len(found) % renewed == 0:
            scores = model.predict_proba(traffic.rows.vectors)
        chosen = pick(traffic, one.labels, left, scores, done, AT_ONCE, dice)
        done += chosen.tolist()
        left = np.setdiff1d(left, chosen, assume_unique=True)
        fit(model, one, traffic, done)
        guesses = model.predict(one.test.vectors)
        right = np.average(guesses == one.test.labels, weights=traffic.weights)
        found.append((right, f1_score(one.test.labels, guesses, average="macro", zero_division=0)))
    return np.array(found)


def fit(model: LogisticRegression, one: Set, traffic: Traffic, done: list[int]) -> None:
    """On the labels' names and on what is labelled so far."""
    vectors = np.vstack([one.names, traffic.rows.vectors[done]])
    model.fit(vectors, np.concatenate([np.arange(len(one.labels)), traffic.rows.labels[done]]))


def told(curves: dict[str, list[NDArray[np.float64]]]) -> dict[str, Any]:
    """The mean of the seeds with its 95 % interval; beside random, seed by seed."""
    counts = list(range(AT_ONCE, MOST + 1, AT_ONCE))
    by_chance = np.stack(curves["random"])
    orders = {}
    for name, found in curves.items():
        all_seeds = np.stack(found)
        orders[name] = {
            "accuracy": interval(all_seeds[:, :, 0]),
            "macro_f1": interval(all_seeds[:, :, 1]),
            "more_accuracy_than_random": interval(all_seeds[:, :, 0] - by_chance[:, :, 0]),
            "more_macro_f1_than_random": interval(all_seeds[:, :, 1] - by_chance[:, :, 1]),
            "needed": needed(all_seeds[:, :, 0], by_chance[:, -1, 0], counts),
        }
    return {"seeds": SEEDS, "counts": counts, "orders": orders}


def interval(values: NDArray[np.float64]) -> dict[str, list[float]]:
    """Mean, low and high at each count."""
    mean, reach = values.mean(axis=0), T_OF_FOUR * values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return {key: np.round(row, 4).tolist() for key, row in (("mean", mean), ("low", mean - reach), ("high", mean + reach))}


def needed(accuracy: NDArray[np.float64], wanted: NDArray[np.float64], counts: list[int]) -> dict[str, Any]:
    """After how many labels each seed is as right as random is with all; seeds that never are count as all, and are told."""
    reached = [
        next((count for count, right in zip(counts, row, strict=True) if right >= goal), None)
        for row, goal in zip(accuracy, wanted, strict=True)
    ]
    return {"mean": float(np.mean([count or MOST for count in reached])), "seeds": reached}


if __name__ == "__main__":
    main()
