"""Incidents and the notifications about them as rows (CBK-5): recorded, spoken, begun,
stopped.

The households are `features.emergency_notifications.households`'. All of it runs in the caller's
transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, case, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.emergency_notifications.lifecycle import ON_THE_PHONE, OPEN, STOPPED, HouseholdState
from features.emergency_notifications.tables import IncidentRow, NotificationHouseholdRow

PURPOSE = "emergency"


class Voice(StrEnum):
    """What there is of a notification's message as sound."""

    WANTED = "wanted"  # it is being made
    READY = "ready"
    CANNOT_SAY = "cannot_say"  # no voice can speak the text: a recording is needed
    CANNOT_USE = "cannot_use"  # the recording is none, or silent, or too long


class Stage(StrEnum):
    """How far a notification is."""

    DRAFT = "draft"  # nobody has been rung
    RUNNING = "running"
    STOPPING = "stopping"  # who was on the phone hears it to the end
    CLOSED = "closed"  # the lists are final, but for the doors


class NotReadyError(Exception):
    """The notification cannot begin; the value is the key of the sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An incident as it is reported, and what is said about it."""

    what: str
    place: str
    happened_at: datetime
    reporter: str
    """Who reports it, and how to reach them."""
    details: str
    language: str
    message: str
    """The words that are spoken; of a recording, what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident as it stands."""

    id: int
    report: Report
    take: int
    """Which making of the message counts; part of its file's name."""
    recorded: bool
    """Whether the message is a recording, not the text spoken."""
    voice: Voice
    made_at: datetime
    made_by: str
    """Account number, or a token's label; so are the others."""
    started_at: datetime | None
    started_by: str
    stopped_at: datetime | None
    stopped_by: str
    closed_at: datetime | None

    @property
    def stage(self) -> Stage:
        if self.started_at is None:
            return Stage.DRAFT
        if self.closed_at is not None:
            return Stage.CLOSED
        return Stage.STOPPING if self.stopped_at else Stage.RUNNING

    @property
    def file(self) -> str:
        """Return the name, without its ending, of the message's sound."""
        return f"{self.id}_{self.take}"


_REPORT = tuple(field.name for field in fields(Report))
_OWN = tuple(field.name for field in fields(Incident) if field.name not in {"report", "voice"})


async def report(connection: AsyncConnection, wanted: Report, *, by: str, now: datetime) -> int:
    """Record an incident; its message is made next. Return its id."""
    values = {name: getattr(wanted, name) for name in _REPORT}
    made = insert(IncidentRow).values(
        **values,
        take=1,
        recorded=False,
        voice=Voice.WANTED.value,
        made_at=now,
        made_by=by,
        started_by="",
        stopped_by="",
    )
    key: int = (await connection.execute(made.returning(IncidentRow.id))).scalar_one()
    return key


async def one(connection: AsyncConnection, incident_id: int) -> Incident | None:
    """Return one incident."""
    found = await connection.execute(
        select(IncidentRow.__table__).where(IncidentRow.id == incident_id)
    )
    row = found.mappings().one_or_none()
    return None if row is None else _incident(row)


async def newest(connection: AsyncConnection, *, limit: int = 100) -> Sequence[Incident]:
    """Return the incidents, newest first."""
    query = select(IncidentRow.__table__).order_by(
        IncidentRow.made_at.desc(), IncidentRow.id.desc()
    )
    found = await connection.execute(query.limit(limit))
    return [_incident(row) for row in found.mappings()]


async def say_anew(
    connection: AsyncConnection, incident: Incident, *, message: str, recorded: bool
) -> bool:
    """Have the message made anew; False when the notification has begun, or another take was
    first.
    """
    return await _changed(
        connection,
        incident,
        message=message,
        recorded=recorded,
        take=incident.take + 1,
        voice=Voice.WANTED.value,
    )


async def wanted(connection: AsyncConnection) -> Incident | None:
    """Return the incident whose message is to be made next, None when there is none."""
    found = await connection.execute(
        select(IncidentRow.__table__)
        .where(IncidentRow.voice == Voice.WANTED.value)
        .order_by(IncidentRow.id)
        .limit(1)
    )
    row = found.mappings().one_or_none()
    return None if row is None else _incident(row)


async def made(connection: AsyncConnection, incident: Incident, voice: Voice) -> bool:
    """Keep how the making of the message ended; False when another take is wanted by now."""
    return await _changed(connection, incident, voice=voice.value)


async def start(
    connection: AsyncConnection, incident_id: int, *, count: int, by: str, now: datetime
) -> None:
    """Begin to ring the `count` households that somebody has confirmed. Raises NotReadyError."""
    found = await connection.execute(
        select(IncidentRow.voice, IncidentRow.started_at)
        .where(IncidentRow.id == incident_id)
        .with_for_update()
    )
    row = found.one_or_none()
    if row is None or row.started_at is not None:
        raise NotReadyError("begun")
    if row.voice != Voice.READY.value:
        raise NotReadyError("voice")
    household = NotificationHouseholdRow
    of_it = household.incident_id == incident_id
    there = await connection.execute(select(func.count()).select_from(household).where(of_it))
    if (chosen := there.scalar_one()) != count or not chosen:
        raise NotReadyError("count" if chosen else "nobody")
    begin = update(IncidentRow).where(IncidentRow.id == incident_id)
    await connection.execute(begin.values(started_at=now, started_by=by))
    waiting = household.state == HouseholdState.WAITING.value
    await connection.execute(update(household).where(of_it, waiting).values(next_at=now))
    await close(connection, [incident_id], now=now)


async def stop(connection: AsyncConnection, incident_id: int, *, by: str, now: datetime) -> bool:
    """Stop at once: nobody else is rung; False when there is nothing to stop.

    One statement decides for each household what `notification.decide` decides for `Stopped`, so
    that the dispatcher, who moves them meanwhile, cannot slip one through.
    """
    row = IncidentRow
    going = row.started_at.is_not(None) & row.stopped_at.is_(None) & row.closed_at.is_(None)
    done = await connection.execute(
        update(row)
        .where(row.id == incident_id, going)
        .values(stopped_at=now, stopped_by=by)
        .returning(row.id)
    )
    if done.first() is None:
        return False
    household = NotificationHouseholdRow
    waits = household.state == HouseholdState.WAITING.value
    await connection.execute(
        update(household)
        .where(household.incident_id == incident_id)
        .where(household.state.in_([HouseholdState.WAITING.value, HouseholdState.RINGING.value]))
        .values(
            state=case((waits, HouseholdState.NOT_TOLD.value), else_=HouseholdState.STOPPING.value),
            reason=case((waits, STOPPED), else_=household.reason),
            next_at=None,
        )
    )
    await close(connection, [incident_id], now=now)
    return True


async def close(
    connection: AsyncConnection, incident_ids: Collection[int], *, now: datetime
) -> None:
    """Close those of these notifications that have nobody left to ring."""
    household, row = NotificationHouseholdRow, IncidentRow
    left = exists().where(
        household.incident_id == row.id,
        household.state.in_([state.value for state in OPEN]),
    )
    await connection.execute(
        update(row)
        .where(row.id.in_(incident_ids), row.started_at.is_not(None), row.closed_at.is_(None))
        .where(~left)
        .values(closed_at=now)
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many households of a notification are in which state."""

    states: dict[HouseholdState, int]
    steps: int
    """How often any number was rung."""

    def of(self, *states: HouseholdState) -> int:
        return sum(self.states.get(state, 0) for state in states)

    @property
    def all(self) -> int:
        return sum(self.states.values())

    @property
    def on_the_phone(self) -> int:
        return self.of(*ON_THE_PHONE)

    @property
    def with_number(self) -> int:
        return self.all - self.of(HouseholdState.NO_NUMBER)


async def counts(connection: AsyncConnection, incident_ids: Collection[int]) -> dict[int, Counts]:
    """Return how each of these notifications stands."""
    row = NotificationHouseholdRow
    found = await connection.execute(
        select(row.incident_id, row.state, func.count(), func.sum(row.tries))
        .where(row.incident_id.in_(incident_ids))
        .group_by(row.incident_id, row.state)
    )
    states: dict[int, dict[HouseholdState, int]] = {key: {} for key in incident_ids}
    steps = dict.fromkeys(incident_ids, 0)
    for key, state, count, tries in found:
        states[key][HouseholdState(state)] = count
        steps[key] += int(tries)
    return {key: Counts(states[key], steps[key]) for key in incident_ids}


async def snapshot(connection: AsyncConnection) -> tuple[object, ...]:
    """Return what is another whenever a page of notifications would look another."""
    last = await newest(connection, limit=20)
    told = await counts(connection, [one.id for one in last])
    return (
        *last,
        *((key, tuple(sorted(one.states.items())), one.steps) for key, one in told.items()),
    )


async def _changed(connection: AsyncConnection, incident: Incident, **values: object) -> bool:
    """Change a notification that has not begun and is still at the same take."""
    row = IncidentRow
    done = await connection.execute(
        update(row)
        .where(row.id == incident.id, row.take == incident.take, row.started_at.is_(None))
        .values(**values)
        .returning(row.id)
    )
    return done.first() is not None


def _incident(row: RowMapping) -> Incident:
    columns: dict[str, Any] = {name: row[name] for name in _OWN}
    report = Report(**{name: row[name] for name in _REPORT})
    return Incident(**columns, report=report, voice=Voice(row["voice"]))


async def count_running(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many notifications have begun and are not closed."""
    row = IncidentRow
    query = select(func.count()).where(row.started_at.is_not(None), row.closed_at.is_(None))
    return int((await connection.execute(query)).scalar_one())
