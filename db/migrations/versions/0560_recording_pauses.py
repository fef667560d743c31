"""Pauses of recordings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0560"
down_revision: str | None = "0530"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
IS_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "recording_pauses",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=150), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("from_at", WHEN, nullable=False),
        sa.Column("muted_at", WHEN, nullable=True),
        sa.Column("until", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("ended_how", sa.String(length=16), nullable=False),
        sa.Column("ended_by", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_pauses")),
    )
    _of_open_ones("uq_recording_pauses_open", "call_id", unique=True)
    _of_open_ones("ix_recording_pauses_open_of_node", "node", unique=False)
    for columns in (
        ["call_id", "from_at", "id"],
        ["from_at", "id"],
        ["by", "from_at", "id"],
        ["ended_how", "from_at", "id"],
    ):
        name = op.f(f"ix_recording_pauses_{'_'.join(columns)}")
        op.create_index(name, "recording_pauses", columns)


def downgrade() -> None:
    op.drop_table("recording_pauses")


def _of_open_ones(name: str, column: str, *, unique: bool) -> None:
    op.create_index(
        name,
        "recording_pauses",
        [column],
        unique=unique,
        sqlite_where=IS_OPEN,
        postgresql_where=IS_OPEN,
    )
