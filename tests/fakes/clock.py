"""A clock that goes on like the machine's and is put forward (and back) by tests."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime


class MovedClock:
    """The time of a dispatcher and of the switch it rings with (`dispatch/clock.py`)."""

    def __init__(self) -> None:
        self._passed = 0.0
        """Seconds that have passed besides those that really have."""
        self._leapt = 0.0
        """How far the clock on the wall was put forward beside that."""
        self._moved = asyncio.Event()
        self._sleeping: dict[asyncio.Task[object], float] = {}
        """Who sleeps, and until when."""

    def __call__(self) -> float:
        """Return the seconds since 1970 on the wall."""
        return time.time() + self._passed + self._leapt

    def now(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)

    def monotonic(self) -> float:
        return time.monotonic() + self._passed

    async def sleep(self, seconds: float) -> None:
        ends = self.monotonic() + seconds
        task = asyncio.current_task()
        assert task is not None
        self._sleeping[task] = ends
        try:
            while (left := ends - self.monotonic()) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        await self._moved.wait()
        finally:
            del self._sleeping[task]

    def sleeps(self, task: asyncio.Task[object]) -> bool:
        """Tell whether a task sleeps, and goes on sleeping."""
        return self._sleeping.get(task, 0.0) > self.monotonic()

    def passes(self, seconds: float) -> None:
        """Let time pass at once: whoever sleeps for less wakes."""
        self._passed += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    def leaps(self, seconds: float) -> None:
        """Put the clock on the wall forward, or back; no time passes, and nobody wakes."""
        self._leapt += seconds
