"""Who is to be called once more is found without reading all who wait for their first call."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DUE_AGAIN = sa.text("next_at IS NOT NULL AND tries > 0")


def upgrade() -> None:
    op.create_index(
        "ix_batch_jobs_due_again",
        "batch_jobs",
        ["batch_id", "next_at", "id"],
        sqlite_where=DUE_AGAIN,
        postgresql_where=DUE_AGAIN,
    )


def downgrade() -> None:
    op.drop_index("ix_batch_jobs_due_again", "batch_jobs")
