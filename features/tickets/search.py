"""Finds tickets by the beginning of their number, or by customer (TKT-14)."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

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
) -> Sequence[Ticket]:
    """Return the newest tickets whose number begins so, or that a customer's number has.

    `customer` is empty for somebody who may not look for numbers.
    """
    fits = TicketRow.number.startswith(beginning, autoescape=True)
    if customer:
        fits = or_(fits, TicketRow.customer_number == customer)
    newest = (
        select(TicketRow.__table__)
        .where(fits, scoping.within(reach))
        .order_by(TicketRow.created_at.desc())
        .limit(limit)
    )
    return [rows.ticket_in(row) for row in (await connection.execute(newest)).mappings()]
