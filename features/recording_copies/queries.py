"""Rows of copies: which are due, those of a recording, and what changes of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks
from features.recording_copies.lifecycle import Copy, CopyState, Place, leaving
from features.recording_copies.tables import RecordingCopyRow
from recordings.codings import Coding

_COLUMNS = tuple(each.name for each in fields(Copy))
_UNDONE = [CopyState.WANTED.value, CopyState.MADE.value, CopyState.LEAVING.value]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the copies of one node are."""

    waiting: int
    """Those with which something is to be done, now or after a failure."""
    failing: int
    """Those with which the last try failed."""
    why: str
    """Why the one that fails for longest does."""


async def due(
    connection: AsyncConnection,
    *,
    node: str,
    now: datetime,
    limit: int,
    but: Collection[Place] = (),
) -> Sequence[Copy]:
    """Return copies with which something is to be done, the longest due first."""
    row = RecordingCopyRow
    query = (
        select(row.__table__)
        .where(row.node == node, row.due_at <= now)
        .order_by(row.due_at, row.id)
        .limit(limit)
    )
    if but:
        query = query.where(row.place.not_in([each.value for each in but]))
    return [_copy_in(each) for each in (await connection.execute(query)).mappings()]


async def of_recordings(
    connection: AsyncConnection, identities: Collection[str]
) -> Mapping[str, Sequence[Copy]]:
    """Return the copies of recordings, each one's in the order in which they were wanted."""
    found: defaultdict[str, list[Copy]] = defaultdict(list)
    row = RecordingCopyRow
    for some in chunks(identities):
        query = select(row.__table__).where(row.recording_id.in_(some)).order_by(row.id)
        for each in (await connection.execute(query)).mappings():
            found[each["recording_id"]].append(_copy_in(each))
    return found


async def of_recording(connection: AsyncConnection, recording_id: str) -> Sequence[Copy]:
    """Return the copies of one recording, in the order in which they were wanted."""
    return (await of_recordings(connection, [recording_id])).get(recording_id, ())


async def add(connection: AsyncConnection, copies: Sequence[Copy]) -> None:
    """Keep copies that are wanted. Raises IntegrityError for one that is there."""
    for each in copies:  # one after the other: their numbers are their order
        values = {name: value for name, value in _of(each).items() if name != "id"}
        await connection.execute(insert(RecordingCopyRow).values(**values))


async def change(connection: AsyncConnection, before: Copy, after: Copy) -> bool:
    """Keep what a copy has become; False: it was changed by somebody else meanwhile."""
    row = RecordingCopyRow
    done = await connection.execute(
        update(row)
        .where(row.id == before.id, row.state == before.state.value)
        .values({name: value for name, value in _of(after).items() if name != "id"})
    )
    return bool(done.rowcount)


async def let_go(connection: AsyncConnection, recording_id: str, now: datetime) -> bool:
    """Have all copies of a recording destroyed; True: there is none any more."""
    copies = await of_recording(connection, recording_id)
    for each in copies:
        if each.state not in {CopyState.LEAVING, CopyState.GONE}:
            await change(connection, each, leaving(each, now=now))
    return all(each.state is CopyState.GONE for each in copies)


async def not_gone(connection: AsyncConnection, identities: Collection[str]) -> int:
    """Return how many copies of these recordings are still to be destroyed."""
    row, count = RecordingCopyRow, 0
    for some in chunks(identities):
        query = select(func.count()).where(
            row.recording_id.in_(some), row.state != CopyState.GONE.value
        )
        count += (await connection.execute(query)).scalar_one()
    return count


async def sealed_otherwise(connection: AsyncConnection, key: str) -> int:
    """Return how many copies are there that are not sealed with a key."""
    row = RecordingCopyRow
    query = select(func.count()).where(row.key != key, row.state == CopyState.PROVEN.value)
    return (await connection.execute(query)).scalar_one()


async def backlog(connection: AsyncConnection, node: str) -> Backlog:
    """Return how far the copies of a node are."""
    row = RecordingCopyRow
    mine = (row.node == node, row.due_at.is_not(None), row.state.in_(_UNDONE))
    counts = select(func.count(), func.count().filter(row.tries > 0)).where(*mine)
    waiting, failing = (await connection.execute(counts)).one()
    first = select(row.why).where(*mine, row.tries > 0).order_by(row.tries.desc(), row.id).limit(1)
    why = (await connection.execute(first)).scalar() if failing else ""
    return Backlog(waiting, failing, why or "")


def _of(copy: Copy) -> dict[str, Any]:
    return {name: getattr(copy, name) for name in _COLUMNS}


def _copy_in(row: RowMapping) -> Copy:
    columns: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    columns["place"] = Place(row["place"])
    columns["coding"] = Coding(row["coding"])
    columns["state"] = CopyState(row["state"])
    return Copy(**columns)
