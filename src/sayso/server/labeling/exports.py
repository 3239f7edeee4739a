"""The settled answers -> rows, in the order in which they were settled: all of them, or those since the last export that has arrived.

An export goes up to what was settled when it began. It counts as taken only when somebody says that it has arrived, so
that one which broke off is simply taken again.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from sayso.server.audit import record
from sayso.server.labeling.turns import take_turn
from sayso.server.problems import Problem
from sayso.server.store.database import Database
from sayso.server.store.tables import Export, Item, Settled

ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Begun:
    """An export that has begun: its number, which settlings are in it (after the first, up to the last), and how many rows that is."""

    id: int
    after: int
    up_to: int
    rows: int


def begin(database: Database, who: str, *, since_last: bool, only: str | None = None) -> Begun:
    """Say what an export will hold; a Problem if that is nothing, or if it is to hold `only` one head and some rows do not speak of it."""
    with database.writing() as transaction:
        take_turn(transaction)
        after = _last_taken(transaction) if since_last else 0
        up_to = transaction.scalar(select(func.max(Settled.id))) or 0
        rows = transaction.scalar(select(func.count()).select_from(Settled).where(*_in(after, up_to))) or 0
        if not rows:
            told = "since the last export that has arrived" if since_last and after else "yet"
            raise Problem(404, "nothing_to_export", f"nothing was labelled {told}")
        if only is not None:
            _require(transaction, only, after, up_to)
        export = Export(who=who, at=datetime.datetime.now(datetime.UTC), after=after, up_to=up_to, rows=rows)
        transaction.add(export)
        transaction.flush()
        record(transaction, who, "label.export", f"export {export.id}", rows=rows, since="last" if since_last else None)
        return Begun(export.id, after, up_to, rows)


def rows_of(database: Database, begun: Begun) -> Iterator[dict[str, Any]]:
    """The export's rows, in the project's own format, read a thousand at a time."""
    after = begun.after
    while True:
        with database.reading() as transaction:
            query = select(Settled, Item).join(Item, Item.id == Settled.item_id).where(*_in(after, begun.up_to))
            found = transaction.execute(query.order_by(Settled.id).limit(ROWS_AT_ONCE)).all()
        if not found:
            return
        yield from (_row(settled, item) for settled, item in found)
        after = found[-1][0].id


def count_new(transaction: Transaction) -> int:
    """How many rows an export would have of what was settled since the last that has arrived."""
    up_to = transaction.scalar(select(func.max(Settled.id))) or 0
    return transaction.scalar(select(func.count()).select_from(Settled).where(*_in(_last_taken(transaction), up_to))) or 0


def settled_rows(database: Database) -> Iterator[dict[str, Any]]:
    """Everything that is settled now, for who reads it on the spot: no export, and nothing to acknowledge."""
    with database.reading() as transaction:
        newest = transaction.scalar(select(func.max(Settled.id))) or 0
    return rows_of(database, Begun(0, 0, newest, 0))


def acknowledge(transaction: Transaction, export_id: int, who: str) -> None:
    """Take note that an export has arrived whole; what is in it is not new any more."""
    export = transaction.get(Export, export_id) if 0 < export_id < 2**31 else None
    if export is None:
        raise Problem(404, "not_found", f"there was no export {export_id}")
    if export.acknowledged_at is None:
        export.acknowledged_at = datetime.datetime.now(datetime.UTC)
        record(transaction, who, "label.export_arrived", f"export {export_id}", rows=export.rows)


def _require(transaction: Transaction, head: str, after: int, up_to: int) -> None:
    """Refuse to leave rows out, which would count as taken."""
    silent = Settled.answer[head].as_string().is_(None)
    rows = transaction.scalar(select(func.count()).select_from(Settled).where(*_in(after, up_to), silent)) or 0
    if rows:
        message = f"{rows} of the rows say nothing of {head!r}, which is all that text and label can hold; export in the dialect `sayso`"
        raise Problem(409, "other_heads", message)


def _last_taken(transaction: Transaction) -> int:
    return transaction.scalar(select(func.max(Export.up_to)).where(Export.acknowledged_at.is_not(None))) or 0


def _in(after: int, up_to: int) -> tuple[ColumnElement[bool], ...]:
    """What is settled within these bounds and has not been settled otherwise since."""
    later = aliased(Settled)
    return (
        Settled.id > after,
        Settled.id <= up_to,
        Settled.answer.is_not(None),
        ~exists().where(later.item_id == Settled.item_id, later.id > Settled.id),
    )


def _row(settled: Settled, item: Item) -> dict[str, Any]:
    return {
        "text": item.text,
        "id": f"item-{item.id}",
        "source": "label",
        "labelled_by": settled.who,
        "labelled_at": settled.at.isoformat(timespec="seconds"),
        "settled": settled.how,
        "model": item.version,
        "predicted": item.label,
        "confidence": item.confidence,
        "seen": item.seen,
        "sampling_weight": item.weight,
        **(settled.answer or {}),
    }
