"""What is to be judged of each call, what was heard in its recording, and the judgements."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0350"
down_revision: str | None = "0331"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
UUID = sa.String(length=36)
IS_DUE = sa.text("due_at IS NOT NULL")
IS_CURRENT = sa.text("superseded_at IS NULL")
FOUND_BY = {
    "measure": ("measure", "outcome"),
    "outcome": ("outcome",),
    "agent": ("agent", "outcome"),
    "agent_measure": ("agent", "measure", "outcome"),
}


def upgrade() -> None:
    op.create_table(
        "call_reviews",
        sa.Column("call_id", UUID, nullable=False),
        sa.Column("due_at", WHEN, nullable=True),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("judged_at", WHEN, nullable=True),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
            name=op.f("fk_call_reviews_call_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_reviews")),
    )
    op.create_index(
        "ix_call_reviews_due_at",
        "call_reviews",
        ["due_at", "call_id"],
        sqlite_where=IS_DUE,
        postgresql_where=IS_DUE,
    )
    op.create_index(op.f("ix_call_reviews_rules_call_id"), "call_reviews", ["rules", "call_id"])
    op.create_table(
        "recording_analyses",
        sa.Column("recording_id", UUID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("sides", sa.JSON(), nullable=False),
        sa.Column("analysed_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_recording_analyses_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recording_analyses")),
    )
    op.create_table(
        "call_judgements",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("call_id", UUID, nullable=False),
        sa.Column("measure", sa.String(length=24), nullable=False),
        sa.Column("agent", sa.String(length=150), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("second", sa.Float(), nullable=True),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("ring_started", WHEN, nullable=False),
        sa.Column("judged_at", WHEN, nullable=False),
        sa.Column("superseded_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["calls.id"],
            name=op.f("fk_call_judgements_call_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_judgements")),
        sa.UniqueConstraint(
            *("call_id", "measure", "agent", "judged_at"),
            name=op.f("uq_call_judgements_call_id_measure_agent_judged_at"),
        ),
    )
    for name, columns in FOUND_BY.items():
        op.create_index(
            f"ix_call_judgements_{name}",
            "call_judgements",
            [*columns, "ring_started", "id"],
            sqlite_where=IS_CURRENT,
            postgresql_where=IS_CURRENT,
        )
    op.create_index(op.f("ix_callbacks_call_id"), "callbacks", ["call_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_callbacks_call_id"), "callbacks")
    op.drop_table("call_judgements")
    op.drop_table("recording_analyses")
    op.drop_table("call_reviews")
