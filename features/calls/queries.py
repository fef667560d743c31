"""Queries of calls, for command line and desk. Changes nothing.

Every list is newest first, in pages (`db.paging`), and answered from an index. Each question says
how far the right of who asks goes: what lies beyond is as if it were not there (SEC-1).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import JournalEvent
from db.paging import Page, between, column_of, narrowed, page
from features.call_recordings import queries as recordings
from features.call_recordings.lifecycle import Gap, Recording
from features.calls import rows, scoping
from features.calls import talk_segment_rows as talk_segments
from features.calls.by_piece import has_piece
from features.calls.lifecycle import CallRecord, CallState, Direction, Disposition
from features.calls.tables import IS_OPEN, Call, CallAgentRow, CallEvent
from features.tickets import queries as tickets
from features.tickets.lifecycle import Ticket
from features.tickets.queries import TicketFilter
from features.tickets.references import TICKET
from permissions.scopes import Reach
from phone_numbers.matching import by_number
from phone_numbers.phone_number import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls: every field that is set must hold."""

    call_id: str | None = None
    ref: str | None = None
    number: PhoneNumber | None = None
    """The caller's, however it is written."""
    identities: Sequence[str] = ()
    """What one customer's numbers are known by: any of them."""
    piece: str | None = None
    """Digits that stand somewhere in the caller's number."""
    or_number: PhoneNumber | None = None
    """What the piece means if it is a whole number."""
    ticket: str | None = None
    """The number of a ticket that came from the call."""
    agent: str | None = None
    """Who talked in it, answered first or not."""
    disposition: Disposition | None = None
    direction: Direction | None = None
    state: CallState | None = None
    since: datetime | None = None
    """Began to ring at this time or later."""
    until: datetime | None = None
    """Began to ring before this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStory:
    """All that is known of one call; events in the order in which they happened."""

    call: CallRecord
    events: Sequence[JournalEvent]
    recordings: Sequence[Recording]
    gaps: Sequence[Gap]
    tickets: Sequence[Ticket]


EVERY_CALL = CallFilter()


async def calls(
    connection: AsyncConnection,
    wanted: CallFilter = EVERY_CALL,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[CallRecord]:
    """Return a page of calls within a reach, by the time they began to ring."""
    query = narrowed(
        select(Call.__table__),
        (Call.id, wanted.call_id),
        (Call.ref, wanted.ref),
        (Call.disposition, wanted.disposition),
        (Call.direction, wanted.direction),
        (Call.state, wanted.state),
    ).where(await scoping.within(connection, reach))
    if wanted.number is not None:
        query = query.where(by_number(Call.identity, Call.number, wanted.number))
    if wanted.identities:
        query = query.where(Call.identity.in_(wanted.identities))
    order = (column_of(Call.ring_started), column_of(Call.id))
    along = order
    if wanted.agent is not None:
        talked = CallAgentRow
        along = (column_of(talked.ring_started), column_of(talked.call_id))
        query = narrowed(
            query.join(talked, talked.call_id == Call.id),
            (talked.agent, wanted.agent),
            (talked.disposition, wanted.disposition),
            (talked.direction, wanted.direction),
        )
    if wanted.state not in (None, CallState.ENDED):
        query = query.where(text(IS_OPEN))
    if wanted.ticket is not None:
        of_ticket = select(TICKET.c.call_id).where(TICKET.c.number == wanted.ticket)
        query = query.where(Call.id.in_(of_ticket))
    query = between(query, along[0], wanted.since, wanted.until)
    paged = partial(
        page, connection, order=order, along=along, limit=limit, cursor=cursor, read=rows.call_in
    )
    if wanted.piece is None:
        return await paged(query)
    having = await has_piece(connection, wanted.piece, wanted.or_number, page=limit + 1)
    if cursor is None and having.newest is not None and having.newest_until is not None:
        found: Page[CallRecord] = await paged(query.where(having.newest))
        if found.next and found.items[-1].ring_started > having.newest_until:
            return found
    return await paged(query.where(having.calls))


async def call(
    connection: AsyncConnection, call_id: str, *, reach: Reach, ticket_reach: Reach
) -> CallStory | None:
    """Return the story of one call; None when there is none within `reach`.

    Of its tickets it has those within `ticket_reach`.
    """
    theirs = await scoping.within(connection, reach)
    found = await _one(connection, select(Call.__table__).where(Call.id == call_id, theirs))
    if found is None:
        return None
    record = rows.call_in(found, await talk_segments.of_call(connection, call_id))
    return CallStory(
        call=record,
        events=await events(connection, record),
        recordings=await recordings.of_call(connection, call_id),
        gaps=await recordings.gaps_of(connection, call_id),
        tickets=(
            await tickets.tickets(connection, TicketFilter(call_id=call_id), reach=ticket_reach)
        ).items,
    )


async def caller(connection: AsyncConnection, call_id: str, *, reach: Reach) -> str | None:
    """Return the number that called, None when there is no such call within a reach."""
    theirs = await scoping.within(connection, reach)
    found = await connection.execute(select(Call.number).where(Call.id == call_id, theirs))
    return found.scalar_one_or_none()


async def last_out(
    connection: AsyncConnection, *, agent: str, identities: Collection[str], since: datetime
) -> str | None:
    """Return an agent's latest call out to one of some numbers, if it began since a moment."""
    found = await connection.execute(
        select(Call.id)
        .where(Call.identity.in_(identities), Call.ring_started >= since)
        .where(Call.direction == Direction.OUT.value, Call.agent == agent)
        .order_by(Call.ring_started.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def events(connection: AsyncConnection, record: CallRecord) -> Sequence[JournalEvent]:
    """Return what happened in a call, in order."""
    found = await _all(
        connection,
        select(CallEvent.__table__)
        .where(CallEvent.about.in_([record.linkedid, record.id]), CallEvent.node == record.node)
        .order_by(CallEvent.at, CallEvent.source, CallEvent.file, CallEvent.offset),
    )
    return [rows.event_in(row) for row in found]


async def _one(connection: AsyncConnection, query: Select[Any]) -> Any:
    return (await connection.execute(query)).mappings().one_or_none()


async def _all(connection: AsyncConnection, query: Select[Any]) -> Any:
    return (await connection.execute(query)).mappings().all()
