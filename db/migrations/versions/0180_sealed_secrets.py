"""Secrets of second factors are kept sealed, and are longer then."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0180"
down_revision: str | None = "0150"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("second_factors") as table:
        table.alter_column("secret", existing_type=sa.String(length=64), type_=sa.String(400))


def downgrade() -> None:
    """An older version cannot open what is sealed: these people set their app up again."""
    op.execute("DELETE FROM second_factors WHERE secret LIKE 'sealed:%'")
    with op.batch_alter_table("second_factors") as table:
        table.alter_column("secret", existing_type=sa.String(length=400), type_=sa.String(64))
