"""Calls that we make: the register of wake-ups, each wake-up, each attempt."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _registrations()
    _wake_ups()
    _attempts()
    op.add_column("calls", sa.Column("way", sa.String(8), nullable=False, server_default="in"))
    op.create_table(
        "dispatch_positions",
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("offset", ROW_NUMBER, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_dispatch_positions")),
    )


def downgrade() -> None:
    raise NotImplementedError("the register would be lost; go back to a backup instead")


def _of(column: str, table: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def _index_where(name: str, table: str, columns: list[str], which: str) -> None:
    only = sa.text(which)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)


def _registrations() -> None:
    table = "wake_registrations"
    op.create_table(
        table,
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("room", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("guest", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("wall", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("repeat", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", ROW_NUMBER, nullable=True),
        sa.Column("cancelled_at", WHEN, nullable=True),
        sa.Column("cancelled_by", ROW_NUMBER, nullable=True),
        sa.Column("unfolded_to", sa.Date(), nullable=True),
        _of("made_by", table, "accounts"),
        _of("cancelled_by", table, "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _index_where(
        "ix_wake_registrations_unfolded_to", table, ["unfolded_to"], "cancelled_at IS NULL"
    )
    _index(table, "room", "first_day")


def _wake_ups() -> None:
    table = "wake_ups"
    op.create_table(
        table,
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("registration_id", ROW_NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("due", WHEN, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("asked_for", WHEN, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("snoozes", sa.Integer(), nullable=False),
        sa.Column("awake_at", WHEN, nullable=True),
        sa.Column("proof", sa.String(length=16), nullable=False),
        _of("registration_id", table, "wake_registrations"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("registration_id", "day", name=op.f(f"uq_{table}_registration_id_day")),
    )
    _index_where("ix_wake_ups_next_at", table, ["next_at", "id"], "next_at IS NOT NULL")
    _index(table, "due", "id")
    _index(table, "state", "due")


def _attempts() -> None:
    table = "attempts"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("subject_id", ROW_NUMBER, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("planned_at", WHEN, nullable=False),
        sa.Column("rung_at", WHEN, nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("result", sa.String(length=24), nullable=False),
        sa.Column("said", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "purpose", "subject_id", "seq", name=op.f(f"uq_{table}_purpose_subject_id_seq")
        ),
    )
    _index_where("ix_attempts_open", table, ["purpose", "subject_id"], "ended_at IS NULL")
    _index(table, "planned_at")
