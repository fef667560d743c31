"""Who talked in which call, once each, kept with the call to be found by (ADR 30)."""

from collections.abc import Collection

from sqlalchemy import delete, func, insert, literal, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks
from features.calls.tables import Call, CallAgentRow, TalkSegmentRow


async def keep(connection: AsyncConnection, call_ids: Collection[str]) -> None:
    """Keep who talked in these calls, as their rows and segments say (caller's transaction)."""
    row = CallAgentRow
    for some in chunks(call_ids):
        await connection.execute(delete(row).where(row.call_id.in_(some)))
        first = select(Call.id, Call.agent).where(Call.id.in_(some), Call.agent.is_not(None))
        segment = TalkSegmentRow
        others = select(segment.call_id, segment.agent).where(segment.call_id.in_(some))
        talked = union(first, others).subquery()
        values = select(
            talked.c.id,
            talked.c.agent,
            Call.ring_started,
            Call.direction,
            func.coalesce(Call.disposition, literal("")),
        ).join(Call, Call.id == talked.c.id)
        names = ["call_id", "agent", "ring_started", "direction", "disposition"]
        await connection.execute(insert(row).from_select(names, values))
