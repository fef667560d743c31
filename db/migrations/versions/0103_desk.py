"""What agents write and look up: customers, knowledge, callbacks, hand-overs, ticket versions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0103"
down_revision: str | None = "0102"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_agent", sa.String(length=8), nullable=True),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_customers")),
    )
    op.create_index(op.f("ix_customers_area"), "customers", ["area"], unique=False)
    op.create_table(
        "knowledge",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("business", sa.String(length=40), nullable=True),
        sa.Column("keywords", sa.String(length=400), nullable=False),
        sa.Column("published_at", WHEN, nullable=True),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge")),
    )
    op.create_index(
        op.f("ix_knowledge_updated_at_id"), "knowledge", ["updated_at", "id"], unique=False
    )
    op.create_table(
        "handovers",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("shift", sa.String(length=40), nullable=False),
        sa.Column("written_at", WHEN, nullable=False),
        sa.Column("written_by", ROW_NUMBER, nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("signed_at", WHEN, nullable=True),
        sa.Column("signed_by", ROW_NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["accounts.id"], name=op.f("fk_handovers_signed_by")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["accounts.id"], name=op.f("fk_handovers_written_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(
        op.f("ix_handovers_written_at_id"), "handovers", ["written_at", "id"], unique=False
    )
    op.create_table(
        "callbacks",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("ticket_id", ROW_NUMBER, nullable=True),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=True),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("came_at", WHEN, nullable=True),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("passed", sa.Text(), server_default="", nullable=False),
        sa.Column("found", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("completed_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_callbacks_account_id")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_callbacks_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callbacks")),
    )
    op.create_index(op.f("ix_callbacks_due_at_id"), "callbacks", ["due_at", "id"], unique=False)
    op.create_index(
        "ix_callbacks_next_at",
        "callbacks",
        ["next_at", "id"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_callbacks_number_due_at"), "callbacks", ["number", "due_at"], unique=False
    )
    op.create_index(
        op.f("ix_callbacks_state_due_at_id"), "callbacks", ["state", "due_at", "id"], unique=False
    )
    op.create_index(
        "uq_callbacks_of_call",
        "callbacks",
        ["call_id", "kind"],
        unique=True,
        sqlite_where=sa.text("kind <> 'agent'"),
        postgresql_where=sa.text("kind <> 'agent'"),
    )
    op.create_table(
        "ticket_versions",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=True),
        sa.Column("token_id", ROW_NUMBER, nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ticket_versions_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_versions_ticket_id")
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_tokens.id"], name=op.f("fk_ticket_versions_token_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_versions")),
        sa.UniqueConstraint(
            "ticket_id", "version", name=op.f("uq_ticket_versions_ticket_id_version")
        ),
    )


def downgrade() -> None:
    op.drop_table("ticket_versions")
    op.drop_table("callbacks")
    op.drop_table("handovers")
    op.drop_table("knowledge")
    op.drop_table("customers")
