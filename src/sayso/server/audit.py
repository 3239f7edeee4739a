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


def entries(transaction: Transaction, *, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
    """The newest entries; `before` an entry's id, the next older ones."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    return list(transaction.scalars(query if before is None else query.where(AuditEntry.id < before)))
