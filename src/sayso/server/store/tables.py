"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[datetime.datetime]):
    """A moment in UTC. SQLite keeps no time zone, so it is taken off and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        """The moment as the database takes it."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(datetime.UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        """The moment as Python has it."""
        if value is None:
            return None
        return value.replace(tzinfo=datetime.UTC) if value.tzinfo is None else value.astimezone(datetime.UTC)


class Table(DeclarativeBase):
    """What all tables have in common."""

    type_annotation_map = {datetime.datetime: Utc, dict[str, Any]: JSON}  # noqa: RUF012


class Token(Table):
    """A secret that a program or person shows; only its hash is kept."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime.datetime]
    expires_at: Mapped[datetime.datetime | None]
    revoked_at: Mapped[datetime.datetime | None]


class Session(Table):
    """A person at the pages: who logged in with a token, and until when."""

    __tablename__ = "sessions"

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_id: Mapped[str] = mapped_column(ForeignKey("tokens.id", ondelete="CASCADE"))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime.datetime]
    seen_at: Mapped[datetime.datetime]


class Attempts(Table):
    """Log-ins from one address that failed, since the last that did not."""

    __tablename__ = "attempts"

    address: Mapped[str] = mapped_column(String(100), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime.datetime]


class AuditEntry(Table):
    """Something that somebody changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime.datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(500))
    details: Mapped[dict[str, Any]]


class Traffic(Table):
    """How many answers of a version fell into one minute, label, action and tenth of confidence."""

    __tablename__ = "traffic"

    minute: Mapped[datetime.datetime] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(200), primary_key=True)
    label: Mapped[str] = mapped_column(String(200), primary_key=True)
    action: Mapped[str] = mapped_column(String(16), primary_key=True)
    tenth: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[int]
    out_of_scope: Mapped[int]


class Latency(Table):
    """How many requests of one minute took at most so many milliseconds."""

    __tablename__ = "latency"

    minute: Mapped[datetime.datetime] = mapped_column(primary_key=True)
    at_most_ms: Mapped[int] = mapped_column(primary_key=True)
    requests: Mapped[int]


class Drift(Table):
    """What was last said of a version's drift, so that of many processes one raises the alarm, once."""

    __tablename__ = "drift"

    version: Mapped[str] = mapped_column(String(200), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    changed_at: Mapped[datetime.datetime]


Index("traffic_by_version", Traffic.version, Traffic.minute)
