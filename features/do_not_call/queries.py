"""Owns the numbers that no campaign may ring: who asked for it, when and why.

All of it runs in the caller's transaction (on SQLite one with `writing=True` for what changes).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion
from features.do_not_call.tables import DoNotCallRow

BY_TELEPHONE = "telephone"
"""The person asked for it during a call."""
AT_ONCE = 500
"""Numbers in one question; SQLite allows a limited number of values."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A number that is not rung."""

    number: str
    why: str
    since: datetime
    by: str


async def put(connection: AsyncConnection, entry: Entry) -> bool:
    """Put a number on the list; False: it was there already, and stays as it was."""
    made = insertion(DoNotCallRow.__table__, connection.dialect.name)  # type: ignore[arg-type]
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    done = await connection.execute(
        made.values(values).on_conflict_do_nothing().returning(DoNotCallRow.number)
    )
    return done.first() is not None


async def one(connection: AsyncConnection, number: str) -> Entry | None:
    """Return the line of a number, None when it is not on the list."""
    found = await connection.execute(
        select(DoNotCallRow.__table__).where(DoNotCallRow.number == number)
    )
    row = found.mappings().one_or_none()
    return None if row is None else Entry(**row)


async def take_off(connection: AsyncConnection, number: str) -> bool:
    """Take a number off the list; False: it was not there."""
    gone = delete(DoNotCallRow).where(DoNotCallRow.number == number)
    done = await connection.execute(gone.returning(DoNotCallRow.number))
    return done.first() is not None


async def on_it(connection: AsyncConnection, numbers: Collection[str]) -> frozenset[str]:
    """Return which of these numbers are on the list."""
    wanted = list(numbers)
    found: set[str] = set()
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        rows = await connection.execute(
            select(DoNotCallRow.number).where(DoNotCallRow.number.in_(some))
        )
        found.update(rows.scalars())
    return frozenset(found)


async def listed(
    connection: AsyncConnection, *, after: str = "", limit: int = 200
) -> Sequence[Entry]:
    """Return the list by number, from behind one on."""
    found = await connection.execute(
        select(DoNotCallRow.__table__)
        .where(DoNotCallRow.number > after)
        .order_by(DoNotCallRow.number)
        .limit(limit)
    )
    return [Entry(**row) for row in found.mappings()]
