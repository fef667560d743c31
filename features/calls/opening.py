"""Owns which calls and recordings somebody may open: pages lead to no others (SEC-1)."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls import scoping
from features.calls.page_timeline import PLAYABLE
from features.calls.tables import Call, RecordingRow
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


async def audible(
    connection: AsyncConnection, who: Asker, recordings: Iterable[str]
) -> frozenset[str]:
    """Return those of some recordings that somebody may listen to, where they were stored."""
    theirs = await scoping.recorded_within(connection, reach_of(who, "recording.listen"))
    wanted = RecordingRow.id.in_(sorted(set(recordings)))
    stored = RecordingRow.state.in_([state.value for state in PLAYABLE])
    found = await connection.execute(select(RecordingRow.id).where(wanted, theirs, stored))
    return frozenset(found.scalars())


async def openable_recordings(
    connection: AsyncConnection, who: Asker, recordings: Iterable[str]
) -> frozenset[str]:
    """Return the same of recordings: their page is that of their call."""
    wanted = sorted(set(recordings))
    if not wanted:
        return frozenset()
    theirs = await scoping.recorded_within(connection, reach_of(who, "recording.read"))
    query = select(RecordingRow.id, RecordingRow.call_id)
    rows = (await connection.execute(query.where(RecordingRow.id.in_(wanted), theirs))).all()
    calls = await openable(connection, who, [row.call_id for row in rows])
    return frozenset(row.id for row in rows if row.call_id in calls)
