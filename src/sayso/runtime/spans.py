"""What a spans head says of each token <-> marked pieces of the text.

A head of n labels has 2n + 1 outputs a token: outside of everything, then for each label its beginning and its inside.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sayso.runtime.decide import softmax

Offsets = Sequence[tuple[int, int]]
IMPOSSIBLE = -1e9


class Mark(NamedTuple):
    """A piece of a text, from its first character up to, but not including, its last; and what it is."""

    label: str
    start: int
    end: int


def without(text: str, marks: Iterable[Mark]) -> str:
    """The text with blanks where the marks are, so that every other sign stays where it is."""
    for mark in marks:
        text = text[: mark.start] + " " * (mark.end - mark.start) + text[mark.end :]
    return text


@dataclass(frozen=True, slots=True)
class TokenScores:
    """A spans head's outputs for each token of one text, and where in the text the token stands; (0, 0) where it does not."""

    logits: NDArray[Any]
    offsets: Offsets


def places_of(text: str, offsets: Offsets) -> list[tuple[int, int]]:
    """Where the tokens of a text stand, without the white space that SentencePiece counts to the word after it; (0, 0) for only that."""
    found = []
    for start, end in offsets:
        token = text[start:end]
        first = start + len(token) - len(token.lstrip())
        found.append((first, first + len(token.strip())) if token.strip() else (0, 0))
    return found


def outputs_of(labels: int) -> int:
    """How many numbers a token gets."""
    return 2 * labels + 1


def classes_of(marks: Iterable[Mark], offsets: Offsets, labels: Sequence[str]) -> list[int]:
    """The class of every token of a text with these marks: 0 outside, 1 + 2i where label i begins, 2 + 2i inside of it."""
    found = [0] * len(offsets)
    for label, start, end in marks:
        inside = [place for place, (first, last) in enumerate(offsets) if first < end and last > start and first < last]
        for place in inside:
            found[place] = 2 + 2 * labels.index(label)
        if inside:
            found[inside[0]] -= 1
    return found


def marks_in(
    scores: TokenScores,
    labels: Sequence[str],
    temperature: float = 1.0,
    allowed: Collection[str] | None = None,
    staying: float = 0.0,
) -> list[tuple[Mark, float]]:
    """The most likely marks of a text, in its order, each with the probability of its least sure token.

    Only of `allowed` labels, if some are given. `staying` is a head start, in log odds, of every token after the first of a mark.
    """
    tokens, columns, probabilities = _shares(scores, labels, temperature, allowed)
    if not tokens:
        return []
    classes = _best_path(np.log(np.clip(probabilities, 1e-12, 1.0)), staying)
    found: list[tuple[Mark, float]] = []
    for place, column in enumerate(classes):
        if column == 0:
            continue
        start, end = scores.offsets[tokens[place]]
        sure = float(probabilities[place, column])
        if column % 2 == 1:
            found.append((Mark(labels[(columns[column] - 1) // 2], start, end), sure))
        else:
            (label, start, _), before = found[-1]
            found[-1] = Mark(label, start, end), min(before, sure / (sure + (1.0 - sure) * math.exp(-staying)))
    return found


def least_outside(
    scores: TokenScores,
    labels: Sequence[str],
    marks: Collection[Mark],
    temperature: float = 1.0,
    allowed: Collection[str] | None = None,
) -> float:
    """How likely it is of the least sure token which is in none of the marks that it belongs in none."""
    tokens, _, probabilities = _shares(scores, labels, temperature, allowed)
    places = [scores.offsets[place] for place in tokens]
    outside = [not any(start < mark.end and end > mark.start for mark in marks) for start, end in places]
    return float(probabilities[outside, 0].min()) if any(outside) else 1.0


def spans_f1(found: Sequence[Iterable[Mark]], true: Sequence[Iterable[Mark]]) -> float:
    """The micro-F1 of marks that are right to the character; 1 where there are none and none were found."""
    pairs = [(set(guess), set(truth)) for guess, truth in zip(found, true, strict=True)]
    marks = sum(len(guess) + len(truth) for guess, truth in pairs)
    return 2 * sum(len(guess & truth) for guess, truth in pairs) / marks if marks else 1.0


def _shares(
    scores: TokenScores, labels: Sequence[str], temperature: float, allowed: Collection[str] | None
) -> tuple[list[int], list[int], NDArray[np.float64]]:
    """The tokens that stand in the text, the outputs that count, and how likely each of these is of each token."""
    tokens = [place for place, (start, end) in enumerate(scores.offsets) if start < end]
    columns = [0] + [1 + 2 * index + part for index, label in enumerate(labels) if allowed is None or label in allowed for part in (0, 1)]
    return tokens, columns, softmax(np.asarray(scores.logits)[tokens][:, columns], temperature) if tokens else np.ones((0, len(columns)))


def _best_path(scores: NDArray[np.float64], staying: float) -> list[int]:
    """The classes of all tokens together that are most likely, where a label's inside comes only after its beginning or inside."""
    beginnings, insides = slice(1, None, 2), slice(2, None, 2)
    before = scores[0].copy()
    before[insides] = IMPOSSIBLE
    steps: list[NDArray[np.int64]] = []
    for row in scores[1:]:
        came_from = np.full(len(row), int(before.argmax()), dtype=np.int64)
        best = np.full(len(row), before.max())
        began = before[beginnings] >= before[insides]
        own = np.arange(2, len(row), 2)
        came_from[insides] = np.where(began, own - 1, own)
        best[insides] = np.maximum(before[beginnings], before[insides]) + staying
        steps.append(came_from)
        before = best + row
    path = [int(before.argmax())]
    for came_from in reversed(steps):
        path.append(int(came_from[path[-1]]))
    return path[::-1]
