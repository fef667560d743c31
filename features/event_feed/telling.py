"""Writes what happened to a customer or a callback, in the transaction in which it happens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.event_feed.kinds import CallbackEvent, CustomerEvent
from features.event_feed.tables import FeedEventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event that is told. `said` holds no name, no number, and nothing that people typed."""

    what: CustomerEvent | CallbackEvent
    of: int
    """Id of the customer or the callback; 0: of many."""
    at: datetime
    version: int = 0
    before: str = ""
    after: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)


async def tell(connection: AsyncConnection, *events: Happened) -> None:
    """Tell events."""
    await tell_all(connection, events)


async def tell_all(connection: AsyncConnection, events: Iterable[Happened]) -> None:
    """Tell events, oldest first."""
    rows = [
        {
            "what": each.what.value,
            "subject_id": each.of,
            "at": each.at,
            "version": each.version,
            "before": each.before,
            "after": each.after,
            "said": dict(each.said),
            "place": None,
        }
        for each in events
    ]
    if rows:
        await connection.execute(insert(FeedEventRow), rows)
