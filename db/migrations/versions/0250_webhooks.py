"""Where an event of a ticket stands in the feed; webhooks; keys of requests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0250"
down_revision: str | None = "0240"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _places()
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("secret", sa.String(400), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("since", WHEN, nullable=True),
        sa.Column("sent_at", WHEN, nullable=True),
        sa.Column("test_id", sa.String(36), nullable=True),
        sa.Column("busy_by", sa.String(16), nullable=False),
        sa.Column("busy_until", WHEN, nullable=True),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_answers",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("webhook_id", sa.String(36), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(16), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_answers_webhook_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_answers"),
    )
    op.create_index("ix_webhook_answers_webhook_id_id", "webhook_answers", ["webhook_id", "id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.String(24), nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("asked", sa.String(64), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_at", "idempotency_keys", ["at"])


def _places() -> None:
    """Add the column: null for what comes from now on, 0 for what was there before.

    PostgreSQL adds a column with a default without touching a row, however many there are.
    """
    place = sa.Column("place", sa.BigInteger(), nullable=True, server_default="0")
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("ticket_entries", place)
        op.alter_column("ticket_entries", "place", server_default=None)
    else:
        op.add_column("ticket_entries", sa.Column("place", sa.BigInteger(), nullable=True))
        op.execute("UPDATE ticket_entries SET place = 0")
    waits, stands = sa.text("place IS NULL"), sa.text("place > 0")
    op.create_index(
        "ix_ticket_entries_without_place",
        "ticket_entries",
        ["id"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index(
        "uq_ticket_entries_place",
        "ticket_entries",
        ["place"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    feed = op.create_table(
        "ticket_feed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_feed"),
    )
    op.bulk_insert(feed, [{"id": 1, "last": 0}])


def downgrade() -> None:
    op.drop_table("idempotency_keys")
    op.drop_table("webhook_answers")
    op.drop_table("webhooks")
    op.drop_table("ticket_feed")
    op.drop_index("uq_ticket_entries_place", "ticket_entries")
    op.drop_index("ix_ticket_entries_without_place", "ticket_entries")
    op.drop_column("ticket_entries", "place")
