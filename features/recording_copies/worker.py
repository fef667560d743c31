"""Has recordings encoded, sealed and stored away, one step after the other (`lifecycle`).

Runs in the ledger's process, in two lanes: what is here never waits for a storage that is away.
Each step is done first and kept as a row afterwards; whoever dies in between does it again.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backup import hold
from features.audit import log as audit
from features.audit.log import AuditEntry
from features.call_recordings import writes as recordings
from features.call_recordings.lifecycle import PLAYABLE, Recording
from features.recording_copies import lifecycle, queries
from features.recording_copies.archive import (
    Archive,
    AwayError,
    CodingError,
    NotProven,
    SealBroken,
)
from features.recording_copies.lifecycle import Act, Copy, Place, Wish
from features.recording_copies.queries import Backlog
from settings import Settings

AT_ONCE: Final = 20
WANTED_AT_ONCE: Final = 100
LOOK_EVERY_S: Final = 2.0
SETTLED: Final = timedelta(seconds=20)
"""So long after its row was made a recording is let alone: no transaction with an older one is
open any more, and who listens to it for its judgement has a WAV."""
AGAIN: Final = timedelta(hours=1)
"""After so long all recordings are looked through once more for copies that are missing."""
HERE: Final = frozenset({Place.ORIGINAL, Place.LOCAL})

_log = structlog.get_logger(__name__)


@dataclass
class _Looking:
    """How far recordings are looked through for copies that are missing."""

    wish: Wish | None = None
    after: tuple[datetime, str] | None = None
    begun_at: datetime | None = None
    is_through: bool = False


@dataclass
class _Lane:
    """One kind of place, with a thread of its own."""

    but: frozenset[Place]
    aside: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, "copies", initializer=_be_nice)
    )
    away_until: datetime | None = None
    away: int = 0
    """How often the storage was away, one time after the other."""


class CopyWorker:
    """Makes, proves and destroys the copies of one node's recordings."""

    def __init__(
        self,
        engine: AsyncEngine,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        settled: timedelta = SETTLED,
    ) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writing=True)
        self._node = settings.node
        self._run = settings.paths.run
        self._local_for = timedelta(days=settings.recording_local_days)
        self.archive = self._archive = Archive(settings)
        self._clock = clock
        self._settled = settled
        self._looking = _Looking()
        self._here = _Lane(but=frozenset({Place.S3}))
        self._there = _Lane(but=HERE)
        self._is_tidy = False
        self.proven = 0
        self.failures = 0
        self.backlog = Backlog(0, 0, "")

    async def run(self, stop: asyncio.Event, *, ready: Callable[[], bool]) -> None:
        """Work in both lanes until `stop`, from when the tables are `ready`."""
        turns = (self.turn_here, self.turn_there)
        await asyncio.gather(*(self._lane(turn, stop, ready) for turn in turns))
        self.close()

    async def turn_here(self) -> float:
        """Do what is due on this machine; return the seconds to rest. Raises the database's."""
        if not self._is_tidy:
            await asyncio.to_thread(self._archive.tidy)
            self._is_tidy = True
        more = await self._look()
        more |= await self._turn(self._here)
        await self._count()
        return 0.0 if more else LOOK_EVERY_S

    async def turn_there(self) -> float:
        """Do what is due in the S3-compatible storage; the same."""
        lane, now = self._there, self._clock()
        if not self._is_tidy:
            return LOOK_EVERY_S
        if lane.away_until is not None and now < lane.away_until:
            return LOOK_EVERY_S
        more = await self._turn(lane)
        await self._count()
        return 0.0 if more else LOOK_EVERY_S

    def figures(self) -> Mapping[str, float | str]:
        """Return what the ledger reports of us."""
        return {
            "recording_copies_waiting": self.backlog.waiting,
            "recording_copies_failing": self.backlog.failing,
            "recording_copies_why": self.backlog.why,
            "recording_copies_total": self.proven,
            "recording_copies_failed_total": self.failures,
        }

    def close(self) -> None:
        """Leave what is not begun to the next start."""
        for lane in (self._here, self._there):
            lane.aside.shutdown(wait=False, cancel_futures=True)

    async def _lane(
        self,
        turn: Callable[[], Awaitable[float]],
        stop: asyncio.Event,
        ready: Callable[[], bool],
    ) -> None:
        failed = False
        while not stop.is_set():
            rest = LOOK_EVERY_S
            try:
                if ready():
                    rest = await turn()
                failed = False
            except Exception as error:  # noqa: BLE001 (one turn: said once, tried again)
                if not failed:
                    _log.warning("recordings wait to be copied", error=repr(error)[:500])
                failed = True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), rest)

    async def _count(self) -> None:
        async with self._engine.connect() as connection:
            self.backlog = await queries.backlog(connection, self._node)

    async def _look(self) -> bool:
        """Note the copies that are missing of some recordings; True: there are more to look at."""
        wish, now, looking = self._archive.wish(), self._clock(), self._looking
        old = looking.begun_at is None or now - looking.begun_at > AGAIN
        if looking.wish != wish or (looking.is_through and old):
            looking = self._looking = _Looking(wish, begun_at=now)
        if wish.is_plain:
            return False
        async with self._engine.connect() as connection:
            found = await recordings.stored_after(
                connection,
                looking.after,
                before=now - self._settled,
                node=self._node,
                most=WANTED_AT_ONCE,
            )
            copies = await queries.of_recordings(connection, [each.id for each in found])
        missing = [
            copy
            for each in found
            for copy in lifecycle.wanted(
                each, copies.get(each.id, ()), wish, node=self._node, now=now
            )
        ]
        if missing:
            async with self._writing.begin() as connection:
                await queries.add(connection, missing)
        if found:
            looking.after = (found[-1].created_at, found[-1].id)
        looking.is_through = len(found) < WANTED_AT_ONCE
        return not looking.is_through

    async def _turn(self, lane: _Lane) -> bool:
        now = self._clock()
        async with self._engine.connect() as connection:
            found = await queries.due(
                connection, node=self._node, now=now, limit=AT_ONCE, but=lane.but
            )
        done = False
        for copy in found:
            done |= await self._go_on(copy, lane)
            if lane.away_until is not None and self._clock() < lane.away_until:
                return False
        return done

    async def _go_on(self, copy: Copy, lane: _Lane) -> bool:
        """Do the next step with a copy; False: it must wait for something."""
        async with self._engine.connect() as connection:
            [recording] = await recordings.kept_recordings(connection, [copy.recording_id])
            copies = await queries.of_recording(connection, copy.recording_id)
        act = lifecycle.act_of(copy, copies, is_kept=recording.state in PLAYABLE)
        try:
            changed = await self._done(act, copy, recording, copies, lane)
        except (OSError, EOFError, CodingError, SealBroken, NotProven) as error:
            changed = [self._failed(copy, error, lane)]
        else:
            lane.away, lane.away_until = 0, None
        if changed is None:
            return False  # a backup copies the store
        await self._keep(copy, changed, copies, recording)
        return True

    async def _done(
        self, act: Act, copy: Copy, recording: Recording, copies: Sequence[Copy], lane: _Lane
    ) -> Sequence[Copy] | None:
        running, archive = asyncio.get_running_loop(), self._archive

        async def aside(work: Callable[..., Any], *words: Any) -> Any:
            return await running.run_in_executor(lane.aside, work, *words)

        match act:
            case Act.MAKE:
                sha256, size = await aside(archive.make, copy, recording, copies)
                return [lifecycle.made(copy, sha256=sha256, size=size, now=self._clock())]
            case Act.PROVE:
                await aside(archive.prove, copy, recording, copies)
                now = self._clock()
                return lifecycle.proven(copy, copies, now=now, local_for=self._local_for)
            case Act.LEAVE:
                return [lifecycle.leaving(copy, now=self._clock())]
            case Act.DESTROY:
                with hold.leaving(self._run) as may_leave:
                    if not may_leave:
                        return None
                    await aside(archive.destroy, copy)
                return [lifecycle.gone(copy, now=self._clock())]
        return [lifecycle.rested(copy)]

    def _failed(self, copy: Copy, error: Exception, lane: _Lane) -> Copy:
        now, why = self._clock(), _sentence(error)
        self.failures += 1
        if isinstance(error, AwayError):
            lane.away += 1
            lane.away_until = now + lifecycle.pause(lane.away - 1)
        level = _log.warning if copy.tries == 0 else _log.debug
        level(
            "copy of a recording not made", recording=copy.recording_id, place=copy.place, why=why
        )
        if isinstance(error, NotProven):
            return lifecycle.not_proven(copy, now=now, why=why)
        return lifecycle.failed(copy, now=now, why=why)

    async def _keep(
        self, copy: Copy, changed: Sequence[Copy], copies: Sequence[Copy], recording: Recording
    ) -> None:
        before = {each.id: each for each in copies} | {copy.id: copy}
        async with self._writing.begin() as connection:
            for each in changed:
                if not await queries.change(connection, before[each.id], each):
                    return  # it is to be destroyed meanwhile: that comes next
            [after] = [each for each in changed if each.id == copy.id]
            if after.state is lifecycle.CopyState.PROVEN:
                self.proven += copy.state is not after.state
                await _noted(connection, after, recording, self._clock())


async def _noted(
    connection: AsyncConnection, copy: Copy, recording: Recording, now: datetime
) -> None:
    """Write into the audit log, which is a chain, what a copy is and what it is of (ANS-5)."""
    entry = AuditEntry(
        at=now,
        action=lifecycle.COPIED,
        subject=recording.id,
        address="ledger",
        detail=lifecycle.said_of(copy),
    )
    await audit.note(connection, entry)


def _sentence(error: Exception) -> str:
    if isinstance(error, AwayError | CodingError | SealBroken | NotProven):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"


def _be_nice() -> None:
    """Let whoever is on the telephone go first (Linux: for this thread alone)."""
    thread = threading.get_native_id()
    before = os.getpriority(os.PRIO_PROCESS, thread)
    os.setpriority(os.PRIO_PROCESS, thread, max(10, before))
