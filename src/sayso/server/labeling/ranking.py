"""The open items -> their places in the queue, worked out anew when enough has changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session as Transaction

from sayso.labeling.order import Candidate, best_first
from sayso.server.labeling.items import OPEN
from sayso.server.store.database import Database
from sayso.server.store.tables import Item, Settled

MOST_RANKED = 3000
"""So many of the open items are put in order, the most doubtful of them; those behind them are not asked for soon."""
LATEST_ANSWERS = 1000
CHANGES = 20
"""So many new texts or answers make the order worth another look."""
ROWS_AT_ONCE = 500


class Ranking:
    """Remembers what the order was worked out from."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[int, int] | None = None

    def renew_if_needed(self) -> bool:
        """Put the queue in order, if there is enough that is new; whether it was done."""
        with self._database.reading() as transaction:
            now = _newest(transaction)
            if self._known is not None and sum(now) - sum(self._known) < CHANGES and (self._known[0] or not now[0]):
                return False
            ranks = _ranks(transaction)
        for start in range(0, len(ranks), ROWS_AT_ONCE):
            _write(self._database, ranks[start : start + ROWS_AT_ONCE])
        self._known = now
        return True


def _newest(transaction: Transaction) -> tuple[int, int]:
    """The numbers of the newest item and of the newest answer."""
    newest_item, newest_answer = (transaction.scalar(select(func.max(table.id))) or 0 for table in (Item, Settled))
    return newest_item, newest_answer


def _ranks(transaction: Transaction) -> list[tuple[int, float]]:
    """The items whose place changes, with their new places, from 0 to 1."""
    columns = (Item.id, Item.text, Item.scores, Item.head, Item.seen, Item.rank)
    found = transaction.execute(select(*columns).where(Item.state == OPEN).order_by(Item.skips, Item.rank).limit(MOST_RANKED)).all()
    done = transaction.scalars(
        select(Item.text).join(Settled).where(Settled.answer.is_not(None)).order_by(Settled.id.desc()).limit(LATEST_ANSWERS)
    ).all()
    candidates = [Candidate(text, scores.get(head, {}), seen) for _, text, scores, head, seen, _ in found]
    order = best_first(candidates, list(done))
    places = {found[index][0]: place / max(1, len(order)) for place, index in enumerate(order)}
    return [(row[0], places[row[0]]) for row in found if places[row[0]] != row[5]]


def _write(database: Database, ranks: Sequence[tuple[int, float]]) -> None:
    statement = update(Item.__table__).where(Item.__table__.c.id == bindparam("which")).values(rank=bindparam("place"))  # type: ignore[arg-type]
    with database.writing() as transaction:
        transaction.execute(statement, [{"which": which, "place": place} for which, place in ranks])
