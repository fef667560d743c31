"""Figures by half hour, days to be counted anew, reports and their letters."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0430"
down_revision: str | None = "0400"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_figures",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("subject", sa.String(length=8), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("agent", sa.String(length=150), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("business", sa.String(length=40), nullable=False),
        sa.Column("nature", sa.String(length=40), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("measured", sa.Integer(), nullable=False),
        sa.Column("in_time", sa.Integer(), nullable=False),
        sa.Column("rang_in_time", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("waited_ms", sa.BigInteger(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("held_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_figures")),
    )
    op.create_index(op.f("ix_report_figures_day"), "report_figures", ["day"])
    op.create_index(op.f("ix_report_figures_subject_day"), "report_figures", ["subject", "day"])
    op.create_index(
        op.f("ix_report_figures_subject_agent_day"), "report_figures", ["subject", "agent", "day"]
    )
    op.create_table(
        "report_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("counted_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_report_days")),
    )
    op.create_table(
        "report_marks",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_marks")),
    )
    op.create_index(op.f("ix_report_marks_at"), "report_marks", ["at"])
    by = op.create_table(
        "report_counted_by",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_counted_by")),
    )
    op.bulk_insert(by, [{"id": 1, "counted_by": ""}])
    head = op.create_table(
        "report_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", ROW_NUMBER, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_head")),
    )
    op.bulk_insert(head, [{"id": 1, "place": 0, "hash": "0" * 64}])
    op.create_table(
        "reports",
        sa.Column("id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("corrects", ROW_NUMBER, nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["corrects"], ["reports.id"], name=op.f("fk_reports_corrects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint(
            "sort",
            "period",
            "from_day",
            "number",
            name=op.f("uq_reports_sort_period_from_day_number"),
        ),
    )
    op.create_index(op.f("ix_reports_made_at_id"), "reports", ["made_at", "id"])
    op.create_index(op.f("ix_reports_sort_made_at_id"), "reports", ["sort", "made_at", "id"])
    op.create_index(op.f("ix_reports_corrects"), "reports", ["corrects"])
    op.create_table(
        "report_letters",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("report_id", ROW_NUMBER, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("since", WHEN, nullable=False),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_letters_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_letters")),
        sa.UniqueConstraint(
            "report_id", "address", name=op.f("uq_report_letters_report_id_address")
        ),
    )
    op.create_index(op.f("ix_report_letters_state_next_at"), "report_letters", ["state", "next_at"])


def downgrade() -> None:
    for name in (
        *("report_letters", "reports", "report_head", "report_counted_by"),
        *("report_marks", "report_days", "report_figures"),
    ):
        op.drop_table(name)
