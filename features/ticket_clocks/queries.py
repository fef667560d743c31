"""Rows of tickets' clocks: kept in the transaction that changes their ticket (TKT-12).

Whoever changes a ticket holds its row's lock by then, so nobody else moves its clocks meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.ticket_clocks import lifecycle
from features.ticket_clocks.lifecycle import Clock, ClockKind, ClockState, House
from features.ticket_clocks.tables import TicketClockRow

_NAMES = tuple(field.name for field in fields(Clock))


@dataclass(frozen=True, slots=True)
class Kept:
    """A clock with its row and its ticket's."""

    id: int
    ticket_id: int
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the clocks of a ticket are to stand."""

    kinds: frozenset[ClockKind]
    renews: frozenset[ClockKind] = frozenset()
    """Of these those that begin anew."""
    paused: bool = False
    urgent: bool = False
    since: datetime
    """From when a clock counts that the ticket has for the first time."""
    deadline: datetime | None = None
    """Of the department, where one was named."""
    promised_s: float | None = None
    """Seconds that the department has otherwise; None: as the house says."""
    why: str
    """The verb that stops, pauses or starts."""


async def of_ticket(connection: AsyncConnection, ticket_id: int) -> Sequence[Kept]:
    """Return every clock of a ticket, in the order in which they began."""
    row = TicketClockRow
    found = await connection.execute(
        select(row.__table__).where(row.ticket_id == ticket_id).order_by(row.id)
    )
    return [_kept(each) for each in found.mappings()]


async def kept_so(
    connection: AsyncConnection, ticket_id: int, wish: Wish, house: House, *, now: datetime
) -> Mapping[ClockKind, Clock]:
    """Start, stop, pause and renew the clocks of a ticket; return those that are not stopped."""
    every = await of_ticket(connection, ticket_id)
    had = {one.clock.kind for one in every}
    there = {one.clock.kind: one for one in every if one.clock.state is not ClockState.STOPPED}
    standing: dict[ClockKind, Clock] = {}
    for kind, one in there.items():
        ends = kind not in wish.kinds or kind in wish.renews
        clock = _as_wished(one.clock, wish, house, ends=ends, now=now)
        if clock != one.clock:
            await _replace(connection, one.id, clock)
        if not ends:
            standing[kind] = clock
    for kind in sorted(wish.kinds - standing.keys()):
        first = bool(every or wish.why == "opened") and kind not in had
        clock = _fresh(kind, wish, house, first=first, now=now)
        await connection.execute(insert(TicketClockRow).values(_columns(clock, ticket_id)))
        standing[kind] = clock
    return standing


def _as_wished(clock: Clock, wish: Wish, house: House, *, ends: bool, now: datetime) -> Clock:
    office = house.office_of(clock.kind)
    if ends:
        return lifecycle.stopped(clock, office, now=now, why=wish.why)
    if wish.paused:
        return lifecycle.paused(clock, office, now=now, why=wish.why)
    going = lifecycle.going_on(clock, office, now=now)
    if clock.kind is ClockKind.DISPATCH:
        limit = house.limit(clock.kind, urgent=wish.urgent)
        return lifecycle.limited(going, house, limit)
    return going


def _fresh(kind: ClockKind, wish: Wish, house: House, *, first: bool, now: datetime) -> Clock:
    promised = kind is ClockKind.PROMISED
    limit = house.limit(kind, urgent=wish.urgent)
    clock = lifecycle.started(
        kind,
        house,
        at=wish.since if first and not promised and kind is not ClockKind.SURVEY else now,
        limit_s=wish.promised_s if promised and wish.promised_s else limit,
        due_at=wish.deadline if promised else None,
    )
    if wish.paused:
        return lifecycle.paused(clock, house.office_of(kind), now=now, why=wish.why)
    return clock


async def due(
    connection: AsyncConnection, *, now: datetime, limit: int, without: Collection[int] = ()
) -> Sequence[Kept]:
    """Return clocks that have something to do, the longest due first; nothing is locked.

    `without` are rows that are left out; so are kinds that only a newer version knows.
    """
    row = TicketClockRow
    known = [kind.value for kind in ClockKind]
    query = select(row.__table__).where(row.next_at <= now, row.kind.in_(known))
    if without:
        query = query.where(row.id.not_in(sorted(without)))
    found = await connection.execute(query.order_by(row.next_at, row.id).limit(limit))
    return [_kept(each) for each in found.mappings()]


async def claim(connection: AsyncConnection, seen: Kept, after: Clock) -> bool:
    """Keep what a clock has become, unless somebody else was first: then False, and nothing is so.

    The caller does in this transaction what the clock does, and holds the ticket's lock.
    """
    row, before = TicketClockRow, seen.clock
    done = await connection.execute(
        update(row)
        .where(
            row.id == seen.id,
            row.state == before.state.value,
            row.next_at == before.next_at,
            row.times == before.times,
        )
        .values(_columns(after))
        .returning(row.id)
    )
    return done.first() is not None


async def next_moment(connection: AsyncConnection, ticket_id: int) -> datetime | None:
    """Return when the first clock of a ticket is due, or was and is not stopped; None: none."""
    every = await of_ticket(connection, ticket_id)
    return first_due(one.clock for one in every if one.clock.state is not ClockState.STOPPED)


def first_due(clocks: Any) -> datetime | None:
    """Return when the first of some clocks is due."""
    return min((one.due_at for one in clocks if one.due_at is not None), default=None)


async def all_due(
    connection: AsyncConnection, *, limit: int, which: ColumnElement[bool] | None = None
) -> Sequence[Kept]:
    """Return the clocks that are due first, over all tickets, for the wall of clocks."""
    row = TicketClockRow
    query = select(row.__table__).where(row.due_at.is_not(None))
    if which is not None:
        query = query.where(which)
    found = await connection.execute(query.order_by(row.due_at, row.id).limit(limit))
    return [_kept(each) for each in found.mappings()]


async def count_overdue(connection: AsyncConnection, now: datetime) -> int:
    """Return how many clocks are overdue."""
    row = TicketClockRow
    found = await connection.execute(
        select(row.id).where(row.due_at.is_not(None), row.due_at <= now).limit(_MOST_COUNTED)
    )
    return len(found.all())


_MOST_COUNTED = 999


async def of_tickets(
    connection: AsyncConnection, ids: Collection[int]
) -> Mapping[int, Sequence[Kept]]:
    """Return the clocks of some tickets that are not stopped, by the ticket."""
    row = TicketClockRow
    query = select(row.__table__).where(
        row.ticket_id.in_(ids), row.state != ClockState.STOPPED.value
    )
    found: dict[int, list[Kept]] = {}
    for each in (await connection.execute(query.order_by(row.id))).mappings():
        found.setdefault(each["ticket_id"], []).append(_kept(each))
    return found


async def _replace(connection: AsyncConnection, key: int, clock: Clock) -> None:
    changed = update(TicketClockRow).where(TicketClockRow.id == key)
    await connection.execute(changed.values(_columns(clock)))


def _columns(clock: Clock, ticket_id: int | None = None) -> dict[str, Any]:
    values = {name: getattr(clock, name) for name in _NAMES}
    values |= {"kind": clock.kind.value, "state": clock.state.value}
    return values if ticket_id is None else values | {"ticket_id": ticket_id}


def _kept(row: RowMapping) -> Kept:
    columns: dict[str, Any] = {name: row[name] for name in _NAMES}
    columns["kind"] = ClockKind(row["kind"])
    columns["state"] = ClockState(row["state"])
    return Kept(row["id"], row["ticket_id"], Clock(**columns))
