"""Finds a row by the beginning of its id, as people type it at a command line."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

WHOLE_ID = 36
"""Characters of an id; one that is whole is found by the index, a beginning by looking at all."""


async def id_like(connection: AsyncConnection, column: Any, beginning: str) -> str | None:
    """Return the one id in a column that begins so; None for no such id and for several."""
    whole = len(beginning) == WHOLE_ID
    fits = column == beginning if whole else column.startswith(beginning, autoescape=True)
    found = (await connection.execute(select(column).where(fits).limit(2))).scalars().all()
    return str(found[0]) if len(found) == 1 else None
