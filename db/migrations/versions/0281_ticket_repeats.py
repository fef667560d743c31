"""Tickets that say once more what another says."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0281"
down_revision: str | None = "0280"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = "undone_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "ticket_repeats",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("first_id", ROW_NUMBER, nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("undone_at", WHEN, nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_repeats_ticket_id_tickets")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["tickets.id"], name=op.f("fk_ticket_repeats_first_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_repeats")),
    )
    op.create_index(
        "uq_ticket_repeats_ticket",
        "ticket_repeats",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text(COUNTS),
        postgresql_where=sa.text(COUNTS),
    )
    op.create_index(op.f("ix_ticket_repeats_first_id_id"), "ticket_repeats", ["first_id", "id"])


def downgrade() -> None:
    op.drop_table("ticket_repeats")
