"""Keeps the figures of each day equal to what its rows say: days that are marked are counted anew.

A day is counted without a lock and written in a short transaction, only if nobody else wrote it
meanwhile. The marks that were there before the counting began are taken away in that transaction;
a change during the counting has left a mark that stays. So whatever dies, and whoever counts at the
same time, the figures end up right.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.bulk import chunks, insertion, table_of, written
from features.calls.references import CALL
from features.report_figures import counting, marks
from features.report_figures.counting import Figures
from features.report_figures.rules import bounds
from features.report_figures.tables import CountedByRow, CountedDayRow, FigureRow, MarkRow
from features.tickets.references import TICKET

SEEN_AT_ONCE: Final = 5000
"""Marks that one turn looks at."""
RESTS_S: Final = 15.0
"""A day that changes all the time is counted no more often than this …"""
RESTS: Final = 50.0
"""… and so many times as long as its counting took."""
RULES: Final = "1"
"""Goes up when days are counted otherwise: then all are counted anew."""


class RollUp:
    """The counting of marked days; one in each ledger."""

    def __init__(self, engine: AsyncEngine, *, zone: tzinfo, within_s: float) -> None:
        """`within_s` is the time of the service level."""
        self._engine = engine
        self._zone = zone
        self._within_s = within_s
        self._counted_by = f"{RULES} {zone} {within_s:g}"
        self._rests: dict[date, float] = {}
        """By day until when it is left alone (monotonic seconds)."""
        self._begun = False
        self.rests_s = RESTS_S
        self.counted = 0

    async def turn(self) -> bool:
        """Count the day that has waited longest; tell whether another one waits.

        Raises what the database raises: the next turn goes on.
        """
        if not self._begun:
            await self._begin()
        async with self._engine.connect() as connection:
            due = await self._due(connection)
        if not due:
            return False
        day = next(iter(due))
        began = time.monotonic()
        await self._count(day, due[day])
        took_s = time.monotonic() - began
        self._rests[day] = time.monotonic() + max(
            self.rests_s, RESTS * took_s if self.rests_s else 0.0
        )
        self._rests = {one: until for one, until in self._rests.items() if until > began}
        return len(due) > 1

    async def _begin(self) -> None:
        """Have all days counted where none was yet, or where they were counted otherwise."""
        row = CountedByRow
        async with self._writing() as connection:
            query = select(row.counted_by).where(row.id == 1).with_for_update()
            if (await connection.execute(query)).scalar_one() != self._counted_by:
                await marks.mark(connection, await _every_day(connection))
                await connection.execute(update(row).values(counted_by=self._counted_by))
        self._begun = True

    async def _due(self, connection: AsyncConnection) -> Mapping[date, Sequence[int]]:
        """Return by day the marks that are there; the day first that has waited longest."""
        query = select(MarkRow.id, MarkRow.at).order_by(MarkRow.id).limit(SEEN_AT_ONCE)
        found: dict[date, list[int]] = {}
        for key, at in await connection.execute(query):
            found.setdefault(at.astimezone(self._zone).date(), []).append(key)
        now = time.monotonic()
        return {day: keys for day, keys in found.items() if self._rests.get(day, 0.0) <= now}

    async def _count(self, day: date, seen: Sequence[int]) -> None:
        async with self._engine.connect() as connection:
            version = await _version(connection, day)
        async with self._engine.connect() as connection:
            figures = await counting.of_day(
                connection, day, zone=self._zone, within_s=self._within_s
            )
        async with self._writing() as connection:
            if await _is_mine(connection, day, version):
                await _replace(connection, day, figures)
                for some in chunks(seen):
                    await connection.execute(delete(MarkRow).where(MarkRow.id.in_(some)))
                self.counted += 1

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.execution_options(writing=True).begin()


async def is_settled(connection: AsyncConnection, first: date, last: date, zone: tzinfo) -> bool:
    """Tell whether the figures of these days say all that is known by now."""
    since, until = bounds(first, zone)[0], bounds(last, zone)[1]
    query = select(MarkRow.id).where(MarkRow.at >= since, MarkRow.at < until).limit(1)
    if (await connection.execute(query)).first() is not None:
        return False
    by = select(CountedByRow.counted_by).where(CountedByRow.id == 1)
    return bool((await connection.execute(by)).scalar_one())


async def first_day(connection: AsyncConnection) -> date | None:
    """Return the first day that was counted."""
    found = await connection.execute(select(func.min(CountedDayRow.day)))
    day: date | None = found.scalar_one()
    return day


async def kept(connection: AsyncConnection, day: date) -> Sequence[Figures]:
    """Return the figures of a day as they are kept."""
    columns = [getattr(FigureRow, name) for name in (*counting.KEYS, *counting.SUMS)]
    found = await connection.execute(select(*columns).where(FigureRow.day == day))
    return [dict(row) for row in found.mappings()]


async def _every_day(connection: AsyncConnection) -> Sequence[datetime]:
    """Return a moment of each day on which there may be something to count."""
    days = select(func.min(CALL.c.ring_started), func.max(CALL.c.ring_started))
    opened = select(func.min(TICKET.c.created_at), func.max(TICKET.c.created_at))
    ends = [*(await connection.execute(days)).one(), *(await connection.execute(opened)).one()]
    known = [at for at in ends if at is not None]
    if not known:
        return []
    known.append(datetime.now(UTC))
    at, last = min(known), max(known)
    found = [last]
    while at < last:
        found.append(at)
        at += timedelta(hours=12)
    return found


async def _version(connection: AsyncConnection, day: date) -> int:
    query = select(CountedDayRow.version).where(CountedDayRow.day == day)
    return (await connection.execute(query)).scalar_one_or_none() or 0


async def _is_mine(connection: AsyncConnection, day: date, version: int) -> bool:
    """Take a day whose version is still the one before the counting; False: it is not."""
    row, now = CountedDayRow, datetime.now(UTC)
    if version:
        changed = update(row).where(row.day == day, row.version == version)
        done = await connection.execute(
            changed.values(version=version + 1, counted_at=now).returning(row.version)
        )
    else:
        made = insertion(table_of(row), connection.dialect.name)
        values = {"day": day, "version": 1, "counted_at": now}
        done = await connection.execute(
            made.values(values).on_conflict_do_nothing().returning(table_of(row).c.version)
        )
    return done.first() is not None


async def _replace(connection: AsyncConnection, day: date, figures: Sequence[Figures]) -> None:
    await connection.execute(delete(FigureRow).where(FigureRow.day == day))
    await written(connection, table_of(FigureRow), [{"day": day, **each} for each in figures])
