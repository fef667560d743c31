"""Finds a call or recording by the beginning of its id, for the command line.

Whoever runs it on this machine sees everything.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls import queries
from features.calls.queries import CallStory
from features.calls.recording import Recording
from features.calls.tables import Call, RecordingRow
from permissions.scopes import EVERYTHING

WHOLE_ID = 36
"""Characters of an id; one that is whole is found by the index, a beginning by looking at all."""


async def call_like(connection: AsyncConnection, beginning: str) -> CallStory | None:
    """Return the story of the one call whose id begins so; None for no call and for several."""
    found = await _id_like(connection, Call.id, beginning)
    if found is None:
        return None
    return await queries.call(connection, found, reach=EVERYTHING, ticket_reach=EVERYTHING)


async def recording_like(connection: AsyncConnection, beginning: str) -> Recording | None:
    """Return the one recording whose id begins so; None for no recording and for several."""
    found = await _id_like(connection, RecordingRow.id, beginning)
    return None if found is None else await queries.recording(connection, found, reach=EVERYTHING)


async def _id_like(connection: AsyncConnection, column: Any, beginning: str) -> str | None:
    whole = len(beginning) == WHOLE_ID
    fits = column == beginning if whole else column.startswith(beginning, autoescape=True)
    found = (await connection.execute(select(column).where(fits).limit(2))).scalars().all()
    return str(found[0]) if len(found) == 1 else None
