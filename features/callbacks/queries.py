"""Queries of callbacks: whom to call, by when, and how it went (CBK-1, SIL-4).

How the dispatcher carries them out is in `features/callbacks/due.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks, insertion
from db.paging import Page, between, column_of, page
from features.accounts.references import PERSON
from features.callbacks.lifecycle import (
    FOR_A_PERSON,
    NOT_TALKED_YET,
    OVER,
    CallbackKind,
    CallbackState,
    begun,
)
from features.callbacks.tables import CallbackRow
from features.calls.references import CALL
from features.event_feed.kinds import CallbackEvent
from features.event_feed.telling import Happened, tell
from features.tickets.references import TICKET
from phone_numbers.matching import by_number
from phone_numbers.phone_number import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One call back that somebody was promised."""

    id: int
    call_id: str | None
    ticket: str | None
    """Number of the ticket it is about."""
    number: str
    """Whom to call, as it is shown."""
    identity: str
    """What that number is known by; empty: the call's was withheld, or none."""
    kind: CallbackKind
    by: str | None
    """Account number of who promised; None: the system did."""
    made_at: datetime
    due_at: datetime
    state: CallbackState
    note: str
    tries: int
    """How often the customer's phone was rung."""
    asked: int
    """How often an agent's phone was rung for it."""
    found: bool
    """Somebody has the answer, and asked for the call."""
    next_at: datetime | None
    completed_at: datetime | None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the time has passed and nobody has called."""
        return self.state in NOT_TALKED_YET and now > self.due_at

    def raises_alarm(self, now: datetime) -> bool:
        """Tell whether somebody at the desk must do something."""
        return self.state in FOR_A_PERSON or self.is_overdue(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackFilter:
    """Which callbacks; every field that is set must hold; times are when they are due."""

    number: PhoneNumber | None = None
    call_id: str | None = None
    state: CallbackState | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


SAME_WITHIN = timedelta(minutes=1)
"""Callbacks of one call that are due within this of each other are one: a key was pressed twice."""

EVERY_CALLBACK = CallbackFilter()


async def make(
    connection: AsyncConnection,
    *,
    number: str,
    identity: str,
    kind: CallbackKind,
    due_at: datetime,
    call_id: str | None = None,
    ticket_id: int | None = None,
    account_id: int | None = None,
    note: str = "",
    came_at: datetime | None = None,
    now: datetime,
) -> int | None:
    """Keep a callback (in the caller's transaction) and return its id.

    `came_at`: when the caller came whose place in the queue is kept. None when the call has made
    this kind of callback before: telling it twice makes one.
    """
    first = begun(kind, made_at=now, due_at=due_at, came_at=came_at)
    made = insertion(CallbackRow.__table__, connection.dialect.name).values(  # type: ignore[arg-type]
        number=number,
        identity=identity,
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
        made.on_conflict_do_nothing().returning(CallbackRow.__table__.c.id)
    )
    key: int | None = done.scalar_one_or_none()
    if key is not None:
        promised = CallbackEvent.PROMISED
        await tell(connection, Happened(what=promised, of=key, at=now, after=first.state.value))
    return key


async def once(
    connection: AsyncConnection,
    *,
    number: str,
    identity: str,
    kind: CallbackKind,
    due_at: datetime,
    call_id: str | None,
    ticket_id: int | None,
    account_id: int | None,
    note: str,
    now: datetime,
) -> tuple[int, bool]:
    """Keep what a person callbacks; return its id and whether it is new.

    The same call (without one: the same person) callbacks once for the same minute: the key was
    pressed twice. Whoever asks at the same time waits here until this transaction ends.
    """
    lock = select(CALL.c.id).where(CALL.c.id == call_id)
    if call_id is None:
        lock = select(PERSON.c.number).where(PERSON.c.id == account_id)
    await connection.execute(lock.with_for_update())
    known = select(CallbackRow.id).where(
        CallbackRow.identity == identity,
        CallbackRow.kind == kind.value,
        CallbackRow.call_id == call_id if call_id else CallbackRow.account_id == account_id,
        CallbackRow.state.not_in([state.value for state in OVER]),
        CallbackRow.due_at.between(due_at - SAME_WITHIN, due_at + SAME_WITHIN),
    )
    before: int | None = (await connection.execute(known.limit(1))).scalar_one_or_none()
    if before is not None:
        return before, False
    key = await make(
        connection,
        number=number,
        identity=identity,
        kind=kind,
        due_at=due_at,
        call_id=call_id,
        ticket_id=ticket_id,
        account_id=account_id,
        note=note,
        now=now,
    )
    assert key is not None  # only what the system itself callbacks can be there twice
    return key, True


async def callback(connection: AsyncConnection, callback_id: int) -> Callback | None:
    """Return one callback, None when there is no such one."""
    found = await connection.execute(_query().where(CallbackRow.id == callback_id))
    row = found.mappings().one_or_none()
    return None if row is None else _callback_in(row)


async def some(connection: AsyncConnection, ids: Collection[int]) -> Mapping[int, Callback]:
    """Return callbacks by their ids."""
    found: dict[int, Callback] = {}
    for few in chunks(ids):
        rows = await connection.execute(_query().where(CallbackRow.id.in_(few)))
        found.update({row["id"]: _callback_in(row) for row in rows.mappings()})
    return found


async def callbacks(
    connection: AsyncConnection,
    wanted: CallbackFilter = EVERY_CALLBACK,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Callback]:
    """Return a page of callbacks, the last one due first."""
    query = _query()
    if wanted.number is not None:
        query = query.where(by_number(CallbackRow.identity, CallbackRow.number, wanted.number))
    for column, value in (
        (CallbackRow.call_id, wanted.call_id),
        (CallbackRow.state, wanted.state),
        (PERSON.c.number, wanted.by),
    ):
        if value is not None:
            query = query.where(column == value)
    return await page(
        connection,
        between(query, CallbackRow.due_at, wanted.since, wanted.until),
        order=(column_of(CallbackRow.due_at), column_of(CallbackRow.id)),
        limit=limit,
        cursor=cursor,
        read=_callback_in,
    )


async def open_to(connection: AsyncConnection, identities: Sequence[str]) -> Sequence[Callback]:
    """Return what a customer was promised and waits for, the first one due first.

    `identities` is all that the customer is known by (`customers.identities`).
    """
    theirs = CallbackRow.identity.in_(identities)
    query = _query().where(theirs, CallbackRow.state.in_(_GOING_ON))
    found = await connection.execute(query.order_by(CallbackRow.due_at).limit(20))
    return [_callback_in(row) for row in found.mappings()]


async def of_call(connection: AsyncConnection, call_id: str) -> Sequence[Callback]:
    """Return the callbacks that were promised in one call, in order."""
    query = _query().where(CallbackRow.call_id == call_id).order_by(CallbackRow.id)
    return [_callback_in(row) for row in (await connection.execute(query)).mappings()]


async def called_for(connection: AsyncConnection, ticket: str) -> Sequence[str]:
    """Return what the numbers are known by that callbacks of a ticket go to."""
    row = CallbackRow
    of_ticket = select(TICKET.c.id).where(TICKET.c.number == ticket).scalar_subquery()
    query = select(row.identity).where(row.ticket_id == of_ticket, row.identity != "").distinct()
    return list((await connection.execute(query)).scalars())


async def waiting(connection: AsyncConnection, *, limit: int = 200) -> Sequence[Callback]:
    """Return every callback that is not over, the first one due first."""
    query = _query().where(CallbackRow.state.in_(_GOING_ON))
    found = await connection.execute(
        query.order_by(CallbackRow.due_at, CallbackRow.id).limit(limit)
    )
    return [_callback_in(row) for row in found.mappings()]


async def over(connection: AsyncConnection, *, limit: int = 50) -> Sequence[Callback]:
    """Return the callbacks that were completed or cancelled, the last one due first."""
    query = _query().where(CallbackRow.state.in_(_OVER))
    newest = query.order_by(CallbackRow.due_at.desc(), CallbackRow.id.desc()).limit(limit)
    return [_callback_in(row) for row in (await connection.execute(newest)).mappings()]


_OVER = [state.value for state in OVER]
_GOING_ON = [state.value for state in CallbackState if state not in OVER]


def _query() -> Select[Any]:
    return (
        select(
            CallbackRow.__table__,
            TICKET.c.number.label("ticket"),
            PERSON.c.number.label("by"),
        )
        .select_from(CallbackRow)
        .outerjoin(TICKET, TICKET.c.id == CallbackRow.ticket_id)
        .outerjoin(PERSON, PERSON.c.id == CallbackRow.account_id)
    )


def _callback_in(row: RowMapping) -> Callback:
    columns: dict[str, Any] = {name: row[name] for name in Callback.__slots__}
    columns["kind"] = CallbackKind(row["kind"])
    columns["state"] = CallbackState(row["state"])
    return Callback(**columns)
