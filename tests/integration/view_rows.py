"""A view of the ticket list, and something that is done with many tickets."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_bulks.tables import TicketBulkRow
from features.ticket_views.tables import TicketViewRow
from tests.integration.desk_room import BEGAN

A_BULK: Final[Mapping[str, object]] = {
    "account_id": 2,
    "key": "k",
    "work": "chase",
    "given": {},
    "begun_at": BEGAN,
}
"""A senior's: nobody else sees it."""

A_VIEW: Final[Mapping[str, object]] = {
    "account_id": 1,
    "name": "线路班",
    "shared": "everybody",
    "shared_with": "",
    "filters": {"which": "overdue"},
    "columns": ["number", "body"],
    "version": 1,
    "updated_at": BEGAN,
}
"""Of the ticket list, everybody's."""


async def views_and_bulks(connection: AsyncConnection) -> None:
    """Keep one of each."""
    await connection.execute(insert(TicketViewRow).values(A_VIEW))
    await connection.execute(insert(TicketBulkRow).values(A_BULK))
