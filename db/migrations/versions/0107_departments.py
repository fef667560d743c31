"""To which department somebody belongs; a department's tickets are found by it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0107"
down_revision: str | None = "0106"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("accounts", "api_tokens"):
        column = sa.Column("department", sa.String(length=80), server_default="", nullable=False)
        op.add_column(table, column)
    op.create_index(
        op.f("ix_tickets_department_created_at"), "tickets", ["department", "created_at"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_tickets_department_created_at"), "tickets")
    for table in ("api_tokens", "accounts"):
        op.drop_column(table, "department")
