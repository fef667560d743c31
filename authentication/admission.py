"""Admission of requests: who waits in which queue before a request is served. Does no I/O.

All requests share one process and one database. So requests from unknown senders wait in a queue;
when it is full, the next one is told to try again later. Each person or token that was known lately
has a queue of its own, so strangers never delay them.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

MOST_REMEMBERED: Final = 5_000
"""People and tokens who were known lately."""

A_SECOND: Final = 150.0
"""Requests of strangers: each takes some 3 ms of the one core that the desk has."""
BURST: Final = 100
"""So many of them begin at once after a rest."""

LATE_S: Final = 0.01
"""The loop wakes who sleeps later than this: the desk has more to do than its core can."""
SLOWEST: Final = 5.0
"""Strangers come so many times slower then, at most."""
_NEW_SHARE: Final = 0.2
"""Of the last wake-up, in how late the loop is said to be."""


class TooManyAtOnceError(Exception):
    """More come in this second than can be looked at."""


class StartRate:
    """How many requests begin in a second, over all queues of strangers.

    Fewer when the loop is late: then people at work wait too, for whatever the desk does besides.
    """

    def __init__(self) -> None:
        self._next = 0.0
        self._late_s = 0.0

    @property
    def slower(self) -> float:
        """How many times slower than without others strangers come now."""
        return min(max(1.0, self._late_s / LATE_S), SLOWEST)

    async def wait(self) -> None:
        """Return when one more may begin; after a rest some may at once."""
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now - BURST / A_SECOND) + self.slower / A_SECOND
        if (due := self._next) > now:
            await asyncio.sleep(due - now)
            self.woke(asyncio.get_running_loop().time() - due)

    def woke(self, late_s: float) -> None:
        """Note how late the loop woke one."""
        self._late_s += (late_s - self._late_s) * _NEW_SHARE


class RequestQueue:
    """A queue of requests, of which only a few are served at once."""

    def __init__(self, *, at_once: int, waiting: int, rate: StartRate | None = None) -> None:
        self._rate = rate
        self._turns = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._inside = 0

    async def begin(self) -> Callable[[], None]:
        """Wait for a turn; return what ends it, once. Raises TooManyAtOnceError."""
        if self._inside >= self._most:
            raise TooManyAtOnceError
        self._inside += 1
        try:
            await self._turns.acquire()
        except BaseException:
            self._inside -= 1
            raise
        end = self._ending()
        try:
            if self._rate is not None:
                await self._rate.wait()
        except BaseException:
            end()
            raise
        return end

    def _ending(self) -> Callable[[], None]:
        ended = False

        def end() -> None:
            nonlocal ended
            if not ended:
                ended = True
                self._inside -= 1
                self._turns.release()

        return end

    @asynccontextmanager
    async def turn(self, *, ahead: bool = False) -> AsyncIterator[None]:
        """Wait for a turn; `ahead`: for who is known there is always one.

        Raises TooManyAtOnceError.
        """
        end = _nothing if ahead else await self.begin()
        try:
            yield
        finally:
            end()


class Admission:
    """All queues, chosen by who sends a request."""

    def __init__(self) -> None:
        rate = StartRate()
        self._without_secret = RequestQueue(at_once=4, waiting=300, rate=rate)
        self._unknown = RequestQueue(at_once=6, waiting=300, rate=rate)
        self._large = RequestQueue(at_once=2, waiting=10, rate=rate)
        self._known: OrderedDict[bytes, tuple[RequestQueue, RequestQueue]] = OrderedDict()
        """By the digest of a cookie or token, the second for open pages. Whether it is still good
        is asked each time."""

    def is_known(self, secret: str) -> bool:
        """Tell whether a cookie or token was good lately."""
        return bool(secret) and _digest(secret) in self._known

    def queue_for(self, secret: str, *, large: bool = False, lasting: bool = False) -> RequestQueue:
        """Return the queue for a request with this secret.

        `large`: more of a body may come; `lasting`: it is an open page, which is in nobody's way.
        """
        known = self._known.get(_digest(secret)) if secret else None
        if known is not None:
            return known[lasting]
        if large:
            return self._large
        return self._unknown if secret else self._without_secret

    def good(self, secret: str) -> None:
        """Remember that a cookie or token was good."""
        digest = _digest(secret)
        queues = self._known.pop(digest, None)
        self._known[digest] = queues or (
            RequestQueue(at_once=8, waiting=60),
            RequestQueue(at_once=4, waiting=30),
        )
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _nothing() -> None:
    pass
