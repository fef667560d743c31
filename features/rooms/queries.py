"""Queries of the table of rooms: which number is dialled for a room, which room a number is.

All of it runs in the caller's transaction (on SQLite one with `writing=True` for what changes).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks, table_of, written
from features.rooms.rules import Entry, room_name
from features.rooms.tables import RoomRow

MOST = 20_000
"""Rooms of one house."""


@dataclass(frozen=True, slots=True)
class Room:
    """A line of the table as it stands."""

    room: str
    number: str
    changed_at: datetime
    changed_by: str


async def table(connection: AsyncConnection) -> dict[str, str]:
    """Return the number of every room."""
    found = await connection.execute(select(RoomRow.room, RoomRow.number).limit(MOST))
    return dict(found.all())


async def some(connection: AsyncConnection, rooms: Collection[str]) -> dict[str, str]:
    """Return the numbers of some rooms, however they are written; the others are left out."""
    found: dict[str, str] = {}
    for names in chunks({name for name in map(room_name, rooms) if name}):
        rows = await connection.execute(
            select(RoomRow.room, RoomRow.number).where(RoomRow.room.in_(names))
        )
        found |= dict(rows.all())
    return found


async def of_number(connection: AsyncConnection, number: str) -> str:
    """Return which room has a telephone, empty when none has."""
    found = await connection.execute(select(RoomRow.room).where(RoomRow.number == number))
    return str(found.scalar_one_or_none() or "")


async def listed(
    connection: AsyncConnection, *, after: str = "", limit: int = 200
) -> Sequence[Room]:
    """Return the table by room, from behind one on."""
    found = await connection.execute(
        select(RoomRow.__table__).where(RoomRow.room > after).order_by(RoomRow.room).limit(limit)
    )
    return [Room(**row) for row in found.mappings()]


async def one(connection: AsyncConnection, room: str) -> Room | None:
    """Return one room."""
    found = await connection.execute(select(RoomRow.__table__).where(RoomRow.room == room))
    row = found.mappings().one_or_none()
    return None if row is None else Room(**row)


async def count(connection: AsyncConnection) -> int:
    """Return how many rooms are in the table."""
    return int((await connection.execute(select(func.count()).select_from(RoomRow))).scalar_one())


async def put(
    connection: AsyncConnection, entries: Sequence[Entry], *, at: datetime, by: str
) -> None:
    """Keep lines; a room that is there already has the new number."""
    rows = [
        {"room": each.room, "number": each.number, "changed_at": at, "changed_by": by}
        for each in entries
    ]
    # first out, then in: two rooms may have changed their numbers
    for names in chunks(each.room for each in entries):
        await connection.execute(delete(RoomRow).where(RoomRow.room.in_(names)))
    for start in range(0, len(rows), AT_ONCE):
        await written(connection, table_of(RoomRow), rows[start : start + AT_ONCE])


AT_ONCE = 1000


async def take_off(connection: AsyncConnection, room: str) -> str:
    """Take a room off the table; return the number that it had, empty when it was not there."""
    done = await connection.execute(
        delete(RoomRow).where(RoomRow.room == room).returning(RoomRow.number)
    )
    return str(done.scalar_one_or_none() or "")


async def number_of(connection: AsyncConnection, room: str) -> str:
    """Return the telephone of a room as somebody typed it, empty where it is no room."""
    name = room_name(room)
    known = await one(connection, name) if name else None
    return known.number if known else ""
