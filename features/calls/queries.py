"""Queries of calls, recordings and tickets, for command line and desk. Changes nothing.

Every list is newest first, in pages (`db.paging`), and answered from an index. Each question says
how far the right of who asks goes: what lies beyond is as if it were not there (SEC-1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import JournalEvent
from db.paging import Page, between, column_of, page
from features.calls import rows, scoping
from features.calls import talk_segment_rows as talk_segments
from features.calls.by_number import by_number, has_piece
from features.calls.lifecycle import CallRecord, CallState, Direction, Disposition
from features.calls.recording import Gap, Recording, RecordingKind, RecordingState
from features.calls.tables import IS_OPEN, Call, CallEvent, GapRow, RecordingRow
from features.tickets import scoping as ticket_scoping
from features.tickets.lifecycle import Ticket, TicketKind, TicketState
from features.tickets.tables import TicketRow
from permissions.scopes import Reach
from phone_numbers.phone_number import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls: every field that is set must hold."""

    call_id: str | None = None
    ref: str | None = None
    number: PhoneNumber | None = None
    """The caller's, however it is written."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which tickets: every field that is set must hold (TKT-14)."""

    call_id: str | None = None
    ref: str | None = None
    """Of the call it came from, as the agent."""
    agent: str | None = None
    customer_number: PhoneNumber | None = None
    handler: str | None = None
    to_review: bool | None = None
    kind: TicketKind | None = None
    state: TicketState | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStory:
    """All that is known of one call; events in the order in which they happened."""

    call: CallRecord
    events: Sequence[JournalEvent]
    recordings: Sequence[Recording]
    gaps: Sequence[Gap]
    tickets: Sequence[Ticket]


EVERY_CALL = CallFilter()
EVERY_RECORDING = RecordingFilter()
EVERY_TICKET = TicketFilter()


async def calls(
    connection: AsyncConnection,
    wanted: CallFilter = EVERY_CALL,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[CallRecord]:
    """Return a page of calls within a reach, by the time they began to ring."""
    query = _where(
        select(Call.__table__),
        (Call.id, wanted.call_id),
        (Call.ref, wanted.ref),
        (Call.disposition, wanted.disposition),
        (Call.direction, wanted.direction),
        (Call.state, wanted.state),
    ).where(await scoping.within(connection, reach))
    if wanted.number is not None:
        query = query.where(by_number(Call.identity, Call.number, wanted.number))
    if wanted.agent is not None:
        query = query.where(await talk_segments.talked(connection, wanted.agent))
    if wanted.state not in (None, CallState.ENDED):
        query = query.where(text(IS_OPEN))
    if wanted.ticket is not None:
        of_ticket = select(TicketRow.call_id).where(TicketRow.number == wanted.ticket)
        query = query.where(Call.id.in_(of_ticket))
    if wanted.piece is not None:
        query = query.where(await has_piece(connection, wanted.piece, wanted.or_number))
    return await page(
        connection,
        between(query, Call.ring_started, wanted.since, wanted.until),
        order=(column_of(Call.ring_started), column_of(Call.id)),
        limit=limit,
        cursor=cursor,
        read=rows.call_in,
    )


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
        recordings=[
            rows.recording_in(row)
            for row in await _all(
                connection,
                select(RecordingRow.__table__)
                .where(RecordingRow.call_id == call_id)
                .order_by(RecordingRow.kind),
            )
        ],
        gaps=[
            rows.gap_in(row)
            for row in await _all(
                connection,
                select(GapRow.__table__).where(GapRow.call_id == call_id).order_by(GapRow.from_at),
            )
        ],
        tickets=(
            await tickets(connection, TicketFilter(call_id=call_id), reach=ticket_reach)
        ).items,
    )


async def caller(connection: AsyncConnection, call_id: str, *, reach: Reach) -> str | None:
    """Return the number that called, None when there is no such call within a reach."""
    theirs = await scoping.within(connection, reach)
    found = await connection.execute(select(Call.number).where(Call.id == call_id, theirs))
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


async def recordings(
    connection: AsyncConnection,
    wanted: RecordingFilter = EVERY_RECORDING,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Recording]:
    """Return a page of recordings, by the time their row was made."""
    query = _where(
        select(RecordingRow.__table__),
        (RecordingRow.call_id, wanted.call_id),
        (RecordingRow.kind, wanted.kind),
        (RecordingRow.state, wanted.state),
    )
    query = await _of_calls(
        connection,
        query,
        RecordingRow.call_id,
        (Call.ref, wanted.ref),
        (Call.disposition, wanted.disposition),
        agent=wanted.agent,
        number=wanted.number,
    )
    query = query.where(await scoping.recorded_within(connection, reach))
    return await page(
        connection,
        between(query, RecordingRow.created_at, wanted.since, wanted.until),
        order=(column_of(RecordingRow.created_at), column_of(RecordingRow.id)),
        limit=limit,
        cursor=cursor,
        read=rows.recording_in,
    )


async def recording(
    connection: AsyncConnection, recording_id: str, *, reach: Reach
) -> Recording | None:
    """Return one recording, None when there is none of a call within a reach."""
    theirs = await scoping.recorded_within(connection, reach)
    found = await _one(
        connection, select(RecordingRow.__table__).where(RecordingRow.id == recording_id, theirs)
    )
    return None if found is None else rows.recording_in(found)


async def tickets(
    connection: AsyncConnection,
    wanted: TicketFilter = EVERY_TICKET,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Ticket]:
    """Return a page of tickets, by the time they were opened."""
    query = _where(
        select(TicketRow.__table__),
        (TicketRow.call_id, wanted.call_id),
        (TicketRow.handler, wanted.handler),
        (TicketRow.to_review, wanted.to_review),
        (TicketRow.kind, wanted.kind),
        (TicketRow.state, wanted.state),
    ).where(ticket_scoping.within(reach))
    if (number := wanted.customer_number) is not None:
        fits = by_number(TicketRow.customer_identity, TicketRow.customer_number, number)
        query = query.where(fits)
    query = await _of_calls(
        connection, query, TicketRow.call_id, (Call.ref, wanted.ref), agent=wanted.agent
    )
    return await page(
        connection,
        between(query, TicketRow.created_at, wanted.since, wanted.until),
        order=(column_of(TicketRow.created_at), column_of(TicketRow.id)),
        limit=limit,
        cursor=cursor,
        read=rows.ticket_in,
    )


async def ticket(connection: AsyncConnection, number: str, *, reach: Reach) -> Ticket | None:
    """Return one ticket by its number, None when there is none within a reach."""
    found = await _one(
        connection,
        select(TicketRow.__table__).where(TicketRow.number == number, ticket_scoping.within(reach)),
    )
    return None if found is None else rows.ticket_in(found)


def _where(query: Select[Any], *wanted: tuple[Any, str | bool | None]) -> Select[Any]:
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    return query


async def _of_calls(
    connection: AsyncConnection,
    query: Select[Any],
    call_id: Any,
    *wanted: tuple[Any, str | None],
    agent: str | None,
    number: PhoneNumber | None = None,
) -> Select[Any]:
    """Keep the rows of those calls only; without any wish every row."""
    if agent is None and number is None and all(value is None for _, value in wanted):
        return query
    calls = _where(select(Call.id), *wanted)
    if number is not None:
        calls = calls.where(by_number(Call.identity, Call.number, number))
    if agent is not None:
        calls = calls.where(await talk_segments.talked(connection, agent))
    return query.where(call_id.in_(calls))


async def _one(connection: AsyncConnection, query: Select[Any]) -> Any:
    return (await connection.execute(query)).mappings().one_or_none()


async def _all(connection: AsyncConnection, query: Select[Any]) -> Any:
    return (await connection.execute(query)).mappings().all()
