"""Which recordings somebody may open or play: pages link to no others (SEC-1)."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_recordings import scoping
from features.call_recordings.lifecycle import PLAYABLE
from features.call_recordings.tables import RecordingRow
from features.calls.opening import openable
from permissions.may import Asker, reach_of


async def audible(
    connection: AsyncConnection, who: Asker, recordings: Iterable[str]
) -> frozenset[str]:
    """Return those of some recordings that somebody may listen to, where they were stored."""
    theirs = await scoping.within(connection, reach_of(who, "recording.listen"))
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
    theirs = await scoping.within(connection, reach_of(who, "recording.read"))
    query = select(RecordingRow.id, RecordingRow.call_id)
    rows = (await connection.execute(query.where(RecordingRow.id.in_(wanted), theirs))).all()
    calls = await openable(connection, who, [row.call_id for row in rows])
    return frozenset(row.id for row in rows if row.call_id in calls)
