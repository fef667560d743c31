"""Customers who were found to be one: what each was, until when it can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.customers.known import Customer, from_plain, plain
from features.customers.merging import UNDONE_WITHIN
from features.customers.tables import CustomerMergeRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One merge."""

    id: int
    kept_id: int
    gone_id: int
    at: datetime
    by: str
    until: datetime
    kept_version: int
    kept: Customer
    """As both were before."""
    gone: Customer
    undone_at: datetime | None
    undone_by: str | None


async def note(
    connection: AsyncConnection,
    kept: Customer,
    gone: Customer,
    *,
    version: int,
    at: datetime,
    by: str,
) -> Merge:
    """Keep what two customers were before they became one (in the caller's transaction)."""
    made = insert(CustomerMergeRow).values(
        kept_id=kept.id,
        gone_id=gone.id,
        at=at,
        by=by,
        until=at + UNDONE_WITHIN,
        kept_version=version,
        kept=plain(kept),
        gone=plain(gone),
    )
    done = await connection.execute(made.returning(CustomerMergeRow.__table__))
    return _merge_in(done.mappings().one())


async def one(connection: AsyncConnection, merge_id: int) -> Merge | None:
    """Return a merge."""
    return _first(await _merges(connection, CustomerMergeRow.id == merge_id))


async def of_customer(connection: AsyncConnection, customer_id: int) -> Sequence[Merge]:
    """Return what was merged into a customer and is not undone, newest first."""
    mine = (CustomerMergeRow.kept_id == customer_id, CustomerMergeRow.undone_at.is_(None))
    return await _merges(connection, *mine)


async def undone(connection: AsyncConnection, merge_id: int, *, at: datetime, by: str) -> bool:
    """Mark a merge as undone; False: it was already."""
    done = await connection.execute(
        update(CustomerMergeRow)
        .where(CustomerMergeRow.id == merge_id, CustomerMergeRow.undone_at.is_(None))
        .values(undone_at=at, undone_by=by)
        .returning(CustomerMergeRow.id)
    )
    return done.first() is not None


async def _merges(connection: AsyncConnection, *which: Any) -> Sequence[Merge]:
    query = select(CustomerMergeRow.__table__).where(*which).order_by(CustomerMergeRow.id.desc())
    found = await connection.execute(query.limit(20))
    return [_merge_in(row) for row in found.mappings()]


def _first(found: Sequence[Merge]) -> Merge | None:
    return found[0] if found else None


def _merge_in(row: RowMapping) -> Merge:
    kept, gone = from_plain(row["kept"]), from_plain(row["gone"])
    return Merge(**{**row, "kept": kept, "gone": gone})
