"""The closing code with which a ticket was closed, as it was named then."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0320"
down_revision: str | None = "0312"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "tickets", sa.Column("closing", sa.String(length=40), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("tickets", "closing")
