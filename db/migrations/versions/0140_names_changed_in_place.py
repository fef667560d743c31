"""What was changed in migrations that had been run already: brought after.

Tables and columns of 0102 and 0103 got other names, and 0105 and 0106 were put before a 0107 that
databases had already. Such a database lacks them although its revision says otherwise.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import sqlalchemy as sa
from alembic import op

revision: str = "0140"
down_revision: str | None = "0132"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

RENAMED = (
    ("calls", "way", "direction"),
    ("calls", "emergency", "fallback"),
    ("callbacks", "kept_at", "completed_at"),
)
"""Table, its column as it was, and as it is."""

SEGMENTS = "talk_segments"
SEGMENTS_BEFORE = "call_stretches"


def upgrade() -> None:
    for table, before, name in RENAMED:
        if before in _columns(table):
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {before} TO {name}")
    op.execute("UPDATE callbacks SET state = 'completed' WHERE state = 'kept'")
    if SEGMENTS_BEFORE in _tables():
        _rename_segments()
    if "node" not in _columns("calls"):
        _earlier("0106_nodes").upgrade()
    if "identity" not in _columns("customers"):
        _earlier("0105_phone_numbers").upgrade()


def downgrade() -> None:
    """Leave the names: those of 0108 are these."""


def _tables() -> set[str]:
    return set(sa.inspect(op.get_bind()).get_table_names())


def _columns(table: str) -> set[str]:
    return {str(column["name"]) for column in sa.inspect(op.get_bind()).get_columns(table)}


def _rename_segments() -> None:
    """Rename the table with all that is named after it, as constraints cannot be on SQLite."""
    for columns in ("agent_from_at", "call_id_from_at", "from_at"):
        op.drop_index(op.f(f"ix_{SEGMENTS_BEFORE}_{columns}"), table_name=SEGMENTS_BEFORE)
    when = sa.DateTime(timezone=True)
    op.create_table(
        SEGMENTS,
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("agent", sa.String(length=150), nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("from_at", when, nullable=False),
        sa.Column("to_at", when, nullable=True),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("held_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f(f"fk_{SEGMENTS}_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SEGMENTS}")),
    )
    kept = "call_id, agent, seat, from_at, to_at, how, held_s"
    op.execute(
        f"INSERT INTO {SEGMENTS} ({kept}) SELECT {kept} FROM {SEGMENTS_BEFORE} ORDER BY id"  # noqa: S608 (names of ours)
    )
    op.drop_table(SEGMENTS_BEFORE)
    for indexed in (["agent", "from_at"], ["call_id", "from_at"], ["from_at"]):
        name = op.f(f"ix_{SEGMENTS}_{'_'.join(indexed)}")
        op.create_index(name, SEGMENTS, indexed, unique=False)


def _earlier(name: str) -> ModuleType:
    """Return an earlier migration, to be made up for."""
    file = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"made_up_for_{name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
