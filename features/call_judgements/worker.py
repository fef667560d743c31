"""Judges every call that has ended, once all that is known of it is there (QA-2, QA-3).

Runs in the ledger's process. A call is marked in the transaction that changed it (`marking`); its
judgements and the end of the mark are one transaction too. So a call is judged whatever is killed
when, and two workers never keep two judgements of one thing.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from features.call_judgements import marking, queries, rules
from features.call_judgements.clauses import Limits
from features.call_judgements.facts import Facts, Promise
from features.call_judgements.listening import Listener
from features.call_judgements.queries import Due
from features.call_recordings.lifecycle import PLAYABLE, Recording, RecordingKind
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackState
from features.calls import queries as calls
from features.calls.queries import CallStory
from features.recording_copies import reading
from features.recording_copies.archive import Archive
from features.recording_pauses import queries as pauses
from features.recording_pauses.lifecycle import Pause, heard_nothing, with_edges
from permissions.scopes import EVERYTHING
from recordings.analysis.result import VERSION, Analysis, Span
from recordings.wav import NotAWavError

AT_ONCE: Final = 20
OTHERS_AT_ONCE: Final = 200
LOOK_EVERY_S: Final = 2.0
MOST_TRIES: Final = 5
AGAIN_AFTER: Final = timedelta(seconds=30)
"""After the first failure; twice as long after each further one."""

_log = structlog.get_logger(__name__)


class JudgementWorker:
    """Judges calls of one node, whose recordings `archive` reads."""

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        archive: Archive,
        node: str,
        limits: Limits,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writing=True)
        self._archive = archive
        self._node = node
        self._limits = limits
        self._clock = clock
        self._listener = Listener()
        self.judged = 0
        self.failures = 0

    async def turn(self) -> float:
        """Judge what is due; return the seconds to rest. Raises what the database raises."""
        now = self._clock()
        async with self._engine.connect() as connection:
            found = await queries.due(connection, now=now, node=self._node, limit=AT_ONCE)
        for seen in found:
            await self._judge(seen)
        if found:
            return 0.0
        return 0.0 if await self._mark_others(now) else LOOK_EVERY_S

    def close(self) -> None:
        """End listening."""
        self._listener.close()

    async def _judge(self, seen: Due) -> None:
        try:
            await self._judged(seen)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 (one call must never hold up all the others)
            self.failures += 1
            _log.warning("call not judged", call=seen.call_id, error=repr(error)[:300])
            async with self._writing.begin() as connection:
                await queries.failed(
                    connection,
                    seen,
                    why=f"{type(error).__name__}: {error}"[:200],
                    next_at=self._next_try(seen),
                )

    def _next_try(self, seen: Due) -> datetime | None:
        if seen.tries + 1 >= MOST_TRIES:
            return None
        wait: timedelta = AGAIN_AFTER * 2**seen.tries
        return self._clock() + wait

    async def _judged(self, seen: Due) -> None:
        async with self._engine.connect() as connection:
            story = await calls.call(
                connection, seen.call_id, reach=EVERYTHING, ticket_reach=EVERYTHING
            )
            if story is None or story.call.ended is None:
                return await self._drop(seen)
            promises = await _promises(connection, seen.call_id)
            paused = await pauses.of_call(connection, seen.call_id)
        recording = _of_the_call(story)
        analysis = await self._analysis(recording, seen) if recording else None
        facts = Facts(
            call=story.call,
            events=story.events,
            recording=recording,
            gaps=story.gaps,
            analysis=analysis,
            promises=promises,
            has_ticket=bool(story.tickets),
            paused=_paused(paused, story, recording),
            now=self._clock(),
        )
        judged = rules.judged(facts, self._limits)
        async with self._writing.begin() as connection:
            again_at = rules.judge_again_at(facts)
            self.judged += await queries.keep(
                connection,
                seen,
                story.call,
                judged,
                rules=self._limits.rules,
                again_at=again_at,
                now=facts.now,
            )
        return None

    async def _drop(self, seen: Due) -> None:
        """Forget the mark of a call that is gone, or goes on: its end marks it anew."""
        async with self._writing.begin() as connection:
            await queries.failed(connection, seen, why="", next_at=None)

    async def _analysis(self, recording: Recording, seen: Due) -> Analysis | None:
        """Return what is heard in a recording, from the row or by listening now.

        None after the last try: then the call is judged by what else is known of it.
        """
        async with self._engine.connect() as connection:
            known = await queries.analysis(connection, recording.id)
        if known is not None and known.version == VERSION:
            return known
        if recording.state not in PLAYABLE:
            return known
        try:
            found = await self._heard(recording)
        except (*reading.UNREADABLE, NotAWavError, BrokenProcessPool) as error:
            if seen.tries + 1 < MOST_TRIES:
                raise
            _log.error("recording not heard", call=seen.call_id, error=repr(error)[:300])
            return known
        async with self._writing.begin() as connection:
            await queries.keep_analysis(connection, recording.id, found, now=self._clock())
        return found

    async def _heard(self, recording: Recording) -> Analysis:
        async with self._engine.connect() as connection:
            of = await reading.kept(connection, recording)
        with ExitStack() as held:
            wav = await asyncio.to_thread(held.enter_context, reading.as_wav(self._archive, of))
            return await self._listener.heard(wav)

    async def _mark_others(self, now: datetime) -> bool:
        """Have calls that other rules judged judged anew, some at a time, when nothing else is."""
        async with self._engine.connect() as connection:
            found = await queries.by_other_rules(
                connection, self._limits.rules, limit=OTHERS_AT_ONCE
            )
        if not found:
            return False
        async with self._writing.begin() as connection:
            await marking.mark(connection, found, due_at=now)
        return True


def _of_the_call(story: CallStory) -> Recording | None:
    return next((one for one in story.recordings if one.kind is RecordingKind.CALL), None)


def _paused(
    found: Sequence[Pause], story: CallStory, recording: Recording | None
) -> Sequence[Span]:
    began, ended = recording.started_at if recording else None, story.call.ended
    return with_edges(heard_nothing(found, began, ended)) if began and ended else ()


async def _promises(connection: AsyncConnection, call_id: str) -> Sequence[Promise]:
    return [
        Promise(
            due_at=one.due_at,
            made_at=one.made_at,
            kept_at=one.completed_at if one.state is CallbackState.COMPLETED else None,
            withdrawn=one.state is CallbackState.CANCELLED,
        )
        for one in await callbacks.of_call(connection, call_id)
    ]
