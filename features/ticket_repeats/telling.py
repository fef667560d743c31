"""Tells the repeats of a ticket that the first is settled, in the transaction in which it is."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_repeats import queries
from features.tickets import history
from features.tickets import queries as tickets
from features.tickets.history import Author
from features.tickets.lifecycle import OPEN_STATES, Ticket

FIRST_SETTLED = "first_settled"


async def first_settled(
    connection: AsyncConnection, first_id: int, first: Ticket, *, author: Author, now: datetime
) -> None:
    """Add an entry to each open ticket that repeats a ticket which was settled now."""
    repeats = await queries.of_first(connection, first_id)
    if not repeats:
        return
    known = await tickets.by_ids(connection, [one.ticket_id for one in repeats])
    for key, ticket in known.items():
        if ticket.state in OPEN_STATES:
            await history.add(
                connection,
                key,
                ticket,
                ticket,
                what=FIRST_SETTLED,
                author=author,
                now=now,
                said={"first": first.number},
            )
