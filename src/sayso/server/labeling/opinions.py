"""What a person says of an item: given, skipped, taken back. When as many have spoken as were wanted, the item is settled or disputed."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from sayso.labeling.labels import Answer
from sayso.server.labeling.items import DISPUTED, LABELLED, OPEN, find_item
from sayso.server.labeling.queue import give_back, is_free_for
from sayso.server.labeling.turns import take_turn
from sayso.server.problems import Problem
from sayso.server.store.tables import Item, Opinion, Settled

AGREED, ADJUDICATED, IMPORTED, UNDONE = "agreed", "adjudicated", "imported", "undone"


@dataclass(frozen=True)
class Outcome:
    """What an opinion has led to: its number, and what the item is now."""

    opinion_id: int
    item_id: int
    state: str


def give(transaction: Transaction, who: str, item_id: int, answer: Answer, notes: str = "", key: str | None = None) -> Outcome:
    """Say what an item is. The same `key` again is the same opinion again, and changes nothing."""
    take_turn(transaction)
    if key is not None and (before := _by_key(transaction, who, key)):
        if before.item_id != item_id:
            raise Problem(409, "key_used", f"the key {key!r} was that of your label of item {before.item_id}; give each label its own")
        return Outcome(before.id, before.item_id, find_item(transaction, before.item_id).state)
    item, now = find_item(transaction, item_id), datetime.datetime.now(datetime.UTC)
    said = opinions_of(transaction, item_id)
    if any(opinion.who == who for opinion in said):
        raise Problem(409, "already_labelled", f"you have labelled item {item_id} already; undo that first")
    if item.state != OPEN or len(said) >= item.wanted:
        raise Problem(409, "already_labelled", f"item {item_id} is labelled already")
    if not is_free_for(transaction, item, who, now):
        raise Problem(409, "stale_lease", f"somebody else is labelling item {item_id} now; if you had taken it, that was too long ago")
    opinion = Opinion(item_id=item_id, who=who, answer=answer, notes=notes, key=key, at=now)
    transaction.add(opinion)
    transaction.flush()
    give_back(transaction, who, [item_id])
    _conclude(transaction, item, [*said, opinion])
    return Outcome(opinion.id, item_id, item.state)


def skip(transaction: Transaction, who: str, item_id: int) -> None:
    """Put an item at the back of the queue."""
    take_turn(transaction)
    item = find_item(transaction, item_id)
    if item.state != OPEN:
        raise Problem(409, "already_labelled", f"item {item_id} is labelled already")
    item.skips += 1
    give_back(transaction, who, [item_id])


def undo(transaction: Transaction, who: str, opinion_id: int | None = None, key: str | None = None) -> Outcome:
    """Take back one of one's own opinions, by its number or its key, or the last one. By the same key again, it changes nothing."""
    take_turn(transaction)
    if key is not None and (before := _by_key(transaction, who, key)) and before.undone_at is not None:
        return Outcome(before.id, before.item_id, find_item(transaction, before.item_id).state)
    opinion = _to_undo(transaction, who, opinion_id, key)
    item = find_item(transaction, opinion.item_id)
    said = opinions_of(transaction, item.id)
    if item.state == LABELLED and settled_how(transaction, item.id) != AGREED:
        raise Problem(409, "settled", f"item {item.id} was settled by {item.answered_by} since; ask them to change it")
    opinion.undone_at = datetime.datetime.now(datetime.UTC)
    if item.state == LABELLED:
        settle(transaction, item, None, UNDONE, who)
    _conclude(transaction, item, [one for one in said if one.id != opinion.id])
    return Outcome(opinion.id, item.id, item.state)


def opinions_of(transaction: Transaction, item_id: int) -> Sequence[Opinion]:
    """What people say of an item, the first first."""
    query = select(Opinion).where(Opinion.item_id == item_id, Opinion.undone_at.is_(None)).order_by(Opinion.id)
    return transaction.scalars(query).all()


def settle(transaction: Transaction, item: Item, answer: Answer | None, how: str, who: str) -> None:
    """Make this the item's answer, or take its answer back; only for who has the turn."""
    now = datetime.datetime.now(datetime.UTC)
    item.state = OPEN if answer is None else LABELLED
    item.answer = answer
    item.answered_by, item.answered_at = (None, None) if answer is None else (who[:200], now)
    transaction.add(Settled(item_id=item.id, answer=answer, how=how, who=who[:200], at=now))


def settled_how(transaction: Transaction, item_id: int) -> str | None:
    """How an item came to its answer; None if it never had one."""
    return transaction.scalar(select(Settled.how).where(Settled.item_id == item_id).order_by(Settled.id.desc()).limit(1))


def _conclude(transaction: Transaction, item: Item, said: Sequence[Opinion]) -> None:
    """What the opinions make of the item."""
    if len(said) < item.wanted:
        item.state = OPEN
    elif all(opinion.answer == said[0].answer for opinion in said):
        settle(transaction, item, said[0].answer, AGREED, ", ".join(opinion.who for opinion in said))
    else:
        item.state = DISPUTED


def _by_key(transaction: Transaction, who: str, key: str) -> Opinion | None:
    return transaction.scalar(select(Opinion).where(Opinion.who == who, Opinion.key == key))


def _to_undo(transaction: Transaction, who: str, opinion_id: int | None, key: str | None) -> Opinion:
    query = select(Opinion).where(Opinion.who == who, Opinion.undone_at.is_(None)).order_by(Opinion.id.desc()).limit(1)
    if opinion_id is not None:
        query = query.where(Opinion.id == opinion_id)
    if key is not None:
        query = query.where(Opinion.key == key)
    opinion = transaction.scalar(query)
    if opinion is None:
        raise Problem(
            404, "nothing_to_undo", "there is no label of yours that could be taken back" + (f" as {opinion_id}" if opinion_id else "")
        )
    return opinion
