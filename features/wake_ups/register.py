"""Register of wake-ups (WAK-1): who is woken when. What becomes rows of it is `unfolding`'s.

All of it runs in the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.wall_clock import Repeat
from features.accounts.references import PERSON
from features.wake_ups import rules
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.rules import Key, Registration, next_day
from features.wake_ups.tables import WakeRegistrationRow, WakeUpRow
from features.wake_ups.unfolding import (
    ARE_OVER,
    Ahead,
    active,
    ahead_of,
    fill_up,
    make,
    registration_in,
    rows_of,
)


class InThePastError(Exception):
    """The registration names no moment that is still to come."""


class KnownError(Exception):
    """The same telephone rings at these minutes already; `by` is the line that says so."""

    def __init__(self, wanted: Registration, by: Registration | None = None) -> None:
        super().__init__(wanted.room)
        self.wanted, self.by = wanted, by


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
    """Keep a registration and its first wake-up; return its id.

    Raises InThePastError, and KnownError for one that would ring a telephone a second time.
    """
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

    Raises InThePastError or KnownError, and keeps none, when one of them names no moment that is to
    come, or none at which its telephone does not ring already.
    """
    await _one_at_a_time(connection)
    for one, before in (await known(connection, wanted, now=now)).items():
        raise KnownError(one, before)
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
        for row in rows_of(key, one, days)
    ]
    made_for = await make(connection, rows)
    for key, one in zip(keys, wanted, strict=True):
        if one.repeat is Repeat.ONCE and key not in made_for:
            raise KnownError(one)  # somebody else registered it at this moment
    return keys


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """Let nobody else register until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


_LOCK = 7_301_100_51
"""Key of the advisory lock; any number that nobody else uses."""


def _first_days(wanted: Registration, now: datetime) -> Ahead:
    first = next_day(wanted, after=now)
    if first is None:
        raise InThePastError
    return ahead_of(wanted, begin=wanted.first_day, after=now, at_least=first)


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
        .returning(WakeRegistrationRow.number)
    )
    number = done.scalar_one_or_none()
    if number is None:
        return False
    await connection.execute(
        update(WakeUpRow)
        .where(WakeUpRow.registration_id == registration_id, WakeUpRow.state.not_in(ARE_OVER))
        .values(state=WakeState.CANCELLED.value, next_at=None)
    )
    await fill_up(connection, number, now)
    return True


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


async def known(
    connection: AsyncConnection, wanted: Sequence[Registration], *, now: datetime
) -> dict[Registration, Registration]:
    """Return which of some new lines ring a telephone only when it rings already, and by which.

    What stands on the register counts, and of the new ones those before.
    """
    there: dict[str, list[Registration]] = {}
    for _, one in await active(connection, {each.number for each in wanted}, now=now):
        there.setdefault(one.number, []).append(one)
    found: dict[Registration, Registration] = {}
    for one in wanted:
        before = rules.known(one, there.get(one.number, ()), after=now)
        if before is not None:
            found[one] = before
        else:
            there.setdefault(one.number, []).append(one)
    return found


async def known_keys(
    connection: AsyncConnection, wanted: Sequence[Registration], *, now: datetime
) -> frozenset[Key]:
    """Return the keys of those new lines that are known already."""
    return frozenset(one.key for one in await known(connection, wanted, now=now))


async def line_of(connection: AsyncConnection, wanted: Registration) -> SavedRegistration | None:
    """Return the active line of the register that says just this."""
    row = WakeRegistrationRow
    query = _register().where(
        row.cancelled_at.is_(None),
        *(getattr(row, name) == value for name, value in _columns(wanted).items()),
    )
    found = (await connection.execute(query.limit(1))).mappings().first()
    return None if found is None else _known(found)


def _columns(wanted: Registration) -> dict[str, Any]:
    columns = {field.name: getattr(wanted, field.name) for field in fields(Registration)}
    return columns | {"wall": f"{wanted.wall:%H:%M}", "repeat": wanted.repeat.value}


def _register() -> Select[Any]:
    maker, canceller = PERSON.alias("maker"), PERSON.alias("canceller")
    rings = (
        select(func.min(WakeUpRow.due))
        .where(
            WakeUpRow.registration_id == WakeRegistrationRow.id,
            WakeUpRow.state.not_in(ARE_OVER),
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
        registration=registration_in(row),
        made_at=row["made_at"],
        made_by=row["maker"],
        made_through=Through(row["made_through"]),
        call_id=row["call_id"],
        cancelled_at=row["cancelled_at"],
        cancelled_by=row["canceller"],
        cancelled_through=Through(row["cancelled_through"]) if row["cancelled_through"] else None,
        next_due=row["next_due"],
    )
