"""Items of which two people say different things -> one answer, given by somebody who has seen both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from sayso.labeling.labels import Answer
from sayso.server.audit import record
from sayso.server.labeling.items import DISPUTED, LABELLED, find_item
from sayso.server.labeling.opinions import ADJUDICATED, opinions_of, settle, settled_how
from sayso.server.labeling.turns import take_turn
from sayso.server.problems import Problem
from sayso.server.store.tables import Item, Opinion


@dataclass(frozen=True)
class Dispute:
    """An item, and who says what of it."""

    item: Item
    opinions: Sequence[Opinion]


def disputed(transaction: Transaction, page: int = 1, page_size: int = 50) -> tuple[list[Dispute], int]:
    """One page of what is disputed, the oldest first, and how many there are in all."""
    total = transaction.scalar(select(func.count()).select_from(Item).where(Item.state == DISPUTED)) or 0
    query = select(Item).where(Item.state == DISPUTED).order_by(Item.id).offset((page - 1) * page_size).limit(page_size)
    return [Dispute(item, opinions_of(transaction, item.id)) for item in transaction.scalars(query)], total


def adjudicate(transaction: Transaction, who: str, item_id: int, answer: Answer, notes: str = "") -> Item:
    """Settle a disputed item; said again of one that was adjudicated, it is corrected."""
    take_turn(transaction)
    item = find_item(transaction, item_id)
    if item.state == LABELLED and settled_how(transaction, item_id) == ADJUDICATED:
        if item.answer == answer:
            return item
    elif item.state != DISPUTED:
        raise Problem(409, "not_disputed", f"item {item_id} is not disputed; it is {item.state}")
    settle(transaction, item, answer, ADJUDICATED, who)
    record(transaction, who, "label.adjudicate", f"item {item_id}", answer=_told(answer), notes=notes)
    return item


def _told(answer: Answer) -> str:
    return "; ".join(f"{head}: {', '.join(value) if isinstance(value, list) else value}" for head, value in answer.items())
