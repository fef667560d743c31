"""What is on record of a live listening: who listened to whom, and which call it was (QA-1)."""

from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.log import AuditFilter
from features.calls.references import TALK_SEGMENT
from permissions.scopes import EVERYTHING

ACTION: Final = "agent.listen"
"""What supervision puts on record before the leader's phone rings."""


async def heard(
    connection: AsyncConnection, *, agent: str, inspector: str, since: datetime
) -> str | None:
    """Return the id of the call of an agent that an inspector heard last; None: none on record."""
    wanted = AuditFilter(subject=agent, action=ACTION, number=inspector, since=since)
    looks = await audit.entries(connection, wanted, reach=EVERYTHING, limit=20)
    for look in looks.items:
        call_id = await _talked_in(connection, agent, look.entry.at)
        if call_id is not None:
            return call_id
    return None


async def _talked_in(connection: AsyncConnection, agent: str, at: datetime) -> str | None:
    row = TALK_SEGMENT.c
    query = (
        select(row.call_id)
        .where(row.agent == agent, row.from_at <= at, or_(row.to_at.is_(None), row.to_at >= at))
        .order_by(row.from_at.desc())
        .limit(1)
    )
    return (await connection.execute(query)).scalar_one_or_none()
