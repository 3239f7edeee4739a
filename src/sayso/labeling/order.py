"""Texts that nobody has labelled -> the order in which a label helps most. numpy alone, and always the same for the same texts.

What helps is a text of which the model is unsure, that is like many others, like none that was labelled or comes before it, of a label
that had no turn lately, and that people send often. `python benchmarks/active` measures what that brings.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEAD = 1500
"""So many texts, the most doubtful ones, are compared with each other; the others follow by doubt alone."""
WIDTH = 1024
NEIGHBOURS = 20
SAME_LABEL_AGAIN = 0.85
"""What a label's next text is worth of its last one."""
FREQUENCY = 0.1
LEAST = 1e-6

Floats = NDArray[np.float32]
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text, how likely each label is for it, and how often it was sent."""

    text: str
    scores: Mapping[str, float]
    seen: int = 1


def best_first(candidates: Sequence[Candidate], done: Sequence[str]) -> list[int]:
    """The places of the candidates, what helps most first. `done` are texts that have a label already."""
    if not candidates:
        return []
    doubt = np.array([uncertainty(candidate.scores) for candidate in candidates])
    worth = np.maximum(doubt, LEAST) * (1 + FREQUENCY * np.log([max(1, candidate.seen) for candidate in candidates]))
    by_worth = np.argsort(-worth, kind="stable")
    head, rest = by_worth[:HEAD], by_worth[HEAD:]
    texts = _vectors([candidates[place].text for place in head])
    likeness = texts @ texts.T
    near = (texts @ _vectors(done[-HEAD:]).T).max(axis=1) if done else np.zeros(len(head), np.float32)
    guesses = [_guess(candidates[place].scores) for place in head]
    first = _greedy(worth[head] * _typical(likeness), likeness, near, guesses)
    return [int(place) for place in (*head[first], *rest)]


def uncertainty(scores: Mapping[str, float]) -> float:
    """From 0 to 1: how near the second most likely label is to the most likely one. Who has fewer than two labels to go by is unsure."""
    first = second = 0.0
    for score in scores.values():
        if score > first:
            first, second = score, first
        elif score > second:
            second = score
    return second / first if len(scores) > 1 and first > 0 else 1.0


def _greedy(worth: NDArray[np.float64], likeness: Floats, near: Floats, guesses: Sequence[str]) -> list[int]:
    """Again and again what is worth most now: what is like a text that was taken is worth less, and so is what has its label."""
    numbers = {guess: number for number, guess in enumerate(dict.fromkeys(guesses))}
    label = np.array([numbers[guess] for guess in guesses])
    turns = np.ones(len(numbers))
    left = worth.copy()
    near = near.copy()
    order = []
    for _ in range(len(worth)):
        best = int(np.argmax(left * np.maximum(1 - near, LEAST) * turns[label]))
        order.append(best)
        left[best] = -1.0
        np.maximum(near, likeness[best], out=near)
        turns[label[best]] = max(turns[label[best]] * SAME_LABEL_AGAIN, LEAST)
    return order


def _typical(likeness: Floats) -> Floats:
    """How like its nearest neighbours each text is: a label of one that is like no other teaches nothing about any other."""
    count = min(NEIGHBOURS, len(likeness))
    typical: Floats = np.partition(likeness, -count, axis=1)[:, -count:].mean(axis=1)
    return typical


def _guess(scores: Mapping[str, float]) -> str:
    return max(scores, key=scores.__getitem__) if scores else ""


def _vectors(texts: Sequence[str]) -> Floats:
    """The words of each text and all its three letters in a row, hashed; of length 1."""
    found = np.zeros((len(texts), WIDTH), np.float32)
    for row, text in enumerate(texts):
        words = _WORD.findall(text.casefold())
        line = f" {' '.join(words)} "
        pieces = {f"w{word}" for word in words} | {line[at : at + 3] for at in range(len(line) - 2)}
        found[row, [zlib.crc32(piece.encode("utf-8", "surrogatepass")) % WIDTH for piece in pieces]] = 1
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found
