"""Letters found by their age at a node, and by how they stand."""

from collections.abc import Sequence

from alembic import op

revision: str = "0440"
down_revision: str | None = "0430"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEXES = {
    "ix_ticket_mails_node_at": ["node", "at"],
    "ix_ticket_mails_direction_state_at_id": ["direction", "state", "at", "id"],
}


def upgrade() -> None:
    for name, columns in INDEXES.items():
        op.create_index(op.f(name), "ticket_mails", columns)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(op.f(name), "ticket_mails")
