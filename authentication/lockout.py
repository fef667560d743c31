"""Lock-outs: how long who guesses passwords must wait, without locking out others.

Does no I/O. Three counts, and whoever is paused is told until when:

- **Of a number, by whence** (an address, or a browser that has signed in with it before): four
  wrong ones are free, then the pause grows. Nobody else is paused by it.
- **Of a number, from everywhere** where it was never signed in with: a slow limit, against many
  addresses. It is kept with the account; who comes from a known browser or address is past it.
- **Of an address**: one that fails with number after number has no free failures left. It is never
  closed: a whole house may share it.

A number that nobody has is counted just the same, from memory, so that a pause tells nothing.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TypeVar

FREE_FAILURES = 4
"""Wrong passwords that cost nothing but the time to type them."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)

FORGOTTEN_AFTER = timedelta(days=1)
"""Without a failure for so long, the count begins anew."""

EVERYWHERE_FREE, EVERYWHERE_EVERY = 150, timedelta(minutes=15)
"""Guesses at one number from all unknown addresses: so many at once, and one in so much time."""

TIRED_AFTER, WITHIN = 60, timedelta(minutes=10)
"""So many failures of one address in so much time, and each further one counts."""

MOST_REMEMBERED = 10_000
"""Of each kind, in memory; the oldest is forgotten first."""

Kept = TypeVar("Kept")


def pause(failures: int, free: int = FREE_FAILURES) -> timedelta:
    """Return how long a number is closed to whoever failed so often in a row."""
    beyond = failures - free
    if beyond <= 0:
        return timedelta(0)
    return min(FIRST_PAUSE * (1 << min(beyond - 1, 10)), LONGEST_PAUSE)


def everywhere(until: datetime | None, now: datetime) -> datetime:
    """Return until when a number is closed after one more guess from an unknown address.

    `until` is what was returned before. What lies in the past is what is still free: it grows by a
    guess in `EVERYWHERE_EVERY`, up to `EVERYWHERE_FREE` of them.
    """
    fresh = now - EVERYWHERE_FREE * EVERYWHERE_EVERY
    return max(until or fresh, fresh) + EVERYWHERE_EVERY


@dataclass(frozen=True, slots=True)
class Whence:
    """Where a try comes from."""

    address: str
    browser: str = ""
    """The mark of a browser that has signed in with this number before; empty: of none."""

    @property
    def key(self) -> str:
        """Return what tells it from others: an IPv6 network is one house."""
        return f"browser {self.browser}" if self.browser else network(self.address)


def network(address: str) -> str:
    """Return what one party can take addresses from: an IPv4 address, or a /64 of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return f"{found.ipv4_mapped or found.exploded[:19]}"


@dataclass(frozen=True, slots=True)
class Tries:
    """The failures in a row of one number from one place, and until when it is closed."""

    failures: int = 0
    until: datetime | None = None
    at: datetime | None = None
    """Of the last failure."""

    def closed(self, now: datetime) -> bool:
        return self.until is not None and self.until > now

    def once_more(self, now: datetime, free: int) -> "Tries":
        """Return the tries with one more: counted before the password is looked at."""
        old = self.at is not None and now - self.at > FORGOTTEN_AFTER
        failures = 1 if old else self.failures + 1
        longer = pause(failures, free)
        return Tries(failures, now + longer if longer else None, now)


@dataclass(slots=True)
class Guesses:
    """Who failed, and how often, as the desk remembers it."""

    _tries: OrderedDict[tuple[str, str], Tries] = field(default_factory=OrderedDict)
    _nobodys: OrderedDict[tuple[str, str], Tries] = field(default_factory=OrderedDict)
    """Apart from the others: a flood of numbers that nobody has makes us forget no guesses."""
    _everywhere: OrderedDict[str, datetime] = field(default_factory=OrderedDict)
    _addresses: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)

    def tried(self, number: str, whence: Whence, now: datetime, *, nobodys: bool = False) -> Tries:
        """Count a try; return what held before it. While it is closed tries cost nothing."""
        table = self._nobodys if nobodys else self._tries
        before = table.pop((number, whence.key), Tries())
        free = 0 if self.tired(whence, now) else FREE_FAILURES
        after = before if before.closed(now) else before.once_more(now, free)
        _keep(table, (number, whence.key), after)
        return before

    def tried_everywhere(self, number: str, now: datetime) -> datetime | None:
        """Count a try at a number that nobody has; return until when it is closed, as accounts."""
        before = self._everywhere.get(number)
        if before is not None and before > now:
            return before
        _keep(self._everywhere, number, everywhere(before, now))
        return None

    def right(self, number: str, whence: Whence) -> None:
        """Forget the failures before the right password, from the same place."""
        self._tries.pop((number, whence.key), None)

    def failed(self, whence: Whence, now: datetime) -> None:
        """Count a failure of an address, whatever the number was."""
        place = network(whence.address)
        recent = [*self._recent(place, now), now][-TIRED_AFTER:]
        _keep(self._addresses, place, recent)

    def tired(self, whence: Whence, now: datetime) -> bool:
        """Tell whether an address failed so often that nothing is free for it any more."""
        if whence.browser:
            return False
        return len(self._recent(network(whence.address), now)) >= TIRED_AFTER

    def _recent(self, place: str, now: datetime) -> list[datetime]:
        return [at for at in self._addresses.get(place, []) if at > now - WITHIN]


Key = TypeVar("Key")


def _keep(table: OrderedDict[Key, Kept], key: Key, value: Kept) -> None:
    table.pop(key, None)
    table[key] = value
    while len(table) > MOST_REMEMBERED:
        table.popitem(last=False)
