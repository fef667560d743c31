"""Queries of calls to departments: who is due, what a call tells, what was pressed.

All of it runs in the caller's transaction (on SQLite one with `writing=True` for what changes).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from dispatch.tables import AttemptRow
from features.department_calls.lifecycle import ANSWERED, Ask, AskState
from features.department_calls.tables import (
    DepartmentAskRow,
    DepartmentCallRow,
    DepartmentCallTicketRow,
)
from features.tickets.references import TICKET

PURPOSE = "department"


@dataclass(frozen=True, slots=True)
class KeptAsk:
    """An ask with its row, its ticket's row and its department."""

    id: int
    ticket_id: int
    department: str
    ask: Ask


@dataclass(frozen=True, slots=True)
class Told:
    """A ticket in a call, as it stands."""

    position: int
    ask_id: int
    announced: bool
    key: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """The last ask about a ticket, for its page."""

    department: str
    ask: Ask
    key: str
    """What was pressed in the last call; empty: nothing."""
    pressed_at: datetime | None
    rung_at: datetime | None
    """When the last call began."""


@dataclass(frozen=True, slots=True)
class Lately:
    """How a department's telephone was used lately."""

    waiting: int
    """Tickets about which it is to be rung."""
    next_at: datetime | None
    calls: int
    """Calls of today."""
    last_at: datetime | None
    last_result: str


# -- what a department is asked ------------------------------------------------------------------


async def want(
    connection: AsyncConnection, ticket_id: int, department: str, *, at: datetime, now: datetime
) -> bool:
    """Have a department rung about a ticket; False: it is asked about it already."""
    values = {
        "ticket_id": ticket_id,
        "department": department,
        "made_at": now,
        **asdict(Ask(next_at=at)),
    }
    made = insertion(table_of(DepartmentAskRow), connection.dialect.name).values(values)
    done = await connection.execute(made.on_conflict_do_nothing().returning(DepartmentAskRow.id))
    return done.first() is not None


async def next_due(connection: AsyncConnection) -> datetime | None:
    """Return when a department is to be rung next that is in no call of ours."""
    row = DepartmentAskRow
    query = select(row.next_at).where(row.next_at.is_not(None), ~_in_call())
    found: datetime | None = await connection.scalar(query.order_by(row.next_at).limit(1))
    return found


async def due(
    connection: AsyncConnection, *, until: datetime, limit: int
) -> Mapping[str, Sequence[KeptAsk]]:
    """Return who is due by a moment, by department; who is in a call of ours is not."""
    row = DepartmentAskRow
    query = (
        select(row.__table__)
        .where(row.next_at <= until, ~_in_call())
        .order_by(row.next_at, row.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found: dict[str, list[KeptAsk]] = {}
    for each in (await connection.execute(query)).mappings():
        found.setdefault(each["department"], []).append(_kept(each))
    return found


async def of_ids(connection: AsyncConnection, keys: Collection[int]) -> dict[int, KeptAsk]:
    """Return asks by their rows."""
    row = DepartmentAskRow
    found = await connection.execute(select(row.__table__).where(row.id.in_(keys)))
    return {each["id"]: _kept(each) for each in found.mappings()}


async def keep(connection: AsyncConnection, changed: Mapping[int, Ask]) -> None:
    """Keep how asks stand."""
    row = DepartmentAskRow
    for key, ask in changed.items():
        await connection.execute(update(row).where(row.id == key).values(asdict(ask)))


# -- calls ---------------------------------------------------------------------------------------


async def begin(
    connection: AsyncConnection, department: str, asks: Sequence[int], now: datetime
) -> int | None:
    """Keep a call that is about to be made; None: another of ours to this department goes on."""
    made = insertion(table_of(DepartmentCallRow), connection.dialect.name)
    values = {"department": department, "began_at": now, "reached": "", "result": ""}
    done = await connection.execute(
        made.values(values).on_conflict_do_nothing().returning(DepartmentCallRow.id)
    )
    key: int | None = done.scalar_one_or_none()
    if key is not None:
        rows = [
            {"call_id": key, "position": position, "ask_id": ask, "key": ""}
            for position, ask in enumerate(asks, 1)
        ]
        await connection.execute(insert(DepartmentCallTicketRow), rows)
    return key


async def told_in(connection: AsyncConnection, calls: Collection[int]) -> dict[int, list[Told]]:
    """Return the tickets of calls, by the call, in their order."""
    row = DepartmentCallTicketRow
    found = await connection.execute(
        select(row.call_id, row.position, row.ask_id, row.announced_at, row.key)
        .where(row.call_id.in_(calls))
        .order_by(row.call_id, row.position)
    )
    told: dict[int, list[Told]] = {}
    for call, position, ask, announced_at, key in found:
        told.setdefault(call, []).append(Told(position, ask, announced_at is not None, key))
    return told


async def announced(connection: AsyncConnection, call: int, position: int, at: datetime) -> None:
    """Keep that a ticket's number and time were said."""
    row = DepartmentCallTicketRow
    await connection.execute(
        update(row)
        .where(row.call_id == call, row.position == position, row.announced_at.is_(None))
        .values(announced_at=at)
    )


async def pressed(
    connection: AsyncConnection, call: int, position: int, key: str, at: datetime
) -> None:
    """Keep what was pressed for a ticket."""
    row = DepartmentCallTicketRow
    await connection.execute(
        update(row)
        .where(row.call_id == call, row.position == position)
        .values(key=key, pressed_at=at)
    )


async def reached(connection: AsyncConnection, call: int, what: str) -> None:
    """Keep who or what lifted the receiver."""
    row = DepartmentCallRow
    await connection.execute(update(row).where(row.id == call).values(reached=what))


async def reached_in(connection: AsyncConnection, call: int) -> str:
    """Return who or what lifted the receiver in a call, as far as is known."""
    row = DepartmentCallRow
    return (await connection.scalar(select(row.reached).where(row.id == call))) or ""


async def end(connection: AsyncConnection, call: int, at: datetime, result: str) -> None:
    """Keep that a call has ended, and how."""
    row = DepartmentCallRow
    await connection.execute(
        update(row).where(row.id == call, row.ended_at.is_(None)).values(ended_at=at, result=result)
    )


async def forgotten(connection: AsyncConnection) -> Sequence[int]:
    """Return the calls that go on for us, and whose attempt has ended."""
    row, attempt = DepartmentCallRow, AttemptRow
    goes_on = exists().where(
        attempt.purpose == PURPOSE, attempt.subject_id == row.id, attempt.ended_at.is_(None)
    )
    found = await connection.execute(select(row.id).where(row.ended_at.is_(None), ~goes_on))
    return found.scalars().all()


# -- what pages and rules ask --------------------------------------------------------------------

NOT_RUNG = "not_rung"
NOT_COUNTED = (NOT_RUNG, "held_back", "not_allowed")
"""Results of calls in which no telephone rang."""


async def in_vain_at(connection: AsyncConnection, department: str) -> datetime | None:
    """Return when the department's last call ended, if that left a ticket without an answer."""
    row = DepartmentCallRow
    query = (
        select(row.ended_at, row.result)
        .where(row.department == department, row.result.not_in(NOT_COUNTED))
        .order_by(row.began_at.desc(), row.id.desc())
        .limit(1)
    )
    found = (await connection.execute(query)).one_or_none()
    return None if found is None or found.result == ANSWERED else found.ended_at


async def calls_since(connection: AsyncConnection, department: str, since: datetime) -> int:
    """Return how many calls were made to a department since a moment."""
    row = DepartmentCallRow
    counted = await connection.scalar(
        select(func.count()).where(
            row.department == department,
            row.began_at >= since,
            row.result.not_in(NOT_COUNTED),
        )
    )
    return counted or 0


async def of_ticket(connection: AsyncConnection, ticket_id: int) -> Pressed | None:
    """Return the last ask about a ticket; None: nobody was ever to be rung about it."""
    row, told, call = DepartmentAskRow, DepartmentCallTicketRow, DepartmentCallRow
    query = select(row.__table__).where(row.ticket_id == ticket_id).order_by(row.id.desc()).limit(1)
    found = (await connection.execute(query)).mappings().one_or_none()
    if found is None:
        return None
    last = (
        select(told.key, told.pressed_at, call.began_at)
        .join(call, call.id == told.call_id)
        .where(told.ask_id == found["id"])
        .order_by(told.call_id.desc())
        .limit(1)
    )
    rung = (await connection.execute(last)).one_or_none()
    key, at, began_at = rung or ("", None, None)
    return Pressed(found["department"], _kept(found).ask, key, at, began_at)


async def of_number(connection: AsyncConnection, number: str) -> Pressed | None:
    """Return the last ask about a ticket, by the ticket's number."""
    key = await connection.scalar(select(TICKET.c.id).where(TICKET.c.number == number))
    return None if key is None else await of_ticket(connection, key)


async def lately(connection: AsyncConnection, since: datetime) -> Mapping[str, Lately]:
    """Return how the telephones of departments were used since a moment, by department."""
    ask, call = DepartmentAskRow, DepartmentCallRow
    waiting = await connection.execute(
        select(ask.department, func.count(), func.min(ask.next_at))
        .where(ask.ended_at.is_(None))
        .group_by(ask.department)
    )
    next_of = {department: (count, at) for department, count, at in waiting}
    calls: dict[str, list[tuple[datetime, str]]] = {}
    rung = await connection.execute(
        select(call.department, call.began_at, call.result)
        .where(call.began_at >= since, call.result.not_in(NOT_COUNTED))
        .order_by(call.began_at, call.id)
    )
    for department, began_at, result in rung:
        calls.setdefault(department, []).append((began_at, result))
    found = {}
    for department in next_of.keys() | calls.keys():
        count, at = next_of.get(department, (0, None))
        last_at, last_result = calls.get(department, [(None, "")])[-1]
        made = len(calls.get(department, ()))
        found[department] = Lately(count, at, made, last_at, last_result)
    return found


def _in_call() -> ColumnElement[bool]:
    """Tell of an ask whether its department is in a call of ours."""
    row = DepartmentCallRow
    same = row.department == DepartmentAskRow.department
    return exists().where(same, row.ended_at.is_(None))


_NAMES = tuple(field.name for field in fields(Ask))


def _kept(row: RowMapping) -> KeptAsk:
    ask = Ask(**{name: row[name] for name in _NAMES} | {"state": AskState(row["state"])})
    return KeptAsk(row["id"], row["ticket_id"], row["department"], ask)
