"""Finds a call by the beginning of its id, for the command line.

Whoever runs it on this machine sees everything.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from db.beginnings import id_like
from features.calls import queries
from features.calls.queries import CallStory
from features.calls.tables import Call
from permissions.scopes import EVERYTHING


async def call_like(connection: AsyncConnection, beginning: str) -> CallStory | None:
    """Return the story of the one call whose id begins so; None for no call and for several."""
    found = await id_like(connection, Call.id, beginning)
    if found is None:
        return None
    return await queries.call(connection, found, reach=EVERYTHING, ticket_reach=EVERYTHING)
