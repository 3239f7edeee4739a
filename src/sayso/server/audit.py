"""The audit log: who changed what, written in the transaction that changes it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from sayso.server.store.tables import AuditEntry

if TYPE_CHECKING:
    from sayso.server.access.roles import Who

SYSTEM = "command line"
"""Who it was when somebody worked on the server's own machine."""


def record(transaction: Transaction, who: Who | str, action: str, subject: str, **details: Any) -> None:
    """Note what is being done; it is kept if and only if the transaction is."""
    entry = AuditEntry(at=datetime.datetime.now(datetime.UTC), who=str(who), action=action, subject=subject, details=details)
    transaction.add(entry)


def entries(transaction: Transaction, *, before: int | None = None, action: str | None = None, limit: int = 50) -> list[AuditEntry]:
    """The newest entries, of all actions or of one; `before` an entry's id, the next older ones."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if action is not None:
        query = query.where(AuditEntry.action == action)
    return list(transaction.scalars(query))


def actions(transaction: Transaction) -> list[str]:
    """The actions that were ever noted."""
    return list(transaction.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))
