"""Owns the promises: whom we said we would call back, by when, and how it went (CBK-1, SIL-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.bulk import insertion
from tickets.desk_models import PromiseRow
from tickets.models import TicketRow
from tickets.pages import Page, between, column_of, page
from tickets.people_models import AccountRow


class PromiseKind(StrEnum):
    CANNOT_HEAR = "cannot_hear"  # the caller could not hear us: within 3 minutes (SIL-4)
    QUEUE = "queue"  # the caller did not want to wait and keeps the place
    AGENT = "agent"  # an agent said so (CBK-1)


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One call back that somebody was promised."""

    id: int
    call_id: str | None
    ticket: str | None
    """Number of the ticket it is about."""
    number: str
    """Whom to call."""
    kind: PromiseKind
    by: str | None
    """Account number of who promised; None: the system did."""
    made_at: datetime
    due_at: datetime
    state: PromiseState
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFilter:
    """Which promises; every field that is set must hold; times are when they are due."""

    number: str | None = None
    call_id: str | None = None
    state: PromiseState | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_PROMISE = PromiseFilter()


async def make(
    connection: AsyncConnection,
    *,
    number: str,
    kind: PromiseKind,
    due_at: datetime,
    call_id: str | None = None,
    ticket_id: int | None = None,
    account_id: int | None = None,
    note: str = "",
    now: datetime,
) -> int | None:
    """Keep a promise (in the caller's transaction) and return its id.

    None when the call has made this kind of promise before: telling it twice makes one.
    """
    made = insertion(PromiseRow.__table__, connection.dialect.name).values(  # type: ignore[arg-type]
        number=number,
        kind=kind.value,
        due_at=due_at,
        call_id=call_id,
        ticket_id=ticket_id,
        account_id=account_id,
        note=note,
        made_at=now,
        state=PromiseState.OPEN.value,
    )
    done = await connection.execute(
        made.on_conflict_do_nothing().returning(PromiseRow.__table__.c.id)
    )
    key: int | None = done.scalar_one_or_none()
    return key


async def settle(
    connection: AsyncConnection, promise_id: int, state: PromiseState, *, note: str = ""
) -> bool:
    """Close an open promise (in the caller's transaction); False when it is not open."""
    values = {"state": state.value} | ({"note": note} if note else {})
    done = await connection.execute(
        update(PromiseRow)
        .where(PromiseRow.id == promise_id, PromiseRow.state == PromiseState.OPEN.value)
        .values(values)
        .returning(PromiseRow.id)
    )
    return done.first() is not None


async def promise(connection: AsyncConnection, promise_id: int) -> Promise | None:
    """Return one promise, None when there is no such one."""
    found = await connection.execute(_query().where(PromiseRow.id == promise_id))
    row = found.mappings().one_or_none()
    return None if row is None else _promise_in(row)


async def promises(
    connection: AsyncConnection,
    wanted: PromiseFilter = EVERY_PROMISE,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Promise]:
    """Return a page of promises, the last one due first."""
    query = _query()
    for column, value in (
        (PromiseRow.number, wanted.number),
        (PromiseRow.call_id, wanted.call_id),
        (PromiseRow.state, wanted.state),
        (AccountRow.number, wanted.by),
    ):
        if value is not None:
            query = query.where(column == value)
    return await page(
        connection,
        between(query, PromiseRow.due_at, wanted.since, wanted.until),
        order=(column_of(PromiseRow.due_at), column_of(PromiseRow.id)),
        limit=limit,
        cursor=cursor,
        read=_promise_in,
    )


async def open_to(connection: AsyncConnection, number: str) -> Sequence[Promise]:
    """Return what a number was promised and waits for, the first one due first."""
    query = _query().where(PromiseRow.number == number, PromiseRow.state == PromiseState.OPEN.value)
    found = await connection.execute(query.order_by(PromiseRow.due_at).limit(20))
    return [_promise_in(row) for row in found.mappings()]


def _query() -> Select[Any]:
    return (
        select(
            PromiseRow.__table__,
            TicketRow.number.label("ticket"),
            AccountRow.number.label("by"),
        )
        .select_from(PromiseRow)
        .outerjoin(TicketRow, TicketRow.id == PromiseRow.ticket_id)
        .outerjoin(AccountRow, AccountRow.id == PromiseRow.account_id)
    )


def _promise_in(row: RowMapping) -> Promise:
    columns: dict[str, Any] = {name: row[name] for name in Promise.__slots__}
    columns["kind"] = PromiseKind(row["kind"])
    columns["state"] = PromiseState(row["state"])
    return Promise(**columns)
