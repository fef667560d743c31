"""What is done with many tickets at once, and what became of each."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0311"
down_revision: str | None = "0310"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ticket_bulks",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("work", sa.String(length=16), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("begun_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ticket_bulks_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_bulks")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_ticket_bulks_account_id_key")),
    )
    op.create_index(
        op.f("ix_ticket_bulks_account_id_begun_at"), "ticket_bulks", ["account_id", "begun_at"]
    )
    op.create_table(
        "ticket_bulk_items",
        sa.Column("bulk_id", ROW_NUMBER, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulk_id"],
            ["ticket_bulks.id"],
            name=op.f("fk_ticket_bulk_items_bulk_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("bulk_id", "place", name=op.f("pk_ticket_bulk_items")),
    )


def downgrade() -> None:
    op.drop_table("ticket_bulk_items")
    op.drop_table("ticket_bulks")
