"""Queries of tickets: a list, and one by its number (TKT-14). Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks
from db.paging import Page, between, column_of, narrowed, page
from features.calls import references as calls
from features.departments import queries as departments
from features.ticket_clocks import queries as ticket_clocks
from features.ticket_clocks.lifecycle import Clock, House, Standing, standing
from features.ticket_life.orders import Order, OrderState
from features.tickets import finding, rows, scoping, terms
from features.tickets.lifecycle import OPEN_STATES, Ticket, TicketState
from features.tickets.tables import TicketOrderRow, TicketRow
from features.tickets.wanted import EVERY_TICKET, TicketFilter
from permissions.scopes import Reach, Scope
from phone_numbers.matching import by_number

__all__ = ["EVERY_TICKET", "TicketFilter"]


async def tickets(
    connection: AsyncConnection,
    wanted: TicketFilter = EVERY_TICKET,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Ticket]:
    """Return a page of tickets, by the time they were opened."""
    query = narrowed(
        select(TicketRow.__table__),
        (TicketRow.call_id, wanted.call_id),
        (TicketRow.handler, wanted.handler),
        (TicketRow.to_review, wanted.to_review),
        (TicketRow.kind, wanted.kind),
        (TicketRow.state, wanted.state),
        (TicketRow.department, wanted.department),
        (TicketRow.urgent, wanted.urgent),
    ).where(scoping.within(reach))
    if (number := wanted.customer_number) is not None:
        fits = by_number(TicketRow.customer_identity, TicketRow.customer_number, number)
        query = query.where(fits)
    if wanted.overdue_at is not None:
        query = query.where(TicketRow.next_due_at <= wanted.overdue_at)
    if wanted.open_only:
        query = query.where(TicketRow.state.in_(_OPEN))
    if wanted.customer_identities:
        query = query.where(TicketRow.customer_identity.in_(wanted.customer_identities))
    query = await calls.of_calls(connection, query, TicketRow.call_id, agent=None, ref=wanted.ref)
    query = between(query, TicketRow.created_at, wanted.since, wanted.until)
    if finding.by_terms(wanted, reach):
        if wanted.agent is not None:
            query = query.where(terms.by_agent(wanted.agent))
        return await finding.page(
            connection, query, wanted, reach=reach, limit=limit, cursor=cursor
        )
    return await page(
        connection,
        query,
        order=(column_of(TicketRow.created_at), column_of(TicketRow.id)),
        limit=limit,
        cursor=cursor,
        read=rows.ticket_in,
    )


async def ticket(connection: AsyncConnection, number: str, *, reach: Reach) -> Ticket | None:
    """Return one ticket by its number, None when there is none within a reach."""
    found = await connection.execute(
        select(TicketRow.__table__).where(TicketRow.number == number, scoping.within(reach))
    )
    row = found.mappings().one_or_none()
    return None if row is None else rows.ticket_in(row)


async def identity(connection: AsyncConnection, number: str) -> str:
    """Return what the customer of a ticket is known by; empty: nobody."""
    query = select(TicketRow.customer_identity).where(TicketRow.number == number)
    return (await connection.execute(query)).scalar_one_or_none() or ""


async def orders(connection: AsyncConnection, number: str, *, reach: Reach) -> Sequence[Order]:
    """Return the orders of a ticket, oldest first; of these a department sees those that it got."""
    row = TicketOrderRow
    query = (
        select(row.__table__)
        .join(TicketRow, TicketRow.id == row.ticket_id)
        .where(TicketRow.number == number)
        .order_by(row.id)
    )
    if reach.scope is Scope.DEPARTMENT:
        query = query.where(row.department == reach.department, row.sent_at.is_not(None))
    return [rows.order_in(each) for each in (await connection.execute(query)).mappings()]


async def clocks(
    connection: AsyncConnection, number: str, house: House, now: datetime
) -> Sequence[tuple[Clock, Standing]]:
    """Return the clocks of a ticket, oldest first, each with why it stands where it stands."""
    query = select(TicketRow.id, TicketRow.department).where(TicketRow.number == number)
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        return []
    known = await departments.department(connection, found.department)
    if known is not None:
        house = house.with_hours(known.office, known.holidays)
    return [
        (one.clock, standing(one.clock, house.office_of(one.clock.kind), now))
        for one in await ticket_clocks.of_ticket(connection, found.id)
    ]


async def by_ids(connection: AsyncConnection, ids: Collection[int]) -> Mapping[int, Ticket]:
    """Return tickets by their rows."""
    query = select(TicketRow.__table__).where(TicketRow.id.in_(ids))
    return {row["id"]: rows.ticket_in(row) for row in (await connection.execute(query)).mappings()}


async def by_numbers(
    connection: AsyncConnection, numbers: Collection[str], *, reach: Reach
) -> Sequence[Ticket]:
    """Return tickets by their numbers, those within a reach, the newest first."""
    query = select(TicketRow.__table__).where(TicketRow.number.in_(numbers), scoping.within(reach))
    found = await connection.execute(query.order_by(TicketRow.created_at.desc(), TicketRow.id))
    return [rows.ticket_in(row) for row in found.mappings()]


async def of_doer(connection: AsyncConnection, number: str, *, limit: int = 50) -> Sequence[Ticket]:
    """Return the open tickets that somebody keeps: what is due first, then what has no clock."""
    row = TicketRow
    query = (
        select(row.__table__)
        .where(row.handler == number, row.state.in_(_OPEN))
        .order_by(row.next_due_at.is_(None), row.next_due_at, row.id)
        .limit(limit)
    )
    return [rows.ticket_in(each) for each in (await connection.execute(query)).mappings()]


async def in_state(
    connection: AsyncConnection,
    states: Collection[TicketState],
    *,
    reach: Reach,
    nobodys: bool = False,
    limit: int = 50,
) -> Sequence[Ticket]:
    """Return tickets in some states, what is due first at the top; `nobodys`: without a handler."""
    row = TicketRow
    query = (
        select(row.__table__)
        .where(row.state.in_([each.value for each in states]), scoping.within(reach))
        .order_by(row.next_due_at.is_(None), row.next_due_at, row.id)
        .limit(limit)
    )
    if nobodys:
        query = query.where(row.handler.is_(None))
    return [rows.ticket_in(each) for each in (await connection.execute(query)).mappings()]


async def escalated(connection: AsyncConnection, *, limit: int = 50) -> Sequence[Ticket]:
    """Return open tickets that went to the manager hotline, what is due first first (QUE-2)."""
    row = TicketRow
    query = (
        select(row.__table__)
        .where(row.escalated_at.is_not(None), row.state.in_(_OPEN))
        .order_by(row.next_due_at.is_(None), row.next_due_at, row.id)
        .limit(limit)
    )
    return [rows.ticket_in(each) for each in (await connection.execute(query)).mappings()]


async def waiting_orders(
    connection: AsyncConnection, *, limit: int = 50
) -> Sequence[tuple[Order, Ticket]]:
    """Return the orders that wait for a senior, the oldest first, each with its ticket (TKT-3)."""
    row = TicketOrderRow
    query = (
        select(row.__table__)
        .where(row.state == OrderState.TO_REVIEW.value)
        .order_by(row.written_at, row.id)
        .limit(limit)
    )
    return await _with_tickets(connection, query)


async def orders_asking_for_time(
    connection: AsyncConnection, *, limit: int = 50
) -> Sequence[tuple[Order, Ticket]]:
    """Return the orders whose department asks for more time, each with its ticket."""
    row = TicketOrderRow
    query = select(row.__table__).where(row.asked_until.is_not(None))
    return await _with_tickets(connection, query.order_by(row.asked_until, row.id).limit(limit))


async def count_to_review(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many orders wait for a senior, and how many departments ask for more time."""
    row = TicketOrderRow
    waits = select(row.id).where(row.state == OrderState.TO_REVIEW.value).limit(_MOST_COUNTED)
    asks = select(row.id).where(row.asked_until.is_not(None)).limit(_MOST_COUNTED)
    return len((await connection.execute(waits)).all()) + len(
        (await connection.execute(asks)).all()
    )


async def _with_tickets(
    connection: AsyncConnection, query: Select[Any]
) -> Sequence[tuple[Order, Ticket]]:
    found = (await connection.execute(query)).mappings().all()
    tickets = await by_ids(connection, [each["ticket_id"] for each in found])
    return [(rows.order_in(each), tickets[each["ticket_id"]]) for each in found]


_MOST_COUNTED = 999
_OPEN = [state.value for state in OPEN_STATES]


async def numbers_of(
    connection: AsyncConnection, call_ids: Collection[str], *, reach: Reach
) -> Mapping[str, Sequence[str]]:
    """Return the numbers of the tickets within a reach that came from these calls, by call."""
    query = (
        select(TicketRow.call_id, TicketRow.number)
        .where(TicketRow.call_id.in_(call_ids), scoping.within(reach))
        .order_by(TicketRow.id)
    )
    numbers: defaultdict[str, list[str]] = defaultdict(list)
    for of_call, number in await connection.execute(query):
        numbers[str(of_call)].append(str(number))
    return numbers


async def ids_of(connection: AsyncConnection, numbers: Collection[str]) -> Mapping[str, int]:
    """Return the ids of those tickets that are there, by their number."""
    found: dict[str, int] = {}
    for some in chunks(numbers):
        pairs = await connection.execute(
            select(TicketRow.number, TicketRow.id).where(TicketRow.number.in_(some))
        )
        found.update({number: key for number, key in pairs if number is not None})
    return found


async def numbers_by_id(connection: AsyncConnection, ids: Collection[int]) -> Mapping[int, str]:
    """Return the numbers of tickets by their ids."""
    found: dict[int, str] = {}
    for some in chunks(ids):
        pairs = await connection.execute(
            select(TicketRow.id, TicketRow.number).where(TicketRow.id.in_(some))
        )
        found.update({key: number for key, number in pairs if number is not None})
    return found
