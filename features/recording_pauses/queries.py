"""Reads and keeps pauses of recordings, in the caller's transaction."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, text, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, between, column_of, narrowed, page
from features.calls import references as calls
from features.recording_pauses.lifecycle import Pause, PauseEnd, PauseWhy
from features.recording_pauses.tables import IS_OPEN, RecordingPauseRow
from permissions.scopes import Reach

_ROW = RecordingPauseRow
_OPEN = text(f"recording_pauses.{IS_OPEN}")


class PausedAlreadyError(Exception):
    """The recording of this call is paused now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseFilter:
    """Which pauses: every field that is set must hold; times are those at which they began."""

    call_id: str | None = None
    by: str | None = None
    ended_how: PauseEnd | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_PAUSE = PauseFilter()


async def pauses(
    connection: AsyncConnection,
    wanted: PauseFilter = EVERY_PAUSE,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Pause]:
    """Return a page of pauses of calls within a reach, newest first."""
    query = narrowed(
        select(_ROW.__table__),
        (_ROW.call_id, wanted.call_id),
        (_ROW.by, wanted.by),
        (_ROW.ended_how, wanted.ended_how),
    )
    query = query.where(await _within(connection, reach))
    order = (column_of(_ROW.from_at), column_of(_ROW.id))
    return await page(
        connection,
        between(query, order[0], wanted.since, wanted.until),
        order=order,
        limit=limit,
        cursor=cursor,
        read=_pause_in,
    )


async def open_ones(connection: AsyncConnection, node: str) -> Sequence[Pause]:
    """Return the pauses that go on at a node."""
    found = await connection.execute(select(_ROW.__table__).where(_OPEN, _ROW.node == node))
    return [_pause_in(row) for row in found.mappings()]


async def open_of_call(connection: AsyncConnection, call_id: str) -> Pause | None:
    """Return the pause of a call that goes on, if one does."""
    found = await connection.execute(select(_ROW.__table__).where(_OPEN, _ROW.call_id == call_id))
    row = found.mappings().one_or_none()
    return None if row is None else _pause_in(row)


async def of_calls(
    connection: AsyncConnection, call_ids: Collection[str]
) -> Mapping[str, Sequence[Pause]]:
    """Return the pauses of these calls, in order; those that failed muted nothing, and are not."""
    query = (
        select(_ROW.__table__)
        .where(_ROW.call_id.in_(call_ids), _ROW.ended_how != PauseEnd.FAILED.value)
        .order_by(_ROW.call_id, _ROW.from_at, _ROW.id)
    )
    found: defaultdict[str, list[Pause]] = defaultdict(list)
    for row in (await connection.execute(query)).mappings():
        found[row["call_id"]].append(_pause_in(row))
    return found


async def of_call(connection: AsyncConnection, call_id: str) -> Sequence[Pause]:
    """Return the pauses of one call, in order."""
    return (await of_calls(connection, [call_id])).get(call_id, ())


async def over(connection: AsyncConnection, node: str) -> Mapping[int, datetime]:
    """Return which pauses of a node go on though their call has ended, and when it did."""
    call = calls.CALL
    gone = call.c.ended.is_not(None)
    query = select(_ROW.id, call.c.ended).join(call, call.c.id == _ROW.call_id)
    found = await connection.execute(query.where(_OPEN, _ROW.node == node, gone))
    return {each.id: each.ended for each in found}


async def begin(connection: AsyncConnection, fresh: Pause) -> Pause:
    """Keep a new pause; return it with its id. Raises PausedAlreadyError."""
    made = insert(_ROW).values(_columns(fresh)).returning(_ROW.__table__)
    try:
        row = (await connection.execute(made)).mappings().one()
    except IntegrityError:
        raise PausedAlreadyError(fresh.call_id) from None
    return _pause_in(row)


async def muted(connection: AsyncConnection, pause_id: int, channel: str, at: datetime) -> bool:
    """Keep since when a leg is muted, the first time; False: the pause has ended meanwhile."""
    done = await connection.execute(
        update(_ROW)
        .where(_ROW.id == pause_id, _ROW.ended_at.is_(None))
        .values(muted_at=func.coalesce(_ROW.muted_at, at), channel=channel)
    )
    return bool(done.rowcount)


async def end(
    connection: AsyncConnection, pause_id: int, *, how: PauseEnd, at: datetime, by: str = ""
) -> bool:
    """Keep how a pause ended; False: it had ended before."""
    done = await connection.execute(
        update(_ROW)
        .where(_ROW.id == pause_id, _ROW.ended_at.is_(None))
        .values(ended_at=at, ended_how=how.value, ended_by=by)
    )
    return bool(done.rowcount)


async def how_many(connection: AsyncConnection, call_id: str) -> int:
    """Return how often the recording of a call was paused."""
    query = select(func.count()).where(
        _ROW.call_id == call_id, _ROW.ended_how != PauseEnd.FAILED.value
    )
    return int((await connection.execute(query)).scalar_one())


async def _within(connection: AsyncConnection, reach: Reach) -> ColumnElement[bool]:
    if reach.whole:
        return true()
    return _ROW.call_id.in_(await calls.within(connection, reach))


def _columns(of: Pause) -> dict[str, Any]:
    columns = {name: getattr(of, name) for name in Pause.__slots__ if name != "id"}
    how = of.ended_how.value if of.ended_how else ""
    return {**columns, "why": of.why.value, "ended_how": how}


def _pause_in(row: RowMapping) -> Pause:
    columns: dict[str, Any] = {name: row[name] for name in Pause.__slots__}
    columns["why"] = PauseWhy(row["why"])
    columns["ended_how"] = PauseEnd(row["ended_how"]) if row["ended_how"] else None
    return Pause(**columns)
