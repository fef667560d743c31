"""Which recordings are within somebody's reach: those of the calls that are (SEC-1)."""

from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_recordings.tables import RecordingRow
from features.calls import references as calls
from permissions.scopes import Reach


async def within(connection: AsyncConnection, reach: Reach) -> ColumnElement[bool]:
    """Return what is so for recordings of the calls within a reach."""
    if reach.whole:
        return true()
    return RecordingRow.call_id.in_(await calls.within(connection, reach))
