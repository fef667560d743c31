"""Which calls somebody may open: pages link to no others (SEC-1)."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls import scoping
from features.calls.tables import Call
from permissions.may import Asker, reach_of


async def openable(
    connection: AsyncConnection, who: Asker, calls: Iterable[str | None]
) -> frozenset[str]:
    """Return those of some calls that are there, and that somebody may open."""
    wanted = sorted(set(filter(None, calls)))
    if not wanted:
        return frozenset()
    theirs = await scoping.within(connection, reach_of(who, "call.read"))
    found = await connection.execute(select(Call.id).where(Call.id.in_(wanted), theirs))
    return frozenset(found.scalars())
