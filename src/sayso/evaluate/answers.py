"""A model and examples -> what each head says of them beside what is true, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.examples import Example
from sayso.runtime.decide import sigmoid, softmax
from sayso.runtime.spans import Mark, TokenScores, classes_of, marks_in


@dataclass(frozen=True)
class HeadAnswers:
    """One head's raw outputs and truths, on the rows where the truth is known.

    Of a spans head they are those of the tokens, one after the other, and `rows` tells whose; `texts` keeps them together.
    """

    name: str
    spec: Mapping[str, Any]
    raw: NDArray[Any]
    truth: NDArray[Any]
    rows: NDArray[np.int64]
    texts: Sequence[tuple[TokenScores, Sequence[Mark]]] = ()

    @property
    def labels(self) -> list[str]:
        """The head's labels, in the order of its outputs."""
        return list(self.spec.get("labels", ()))

    def probabilities(self, temperature: float | None = None) -> NDArray[np.float64]:
        """The outputs as probabilities, by the spec's temperature or another one."""
        used = float(self.spec.get("temperature", 1.0)) if temperature is None else temperature
        return softmax(self.raw, used) if self.spec["type"] in ("choice", "spans") else sigmoid(self.raw, used)

    def marks(self) -> list[list[Mark]]:
        """What a spans head marks in each text."""
        return [[mark for mark, _ in marks_in(scores, self.labels, float(self.spec["temperature"]))] for scores, _ in self.texts]

    def with_spec(self, spec: Mapping[str, Any]) -> HeadAnswers:
        """The same answers read by another spec."""
        return replace(self, spec=spec)


def head_answers(spec: Mapping[str, Any], logits: Mapping[str, NDArray[Any]], examples: Sequence[Example]) -> dict[str, HeadAnswers]:
    """Each head that any example knows the truth of."""
    found: dict[str, HeadAnswers] = {}
    for name, head in spec["heads"].items():
        rows = np.array([index for index, example in enumerate(examples) if name in example.labels], dtype=np.int64)
        if len(rows) and head["type"] == "spans":
            found[name] = _of_tokens(name, head, logits[name], [(index, examples[index].labels[name]) for index in rows])
        elif len(rows):
            truth = _truth(head, [examples[index].labels[name] for index in rows])
            found[name] = HeadAnswers(name, head, logits[name][rows], truth, rows)
    return found


def _of_tokens(name: str, head: Mapping[str, Any], scores: NDArray[Any], known: Sequence[tuple[int, Any]]) -> HeadAnswers:
    raw, truth, rows = [], [], []
    for index, marks in known:
        classes = classes_of(marks, scores[index].offsets, list(head["labels"]))
        for place, (start, end) in enumerate(scores[index].offsets):
            if start < end:
                raw.append(scores[index].logits[place])
                truth.append(classes[place])
                rows.append(index)
    texts = [(scores[index], marks) for index, marks in known]
    return HeadAnswers(name, head, np.array(raw), np.array(truth, dtype=np.int64), np.array(rows, dtype=np.int64), texts)


def _truth(head: Mapping[str, Any], values: Sequence[Any]) -> NDArray[Any]:
    if head["type"] == "score":
        return np.array(values, dtype=np.float64)
    labels = list(head["labels"])
    if head["type"] == "choice":
        return np.array([labels.index(value) for value in values], dtype=np.int64)
    return np.array([[label in value for label in labels] for value in values], dtype=bool)
