"""Until when a token is valid. Those that are there are valid for a year from now on."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0131"
down_revision: str | None = "0130"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("expires_at", WHEN, nullable=True))
    table = sa.table("api_tokens", sa.column("expires_at", WHEN))
    until = datetime.now(UTC) + timedelta(days=365)
    if op.get_bind().dialect.name == "sqlite":
        until = until.replace(tzinfo=None)
    op.execute(table.update().values(expires_at=until))
    with op.batch_alter_table("api_tokens") as changed:
        changed.alter_column("expires_at", existing_type=WHEN, nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("api_tokens") as changed:
        changed.drop_column("expires_at")
