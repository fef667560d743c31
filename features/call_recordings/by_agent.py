"""Whose voices recordings hold and how their calls ended, kept to be found by (ADR 30).

Each recording has a row for everybody who talked in its call, and one for nobody in particular.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, func, insert, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks
from features.call_recordings.tables import RecordingAgentRow, RecordingRow
from features.calls.references import CALL, CALL_AGENT

ANYBODY: Final = ""


async def keep(connection: AsyncConnection, call_ids: Collection[str]) -> None:
    """Keep whose the recordings of these calls are (in the caller's transaction)."""
    for some in chunks(call_ids):
        found = await connection.execute(
            select(RecordingRow.id).where(RecordingRow.call_id.in_(some))
        )
        if ids := found.scalars().all():
            await _keep(connection, ids)


async def keep_states(connection: AsyncConnection, ids: Collection[str]) -> None:
    """Keep how these recordings stand now, beside who is heard in them."""
    row, recording = RecordingAgentRow, RecordingRow
    stands = select(recording.state).where(recording.id == row.recording_id).scalar_subquery()
    for some in chunks(ids):
        await connection.execute(update(row).where(row.recording_id.in_(some)).values(state=stands))


async def _keep(connection: AsyncConnection, ids: Collection[str]) -> None:
    row, recording, agent = RecordingAgentRow, RecordingRow, CALL_AGENT.c
    await connection.execute(delete(row).where(row.recording_id.in_(ids)))
    ended = func.coalesce(CALL.c.disposition, literal(""))
    same = (recording.id, recording.created_at, recording.kind, ended, recording.state)
    anybody = (
        select(literal(ANYBODY), *same)
        .join(CALL, CALL.c.id == recording.call_id)
        .where(recording.id.in_(ids))
    )
    each = (
        select(agent.agent, *same)
        .join(CALL, CALL.c.id == recording.call_id)
        .join(CALL_AGENT, agent.call_id == recording.call_id)
        .where(recording.id.in_(ids), agent.agent != ANYBODY)
    )
    names = ["agent", "recording_id", "created_at", "kind", "disposition", "state"]
    await connection.execute(insert(row).from_select(names, union_all(anybody, each)))
