"""Opens tickets, in the caller's transaction: at most one of each kind a call."""

from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.calls.references import CALL
from features.tickets import rows
from features.tickets.lifecycle import Ticket
from features.tickets.tables import TicketRow


async def open_ticket(connection: AsyncConnection, ticket: Ticket, *, day: date) -> str | None:
    """Open a ticket and return its number; None when this message has one already.

    The number is the day of the office and the row's own: unique, and short enough to be said.
    """
    values = rows.of_ticket(ticket) | {"number": None, "customer_identity": _of_call(ticket)}
    made = insertion(table_of(TicketRow), connection.dialect.name).values(values)
    done = await connection.execute(
        made.on_conflict_do_nothing().returning(TicketRow.__table__.c.id)
    )
    key = done.scalar_one_or_none()
    if key is None:
        return None
    number = f"{day:%Y%m%d}-{key:05d}"
    await connection.execute(update(TicketRow).where(TicketRow.id == key).values(number=number))
    return number


def _of_call(ticket: Ticket) -> Any:
    """Return what the caller is known by: what the call's number was read as."""
    of_call = select(CALL.c.identity).where(CALL.c.id == ticket.call_id).scalar_subquery()
    return func.coalesce(of_call, "")
