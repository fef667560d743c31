"""Owns the news of promised calls to open pages: what changed, and how many need somebody now.

As `desk/wake_watch.py`: the database is asked, and only while somebody whom it concerns has a page
open. Time alone makes a promise overdue, so the number may grow without anybody doing anything.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final

from desk.archive import Archive, NotAnsweringError
from desk.policy import PROMISERS
from floor.floor import Floor
from tickets import call_backs
from tickets.call_backs import Pulse

LOOK_EVERY_S: Final = 2.0
WITHIN_S: Final = 1.5


async def watch(archive: Archive, floor: Floor) -> None:
    """Tell pages `promises` with the number that shouts, whenever anything changed; never ends."""
    known: Pulse | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if not floor.streams.watched_by(PROMISERS):
            known = None
            continue
        now = datetime.now(UTC)
        try:
            pulse = await archive.ask(
                lambda connection, now=now: call_backs.pulse(connection, now),  # type: ignore[misc]
                within=WITHIN_S,
            )
        except NotAnsweringError:
            continue
        if pulse != known:
            known = pulse
            floor.streams.tell_roles(PROMISERS, "promises", {"shouting": pulse.shouting})
