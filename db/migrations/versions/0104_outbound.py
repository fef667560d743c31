"""Whom we ring: wake-ups, emergency notifications, campaigns; each attempt."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0104"
down_revision: str | None = "0103"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("subject_id", ROW_NUMBER, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("planned_at", WHEN, nullable=False),
        sa.Column("rung_at", WHEN, nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("result", sa.String(length=24), nullable=False),
        sa.Column("said", sa.String(length=24), nullable=False),
        sa.Column("reached", sa.String(length=24), server_default="", nullable=False),
        sa.Column("price", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint(
            "purpose", "subject_id", "seq", name=op.f("uq_attempts_purpose_subject_id_seq")
        ),
    )
    op.create_index(
        "ix_attempts_agents",
        "attempts",
        ["number", "ended_at"],
        unique=False,
        sqlite_where=sa.text("who = 'agent'"),
        postgresql_where=sa.text("who = 'agent'"),
    )
    op.create_index(
        "ix_attempts_open",
        "attempts",
        ["purpose", "subject_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_attempts_planned_at"), "attempts", ["planned_at"], unique=False)
    op.create_index(
        "ix_attempts_reached",
        "attempts",
        ["reached", "planned_at"],
        unique=False,
        sqlite_where=sa.text("reached <> ''"),
        postgresql_where=sa.text("reached <> ''"),
    )
    op.create_table(
        "dispatch_positions",
        sa.Column("file", sa.String(length=120), nullable=False),
        sa.Column("offset", ROW_NUMBER, nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_dispatch_positions")),
    )
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", WHEN, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_do_not_call")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("happened_at", WHEN, nullable=False),
        sa.Column("reporter", sa.String(length=120), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("voice", sa.String(length=16), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("started_at", WHEN, nullable=True),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("stopped_at", WHEN, nullable=True),
        sa.Column("stopped_by", sa.String(length=80), nullable=False),
        sa.Column("closed_at", WHEN, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(op.f("ix_incidents_made_at_id"), "incidents", ["made_at", "id"], unique=False)
    op.create_index(op.f("ix_incidents_voice"), "incidents", ["voice"], unique=False)
    op.create_table(
        "campaigns",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("script", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("on_weekends", sa.Boolean(), nullable=False),
        sa.Column("on_holidays", sa.Boolean(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("spacing", sa.JSON(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("calls_per_second", sa.Float(), nullable=False),
        sa.Column("preview_for", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", ROW_NUMBER, nullable=True),
        sa.Column("started_at", WHEN, nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("copied_from", ROW_NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["copied_from"], ["campaigns.id"], name=op.f("fk_campaigns_copied_from")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_campaigns_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index(op.f("ix_campaigns_state"), "campaigns", ["state"], unique=False)
    op.create_table(
        "notification_households",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("incident_id", ROW_NUMBER, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("told_at", WHEN, nullable=True),
        sa.Column("told_on", sa.String(length=40), nullable=False),
        sa.Column("door_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_notification_households_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_households")),
    )
    op.create_index(
        op.f("ix_notification_households_incident_id_state_id"),
        "notification_households",
        ["incident_id", "state", "id"],
        unique=False,
    )
    op.create_index(
        "ix_notification_households_next_at",
        "notification_households",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "wake_registrations",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("room", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("guest", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("wall", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("repeat", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", ROW_NUMBER, nullable=True),
        sa.Column("made_through", sa.String(length=8), nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("cancelled_at", WHEN, nullable=True),
        sa.Column("cancelled_by", ROW_NUMBER, nullable=True),
        sa.Column("cancelled_through", sa.String(length=8), nullable=True),
        sa.Column("unfolded_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["cancelled_by"], ["accounts.id"], name=op.f("fk_wake_registrations_cancelled_by")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_wake_registrations_made_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wake_registrations")),
    )
    op.create_index(
        op.f("ix_wake_registrations_room_first_day"),
        "wake_registrations",
        ["room", "first_day"],
        unique=False,
    )
    op.create_index(
        "ix_wake_registrations_unfolded_to",
        "wake_registrations",
        ["unfolded_to"],
        unique=False,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "campaign_contacts",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("campaign_id", ROW_NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_contacts_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_campaign_contacts_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_contacts")),
        sa.UniqueConstraint(
            "campaign_id", "number", name=op.f("uq_campaign_contacts_campaign_id_number")
        ),
        sa.UniqueConstraint(
            "campaign_id", "position", name=op.f("uq_campaign_contacts_campaign_id_position")
        ),
    )
    op.create_index(
        op.f("ix_campaign_contacts_campaign_id_state_result"),
        "campaign_contacts",
        ["campaign_id", "state", "result"],
        unique=False,
    )
    op.create_index(
        "ix_campaign_contacts_due",
        "campaign_contacts",
        ["campaign_id", "next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_campaign_contacts_due_again",
        "campaign_contacts",
        ["campaign_id", "next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL AND tries > 0"),
        postgresql_where=sa.text("next_at IS NOT NULL AND tries > 0"),
    )
    op.create_index(
        op.f("ix_campaign_contacts_number"), "campaign_contacts", ["number"], unique=False
    )
    op.create_index(
        "ix_campaign_contacts_ticket_id",
        "campaign_contacts",
        ["ticket_id"],
        unique=False,
        sqlite_where=sa.text("ticket_id IS NOT NULL"),
        postgresql_where=sa.text("ticket_id IS NOT NULL"),
    )
    op.create_table(
        "wake_ups",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("registration_id", ROW_NUMBER, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("due", WHEN, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("asked_for", WHEN, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("snoozes", sa.Integer(), nullable=False),
        sa.Column("awake_at", WHEN, nullable=True),
        sa.Column("proof", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["wake_registrations.id"], name=op.f("fk_wake_ups_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wake_ups")),
        sa.UniqueConstraint("registration_id", "day", name=op.f("uq_wake_ups_registration_id_day")),
    )
    op.create_index(op.f("ix_wake_ups_due_id"), "wake_ups", ["due", "id"], unique=False)
    op.create_index(
        "ix_wake_ups_next_at",
        "wake_ups",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_wake_ups_number_due"), "wake_ups", ["number", "due"], unique=False)
    op.create_index(op.f("ix_wake_ups_state_due"), "wake_ups", ["state", "due"], unique=False)


def downgrade() -> None:
    op.drop_table("wake_ups")
    op.drop_table("campaign_contacts")
    op.drop_table("wake_registrations")
    op.drop_table("notification_households")
    op.drop_table("campaigns")
    op.drop_table("incidents")
    op.drop_table("do_not_call")
    op.drop_table("dispatch_positions")
    op.drop_table("attempts")
