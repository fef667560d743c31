"""To which team somebody belongs, whose leader sees what its people do; and the version of an
account, so that of two who save it at once the later one is told.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0108"
down_revision: str | None = "0107"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    team = sa.Column("team", sa.String(length=80), server_default="", nullable=False)
    op.add_column("accounts", team)
    version = sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    op.add_column("accounts", version)


def downgrade() -> None:
    for column in ("version", "team"):
        op.drop_column("accounts", column)
