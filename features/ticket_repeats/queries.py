"""Queries of repeated tickets: what one repeats, what repeats it, and its writes.

All of it runs in the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.ticket_repeats.lifecycle import How, Repeat
from features.ticket_repeats.tables import TicketRepeatRow

_ROW = TicketRepeatRow


async def of_ticket(connection: AsyncConnection, ticket_id: int) -> Repeat | None:
    """Return what a ticket repeats, and how; None: nothing."""
    found = await _repeats(connection, _ROW.ticket_id == ticket_id)
    return found[0] if found else None


async def of_first(connection: AsyncConnection, first_id: int) -> Sequence[Repeat]:
    """Return what repeats a ticket, in the order in which it came."""
    return await _repeats(connection, _ROW.first_id == first_id)


async def keep(
    connection: AsyncConnection, ticket_id: int, first_id: int, how: How, *, by: str, now: datetime
) -> bool:
    """Keep that a ticket repeats another; False: it repeats one already."""
    values = {
        "ticket_id": ticket_id,
        "first_id": first_id,
        "how": how.value,
        "made_at": now,
        "made_by": by,
        "undone_by": "",
    }
    made = insertion(table_of(_ROW), connection.dialect.name).values(values)
    done = await connection.execute(made.on_conflict_do_nothing().returning(_ROW.id))
    return done.first() is not None


async def undo(connection: AsyncConnection, key: int, *, by: str, now: datetime) -> bool:
    """Keep that a repeat was none after all; False: somebody was quicker."""
    done = await connection.execute(
        update(_ROW)
        .where(_ROW.id == key, _ROW.undone_at.is_(None))
        .values(undone_at=now, undone_by=by)
        .returning(_ROW.id)
    )
    return done.first() is not None


async def _repeats(connection: AsyncConnection, which: ColumnElement[bool]) -> Sequence[Repeat]:
    query = select(_ROW.__table__).where(which, _ROW.undone_at.is_(None)).order_by(_ROW.id)
    return [_repeat_in(row) for row in (await connection.execute(query)).mappings()]


def _repeat_in(row: RowMapping) -> Repeat:
    values = {name: row[name] for name in Repeat.__slots__}
    return Repeat(**values | {"how": How(row["how"])})
