"""What each text of e-mails is for, so that it may be renamed and is still found."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0312"
down_revision: str | None = "0311"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEEDED = ("received", "answered", "dispatched", "chased")
"""By their place, in which they were made."""


def upgrade() -> None:
    op.add_column(
        "ticket_classes",
        sa.Column("use", sa.String(length=16), nullable=False, server_default=""),
    )
    table = sa.table(
        "ticket_classes",
        sa.column("id", sa.BigInteger()),
        sa.column("sort", sa.String()),
        sa.column("use", sa.String()),
    )
    connection = op.get_bind()
    query = sa.select(table.c.id).where(table.c.sort == "mail").order_by(table.c.id).limit(4)
    for use, key in zip(SEEDED, connection.execute(query).scalars().all(), strict=False):
        op.execute(table.update().where(table.c.id == key).values(use=use))


def downgrade() -> None:
    op.drop_column("ticket_classes", "use")
