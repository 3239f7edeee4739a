"""Public sets of intents -> traffic to label from, and texts to judge by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vectors import Vectors, vectors_of

TEXTS, REQUESTS = 5000, 10_000
HELD_OUT = 0.3
"""Of a set that has no rows for it, so much is judged on."""
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Texts, what the base makes of them, and the numbers of their labels."""

    texts: list[str]
    vectors: Vectors
    labels: Ints

    def some(self, places: Ints) -> Rows:
        """The rows at these places."""
        return Rows([self.texts[place] for place in places], self.vectors[places], self.labels[places])


@dataclass(frozen=True)
class Set:
    """A set's rows to label, its rows to judge by, and the vector of each label's name."""

    labels: tuple[str, ...]
    names: Vectors
    train: Rows
    test: Rows


@dataclass(frozen=True)
class Traffic:
    """Texts that nobody has labelled, how often each was sent, and how much each row that is judged by counts."""

    rows: Rows
    seen: Ints
    weights: NDArray[np.float64]


def read_set(data: Path, name: str) -> Set:
    """The set's own validation rows are judged by; where there are none, a fixed part of the others, the same share of each label."""
    rows = _read(data / name / "train.jsonl")
    labels = tuple(sorted({row["intent"] for row in rows}))
    train = _rows(rows, labels)
    own = data / name / "val.jsonl"
    if own.is_file():
        test = _rows(_read(own), labels)
    else:
        dice = np.random.default_rng(0)
        order = dice.permutation(len(rows))
        ranks = np.zeros(len(rows))
        for label in range(len(labels)):
            places = order[train.labels[order] == label]
            ranks[places] = np.arange(len(places)) / len(places)
        train, test = train.some(np.flatnonzero(ranks >= HELD_OUT)), train.some(np.flatnonzero(ranks < HELD_OUT))
    return Set(labels, vectors_of([label.replace("_", " ") for label in labels]), train, test)


def even(one: Set, dice: np.random.Generator) -> Traffic:
    """Some of the texts, each sent once, and every test row counts the same."""
    rows = one.train
    chosen = dice.choice(len(rows.texts), size=min(TEXTS, len(rows.texts)), replace=False)
    return Traffic(rows.some(chosen), np.ones(len(chosen), np.int64), np.ones(len(one.test.texts)))


def skewed(one: Set, dice: np.random.Generator) -> Traffic:
    """As people ask: the n-th label comes 1/n as often as the first, some texts many times; test rows count by that."""
    labels = len(one.labels)
    often = np.zeros(labels)
    often[dice.permutation(labels)] = 1 / np.arange(1, labels + 1)
    often /= often.sum()
    chance = np.zeros(len(one.train.texts))
    for label in range(labels):
        places = dice.permutation(np.flatnonzero(one.train.labels == label))
        popular = 1 / np.arange(1, len(places) + 1) ** 0.7
        chance[places] = often[label] * popular / popular.sum()
    chosen, seen = np.unique(dice.choice(len(chance), size=REQUESTS, p=chance / chance.sum()), return_counts=True)
    rows_of_label = np.bincount(one.test.labels, minlength=labels)
    return Traffic(one.train.some(chosen), seen, (often / np.maximum(rows_of_label, 1))[one.test.labels])


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _rows(rows: list[dict[str, Any]], labels: tuple[str, ...]) -> Rows:
    texts = [row["text"] for row in rows]
    numbers = {label: number for number, label in enumerate(labels)}
    return Rows(texts, vectors_of(texts), np.array([numbers[row["intent"]] for row in rows]))
