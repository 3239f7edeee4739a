"""Tokens, sessions, audit log, traffic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.server.store.tables import Utc

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc()),
        sa.Column("revoked_at", Utc()),
    )
    op.create_table(
        "sessions",
        sa.Column("secret_hash", sa.String(64), primary_key=True),
        sa.Column("token_id", sa.String(16), sa.ForeignKey("tokens.id", ondelete="CASCADE"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("address", sa.String(100), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "traffic",
        sa.Column("minute", Utc(), primary_key=True),
        sa.Column("version", sa.String(200), primary_key=True),
        sa.Column("label", sa.String(200), primary_key=True),
        sa.Column("action", sa.String(16), primary_key=True),
        sa.Column("tenth", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("out_of_scope", sa.Integer(), nullable=False),
    )
    op.create_index("traffic_by_version", "traffic", ["version", "minute"])
    op.create_table(
        "latency",
        sa.Column("minute", Utc(), primary_key=True),
        sa.Column("at_most_ms", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("requests", sa.Integer(), nullable=False),
    )
    op.create_table(
        "drift",
        sa.Column("version", sa.String(200), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed_at", Utc(), nullable=False),
    )
