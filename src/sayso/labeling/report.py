"""A Session -> what was done in it, how often the model had said the same, and how far somebody else agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sayso.labeling.agreement import agreement
from sayso.labeling.files import Labelled
from sayso.labeling.session import Session

NEARLY = 0.1
"""Two people who put a number on something are not of two minds if they are this close."""


def report(session: Session) -> dict[str, Any]:
    """How many texts there are, what was said of them, and how often the model had said the same."""
    partly = sum(1 for key in session.waiting if key in session.said)
    return {
        "texts": len(session.items),
        "labelled": session.done,
        "partly": partly,
        "waiting": len(session.waiting),
        "labels": {head: dict(counts.most_common()) for head, counts in session.counts().items()},
        "model": {head: told for head in session.heads if (told := _with_the_model(session, head))},
    }


def beside(session: Session, others: Iterable[Labelled]) -> dict[str, Any]:
    """How far another person agrees, of each head; and where not."""
    theirs = {row.text: row.answer for row in others if row.answer}
    pairs = [(item.text, session.answer(item), theirs[item.text]) for item in session.items.values() if item.text in theirs]
    heads, differences = {}, []
    for head in session.heads:
        both = [(text, mine[head], other[head]) for text, mine, other in pairs if head in mine and head in other]
        differences += [{"text": text, "head": head, "here": mine, "there": other} for text, mine, other in both if _differ(mine, other)]
        heads[head] = _agreement(both) if session.sets.heads[head].type != "score" else _distance(both)
    return {"heads": heads, "differences": differences}


def _differ(mine: Any, other: Any) -> bool:
    return abs(mine - other) > NEARLY if isinstance(mine, float) else bool(mine != other)


def _with_the_model(session: Session, head: str) -> Mapping[str, Any] | None:
    told = [
        (next(iter(item.scores(head))), session.said[key][head].value)
        for key, item in session.items.items()
        if item.scores(head) and head in session.said.get(key, {})
    ]
    same = sum(guess == said for guess, said in told)
    return {"texts": len(told), "same": same, "share": same / len(told)} if told else None


def _agreement(both: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    found = agreement({"here": mine, "there": other} for _, mine, other in both)
    labels = {label: asdict(of) | {"share": of.share} for label, of in found.labels.items()}
    return {"texts": found.items, "agreed": found.agreed, "share": found.share, "kappa": found.kappa, "labels": labels}


def _distance(both: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    distance = sum(abs(mine - other) for _, mine, other in both) / len(both) if both else None
    return {"texts": len(both), "mean_distance": distance}
