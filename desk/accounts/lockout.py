"""Owns how long somebody who guesses passwords must wait: per account, and per address.

Does no I/O. An account's pause grows with each failure; a number that nobody has is paused just
the same, from memory, so that a pause tells nothing. Whoever is paused is told until when.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FREE_FAILURES = 4
"""Wrong passwords that cost nothing but the time to type them."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)

FROM_ONE_ADDRESS = 60
"""Failures of one address in WITHIN: a whole office shares one, and comes in at eight o'clock."""

WITHIN = timedelta(minutes=10)

MOST_REMEMBERED = 10_000
"""Numbers and addresses kept in memory; the oldest is forgotten first."""


def pause(failures: int) -> timedelta:
    """Return how long an account is closed after so many failures in a row."""
    beyond = failures - FREE_FAILURES
    if beyond <= 0:
        return timedelta(0)
    return min(FIRST_PAUSE * (1 << min(beyond - 1, 10)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Tries:
    """The failures of a number in a row, and until when it is closed."""

    failures: int = 0
    until: datetime | None = None

    def closed(self, now: datetime) -> bool:
        return self.until is not None and self.until > now

    def once_more(self, now: datetime) -> "Tries":
        """Return the tries with one more: counted before the password is looked at."""
        longer = pause(self.failures + 1)
        return Tries(self.failures + 1, now + longer if longer else None)


@dataclass(slots=True)
class Strangers:
    """Who failed where no account keeps it: unknown numbers, and addresses."""

    _numbers: OrderedDict[str, Tries] = field(default_factory=OrderedDict)
    _addresses: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)

    def tried(self, number: str, now: datetime) -> Tries:
        """Count a try at a number that nobody has; return what held before it."""
        before = self._numbers.pop(number, Tries())
        self._numbers[number] = before if before.closed(now) else before.once_more(now)
        _forget_oldest(self._numbers)
        return before

    def failed(self, address: str, now: datetime) -> None:
        """Count a failure of an address."""
        recent = [*self._recent(address, now), now][-FROM_ONE_ADDRESS:]
        self._addresses.pop(address, None)
        self._addresses[address] = recent
        _forget_oldest(self._addresses)

    def address_closed_until(self, address: str, now: datetime) -> datetime | None:
        """Return when an address that failed too often may try again, None when it may now."""
        recent = self._recent(address, now)
        return recent[0] + WITHIN if len(recent) >= FROM_ONE_ADDRESS else None

    def _recent(self, address: str, now: datetime) -> list[datetime]:
        return [at for at in self._addresses.get(address, []) if at > now - WITHIN]


def _forget_oldest(kept: OrderedDict[str, Tries] | OrderedDict[str, list[datetime]]) -> None:
    while len(kept) > MOST_REMEMBERED:
        kept.popitem(last=False)
