"""What people label and what becomes of it: items, opinions, exports, jobs, candidates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sayso.server.store.tables import Utc

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of labeling."""
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("acknowledged_at", Utc()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "guidance",
        sa.Column("head", sa.String(100), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("examples", sa.JSON(), nullable=False),
        sa.Column("tie_breakers", sa.JSON(), nullable=False),
        sa.Column("edited_by", sa.String(200), nullable=False),
        sa.Column("edited_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("head", "label"),
    )
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("head", sa.String(100), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("request_id", sa.String(100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("first_at", Utc(), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("skips", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON()),
        sa.Column("answered_by", sa.String(200)),
        sa.Column("answered_at", Utc()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("text_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("items_by_rank", "items", ["state", "skips", "rank"])
    op.create_index("ix_items_first_at", "items", ["first_at"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("started_at", Utc()),
        sa.Column("seen_at", Utc()),
        sa.Column("ended_at", Utc()),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("process", sa.Integer()),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("result", sa.JSON()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "shadow",
        sa.Column("hour", Utc(), nullable=False),
        sa.Column("version", sa.String(200), nullable=False),
        sa.Column("candidate", sa.String(200), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("candidate_label", sa.String(200), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("candidate_confidence", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("candidate_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "version", "candidate", "label", "candidate_label"),
    )
    op.create_table(
        "spooled",
        sa.Column("file", sa.String(100), nullable=False),
        sa.Column("bytes_read", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file"),
    )
    op.create_table(
        "leases",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "who"),
    )
    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("key", sa.String(100)),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("undone_at", Utc()),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_opinions_item_id", "opinions", ["item_id"])
    op.create_index("ix_opinions_who", "opinions", ["who"])
    op.create_index(
        "one_opinion_each",
        "opinions",
        ["item_id", "who"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index("opinions_by_key", "opinions", ["who", "key"], unique=True)
    op.create_table(
        "settled",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON()),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_settled_item_id", "settled", ["item_id"])
