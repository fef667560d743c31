"""How a recording stands, beside who is heard in it (ADR 30)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0525"
down_revision: str | None = "0520"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXES = {
    "ix_recording_agents_state": ("agent", "state", "created_at", "recording_id"),
    "ix_recording_agents_disposition_state": (
        *("agent", "disposition", "state", "created_at", "recording_id"),
    ),
}
STATES = """
UPDATE recording_agents
SET state = (SELECT r.state FROM recordings r WHERE r.id = recording_agents.recording_id)
"""


def upgrade() -> None:
    op.add_column(
        "recording_agents",
        sa.Column("state", sa.String(length=16), nullable=False, server_default=""),
    )
    op.execute(STATES)
    with op.batch_alter_table("recording_agents") as table:
        table.alter_column("state", server_default=None)
    for name, columns in INDEXES.items():
        op.create_index(name, "recording_agents", list(columns))


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "recording_agents")
    op.drop_column("recording_agents", "state")
