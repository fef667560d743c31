"""Rows of talk segments: who sat where, and which calls somebody talked in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, RowMapping, Table, and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import written
from features.calls import call_agents, rows
from features.calls.lifecycle import CallRecord
from features.calls.tables import Call, CallAgentRow, TalkSegmentRow
from features.calls.talk_segments import TalkSegment
from features.duties import queries as duties
from features.duties.queries import Sat

FEW_CALLS = 1000
"""Calls that are looked up by their ids and sorted."""

_TABLE: Table = TalkSegmentRow.__table__  # type: ignore[assignment]


async def keep(connection: AsyncConnection, calls: Collection[CallRecord]) -> None:
    """Replace the segments of these calls (in the caller's transaction).

    Where the journals do not name who sat at a phone, the duty of that moment does.
    """
    if not calls:
        return
    await connection.execute(
        delete(TalkSegmentRow).where(TalkSegmentRow.call_id.in_([call.id for call in calls]))
    )
    sat = await _sessions(connection, [(call.node, one) for call in calls for one in call.segments])
    await written(
        connection,
        _TABLE,
        [
            rows.of_segment(call.id, replace(one, agent=one.agent or _who(sat, call.node, one)))
            for call in calls
            for one in call.segments
        ],
    )
    await call_agents.keep(connection, [call.id for call in calls])


async def of_call(connection: AsyncConnection, call_id: str) -> Sequence[RowMapping]:
    """Return the rows of one call, in order."""
    query = select(_TABLE).where(TalkSegmentRow.call_id == call_id)
    found = await connection.execute(query.order_by(TalkSegmentRow.from_at, TalkSegmentRow.id))
    return found.mappings().all()


async def agents_of(
    connection: AsyncConnection, call_ids: Sequence[str]
) -> Mapping[str, Sequence[str]]:
    """Return who talked in each of these calls, in order, everybody once."""
    query = (
        select(TalkSegmentRow.call_id, TalkSegmentRow.agent)
        .where(TalkSegmentRow.call_id.in_(call_ids))
        .order_by(TalkSegmentRow.from_at, TalkSegmentRow.id)
    )
    agents: dict[str, dict[str, None]] = {}
    for call_id, agent in await connection.execute(query):
        agents.setdefault(str(call_id), {})[str(agent)] = None
    return {call_id: list(found) for call_id, found in agents.items()}


async def talked(connection: AsyncConnection, agent: str) -> ColumnElement[bool]:
    """Return what is so for the calls in which somebody talked, first or not.

    Few calls are named and sorted; those of who has had many turn up soon on the way back in time.
    """
    row = CallAgentRow
    theirs = select(row.call_id).where(row.agent == agent)
    ids = (await connection.execute(theirs.limit(FEW_CALLS + 1))).scalars().all()
    if len(ids) <= FEW_CALLS:
        return Call.id.in_(sorted(ids))
    return theirs.where(row.call_id == Call.id).exists()


def talked_any(agents: Collection[str]) -> ColumnElement[bool]:
    """Return what is so for the calls in which one of these talked, or nobody of ours did."""
    segment = select(TalkSegmentRow.id).where(TalkSegmentRow.call_id == Call.id)
    theirs = segment.where(TalkSegmentRow.agent.in_(sorted(agents))).exists()
    nobodys = and_(Call.agent.is_(None), ~segment.exists())
    return or_(Call.agent.in_(sorted(agents)), theirs, nobodys)


async def _sessions(
    connection: AsyncConnection, segments: Sequence[tuple[str, TalkSegment]]
) -> Sequence[Sat]:
    """Return who sat at the seats, of each node, of those whom no journal names."""
    seats = {one.seat for _, one in segments if not one.agent}
    if not seats:
        return ()
    first = min(one.from_at for _, one in segments)
    return await duties.sat(connection, seats, since=first)


def _who(sat: Sequence[Sat], node: str, one: TalkSegment) -> str:
    """Return who sat at a seat when a segment began; a phone without sign-in is its own number."""
    for each in sat:
        was_there = each.began_at <= one.from_at and (
            each.ended_at is None or one.from_at < each.ended_at
        )
        if (each.node, each.seat) == (node, one.seat) and was_there:
            return each.number
    return one.seat
