"""Wake-ups as rows for the next days, made of the lines of the register (WAK-1).

A telephone rings once in a minute: where a line that repeats falls on a minute at which the same
telephone is to ring already, nothing is made for it; and when that other line is taken off, it is.
All of it runs in the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules import wall_clock
from callflow.rules.wall_clock import Repeat
from db.bulk import chunks, insertion, table_of
from features.wake_ups.lifecycle import OVER, WakeState, begun
from features.wake_ups.queries import columns_of
from features.wake_ups.rules import Registration
from features.wake_ups.tables import WakeRegistrationRow, WakeUpRow

AHEAD = timedelta(days=2)
"""Wake-ups of a registration that repeats are made this long before they are due."""
ARE_OVER = sorted(state.value for state in OVER)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The days of a registration that become rows now."""

    days: Sequence[tuple[date, datetime]]
    """Each with its moment."""
    unfolded_to: date | None


def ahead_of(
    wanted: Registration,
    *,
    begin: date,
    after: datetime,
    known_to: date | None = None,
    at_least: date | None = None,
) -> Ahead:
    """Return the days from `begin` on whose moments come after one moment and before AHEAD."""
    zone, until = ZoneInfo(wanted.zone), after + AHEAD
    if wanted.repeat is not Repeat.ONCE:
        begin = max(begin, after.astimezone(zone).date() - wall_clock.A_DAY)
    found: list[tuple[date, datetime]] = []
    more, last = False, known_to
    for day in wall_clock.days(begin, wanted.last_day, wanted.repeat):
        if last and wanted.repeat is Repeat.ONCE:
            break
        at = wall_clock.moment(day, wanted.wall, zone).at
        if at > until and not (at_least and day <= at_least):
            more = True
            break
        if at > after:
            last = day
            found.append((day, at))
    return Ahead(found, max(filter(None, (last, until.date()))) if more else None)


async def unfold(connection: AsyncConnection, *, now: datetime, limit: int = 500) -> int:
    """Make the wake-ups of the next days for registrations that repeat; return for how many."""
    row = WakeRegistrationRow
    horizon = (now + AHEAD).date()
    found = await connection.execute(
        select(row.__table__)
        .where(row.cancelled_at.is_(None), row.unfolded_to < horizon)
        .order_by(row.unfolded_to)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    registrations = [(one["id"], registration_in(one)) for one in found.mappings()]
    for key, wanted in registrations:
        await _unfold(connection, key, wanted, after=now)
    return len(registrations)


async def fill_up(connection: AsyncConnection, number: str, now: datetime) -> None:
    """Make what other lines of a telephone left out because this one rang at the same minute."""
    for key, wanted in await active(connection, [number], now=now):
        if wanted.repeat is not Repeat.ONCE:
            ahead = ahead_of(wanted, begin=wanted.first_day, after=now)
            await make(connection, rows_of(key, wanted, ahead))


async def renumber(connection: AsyncConnection, moves: Mapping[str, tuple[str, str]]) -> None:
    """Have the wake-ups of rooms ring their new telephones; of each room the number before and now.

    Rooms may change their numbers among each other: all are taken off first.
    """
    line = WakeRegistrationRow
    there: list[str] = []
    for some in chunks(moves):
        found = await connection.execute(
            select(line.room, line.number)
            .where(line.room.in_(some), line.cancelled_at.is_(None))
            .distinct()
        )
        there += [room for room, number in found if number == moves[room][0]]
    for room in there:
        await _move(connection, room, before=moves[room][0], after=f"{_ON_THE_WAY}{room}")
    for room in there:
        await _move(connection, room, before=f"{_ON_THE_WAY}{room}", after=moves[room][1])


_ON_THE_WAY = "="
"""Begins no number."""


async def _move(connection: AsyncConnection, room: str, *, before: str, after: str) -> None:
    line, row = WakeRegistrationRow, WakeUpRow
    moved = await connection.execute(
        update(line)
        .where(line.room == room, line.number == before, line.cancelled_at.is_(None))
        .values(number=after)
        .returning(line.id)
    )
    theirs = row.registration_id.in_(moved.scalars().all()) & row.state.in_(_NOT_RUNG_YET)
    there = select(row.due).where(row.number == after, row.state.not_in(ARE_OVER))
    twice = update(row).where(theirs, row.due.in_(there))
    await connection.execute(twice.values(state=WakeState.CANCELLED.value, next_at=None))
    await connection.execute(update(row).where(theirs).values(number=after))


_NOT_RUNG_YET = (WakeState.WAITING.value,)


async def active(
    connection: AsyncConnection, numbers: Collection[str], *, now: datetime
) -> list[tuple[int, Registration]]:
    """Return the lines of some telephones that are neither over nor taken off, with their ids."""
    row = WakeRegistrationRow
    since = now.date() - wall_clock.A_DAY  # a zone's day may lag
    goes_on = or_(
        row.first_day >= since,
        and_(row.repeat != Repeat.ONCE.value, or_(row.last_day.is_(None), row.last_day >= since)),
    )
    found: list[tuple[int, Registration]] = []
    for some in chunks(numbers):
        rows = await connection.execute(
            select(row.__table__).where(row.number.in_(some), row.cancelled_at.is_(None), goes_on)
        )
        found += [(one["id"], registration_in(one)) for one in rows.mappings()]
    return found


async def make(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> set[int]:
    """Make wake-ups, but none at a minute at which its telephone rings; return for which lines."""
    if not rows:
        return set()
    made = insertion(table_of(WakeUpRow), connection.dialect.name).on_conflict_do_nothing()
    done = await connection.execute(made.returning(WakeUpRow.registration_id), rows)
    return set(done.scalars())


async def _unfold(
    connection: AsyncConnection, key: int, wanted: Registration, *, after: datetime
) -> None:
    """Make the wake-ups of a registration that come after one moment and before AHEAD."""
    known = await connection.execute(
        select(func.max(WakeUpRow.day)).where(WakeUpRow.registration_id == key)
    )
    last: date | None = known.scalar_one()
    begin = max(filter(None, (wanted.first_day, last and last + wall_clock.A_DAY)))
    ahead = ahead_of(wanted, begin=begin, after=after, known_to=last)
    await make(connection, rows_of(key, wanted, ahead))
    await connection.execute(
        update(WakeRegistrationRow)
        .where(WakeRegistrationRow.id == key)
        .values(unfolded_to=ahead.unfolded_to)
    )


def rows_of(key: int, wanted: Registration, ahead: Ahead) -> list[dict[str, Any]]:
    """Return the columns of a line's wake-ups."""
    return [
        columns_of(begun(at, wanted.number)) | {"registration_id": key, "day": day}
        for day, at in ahead.days
    ]


def registration_in(row: RowMapping) -> Registration:
    """Return the line of the register in a row."""
    columns = {field.name: row[field.name] for field in fields(Registration)}
    columns["wall"] = time.fromisoformat(row["wall"])
    columns["repeat"] = Repeat(row["repeat"])
    return Registration(**columns)
