"""Change feed: tells open pages what changed in the database.

The dispatcher is another process, and speaks through the database; time alone makes a callback
overdue. So one question for each kind of news is asked again and again, and only while somebody
whom it concerns has a page open. Another answer than the last one goes to those pages. Each
feature registers its own questions.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Database, DatabaseTimeoutError
from floor.floor import Floor
from permissions.roles import Role

WITHIN_S: Final = 1.5
"""Seconds the database has for an answer; without one the next round asks again."""


Snapshot = TypeVar("Snapshot")


@dataclass(frozen=True)
class ChangeFeed(Generic[Snapshot]):
    """One kind of news: whom it concerns, what is asked how often, and what is told."""

    event: str
    roles: frozenset[Role]
    every: float
    """Seconds between two questions."""
    snapshot: Callable[[AsyncConnection, datetime], Awaitable[Snapshot]]
    told: Callable[[Snapshot], Mapping[str, object]]


async def watch(feed: ChangeFeed[Snapshot], database: Database, floor: Floor) -> None:
    """Tell pages whenever the answer to a question is another; never ends.

    A page that has just been opened is told once: it was drawn before it listened, and the change
    may have been told to others in between.
    """
    known: Snapshot | None = None
    told: frozenset[int] = frozenset()
    while True:
        await asyncio.sleep(feed.every)
        if not floor.streams.watched_by(feed.roles):
            known = None
            continue
        try:
            now = datetime.now(UTC)
            snapshot = await database.ask(
                lambda connection, now=now: feed.snapshot(connection, now),  # type: ignore[misc]
                within=WITHIN_S,
            )
        except DatabaseTimeoutError:
            continue
        if snapshot != known:
            known, told = snapshot, frozenset()
        if floor.streams.of_roles(feed.roles) - told:  # opened during the question, too
            news = feed.told(snapshot)
            floor.streams.tell_roles(feed.roles, feed.event, news, but_for=told)
        told = floor.streams.of_roles(feed.roles)
