"""Erasures, proof of what was destroyed, consent; a digest of the words of each audit entry."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0182"
down_revision: str | None = "0181"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GOES_ON = sa.text("state <> 'done'")
DIGEST = (("salt", 32), ("sealed", 64))


def upgrade() -> None:
    for name, length in DIGEST:
        column = sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        op.add_column("audit_log", column)
    op.create_table(
        "erasures",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("since", WHEN, nullable=True),
        sa.Column("until", WHEN, nullable=True),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("nodes", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_at", WHEN, nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("done_at", WHEN, nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(
        "ix_erasures_goes_on",
        "erasures",
        ["next_at", "id"],
        sqlite_where=GOES_ON,
        postgresql_where=GOES_ON,
    )
    op.create_index(op.f("ix_erasures_person"), "erasures", ["person"])
    op.create_table(
        "destructions",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("node", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destructions")),
    )
    op.create_index(op.f("ix_destructions_at_id"), "destructions", ["at", "id"])
    key = op.create_table(
        "person_key",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_key")),
    )
    op.bulk_insert(key, [{"id": 1, "key": secrets.token_hex(32)}])
    op.create_table(
        "consents",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("through", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(op.f("ix_consents_identity_at"), "consents", ["identity", "at"])


def downgrade() -> None:
    for table in ("consents", "person_key", "destructions", "erasures"):
        op.drop_table(table)
    for name, _ in reversed(DIGEST):
        op.drop_column("audit_log", name)
