"""A department's e-mail address, and the signed links that are sent to it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0280"
down_revision: str | None = "0271"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    email = sa.Column("email", sa.String(length=254), server_default="", nullable=False)
    op.add_column("departments", email)
    op.create_table(
        "department_links",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("ends_at", WHEN, nullable=False),
        sa.Column("revoked_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_department_links_ticket_id_tickets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department_links")),
        sa.UniqueConstraint(
            "order_number",
            "department",
            "turn",
            name=op.f("uq_department_links_order_number_department_turn"),
        ),
    )
    op.create_index(
        op.f("ix_department_links_ticket_id_made_at"), "department_links", ["ticket_id", "made_at"]
    )


def downgrade() -> None:
    op.drop_table("department_links")
    op.drop_column("departments", "email")
