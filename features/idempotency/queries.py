"""Rows of requests' keys."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from features.idempotency.tables import IdempotencyKeyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a key."""

    asked: str
    at: datetime
    status: int | None
    answer: str


async def claim(
    connection: AsyncConnection, owner: str, key: str, asked: str, *, now: datetime
) -> bool:
    """Keep that this is asked with a key, in the change's own transaction; False: it was before.

    Who asks the same at the same time waits for the other's end.
    """
    made = insertion(table_of(IdempotencyKeyRow), connection.dialect.name).values(
        owner=owner, key=key, asked=asked, at=now, status=None, answer=""
    )
    done = await connection.execute(
        made.on_conflict_do_nothing().returning(table_of(IdempotencyKeyRow).c.key)
    )
    return done.first() is not None


async def known(connection: AsyncConnection, owner: str, key: str) -> Known | None:
    """Return what is known of a key."""
    row = IdempotencyKeyRow
    query = select(row.asked, row.at, row.status, row.answer).where(
        row.owner == owner, row.key == key
    )
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else Known(**found)


async def answered(
    connection: AsyncConnection, owner: str, key: str, *, status: int, answer: str
) -> None:
    """Keep what was answered."""
    row = IdempotencyKeyRow
    await connection.execute(
        update(row).where(row.owner == owner, row.key == key).values(status=status, answer=answer)
    )


async def release(connection: AsyncConnection, owner: str, key: str) -> None:
    """Forget a key whose request was refused: nothing was made."""
    row = IdempotencyKeyRow
    await connection.execute(
        delete(row).where(row.owner == owner, row.key == key, row.status.is_(None))
    )


async def forget(connection: AsyncConnection, *, before: datetime) -> None:
    """Forget keys that are older."""
    await connection.execute(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.at < before))
