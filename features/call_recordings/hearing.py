"""What the desk reads of recordings: as they lie, or as a WAV that is kept for a while.

Decoded WAVs lie in a folder of the desk's own below `run/`, for who opens a call asks for several
parts of it. The oldest go when there are too many, and all when the desk ends.
"""

import asyncio
import os
import shutil
import time
from collections import OrderedDict
from pathlib import Path
from typing import Final

import anyio.to_thread

from db.bounded import RequestDatabase
from features.call_recordings.lifecycle import Recording
from features.recording_copies.archive import Archive, AwayError, SealBroken, Sound
from features.recording_copies.reading import UNREADABLE, kept
from recordings.codings import Coding
from settings import Settings
from web.problems import Refused

KEPT_BYTES: Final = 1 << 30
"""Three calls of three hours, or hundreds of usual ones."""
KEPT_S: Final = 600.0
"""So long after it was asked for last a decoded recording is forgotten."""
HEARD: Final = "heard-"


class Hearing:
    """The recordings that this desk has opened."""

    def __init__(self, settings: Settings) -> None:
        self._archive = Archive(settings)
        self._run = settings.paths.run
        self._folder = self._run / f"{HEARD}{os.getpid()}"
        self._wavs: OrderedDict[str, tuple[Path, float]] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()
        _forget_the_dead(self._run)

    async def sound(self, asking: RequestDatabase, recording: Recording) -> Sound:
        """Return what lies of a recording. Raises Refused: 410 without it, 503 when it is away."""
        of = await asking.ask(lambda one: kept(one, recording))
        try:
            return await anyio.to_thread.run_sync(self._archive.sound, *of)
        except (OSError, SealBroken) as error:
            raise refusal(error) from None

    async def wav(self, recording: Recording, sound: Sound) -> Path:
        """Return a recording's WAV file. Raises Refused as `sound`."""
        if sound.file is not None and sound.coding is Coding.WAV:
            return sound.file
        async with self._one_at_a_time:  # ten who open one call at once have it decoded once
            self._forget(recording.id)
            path = self._folder / f"{recording.id}.wav"
            if recording.id not in self._wavs:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                try:
                    await anyio.to_thread.run_sync(self._archive.as_wav, sound, recording, path)
                except UNREADABLE as error:
                    path.unlink(missing_ok=True)
                    raise refusal(error) from None
            self._wavs[recording.id] = (path, time.monotonic())
            self._wavs.move_to_end(recording.id)
            return path

    def close(self) -> None:
        """Forget everything that was decoded."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._wavs.clear()

    def _forget(self, wanted: str) -> None:
        """Forget what nobody asked for of late, or is too much, or was taken away."""
        now, size = time.monotonic(), 0
        for key, (path, at) in reversed(list(self._wavs.items())):
            size += path.stat().st_size if path.exists() else 0
            is_old = now - at > KEPT_S or (size > KEPT_BYTES and key != wanted)
            if is_old or not path.exists():
                path.unlink(missing_ok=True)
                del self._wavs[key]


def refusal(error: Exception) -> Refused:
    """Return what somebody is told who cannot have a recording."""
    if isinstance(error, AwayError):
        said = "The storage of recordings does not answer; please try again in a while."
        return Refused(503, said, headers={"Retry-After": "30"})
    if isinstance(error, FileNotFoundError):
        return Refused(410, "This recording's audio is not in the store.")
    return Refused(410, "This recording's audio cannot be read.")


def _forget_the_dead(run: Path) -> None:
    """Remove what desks have left that were killed."""
    for folder in run.glob(f"{HEARD}*"):
        number = folder.name.removeprefix(HEARD)
        if number == str(os.getpid()) or not Path(f"/proc/{number}").exists():
            shutil.rmtree(folder, ignore_errors=True)
