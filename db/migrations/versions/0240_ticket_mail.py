"""Letters and their attachments, how far mailboxes were read, and how tickets came in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0240"
down_revision: str | None = "0233"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("began_at", WHEN, nullable=False),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "ticket_intakes",
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("received_at", WHEN, nullable=False),
        sa.Column("entered_at", WHEN, nullable=False),
        sa.Column("answer_by", sa.String(length=16), nullable=False),
        sa.Column("answer_to", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=True),
        sa.Column("token_id", ROW_NUMBER, nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("answered_by", sa.String(length=80), server_default="", nullable=False),
        *_keys("ticket_intakes"),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_intakes")),
    )
    op.create_index(op.f("ix_ticket_intakes_received_at"), "ticket_intakes", ["received_at"])
    op.create_table(
        "ticket_mails",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=True),
        sa.Column("direction", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=250), nullable=False),
        sa.Column("refers_to", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("since", WHEN, nullable=True),
        sa.Column("sent_at", WHEN, nullable=True),
        sa.Column("said", sa.String(length=300), nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=True),
        sa.Column("token_id", ROW_NUMBER, nullable=True),
        *_keys("ticket_mails"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_mails")),
        sa.UniqueConstraint("key", name=op.f("uq_ticket_mails_key")),
    )
    for columns in (
        ["ticket_id", "at"],
        ["message_id"],
        ["direction", "state", "next_at"],
        ["direction", "at", "id"],
        ["address", "kind", "at"],
    ):
        op.create_index(op.f(f"ix_ticket_mails_{'_'.join(columns)}"), "ticket_mails", columns)
    op.create_table(
        "mail_attachments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("mail_id", ROW_NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["ticket_mails.id"], name=op.f("fk_mail_attachments_mail_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attachments")),
        sa.UniqueConstraint(
            "mail_id", "position", name=op.f("uq_mail_attachments_mail_id_position")
        ),
    )


def _keys(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [other], name=op.f(f"fk_{table}_{name}"))
        for name, other in (
            ("ticket_id", "tickets.id"),
            ("account_id", "accounts.id"),
            ("token_id", "api_tokens.id"),
        )
    ]


def downgrade() -> None:
    for table in ("mail_attachments", "ticket_mails", "ticket_intakes", "mailboxes"):
        op.drop_table(table)
