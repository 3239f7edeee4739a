"""Rows from elsewhere -> items: labelled ones are settled, those without a label wait in the queue."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from sayso.labeling.labels import Answer
from sayso.labeling.redact import Redactor
from sayso.server.audit import record
from sayso.server.labeling.items import LABELLED, hash_of, new_row, opinions_wanted, put_rows
from sayso.server.labeling.opinions import IMPORTED, settle
from sayso.server.labeling.turns import take_turn
from sayso.server.store.database import Database
from sayso.server.store.tables import Item

ROWS_AT_ONCE = 500
Row = tuple[str, Answer | None]
"""A text, and what it is, if that is known."""


@dataclass
class Imported:
    """What became of the rows: settled now, waiting to be labelled, known before, and settled differently here, which stays."""

    settled: int = 0
    waiting: int = 0
    known: int = 0
    different: int = 0


def import_rows(database: Database, rows: Iterable[Row], who: str, redact: Redactor, second_opinions: float) -> Imported:
    """Take in rows, a few hundred in a transaction; taken in again after a break, they are known."""
    told, waiting = Imported(), iter(rows)
    while batch := list(islice(waiting, ROWS_AT_ONCE)):
        with database.writing() as transaction:
            take_turn(transaction)
            _take_in(transaction, _cleaned(batch, redact), who, second_opinions, told)
    with database.writing() as transaction:
        record(transaction, who, "label.import", "items", **asdict(told))
    return told


def _cleaned(batch: list[Row], redact: Redactor) -> Iterator[Row]:
    return ((redact(text.replace("\0", " ")).text, answer) for text, answer in batch)


def _take_in(transaction: Transaction, batch: Iterable[Row], who: str, second_opinions: float, told: Imported) -> None:
    now = datetime.datetime.now(datetime.UTC)
    rows: dict[str, Row] = {}
    for text, answer in batch:
        if answer is not None or hash_of(text) not in rows:
            rows[hash_of(text)] = (text, answer)
    known = {item.text_hash: item for item in transaction.scalars(select(Item).where(Item.text_hash.in_(rows)))}
    new = [new_row(text, wanted=opinions_wanted(key, second_opinions), at=now) for key, (text, _) in rows.items() if key not in known]
    if new:
        put_rows(transaction, new)
        found = transaction.scalars(select(Item).where(Item.text_hash.in_([row["text_hash"] for row in new])))
        known |= {item.text_hash: item for item in found}
    fresh = {row["text_hash"] for row in new}
    for key, (_, answer) in rows.items():
        item = known[key]
        if answer is None:
            told.waiting += key in fresh
            told.known += key not in fresh
        elif item.state != LABELLED:
            settle(transaction, item, answer, IMPORTED, who)
            told.settled += 1
        elif item.answer == answer:
            told.known += 1
        else:
            told.different += 1
