"""Which number of the public network each attempt may ring, and what a minute of it costs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OUTSIDE = sa.text("reached <> ''")


def upgrade() -> None:
    op.add_column(
        "attempts", sa.Column("reached", sa.String(24), nullable=False, server_default="")
    )
    op.add_column("attempts", sa.Column("price", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_attempts_reached",
        "attempts",
        ["reached", "planned_at"],
        sqlite_where=OUTSIDE,
        postgresql_where=OUTSIDE,
    )


def downgrade() -> None:
    raise NotImplementedError("what was rung would be forgotten; go back to a backup instead")
