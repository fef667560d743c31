"""Rooms and their telephones; calls to attendants, each with its rooms; a telephone rings once in a
minute.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0145"
down_revision: str | None = "0140"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GOES_ON = sa.text("ended_at IS NULL")
NOT_OVER = sa.text("state NOT IN ('awake', 'missed', 'cancelled')")

TWICE = """
UPDATE wake_ups SET state = 'cancelled', next_at = NULL
WHERE state NOT IN ('awake', 'missed', 'cancelled') AND EXISTS (
    SELECT 1 FROM wake_ups AS other
    WHERE other.number = wake_ups.number AND other.due = wake_ups.due AND other.id < wake_ups.id
    AND other.state NOT IN ('awake', 'missed', 'cancelled')
)
"""
"""Of two that would ring one telephone in one minute the first is kept."""


def upgrade() -> None:
    op.create_table(
        "rooms",
        sa.Column("room", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("changed_at", WHEN, nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_rooms")),
        sa.UniqueConstraint("number", name=op.f("uq_rooms_number")),
    )
    op.create_table(
        "attendant_calls",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("began_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("in_vain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendant_calls")),
    )
    op.create_index(
        "ix_attendant_calls_goes_on",
        "attendant_calls",
        ["number"],
        unique=True,
        sqlite_where=GOES_ON,
        postgresql_where=GOES_ON,
    )
    op.create_index(
        op.f("ix_attendant_calls_number_ended_at"), "attendant_calls", ["number", "ended_at"]
    )
    op.create_table(
        "attendant_call_rooms",
        sa.Column("call_id", ROW_NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wake_up_id", ROW_NUMBER, nullable=False),
        sa.Column("announced_at", WHEN, nullable=True),
        sa.Column("said", sa.String(length=12), nullable=False),
        sa.Column("said_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["attendant_calls.id"], name=op.f("fk_attendant_call_rooms_call_id")
        ),
        sa.ForeignKeyConstraint(
            ["wake_up_id"], ["wake_ups.id"], name=op.f("fk_attendant_call_rooms_wake_up_id")
        ),
        sa.PrimaryKeyConstraint("call_id", "position", name=op.f("pk_attendant_call_rooms")),
    )
    op.create_index(
        op.f("ix_attendant_call_rooms_wake_up_id"), "attendant_call_rooms", ["wake_up_id"]
    )
    op.execute(sa.text(TWICE))
    op.create_index(
        "ix_wake_ups_once_a_minute",
        "wake_ups",
        ["number", "due"],
        unique=True,
        sqlite_where=NOT_OVER,
        postgresql_where=NOT_OVER,
    )


def downgrade() -> None:
    op.drop_index("ix_wake_ups_once_a_minute", "wake_ups")
    for table in ("attendant_call_rooms", "attendant_calls", "rooms"):
        op.drop_table(table)
