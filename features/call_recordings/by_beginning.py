"""Finds a recording by the beginning of its id, for the command line.

Whoever runs it on this machine sees everything.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from db.beginnings import id_like
from features.call_recordings import queries
from features.call_recordings.lifecycle import Recording
from features.call_recordings.tables import RecordingRow
from permissions.scopes import EVERYTHING


async def recording_like(connection: AsyncConnection, beginning: str) -> Recording | None:
    """Return the one recording whose id begins so; None for no recording and for several."""
    found = await id_like(connection, RecordingRow.id, beginning)
    return None if found is None else await queries.recording(connection, found, reach=EVERYTHING)
