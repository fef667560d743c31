"""Connection limiter: how many connections the desk keeps for whom, and which it closes first.

Does no I/O: who serves a connection says how it is closed. A connection is a stranger's until a
request on it was admitted. All strangers share one limit: at the limit, the address with the most
connections loses its longest idle one. So strangers can only close the desk to each other. A person
or a token has a limit of its own, and loses an idle connection of its own, or the new one. At the
limit for all together, whoever is at work stays.
"""

import itertools
import resource
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from floor import metrics

MOST_AT_ONCE: Final = 2_000
"""Connections of all together, where the machine lets us have the files for them."""
STRANGERS: Final = 400
"""Of those who are not known: enough for a house whose pages all come back after a restart."""
OF_ONE_PERSON: Final = 40
"""A browser takes six, each open page one more for its events."""
OF_ONE_TOKEN: Final = 200
"""A wall of screens may share one."""
OTHER_FILES: Final = 300
"""Files that the desk needs besides: the database, recordings that are played, our own log."""

Peer = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a connection is: a person, or a token."""

    account_id: int | None
    token_id: int | None = None

    @property
    def most(self) -> int:
        return OF_ONE_TOKEN if self.account_id is None else OF_ONE_PERSON


class Connection(Protocol):
    """What serves a connection."""

    def end(self) -> None:
        """Close it at once."""

    def expect_life(self) -> None:
        """Close it when the other side takes nothing for a while, or is not there any more."""


@dataclass(eq=False, slots=True)
class TrackedConnection:
    """One connection."""

    peer: Peer
    connection: Connection
    trusted: bool = False
    """A proxy of ours: who comes through it is counted by the proxy."""
    owner: Owner | None = None
    busy: bool = False
    """A request is under way."""
    used: int = 0
    """When something was last done on it, in the order of all that was done."""


class _Strangers:
    """The connections of strangers, by address, in the order in which they were last used.

    Each comes, goes and is chosen in the same short time, however many there are: who floods the
    desk with connections must not make each of them dearer.
    """

    def __init__(self) -> None:
        self.count = 0
        self._of: dict[str, dict[Peer, TrackedConnection]] = {}

    def add(self, tracked: TrackedConnection) -> None:
        self._of.setdefault(tracked.peer[0], {})[tracked.peer] = tracked
        self.count += 1

    def remove(self, tracked: TrackedConnection) -> None:
        """Take one out; one that is not among them is none."""
        held = self._of.get(tracked.peer[0], {})
        if held.pop(tracked.peer, None) is not None:
            self.count -= 1
            if not held:
                del self._of[tracked.peer[0]]

    def used(self, tracked: TrackedConnection) -> None:
        """Put one at the end of the order, if it is among them."""
        held = self._of.get(tracked.peer[0], {})
        if held.pop(tracked.peer, None) is not None:
            held[tracked.peer] = tracked

    def first_to_go(self, coming: str) -> TrackedConnection:
        """Return the one to close for one that is coming from an address.

        It is of the address that holds most with it, an idle one if there is any.
        """
        most = max(self._of, key=lambda address: len(self._of[address]) + (address == coming))
        held = self._of[most].values()
        return next((one for one in held if not one.busy), next(iter(held)))


@dataclass(slots=True)
class ConnectionLimiter:
    """All connections of the desk; `at_work` tells whether an account is on duty."""

    at_work: Callable[[int], bool] = lambda _: False
    proxies: frozenset[str] = frozenset()
    most: int = MOST_AT_ONCE
    strangers: int = STRANGERS
    _taken: dict[Peer, TrackedConnection] = field(default_factory=dict)
    _strange: _Strangers = field(default_factory=_Strangers)
    _moments: "itertools.count[int]" = field(default_factory=itertools.count)

    def __len__(self) -> int:
        return len(self._taken)

    def came(self, peer: Peer, connection: Connection) -> None:
        """Take a connection in; another may be closed for it."""
        tracked = TrackedConnection(
            peer, connection, trusted=peer[0] in self.proxies, used=next(self._moments)
        )
        self._taken[peer] = tracked
        metrics.CONNECTIONS.set(len(self._taken))
        if not tracked.trusted:
            if self._strange.count >= self.strangers:
                self._end(self._strange.first_to_go(peer[0]))
            self._strange.add(tracked)
        if len(self._taken) > self.most:
            others = (one for one in self._taken.values() if one is not tracked)
            self._end(min(others, key=self._last))

    def went(self, peer: Peer) -> None:
        """Forget a connection that has ended."""
        if tracked := self._taken.pop(peer, None):
            self._strange.remove(tracked)
        metrics.CONNECTIONS.set(len(self._taken))

    def works(self, peer: Peer, *, busy: bool) -> None:
        """Note that a request began on a connection, or that its answer is out."""
        if tracked := self._taken.get(peer):
            tracked.busy, tracked.used = busy, next(self._moments)
            self._strange.used(tracked)

    def known(self, peer: Peer, owner: Owner) -> None:
        """Note whose a connection is: a request on it was admitted."""
        tracked = self._taken.get(peer)
        if tracked is None or tracked.trusted or tracked.owner == owner:
            return
        self._strange.remove(tracked)
        tracked.owner = owner
        own = [one for one in self._taken.values() if one.owner == owner]
        if len(own) > owner.most:
            idle = [one for one in own if not one.busy and one is not tracked]
            self._end(min(idle, key=_rested) if idle else tracked)

    def expect_life(self, peer: Peer) -> None:
        """Note that a connection stays open for hours."""
        if tracked := self._taken.get(peer):
            tracked.connection.expect_life()

    def _end(self, tracked: TrackedConnection) -> None:
        metrics.CONNECTIONS_ENDED.labels("stranger" if tracked.owner is None else "known").inc()
        self.went(tracked.peer)
        tracked.connection.end()

    def _last(self, tracked: TrackedConnection) -> tuple[bool, bool, bool, int]:
        """Order connections by who goes first when the limit for all is reached."""
        account = tracked.owner.account_id if tracked.owner else None
        works = account is not None and self.at_work(account)
        return works, not _strange(tracked), tracked.busy, tracked.used


def room_for(most: int = MOST_AT_ONCE) -> tuple[int, int]:
    """Return how many connections there may be here, and how many of strangers.

    Takes as many files for it as the machine allows without asking an administrator.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
        most = max(soft, allowed) - OTHER_FILES
    return most, max(1, min(STRANGERS, most // 3))


def _strange(tracked: TrackedConnection) -> bool:
    return tracked.owner is None and not tracked.trusted


def _rested(tracked: TrackedConnection) -> tuple[bool, int]:
    """Order connections by who was longest without anything to do."""
    return tracked.busy, tracked.used
