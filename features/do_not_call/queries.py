"""Queries of the do-not-call list: who asked for it, when and why.

Of somebody who was erased the wish is kept: the line has a keyed digest for the number, and is
found by it.

All of it runs in the caller's transaction (on SQLite one with `writing=True` for what changes).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion
from features.customers import queries as customers
from features.do_not_call.tables import DoNotCallRow
from features.personal_data import people

BY_TELEPHONE = "telephone"
"""The person asked for it during a call."""
ERASED = people.ERASED
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
    known = [identity, await _erased_as(connection, identity)]
    found = await connection.execute(
        select(DoNotCallRow.__table__)
        .where(DoNotCallRow.identity.in_(known))
        .order_by(DoNotCallRow.number.desc())
    )
    row = found.mappings().first()
    return None if row is None else Entry(**row)


async def why(connection: AsyncConnection, identity: str) -> str | None:
    """Return why a person is on the list, by any of the customer's numbers; None: is not there."""
    for each in await customers.identities(connection, identity):
        entry = await one(connection, each)
        if entry is not None:
            return entry.why
    return None


async def take_off(connection: AsyncConnection, identity: str) -> bool:
    """Take a number off the list; False: it was not there."""
    known = [identity, await _erased_as(connection, identity)]
    gone = delete(DoNotCallRow).where(DoNotCallRow.identity.in_(known))
    done = await connection.execute(gone.returning(DoNotCallRow.identity))
    return done.first() is not None


async def on_it(connection: AsyncConnection, identities: Collection[str]) -> frozenset[str]:
    """Return which of these numbers are not rung, all by their identities.

    Who asked for it by one number is left alone on the customer's others, too.
    """
    behind = await customers.everybody_behind(connection, identities)
    wanted = sorted({*identities, *(each for every in behind.values() for each in every)})
    found: set[str] = set()
    for begin in range(0, len(wanted), AT_ONCE):
        some = wanted[begin : begin + AT_ONCE]
        rows = await connection.execute(
            select(DoNotCallRow.identity).where(DoNotCallRow.identity.in_(some))
        )
        found.update(rows.scalars())
    found |= await _of_erased(connection, set(wanted) - found)
    return frozenset(
        each for each in identities if each in found or not found.isdisjoint(behind.get(each, ()))
    )


async def _of_erased(connection: AsyncConnection, identities: Collection[str]) -> set[str]:
    """Return which of these are of people who were erased, and whose wish was kept."""
    query = select(DoNotCallRow.identity).where(DoNotCallRow.identity.startswith(ERASED))
    erased = set((await connection.execute(query)).scalars())
    if not erased:
        return set()
    key = await people.key(connection)
    return {each for each in identities if people.pseudonym(key, each) in erased}


async def _erased_as(connection: AsyncConnection, identity: str) -> str:
    return people.pseudonym(await people.key(connection), identity)


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
