"""Views of the ticket list, and how each person has them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0310"
down_revision: str | None = "0300"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
IS_THERE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "ticket_views",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("shared", sa.String(length=16), nullable=False),
        sa.Column("shared_with", sa.String(length=80), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("deleted_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ticket_views_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_views")),
    )
    op.create_index(
        "ix_ticket_views_name",
        "ticket_views",
        ["account_id", "name"],
        unique=True,
        postgresql_where=IS_THERE,
        sqlite_where=IS_THERE,
    )
    op.create_index(op.f("ix_ticket_views_account_id"), "ticket_views", ["account_id"])
    op.create_index(
        op.f("ix_ticket_views_shared_shared_with"), "ticket_views", ["shared", "shared_with"]
    )
    op.create_table(
        "ticket_view_choices",
        sa.Column("account_id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("first", ROW_NUMBER, nullable=True),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ticket_view_choices_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_ticket_view_choices")),
    )


def downgrade() -> None:
    op.drop_table("ticket_view_choices")
    op.drop_table("ticket_views")
