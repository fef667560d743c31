"""Draws the day before, once, when its time of day has come. Runs in the ledger's process.

A day that was missed is drawn by a button (`actions.draw`): nobody draws behind people's backs what
was not drawn in time. Two ledgers draw once: the day is the key of its row.
"""

import secrets
from datetime import date, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from features.quality_samples import calendar, queries
from features.quality_samples.drawing import draw_day
from settings import Settings

LOOK_EVERY_S: Final = 60.0

_log = structlog.get_logger(__name__)


class SampleWorker:
    """Draws each day."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._reading = engine
        self._writing = engine.execution_options(writing=True)
        self._settings = settings
        self._drawn: date | None = None
        """The day that is known to be drawn."""
        self.draws = 0

    async def turn(self, now: datetime) -> bool:
        """Draw the day that is due; return whether one was. Raises what the database raises."""
        day = calendar.due_day(now, self._settings.zone, self._settings.quality_draw_at)
        if day is None or day == self._drawn:
            return False
        async with self._reading.connect() as connection:
            known = await queries.draw_of(connection, day)
        made = None
        if known is None:
            seed = secrets.token_hex(16)
            async with self._writing.begin() as connection:
                made = await draw_day(connection, self._settings, day, seed=seed, by="", now=now)
        self._drawn = day
        if made is None:
            return False
        self.draws += 1
        _log.info("drawn for inspection", day=f"{day}", kinds=len(made.kinds))
        return True
