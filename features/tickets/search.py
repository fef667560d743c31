"""Finds tickets by what was typed into the box for everything (TKT-14)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from features.tickets import finding, queries
from features.tickets.lifecycle import Ticket
from features.tickets.wanted import TicketFilter
from permissions.roles import Role
from permissions.scopes import Reach
from phone_numbers.plan import NumberPlan


async def like(
    connection: AsyncConnection,
    text: str,
    *,
    plan: NumberPlan,
    role: Role,
    limit: int,
    reach: Reach,
) -> Sequence[Ticket]:
    """Return the newest tickets that say this, or whose customer's number has it."""
    wanted = TicketFilter(**finding.box(text, plan, role))
    return (await queries.tickets(connection, wanted, reach=reach, limit=limit)).items
