"""A house whose recordings are encoded, sealed and stored away, for tests: two of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import engine
from features.call_recordings import writes
from features.call_recordings.lifecycle import Recording
from features.call_recordings.tables import RecordingRow
from features.recording_copies import queries, reading
from features.recording_copies.archive import Archive
from features.recording_copies.lifecycle import Copy, CopyState, Place
from features.recording_copies.reading import Kept
from features.recording_copies.worker import CopyWorker
from recordings.wav import Layout, header
from settings import Settings
from tests.integration import desk_room
from tests.integration.desk_room import CALLS, recording_id
from tests.unit.sound_files import silence, stereo, voice

STEREO = Layout(begins=44, channels=2, rate=8000, declared=None)
BEGAN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
RECORDINGS = 2
"""That are there; of the other calls there are none."""
LOOKED = 200
"""Turns after which whatever can be done is done."""


def sound(which: int, seconds: float = 1.5) -> bytes:
    """Return a WAV: first the caller speaks, then we do."""
    loud = 4000.0 + 700 * which
    quiet = silence(seconds)
    audio = stereo(voice(seconds, level=loud) + quiet, quiet + voice(seconds, level=loud))
    return header(STEREO, len(audio)) + audio


@dataclass
class ArchiveHouse:
    """A home with recordings, a database, and a clock that only the test moves."""

    settings: Settings
    engine: AsyncEngine
    now: datetime = BEGAN
    workers: list[CopyWorker] = field(default_factory=list)

    @property
    def archive(self) -> Archive:
        return Archive(self.settings)

    def set_up(self, **settings: Any) -> "ArchiveHouse":
        """Return the same house with other settings."""
        return replace(self, settings=self.settings.model_copy(update=settings))

    def worker(self) -> CopyWorker:
        """Return a worker as a new process would have it."""
        made = CopyWorker(self.engine, self.settings, clock=lambda: self.now)
        self.workers.append(made)
        return made

    async def work(self, worker: CopyWorker | None = None) -> CopyWorker:
        """Do all that can be done now."""
        worker = worker or self.worker()
        for _ in range(LOOKED):
            rests = [await worker.turn_here(), await worker.turn_there()]
            if all(rests):
                return worker
        raise AssertionError("the worker never rests")

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def recording(self, which: int = 1) -> Recording:
        async with self.engine.connect() as connection:
            [found] = await writes.kept_recordings(connection, [recording_id(which)])
        return found

    async def copies(self, which: int = 1) -> Sequence[Copy]:
        async with self.engine.connect() as connection:
            return await queries.of_recording(connection, recording_id(which))

    async def kept(self, which: int = 1) -> Kept:
        recording = await self.recording(which)
        async with self.engine.connect() as connection:
            return await reading.kept(connection, recording)

    async def states(self, which: int = 1) -> dict[str, str]:
        """Return of each copy by place (the last one, if there are several) its state."""
        return {each.place.value: each.state.value for each in await self.copies(which)}

    async def plain(self, which: int = 1) -> bytes:
        """Return what is read of a recording, from wherever it lies."""
        found = self.archive.sound(*await self.kept(which))
        return found.bytes.read(0, found.bytes.size)

    async def as_wav(self, which: int = 1) -> bytes:
        recording, copies = await self.kept(which)
        found = self.archive.sound(recording, copies)
        target = self.settings.home / "heard.wav"
        self.archive.as_wav(found, recording, target)
        return target.read_bytes()

    def files(self) -> list[str]:
        """Return the names of what lies in the store, without the ids of recordings."""
        store = self.settings.paths.store
        return sorted(str(path.relative_to(store)) for path in store.rglob("*") if path.is_file())

    async def change(self, which: int = 1, **values: Any) -> None:
        async with self.engine.begin() as connection:
            where = RecordingRow.id == recording_id(which)
            await connection.execute(update(RecordingRow).where(where).values(**values))


async def filled(
    home: Path, database_url: str, *, recordings: int = RECORDINGS, **settings: Any
) -> ArchiveHouse:
    """Return a house with two recordings that were taken in as they are."""
    await desk_room.fill(home, database_url)
    made = Settings(home=home, database_url=database_url, **settings)
    made.paths.run.mkdir(parents=True, exist_ok=True)
    house = ArchiveHouse(made, engine(made.database))
    for which in range(1, CALLS + 1):
        content = sound(which)
        path = made.paths.store / f"2026/11/21/{recording_id(which)}.wav"
        if which > recordings:
            path.unlink()
            await house.change(which, state="missing", path="")
            continue
        path.write_bytes(content)
        await house.change(
            which,
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            seconds=3.0,
        )
    return house


def at(copies: Sequence[Copy], place: Place) -> Copy:
    """Return the one copy that is held in a place."""
    [found] = [
        each
        for each in copies
        if each.place is place and each.state not in {CopyState.LEAVING, CopyState.GONE}
    ]
    return found
