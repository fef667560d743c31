"""The chain of days: a day's recordings are counted and hashed, after those of the day before.

So a recording that is taken out, put in or exchanged with its SHA-256 is found (`thirdring
verify`), also when its row and its file are changed together. A day is one of UTC, by the time
at which the row was made: what is taken in late is of the day on which it came. What is removed on
time, or erased, keeps its row and its SHA-256, so its day stays as it was.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_recordings.tables import RecordingDayRow, RecordingRow

BEGINNING: Final = "0" * 64
CLOSED_AFTER: Final = timedelta(hours=1)
"""So long after a day's end no transaction is open any more that makes rows of it."""
READ: Final = 500
"""Rows that are read at once."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """A day's recordings."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of all days found."""

    days: int
    head: str
    """The hash of the last one; who notes it elsewhere sees whether the end was cut off."""
    broken: Sequence[tuple[date, str]]


def hash_of(before: str, day: date, counted: Counted) -> str:
    """Return the hash of a day after the one with the hash `before`."""
    said = f"{before} {day.isoformat()} {counted.count} {counted.sha256}"
    return hashlib.sha256(said.encode()).hexdigest()


async def close_next(connection: AsyncConnection, now: datetime) -> date | None:
    """Close the next day that is over; return it, None when there is none.

    Two ledgers that do so at once: the database takes one row of a day, the other raises.
    """
    last = await _last(connection)
    day = last.day + _DAY if last else await _first_day(connection)
    if day is None or now < _begin(day + _DAY) + CLOSED_AFTER:
        return None
    counted = await _counted(connection, day)
    await connection.execute(
        insert(RecordingDayRow).values(
            day=day,
            recordings=counted.count,
            sha256=counted.sha256,
            hash=hash_of(last.hash if last else BEGINNING, day, counted),
            closed_at=now,
        )
    )
    return day


async def check(connection: AsyncConnection) -> Checked:
    """Count all closed days again."""
    broken: list[tuple[date, str]] = []
    before, expected, count = BEGINNING, await _first_day(connection), 0
    async for row in _closed(connection):
        if expected is not None and row.day != expected:
            broken.append((min(expected, row.day), "days are missing, or recordings before it"))
        found = await _counted(connection, row.day)
        if why := _why(row, found, before):
            broken.append((row.day, why))
        before, expected, count = row.hash, row.day + _DAY, count + 1
    return Checked(count, before, broken)


def _why(row: Row[Any], found: Counted, before: str) -> str:
    kept = Counted(row.recordings, row.sha256)
    if found.count < kept.count:
        return f"{kept.count - found.count} recordings are missing"
    if found.count > kept.count:
        return f"{found.count - kept.count} recordings were added"
    if found.sha256 != kept.sha256:
        return "a recording is not the one that was taken in"
    if hash_of(before, row.day, kept) != row.hash:
        return "it, or the day before it, is not as it was closed"
    return ""


async def _counted(connection: AsyncConnection, day: date) -> Counted:
    digest, count = hashlib.sha256(), 0
    table = RecordingRow
    place = tuple_(table.created_at, table.id)
    query = (
        select(table.created_at, table.id, table.call_id, table.sha256)
        .where(table.created_at >= _begin(day), table.created_at < _begin(day + _DAY))
        .order_by(table.created_at, table.id)
        .limit(READ)
    )
    some = query
    while rows := (await connection.execute(some)).all():
        for row in rows:
            digest.update(f"{row.id} {row.call_id} {row.sha256}\n".encode())
        count += len(rows)
        some = query.where(place > (rows[-1].created_at, rows[-1].id))
    return Counted(count, digest.hexdigest())


async def _closed(connection: AsyncConnection) -> AsyncIterator[Row[Any]]:
    query = select(RecordingDayRow.__table__).order_by(RecordingDayRow.day).limit(READ)
    some = query
    while rows := (await connection.execute(some)).all():
        for row in rows:
            yield row
        some = query.where(RecordingDayRow.day > rows[-1].day)


async def _last(connection: AsyncConnection) -> Row[date, str] | None:
    query = select(RecordingDayRow.day, RecordingDayRow.hash)
    newest = query.order_by(RecordingDayRow.day.desc()).limit(1)
    return (await connection.execute(newest)).one_or_none()


async def _first_day(connection: AsyncConnection) -> date | None:
    first: datetime | None = await connection.scalar(select(func.min(RecordingRow.created_at)))
    return None if first is None else first.astimezone(UTC).date()


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
