"""The work that events of the floor lead to: tasks that nobody waits for, failures said."""

import asyncio
from collections.abc import Awaitable, Iterable

import structlog

from ami.connection import LinkLost

_log = structlog.get_logger(__name__)


class Tasks:
    """What is under way."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def start(self, *works: Awaitable[None]) -> None:
        """Let each be done beside everything else."""
        for work in works:
            task = asyncio.ensure_future(_logged(work))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def end(self, others: Iterable[asyncio.Task[None]] = ()) -> None:
        """Cancel all of it, and `others`, and return when they have ended."""
        every = (*others, *self._under_way)
        for task in every:
            task.cancel()
        await asyncio.gather(*every, return_exceptions=True)


async def _logged(work: Awaitable[None]) -> None:
    try:
        await work
    except LinkLost:
        pass  # the resync after the next connect makes it good
    except Exception:  # noqa: BLE001 - the edge of what one event led to
        _log.exception("floor: something was not done")
