"""Emergency notices: incidents, the households to be told, and the area of a customer."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "customers", sa.Column("area", sa.String(length=80), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_customers_area"), "customers", ["area"], unique=False)
    _incidents()
    _households()


def downgrade() -> None:
    raise NotImplementedError("who was told would be lost; go back to a backup instead")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _when(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, WHEN, nullable=nullable)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def _incidents() -> None:
    table = "incidents"
    op.create_table(
        table,
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        _text("what", 200),
        _text("place", 200),
        _when("happened_at", nullable=False),
        _text("reporter", 120),
        sa.Column("details", sa.Text(), nullable=False),
        _text("language", 8),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("take", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        _text("voice", 16),
        _when("made_at", nullable=False),
        _text("made_by", 80),
        _when("started_at"),
        _text("started_by", 80),
        _when("stopped_at"),
        _text("stopped_by", 80),
        _when("closed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _index(table, "made_at", "id")
    _index(table, "voice")


def _households() -> None:
    table = "notice_households"
    op.create_table(
        table,
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("incident_id", ROW_NUMBER, nullable=False),
        _text("name", 80),
        _text("area", 80),
        sa.Column("numbers", sa.JSON(), nullable=False),
        _text("state", 16),
        _when("next_at"),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _text("reason", 24),
        _when("told_at"),
        _text("told_on", 40),
        _text("door_by", 80),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f(f"fk_{table}_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    only = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_notice_households_next_at",
        table,
        ["next_at", "id"],
        sqlite_where=only,
        postgresql_where=only,
    )
    _index(table, "incident_id", "state", "id")
