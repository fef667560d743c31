"""Forgets people when their time is over: rows of each purpose, by the `keep_…` settings.

In the caller's transaction (on SQLite one with `writing=True`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of
from db.holdings import Holding, Subject
from features.personal_data import erasures, rows
from features.personal_data.held import NOTHING, Kept
from features.personal_data.registry import holdings
from features.personal_data.rows import Erased

AT_ONCE: Final = 500
"""Rows of one kind in one turn: nobody waits for long."""
NOBODY: Final = Subject(identity="")


async def forget(
    connection: AsyncConnection,
    keep: Mapping[str, int],
    *,
    at: datetime,
    node: str,
    kept: Kept = NOTHING,
) -> int:
    """Forget some of what has been kept for as long as its purpose says; return how much.

    `keep` gives days by purpose, 0 for ever; `kept` stays whatever its time. The proof is kept in
    the same transaction.
    """
    done = 0
    for holding in holdings():
        if days := keep.get(holding.purpose, 0):
            gone = await _of(connection, holding, at - timedelta(days=days), kept)
            if gone is not None:
                rule = f"keep_{holding.purpose}={days}"
                await erasures.prove(connection, [gone], rule=rule, node=node, at=at)
                done += gone.count
    return done


async def _of(
    connection: AsyncConnection, holding: Holding, before: datetime, kept: Kept
) -> Erased | None:
    table = table_of(holding.table)
    keys = list(table.primary_key.columns)
    which = [table.c[holding.since] < before, rows.not_erased(holding)]
    if holding.over is not None:
        which.append(holding.over)
    if kept.subjects:
        which.append(~kept.rows(holding))
    query = select(*keys).where(and_(*which)).order_by(table.c[holding.since]).limit(AT_ONCE)
    found = [tuple(row) for row in (await connection.execute(query)).all()]
    if not found:
        return None
    await connection.execute(rows.erasing(holding, NOBODY).where(tuple_(*keys).in_(found)))
    await rows.made_anew(connection, holding.name, found)
    ids = [rows.id_of(holding, row) for row in found]
    return Erased(what=holding.name, count=len(ids), digest=rows.digest_of(ids))
