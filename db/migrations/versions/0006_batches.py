"""Batches of calls: what is asked of whom, each person of a batch, who must not be rung."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _batches()
    _jobs()
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", WHEN, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_do_not_call")),
    )


def downgrade() -> None:
    raise NotImplementedError("the answers would be lost; go back to a backup instead")


def _of(column: str, table: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def _index_where(name: str, table: str, columns: list[str], which: str) -> None:
    only = sa.text(which)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _batches() -> None:
    table = "batches"
    op.create_table(
        table,
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("script", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("on_weekends", sa.Boolean(), nullable=False),
        sa.Column("on_holidays", sa.Boolean(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("spacing", sa.JSON(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("calls_per_second", sa.Float(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", ROW_NUMBER, nullable=True),
        sa.Column("started_at", WHEN, nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("copied_from", ROW_NUMBER, nullable=True),
        _of("made_by", table, "accounts"),
        _of("copied_from", table, "batches"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _index(table, "state")


def _jobs() -> None:
    table = "batch_jobs"
    op.create_table(
        table,
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("batch_id", ROW_NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        _of("batch_id", table, "batches"),
        _of("ticket_id", table, "tickets"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _unique(table, "batch_id", "position"),
        _unique(table, "batch_id", "number"),
    )
    _index_where("ix_batch_jobs_due", table, ["batch_id", "next_at", "id"], "next_at IS NOT NULL")
    _index(table, "batch_id", "state", "result")
    _index(table, "number")
    _index_where("ix_batch_jobs_ticket_id", table, ["ticket_id"], "ticket_id IS NOT NULL")
