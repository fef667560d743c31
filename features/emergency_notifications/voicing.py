"""Makes the messages of notifications before anybody is rung: spoken, or from a
recording.

The making is another program's (`python -m sounds.notification`), outside the way of any call.
Killed in between it is begun again; files are complete or not there at all.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from features.emergency_notifications import queries as incidents
from features.emergency_notifications.queries import Incident, Voice
from settings import PROJECT, Settings

LOOK_EVERY_S: Final = 1.0
MADE_WITHIN_S: Final = 300.0
ENDINGS: Final = {0: Voice.READY, 4: Voice.CANNOT_USE}
"""By how the program ends; anything else: the text cannot be spoken."""
UPLOADED: Final = ".upload"

Make = Callable[[Incident], Awaitable[Voice]]

_log = structlog.get_logger(__name__)


@dataclass
class Voicing:
    """Makes what is wanted, one message after the other."""

    engine: AsyncEngine
    make: Make

    async def run(self) -> None:
        """Make messages until cancelled; what fails is said and tried again."""
        while True:
            try:
                while await self.turn():
                    pass
            except Exception as error:  # noqa: BLE001 (one turn of the loop: said, tried again)
                _log.warning("no message made", error=repr(error)[:300])
            await asyncio.sleep(LOOK_EVERY_S)

    async def turn(self) -> bool:
        """Make the next message that is wanted; False when none is."""
        async with self.engine.connect() as connection:
            wanted = await incidents.wanted(connection)
        if wanted is None:
            return False
        voice = await self._made(wanted)
        if voice is None:
            return True
        async with self.engine.execution_options(writing=True).begin() as connection:
            await incidents.made(connection, wanted, voice)
        _log.info("message made", incident=wanted.id, take=wanted.take, voice=voice.value)
        return True

    async def _made(self, wanted: Incident) -> Voice | None:
        """Make one message; None as soon as another is wanted in its place, like a recording."""
        making = asyncio.ensure_future(self.make(wanted))
        try:
            while not (await asyncio.wait({making}, timeout=LOOK_EVERY_S))[0]:
                async with self.engine.connect() as connection:
                    now = await incidents.one(connection, wanted.id)
                if now is None or now.take != wanted.take:
                    return None
            return making.result()
        finally:
            making.cancel()
            await asyncio.wait({making})


def by_program(settings: Settings) -> Make:
    """Return a way to make messages with the voice of an installation."""
    folder = settings.paths.spoken

    async def make(wanted: Incident) -> Voice:
        return await _made(wanted, folder, settings.cache)

    return make


async def _made(wanted: Incident, folder: Path, cache: Path) -> Voice:
    words = ["--out", str(folder / f"{wanted.file}.wav"), "--cache", str(cache)]
    words += ["--language", wanted.report.language]
    if wanted.recorded:
        words += ["--recording", str(folder / f"{wanted.file}{UPLOADED}")]
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sounds.notification", *words),
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=PROJECT,
    )
    try:
        async with asyncio.timeout(MADE_WITHIN_S):
            _, said = await running.communicate(wanted.report.message.encode())
    except TimeoutError:
        return Voice.CANNOT_SAY
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    voice = ENDINGS.get(running.returncode or 0, Voice.CANNOT_SAY)
    if voice is not Voice.READY:
        _log.warning(
            "message not made", incident=wanted.id, why=said.decode(errors="replace")[-300:]
        )
    return voice
