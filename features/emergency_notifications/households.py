"""Households of notifications as rows (CBK-5): chosen, claimed when due, changed, listed.

What follows from an event is `features.emergency_notifications.lifecycle`'s to decide; here the
row is locked, changed and kept, in the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.tables import AttemptRow
from features.customers import queries as customers
from features.customers.queries import CustomerSort
from features.emergency_notifications.household_list import Listed
from features.emergency_notifications.lifecycle import (
    Household,
    HouseholdState,
    NotificationRules,
    ToldAtDoor,
    chosen,
    decide,
)
from features.emergency_notifications.queries import PURPOSE
from features.emergency_notifications.tables import IncidentRow, NotificationHouseholdRow

_STATE = tuple(field.name for field in fields(Household))


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdView:
    """One household with what people need to see of it."""

    id: int
    incident_id: int
    name: str
    area: str
    door_by: str
    """Who of the staff told them at the door."""
    household: Household


@dataclass(frozen=True, slots=True)
class Claimed:
    """One household that is due, with what is said to it."""

    id: int
    household: Household
    incident_id: int
    take: int
    language: str


async def add(connection: AsyncConnection, incident_id: int, wanted: Sequence[Listed]) -> int:
    """Choose households for a notification that has not begun; return how many were chosen.

    Who has a number that is rung already was chosen before.
    """
    if not await _is_draft(connection, incident_id):
        return 0
    taken = await numbers(connection, incident_id)
    rows = [
        columns_of(chosen(each.numbers))
        | {"incident_id": incident_id, "name": each.name, "area": each.area, "door_by": ""}
        for each in wanted
        if taken.isdisjoint(each.numbers)
    ]
    if rows:
        await connection.execute(insert(NotificationHouseholdRow), rows)
    return len(rows)


async def clear(connection: AsyncConnection, incident_id: int) -> bool:
    """Choose nobody any more, for a notification that has not begun; False: nobody was chosen."""
    if not await _is_draft(connection, incident_id):
        return False
    row = NotificationHouseholdRow
    gone = delete(row).where(row.incident_id == incident_id)
    return bool((await connection.execute(gone)).rowcount)


async def numbers(connection: AsyncConnection, incident_id: int) -> frozenset[str]:
    """Return every number that a notification rings."""
    found = await connection.execute(
        select(NotificationHouseholdRow.numbers).where(
            NotificationHouseholdRow.incident_id == incident_id
        )
    )
    return frozenset(number for each in found.scalars() for number in each)


async def customers_in(
    connection: AsyncConnection, *, area: str, sort: CustomerSort | None, limit: int
) -> Sequence[Listed]:
    """Return the customers of an area (or a piece of its name) and a sort, as households."""
    found = await customers.living_in(connection, area, sort=sort, limit=limit)
    return [Listed(name or number, where, (number,)) for name, where, number in found]


async def claim(connection: AsyncConnection, *, until: datetime, limit: int) -> Sequence[Claimed]:
    """Return who is due by `until`, the longest due first, locked for whoever asked.

    The transaction in which it is asked for must also `keep` each of them (see `wake_ups.claim`).
    """
    row, incident = NotificationHouseholdRow, IncidentRow
    found = await connection.execute(
        select(row.__table__, incident.take, incident.language)
        .join(incident, incident.id == row.incident_id)
        .where(row.next_at <= until)
        .order_by(row.next_at, row.id)
        .limit(limit)
        .with_for_update(of=row, skip_locked=True)
    )
    return [
        Claimed(one["id"], _household(one), one["incident_id"], one["take"], one["language"])
        for one in found.mappings()
    ]


async def next_due(connection: AsyncConnection) -> datetime | None:
    """Return when the next household is due, None when none is."""
    found = await connection.execute(
        select(func.min(NotificationHouseholdRow.next_at)).where(
            NotificationHouseholdRow.next_at.is_not(None)
        )
    )
    moment: datetime | None = found.scalar_one()
    return moment


async def of_ids(connection: AsyncConnection, wanted: Collection[int]) -> dict[int, HouseholdView]:
    """Return households by id, locked until the transaction ends."""
    found = await connection.execute(
        select(NotificationHouseholdRow.__table__)
        .where(NotificationHouseholdRow.id.in_(wanted))
        .order_by(NotificationHouseholdRow.id)
        .with_for_update()
    )
    return {row["id"]: _shown(row) for row in found.mappings()}


async def keep(connection: AsyncConnection, changed: Mapping[int, Household]) -> None:
    """Keep households, by id, as they are now."""
    if changed:
        table = NotificationHouseholdRow.__table__
        known = update(table).where(table.c.id == bindparam("this"))  # type: ignore[arg-type]
        rows = [{"this": key} | columns_of(each) for key, each in changed.items()]
        await connection.execute(known.values({name: bindparam(name) for name in _STATE}), rows)


async def not_to_ring(connection: AsyncConnection, wanted: Collection[int]) -> Sequence[int]:
    """Return which of these are not to be rung any more, and have nobody on the phone who listens.

    Who has lifted the receiver hears the message to its end.
    """
    row, attempt = NotificationHouseholdRow, AttemptRow
    listens = (
        select(attempt.id)
        .where(attempt.purpose == PURPOSE, attempt.subject_id == row.id)
        .where(attempt.ended_at.is_(None), attempt.answered_at.is_not(None))
        .exists()
    )
    ends = [HouseholdState.STOPPING.value, HouseholdState.AT_THE_DOOR.value]
    found = await connection.execute(
        select(row.id).where(row.id.in_(wanted), row.state.in_(ends), ~listens)
    )
    return found.scalars().all()


async def told_at_door(
    connection: AsyncConnection, incident_id: int, household_id: int, *, by: str, now: datetime
) -> bool | None:
    """Note that staff told a household at its door; False: it was told before.

    None when there is no such household.
    """
    found = (await of_ids(connection, [household_id])).get(household_id)
    if found is None or found.incident_id != incident_id:
        return None
    after, _ = decide(found.household, ToldAtDoor(), now, NotificationRules())
    if after is found.household:
        return False
    await keep(connection, {household_id: after})
    row = NotificationHouseholdRow
    await connection.execute(update(row).where(row.id == household_id).values(door_by=by))
    return True


async def of_states(
    connection: AsyncConnection,
    incident_id: int,
    states: Collection[HouseholdState],
    *,
    limit: int,
    after: int = 0,
) -> Sequence[HouseholdView]:
    """Return households of a notification in some states, in the order in which they were chosen.

    `after` is the id of the last one that is known already.
    """
    row = NotificationHouseholdRow
    found = await connection.execute(
        select(row.__table__)
        .where(row.incident_id == incident_id)
        .where(row.state.in_([state.value for state in states]), row.id > after)
        .order_by(row.id)
        .limit(limit)
    )
    return [_shown(one) for one in found.mappings()]


def columns_of(household: Household) -> dict[str, Any]:
    """Return the columns of a household's own state."""
    columns = {name: getattr(household, name) for name in _STATE}
    return columns | {"state": household.state.value, "numbers": list(household.numbers)}


async def _is_draft(connection: AsyncConnection, incident_id: int) -> bool:
    found = await connection.execute(
        select(IncidentRow.id)
        .where(IncidentRow.id == incident_id, IncidentRow.started_at.is_(None))
        .with_for_update()
    )
    return found.first() is not None


def _household(row: RowMapping) -> Household:
    columns: dict[str, Any] = {name: row[name] for name in _STATE}
    columns["state"] = HouseholdState(row["state"])
    columns["numbers"] = tuple(row["numbers"])
    return Household(**columns)


def _shown(row: RowMapping) -> HouseholdView:
    plain = ("id", "incident_id", "name", "area", "door_by")
    return HouseholdView(**{name: row[name] for name in plain}, household=_household(row))
