"""What the ledger keeps of recordings, each at most once, in the caller's transaction."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks, table_of, written
from features.call_recordings import rows
from features.call_recordings.lifecycle import Gap, Recording
from features.call_recordings.tables import GapRow, RecordingRow


async def kept_recordings(
    connection: AsyncConnection, identities: Collection[str]
) -> Sequence[Recording]:
    """Return those of these recordings that have a row."""
    found: list[Recording] = []
    for some in chunks(identities):
        kept = await connection.execute(
            select(RecordingRow.__table__).where(RecordingRow.id.in_(some))
        )
        found.extend(rows.recording_in(row) for row in kept.mappings())
    return found


async def add_recordings(
    connection: AsyncConnection, recordings: Sequence[tuple[Recording, Sequence[Gap]]]
) -> set[str]:
    """Keep recordings and their gaps; return the ids of those that were not kept before."""
    identities = [recording.id for recording, _ in recordings]
    known = {recording.id for recording in await kept_recordings(connection, identities)}
    fresh = {one.id: (one, gaps) for one, gaps in recordings if one.id not in known}
    found = [rows.of_recording(one) for one, _ in fresh.values()]
    await written(connection, table_of(RecordingRow), found)
    short = [rows.of_gap(gap) for _, gaps in fresh.values() for gap in gaps]
    await written(connection, table_of(GapRow), short)
    return set(fresh)
