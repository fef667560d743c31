"""Chooses who must be told of an emergency (CBK-5): customers, or a list.

Nobody is chosen twice: a number that a notification rings already is left out, or said to be there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.customers.queries import CustomerSort
from features.emergency_notifications import household_list
from features.emergency_notifications import households as notification_households
from features.emergency_notifications.household_list import BadLine, Listed

MOST: Final = household_list.MOST_LINES
"""Households that are chosen at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of choosing."""

    added: int
    already: int = 0
    """How many were chosen before."""
    bad: Sequence[BadLine] = ()


async def from_customers(
    connection: AsyncConnection,
    incident_id: int,
    *,
    area: str,
    sort: CustomerSort | None,
    reachable: Callable[[str], bool],
) -> Choice:
    """Choose the customers of an area, a sort, or both; who cannot be rung is told at the door."""
    found = await notification_households.customers_in(connection, area=area, sort=sort, limit=MOST)
    wanted = [
        one if all(map(reachable, one.numbers)) else Listed(one.name, one.area, ()) for one in found
    ]
    added = await notification_households.add(connection, incident_id, wanted)
    return Choice(added, len(wanted) - added)
