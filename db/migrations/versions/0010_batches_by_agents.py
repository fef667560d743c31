"""How long an agent sees whom a batch calls; which agents were rung lately."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TO_AGENT = sa.text("who = 'agent'")


def upgrade() -> None:
    op.add_column(
        "batches", sa.Column("preview_for", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index(
        "ix_attempts_agents",
        "attempts",
        ["number", "ended_at"],
        sqlite_where=TO_AGENT,
        postgresql_where=TO_AGENT,
    )


def downgrade() -> None:
    raise NotImplementedError("how batches call people would be forgotten; go back to a backup")
