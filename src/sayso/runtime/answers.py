"""Raw outputs of the heads + spec -> Predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.runtime.decide import Action, action, conformal_set, in_scope_score, sigmoid, softmax
from sayso.runtime.prediction import ChoiceResult, HeadResult, Prediction, ScoreResult, Span, SpansResult, TagsResult
from sayso.runtime.spans import TokenScores, marks_in
from sayso.runtime.spec import HeadSpec, Spec

Logits = Mapping[str, NDArray[Any]]


def answers(spec: Spec, logits: Logits, texts: Sequence[str], blank: Sequence[bool]) -> list[Prediction]:
    """One Prediction a text, whose row of `logits` has one array per head.

    A blank text says nothing: it is out of scope, and a head with a fallback answers with it.
    """
    results: dict[str, Sequence[HeadResult]] = {}
    for name, head in spec.heads.items():
        results[name] = _results(head, logits[name], texts, blank)
    heads_of_rows = [dict(zip(results, row, strict=True)) for row in zip(*results.values(), strict=True)]
    if spec.main_head is None:
        return [Prediction(None, 0.0, {}, "ask", False, (), heads) for heads in heads_of_rows]
    main = spec.heads[spec.main_head]
    choices = _choices(main, logits[main.name], blank)
    outside = [bool(out) for out in _out_of_scope(main, logits[main.name]) | np.asarray(blank, dtype=bool)]
    sets = _sets(main, logits[main.name], choices)
    return [
        Prediction(choice.label, choice.confidence, choice.scores, _action(spec, choice, out), out, inside, heads)
        for choice, out, inside, heads in zip(choices, outside, sets, heads_of_rows, strict=True)
    ]


def column_of(head: HeadSpec, outputs: Sequence[Any]) -> NDArray[Any]:
    """One head's outputs for several texts as one array: a row of numbers each, one number, or one TokenScores."""
    if head.type == "spans":
        column = np.empty(len(outputs), dtype=object)
        column[:] = outputs
        return column
    return np.array(outputs, dtype=np.float32).reshape((len(outputs), len(head.labels)) if head.labels else (len(outputs),))


def _results(head: HeadSpec, logits: NDArray[Any], texts: Sequence[str], blank: Sequence[bool]) -> Sequence[HeadResult]:
    if head.type == "choice":
        return _choices(head, logits, blank)
    if head.type == "tags":
        return _tags(head, logits)
    if head.type == "spans":
        return [_spans(head, scores, text) for scores, text in zip(logits, texts, strict=True)]
    return [ScoreResult(value) for value in np.clip(logits.astype(np.float64), 0.0, 1.0).tolist()]


def _choices(head: HeadSpec, logits: NDArray[Any], blank: Sequence[bool]) -> list[ChoiceResult]:
    results = []
    for scores, is_blank in zip(_scores(head, softmax(logits, head.temperature)), blank, strict=True):
        label = head.fallback if is_blank and head.fallback is not None else next(iter(scores))
        results.append(ChoiceResult(label, scores[label], scores))
    return results


def _spans(head: HeadSpec, scores: TokenScores, text: str) -> SpansResult:
    marks = marks_in(scores, head.labels, head.temperature)
    return SpansResult(tuple(Span(*mark, text[mark.start : mark.end], confidence) for mark, confidence in marks))


def _tags(head: HeadSpec, logits: NDArray[Any]) -> list[TagsResult]:
    least = dict(zip(head.labels, head.thresholds, strict=True))
    all_scores = _scores(head, sigmoid(logits, head.temperature))
    return [TagsResult(tuple(label for label, score in scores.items() if score >= least[label]), scores) for scores in all_scores]


def _scores(head: HeadSpec, probabilities: NDArray[Any]) -> list[dict[str, float]]:
    """{label: probability} of each row, most likely first; equals keep the order of the labels."""
    order = np.argsort(-probabilities, axis=-1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=-1)
    return [
        {head.labels[index]: value for index, value in zip(indices, values, strict=True)}
        for indices, values in zip(order.tolist(), ranked.tolist(), strict=True)
    ]


def _out_of_scope(head: HeadSpec, logits: NDArray[Any]) -> NDArray[np.bool_]:
    if head.out_of_scope is None:
        return np.zeros(len(logits), dtype=bool)
    return np.asarray(in_scope_score(logits, head.out_of_scope.method) < head.out_of_scope.threshold)


def _sets(head: HeadSpec, logits: NDArray[Any], choices: Sequence[ChoiceResult]) -> list[tuple[str, ...]]:
    """The labels of each row's conformal set, most likely first."""
    if head.conformal_threshold is None:
        return [()] * len(choices)
    inside = conformal_set(softmax(logits, head.temperature), head.conformal_threshold).sum(axis=-1)
    return [tuple(choice.scores)[:size] for choice, size in zip(choices, inside.tolist(), strict=True)]


def _action(spec: Spec, choice: ChoiceResult, out_of_scope: bool) -> Action:
    main = spec.heads[spec.main_head or ""]
    if out_of_scope or choice.label == main.fallback:
        return "ask"
    return action(choice.confidence, spec.bands)
