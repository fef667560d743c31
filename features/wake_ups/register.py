"""Register of wake-ups (WAK-1): who is woken when, as rows for the next days.

All of it runs in the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, Select, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules import wall_clock
from callflow.rules.wall_clock import Repeat
from features.accounts.references import PERSON
from features.wake_ups.lifecycle import WakeState, begun
from features.wake_ups.queries import columns_of
from features.wake_ups.rules import Key, Registration, next_day
from features.wake_ups.tables import WakeRegistrationRow, WakeUpRow

AHEAD = timedelta(days=2)
"""Wake-ups of a registration that repeats are made this long before they are due."""


class InThePastError(Exception):
    """The registration names no moment that is still to come."""


class Through(StrEnum):
    """By which way a line came onto the register, or off it."""

    DESK = "desk"  # by a person in the pages, or by a program
    FILE = "file"  # with a file of many
    GUEST = "guest"  # by the guest, from the room's own telephone


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRegistration:
    """A line of the register as it stands."""

    id: int
    registration: Registration
    made_at: datetime
    made_by: str | None
    """Account number; None: a program, or the guest by telephone."""
    made_through: Through
    call_id: str | None
    """The call in which the guest asked for it: its recording is evidence."""
    cancelled_at: datetime | None
    cancelled_by: str | None
    cancelled_through: Through | None
    next_due: datetime | None
    """When it rings next; None: not any more."""


async def register(
    connection: AsyncConnection,
    wanted: Registration,
    *,
    made_by: int | None,
    now: datetime,
    through: Through = Through.DESK,
    call_id: str | None = None,
) -> int:
    """Keep a registration and its first wake-up; return its id. Raises InThePastError."""
    [key] = await register_all(
        connection, [wanted], made_by=made_by, now=now, through=through, call_id=call_id
    )
    return key


async def register_all(
    connection: AsyncConnection,
    wanted: Sequence[Registration],
    *,
    made_by: int | None,
    now: datetime,
    through: Through,
    call_id: str | None = None,
) -> Sequence[int]:
    """Keep registrations and their first wake-ups in few statements; return their ids, in order.

    Raises InThePastError, and keeps none, when one of them names no moment that is to come.
    """
    made = {"made_at": now, "made_by": made_by, "made_through": through.value, "call_id": call_id}
    ahead = [_first_days(one, now) for one in wanted]
    lines = [
        _columns(one) | made | {"unfolded_to": days.unfolded_to}
        for one, days in zip(wanted, ahead, strict=True)
    ]
    in_order = insert(WakeRegistrationRow).returning(
        WakeRegistrationRow.id, sort_by_parameter_order=True
    )
    keys: Sequence[int] = (await connection.execute(in_order, lines)).scalars().all()
    rows = [
        row
        for key, one, days in zip(keys, wanted, ahead, strict=True)
        for row in _rows(key, one, days)
    ]
    if rows:
        await connection.execute(insert(WakeUpRow), rows)
    return keys


def _first_days(wanted: Registration, now: datetime) -> "_Ahead":
    first = next_day(wanted, after=now)
    if first is None:
        raise InThePastError
    return _ahead(wanted, begin=wanted.first_day, after=now, at_least=first)


async def cancel(
    connection: AsyncConnection,
    registration_id: int,
    *,
    by: int | None,
    now: datetime,
    through: Through = Through.DESK,
) -> bool:
    """Take a registration off, and its wake-ups that are not over; False: it was off already."""
    done = await connection.execute(
        update(WakeRegistrationRow)
        .where(
            WakeRegistrationRow.id == registration_id, WakeRegistrationRow.cancelled_at.is_(None)
        )
        .values(
            cancelled_at=now,
            cancelled_by=by,
            cancelled_through=through.value,
            unfolded_to=None,
        )
        .returning(WakeRegistrationRow.id)
    )
    if done.first() is None:
        return False
    over = [WakeState.AWAKE.value, WakeState.MISSED.value, WakeState.CANCELLED.value]
    await connection.execute(
        update(WakeUpRow)
        .where(WakeUpRow.registration_id == registration_id, WakeUpRow.state.not_in(over))
        .values(state=WakeState.CANCELLED.value, next_at=None)
    )
    return True


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
    registrations = [(one["id"], _registration(one)) for one in found.mappings()]
    for key, wanted in registrations:
        await _unfold(connection, key, wanted, after=now)
    return len(registrations)


async def registered(
    connection: AsyncConnection, *, room: str | None = None, active: bool = True, limit: int = 500
) -> Sequence[SavedRegistration]:
    """Return the register: what rings next comes first."""
    query = _register()
    if active:
        query = query.where(WakeRegistrationRow.cancelled_at.is_(None))
    if room is not None:
        query = query.where(WakeRegistrationRow.room == room)
    found = await connection.execute(query.limit(limit))
    lines = [_known(row) for row in found.mappings()]
    return [one for one in lines if one.next_due or not active] if active else lines


async def one(connection: AsyncConnection, registration_id: int) -> SavedRegistration | None:
    """Return one line of the register."""
    found = await connection.execute(_register().where(WakeRegistrationRow.id == registration_id))
    row = found.mappings().one_or_none()
    return None if row is None else _known(row)


async def keys(
    connection: AsyncConnection, numbers: Collection[str], *, today: date
) -> frozenset[Key]:
    """Return what is on the register for some numbers and not over: two of one key are one wish."""
    row = WakeRegistrationRow
    found = await connection.execute(
        select(row.number, row.wall, row.zone, row.repeat, row.first_day).where(
            row.number.in_(numbers),
            row.cancelled_at.is_(None),
            or_(row.last_day.is_(None), row.last_day >= today),
        )
    )
    return frozenset(
        (number, wall, zone, Repeat(repeat), first if repeat == Repeat.ONCE else None)
        for number, wall, zone, repeat, first in found
    )


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The days of a registration that become rows now."""

    days: Sequence[tuple[date, datetime]]
    """Each with its moment."""
    unfolded_to: date | None


def _ahead(
    wanted: Registration,
    *,
    begin: date,
    after: datetime,
    known_to: date | None = None,
    at_least: date | None = None,
) -> _Ahead:
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
    return _Ahead(found, max(filter(None, (last, until.date()))) if more else None)


async def _unfold(
    connection: AsyncConnection, key: int, wanted: Registration, *, after: datetime
) -> None:
    """Make the wake-ups of a registration that come after one moment and before AHEAD."""
    known = await connection.execute(
        select(func.max(WakeUpRow.day)).where(WakeUpRow.registration_id == key)
    )
    last: date | None = known.scalar_one()
    begin = max(filter(None, (wanted.first_day, last and last + wall_clock.A_DAY)))
    ahead = _ahead(wanted, begin=begin, after=after, known_to=last)
    if rows := _rows(key, wanted, ahead):
        await connection.execute(insert(WakeUpRow), rows)
    await connection.execute(
        update(WakeRegistrationRow)
        .where(WakeRegistrationRow.id == key)
        .values(unfolded_to=ahead.unfolded_to)
    )


def _rows(key: int, wanted: Registration, ahead: _Ahead) -> list[dict[str, Any]]:
    return [
        columns_of(begun(at, wanted.number)) | {"registration_id": key, "day": day}
        for day, at in ahead.days
    ]


def _columns(wanted: Registration) -> dict[str, Any]:
    columns = {field.name: getattr(wanted, field.name) for field in fields(Registration)}
    return columns | {"wall": f"{wanted.wall:%H:%M}", "repeat": wanted.repeat.value}


def _registration(row: RowMapping) -> Registration:
    columns = {field.name: row[field.name] for field in fields(Registration)}
    columns["wall"] = time.fromisoformat(row["wall"])
    columns["repeat"] = Repeat(row["repeat"])
    return Registration(**columns)


def _register() -> Select[Any]:
    maker, canceller = PERSON.alias("maker"), PERSON.alias("canceller")
    rings = (
        select(func.min(WakeUpRow.due))
        .where(
            WakeUpRow.registration_id == WakeRegistrationRow.id,
            WakeUpRow.state.not_in(
                [WakeState.AWAKE.value, WakeState.MISSED.value, WakeState.CANCELLED.value]
            ),
        )
        .scalar_subquery()
        .label("next_due")
    )
    return (
        select(
            WakeRegistrationRow.__table__,
            maker.c.number.label("maker"),
            canceller.c.number.label("canceller"),
            rings,
        )
        .select_from(WakeRegistrationRow)
        .outerjoin(maker, maker.c.id == WakeRegistrationRow.made_by)
        .outerjoin(canceller, canceller.c.id == WakeRegistrationRow.cancelled_by)
        .order_by(rings.nulls_last(), WakeRegistrationRow.id.desc())
    )


def _known(row: RowMapping) -> SavedRegistration:
    return SavedRegistration(
        id=row["id"],
        registration=_registration(row),
        made_at=row["made_at"],
        made_by=row["maker"],
        made_through=Through(row["made_through"]),
        call_id=row["call_id"],
        cancelled_at=row["cancelled_at"],
        cancelled_by=row["canceller"],
        cancelled_through=Through(row["cancelled_through"]) if row["cancelled_through"] else None,
        next_due=row["next_due"],
    )
