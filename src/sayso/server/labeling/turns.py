"""One person's label at a time: whoever changes what is labelled waits for its turn, in whatever process it is."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session as Transaction

LOCK = 5_727_297
"""The number by which processes on the same PostgreSQL database know each other."""


def take_turn(transaction: Transaction) -> None:
    """Wait until no other transaction has the turn; it is given back at the end. On SQLite every `writing()` has it already.

    What is read after this is what the one before has left, and what is numbered after this is numbered in that order.
    """
    if transaction.get_bind().dialect.name == "postgresql":
        transaction.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
