"""Queries of calls to attendants: who is free, what a call tells, what was said of a room (WAK-3).

All of it runs in the caller's transaction (on SQLite one with `writing=True` for what changes).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from dispatch import attempts
from dispatch.attempts import Attempt
from dispatch.tables import AttemptRow
from features.attendants.lifecycle import Attendant, Ring, Said
from features.attendants.tables import AttendantCallRoomRow, AttendantCallRow

PURPOSE = "attendant"


@dataclass(frozen=True, slots=True)
class Told:
    """A room in a call, as it stands."""

    position: int
    wake_up_id: int
    said: Said


async def attendants(connection: AsyncConnection, numbers: Sequence[str]) -> list[Attendant]:
    """Return the attendants of some telephones, in the same order."""
    row = AttendantCallRow
    last = (
        select(row.number, func.max(row.id).label("id"))
        .where(row.number.in_(numbers))
        .group_by(row.number)
        .subquery()
    )
    found = await connection.execute(
        select(row.number, row.ended_at, row.in_vain).join(last, last.c.id == row.id)
    )
    known = {
        number: Attendant(number, ended_at is None, ended_at if in_vain else None)
        for number, ended_at, in_vain in found
    }
    return [known.get(number, Attendant(number)) for number in numbers]


async def begin(connection: AsyncConnection, ring: Ring, now: datetime) -> int | None:
    """Keep a call that is about to be made; None: another of our calls to this number goes on."""
    made = insertion(table_of(AttendantCallRow), connection.dialect.name)
    values = {"number": ring.number, "began_at": now, "in_vain": False}
    done = await connection.execute(
        made.values(values).on_conflict_do_nothing().returning(AttendantCallRow.id)
    )
    key: int | None = done.scalar_one_or_none()
    if key is not None:
        rooms = [
            {"call_id": key, "position": position, "wake_up_id": room.wake_up_id, "said": ""}
            for position, room in enumerate(ring.rooms, 1)
        ]
        await connection.execute(insert(AttendantCallRoomRow), rooms)
    return key


async def told_in(connection: AsyncConnection, calls: Collection[int]) -> dict[int, list[Told]]:
    """Return the rooms of calls, by the call, in their order."""
    row = AttendantCallRoomRow
    found = await connection.execute(
        select(row.call_id, row.position, row.wake_up_id, row.said)
        .where(row.call_id.in_(calls))
        .order_by(row.call_id, row.position)
    )
    rooms: dict[int, list[Told]] = {}
    for call, position, wake_up, said in found:
        rooms.setdefault(call, []).append(Told(position, wake_up, Said(said)))
    return rooms


async def announced(connection: AsyncConnection, call: int, position: int, at: datetime) -> None:
    """Keep that an attendant has heard a room's number."""
    row = AttendantCallRoomRow
    await connection.execute(
        update(row)
        .where(row.call_id == call, row.position == position, row.announced_at.is_(None))
        .values(announced_at=at)
    )


async def said(
    connection: AsyncConnection, call: int, position: int, what: Said, at: datetime
) -> None:
    """Keep what an attendant has said of a room."""
    row = AttendantCallRoomRow
    await connection.execute(
        update(row)
        .where(row.call_id == call, row.position == position)
        .values(said=what.value, said_at=at)
    )


async def end(connection: AsyncConnection, call: int, at: datetime, *, in_vain: bool) -> None:
    """Keep that a call has ended; the attendant is free from then on."""
    row = AttendantCallRow
    await connection.execute(
        update(row)
        .where(row.id == call, row.ended_at.is_(None))
        .values(ended_at=at, in_vain=in_vain)
    )


async def forgotten(connection: AsyncConnection) -> Sequence[int]:
    """Return the calls that go on for us, and whose attempt has ended."""
    row, attempt = AttendantCallRow, AttemptRow
    goes_on = exists().where(
        attempt.purpose == PURPOSE, attempt.subject_id == row.id, attempt.ended_at.is_(None)
    )
    found = await connection.execute(select(row.id).where(row.ended_at.is_(None), ~goes_on))
    return found.scalars().all()


async def attempts_for(connection: AsyncConnection, wake_up_id: int) -> Sequence[Attempt]:
    """Return the calls in which attendants were told of a wake-up's room, in order.

    `said` is what was said of this room, not of the others in the call.
    """
    room, row = AttendantCallRoomRow, AttemptRow
    found = await connection.execute(
        select(row.id, room.said)
        .join(room, and_(row.purpose == PURPOSE, row.subject_id == room.call_id))
        .where(room.wake_up_id == wake_up_id)
    )
    words = dict(found.all())
    calls = await attempts.of_keys(connection, words)
    return [replace(each, said=words[each.id]) for each in calls]
