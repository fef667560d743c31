"""Owns the attempts: each time that we rang somebody, committed before the phone rings.

An attempt's id is the id of the call, and part of its channel's id: Asterisk refuses a second one
while the first lives, and a finished attempt is never sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tickets.outbound_models import AttemptRow, DispatchPositionRow


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


_COLUMNS = tuple(field.name for field in fields(Attempt))
_LEARNT = ("rung_at", "answered_at", "ended_at", "result", "said")


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


async def open_ones(connection: AsyncConnection) -> Sequence[Attempt]:
    """Return every attempt whose end is not known."""
    found = await connection.execute(
        select(AttemptRow.__table__)
        .where(AttemptRow.ended_at.is_(None))
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
