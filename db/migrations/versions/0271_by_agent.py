"""Calls and recordings by who talked in them; indexes for two filters at once (ADR 30)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0271"
down_revision: str | None = "0270"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)

MORE = {
    "calls": {
        "ix_calls_disposition_time": ("disposition", "ring_started", "id"),
        "ix_calls_direction_time": ("direction", "ring_started", "id"),
        "ix_calls_both_time": ("direction", "disposition", "ring_started", "id"),
    },
    "recordings": {
        "ix_recordings_state_time": ("state", "created_at", "id"),
        "ix_recordings_kind_time": ("kind", "created_at", "id"),
        "ix_recordings_both_time": ("kind", "state", "created_at", "id"),
    },
    "call_agents": {
        "ix_call_agents_time": ("agent", "ring_started", "call_id"),
        "ix_call_agents_disposition": ("agent", "disposition", "ring_started", "call_id"),
        "ix_call_agents_direction": ("agent", "direction", "ring_started", "call_id"),
    },
    "recording_agents": {
        "ix_recording_agents_time": ("agent", "created_at", "recording_id"),
        "ix_recording_agents_kind": ("agent", "kind", "created_at", "recording_id"),
        "ix_recording_agents_disposition": ("agent", "disposition", "created_at", "recording_id"),
        "ix_recording_agents_both": (
            *("agent", "disposition", "kind", "created_at", "recording_id"),
        ),
    },
}
INSTEAD_OF = {"calls": ("disposition", "ring_started"), "recordings": ("state", "created_at")}
"""Indexes that a longer one of the same beginning stands for."""

CALL_AGENTS = """
INSERT INTO call_agents (call_id, agent, ring_started, direction, disposition)
SELECT c.id, t.agent, c.ring_started, c.direction, coalesce(c.disposition, '')
FROM (SELECT id, agent FROM calls WHERE agent IS NOT NULL
      UNION SELECT call_id, agent FROM talk_segments) t
JOIN calls c ON c.id = t.id
"""
RECORDING_AGENTS = """
INSERT INTO recording_agents (recording_id, agent, created_at, kind, disposition)
SELECT r.id, '', r.created_at, r.kind, coalesce(c.disposition, '')
FROM recordings r JOIN calls c ON c.id = r.call_id
UNION ALL
SELECT r.id, a.agent, r.created_at, r.kind, coalesce(c.disposition, '')
FROM recordings r JOIN calls c ON c.id = r.call_id JOIN call_agents a ON a.call_id = r.call_id
WHERE a.agent <> ''
"""


def upgrade() -> None:
    op.create_table(
        "call_agents",
        sa.Column("call_id", sa.String(length=36), nullable=False),
        sa.Column("agent", sa.String(length=150), nullable=False),
        sa.Column("ring_started", WHEN, nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("disposition", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["calls.id"], name=op.f("fk_call_agents_call_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_id", "agent", name=op.f("pk_call_agents")),
    )
    op.create_table(
        "recording_agents",
        sa.Column("recording_id", sa.String(length=36), nullable=False),
        sa.Column("agent", sa.String(length=150), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("disposition", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_recording_agents_recording_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "agent", name=op.f("pk_recording_agents")),
    )
    op.execute(CALL_AGENTS)
    op.execute(RECORDING_AGENTS)
    for table, indexes in MORE.items():
        for name, columns in indexes.items():
            op.create_index(name, table, list(columns))
    for table, columns in INSTEAD_OF.items():
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)


def downgrade() -> None:
    for table, columns in INSTEAD_OF.items():
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
    for table in ("calls", "recordings"):
        for name in MORE[table]:
            op.drop_index(name, table)
    op.drop_table("recording_agents")
    op.drop_table("call_agents")
