"""Recording intake: from the spool into the store, into rows, into a ticket.

Each step may be the last before a crash and is simply done again: the file lands in the store under
the name it will always have, the rows are kept at most once, the spool file goes last of all.
"""

import asyncio
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callflow.events import DEFAULT_NODE, JournalEvent
from features.call_judgements.marking import mark
from features.call_recordings import writes as recordings
from features.call_recordings.lifecycle import (
    RecordingKind,
    RecordingState,
    gaps,
    to_record_from,
    when_full,
)
from features.calls import writes
from features.calls.lifecycle import CallRecord
from features.recording_copies import queries as copies
from features.recording_pauses import queries as pauses
from features.recording_pauses.lifecycle import Pause, heard_nothing, without
from features.ticket_clocks.lifecycle import House
from features.tickets import writes as tickets
from features.tickets.history import MESSAGE
from features.tickets.lifecycle import Ticket
from ledger.intake_jobs import Audio, Done, Job, Nothing, recording_of, ticket_of, told
from recordings.store import StillGrowingError, Store, Taken, recording_id
from recordings.whispers import Mixer, of_call

QUIET_S = 1.0
"""A spool file that has not grown for so long is complete: writers flush when they close."""
MISSING_AFTER_S = 10.0
"""A file that is not there so long after the call's end never was."""
AT_ONCE = 128
"""Recordings in one transaction."""
DATABASE_LIMIT_S = 20.0
"""A transaction that takes longer is given up: the database has stopped answering."""
AGAIN_AFTER_S = 5.0
"""A full disk is tried again after this long."""
WAV_HEADER_BYTES = 44
"""A file of no more than this holds no sound for anybody to find."""

_log = structlog.get_logger(__name__)


class RecordingIntake:
    """Takes recordings and messages of ended calls in."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        calls: Path,
        messages: Path,
        whispers: Path,
        store: Path,
        zone: ZoneInfo,
        house: House,
        node: str = DEFAULT_NODE,
    ) -> None:
        """Take in what lies in `calls`, `messages` and `whispers`: the audio of one node."""
        self._engine = engine
        self._node = node
        self._calls = calls
        self._messages = messages
        self._whispers = whispers
        self._store = Store(store)
        self._zone = zone
        self._house = house
        self._due: dict[tuple[str, RecordingKind], Job] = {}
        self._not_before: dict[tuple[str, RecordingKind], float] = {}
        self._knows_the_database = False
        self._aside = ThreadPoolExecutor(1, "archive", initializer=_be_nice)
        self.recordings_kept = 0
        self.tickets_opened = 0

    @property
    def waiting(self) -> int:
        """Return how many recordings are still to be taken in."""
        return len(self._due)

    def look_at(self, call: CallRecord) -> None:
        """Take note of a call; once it has ended its audio is due."""
        if call.ended is None or call.node != self._node:
            return  # the audio of another node is where that node is
        if to_record_from(call) is not None:
            self._add(call, RecordingKind.CALL, self._calls / f"{call.id}.raw")
        if call.message_at is not None:
            self._add(call, RecordingKind.MESSAGE, self._messages / f"{call.id}.wav")

    async def turn(self, now: float) -> int:
        """Take in what is ready; return how many. `now` in seconds since 1970.

        Raises what the database raises; the turn can then be tried again.
        """
        if not self._knows_the_database:
            await self._begin()
        jobs = self._ready(now)
        if not jobs:
            return 0
        running = asyncio.get_running_loop()
        found = await running.run_in_executor(self._aside, self._taken, jobs)
        paused = await self._paused(jobs)
        done = [
            one
            for job, audio in zip(jobs, found, strict=True)
            if (one := self._done(job, audio, paused.get(job.call.id, ()), now))
        ]
        if done:
            await self._keep(done, now)
        return len(done)

    def close(self) -> None:
        self._aside.shutdown(wait=True, cancel_futures=True)

    async def _begin(self) -> None:
        """Learn what is left to do, and tidy up after a crash."""
        spooled = {
            recording_id(file.stem, kind): file
            for folder, kind in ((self._calls, "call"), (self._messages, "message"))
            for file in sorted(folder.glob("*.*"))
        }
        async with asyncio.timeout(DATABASE_LIMIT_S), self._engine.connect() as connection:
            for call in await writes.calls_without_recordings(connection, self._node):
                self.look_at(call)
            kept = await recordings.kept_recordings(connection, list(spooled))
            copied = await copies.of_recordings(connection, [each.id for each in kept])
        self._store.clear_incoming()
        for recording in kept:
            whole = self._store.holds(recording.path, recording.bytes)
            if whole or recording.id in copied:
                self._tidy(spooled[recording.id])
        self._knows_the_database = True

    def _add(self, call: CallRecord, kind: RecordingKind, spooled: Path) -> None:
        job = Job(call, kind, spooled)
        self._due[job.key] = job

    def _ready(self, now: float) -> Sequence[Job]:
        ready = (job for job in self._due.values() if self._is_ready(job, now))
        return [job for job, _ in zip(ready, range(AT_ONCE), strict=False)]

    def _is_ready(self, job: Job, now: float) -> bool:
        if now < self._not_before.get(job.key, 0.0):
            return False
        try:
            quiet_at = job.spooled.stat().st_mtime + QUIET_S
        except FileNotFoundError:
            assert job.call.ended is not None
            return now - job.call.ended.timestamp() >= MISSING_AFTER_S
        if now < quiet_at:
            self._not_before[job.key] = min(quiet_at, now + QUIET_S)
        return now >= quiet_at

    def _taken(self, jobs: Sequence[Job]) -> Sequence[Audio]:
        """Take files into the store, aside; what went wrong with one comes back in its place."""
        found = [self._taken_one(job) for job in jobs]
        self._store.settle(
            job.path for job, audio in zip(jobs, found, strict=True) if isinstance(audio, Taken)
        )
        return found

    def _taken_one(self, job: Job) -> Audio:
        try:
            taken = self._store.take(job.spooled, job.path, self._whispered(job))
            return taken or Nothing.NO_AUDIO
        except (StillGrowingError, OSError) as error:
            return error if job.spooled.exists() else Nothing.NO_FILE

    def _whispered(self, job: Job) -> Mixer | None:
        """Return what was whispered in the call of a recording; most calls have nothing."""
        found = of_call(self._whispers, job.call.id) if job.kind is RecordingKind.CALL else ()
        began = job.call.recording_at or job.call.answered
        return Mixer(found, began=began.timestamp()) if found and began else None

    def _tidy(self, spooled: Path) -> None:
        """Remove a spool file that is in the store, and what was laid into it."""
        spooled.unlink(missing_ok=True)
        for whisper in of_call(self._whispers, spooled.stem):
            whisper.file.unlink(missing_ok=True)

    async def _paused(self, jobs: Sequence[Job]) -> Mapping[str, Sequence[Pause]]:
        """Return in which of these calls the recording was paused, and when."""
        calls = {job.call.id for job in jobs}
        async with asyncio.timeout(DATABASE_LIMIT_S), self._engine.connect() as connection:
            return await pauses.of_calls(connection, calls)

    def _done(self, job: Job, audio: Audio, paused: Sequence[Pause], now: float) -> Done | None:
        match audio:
            case StillGrowingError():
                self._not_before[job.key] = now + QUIET_S
                return None
            case OSError():
                _log.error("recording not stored", call=job.call.id, error=str(audio))
                self._not_before[job.key] = now + AGAIN_AFTER_S
                return None
        recording = recording_of(job, audio, now=now)
        of_call = job.kind is RecordingKind.CALL
        return Done(
            job,
            recording,
            gaps=gaps(job.call, recording.seconds, _silent(job.call, audio, paused))
            if of_call
            else (),
            ticket=None if of_call else ticket_of(job.call, recording),
        )

    async def _keep(self, done: Sequence[Done], now: float) -> None:
        opened = 0
        writing = self._engine.execution_options(writing=True)
        async with asyncio.timeout(DATABASE_LIMIT_S), writing.begin() as connection:
            short = any(one.gaps for one in done)
            full = await writes.full_disks(connection, self._node) if short else ()
            fresh = await recordings.add_recordings(
                connection,
                [(one.recording, when_full(one.job.call, one.gaps, full)) for one in done],
            )
            of_calls = {one.job.call.id for one in done}
            await mark(connection, of_calls, due_at=datetime.fromtimestamp(now, UTC))
            events: list[JournalEvent] = []
            for one in done:
                if one.recording.id in fresh:
                    number = await self._opened(connection, one.ticket)
                    opened += number is not None
                    events.extend(told(one, number, now))
            await writes.add_events(connection, events)
        for one in done:
            if one.recording.state is not RecordingState.LOST or _is_empty(one.job.spooled):
                self._tidy(one.job.spooled)
            self._due.pop(one.job.key, None)
            self._not_before.pop(one.job.key, None)
        self.recordings_kept += len(done)
        self.tickets_opened += opened

    async def _opened(self, connection: AsyncConnection, ticket: Ticket | None) -> str | None:
        """Open a message's ticket; return its number, None where there is nothing to open."""
        if ticket is None:
            return None
        day = ticket.created_at.astimezone(self._zone).date()
        return await tickets.open_ticket(
            connection, ticket, author=MESSAGE, house=self._house, day=day
        )


def _silent(
    call: CallRecord, audio: Audio, paused: Sequence[Pause]
) -> Sequence[tuple[float, float]]:
    """Return when nothing of ours was recorded, but for what was not to be recorded."""
    if not isinstance(audio, Taken):
        return ()
    began = call.recording_at or call.answered
    if not paused or began is None or call.ended is None:
        return audio.silent_ours
    return without(audio.silent_ours, heard_nothing(paused, began, call.ended))


def _be_nice() -> None:
    """Let the analysis wait for whoever is on the telephone (Linux: for this thread alone).

    A process that was started nicer stays so: an ordinary user may not go back.
    """
    thread = threading.get_native_id()
    before = os.getpriority(os.PRIO_PROCESS, thread)
    os.setpriority(os.PRIO_PROCESS, thread, max(10, before))


def _is_empty(spooled: Path) -> bool:
    """Tell whether a file holds nothing, or a WAV's header alone."""
    try:
        return spooled.stat().st_size <= WAV_HEADER_BYTES
    except FileNotFoundError:
        return False
