"""A department's telephone, and the calls to departments that are late."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0260"
down_revision: str | None = "0250"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IS_OPEN = "ended_at IS NULL"
IS_DUE_SOME_TIME = "next_at IS NOT NULL"


def upgrade() -> None:
    phone = sa.Column("phone", sa.String(length=40), server_default="", nullable=False)
    op.add_column("departments", phone)
    op.create_table(
        "department_asks",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_department_asks_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_asks")),
    )
    op.create_index(
        "uq_department_asks_open",
        "department_asks",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text(IS_OPEN),
        postgresql_where=sa.text(IS_OPEN),
    )
    op.create_index(
        "ix_department_asks_next_at",
        "department_asks",
        ["next_at", "id"],
        sqlite_where=sa.text(IS_DUE_SOME_TIME),
        postgresql_where=sa.text(IS_DUE_SOME_TIME),
    )
    op.create_index(op.f("ix_department_asks_ticket_id_id"), "department_asks", ["ticket_id", "id"])
    op.create_index(
        op.f("ix_department_asks_department_id"), "department_asks", ["department", "id"]
    )
    op.create_table(
        "department_calls",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("began_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("reached", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_calls")),
    )
    op.create_index(
        "uq_department_calls_goes_on",
        "department_calls",
        ["department"],
        unique=True,
        sqlite_where=sa.text(IS_OPEN),
        postgresql_where=sa.text(IS_OPEN),
    )
    op.create_index(
        op.f("ix_department_calls_department_began_at"),
        "department_calls",
        ["department", "began_at"],
    )
    op.create_index(op.f("ix_department_calls_began_at"), "department_calls", ["began_at"])
    op.create_table(
        "department_call_tickets",
        sa.Column("call_id", ROW_NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ask_id", ROW_NUMBER, nullable=False),
        sa.Column("announced_at", WHEN, nullable=True),
        sa.Column("key", sa.String(length=1), nullable=False),
        sa.Column("pressed_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["department_calls.id"],
            name=op.f("fk_department_call_tickets_call_id_department_calls"),
        ),
        sa.ForeignKeyConstraint(
            ["ask_id"],
            ["department_asks.id"],
            name=op.f("fk_department_call_tickets_ask_id_department_asks"),
        ),
        sa.PrimaryKeyConstraint("call_id", "position", name=op.f("pk_department_call_tickets")),
    )
    op.create_index(
        op.f("ix_department_call_tickets_ask_id"), "department_call_tickets", ["ask_id"]
    )


def downgrade() -> None:
    op.drop_table("department_call_tickets")
    op.drop_table("department_calls")
    op.drop_table("department_asks")
    op.drop_column("departments", "phone")
