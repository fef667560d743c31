"""Owns the news of batches to open pages: which of them moved, and how far they are.

The dispatcher is another process, and speaks through the database: it is asked every second, and
only while somebody of those who may see batches has a page open.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

from desk.archive import Archive, NotAnsweringError
from desk.policy import BATCHES_SEEN
from floor.floor import Floor
from tickets import batch_results
from tickets.batch_results import Pulse

LOOK_EVERY_S: Final = 1.0
WITHIN_S: Final = 0.9
LATELY: Final = timedelta(minutes=5)


async def watch(archive: Archive, floor: Floor) -> None:
    """Tell pages `batches` whenever one moved; never ends."""
    known: Pulse | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if not floor.streams.watched_by(BATCHES_SEEN):
            known = None
            continue
        since = datetime.now(UTC) - LATELY
        try:
            pulse = await archive.ask(
                lambda connection, since=since: batch_results.pulse(  # type: ignore[misc]
                    connection, since=since
                ),
                within=WITHIN_S,
            )
        except NotAnsweringError:
            continue
        if pulse != known:
            known = pulse
            names = ("id", "state", "over", "calling")
            moved = [dict(zip(names, each, strict=True)) for each in pulse]
            floor.streams.tell_roles(BATCHES_SEEN, "batches", {"batches": moved})
