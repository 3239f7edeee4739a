"""How labeling goes: how much is done and by whom, how far people agree, and how good that says the model is."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from sayso.labeling.agreement import Agreement, agreement
from sayso.server.labeling.items import DISPUTED, LABELLED, count_by_state
from sayso.server.store.tables import Item, Opinion

LATEST = 2000
"""So many of the latest answers and opinions are looked at: the model and the experts as they are now."""
FEWEST = 30


@dataclass(frozen=True)
class Person:
    """How much one person has labelled, in all and in the last hour."""

    name: str
    labelled: int
    last_hour: int


@dataclass(frozen=True)
class Estimate:
    """How often the model is right on its traffic, judged by the answers to what was captured of it, and how sure that is."""

    version: str
    accuracy: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True)
class Stats:
    """All of it."""

    items: dict[str, int]
    labels: dict[str, dict[str, int]]
    people: Sequence[Person]
    agreement: dict[str, Agreement]
    estimate: Estimate | None


def stats(transaction: Transaction, version: str, now: datetime.datetime | None = None) -> Stats:
    """The figures, with an estimate for the model `version` if enough of its answers were judged."""
    now = now or datetime.datetime.now(datetime.UTC)
    return Stats(
        items=count_by_state(transaction),
        labels=_labels(transaction),
        people=_people(transaction, now),
        agreement=_agreement(transaction),
        estimate=_estimate(transaction, version),
    )


def _labels(transaction: Transaction) -> dict[str, dict[str, int]]:
    """How many answers each label has, head by head."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for answer in transaction.scalars(select(Item.answer).where(Item.state == LABELLED).execution_options(yield_per=1000)):
        for head, value in (answer or {}).items():
            counts[head].update(value if isinstance(value, list) else [value] if isinstance(value, str) else [])
    return {head: dict(count.most_common()) for head, count in counts.items()}


def _people(transaction: Transaction, now: datetime.datetime) -> list[Person]:
    given = select(Opinion.who, func.count()).where(Opinion.undone_at.is_(None)).group_by(Opinion.who)
    everything = dict(transaction.execute(given).all())
    lately = dict(transaction.execute(given.where(Opinion.at > now - datetime.timedelta(hours=1))).all())
    return [Person(name, count, lately.get(name, 0)) for name, count in sorted(everything.items(), key=lambda each: -each[1])]


def _agreement(transaction: Transaction) -> dict[str, Agreement]:
    """How far people agree who were asked the same, head by head."""
    several = (
        select(Opinion.item_id).where(Opinion.undone_at.is_(None)).group_by(Opinion.item_id).having(func.count() > 1)
        .order_by(Opinion.item_id.desc()).limit(LATEST)
    )  # fmt: skip
    said: dict[str, dict[int, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for opinion in transaction.scalars(select(Opinion).where(Opinion.item_id.in_(several), Opinion.undone_at.is_(None))):
        for head, value in opinion.answer.items():
            if isinstance(value, str | list):
                said[head][opinion.item_id][opinion.who] = value
    return {head: agreement([by_person for by_person in items.values() if len(by_person) > 1]) for head, items in said.items()}


def _estimate(transaction: Transaction, version: str) -> Estimate | None:
    """Each answer counts for as many texts of the traffic as it was drawn from."""
    query = select(Item.head, Item.label, Item.answer, Item.weight, Item.seen).where(
        Item.state.in_((LABELLED, DISPUTED)), Item.version == version, Item.answer.is_not(None)
    )
    rows = transaction.execute(query.order_by(Item.answered_at.desc()).limit(LATEST)).all()
    judged = [(label == answer[head], weight * seen) for head, label, answer, weight, seen in rows if head in answer]
    if len(judged) < FEWEST:
        return None
    total = sum(weight for _, weight in judged)
    share = sum(weight for right, weight in judged if right) / total
    effective = total**2 / sum(weight**2 for _, weight in judged)
    low, high = _wilson(share, effective)
    return Estimate(version, share, low, high, len(judged))


def _wilson(share: float, rows: float, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share of so many rows."""
    middle = (share + z**2 / (2 * rows)) / (1 + z**2 / rows)
    reach = z * sqrt(share * (1 - share) / rows + z**2 / (4 * rows**2)) / (1 + z**2 / rows)
    return max(0.0, middle - reach), min(1.0, middle + reach)
