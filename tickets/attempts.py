"""Owns the attempts: each time that we rang somebody, committed before the phone rings.

An attempt's id is the id of the call, and part of its channel's id: Asterisk refuses a second one
while the first lives, and a finished attempt is never sent again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
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


async def begin(connection: AsyncConnection, attempt: Attempt) -> None:
    """Keep an attempt that is about to be made."""
    values = {name: getattr(attempt, name) for name in _COLUMNS}
    await connection.execute(insert(AttemptRow).values(values))


async def next_seq(connection: AsyncConnection, purpose: str, subject_id: int) -> int:
    """Return the number of the next attempt for a subject."""
    found = await connection.execute(
        select(func.max(AttemptRow.seq)).where(
            AttemptRow.purpose == purpose, AttemptRow.subject_id == subject_id
        )
    )
    return (found.scalar_one() or 0) + 1


async def keep(connection: AsyncConnection, attempt_id: str, **values: object) -> None:
    """Keep what became known of an attempt."""
    await connection.execute(update(AttemptRow).where(AttemptRow.id == attempt_id).values(**values))


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
