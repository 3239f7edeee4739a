"""Failed log-ins make the next one from the same address wait, each time longer."""

from __future__ import annotations

import datetime
import math

from sqlalchemy.orm import Session as Transaction

from sayso.server.store.tables import Attempts

FREE = 3
LONGEST_SECONDS = 300
FORGOTTEN_AFTER = datetime.timedelta(hours=1)


def seconds_to_wait(transaction: Transaction, address: str) -> int:
    """How long this address must wait before its next attempt; 0 if it need not."""
    attempts = transaction.get(Attempts, address)
    if attempts is None or attempts.failures < FREE:
        return 0
    pause = min(LONGEST_SECONDS, 1 << (attempts.failures - FREE + 1))
    passed = (datetime.datetime.now(datetime.UTC) - attempts.last_at).total_seconds()
    return max(0, math.ceil(pause - passed))


def note_failure(transaction: Transaction, address: str) -> None:
    """Count an attempt that failed."""
    now = datetime.datetime.now(datetime.UTC)
    attempts = transaction.get(Attempts, address, with_for_update=True)
    if attempts is None:
        transaction.add(Attempts(address=address, failures=1, last_at=now))
        return
    attempts.failures = 1 if now - attempts.last_at > FORGOTTEN_AFTER else min(attempts.failures + 1, 30)
    attempts.last_at = now


def note_success(transaction: Transaction, address: str) -> None:
    """Forget what failed before."""
    attempts = transaction.get(Attempts, address)
    if attempts is not None:
        transaction.delete(attempts)
