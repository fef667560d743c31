"""Lists of customers: how far each is, which rows were wrong (in the caller's transaction)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of, written
from features.customer_lists.judging import Came, Known
from features.customer_lists.tables import CustomerImportFaultRow, CustomerImportRow

STOPPED_AFTER: Final = timedelta(seconds=60)
"""A list that did not move for so long has died with its desk."""
KEPT_FOR: Final = timedelta(days=30)
"""So long the wrong rows of a list can be fetched."""


class ImportState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    UNREADABLE = "unreadable"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One list that somebody brought."""

    id: int
    name: str
    by: str
    began_at: datetime
    moved_at: datetime
    ended_at: datetime | None
    known: Known
    rows: int
    fresh: int
    changed: int
    same: int
    wrong: int
    columns: Sequence[str]
    remarks: Sequence[Mapping[str, Any]]
    fault: Mapping[str, Any] | None

    def state(self, now: datetime) -> ImportState:
        """Return where it stands."""
        if self.fault is not None:
            return ImportState.UNREADABLE
        if self.ended_at is not None:
            return ImportState.DONE
        return ImportState.STOPPED if now - self.moved_at > STOPPED_AFTER else ImportState.RUNNING


@dataclass(frozen=True, slots=True)
class WrongRow:
    """One row that was wrong."""

    line: int
    why: str
    cell: str
    given: str
    cells: Sequence[str]


async def begin(
    connection: AsyncConnection, name: str, *, known: Known, by: str, now: datetime
) -> int:
    """Keep that a list was brought; return its id."""
    made = insert(CustomerImportRow).values(
        name=name,
        by=by,
        began_at=now,
        moved_at=now,
        ended_at=None,
        known=known.value,
        **dict.fromkeys(("rows", "wrong", *(each.value for each in Came)), 0),
        columns=[],
        remarks=[],
        fault=None,
    )
    done = await connection.execute(made.returning(CustomerImportRow.id))
    return int(done.scalar_one())


async def moved(connection: AsyncConnection, import_id: int, **values: Any) -> None:
    """Keep how far a list is."""
    await connection.execute(
        update(CustomerImportRow).where(CustomerImportRow.id == import_id).values(**values)
    )


async def wrong(connection: AsyncConnection, import_id: int, rows: Sequence[WrongRow]) -> None:
    """Keep rows that are wrong."""
    values = [
        {
            "import_id": import_id,
            "line": row.line,
            "why": row.why,
            "cell": row.cell,
            "given": row.given,
            "cells": list(row.cells),
        }
        for row in rows
    ]
    await written(connection, table_of(CustomerImportFaultRow), values)


async def forget(connection: AsyncConnection, now: datetime) -> None:
    """Let the wrong rows of old lists go: they hold customers' data (SEC-4)."""
    old = select(CustomerImportRow.id).where(CustomerImportRow.began_at < now - KEPT_FOR)
    await connection.execute(
        delete(CustomerImportFaultRow).where(CustomerImportFaultRow.import_id.in_(old))
    )


async def one(connection: AsyncConnection, import_id: int) -> Import | None:
    """Return a list."""
    query = select(CustomerImportRow.__table__).where(CustomerImportRow.id == import_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _import_in(row)


async def latest(connection: AsyncConnection, *, limit: int = 20) -> Sequence[Import]:
    """Return the lists that were brought last."""
    query = select(CustomerImportRow.__table__).order_by(CustomerImportRow.id.desc()).limit(limit)
    return [_import_in(row) for row in (await connection.execute(query)).mappings()]


async def wrong_rows(
    connection: AsyncConnection, import_id: int, *, after: int = 0, limit: int = 500
) -> Sequence[WrongRow]:
    """Return the wrong rows of a list behind a line."""
    row = CustomerImportFaultRow
    found = await connection.execute(
        select(row.line, row.why, row.cell, row.given, row.cells)
        .where(row.import_id == import_id, row.line > after)
        .order_by(row.line)
        .limit(limit)
    )
    return [WrongRow(*each) for each in found]


def _import_in(row: RowMapping) -> Import:
    return Import(**{**row, "known": Known(row["known"])})
