"""Queries of duties: who works at which seat, ready or not, and each change (QUE-4).

One person works at one seat at a time and one seat has one person; the database itself refuses a
second one, also when two ask in the same instant.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, Select, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import DEFAULT_NODE
from features.accounts.references import PERSON
from features.duties.tables import IS_ON, DutyEventRow, DutyRow
from permissions.roles import Role


class SeatTakenError(Exception):
    """Somebody works at this seat."""


class AtWorkError(Exception):
    """This person is at work already, at this seat or another."""


class DutyKind(StrEnum):
    BROWSER = "browser"  # the phone in the page
    PHONE = "phone"  # a desk phone


class DutyState(StrEnum):
    READY = "ready"
    PAUSED = "paused"  # 暂停受理, with a reason
    WRAP_UP = "wrap_up"  # after a call: writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One person at work at one seat."""

    id: int
    account_id: int
    number: str
    """Of the account, as the name and the role."""
    name: str
    role: Role
    seat: str
    kind: DutyKind
    began_at: datetime
    ended_at: datetime | None
    state: DutyState
    reason: str
    """Why paused, else empty."""
    since: datetime
    """In this state."""
    node: str = DEFAULT_NODE
    """The Asterisk whose seat it is, and whose queues ring it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyEvent:
    """One change of a duty: `signed_in`, a state, `signed_out`, `missed` …"""

    duty_id: int
    at: datetime
    what: str
    reason: str


async def begin(
    connection: AsyncConnection,
    *,
    account_id: int,
    seat: str,
    kind: DutyKind,
    state: DutyState,
    reason: str = "",
    node: str = DEFAULT_NODE,
    now: datetime,
) -> Duty:
    """Sign in (in the caller's transaction). Raises AtWorkError and SeatTakenError."""
    made = insert(DutyRow).values(
        account_id=account_id,
        seat=seat,
        kind=kind.value,
        began_at=now,
        state=state.value,
        reason=reason,
        since=now,
        node=node,
    )
    try:
        async with connection.begin_nested():
            key = (await connection.execute(made.returning(DutyRow.id))).scalar_one()
    except IntegrityError:
        if await of_account(connection, account_id) is not None:
            raise AtWorkError(str(account_id)) from None
        raise SeatTakenError(seat) from None
    await note(connection, key, what="signed_in", reason=seat, now=now)
    duty = await _one(connection, _query().where(DutyRow.id == key))
    assert duty is not None
    return duty


async def turn(
    connection: AsyncConnection, duty_id: int, state: DutyState, *, reason: str = "", now: datetime
) -> Duty | None:
    """Change the state (in the caller's transaction); None when the duty has ended.

    Nothing is written when it is so already.
    """
    duty = await _one(connection, _query().where(DutyRow.id == duty_id, text(_ON)))
    if duty is None or (duty.state, duty.reason) == (state, reason):
        return duty
    await connection.execute(
        update(DutyRow)
        .where(DutyRow.id == duty_id, text(IS_ON))
        .values(state=state.value, reason=reason, since=now)
    )
    await note(connection, duty_id, what=state.value, reason=reason, now=now)
    return await _one(connection, _query().where(DutyRow.id == duty_id))


async def end(
    connection: AsyncConnection, duty_id: int, *, reason: str = "", now: datetime
) -> bool:
    """Sign out (in the caller's transaction); False when that was done before."""
    done = await connection.execute(
        update(DutyRow)
        .where(DutyRow.id == duty_id, text(IS_ON))
        .values(ended_at=now)
        .returning(DutyRow.id)
    )
    if done.first() is None:
        return False
    await note(connection, duty_id, what="signed_out", reason=reason, now=now)
    return True


async def note(
    connection: AsyncConnection, duty_id: int, *, what: str, reason: str = "", now: datetime
) -> None:
    """Keep something that happened in a duty, as a missed call (ANS-2)."""
    await connection.execute(
        insert(DutyEventRow).values(duty_id=duty_id, at=now, what=what, reason=reason[:80])
    )


async def at_work(connection: AsyncConnection, node: str | None = None) -> Sequence[Duty]:
    """Return every open duty, or those at seats of one node, by account number."""
    query = _query().where(text(_ON)).order_by(PERSON.c.number)
    if node is not None:
        query = query.where(DutyRow.node == node)
    found = await connection.execute(query)
    return [_duty_in(row) for row in found.mappings()]


async def of_account(connection: AsyncConnection, account_id: int) -> Duty | None:
    """Return the open duty of a person, None when not at work."""
    return await _one(connection, _query().where(DutyRow.account_id == account_id, text(_ON)))


async def of_number(connection: AsyncConnection, number: str) -> Duty | None:
    """Return the open duty of the person with an account number."""
    return await _one(connection, _query().where(PERSON.c.number == number, text(_ON)))


async def of_seat(
    connection: AsyncConnection, seat: str, *, node: str = DEFAULT_NODE
) -> Duty | None:
    """Return the open duty at a seat of a node, None when it is free."""
    here = (DutyRow.node == node, DutyRow.seat == seat)
    return await _one(connection, _query().where(*here, text(_ON)))


class Sat(NamedTuple):
    """Who was at a seat of a node, from when to when (None: still is)."""

    node: str
    seat: str
    began_at: datetime
    ended_at: datetime | None
    number: str
    """Of the account."""


async def sat(
    connection: AsyncConnection, seats: Collection[str], *, since: datetime
) -> Sequence[Sat]:
    """Return who was at these seats, of any node, at a moment or later."""
    query = (
        select(DutyRow.node, DutyRow.seat, DutyRow.began_at, DutyRow.ended_at, PERSON.c.number)
        .join(PERSON, PERSON.c.id == DutyRow.account_id)
        .where(DutyRow.seat.in_(seats), or_(DutyRow.ended_at.is_(None), DutyRow.ended_at > since))
    )
    return [Sat(*row) for row in await connection.execute(query)]


async def events(connection: AsyncConnection, duty_id: int) -> Sequence[DutyEvent]:
    """Return what happened in a duty, oldest first."""
    query = (
        select(DutyEventRow.duty_id, DutyEventRow.at, DutyEventRow.what, DutyEventRow.reason)
        .where(DutyEventRow.duty_id == duty_id)
        .order_by(DutyEventRow.id)
    )
    return [DutyEvent(**row) for row in (await connection.execute(query)).mappings()]


_ON = f"duties.{IS_ON}"


def _query() -> Select[Any]:
    return select(DutyRow.__table__, PERSON.c.number, PERSON.c.name, PERSON.c.role).join_from(
        DutyRow, PERSON, PERSON.c.id == DutyRow.account_id
    )


async def _one(connection: AsyncConnection, query: Select[Any]) -> Duty | None:
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _duty_in(row)


def _duty_in(row: RowMapping) -> Duty:
    columns: dict[str, Any] = {name: row[name] for name in Duty.__slots__}
    columns["role"] = Role(row["role"])
    columns["kind"] = DutyKind(row["kind"])
    columns["state"] = DutyState(row["state"])
    return Duty(**columns)
