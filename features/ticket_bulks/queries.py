"""Keeps and reads what is done with many tickets at once, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.ticket_bulks.rules import Bulk, Item, Outcome, Work
from features.ticket_bulks.tables import TicketBulkItemRow, TicketBulkRow

KEPT: Final = timedelta(days=30)
"""So long one can see what became of it."""


async def begin(connection: AsyncConnection, fresh: Bulk, key: str | None) -> tuple[int, bool]:
    """Keep a new bulk; return its id, and False if it was begun with this key before."""
    row = TicketBulkRow
    old = delete(row).where(
        row.account_id == fresh.account_id, row.begun_at < fresh.begun_at - KEPT
    )
    await connection.execute(old)
    made = insertion(table_of(row), connection.dialect.name).values(
        account_id=fresh.account_id,
        key=key,
        work=fresh.work.value,
        given=dict(fresh.given),
        begun_at=fresh.begun_at,
    )
    done = await connection.execute(made.on_conflict_do_nothing().returning(row.id))
    bulk_id = done.scalar_one_or_none()
    if bulk_id is None:
        known = select(row.id).where(row.account_id == fresh.account_id, row.key == key)
        return int((await connection.execute(known)).scalar_one()), False
    items = [
        {
            "bulk_id": bulk_id,
            "place": place,
            "number": one.number,
            "version": one.version,
            "outcome": one.outcome.value,
            "why": one.why,
        }
        for place, one in enumerate(fresh.items)
    ]
    await connection.execute(insert(TicketBulkItemRow), items)
    return bulk_id, True


async def one(connection: AsyncConnection, bulk_id: int, account_id: int | None) -> Bulk | None:
    """Return somebody's own bulk with its tickets, None when there is none."""
    row = TicketBulkRow
    query = select(row.id, row.account_id, row.work, row.given, row.begun_at).where(
        row.id == bulk_id, row.account_id == account_id
    )
    found = (await connection.execute(query)).mappings().one_or_none()
    if found is None:
        return None
    items = await _items(connection, bulk_id)
    return Bulk(**{**found, "work": Work(found["work"])}, items=items)


async def lately(connection: AsyncConnection, account_id: int, since: datetime) -> Sequence[Any]:
    """Return `id`, `work` and `begun_at` of what somebody has begun since, newest first."""
    row = TicketBulkRow
    query = (
        select(row.id, row.work, row.begun_at)
        .where(row.account_id == account_id, row.begun_at >= since)
        .order_by(row.begun_at.desc(), row.id.desc())
        .limit(20)
    )
    return (await connection.execute(query)).all()


async def became(connection: AsyncConnection, bulk_id: int, item: Item) -> None:
    """Keep what became of one ticket."""
    row = TicketBulkItemRow
    await connection.execute(
        update(row)
        .where(row.bulk_id == bulk_id, row.number == item.number)
        .values(outcome=item.outcome.value, why=item.why)
    )


async def _items(connection: AsyncConnection, bulk_id: int) -> Sequence[Item]:
    row = TicketBulkItemRow
    found = await connection.execute(
        select(row.number, row.version, row.outcome, row.why)
        .where(row.bulk_id == bulk_id)
        .order_by(row.place)
    )
    return [Item(**{**each, "outcome": Outcome(each["outcome"])}) for each in found.mappings()]
