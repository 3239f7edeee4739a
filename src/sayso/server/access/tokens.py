"""Tokens: secrets that are shown once and stored hashed. A token is `sayso_ID_SECRET`; the id may be shown to anybody."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import secrets
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from sayso.errors import InputError, UsageError, nearest
from sayso.server.access.roles import ROLES, Role, Who
from sayso.server.audit import SYSTEM, record
from sayso.server.store.tables import Session, Token

SHAPE = re.compile(r"sayso_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
DURATION = re.compile(r"(\d+)\s*([mhdwy])")
UNITS = {
    "m": datetime.timedelta(minutes=1),
    "h": datetime.timedelta(hours=1),
    "d": datetime.timedelta(days=1),
    "w": datetime.timedelta(weeks=1),
    "y": datetime.timedelta(days=365),
}
NO_SECRET = hashlib.sha256(b"").hexdigest()


def create_token(
    transaction: Transaction, role: str, name: str, expires: datetime.timedelta | None = None, *, by: Who | str = SYSTEM
) -> str:
    """Make a token; what is returned is all of it, and is kept nowhere."""
    if role not in ROLES:
        raise UsageError(f"there is no role {role!r}{nearest(role, ROLES)}")
    if not (name := name.strip()) or len(name) > 200 or not name.isprintable():
        raise UsageError("a token needs a name of 1 to 200 printable characters, so that you know later whose it is")
    identity, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    now = datetime.datetime.now(datetime.UTC)
    transaction.add(
        Token(
            id=identity,
            secret_hash=hash_of(secret),
            role=role,
            name=name,
            created_at=now,
            expires_at=None if expires is None else now + expires,
        )
    )
    record(transaction, by, "token.create", identity, role=role, name=name)
    return f"sayso_{identity}_{secret}"


def find_token(transaction: Transaction, given: str) -> Who | None:
    """Whose token this is; None if it is nobody's, has expired, or was revoked."""
    shape = SHAPE.fullmatch(given)
    if shape is None:
        return None
    token = transaction.get(Token, shape[1])
    expected = token.secret_hash if token else NO_SECRET
    if not hmac.compare_digest(hash_of(shape[2]), expected) or token is None:
        return None
    return who_has(token)


def who_has(token: Token) -> Who | None:
    """The owner of a token, while it is valid."""
    expired = token.expires_at is not None and token.expires_at <= datetime.datetime.now(datetime.UTC)
    return None if expired or token.revoked_at is not None else Who(token.id, token.name, cast(Role, token.role))


def revoke_token(transaction: Transaction, identity: str, *, by: Who | str = SYSTEM) -> Token:
    """Make a token worthless, with every session that it opened; from now on, for ever."""
    token = transaction.get(Token, identity)
    if token is None:
        known = transaction.scalars(select(Token.id)).all()
        raise InputError(f"there is no token {identity!r}{nearest(identity, known)}")
    if token.revoked_at is None:
        token.revoked_at = datetime.datetime.now(datetime.UTC)
        transaction.query(Session).filter(Session.token_id == identity).delete()
        record(transaction, by, "token.revoke", identity, role=token.role, name=token.name)
    return token


def list_tokens(transaction: Transaction) -> list[Token]:
    """Every token that was ever made, the newest first."""
    return list(transaction.scalars(select(Token).order_by(Token.created_at.desc())))


def parse_duration(text: str) -> datetime.timedelta:
    """`90d`, `12h`, `30m`, `4w` or `1y` as a time span."""
    shape = DURATION.fullmatch(text.strip())
    if shape is None or not int(shape[1]) or int(shape[1]) * UNITS[shape[2]] > datetime.timedelta(days=36500):
        raise UsageError(f"{text!r} is no time span; write 30m, 12h, 90d, 4w or 1y")
    return int(shape[1]) * UNITS[shape[2]]


def hash_of(secret: str) -> str:
    """What is kept of a secret. It is 256 random bits, so that a plain hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()
