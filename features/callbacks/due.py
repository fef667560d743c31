"""Due callbacks: which ones, what an event makes of one, who could call (CBK-1).

What follows from an event is `features.callbacks.lifecycle`'s to decide; here the row is locked,
changed and kept, in the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch.tables import AttemptRow
from features.accounts.references import PERSON
from features.callbacks.lifecycle import (
    FOR_A_PERSON,
    NOT_TALKED_YET,
    OVER,
    CallBack,
    CallbackKind,
    CallbackRules,
    CallbackState,
    Command,
    Event,
    decide,
)
from features.callbacks.tables import CallbackRow
from features.callbacks.told import happened
from features.calls.references import CALL
from features.customers.queries import CustomerSort
from features.customers.references import CUSTOMER, CUSTOMER_NUMBER
from features.event_feed.telling import tell_all

PURPOSE = "callback"

_STATE = tuple(field.name for field in fields(CallBack))


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCallback:
    """One callback with what must be known to call."""

    id: int
    number: str
    """Whom to call, as it is shown."""
    identity: str
    """What that number is known by."""
    maker: str | None
    """Account number of who promised, or of who talked in that call."""
    priority: bool
    """A large, important or dedicated-line customer (QUE-1)."""
    came_at: datetime | None
    call_id: str | None
    ticket_id: int | None
    account_id: int | None
    note: str
    call_back: CallBack


async def next_due(connection: AsyncConnection) -> datetime | None:
    """Return when the next callback is to be called, None when none is."""
    found = await connection.execute(
        select(func.min(CallbackRow.next_at)).where(CallbackRow.next_at.is_not(None))
    )
    moment: datetime | None = found.scalar_one()
    return moment


async def claim(
    connection: AsyncConnection, *, until: datetime, limit: int
) -> Sequence[DueCallback]:
    """Return what is due by `until`, the longest due first, locked for whoever asked."""
    due = (
        _wanted()
        .where(CallbackRow.next_at <= until)
        .order_by(CallbackRow.next_at, CallbackRow.id)
        .limit(limit)
        .with_for_update(of=CallbackRow, skip_locked=True)
    )
    return [_wanted_in(row) for row in (await connection.execute(due)).mappings()]


async def of_ids(connection: AsyncConnection, wanted: Collection[int]) -> dict[int, DueCallback]:
    """Return callbacks by id, locked until the transaction ends."""
    query = _wanted().where(CallbackRow.id.in_(wanted)).order_by(CallbackRow.id)
    found = await connection.execute(query.with_for_update(of=CallbackRow))
    return {row["id"]: _wanted_in(row) for row in found.mappings()}


async def keep(
    connection: AsyncConnection,
    before: Mapping[int, CallBack],
    changed: Mapping[int, CallBack],
    *,
    now: datetime,
) -> None:
    """Keep callbacks, by id, as they are now, and tell what happened to them."""
    if changed:
        table = CallbackRow.__table__
        known = update(table).where(table.c.id == bindparam("this"))  # type: ignore[arg-type]
        rows = [{"this": key} | _columns(each) for key, each in changed.items()]
        await connection.execute(known.values({name: bindparam(name) for name in _STATE}), rows)
        told = [each for key in changed for each in happened(key, before[key], changed[key], now)]
        await tell_all(connection, told)


async def apply(
    connection: AsyncConnection, callback_id: int, event: Event, now: datetime, *, note: str = ""
) -> tuple[Command, ...] | None:
    """Let what somebody says happen to a callback; None when there is no such one, or no change.

    A call that goes on is ended by the dispatcher, which asks for it (`settled`).
    """
    known = (await of_ids(connection, [callback_id])).get(callback_id)
    if known is None:
        return None
    after, commands = decide(known.call_back, event, now, CallbackRules())
    if after == known.call_back:
        return None
    await keep(connection, {callback_id: known.call_back}, {callback_id: after}, now=now)
    if note:
        said = update(CallbackRow).where(CallbackRow.id == callback_id).values(note=note)
        await connection.execute(said)
    return commands


async def settled(connection: AsyncConnection, wanted: Collection[int]) -> Sequence[int]:
    """Return which of these somebody has settled: their phones must not ring any more."""
    over = [state.value for state in OVER]
    query = select(CallbackRow.id).where(CallbackRow.id.in_(wanted), CallbackRow.state.in_(over))
    return (await connection.execute(query)).scalars().all()


async def engaged_seats(connection: AsyncConnection, node: str) -> frozenset[str]:
    """Return the numbers and seats of a node that are being rung or talked to by ourselves."""
    query = select(AttemptRow.number).where(AttemptRow.ended_at.is_(None), AttemptRow.node == node)
    return frozenset((await connection.execute(query)).scalars())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is another whenever the page of callbacks would look another."""

    alarms: int
    """How many need somebody at the desk now."""
    steps: int
    states: tuple[tuple[str, int], ...]


async def count_alarms(connection: AsyncConnection, now: datetime) -> int:
    """Return how many callbacks need somebody now."""
    return (await snapshot(connection, now)).alarms


async def snapshot(connection: AsyncConnection, now: datetime) -> Snapshot:
    """Return how the callbacks stand that are not over."""
    row = CallbackRow
    going_on = [state.value for state in CallbackState if state not in OVER]
    late = and_(row.state.in_([one.value for one in NOT_TALKED_YET]), row.due_at < now)
    alarming = or_(row.state.in_([one.value for one in FOR_A_PERSON]), late)
    done = func.coalesce(func.sum(row.tries + row.asked), 0)
    found = await connection.execute(
        select(row.state, func.count(), done, func.count().filter(alarming))
        .where(row.state.in_(going_on))
        .group_by(row.state)
        .order_by(row.state)
    )
    rows = found.all()
    return Snapshot(
        alarms=sum(int(loud) for *_, loud in rows),
        steps=sum(int(steps) for _, _, steps, _ in rows),
        states=tuple((state, count) for state, count, _, _ in rows),
    )


def _wanted() -> Select[Any]:
    maker = func.coalesce(PERSON.c.number, CALL.c.agent).label("maker")
    return (
        select(CallbackRow.__table__, maker, CUSTOMER.c.sort.label("sort"))
        .select_from(CallbackRow)
        .outerjoin(PERSON, PERSON.c.id == CallbackRow.account_id)
        .outerjoin(CALL, CALL.c.id == CallbackRow.call_id)
        .outerjoin(CUSTOMER_NUMBER, CUSTOMER_NUMBER.c.identity == CallbackRow.identity)
        .outerjoin(CUSTOMER, CUSTOMER.c.id == CUSTOMER_NUMBER.c.customer_id)
    )


def _wanted_in(row: RowMapping) -> DueCallback:
    state: dict[str, Any] = {name: row[name] for name in _STATE}
    state["kind"] = CallbackKind(row["kind"])
    state["state"] = CallbackState(row["state"])
    state["passed"] = tuple(filter(None, row["passed"].split(",")))
    plain = (
        *("id", "number", "identity", "maker", "came_at"),
        *("call_id", "ticket_id", "account_id", "note"),
    )
    return DueCallback(
        **{name: row[name] for name in plain},
        priority=row["sort"] not in {None, CustomerSort.NORMAL.value},
        call_back=CallBack(**state),
    )


def _columns(callback: CallBack) -> dict[str, Any]:
    return {name: getattr(callback, name) for name in _STATE} | {
        "kind": callback.kind.value,
        "state": callback.state.value,
        "passed": ",".join(callback.passed),
    }
