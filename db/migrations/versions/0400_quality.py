"""Inspection: forms, draws, the work list, scores, appeals, coaching notes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0400"
down_revision: str | None = "0350"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
UUID = sa.String(length=36)


def _text(name: str, length: int, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _whole(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=False)


def _when(name: str, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, WHEN, nullable=nullable)


def _json(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.JSON(), nullable=False)


def _row(name: str, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, ROW_NUMBER, autoincrement=False, nullable=nullable)


def _own_row() -> "sa.Column[int]":
    return sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _once(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    _forms()
    _samples()
    _scores()
    _appeals()


def _forms() -> None:
    table = "quality_forms"
    op.create_table(
        table,
        _own_row(),
        _text("name", 80),
        _text("thing", 16),
        _json("draft"),
        _whole("version"),
        _whole("published"),
        _when("retired_at", nullable=True),
        _when("made_at"),
        _text("made_by", 80),
        _key(table, "id"),
        _once(table, "name"),
    )
    table = "quality_form_versions"
    op.create_table(
        table,
        _row("form_id"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        _text("name", 80),
        _json("content"),
        _when("published_at"),
        _text("published_by", 80),
        _refers(table, "form_id", "quality_forms.id"),
        _key(table, "form_id", "version"),
    )


def _samples() -> None:
    table = "quality_draws"
    op.create_table(
        table,
        sa.Column("day", sa.Date(), nullable=False),
        _text("seed", 32),
        _when("drawn_at"),
        _text("drawn_by", 80),
        _json("quotas"),
        _json("kinds"),
        _text("digest", 64),
        _key(table, "day"),
    )
    table = "quality_sessions"
    op.create_table(
        table,
        _own_row(),
        _text("name", 80),
        sa.Column("call_id", UUID, nullable=False),
        _text("agent", 150),
        _when("made_at"),
        _text("made_by", 80),
        _refers(table, "call_id", "calls.id"),
        _key(table, "id"),
    )
    _index(table, "made_at", "id")
    table = "quality_items"
    op.create_table(
        table,
        _own_row(),
        _text("key", 200),
        sa.Column("day", sa.Date(), nullable=False),
        _text("thing", 16),
        _text("subject", 40),
        sa.Column("call_id", UUID, nullable=True),
        _text("agent", 150),
        _text("business", 200),
        _text("reason", 16),
        _json("signals"),
        sa.Column("risk", sa.Float(), nullable=False),
        _whole("turn"),
        _row("twin", nullable=True),
        _row("session_id", nullable=True),
        _text("state", 16),
        _text("inspector", 8, nullable=True),
        _when("taken_at", nullable=True),
        _when("done_at", nullable=True),
        _when("made_at"),
        _refers(table, "call_id", "calls.id"),
        _refers(table, "session_id", "quality_sessions.id"),
        _key(table, "id"),
        _once(table, "key"),
    )
    _index(table, "made_at", "id")
    _index(table, "state", "made_at", "id")
    _index(table, "inspector", "state", "made_at", "id")
    _index(table, "agent", "made_at", "id")
    _index(table, "day", "thing")
    _index(table, "session_id")


def _scores() -> None:
    table = "quality_score_drafts"
    op.create_table(
        table,
        _row("item_id"),
        _text("inspector", 8),
        _row("form_id"),
        _whole("form_version"),
        _json("answers"),
        _json("marks"),
        sa.Column("words", sa.Text(), nullable=False),
        _whole("version"),
        _when("saved_at"),
        _refers(table, "item_id", "quality_items.id"),
        _refers(table, "form_id", "quality_forms.id"),
        _key(table, "item_id", "inspector"),
    )
    table = "quality_scores"
    op.create_table(
        table,
        _own_row(),
        _row("item_id"),
        _whole("version"),
        _row("form_id"),
        _whole("form_version"),
        _text("thing", 16),
        _text("subject", 40),
        sa.Column("call_id", UUID, nullable=True),
        _text("agent", 150),
        _text("scorer", 8),
        _json("answers"),
        _json("marks"),
        sa.Column("words", sa.Text(), nullable=False),
        _whole("tenths"),
        sa.Column("fatal", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        _text("digest", 64),
        _when("at"),
        _refers(table, "item_id", "quality_items.id"),
        _refers(table, "form_id", "quality_forms.id"),
        _refers(table, "call_id", "calls.id"),
        _key(table, "id"),
        _once(table, "item_id", "version"),
    )
    _index(table, "at", "id")
    _index(table, "agent", "at", "id")
    _index(table, "scorer", "at", "id")


def _appeals() -> None:
    table = "quality_appeals"
    op.create_table(
        table,
        _own_row(),
        _row("item_id"),
        _row("score_id"),
        _text("agent", 150),
        sa.Column("words", sa.Text(), nullable=False),
        _when("made_at"),
        _text("outcome", 16, nullable=True),
        _text("decided_by", 8, nullable=True),
        sa.Column("decided_words", sa.Text(), nullable=False),
        _when("decided_at", nullable=True),
        _refers(table, "item_id", "quality_items.id"),
        _refers(table, "score_id", "quality_scores.id"),
        _key(table, "id"),
        _once(table, "item_id"),
    )
    _index(table, "made_at", "id")
    _index(table, "outcome", "made_at", "id")
    table = "quality_notes"
    op.create_table(
        table,
        _own_row(),
        _text("agent", 8),
        _row("score_id", nullable=True),
        _text("by", 8),
        sa.Column("words", sa.Text(), nullable=False),
        _when("made_at"),
        _when("seen_at", nullable=True),
        _refers(table, "score_id", "quality_scores.id"),
        _key(table, "id"),
    )
    _index(table, "made_at", "id")
    _index(table, "agent", "made_at", "id")


def downgrade() -> None:
    for table in (
        *("quality_notes", "quality_appeals", "quality_scores", "quality_score_drafts"),
        *("quality_items", "quality_sessions", "quality_draws"),
        *("quality_form_versions", "quality_forms"),
    ):
        op.drop_table(table)
