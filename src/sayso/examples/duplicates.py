"""When two texts are the same: exactly, but for case, spaces and punctuation, or nearly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from sayso.errors import MissingExtra

BLOCK = 512

_BETWEEN_WORDS = re.compile(r"[^\w]+")


def normal_form(text: str) -> str:
    """The text without what people vary freely: width, case, spaces and punctuation. Punctuation alone stays as it is."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = _BETWEEN_WORDS.sub(" ", folded).strip()
    return words or " ".join(folded.split())


def near_duplicates(texts: Sequence[str], others: Sequence[str] | None, similarity: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j, similarity) of `texts` and `others` that are at least this similar; each pair of `texts` once if no others.

    Similarity is the share of characters that two normal forms, with the underscores in them left out, have in common in order
    (1 - edits / all characters). Texts are sorted by length and compared with those that could be similar enough at all.
    """
    left = _by_length(texts)
    right = left if others is None else _by_length(others)
    for start in range(0, len(left), BLOCK):
        rows = left[start : start + BLOCK]
        low, high = _reach(len(rows[0][0]), len(rows[-1][0]), similarity)
        columns = [entry for entry in right if low <= len(entry[0]) <= high]
        if not columns:
            continue
        for row, column, score in _similar(rows, columns, similarity):
            i, j = rows[row][1], columns[column][1]
            if others is not None or i < j:
                yield i, j, score


def _by_length(texts: Sequence[str]) -> list[tuple[str, int]]:
    forms = ((normal_form(text).replace("_", "").replace(" ", ""), index) for index, text in enumerate(texts))
    return sorted(forms, key=lambda entry: (len(entry[0]), entry))


def _reach(shortest: int, longest: int, similarity: float) -> tuple[float, float]:
    """The lengths at which 1 - |a - b| / (a + b), the most two texts of lengths a and b can share, is still enough."""
    ratio = similarity / (2 - similarity)
    return shortest * ratio, longest / ratio


def _similar(rows: list[tuple[str, int]], columns: list[tuple[str, int]], similarity: float) -> Iterator[tuple[int, int, float]]:
    import numpy as np

    try:
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import cdist
    except ImportError:
        raise MissingExtra("Looking for near-duplicates", "train") from None
    queries, choices = [row[0] for row in rows], [column[0] for column in columns]
    scores: Any = cdist(queries, choices, scorer=Indel.normalized_similarity, score_cutoff=similarity, dtype=np.float32, workers=-1)
    for row, column in zip(*np.nonzero(scores >= similarity), strict=True):
        yield int(row), int(column), float(scores[row, column])
