"""Pace of a campaign: evenly so many calls a second. No I/O."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

MADE_GOOD: Final = timedelta(seconds=0.3)
"""As much of a pause between two turns of the loop is made good; after more nothing comes in
a burst."""


@dataclass
class Pace:
    """When each campaign may ring the next person."""

    _next: MutableMapping[int, datetime] = field(default_factory=dict)

    def ready_at(self, campaign: int, due: datetime) -> datetime:
        """Return when somebody who is due may be rung."""
        return max(due, self._next.get(campaign, due))

    def free(self, campaign: int, *, now: datetime, calls_per_second: float) -> int:
        """Return how many may be rung now."""
        begin = self._begin(campaign, now)
        if begin > now:
            return 0
        return 1 + int((now - begin).total_seconds() * calls_per_second)

    def spend(self, campaign: int, calls: int, *, now: datetime, calls_per_second: float) -> None:
        """Note that so many were rung."""
        if calls:
            begin = self._begin(campaign, now)
            self._next[campaign] = begin + timedelta(seconds=calls / calls_per_second)

    def last(self, campaign: int) -> datetime | None:
        """Return when a campaign may ring again after the last time; None: it has rung nobody."""
        return self._next.get(campaign)

    def _begin(self, campaign: int, now: datetime) -> datetime:
        return max(self._next.get(campaign, now), now - MADE_GOOD)


@dataclass(frozen=True, slots=True)
class Asks:
    """One campaign that has people who are due."""

    calling: int
    """How many it calls already."""
    free: int
    """How many more it may call now."""
    last: datetime | None = None
    """When it may ring again after the last time that it rang somebody; None: it never did."""


def shares(asking: Mapping[int, Asks], lines: int) -> Mapping[int, int]:
    """Return how many of so many lines each campaign gets: the next always who calls fewest.

    Among those the one that rang longest ago: one line, or one agent, goes round.
    """
    given = dict.fromkeys(asking, 0)

    def _last(key: int) -> float:
        last = asking[key].last
        return last.timestamp() if last else 0.0

    for _ in range(lines):
        wanting = [key for key, one in asking.items() if given[key] < one.free]
        if not wanting:
            break
        fewest = min(wanting, key=lambda key: (asking[key].calling + given[key], _last(key), key))
        given[fewest] += 1
    return {key: count for key, count in given.items() if count}
