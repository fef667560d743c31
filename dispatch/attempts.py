"""Attempts: each time that we rang somebody, committed before the phone rings.

An attempt's id is the id of the call, and part of its channel's id: Asterisk refuses a second one
while the first lives, and a finished attempt is never sent again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping, and_, bindparam, case, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import DEFAULT_NODE
from dispatch.tables import IS_OUTSIDE, TO_AGENT, AttemptRow, DispatchPositionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One time that we rang somebody."""

    id: str
    purpose: str
    subject_id: int
    seq: int
    """1 is the first attempt for this subject."""
    who: str
    number: str
    channel: str
    planned_at: datetime
    rung_at: datetime | None = None
    """When Asterisk was told to ring; None: nobody knows that it was."""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    result: str = ""
    said: str = ""
    reached: str = ""
    """The number of the public network that it may ring, in full; empty: a phone of the house."""
    price: int = 0
    """What a minute costs, in thousandths of the currency."""
    node: str = DEFAULT_NODE
    """The Asterisk that rings; `channel` is a name there."""
    dialled: str = ""
    """What is dialled for the number, by the trunk's plan; empty: nothing, for nobody judged it."""
    trunk: str = ""
    """The trunk that it is dialled on; empty: a phone of the house."""
    ways: str = ""
    """Where it goes when that trunk refuses or is silent (`dispatch/ways.py`)."""
    trunk_said: str = ""
    """What each trunk answered: `carrier 503 Service Unavailable; backup 486 Busy Here`."""


_COLUMNS = tuple(field.name for field in fields(Attempt))
_LEARNT = (
    *("rung_at", "answered_at", "ended_at", "result", "said"),
    *("channel", "dialled", "trunk", "ways", "trunk_said"),
)

SWITCH_DIED: Final = "switch_died"
NEVER_RUNG: Final = "never_rung"
NOT_ALLOWED: Final = "not_allowed"
HELD_BACK: Final = "held_back"
"""Not allowed just now: the hour, what was rung lately or spent today is against it."""
NO_PHONE_RANG: Final = (NEVER_RUNG, NOT_ALLOWED, HELD_BACK)

_ONLY_AN_AGENT: Final = and_(
    text(TO_AGENT), AttemptRow.ended_at.is_not(None), AttemptRow.said == ""
)
"""An agent was rung who did not take the call: the number outside was not."""


async def begin(connection: AsyncConnection, made: Sequence[Attempt]) -> None:
    """Keep attempts that are about to be made."""
    if made:
        rows = [{name: getattr(one, name) for name in _COLUMNS} for one in made]
        await connection.execute(insert(AttemptRow), rows)


async def keep(connection: AsyncConnection, changed: Sequence[Attempt]) -> None:
    """Keep what became known of attempts."""
    if changed:
        rows = [
            {"this": one.id} | {name: getattr(one, name) for name in _LEARNT} for one in changed
        ]
        table = AttemptRow.__table__
        known = update(table).where(table.c.id == bindparam("this"))  # type: ignore[arg-type]
        await connection.execute(known.values({name: bindparam(name) for name in _LEARNT}), rows)


async def open_ones(connection: AsyncConnection, node: str) -> Sequence[Attempt]:
    """Return every attempt of a node whose end is not known."""
    found = await connection.execute(
        select(AttemptRow.__table__)
        .where(AttemptRow.ended_at.is_(None), AttemptRow.node == node)
        .order_by(AttemptRow.planned_at)
    )
    return [_attempt(row) for row in found.mappings()]


async def of(connection: AsyncConnection, purpose: str, subject_id: int) -> Sequence[Attempt]:
    """Return all attempts for one subject, in order."""
    found = await connection.execute(
        select(AttemptRow.__table__)
        .where(AttemptRow.purpose == purpose, AttemptRow.subject_id == subject_id)
        .order_by(AttemptRow.seq)
    )
    return [_attempt(row) for row in found.mappings()]


async def of_keys(connection: AsyncConnection, keys: Collection[str]) -> Sequence[Attempt]:
    """Return attempts by their ids, in the order in which they were planned."""
    row = AttemptRow
    found = await connection.execute(
        select(row.__table__).where(row.id.in_(keys)).order_by(row.planned_at, row.id)
    )
    return [_attempt(each) for each in found.mappings()]


async def latest(
    connection: AsyncConnection, purpose: str, subjects: Collection[int]
) -> dict[int, int]:
    """Return the number of the last attempt for each subject that had one."""
    row = AttemptRow
    found = await connection.execute(
        select(row.subject_id, func.max(row.seq))
        .where(row.purpose == purpose, row.subject_id.in_(subjects))
        .group_by(row.subject_id)
    )
    return {subject: int(seq) for subject, seq in found}


async def rung_lately(
    connection: AsyncConnection, reached: Collection[str], now: datetime
) -> dict[str, tuple[int, int]]:
    """Return how often each number was rung in the last hour, and in the last 24 hours."""
    row = AttemptRow
    lately = func.sum(case((row.planned_at > now - timedelta(hours=1), 1), else_=0))
    found = await connection.execute(
        select(row.reached, lately, func.count())
        .where(text(IS_OUTSIDE), row.reached.in_(reached))
        .where(row.planned_at > now - timedelta(hours=24))
        .where(row.result.not_in(NO_PHONE_RANG), ~_ONLY_AN_AGENT)
        .group_by(row.reached)
    )
    return {number: (int(hour), day) for number, hour, day in found}


async def rung_outside(connection: AsyncConnection, since: datetime) -> int:
    """Return how many calls to the public network were made since a moment."""
    row = AttemptRow
    found = await connection.execute(
        select(func.count())
        .where(row.planned_at > since, row.reached != "")
        .where(row.result.not_in(NO_PHONE_RANG), ~_ONLY_AN_AGENT)
    )
    return found.scalar_one()


async def spent(connection: AsyncConnection, since: datetime, now: datetime) -> int:
    """Return what the calls since a moment cost, every begun minute counted, in thousandths."""
    row = AttemptRow
    found = await connection.execute(
        select(row.price, row.answered_at, row.ended_at)
        .where(row.planned_at >= since, row.price > 0)
        .where(row.answered_at.is_not(None))
    )
    return sum(
        price * _minutes(answered, ended or now) for price, answered, ended in found if answered
    )


def _minutes(answered: datetime, ended: datetime) -> int:
    """Return the begun minutes of a talk, at least one."""
    return max(1, -(-(ended - answered) // timedelta(minutes=1)))


async def positions(connection: AsyncConnection) -> dict[str, tuple[int, bool]]:
    """Return how far the dispatcher has read each journal, and whether it is closed."""
    row = DispatchPositionRow
    found = await connection.execute(select(row.file, row.offset, row.closed).with_for_update())
    return {file: (offset, closed) for file, offset, closed in found}


async def move(connection: AsyncConnection, after: dict[str, tuple[int, bool]]) -> None:
    """Keep how far each journal has been read."""
    row = DispatchPositionRow
    for file, (offset, closed) in after.items():
        values = {"offset": offset, "closed": closed}
        done = await connection.execute(
            update(row).where(row.file == file).values(values).returning(row.file)
        )
        if done.first() is None:
            await connection.execute(insert(row).values(file=file, **values))


def _attempt(row: RowMapping) -> Attempt:
    columns: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    return Attempt(**columns)
