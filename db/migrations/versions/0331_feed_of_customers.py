"""What happened to customers and callbacks, for programs that follow the feed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0331"
down_revision: str | None = "0330"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feed_events",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("subject_id", ROW_NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_events")),
    )
    waits, stands = sa.text("place IS NULL"), sa.text("place > 0")
    op.create_index(
        "ix_feed_events_without_place",
        "feed_events",
        ["id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index(
        "uq_feed_events_place",
        "feed_events",
        ["place"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )


def downgrade() -> None:
    op.drop_table("feed_events")
