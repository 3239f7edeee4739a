"""Sessions: a person logs in with a token and then carries a cookie, until it is idle too long, too old, or logged out."""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session as Transaction

from sayso.server.access.roles import Who
from sayso.server.access.tokens import hash_of, who_has
from sayso.server.settings import Settings
from sayso.server.store.tables import Session, Token

COOKIE = "sayso_session"
SECONDS_BETWEEN_NOTES = 60
"""So often at most a session's last use is written down."""


@dataclass(frozen=True)
class Person:
    """Who is logged in, and the word that their pages' forms must show."""

    who: Who
    csrf: str


def open_session(transaction: Transaction, who: Who) -> tuple[str, Person]:
    """Log somebody in; the cookie's value, kept nowhere."""
    secret, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    now = datetime.datetime.now(datetime.UTC)
    transaction.add(Session(secret_hash=hash_of(secret), token_id=who.token_id, csrf=csrf, created_at=now, seen_at=now))
    return secret, Person(who, csrf)


def find_session(transaction: Transaction, secret: str, settings: Settings) -> tuple[Session, Person] | None:
    """Who carries this cookie; None if nobody does any more."""
    session = transaction.get(Session, hash_of(secret))
    if session is None:
        return None
    now = datetime.datetime.now(datetime.UTC)
    idle = datetime.timedelta(minutes=settings.session_idle_minutes)
    if now - session.seen_at > idle or now - session.created_at > datetime.timedelta(hours=settings.session_hours):
        return None
    token = transaction.get(Token, session.token_id)
    who = who_has(token) if token else None
    return None if who is None else (session, Person(who, session.csrf))


def note_use(transaction: Transaction, session: Session) -> None:
    """Remember that the session is in use, unless it was closed meanwhile."""
    now = datetime.datetime.now(datetime.UTC)
    transaction.execute(update(Session).where(Session.secret_hash == session.secret_hash).values(seen_at=now))


def is_worth_noting(session: Session) -> bool:
    """Whether its last use was noted long enough ago."""
    return (datetime.datetime.now(datetime.UTC) - session.seen_at).total_seconds() > SECONDS_BETWEEN_NOTES


def close_session(transaction: Transaction, secret: str) -> None:
    """Log out."""
    session = transaction.get(Session, hash_of(secret))
    if session is not None:
        transaction.delete(session)


def close_old_sessions(transaction: Transaction, settings: Settings) -> None:
    """Forget those that have ended."""
    oldest = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=settings.session_hours)
    transaction.query(Session).filter(Session.created_at < oldest).delete()
