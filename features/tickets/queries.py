"""Queries of tickets: a list, and one by its number (TKT-14). Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks
from db.paging import Page, between, column_of, narrowed, page
from features.calls import references as calls
from features.tickets import rows, scoping
from features.tickets.lifecycle import Ticket, TicketKind, TicketState
from features.tickets.tables import TicketRow
from permissions.scopes import Reach
from phone_numbers.matching import by_number
from phone_numbers.phone_number import PhoneNumber


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


EVERY_TICKET = TicketFilter()


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
    ).where(scoping.within(reach))
    if (number := wanted.customer_number) is not None:
        fits = by_number(TicketRow.customer_identity, TicketRow.customer_number, number)
        query = query.where(fits)
    query = await calls.of_calls(
        connection, query, TicketRow.call_id, ref=wanted.ref, agent=wanted.agent
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
    found = await connection.execute(
        select(TicketRow.__table__).where(TicketRow.number == number, scoping.within(reach))
    )
    row = found.mappings().one_or_none()
    return None if row is None else rows.ticket_in(row)


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
