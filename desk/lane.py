"""Owns the lanes in which strangers wait for what they share with people at work. Does no I/O.

Who is not known yet waits for a turn, in order; when too many wait, one more is told to come again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TooManyAtOnceError(Exception):
    """More come in this second than can be looked at."""


class Lane:
    """A few turns, and a queue for them."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._inside = 0

    @asynccontextmanager
    async def turn(self, *, ahead: bool = False) -> AsyncIterator[None]:
        """Wait for a turn; `ahead`: for who is known there is always one.

        Raises TooManyAtOnceError.
        """
        if ahead:
            yield
            return
        if self._inside >= self._most:
            raise TooManyAtOnceError
        self._inside += 1
        try:
            async with self._turns:
                yield
        finally:
            self._inside -= 1
