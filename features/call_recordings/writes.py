"""What the ledger keeps of recordings, each at most once, in the caller's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks, table_of, written
from features.call_recordings import by_agent, rows
from features.call_recordings.lifecycle import (
    PLAYABLE,
    Gap,
    Recording,
    RecordingKind,
    RecordingState,
)
from features.call_recordings.tables import GapRow, RecordingRow
from features.calls.references import CALL


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
    await by_agent.keep(connection, {one.call_id for one, _ in fresh.values()})
    return set(fresh)


async def made_before(
    connection: AsyncConnection,
    moment: datetime,
    *,
    kind: RecordingKind,
    node: str,
    most: int,
    but: Collection[str] = (),
    after: tuple[datetime, str] | None = None,
) -> Sequence[Recording]:
    """Return recordings of a node's calls that are in the store since before then, oldest first.

    Those of the calls `but` are left alone; `after` is the place of the last one seen.
    """
    query = (
        select(RecordingRow.__table__)
        .join(CALL, CALL.c.id == RecordingRow.call_id)
        .where(CALL.c.node == node)
        .where(RecordingRow.state.in_([state.value for state in PLAYABLE]))
        .where(RecordingRow.kind == kind.value)
        .where(RecordingRow.created_at < moment, RecordingRow.call_id.not_in(but))
        .order_by(RecordingRow.created_at, RecordingRow.id)
        .limit(most)
    )
    if after is not None:
        query = query.where(tuple_(RecordingRow.created_at, RecordingRow.id) > after)
    return [rows.recording_in(row) for row in (await connection.execute(query)).mappings()]


async def in_the_store(
    connection: AsyncConnection, *, after: str, most: int
) -> Sequence[Recording]:
    """Return recordings that can be listened to, by their ids from one on."""
    query = (
        select(RecordingRow.__table__)
        .where(RecordingRow.id > after)
        .where(RecordingRow.state.in_([state.value for state in PLAYABLE]))
        .order_by(RecordingRow.id)
        .limit(most)
    )
    return [rows.recording_in(each) for each in (await connection.execute(query)).mappings()]


async def stored_after(
    connection: AsyncConnection,
    after: tuple[datetime, str] | None,
    *,
    before: datetime,
    node: str,
    most: int,
) -> Sequence[Recording]:
    """Return recordings of a node's calls that are in the store, in the order of their rows."""
    row = RecordingRow
    query = (
        select(row.__table__)
        .join(CALL, CALL.c.id == row.call_id)
        .where(CALL.c.node == node, row.created_at < before)
        .where(row.state.in_([state.value for state in PLAYABLE]))
        .order_by(row.created_at, row.id)
        .limit(most)
    )
    if after is not None:
        query = query.where(tuple_(row.created_at, row.id) > after)
    return [rows.recording_in(each) for each in (await connection.execute(query)).mappings()]


async def mark_removed(
    connection: AsyncConnection, identities: Collection[str], *, why: str
) -> None:
    """Keep that the files of these recordings are gone; what they were stays known."""
    for some in chunks(identities):
        await connection.execute(
            update(RecordingRow)
            .where(RecordingRow.id.in_(some))
            .values(state=RecordingState.REMOVED.value, path="", why=why)
        )
    await by_agent.keep_states(connection, identities)
