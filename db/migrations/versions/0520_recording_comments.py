"""Comments at moments of recordings."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0520"
down_revision: str | None = "0500"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "recording_comments",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("second", sa.Float(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("changed_at", WHEN, nullable=True),
        sa.Column("deleted_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_recording_comments_call_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_comments")),
    )
    for columns in (["at", "id"], ["author", "at", "id"], ["call_id", "at", "id"]):
        name = op.f(f"ix_recording_comments_{'_'.join(columns)}")
        op.create_index(name, "recording_comments", columns)


def downgrade() -> None:
    op.drop_table("recording_comments")
