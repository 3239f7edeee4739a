"""Texts -> rows of the table Item, each text once; and out of it again."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import case, delete, exists, func, select
from sqlalchemy.orm import Session as Transaction

from sayso.examples import normal_form
from sayso.labeling.order import uncertainty
from sayso.server.labeling.turns import take_turn
from sayso.server.problems import Problem
from sayso.server.store.database import INSERT, Database
from sayso.server.store.tables import LONGEST_NAME, Item, Opinion

OPEN, LABELLED, DISPUTED = "open", "labelled", "disputed"
STATES = (OPEN, LABELLED, DISPUTED)
IMPORTED = "import"
LATEST = ("reason", "head", "label", "confidence", "scores", "version", "request_id", "position", "rank")
"""What is taken over when a text that nobody has labelled yet comes again: another version may say something else of it."""
ITEMS_AT_ONCE = 500


def hash_of(text: str) -> str:
    """By this a text is known again, however it is written."""
    return hashlib.sha256(normal_form(text).encode()).hexdigest()


def put_captured(transaction: Transaction, records: Iterable[Mapping[str, Any]], second_opinions: float) -> None:
    """Add captured texts, or count those that are there already."""
    take_turn(transaction)
    rows: dict[str, dict[str, Any]] = {}
    for record in records:
        row = _row(record, second_opinions)
        before = rows.get(row["text_hash"])
        if before:
            row |= {name: before[name] for name in ("text", "first_at")}
            row |= {"seen": before["seen"] + 1, "weight": min(before["weight"], row["weight"])}
        rows[row["text_hash"]] = row
    if rows:
        put_rows(transaction, list(rows.values()))


def put_rows(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows of new texts; a text that is there already is counted, and if it is open, its prediction renewed."""
    statement = INSERT[transaction.get_bind().dialect.name](Item)
    new = statement.excluded
    is_open = Item.state == OPEN
    changes = {
        "seen": Item.seen + new.seen,
        "last_at": new.last_at,
        "weight": case((Item.weight < new.weight, Item.weight), else_=new.weight),
        **{name: case((is_open, new[name]), else_=getattr(Item, name)) for name in LATEST},
    }
    transaction.execute(statement.on_conflict_do_update(index_elements=[Item.text_hash], set_=changes), list(rows))


def new_row(text: str, *, wanted: int, at: datetime.datetime, **given: Any) -> dict[str, Any]:
    """A row of a text of which nothing is known but what is given."""
    unknown = {"head": "", "label": "", "confidence": 0.0, "scores": {}, "version": "", "request_id": "", "position": 0, "rank": 0.5}
    return {
        "text": text,
        "text_hash": hash_of(text),
        **unknown,
        "reason": IMPORTED,
        "weight": 1.0,
        "seen": 1,
        "first_at": at,
        "last_at": at,
        "state": OPEN,
        "wanted": wanted,
        "skips": 0,
        **given,
    }


def opinions_wanted(text_hash: str, second_opinions: float) -> int:
    """Two for a share of the texts, chosen by what they are and not by who asks."""
    return 2 if int(text_hash[:8], 16) < second_opinions * 2**32 else 1


def find_item(transaction: Transaction, item_id: int) -> Item:
    """The item of this number; a Problem if there is none."""
    item = transaction.get(Item, item_id) if 0 < item_id < 2**31 else None
    if item is None:
        raise Problem(404, "not_found", f"there is no item {item_id}; it may have been erased")
    return item


def erase(transaction: Transaction, item_id: int) -> str:
    """Delete an item with everything that was said of it; by what its text was known."""
    take_turn(transaction)
    item = find_item(transaction, item_id)
    transaction.delete(item)
    return item.text_hash


def find_by_text(transaction: Transaction, text: str) -> int | None:
    """The number of the item of a text, however it is written."""
    return transaction.scalar(select(Item.id).where(Item.text_hash == hash_of(text)))


def forget_old(database: Database, days: int, now: datetime.datetime | None = None) -> int:
    """Delete texts that came last so long ago and that nobody has said anything of; how many."""
    before = (now or datetime.datetime.now(datetime.UTC)) - datetime.timedelta(days=days)
    forgotten = 0
    while True:
        with database.writing() as transaction:
            take_turn(transaction)
            untouched = ~exists().where(Opinion.item_id == Item.id)
            old = transaction.scalars(
                select(Item.id).where(Item.state == OPEN, Item.last_at < before, untouched).limit(ITEMS_AT_ONCE)
            ).all()
            if not old:
                return forgotten
            transaction.execute(delete(Item).where(Item.id.in_(old)))
        forgotten += len(old)


def count_by_state(transaction: Transaction) -> dict[str, int]:
    """How many items are open, labelled, disputed."""
    found = dict(transaction.execute(select(Item.state, func.count()).group_by(Item.state)).all())
    return {state: found.get(state, 0) for state in STATES}


def _row(record: Mapping[str, Any], second_opinions: float) -> dict[str, Any]:
    text_hash = hash_of(record["text"])
    scores = record["scores"].get(record["head"], {})
    return new_row(
        record["text"],
        wanted=opinions_wanted(text_hash, second_opinions),
        at=datetime.datetime.fromisoformat(record["at"]),
        reason=record["reason"],
        weight=record["weight"],
        head=record["head"],
        label=record["label"][:LONGEST_NAME],
        confidence=record["confidence"],
        scores=record["scores"],
        version=record["version"][:LONGEST_NAME],
        request_id=record["request_id"],
        position=record["position"],
        rank=1 - uncertainty(scores),
    )
