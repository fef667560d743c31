"""Owns how it is chosen who must be told of an emergency (CBK-5): customers, or a list.

Nobody is chosen twice: a number that a notification rings already is left out, or said to be there.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Patience
from features.customers.queries import CustomerSort
from features.emergency_notifications import household_list
from features.emergency_notifications import households as notification_households
from features.emergency_notifications.household_list import BadLine, Listed
from phone_numbers.plan import NumberPlan

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
    asking: Patience,
    incident_id: int,
    *,
    area: str,
    sort: CustomerSort | None,
    reachable: Callable[[str], bool],
) -> Choice:
    """Choose the customers of an area, a sort, or both; who cannot be rung is told at the door."""

    async def choose(connection: AsyncConnection) -> Choice:
        found = await notification_households.customers_in(
            connection, area=area, sort=sort, limit=MOST
        )
        wanted = [
            one if all(map(reachable, one.numbers)) else Listed(one.name, one.area, ())
            for one in found
        ]
        added = await notification_households.add(connection, incident_id, wanted)
        return Choice(added, len(wanted) - added)

    return await asking.write(choose)


async def from_list(
    asking: Patience,
    incident_id: int,
    text: str,
    plan: NumberPlan,
    *,
    without_bad: bool,
    reachable: Callable[[str], bool],
) -> Choice:
    """Choose the households of a list; one bad line keeps all out, unless it may be left out."""
    known = await asking.ask(lambda each: notification_households.numbers(each, incident_id))
    # ten thousand lines take a moment that nobody else must wait for
    reading = partial(household_list.read, text, plan, reachable=reachable, known=known)
    good, bad = await asyncio.to_thread(reading)
    if bad and not without_bad:
        return Choice(0, bad=bad)
    added = await asking.write(lambda each: notification_households.add(each, incident_id, good))
    return Choice(added, len(good) - added, bad)
