"""On which trunk an attempt went out, on which it may go next, and what trunks said to it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0150"
down_revision: str | None = "0145"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = (("trunk", 16), ("ways", 400), ("trunk_said", 400))


def upgrade() -> None:
    for name, length in COLUMNS:
        column = sa.Column(name, sa.String(length=length), server_default="", nullable=False)
        op.add_column("attempts", column)


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("attempts", name)
