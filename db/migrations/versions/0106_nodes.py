"""Several nodes may share a database, and several desks a node.

What is known by Asterisk's names carries its node; one desk at a time has the floor of a node.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0106"
down_revision: str | None = "0105"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_A_NODE = ("calls", "call_events", "attempts", "duties")


def upgrade() -> None:
    for table in OF_A_NODE:
        op.add_column(
            table,
            sa.Column("node", sa.String(length=16), server_default="node1", nullable=False),
        )
    # two nodes may have a seat of the same name
    op.drop_index("uq_duties_seat_taken", table_name="duties")
    op.create_index(
        "uq_duties_seat_taken",
        "duties",
        ["node", "seat"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "floor_leases",
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_floor_leases")),
    )


def downgrade() -> None:
    op.drop_table("floor_leases")
    op.drop_index("uq_duties_seat_taken", table_name="duties")
    op.create_index(
        "uq_duties_seat_taken",
        "duties",
        ["seat"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    for table in OF_A_NODE:
        op.drop_column(table, "node")
