"""Marks calls that are to be judged, in the transaction that changed what is known of them.

So no call is forgotten, whatever dies: what is marked stays so until a judgement is kept.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import case
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks, insertion, table_of
from features.call_judgements.tables import CallReviewRow


async def mark(connection: AsyncConnection, call_ids: Collection[str], *, due_at: datetime) -> None:
    """Have these calls judged at a moment, or sooner where they are due already."""
    table = table_of(CallReviewRow)
    for some in chunks(set(call_ids)):
        made = insertion(table, connection.dialect.name).values([_row(one, due_at) for one in some])
        sooner = case(
            (table.c.due_at < made.excluded.due_at, table.c.due_at),
            else_=made.excluded.due_at,
        )
        await connection.execute(
            made.on_conflict_do_update(
                index_elements=["call_id"],
                set_={"due_at": sooner, "tries": 0, "marks": table.c.marks + 1},
            )
        )


def _row(call_id: str, due_at: datetime) -> dict[str, Any]:
    return {
        "call_id": call_id,
        "due_at": due_at,
        "marks": 1,
        "tries": 0,
        "judged_at": None,
        "rules": 0,
        "why": "",
    }
