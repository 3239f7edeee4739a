"""What a user could have had without a neural model: fitted on train, judged on the same rows as the model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.evaluate.metrics import interval
from sayso.examples import Example
from sayso.project import Head, Project
from sayso.runtime.spans import Mark, spans_f1

Answer = NDArray[np.int64]
Splits = Mapping[str, Sequence[Example]]
THIS_MODEL = "this model"
DICTIONARY = "values seen in training"
LINEAR = "TF-IDF + logistic regression"
STRENGTHS = (1.0, 10.0, 100.0)
"""The regularizations that the linear baseline may choose from, on val."""


def baselines_of(project: Project, splits: Splits, judged: Sequence[Example], report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each head, how good the model and every baseline are on the judged rows; the model's figure comes first."""
    found: list[dict[str, Any]] = []
    beside = {"choice": _beside_choice, "tags": _beside_tags, "score": _beside_score, "spans": _beside_spans}
    measures = {"choice": "accuracy", "tags": "micro-F1", "score": "1 - MAE", "spans": "micro-F1"}
    for name, head in project.heads.items():
        rows = [row for row in judged if name in row.labels]
        if rows:
            figures = beside[head.type](name, head, splits, rows, report["figures"][name])
            found += [{"head": name, "measure": measures[head.type], **row} for row in figures]
    return found


def _beside_choice(name: str, head: Head, splits: Splits, rows: Sequence[Example], model: Mapping[str, Any]) -> list[dict[str, Any]]:
    truth = np.array([list(head.labels).index(str(row.labels[name])) for row in rows])
    found = [{"name": THIS_MODEL, "accuracy": model["accuracy"], "low": model["accuracy_low"], "high": model["accuracy_high"]}]
    for baseline, answers in choice_baselines(name, head, splits["train"], splits["val"], rows).items():
        right = (answers == truth).astype(float)
        low, high = interval(right)
        found.append({"name": baseline, "accuracy": float(right.mean()), "low": low, "high": high})
    return found


def _beside_tags(name: str, head: Head, splits: Splits, rows: Sequence[Example], model: Mapping[str, Any]) -> list[dict[str, Any]]:
    from sklearn.metrics import f1_score

    found = f1_score(_tags(name, head, rows), tags_baseline(name, head, splits["train"], rows), average="micro", zero_division=0)
    return [{"name": THIS_MODEL, "accuracy": model["micro_f1"]}, {"name": LINEAR, "accuracy": float(found)}]


def _beside_spans(name: str, head: Head, splits: Splits, rows: Sequence[Example], model: Mapping[str, Any]) -> list[dict[str, Any]]:
    true: list[Sequence[Mark]] = [row.labels[name] for row in rows]  # type: ignore[misc]
    found = spans_baseline(name, splits["train"], [row.text for row in rows])
    return [{"name": THIS_MODEL, "accuracy": model["micro_f1"]}, {"name": DICTIONARY, "accuracy": spans_f1(found, true)}]


def _beside_score(name: str, head: Head, splits: Splits, rows: Sequence[Example], model: Mapping[str, Any]) -> list[dict[str, Any]]:
    truth = _numbers(name, rows)
    found = [{"name": THIS_MODEL, "accuracy": 1 - model["mae"]}]
    for baseline, answers in score_baselines(name, splits["train"], rows).items():
        found.append({"name": baseline, "accuracy": 1 - float(np.abs(answers - truth).mean())})
    return found


def _tags(name: str, head: Head, rows: Sequence[Example]) -> NDArray[np.bool_]:
    return np.array([[label in row.labels[name] for label in head.labels] for row in rows], dtype=np.bool_)  # type: ignore[operator]


def _numbers(name: str, rows: Sequence[Example]) -> NDArray[np.float64]:
    return np.array([float(row.labels[name]) for row in rows])  # type: ignore[arg-type]


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


def tags_baseline(name: str, head: Head, train: Sequence[Example], judged: Sequence[Example]) -> NDArray[np.bool_]:
    """The tags that a linear model on words and pieces of words gives each judged row."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    known = [row for row in train if name in row.labels]
    truth = _tags(name, head, known).astype(int)
    features = _features([row.text for row in known])
    linear = OneVsRestClassifier(LogisticRegression(C=STRENGTHS[1], max_iter=300)).fit(features([row.text for row in known]), truth)
    return np.asarray(linear.predict(features([row.text for row in judged])), dtype=bool)


def spans_baseline(name: str, train: Sequence[Example], texts: Sequence[str]) -> list[list[Mark]]:
    """The longest runs of words that `train` has marked, each as what it was most often there."""
    seen: dict[str, Counter[str]] = {}
    for row in train:
        for mark in row.labels.get(name, ()):  # type: ignore[union-attr]
            seen.setdefault(row.text[mark.start : mark.end].casefold(), Counter())[mark.label] += 1  # type: ignore[union-attr]
    longest = max((len(value.split()) for value in seen), default=0)
    return [_marked(text, seen, longest) for text in texts]


def _marked(text: str, seen: Mapping[str, Counter[str]], longest: int) -> list[Mark]:
    words = [(word.start(), word.end()) for word in re.finditer(r"[^\s,;!?\"'()]+", text)]
    found: list[Mark] = []
    first = 0
    while first < len(words):
        for last in range(min(len(words), first + longest) - 1, first - 1, -1):
            start, end = words[first][0], words[last][1]
            if counts := seen.get(text[start:end].casefold()):
                found.append(Mark(counts.most_common(1)[0][0], start, end))
                first = last
                break
        first += 1
    return found


def score_baselines(name: str, train: Sequence[Example], judged: Sequence[Example]) -> dict[str, NDArray[np.float64]]:
    """The number that each baseline gives each judged row."""
    from sklearn.linear_model import Ridge

    known = [row for row in train if name in row.labels]
    truth = _numbers(name, known)
    features = _features([row.text for row in known])
    linear = Ridge(1.0).fit(features([row.text for row in known]), truth)
    return {
        "mean": np.full(len(judged), truth.mean()),
        "TF-IDF + ridge": np.clip(linear.predict(features([row.text for row in judged])), 0, 1),
    }


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
    """A linear model on words and pieces of words, and the nearest row of train."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier

    features = _features(train)
    inputs, best, best_right = features(train), None, -1.0
    for strength in STRENGTHS if val else STRENGTHS[1:2]:
        linear = LogisticRegression(C=strength, max_iter=300).fit(inputs, truth)
        right = float((linear.predict(features(val)) == val_truth).mean()) if val else 0.0
        if right > best_right:
            best, best_right = linear, right
    nearest = KNeighborsClassifier(1, metric="cosine", algorithm="brute").fit(inputs, truth)
    judged = features(texts)
    return {LINEAR: best.predict(judged), "nearest neighbour": nearest.predict(judged)}  # type: ignore[union-attr]


def _features(train: list[str]) -> Callable[[list[str]], Any]:
    """Words, pairs of words and pieces of words, weighed by TF-IDF as `train` has them."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b|[^\w\s]").fit(train)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=100_000).fit(train)
    return lambda given: hstack([words.transform(given), pieces.transform(given)]).tocsr()
