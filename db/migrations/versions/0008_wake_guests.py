"""By which way a wake-up was registered: the desk, a file, the guest's own telephone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    table = "wake_registrations"
    through = sa.Column("made_through", sa.String(8), nullable=False, server_default="desk")
    op.add_column(table, through)
    op.add_column(table, sa.Column("call_id", sa.String(36), nullable=True))
    op.add_column(table, sa.Column("cancelled_through", sa.String(8), nullable=True))
    op.create_index(op.f("ix_wake_ups_number_due"), "wake_ups", ["number", "due"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("who registered by telephone would be lost; go back to a backup")
