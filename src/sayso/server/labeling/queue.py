"""The open items -> what a person labels next. What one person looks at, nobody else gets, unless two opinions are wanted."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from itertools import islice
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session as Transaction

from sayso.server.labeling.items import OPEN
from sayso.server.labeling.turns import take_turn
from sayso.server.store.tables import Item, Lease, Opinion

ORDER = (Item.skips, Item.rank, Item.id)
ITEMS_AT_ONCE = 200


@dataclass(frozen=True)
class Wanted:
    """Which items somebody wants to see: in which state, of which head, answered how, kept why, and with which words in them."""

    state: str = OPEN
    head: str | None = None
    label: str | None = None
    reason: str | None = None
    words: str | None = None

    def narrow(self, query: Select[Any]) -> Select[Any]:
        """The query, of these items alone."""
        query = query.where(Item.state == self.state)
        for column, value in ((Item.head, self.head), (Item.label, self.label), (Item.reason, self.reason)):
            if value is not None:
                query = query.where(column == value)
        return query if self.words is None else query.where(Item.text.icontains(self.words, autoescape=True))


@dataclass(frozen=True)
class Page:
    """Some items of a list, and how many there are in all."""

    items: Sequence[Item]
    page: int
    page_size: int
    total: int


def look(transaction: Transaction, page: int, page_size: int, wanted: Wanted) -> Page:
    """One page of the items, those that help most first; nobody is kept from any of them."""
    total = transaction.scalar(wanted.narrow(select(func.count()).select_from(Item))) or 0
    query = wanted.narrow(select(Item)).order_by(*ORDER)
    return Page(transaction.scalars(query.offset((page - 1) * page_size).limit(page_size)).all(), page, page_size, total)


def take(
    transaction: Transaction,
    who: str,
    count: int,
    lease: datetime.timedelta,
    wanted: Wanted | None = None,
    now: datetime.datetime | None = None,
) -> list[Item]:
    """The next items for a person, kept for them so long: first those that they have already."""
    take_turn(transaction)
    now = now or datetime.datetime.now(datetime.UTC)
    narrow = (wanted or Wanted()).narrow
    mine = narrow(select(Item)).join(Lease, Lease.item_id == Item.id).where(Lease.who == who, Lease.until > now)
    found = list(transaction.scalars(mine.order_by(*ORDER).limit(count)))
    found += islice(_free(transaction, narrow(select(Item)), who, now), count - len(found))
    for item in found:
        transaction.merge(Lease(item_id=item.id, who=who, until=now + lease))
    return found


def give_back(transaction: Transaction, who: str, items: Sequence[int], until: datetime.datetime | None = None) -> None:
    """Let others have items that a person took; but not those that the same person has taken again since, for longer than `until`."""
    take_turn(transaction)
    mine = delete(Lease).where(Lease.who == who, Lease.item_id.in_(items))
    transaction.execute(mine if until is None else mine.where(Lease.until <= until))


def is_free_for(transaction: Transaction, item: Item, who: str, now: datetime.datetime) -> bool:
    """Whether a person may label an item: nobody else is about to, or they were first."""
    mine = transaction.get(Lease, (item.id, who))
    if mine is not None and mine.until > now:
        return True
    return _taken(transaction, [item.id], who, now)[item.id] < item.wanted


def _free(transaction: Transaction, query: Select[Any], who: str, now: datetime.datetime) -> Iterator[Item]:
    """The items that a person may be given and has not got, in order. Looked through from the front, because most of those are free."""
    for start in count_from(0, ITEMS_AT_ONCE):
        items = transaction.scalars(query.order_by(*ORDER).offset(start).limit(ITEMS_AT_ONCE)).all()
        if not items:
            return
        numbers = [item.id for item in items]
        taken = _taken(transaction, numbers, who, now)
        own = set(transaction.scalars(_given(numbers).where(Opinion.who == who)))
        own |= set(transaction.scalars(_coming(numbers, now).where(Lease.who == who)))
        yield from (item for item in items if item.id not in own and taken[item.id] < item.wanted)


def _taken(transaction: Transaction, items: Sequence[int], who: str, now: datetime.datetime) -> Counter[int]:
    """How many opinions of each item are given, or about to be by others."""
    return Counter([*transaction.scalars(_given(items)), *transaction.scalars(_coming(items, now).where(Lease.who != who))])


def _given(items: Sequence[int]) -> Select[Any]:
    return select(Opinion.item_id).where(Opinion.item_id.in_(items), Opinion.undone_at.is_(None))


def _coming(items: Sequence[int], now: datetime.datetime) -> Select[Any]:
    return select(Lease.item_id).where(Lease.item_id.in_(items), Lease.until > now)
