"""Queries of the do-not-call list: who asked for it, when and why.

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
    """As it is shown."""
    identity: str
    """What it is known by: one entry, however it is written."""
    why: str
    since: datetime
    by: str


async def put(connection: AsyncConnection, entry: Entry) -> bool:
    """Put a number on the list; False: it was there already, and stays as it was."""
    made = insertion(DoNotCallRow.__table__, connection.dialect.name)  # type: ignore[arg-type]
    values = {name: getattr(entry, name) for name in Entry.__slots__}
    done = await connection.execute(
        made.values(values).on_conflict_do_nothing().returning(DoNotCallRow.identity)
    )
    return done.first() is not None


async def one(connection: AsyncConnection, identity: str) -> Entry | None:
    """Return the line of a number, None when it is not on the list."""
    found = await connection.execute(
        select(DoNotCallRow.__table__).where(DoNotCallRow.identity == identity)
    )
    row = found.mappings().one_or_none()
    return None if row is None else Entry(**row)


async def why(connection: AsyncConnection, identity: str) -> str | None:
    """Return why a number is on the list, None when it is not there."""
    entry = await one(connection, identity)
    return None if entry is None else entry.why


async def take_off(connection: AsyncConnection, identity: str) -> bool:
    """Take a number off the list; False: it was not there."""
    gone = delete(DoNotCallRow).where(DoNotCallRow.identity == identity)
    done = await connection.execute(gone.returning(DoNotCallRow.identity))
    return done.first() is not None


async def on_it(connection: AsyncConnection, identities: Collection[str]) -> frozenset[str]:
    """Return which of these numbers are on the list, all by their identities."""
    wanted = list(identities)
    found: set[str] = set()
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        rows = await connection.execute(
            select(DoNotCallRow.identity).where(DoNotCallRow.identity.in_(some))
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
