"""Who talked in a call, from when to when; how long it was talked, and how long the message is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "call_stretches",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("agent", sa.String(length=150), nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("from_at", WHEN, nullable=False),
        sa.Column("to_at", WHEN, nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("held_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_stretches_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_stretches")),
    )
    for columns in (["call_id", "from_at"], ["agent", "from_at"], ["from_at"]):
        name = op.f(f"ix_call_stretches_{'_'.join(columns)}")
        op.create_index(name, "call_stretches", columns, unique=False)
    name = op.f("ix_duties_seat_began_at")
    op.create_index(name, "duties", ["seat", "began_at"], unique=False)
    # What a call of before had of these is not known: null.
    op.add_column("calls", sa.Column("talk_s", sa.Float(), nullable=True))
    op.add_column("calls", sa.Column("message_s", sa.Float(), nullable=True))


def downgrade() -> None:
    for name in ("message_s", "talk_s"):
        op.drop_column("calls", name)
    op.drop_index(op.f("ix_duties_seat_began_at"), "duties")
    op.drop_table("call_stretches")
