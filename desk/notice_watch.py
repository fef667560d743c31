"""Owns the news of emergency notices to open pages: that one changed (CBK-5).

The dispatcher is another process, and speaks through the database: it is asked every second, and
only while somebody of those who may lead a notice has a page open.
"""

import asyncio
from typing import Final

from desk.archive import Archive, NotAnsweringError
from desk.policy import LEADERS
from floor.floor import Floor
from tickets import incidents

LOOK_EVERY_S: Final = 1.0
WITHIN_S: Final = 1.5


async def watch(archive: Archive, floor: Floor) -> None:
    """Tell pages `incidents` whenever a notice has changed; never ends."""
    known: object = None
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if not floor.streams.watched_by(LEADERS):
            known = None
            continue
        try:
            pulse = await archive.ask(incidents.pulse, within=WITHIN_S)
        except NotAnsweringError:
            continue
        if pulse != known:
            known = pulse
            floor.streams.tell_roles(LEADERS, "incidents", {})
