"""Calls and what is kept of them: events, recordings, tickets; the journals they came from."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0102"
down_revision: str | None = "0101"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "call_events",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("about", sa.String(length=150), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("uniqueid", sa.String(length=150), nullable=False),
        sa.Column("channel", sa.String(length=150), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_events")),
        sa.UniqueConstraint("file", "offset", name=op.f("uq_call_events_file_offset")),
    )
    op.create_index(op.f("ix_call_events_about"), "call_events", ["about"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("linkedid", sa.String(length=150), nullable=False),
        sa.Column("boot", sa.String(length=150), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("did", sa.String(length=80), nullable=False),
        sa.Column("ring_started", WHEN, nullable=False),
        sa.Column("answered", WHEN, nullable=True),
        sa.Column("ended", WHEN, nullable=True),
        sa.Column("rings", sa.Integer(), nullable=False),
        sa.Column("held_ans1", sa.Boolean(), nullable=False),
        sa.Column("queued_at", WHEN, nullable=True),
        sa.Column("queue_left_at", WHEN, nullable=True),
        sa.Column("waited_s", sa.Float(), nullable=True),
        sa.Column("agent", sa.String(length=150), nullable=True),
        sa.Column("agent_answered", WHEN, nullable=True),
        sa.Column("misses", sa.JSON(), nullable=False),
        sa.Column("hung_up_by", sa.String(length=16), nullable=True),
        sa.Column("disposition", sa.String(length=24), nullable=True),
        sa.Column("sil_outcome", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=200), nullable=True),
        sa.Column("fallback", sa.String(length=200), nullable=True),
        sa.Column("recording_at", WHEN, nullable=True),
        sa.Column("message_at", WHEN, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("route_reasons", sa.JSON(), nullable=False),
        sa.Column("held_s", sa.Float(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("scripts", sa.JSON(), nullable=False),
        sa.Column("talk_s", sa.Float(), nullable=True),
        sa.Column("message_s", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(
        op.f("ix_calls_agent_ring_started"), "calls", ["agent", "ring_started"], unique=False
    )
    op.create_index(
        op.f("ix_calls_disposition_ring_started"),
        "calls",
        ["disposition", "ring_started"],
        unique=False,
    )
    op.create_index(op.f("ix_calls_linkedid"), "calls", ["linkedid"], unique=False)
    op.create_index(
        op.f("ix_calls_number_ring_started"), "calls", ["number", "ring_started"], unique=False
    )
    op.create_index(
        "ix_calls_open",
        "calls",
        ["ring_started", "id"],
        unique=False,
        sqlite_where=sa.text("state <> 'ended'"),
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        op.f("ix_calls_ref_ring_started"), "calls", ["ref", "ring_started"], unique=False
    )
    op.create_index(op.f("ix_calls_ring_started_id"), "calls", ["ring_started", "id"], unique=False)
    op.create_table(
        "journal_positions",
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_journal_positions")),
    )
    op.create_table(
        "journal_rejects",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("seen_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_rejects")),
        sa.UniqueConstraint("file", "offset", name=op.f("uq_journal_rejects_file_offset")),
    )
    op.create_table(
        "talk_segments",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("agent", sa.String(length=150), nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("from_at", WHEN, nullable=False),
        sa.Column("to_at", WHEN, nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("held_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_talk_segments_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_segments")),
    )
    op.create_index(
        op.f("ix_talk_segments_agent_from_at"),
        "talk_segments",
        ["agent", "from_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_talk_segments_call_id_from_at"),
        "talk_segments",
        ["call_id", "from_at"],
        unique=False,
    )
    op.create_index(op.f("ix_talk_segments_from_at"), "talk_segments", ["from_at"], unique=False)
    op.create_table(
        "recording_gaps",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("from_at", WHEN, nullable=False),
        sa.Column("to_at", WHEN, nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_recording_gaps_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_gaps")),
        sa.UniqueConstraint("call_id", "from_at", name=op.f("uq_recording_gaps_call_id_from_at")),
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("started_at", WHEN, nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("voice_caller_s", sa.Float(), nullable=True),
        sa.Column("voice_ours_s", sa.Float(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_recordings_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("call_id", "kind", name=op.f("uq_recordings_call_id_kind")),
    )
    op.create_index(
        op.f("ix_recordings_created_at_id"), "recordings", ["created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_recordings_state_created_at"), "recordings", ["state", "created_at"], unique=False
    )
    op.create_table(
        "tickets",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("business", sa.String(length=40), nullable=True),
        sa.Column("nature", sa.String(length=40), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("customer_number", sa.String(length=80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("handler", sa.String(length=8), nullable=True),
        sa.Column("customer_name", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("to_review", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", WHEN, nullable=True),
        sa.Column("closed_at", WHEN, nullable=True),
        sa.Column("asked_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_tickets_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("number", name=op.f("uq_tickets_number")),
    )
    op.create_index(op.f("ix_tickets_call_id"), "tickets", ["call_id"], unique=False)
    op.create_index(op.f("ix_tickets_created_at_id"), "tickets", ["created_at", "id"], unique=False)
    op.create_index(
        op.f("ix_tickets_customer_number_created_at"),
        "tickets",
        ["customer_number", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_tickets_handler_created_at"), "tickets", ["handler", "created_at"], unique=False
    )
    op.create_index(op.f("ix_tickets_state_due_at"), "tickets", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_tickets_message_of_call",
        "tickets",
        ["call_id"],
        unique=True,
        sqlite_where=sa.text("source = 'message'"),
        postgresql_where=sa.text("source = 'message'"),
    )
    op.create_index(
        "uq_tickets_of_call",
        "tickets",
        ["call_id"],
        unique=True,
        sqlite_where=sa.text("source = 'call'"),
        postgresql_where=sa.text("source = 'call'"),
    )


def downgrade() -> None:
    op.drop_table("tickets")
    op.drop_table("recordings")
    op.drop_table("recording_gaps")
    op.drop_table("talk_segments")
    op.drop_table("journal_rejects")
    op.drop_table("journal_positions")
    op.drop_table("calls")
    op.drop_table("call_events")
