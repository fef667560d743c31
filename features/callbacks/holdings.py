"""What callbacks say of whom we promised to call; who follows the feed is told of an erasure."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import chunks
from db.holdings import Holding, Holdings, same
from features.callbacks.lifecycle import ON_THE_PHONE, OVER, CallbackState
from features.callbacks.tables import CallbackRow
from features.event_feed.kinds import CallbackEvent
from features.event_feed.telling import Happened, tell_all

_OVER = CallbackRow.state.in_(sorted(state.value for state in OVER))


async def _told(connection: AsyncConnection, keys: Collection[Any]) -> None:
    """Tell that callbacks were erased; one in which a text mentions somebody keeps its number."""
    row, now = CallbackRow, datetime.now(UTC)
    for some in chunks(keys):
        query = select(row.id, row.state).where(row.id.in_(some), row.number == "")
        found = (await connection.execute(query.order_by(row.id))).all()
        erased = CallbackEvent.ERASED
        await tell_all(
            connection, [Happened(what=erased, of=key, at=now, after=state) for key, state in found]
        )


HOLDINGS = Holdings(
    holdings=(
        Holding(
            table=CallbackRow,
            theirs=same(CallbackRow.identity),
            erased={
                "number": "",
                "identity": "",
                "note": "",
                "passed": "",
                "next_at": None,
                "state": case((_OVER, CallbackRow.state), else_=CallbackState.CANCELLED.value),
            },
            busy=CallbackRow.state.in_(sorted(state.value for state in ON_THE_PHONE)),
            open=~_OVER,
            purpose="callbacks",
            since="made_at",
            over=_OVER,
        ),
    ),
    remade={CallbackRow: _told},
    plain={CallbackRow: ("call_id", "kind", "state")},
)
