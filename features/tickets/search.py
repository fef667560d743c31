"""Finds tickets by the beginning of their number, or by customer (TKT-14)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls import references as calls
from features.tickets import rows, scoping
from features.tickets.lifecycle import Ticket
from features.tickets.tables import TicketRow
from permissions.scopes import Reach


async def like(
    connection: AsyncConnection,
    beginning: str,
    *,
    customer: str,
    limit: int,
    reach: Reach,
    call_reach: Reach,
) -> Sequence[Ticket]:
    """Return the newest tickets whose number begins so, or that a customer's number has.

    Only those whose call lies within `call_reach`: a ticket is shown on the page of its call.
    `customer` is empty for somebody who may not look for numbers.
    """
    fits = TicketRow.number.startswith(beginning, autoescape=True)
    if customer:
        fits = or_(fits, TicketRow.customer_number == customer)
    theirs: ColumnElement[bool] = true()
    if not call_reach.whole:
        theirs = TicketRow.call_id.in_(await calls.within(connection, call_reach))
    newest = (
        select(TicketRow.__table__)
        .where(fits, scoping.within(reach), theirs)
        .order_by(TicketRow.created_at.desc())
        .limit(limit)
    )
    return [rows.ticket_in(row) for row in (await connection.execute(newest)).mappings()]
