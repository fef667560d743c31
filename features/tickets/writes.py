"""Opens tickets, in the caller's transaction: at most one of each kind a call."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.calls.references import CALL
from features.customers import queries as customers
from features.customers.queries import CustomerSort
from features.ticket_clocks.lifecycle import House
from features.tickets import acts, history, rows, terms
from features.tickets.history import Author
from features.tickets.lifecycle import Ticket
from features.tickets.tables import TicketRow


async def open_ticket(
    connection: AsyncConnection,
    ticket: Ticket,
    *,
    author: Author,
    house: House,
    day: date,
    identity: str = "",
) -> str | None:
    """Open a ticket and return its number; None when this message or call has one already.

    The number is the day of the office and the row's own: unique, and short enough to be said. Its
    first version, its history and its clocks begin with it; that of a large, important or
    dedicated-line customer is urgent (TKT-4). `identity` is what the customer's number is known by,
    where the ticket is of no call.
    """
    kept = {"number": None, "customer_identity": _of_call(ticket, identity)}
    values = rows.of_ticket(ticket) | kept
    row = table_of(TicketRow)
    made = insertion(row, connection.dialect.name).values(values)
    done = await connection.execute(
        made.on_conflict_do_nothing().returning(row.c.id, row.c.customer_identity)
    )
    found = done.one_or_none()
    if found is None:
        return None
    key, known_by = found
    known = await customers.customer(connection, known_by)
    urgent = known is not None and known.sort is not CustomerSort.NORMAL
    now = ticket.created_at
    opened = replace(ticket, number=f"{day:%Y%m%d}-{key:05d}", urgent=urgent)
    opened = await acts.with_clocks(connection, key, opened, house, why=history.OPENED, now=now)
    await connection.execute(
        update(TicketRow)
        .where(TicketRow.id == key)
        .values(number=opened.number, urgent=urgent, next_due_at=opened.next_due_at)
    )
    await terms.keep(connection, [key])
    await acts.keep_version(connection, key, opened, author=author, now=now)
    await history.add(connection, key, None, opened, what=history.OPENED, author=author, now=now)
    return opened.number


def _of_call(ticket: Ticket, otherwise: str) -> Any:
    """Return what the caller is known by: what the call's number was read as."""
    of_call = select(CALL.c.identity).where(CALL.c.id == ticket.call_id).scalar_subquery()
    return func.coalesce(of_call, otherwise)
