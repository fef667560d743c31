"""Owns that open pages hear what changed in the database without their doing.

The dispatcher is another process, and speaks through the database; time alone makes a callback
overdue. So one question for each kind of news is asked again and again, and only while somebody
whom it concerns has a page open. Another answer than the last one goes to those pages.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Database, NotAnsweringError
from features.callbacks import due as call_backs
from features.campaigns import results as campaign_results
from features.emergency_notifications import queries as incidents
from features.wake_ups import queries as wake_ups
from floor.floor import Floor
from permissions.roles import Role
from permissions.routes import CALLBACK_MAKERS, CAMPAIGNS_SEEN, KNOCKERS, LEADERS

WITHIN_S: Final = 1.5
"""Seconds the database has for an answer; without one the next round asks again."""

_AROUND: Final = timedelta(hours=24)
_LATELY: Final = timedelta(minutes=5)

Pulse = TypeVar("Pulse")


@dataclass(frozen=True)
class News(Generic[Pulse]):
    """One kind of news: whom it concerns, what is asked how often, and what is told."""

    event: str
    roles: frozenset[Role]
    every: float
    """Seconds between two questions."""
    pulse: Callable[[AsyncConnection, datetime], Awaitable[Pulse]]
    told: Callable[[Pulse], Mapping[str, object]]


async def watch(news: News[Pulse], database: Database, floor: Floor) -> None:
    """Tell pages whenever the answer to a question is another; never ends."""
    known: Pulse | None = None
    while True:
        await asyncio.sleep(news.every)
        if not floor.streams.watched_by(news.roles):
            known = None
            continue
        try:
            now = datetime.now(UTC)
            pulse = await database.ask(
                lambda connection, now=now: news.pulse(connection, now),  # type: ignore[misc]
                within=WITHIN_S,
            )
        except NotAnsweringError:
            continue
        if pulse != known:
            known = pulse
            floor.streams.tell_roles(news.roles, news.event, news.told(pulse))


def _campaigns_moved(pulse: campaign_results.Pulse) -> Mapping[str, object]:
    names = ("id", "state", "over", "calling")
    return {"campaigns": [dict(zip(names, each, strict=True)) for each in pulse]}


WAKE_UPS: Final = News(
    event="wake_ups",
    roles=KNOCKERS,
    every=2.0,
    pulse=lambda connection, now: wake_ups.pulse(connection, now - _AROUND, now + _AROUND),
    told=lambda pulse: {"shouting": pulse.shouting},
)
CALLBACKS: Final = News(
    event="callbacks",
    roles=CALLBACK_MAKERS,
    every=2.0,
    pulse=call_backs.pulse,
    told=lambda pulse: {"shouting": pulse.shouting},
)
INCIDENTS: Final = News(
    event="incidents",
    roles=LEADERS,
    every=1.0,
    pulse=lambda connection, _: incidents.pulse(connection),
    told=lambda _: {},
)
CAMPAIGNS: Final = News(
    event="campaigns",
    roles=CAMPAIGNS_SEEN,
    every=1.0,
    pulse=lambda connection, now: campaign_results.pulse(connection, since=now - _LATELY),
    told=_campaigns_moved,
)
ALL: Final[tuple[News[Any], ...]] = (WAKE_UPS, CALLBACKS, INCIDENTS, CAMPAIGNS)
