"""Legal holds: what is kept whatever its time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0441"
down_revision: str | None = "0440"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("thing", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("ends_at", WHEN, nullable=True),
        sa.Column("put_at", WHEN, nullable=False),
        sa.Column("put_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", WHEN, nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=False),
        sa.Column("lifted_why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    for columns in (["lifted_at", "id"], ["put_at", "id"], ["thing", "subject", "lifted_at"]):
        name = op.f(f"ix_legal_holds_{'_'.join(columns)}")
        op.create_index(name, "legal_holds", columns)


def downgrade() -> None:
    op.drop_table("legal_holds")
