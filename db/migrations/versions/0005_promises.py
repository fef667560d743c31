"""Promised calls back are called: when next, by whom, how often, what came of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
WAITS = "next_at IS NOT NULL"


def upgrade() -> None:
    """Promises of before are not called by themselves: they are shown, and somebody decides."""
    for column in (
        sa.Column("came_at", WHEN, nullable=True),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("asked", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("passed", sa.Text(), nullable=False, server_default=""),
        sa.Column("found", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("kept_at", WHEN, nullable=True),
    ):
        op.add_column("promises", column)
    op.create_index(
        "ix_promises_next_at",
        "promises",
        ["next_at", "id"],
        sqlite_where=sa.text(WAITS),
        postgresql_where=sa.text(WAITS),
    )


def downgrade() -> None:
    raise NotImplementedError("what came of each would be lost; go back to a backup instead")
