"""The open items -> what a person labels next. What one person looks at, nobody else gets, unless two opinions are wanted."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, select
from sqlalchemy.orm import Session as Transaction

from sayso.server.labeling.items import OPEN
from sayso.server.labeling.turns import take_turn
from sayso.server.store.tables import Item, Lease, Opinion


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
    query = wanted.narrow(select(Item)).order_by(Item.skips, Item.rank, Item.id)
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
    free = narrow(select(Item)).where(~_has_opinion_of(who))
    mine = exists().where(Lease.item_id == Item.id, Lease.who == who, Lease.until > now)
    found = list(transaction.scalars(free.where(mine).order_by(Item.skips, Item.rank, Item.id).limit(count)))
    if len(found) < count:
        others = free.where(~mine, _taken(who, now) < Item.wanted).order_by(Item.skips, Item.rank, Item.id)
        found += transaction.scalars(others.limit(count - len(found)))
    for item in found:
        transaction.merge(Lease(item_id=item.id, who=who, until=now + lease))
    return found


def give_back(transaction: Transaction, who: str, items: Sequence[int]) -> None:
    """Let others have items that a person took."""
    take_turn(transaction)
    transaction.execute(delete(Lease).where(Lease.who == who, Lease.item_id.in_(items)))


def is_free_for(transaction: Transaction, item: Item, who: str, now: datetime.datetime) -> bool:
    """Whether a person may label an item: nobody else is about to, or they were first."""
    mine = transaction.get(Lease, (item.id, who))
    if mine is not None and mine.until > now:
        return True
    taken = transaction.scalar(select(_taken(who, now)).select_from(Item).where(Item.id == item.id)) or 0
    return taken < item.wanted


def _has_opinion_of(who: str) -> ColumnElement[bool]:
    return exists().where(Opinion.item_id == Item.id, Opinion.who == who, Opinion.undone_at.is_(None))


def _taken(who: str, now: datetime.datetime) -> ColumnElement[int]:
    """How many of the opinions that are wanted of an item are given, or about to be, by others."""
    given = select(func.count()).where(Opinion.item_id == Item.id, Opinion.undone_at.is_(None)).correlate(Item).scalar_subquery()
    coming = select(func.count()).where(Lease.item_id == Item.id, Lease.who != who, Lease.until > now).correlate(Item).scalar_subquery()
    return given + coming
