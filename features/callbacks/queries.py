"""Owns the promises: whom we said we would call back, by when, and how it went (CBK-1, SIL-4).

How the dispatcher carries them out is in `features/callbacks/due.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion
from db.paging import Page, between, column_of, page
from features.accounts.tables import AccountRow
from features.callbacks.lifecycle import (
    FOR_A_PERSON,
    NOT_TALKED_YET,
    OVER,
    PromiseKind,
    PromiseState,
    begun,
)
from features.callbacks.tables import PromiseRow
from features.calls.tables import Call
from features.tickets.tables import TicketRow


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
    tries: int
    """How often the customer's phone was rung."""
    asked: int
    """How often an agent's phone was rung for it."""
    found: bool
    """Somebody has the answer, and asked for the call."""
    next_at: datetime | None
    kept_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the time has passed and nobody has called."""
        return self.state in NOT_TALKED_YET and now > self.due_at

    def shouts(self, now: datetime) -> bool:
        """Tell whether somebody at the desk must do something."""
        return self.state in FOR_A_PERSON or self.is_overdue(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFilter:
    """Which promises; every field that is set must hold; times are when they are due."""

    number: str | None = None
    call_id: str | None = None
    state: PromiseState | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


SAME_WITHIN = timedelta(minutes=1)
"""Promises of one call that are due within this of each other are one: a key was pressed twice."""

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
    came_at: datetime | None = None,
    now: datetime,
) -> int | None:
    """Keep a promise (in the caller's transaction) and return its id.

    `came_at`: when the caller came whose place in the queue is kept. None when the call has made
    this kind of promise before: telling it twice makes one.
    """
    first = begun(kind, made_at=now, due_at=due_at, came_at=came_at)
    made = insertion(PromiseRow.__table__, connection.dialect.name).values(  # type: ignore[arg-type]
        number=number,
        kind=kind.value,
        due_at=due_at,
        call_id=call_id,
        ticket_id=ticket_id,
        account_id=account_id,
        note=note,
        made_at=now,
        state=first.state.value,
        next_at=first.next_at,
        came_at=came_at,
        tries=0,
        asked=0,
        passed="",
        found=False,
    )
    done = await connection.execute(
        made.on_conflict_do_nothing().returning(PromiseRow.__table__.c.id)
    )
    key: int | None = done.scalar_one_or_none()
    return key


async def once(
    connection: AsyncConnection,
    *,
    number: str,
    kind: PromiseKind,
    due_at: datetime,
    call_id: str | None,
    ticket_id: int | None,
    account_id: int | None,
    note: str,
    now: datetime,
) -> tuple[int, bool]:
    """Keep what a person promises; return its id and whether it is new.

    The same call (without one: the same person) promises once for the same minute: the key was
    pressed twice. Whoever asks at the same time waits here until this transaction ends.
    """
    lock = select(Call.id).where(Call.id == call_id)
    if call_id is None:
        lock = select(AccountRow.number).where(AccountRow.id == account_id)
    await connection.execute(lock.with_for_update())
    known = select(PromiseRow.id).where(
        PromiseRow.number == number,
        PromiseRow.kind == kind.value,
        PromiseRow.call_id == call_id if call_id else PromiseRow.account_id == account_id,
        PromiseRow.state.not_in([state.value for state in OVER]),
        PromiseRow.due_at.between(due_at - SAME_WITHIN, due_at + SAME_WITHIN),
    )
    before: int | None = (await connection.execute(known.limit(1))).scalar_one_or_none()
    if before is not None:
        return before, False
    key = await make(
        connection,
        number=number,
        kind=kind,
        due_at=due_at,
        call_id=call_id,
        ticket_id=ticket_id,
        account_id=account_id,
        note=note,
        now=now,
    )
    assert key is not None  # only what the system itself promises can be there twice
    return key, True


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
    query = _query().where(PromiseRow.number == number, PromiseRow.state.in_(_GOING_ON))
    found = await connection.execute(query.order_by(PromiseRow.due_at).limit(20))
    return [_promise_in(row) for row in found.mappings()]


async def waiting(connection: AsyncConnection, *, limit: int = 200) -> Sequence[Promise]:
    """Return every promise that is not over, the first one due first."""
    query = _query().where(PromiseRow.state.in_(_GOING_ON))
    found = await connection.execute(query.order_by(PromiseRow.due_at, PromiseRow.id).limit(limit))
    return [_promise_in(row) for row in found.mappings()]


async def over(connection: AsyncConnection, *, limit: int = 50) -> Sequence[Promise]:
    """Return the promises that were kept or cancelled, the last one due first."""
    query = _query().where(PromiseRow.state.in_(_OVER))
    newest = query.order_by(PromiseRow.due_at.desc(), PromiseRow.id.desc()).limit(limit)
    return [_promise_in(row) for row in (await connection.execute(newest)).mappings()]


_OVER = [state.value for state in OVER]
_GOING_ON = [state.value for state in PromiseState if state not in OVER]


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
