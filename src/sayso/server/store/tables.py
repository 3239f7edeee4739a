"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

LONGEST_NAME = 200
"""So many characters of a label, a version or a person's name are kept."""


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

    type_annotation_map = {datetime.datetime: Utc, dict[str, Any]: JSON(none_as_null=True), list[str]: JSON}  # noqa: RUF012


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


class Item(Table):
    """A text that people may label: what the model said of it, how often it came, and what people say it is."""

    __tablename__ = "items"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(String(16))
    head: Mapped[str] = mapped_column(String(100))
    label: Mapped[str] = mapped_column(String(200))
    confidence: Mapped[float]
    scores: Mapped[dict[str, Any]]
    version: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[str] = mapped_column(String(100))
    position: Mapped[int]
    weight: Mapped[float]
    seen: Mapped[int]
    first_at: Mapped[datetime.datetime] = mapped_column(index=True)
    last_at: Mapped[datetime.datetime]
    rank: Mapped[float]
    state: Mapped[str] = mapped_column(String(16))
    wanted: Mapped[int]
    skips: Mapped[int]
    answer: Mapped[dict[str, Any] | None]
    answered_by: Mapped[str | None] = mapped_column(String(200))
    answered_at: Mapped[datetime.datetime | None]


class Lease(Table):
    """An item that a person is looking at, and until when nobody else gets it."""

    __tablename__ = "leases"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    who: Mapped[str] = mapped_column(String(200), primary_key=True)
    until: Mapped[datetime.datetime]


class Opinion(Table):
    """What one person says an item is. `key` is the sender's own name for it: sent again, it counts once."""

    __tablename__ = "opinions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), index=True)
    who: Mapped[str] = mapped_column(String(200), index=True)
    answer: Mapped[dict[str, Any]]
    notes: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[datetime.datetime]
    undone_at: Mapped[datetime.datetime | None]


class Settled(Table):
    """Each time that an item's answer was settled, or taken back (`answer` is null), in the order in which it happened."""

    __tablename__ = "settled"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), index=True)
    answer: Mapped[dict[str, Any] | None]
    how: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime.datetime]


class Export(Table):
    """A copy of the answers that somebody took: up to which settling, and whether it has arrived."""

    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    who: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime.datetime]
    after: Mapped[int]
    up_to: Mapped[int]
    rows: Mapped[int]
    acknowledged_at: Mapped[datetime.datetime | None]


class Spooled(Table):
    """How far a spool file has been read into the items: with them in one transaction, so that nothing is read twice."""

    __tablename__ = "spooled"

    file: Mapped[str] = mapped_column(String(100), primary_key=True)
    bytes_read: Mapped[int]


class Guidance(Table):
    """What the experts have written about a label, in the place of what sayso.yaml says."""

    __tablename__ = "guidance"

    head: Mapped[str] = mapped_column(String(100), primary_key=True)
    label: Mapped[str] = mapped_column(String(200), primary_key=True)
    definition: Mapped[str] = mapped_column(Text)
    examples: Mapped[list[str]]
    tie_breakers: Mapped[list[str]]
    edited_by: Mapped[str] = mapped_column(String(200))
    edited_at: Mapped[datetime.datetime]


class Job(Table):
    """Work that takes minutes, done by a process of its own: what was asked, how it goes, what came out."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    options: Mapped[dict[str, Any]]
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime.datetime]
    started_at: Mapped[datetime.datetime | None]
    seen_at: Mapped[datetime.datetime | None]
    ended_at: Mapped[datetime.datetime | None]
    host: Mapped[str] = mapped_column(String(200))
    process: Mapped[int | None]
    cancel: Mapped[bool]
    result: Mapped[dict[str, Any] | None]


class Shadow(Table):
    """How a candidate's answers compare with those that were given: per hour, both versions and both labels."""

    __tablename__ = "shadow"

    hour: Mapped[datetime.datetime] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(200), primary_key=True)
    candidate: Mapped[str] = mapped_column(String(200), primary_key=True)
    label: Mapped[str] = mapped_column(String(200), primary_key=True)
    candidate_label: Mapped[str] = mapped_column(String(200), primary_key=True)
    answers: Mapped[int]
    confidence: Mapped[float]
    candidate_confidence: Mapped[float]
    seconds: Mapped[float]
    candidate_seconds: Mapped[float]


Index("items_by_rank", Item.state, Item.skips, Item.rank)
Index("opinions_by_key", Opinion.who, Opinion.key, unique=True)
"""A key that is null is equal to no other."""
Index(
    "one_opinion_each",
    Opinion.item_id,
    Opinion.who,
    unique=True,
    sqlite_where=Opinion.undone_at.is_(None),
    postgresql_where=Opinion.undone_at.is_(None),
)
