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
from imports import worker as import_worker
from imports.again import as_text, kept_rows
from imports.columns import columns
from imports.faults import Said, UnreadableError, Whole

MOST: Final = household_list.MOST_LINES
"""Households that are chosen at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of choosing."""

    added: int
    already: int = 0
    """How many were chosen before."""
    bad: Sequence[BadLine] = ()
    said: Sequence[Said] = ()
    """Of a file: what nobody sees in it, what was guessed."""


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


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as the text of its list, and what is said of it before anybody is chosen."""

    text: str
    said: Sequence[Said]


async def opened(content: bytes) -> Opened:
    """Return a file that somebody brought, as text. Raises UnreadableError."""
    sheets = [kept_rows(each) for each in await import_worker.tables(content)]
    filled = [(sheet, rows) for sheet, rows in sheets if any(not row.is_hidden for row in rows)]
    if not filled:
        raise UnreadableError(Whole.EMPTY)
    headed = (
        (sheet, rows)
        for sheet, rows in filled
        if any("name" in columns(row.cells, household_list.WORDS).places for row in rows[:20])
    )
    sheet, rows = next(headed, filled[0])
    text = as_text(rows, sheet.hidden_columns).partition("\n")[2]  # each line has its own mark
    return Opened(text, sheet.said)
