"""Journal import: each journal line becomes a row exactly once, and the row of its call.

One turn is one transaction: the new events, the calls they touch (folded again from all their
events) and the positions up to which the journals have been read. If it fails, nothing of it
happened and the same lines are read again. If it was committed and we never heard so, the
positions in the database say so before anything is written a second time.

Calls of nodes whose journals are not read here are left alone: their own ledger keeps them, and
what became of another switch says nothing of them.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callflow.events import HOUSE, JournalEvent
from features.call_judgements.marking import mark
from features.call_recordings import by_agent as recordings_by_agent
from features.calls import talk_segment_rows as talk_segments
from features.calls import writes
from features.calls.evidence import matters
from features.calls.lifecycle import CallRecord
from features.report_figures import marks
from features.tickets import terms as ticket_terms
from ledger.call_callbacks import keep_callbacks
from ledger.journal import Batch, Journals, Position
from ledger.open_calls import Boots, Name, OpenCalls, Thread, name_of
from phone_numbers.plan import NumberPlan

JUDGED_AFTER: Final = timedelta(seconds=15)
"""A call that has ended is judged then, or as soon as its recording is kept."""

_log = structlog.get_logger(__name__)


class JournalImporter:
    """Keeps what the journals say."""

    def __init__(
        self,
        engine: AsyncEngine,
        journals: Journals,
        plan: NumberPlan,
        *,
        kept: Callable[[CallRecord], None] = lambda _: None,
    ) -> None:
        """Read `journals` into the database; `kept` is told of each call whose row changed.

        Callers' numbers are read by the house's `plan`.
        """
        self._engine = engine
        self._plan = plan
        self._journals = journals
        self._tell = kept
        self._threads = OpenCalls()
        self._boots = Boots()
        self._knows_the_database = False
        self.events_kept = 0
        self.rejects_kept = 0
        self.calls_kept = 0
        self.calls_failed = 0

    @property
    def in_memory(self) -> int:
        """Return how many calls and other channels are in memory."""
        return len(self._threads)

    @property
    def open_calls(self) -> int:
        """Return how many calls have not ended."""
        return self._threads.open_calls()

    async def turn(self, now: float) -> bool:
        """Keep the next lines; True when there are more. `now` in seconds since 1970.

        Raises whatever the database raises; the turn can then be tried again.
        """
        if not self._knows_the_database:
            await self._begin(now)
        batch = self._journals.read(now)
        if not batch:
            return False
        writing = self._engine.execution_options(writing=True)
        async with writing.begin() as connection:
            if not await self._is_next(connection, batch):
                self._knows_the_database = False
                return True
            kept = await self._keep(connection, batch, now)
        self._journals.moved(batch)
        self._committed(kept)
        self.events_kept += len(batch.events)
        self.rejects_kept += len(batch.rejects)
        self.calls_kept += len(kept)
        return batch.more

    def tidy(self, now: float) -> None:
        """Let go of what is over: calls in memory, journals that are full or old."""
        self._threads.forget(now)
        self._journals.turn_over()
        self._journals.sweep(now)

    async def _begin(self, now: float) -> None:
        """Learn how far we were, and close what a switch that is gone has left open."""
        async with self._engine.execution_options(writing=True).begin() as connection:
            self._threads.clear()
            found = await writes.positions(connection)
            nodes = self._journals.nodes
            self._boots.learn(await writes.switches(connection, nodes))
            kept = await self._fold(connection, await self._open(connection, nodes, now))
        self._journals.resume({file: Position(*place) for file, place in found.items()})
        self._committed(kept)
        self._knows_the_database = True

    def _committed(self, kept: Sequence[tuple[Thread, CallRecord]]) -> None:
        for thread, record in kept:
            thread.kept = record
            self._tell(record)

    async def _is_next(self, connection: AsyncConnection, batch: Batch) -> bool:
        """Say whether the journals stand, in the database, where this batch begins."""
        found = await writes.positions(connection, list(batch.before))
        return all(
            found.get(file, (0, False))[0] == offset for file, offset in batch.before.items()
        )

    async def _keep(
        self, connection: AsyncConnection, batch: Batch, now: float
    ) -> Sequence[tuple[Thread, CallRecord]]:
        at = datetime.fromtimestamp(now, UTC)
        touched = await self._touched(connection, batch.events, now)
        await writes.add_events(connection, batch.events)
        await writes.add_rejects(connection, batch.rejects, now=at)
        kept = await self._fold(connection, touched)
        await keep_callbacks(
            connection,
            batch.events,
            lambda event: self._folded(self._threads[name_of(event)]),
            self._plan,
        )
        await writes.move(
            connection,
            {file: (place.offset, place.closed) for file, place in batch.after.items()},
            now=at,
        )
        return kept

    async def _touched(
        self, connection: AsyncConnection, events: Sequence[JournalEvent], now: float
    ) -> list[Thread]:
        """Return the threads that these events may have changed, with all their earlier events."""
        touched: dict[int, Thread] = {}
        strangers = self._strangers(events)
        known = await writes.events_about(connection, strangers) if strangers else ()
        for event in (*known, *events):
            if event.about != HOUSE:
                thread = self._threads.take(event, now)
                if matters(event) or thread.is_uncertain:
                    touched[id(thread)] = thread
        if restarted := self._boots.learn(events):
            for thread in await self._open(connection, restarted, now):
                touched[id(thread)] = thread
        return list(touched.values())

    def _strangers(self, events: Sequence[JournalEvent]) -> set[Name]:
        """Return the names of which the database may know more than we do."""
        # A channel that starts here may be known already: one journal can be far behind another.
        named = {name_of(event) for event in events if event.about != HOUSE}
        named |= {(event.node, event.data["call"]) for event in events if event.name == "TR_CALL"}
        return {name for name in named if name not in self._threads}

    async def _open(
        self, connection: AsyncConnection, nodes: Collection[str], now: float
    ) -> list[Thread]:
        """Return the threads of all calls of these nodes that have not ended."""
        names = await writes.open_calls(connection, nodes)
        unknown = [name for name in names if name not in self._threads]
        for event in await writes.events_about(connection, unknown):
            self._threads.take(event, now)
        return [self._threads[name] for name in names if name in self._threads]

    async def _fold(
        self, connection: AsyncConnection, threads: Iterable[Thread]
    ) -> Sequence[tuple[Thread, CallRecord]]:
        """Fold the calls again and keep those that came out different."""
        kept = [
            (thread, record)
            for thread in threads
            if (record := self._folded(thread)) and record != thread.kept
        ]
        await writes.keep_calls(connection, [record for _, record in kept], self._plan)
        others = [one for thread, one in kept if _is_other(thread, one)]
        await talk_segments.keep(connection, others)
        await ticket_terms.keep_of_calls(
            connection, [one.id for thread, one in kept if _others_talked(thread, one)]
        )
        ended = [one.id for _, one in kept if one.ended is not None]
        await recordings_by_agent.keep(connection, ended)
        await mark(connection, ended, due_at=datetime.now(UTC) + JUDGED_AFTER)
        every = [one for thread, now_so in kept for one in (thread.kept, now_so) if one is not None]
        await marks.mark(connection, [at for one in every for at in _counted_at(one)])
        return kept

    def _folded(self, thread: Thread) -> CallRecord | None:
        try:
            return thread.fold(self._boots)
        except Exception as error:  # noqa: BLE001 (one call must never hold up all the others)
            self.calls_failed += 1
            _log.error("call not folded", names=sorted(thread.names), error=repr(error)[:500])
            return None


def _counted_at(record: CallRecord) -> Sequence[datetime]:
    """Return the moments by whose days a call is counted."""
    return (record.ring_started, *(each.from_at for each in record.segments))


def _others_talked(thread: Thread, record: CallRecord) -> bool:
    """Say whether other agents talked than the terms of the call's tickets say."""
    if thread.kept is not None and thread.kept.agent != record.agent:
        return True
    return _is_other(thread, record)


def _is_other(thread: Thread, record: CallRecord) -> bool:
    """Say whether other agents talked, or for longer, than the rows say."""
    return record.segments != (thread.kept.segments if thread.kept else ())
