"""The chain of the audit log: each entry's place, and a hash of it and of the one before it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0130"
down_revision: str | None = "0108"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("audit_log") as table:
        table.add_column(sa.Column("place", ROW_NUMBER, nullable=True))
        table.add_column(sa.Column("hash", sa.String(length=64), server_default="", nullable=False))
        table.create_unique_constraint("uq_audit_log_place", ["place"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("place", ROW_NUMBER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "place": 0, "hash": "0" * 64}])


def downgrade() -> None:
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_log") as table:
        table.drop_constraint("uq_audit_log_place", type_="unique")
        for column in ("hash", "place"):
            table.drop_column(column)
