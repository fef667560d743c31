"""Marks days to be counted anew, in the transaction that changes what is counted.

Each change adds rows of its own: nobody waits for anybody, and a mark that is committed after the
counting began is still there afterwards. The counting takes away the marks that it saw, no others.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.report_figures.tables import MarkRow


async def mark(connection: AsyncConnection, moments: Iterable[datetime | None]) -> None:
    """Have the days of these moments counted anew; None is no moment."""
    marked = sorted({_quarter(at) for at in moments if at is not None})
    if marked:
        await connection.execute(insert(MarkRow), [{"at": at} for at in marked])


def _quarter(at: datetime) -> datetime:
    utc = at.astimezone(UTC)
    return utc.replace(minute=utc.minute - utc.minute % 15, second=0, microsecond=0)
