"""What a user could have had without a neural model: fitted on train, judged on the same rows as the model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.examples import Example
from sayso.project import Head

Answer = NDArray[np.int64]
STRENGTHS = (1.0, 10.0, 100.0)
"""The regularizations that the linear baseline may choose from, on val."""


def choice_baselines(
    name: str, head: Head, train: Sequence[Example], val: Sequence[Example], judged: Sequence[Example]
) -> dict[str, Answer]:
    """The label that each baseline gives each judged row, as its place among the head's labels."""
    labels = list(head.labels)
    train = [row for row in train if name in row.labels]
    truth = np.array([labels.index(str(row.labels[name])) for row in train])
    texts = [row.text for row in judged]
    found: dict[str, Answer] = {"majority": np.full(len(texts), Counter(truth.tolist()).most_common(1)[0][0])}
    if any(label.keywords for label in head.labels.values()):
        found["keyword rules"] = _keyword_rules(head, texts, int(found["majority"][0]) if len(texts) else 0)
    known = [row for row in val if name in row.labels]
    val_truth = np.array([labels.index(str(row.labels[name])) for row in known])
    found |= _learned([row.text for row in train], truth, [row.text for row in known], val_truth, texts)
    return found


def _keyword_rules(head: Head, texts: Sequence[str], otherwise: int) -> Answer:
    """The label with most of its keywords in the text; the fallback, or the most common label, where there are none."""
    labels = list(head.labels)
    nothing = labels.index(head.fallback) if head.fallback else otherwise
    patterns = [[_pattern(word) for word in label.keywords] for label in head.labels.values()]
    answers = []
    for text in texts:
        hits = [sum(bool(pattern.search(text)) for pattern in own) for own in patterns]
        answers.append(int(np.argmax(hits)) if max(hits) else nothing)
    return np.array(answers, dtype=np.int64)


def _pattern(keyword: str) -> re.Pattern[str]:
    before, after = (r"\b" if keyword[0].isalnum() else ""), (r"\b" if keyword[-1].isalnum() else "")
    return re.compile(before + re.escape(keyword) + after, re.IGNORECASE)


def _learned(train: list[str], truth: Answer, val: list[str], val_truth: Answer, texts: list[str]) -> dict[str, Answer]:
    """Words and pieces of words: a linear model on them, and the nearest row of train."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b|[^\w\s]").fit(train)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=100_000).fit(train)

    def features(given: list[str]) -> Any:
        return hstack([words.transform(given), pieces.transform(given)]).tocsr()

    inputs, best, best_right = features(train), None, -1.0
    for strength in STRENGTHS if val else STRENGTHS[1:2]:
        linear = LogisticRegression(C=strength, max_iter=300).fit(inputs, truth)
        right = float((linear.predict(features(val)) == val_truth).mean()) if val else 0.0
        if right > best_right:
            best, best_right = linear, right
    nearest = KNeighborsClassifier(1, metric="cosine", algorithm="brute").fit(inputs, truth)
    judged = features(texts)
    return {"TF-IDF + logistic regression": best.predict(judged), "nearest neighbour": nearest.predict(judged)}  # type: ignore[union-attr]
