"""The answers and opinions of late -> how many a day, and how fast people give them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from sayso.server.labeling.items import LABELLED
from sayso.server.store.tables import Item, Opinion

LONGEST_PAUSE = datetime.timedelta(seconds=60)
"""Who thinks longer than this about a text has done something else meanwhile."""
FEWEST = 3


def answers_by_day(transaction: Transaction, head: str | None, days: Sequence[datetime.datetime]) -> dict[str, list[int]]:
    """How many texts each label of a choice head was given on each of the days, the most given label first; without a head, all texts."""
    label = Item.answer[head].as_string() if head else Item.state
    query = select(Item.answered_at, label).where(Item.state == LABELLED, Item.answered_at >= days[0])
    places = {day.date(): place for place, day in enumerate(days)}
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(days))
    for at, name in transaction.execute(query.execution_options(yield_per=1000)):
        if name is not None and at.date() in places:
            counts[name][places[at.date()]] += 1
    return dict(sorted(counts.items(), key=lambda each: -sum(each[1])))


def paces(transaction: Transaction, since: datetime.datetime) -> dict[str, float]:
    """How many texts a minute each person has labelled while they were at it."""
    given: dict[str, list[datetime.datetime]] = defaultdict(list)
    for who, at in transaction.execute(select(Opinion.who, Opinion.at).where(Opinion.at >= since).order_by(Opinion.at)):
        given[who].append(at)
    return {who: (len(moments) - 1) / (_spent(moments) / 60) for who, moments in given.items() if len(moments) >= FEWEST}


def _spent(moments: Sequence[datetime.datetime]) -> float:
    """Seconds from the first to the last, longer pauses cut short."""
    gaps = (min(after - before, LONGEST_PAUSE) for before, after in pairwise(moments))
    return max(1.0, sum(gap.total_seconds() for gap in gaps))
