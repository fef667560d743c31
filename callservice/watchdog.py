"""Watchdog of a call (ANS-3).

The dialplan gives a visit four seconds. While the dialogue lives we push that on again and again;
should we freeze or die, Asterisk itself takes the call to the fallback. Without a link to AMI
the push is impossible, and a long limit set once is better than a dialogue cut off.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

import structlog

from agi.session import Session

_log = structlog.get_logger(__name__)
PUSH_EVERY: Final = 1.5
"""Seconds; two pushes may be lost on the way before a caller is taken from us."""
PUSHED_TO: Final = 4
"""Seconds that a call has left after each push; a frozen service is noticed within them."""
STALE_AFTER: Final = 3.5
"""Seconds since the last push after which the call counts as the fallback's: a service that
was frozen and wakes up must not put a limit on a caller who waits for an agent by now."""
WITHOUT_LINK: Final = 120
"""Seconds for the whole dialogue when it cannot be pushed."""


class Switch(Protocol):
    """The part of the AMI link that a call's life hangs on."""

    @property
    def connected(self) -> bool: ...

    async def absolute_timeout(self, channel: str, seconds: int) -> bool: ...


@asynccontextmanager
async def held(session: Session, switch: Switch) -> AsyncIterator[None]:
    """Keep the call with us as long as the block runs."""
    if not switch.connected:
        _log.warning("no link to AMI: the dialogue runs without a watchdog")
        await session.set_variable("TIMEOUT(absolute)", str(WITHOUT_LINK))
        yield
        return
    over = asyncio.Event()
    pushing = asyncio.create_task(_push(session.environment["agi_channel"], switch, over))
    try:
        yield
    finally:
        over.set()
        # A push still under way could hit the call after the dialplan has lifted the limit.
        await asyncio.wait({pushing}, timeout=PUSH_EVERY)
        pushing.cancel()


async def _push(channel: str, switch: Switch, over: asyncio.Event) -> None:
    while True:
        pushed = time.monotonic()
        with suppress(TimeoutError):
            async with asyncio.timeout(PUSH_EVERY):
                await over.wait()
                return
        if time.monotonic() - pushed > STALE_AFTER:
            return
        await switch.absolute_timeout(channel, PUSHED_TO)
