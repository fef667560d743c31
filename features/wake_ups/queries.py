"""Queries of wake-ups: what is due, what an event makes of one, what people see (WAK-2…5).

What follows from an event is `features.wake_ups.lifecycle`'s to decide; here the row is locked,
changed and kept, in the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.log import AuditFilter
from features.wake_ups import scoping
from features.wake_ups.lifecycle import (
    Command,
    Event,
    Proved,
    WakeState,
    WakeUp,
    WakeUpRules,
    decide,
)
from features.wake_ups.tables import WakeRegistrationRow, WakeUpRow
from permissions.scopes import EVERYTHING, Reach

PURPOSE = "wake_up"
DESK = "desk"
"""Proof of who is awake because somebody at the desk says so."""
SAID_AWAKE = "wake.awake"
"""In the audit log: whose word it was that the guest is awake."""

_A_DAY = timedelta(hours=24)
_STATE = tuple(field.name for field in fields(WakeUp))

OF_ATTENDANTS = frozenset({WakeState.ATTENDING})
"""States in which the next step is a call to an attendant."""
OF_GUESTS = frozenset(WakeState) - OF_ATTENDANTS

ALARM_STATES = frozenset({WakeState.ALARM, WakeState.MISSED})
"""States in which somebody at the desk must do something now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUpView:
    """One wake-up with what people need to see of it."""

    id: int
    registration_id: int
    room: str
    guest: str
    language: str
    zone: str
    day: date
    wake_up: WakeUp


async def claim(
    connection: AsyncConnection, states: Collection[WakeState], *, until: datetime, limit: int
) -> Sequence[WakeUpView]:
    """Return what is due by `until` in some states, the longest due first, locked for who asked.

    The transaction in which it is asked for must also `keep` each of them: until it ends nobody
    else gets these rows (PostgreSQL passes over locked ones, SQLite lets one writer in at a time).
    """
    due = (
        _shown()
        .where(WakeUpRow.next_at <= until, WakeUpRow.state.in_(sorted(states)))
        .order_by(WakeUpRow.next_at, WakeUpRow.id)
        .limit(limit)
        .with_for_update(of=WakeUpRow, skip_locked=True)
    )
    found = await connection.execute(due)
    return [_shown_in(row) for row in found.mappings()]


async def ringing(connection: AsyncConnection, numbers: Collection[str]) -> set[str]:
    """Return which of these telephones ring for a wake-up, or are in that call."""
    row = WakeUpRow
    found = await connection.execute(
        select(row.number).where(row.number.in_(numbers), row.state == WakeState.RINGING.value)
    )
    return set(found.scalars())


async def of_ids(connection: AsyncConnection, wanted: Collection[int]) -> dict[int, WakeUp]:
    """Return wake-ups by id, locked until the transaction ends."""
    found = await connection.execute(
        select(WakeUpRow.__table__)
        .where(WakeUpRow.id.in_(wanted))
        .order_by(WakeUpRow.id)
        .with_for_update()
    )
    return {row["id"]: _wake_up(row) for row in found.mappings()}


async def settled_elsewhere(connection: AsyncConnection, wanted: Collection[int]) -> Sequence[int]:
    """Return which of these were cancelled, or are known to be awake without the telephone."""
    row = WakeUpRow
    found = await connection.execute(
        select(row.id).where(
            row.id.in_(wanted),
            or_(
                row.state == WakeState.CANCELLED.value,
                and_(row.state == WakeState.AWAKE.value, row.proof == DESK),
            ),
        )
    )
    return found.scalars().all()


async def apply(
    connection: AsyncConnection, wake_up_id: int, event: Event, now: datetime, rules: WakeUpRules
) -> tuple[Command, ...]:
    """Let an event happen to a wake-up, and keep what it is then; return what is to be done."""
    found = await connection.execute(
        select(WakeUpRow.__table__).where(WakeUpRow.id == wake_up_id).with_for_update()
    )
    row = found.mappings().one_or_none()
    if row is None:
        return ()
    after, commands = decide(_wake_up(row), event, now, rules)
    await keep(connection, {wake_up_id: after})
    return commands


async def proved_by_hand(connection: AsyncConnection, wake_up_id: int, now: datetime) -> bool:
    """Take somebody's word that the guest is awake (WAK-5); False: it changes nothing."""
    before = (await of_ids(connection, [wake_up_id])).get(wake_up_id)
    if before is None:
        return False
    after, _ = decide(before, Proved(DESK), now, WakeUpRules())
    await keep(connection, {wake_up_id: after})
    return after.state is not before.state


async def said_by(connection: AsyncConnection, wake_up_id: int) -> str:
    """Return who said that the guest is awake, number and name; empty when nobody had to."""
    wanted = AuditFilter(subject=str(wake_up_id), action=SAID_AWAKE)
    found = (await audit.entries(connection, wanted, reach=EVERYTHING, limit=1)).items
    return f"{found[0].number or ''} {found[0].name}".strip() if found else ""


async def keep(connection: AsyncConnection, changed: Mapping[int, WakeUp]) -> None:
    """Keep wake-ups, by id, as they are now."""
    if changed:
        table = WakeUpRow.__table__
        known = update(table).where(table.c.id == bindparam("this"))  # type: ignore[arg-type]
        rows = [{"this": key} | columns_of(each) for key, each in changed.items()]
        await connection.execute(known.values({name: bindparam(name) for name in _STATE}), rows)


def columns_of(wake_up: WakeUp) -> dict[str, Any]:
    """Return the columns of a wake-up's own state."""
    return {name: getattr(wake_up, name) for name in _STATE} | {"state": wake_up.state.value}


async def next_due(connection: AsyncConnection, states: Collection[WakeState]) -> datetime | None:
    """Return when the next wake-up in some states is due, None when none is."""
    found = await connection.execute(
        select(func.min(WakeUpRow.next_at)).where(
            WakeUpRow.next_at.is_not(None), WakeUpRow.state.in_(sorted(states))
        )
    )
    moment: datetime | None = found.scalar_one()
    return moment


async def of_days(
    connection: AsyncConnection,
    since: datetime,
    until: datetime,
    *,
    reach: Reach,
    limit: int = 2000,
) -> Sequence[WakeUpView]:
    """Return the wake-ups within a reach that are due in a time.

    Those that raise an alarm are among them whenever they were due.
    """
    alarming = WakeUpRow.state.in_([state.value for state in ALARM_STATES])
    query = _shown().where(
        or_(WakeUpRow.due.between(since, until), alarming), scoping.within(reach)
    )
    found = await connection.execute(query.order_by(WakeUpRow.due, WakeUpRow.id).limit(limit))
    return [_shown_in(row) for row in found.mappings()]


async def due_between(
    connection: AsyncConnection, since: datetime, until: datetime, *, limit: int
) -> Sequence[WakeUpView]:
    """Return the wake-ups due from one moment until before another."""
    query = _shown().where(WakeUpRow.due >= since, WakeUpRow.due < until)
    found = await connection.execute(query.order_by(WakeUpRow.due, WakeUpRow.id).limit(limit))
    return [_shown_in(row) for row in found.mappings()]


async def shown(connection: AsyncConnection, wake_up_id: int) -> WakeUpView | None:
    """Return one wake-up."""
    found = await connection.execute(_shown().where(WakeUpRow.id == wake_up_id))
    row = found.mappings().one_or_none()
    return None if row is None else _shown_in(row)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is another whenever a page of wake-ups would look another."""

    alarms: int
    """How many need somebody at the desk now."""
    steps: int
    """How often anything was done for those of the time asked for."""
    states: tuple[tuple[str, int], ...]


async def count_alarms(connection: AsyncConnection, now: datetime) -> int:
    """Return how many wake-ups need somebody now."""
    return (await snapshot_around(connection, now)).alarms


async def snapshot_around(connection: AsyncConnection, now: datetime) -> Snapshot:
    """Return how the wake-ups of a day before and a day after now stand."""
    return await snapshot(connection, now - _A_DAY, now + _A_DAY)


async def snapshot(connection: AsyncConnection, since: datetime, until: datetime) -> Snapshot:
    """Return how the wake-ups due in a time stand, and how many raise an alarm."""
    row = WakeUpRow
    alarming = row.state.in_([state.value for state in ALARM_STATES])
    done = func.coalesce(func.sum(row.tries + row.attended + row.snoozes), 0)
    found = await connection.execute(
        select(row.state, func.count(), done)
        .where(or_(row.due.between(since, until), alarming))
        .group_by(row.state)
        .order_by(row.state)
    )
    rows = found.all()
    return Snapshot(
        alarms=sum(count for state, count, _ in rows if state in ALARM_STATES),
        steps=sum(int(steps) for _, _, steps in rows),
        states=tuple((state, count) for state, count, _ in rows),
    )


async def of_minute(connection: AsyncConnection, since: datetime, until: datetime) -> int:
    """Return how many wake-ups fall into a time (for the forecast of how late the last rings)."""
    found = await connection.execute(
        select(func.count())
        .select_from(WakeUpRow)
        .where(WakeUpRow.due >= since, WakeUpRow.due < until)
        .where(WakeUpRow.state != WakeState.CANCELLED.value)
    )
    return found.scalar_one()


def _wake_up(row: RowMapping) -> WakeUp:
    columns: dict[str, Any] = {name: row[name] for name in _STATE}
    columns["state"] = WakeState(row["state"])
    return WakeUp(**columns)


def _shown() -> Select[Any]:
    names = ("room", "guest", "language", "zone")
    register = WakeRegistrationRow
    return select(WakeUpRow.__table__, *(getattr(register, name) for name in names)).join(
        register, register.id == WakeUpRow.registration_id
    )


def _shown_in(row: RowMapping) -> WakeUpView:
    plain = ("id", "registration_id", "room", "guest", "language", "zone", "day")
    return WakeUpView(**{name: row[name] for name in plain}, wake_up=_wake_up(row))
