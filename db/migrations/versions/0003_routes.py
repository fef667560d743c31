"""Calls: why they were routed as they were, how long they were on hold, which scripts were said."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for column in (
        sa.Column("route_reasons", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("held_s", sa.Float(), nullable=False, server_default="0"),
        sa.Column("scripts", sa.JSON(), nullable=False, server_default="[]"),
    ):
        op.add_column("calls", column)


def downgrade() -> None:
    for name in ("scripts", "held_s", "route_reasons"):
        op.drop_column("calls", name)
