"""Owns the news of wake-ups to open pages: that something changed, and how many need somebody now.

The dispatcher is another process, and speaks through the database: it is asked every two seconds,
and only while somebody of those whom it concerns has a page open.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from desk.archive import Archive, NotAnsweringError
from desk.policy import KNOCKERS
from floor.floor import Floor
from tickets import wake_ups
from tickets.wake_ups import Pulse

LOOK_EVERY_S: Final = 2.0
WITHIN_S: Final = 1.5
AROUND: Final = timedelta(hours=24)


async def watch(archive: Archive, floor: Floor) -> None:
    """Tell pages `wake_ups` with the number that shouts, whenever anything changed; never ends."""
    known: Pulse | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if not floor.streams.watched_by(KNOCKERS):
            known = None
            continue
        now = datetime.now(UTC)
        try:
            pulse = await archive.ask(
                lambda connection, now=now: wake_ups.pulse(  # type: ignore[misc]
                    connection, now - AROUND, now + AROUND
                ),
                within=WITHIN_S,
            )
        except NotAnsweringError:
            continue
        if pulse != known:
            known = pulse
            floor.streams.tell_roles(KNOCKERS, "wake_ups", {"shouting": pulse.shouting})
