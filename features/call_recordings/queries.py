"""Queries of recordings: a list, one, those of a call. Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, between, column_of, narrowed, page
from features.call_recordings import by_agent, rows, scoping
from features.call_recordings.lifecycle import Gap, Recording, RecordingKind, RecordingState
from features.call_recordings.tables import GapRow, RecordingAgentRow, RecordingRow
from features.calls import references as calls
from features.calls.lifecycle import Disposition
from permissions.scopes import Reach
from phone_numbers.phone_number import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFilter:
    """Which recordings: every field that is set must hold; times are those of the row (QA-5)."""

    call_id: str | None = None
    ref: str | None = None
    """Of the recorded call, as the three below."""
    number: PhoneNumber | None = None
    agent: str | None = None
    disposition: Disposition | None = None
    kind: RecordingKind | None = None
    state: RecordingState | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_RECORDING = RecordingFilter()


async def recordings(
    connection: AsyncConnection,
    wanted: RecordingFilter = EVERY_RECORDING,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Recording]:
    """Return a page of recordings, by the time their row was made."""
    talked = wanted.agent is not None or wanted.disposition is not None
    by = RecordingAgentRow if talked else RecordingRow
    query = narrowed(
        select(RecordingRow.__table__),
        (RecordingRow.call_id, wanted.call_id),
        (by.kind, wanted.kind),
        (by.state, wanted.state),
    )
    query = await calls.of_calls(
        connection,
        query,
        RecordingRow.call_id,
        ref=wanted.ref,
        agent=None,
        number=wanted.number,
    )
    order = (column_of(RecordingRow.created_at), column_of(RecordingRow.id))
    along = order
    if talked:
        whose = RecordingAgentRow
        along = (column_of(whose.created_at), column_of(whose.recording_id))
        query = narrowed(
            query.join(whose, whose.recording_id == RecordingRow.id),
            (whose.agent, by_agent.ANYBODY if wanted.agent is None else wanted.agent),
            (whose.disposition, wanted.disposition),
        )
    query = query.where(await scoping.within(connection, reach))
    return await page(
        connection,
        between(query, along[0], wanted.since, wanted.until),
        order=order,
        along=along,
        limit=limit,
        cursor=cursor,
        read=rows.recording_in,
    )


async def recording(
    connection: AsyncConnection, recording_id: str, *, reach: Reach
) -> Recording | None:
    """Return one recording, None when there is none of a call within a reach."""
    theirs = await scoping.within(connection, reach)
    found = await connection.execute(
        select(RecordingRow.__table__).where(RecordingRow.id == recording_id, theirs)
    )
    row = found.mappings().one_or_none()
    return None if row is None else rows.recording_in(row)


async def of_call(connection: AsyncConnection, call_id: str) -> Sequence[Recording]:
    """Return what was recorded of one call, by kind."""
    found = await connection.execute(
        select(RecordingRow.__table__)
        .where(RecordingRow.call_id == call_id)
        .order_by(RecordingRow.kind)
    )
    return [rows.recording_in(row) for row in found.mappings()]


async def gaps_of(connection: AsyncConnection, call_id: str) -> Sequence[Gap]:
    """Return which parts of one call are in no recording, in order."""
    found = await connection.execute(
        select(GapRow.__table__).where(GapRow.call_id == call_id).order_by(GapRow.from_at)
    )
    return [rows.gap_in(row) for row in found.mappings()]


async def gaps_of_calls(
    connection: AsyncConnection, call_ids: Collection[str]
) -> Mapping[str, Sequence[Gap]]:
    """Return which parts of these calls are in no recording, in order."""
    found = await connection.execute(
        select(GapRow.__table__)
        .where(GapRow.call_id.in_(call_ids))
        .order_by(GapRow.call_id, GapRow.from_at)
    )
    told: defaultdict[str, list[Gap]] = defaultdict(list)
    for row in found.mappings():
        told[row["call_id"]].append(rows.gap_in(row))
    return told


async def of_calls(
    connection: AsyncConnection, call_ids: Collection[str]
) -> Mapping[str, Recording]:
    """Return the recording of each of these calls; of one that has two, that of the call itself."""
    found = await connection.execute(
        select(RecordingRow.__table__)
        .where(RecordingRow.call_id.in_(call_ids))
        .order_by(RecordingRow.kind.desc())
    )
    return {row["call_id"]: rows.recording_in(row) for row in found.mappings()}


async def seconds_of(connection: AsyncConnection, call_ids: Collection[str]) -> Mapping[str, float]:
    """Return the seconds of the longest recording of each of these calls that has one."""
    query = select(RecordingRow.call_id, RecordingRow.seconds).where(
        RecordingRow.call_id.in_(call_ids)
    )
    longest: defaultdict[str, float] = defaultdict(float)
    for of_call, seconds in await connection.execute(query):
        longest[of_call] = max(longest[of_call], seconds)
    return longest
