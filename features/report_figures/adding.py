"""Adds up the figures of days. Changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.report_figures.counting import SUMS
from features.report_figures.tables import FigureRow

Sums = Mapping[str, Any]
"""The keys that were asked for, and each of `SUMS`."""
Only = Mapping[str, str | Sequence[str] | None]
"""By column the value, or the values, of the rows that are added up; None: all."""
INCOMING: Final[Only] = MappingProxyType({"direction": "in"})
EVERYTHING: Final[Only] = MappingProxyType({})


async def sums(
    connection: AsyncConnection,
    subject: str,
    first: date,
    last: date,
    *,
    by: Sequence[str] = (),
    only: Only = EVERYTHING,
) -> Sequence[Sums]:
    """Return the sums of some days, a row for each value of the columns `by`, in their order."""
    columns = [getattr(FigureRow, name) for name in by]
    added = [cast(func.sum(getattr(FigureRow, name)), BigInteger).label(name) for name in SUMS]
    query = select(*columns, *added).where(
        FigureRow.subject == subject, FigureRow.day >= first, FigureRow.day <= last
    )
    for name, wanted in only.items():
        if wanted is None:
            continue
        column = getattr(FigureRow, name)
        query = query.where(column == wanted if isinstance(wanted, str) else column.in_(wanted))
    if columns:
        query = query.group_by(*columns).order_by(*columns)
    rows = (await connection.execute(query)).mappings()
    return [{name: row[name] if name in by else row[name] or 0 for name in row} for row in rows]


async def total(
    connection: AsyncConnection,
    subject: str,
    first: date,
    last: date,
    *,
    only: Only = EVERYTHING,
) -> Sums:
    """Return the sums of some days in one row."""
    return (await sums(connection, subject, first, last, only=only))[0]
