"""The knowledge base: versions, days on which an answer is valid, files, proposals, what helped."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from db.sought import folded

revision: str = "0233"
down_revision: str | None = "0232"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    ("version", sa.Integer(), "1"),
    ("helped", sa.Integer(), "0"),
    ("sought_title", sa.Text(), ""),
    ("sought_keywords", sa.Text(), ""),
    ("sought_body", sa.Text(), ""),
)


def upgrade() -> None:
    for name, kind, empty in COLUMNS:
        op.add_column("knowledge", sa.Column(name, kind, server_default=empty, nullable=False))
    for name in ("valid_from", "valid_until"):
        op.add_column("knowledge", sa.Column(name, sa.Date(), nullable=True))
    op.create_table(
        "knowledge_versions",
        sa.Column("entry_id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["knowledge.id"], name=op.f("fk_knowledge_versions_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "version", name=op.f("pk_knowledge_versions")),
    )
    op.create_table(
        "knowledge_files",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("entry_id", ROW_NUMBER, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", WHEN, nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("gone_at", WHEN, nullable=True),
        sa.Column("gone_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["knowledge.id"], name=op.f("fk_knowledge_files_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_files")),
    )
    op.create_index(op.f("ix_knowledge_files_entry_id"), "knowledge_files", ["entry_id"])
    op.create_table(
        "knowledge_proposals",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("business", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("entry_id", ROW_NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["knowledge.id"], name=op.f("fk_knowledge_proposals_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_proposals")),
    )
    op.create_index(op.f("ix_knowledge_proposals_state_at"), "knowledge_proposals", ["state", "at"])
    op.create_table(
        "knowledge_helped",
        sa.Column("entry_id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("matter", sa.String(length=80), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["knowledge.id"], name=op.f("fk_knowledge_helped_entry_id")
        ),
        sa.PrimaryKeyConstraint("entry_id", "matter", name=op.f("pk_knowledge_helped")),
    )
    _fold()


def _fold() -> None:
    bind = op.get_bind()
    rows = bind.execute(sa.text("SELECT id, title, keywords, body FROM knowledge")).all()
    for row in rows:
        bind.execute(
            sa.text(
                "UPDATE knowledge SET sought_title = :title, sought_keywords = :keywords,"
                " sought_body = :body WHERE id = :id"
            ),
            {
                "id": row.id,
                "title": folded(row.title),
                "keywords": folded(row.keywords),
                "body": folded(row.body),
            },
        )


def downgrade() -> None:
    for table in ("helped", "proposals", "files", "versions"):
        op.drop_table(f"knowledge_{table}")
    for name in ("valid_until", "valid_from", *(name for name, _, _ in reversed(COLUMNS))):
        op.drop_column("knowledge", name)
