"""`thirdring serve ledger`: keeps what the journals say and takes recordings in.

A database that stalls, restarts or refuses costs time, never a row: what failed is tried again,
and callers notice nothing, for no call ever waits for this process.
"""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

import full_disk
from backup import hold
from db import engine as database
from db.migrate import upgrade
from features.call_judgements.house import limits_of
from features.call_judgements.worker import JudgementWorker
from features.call_recordings import days
from features.calls import writes
from features.calls.lifecycle import CallRecord
from features.personal_data.erasing import Erasing
from features.quality_samples.worker import LOOK_EVERY_S as SAMPLES_EVERY_S
from features.quality_samples.worker import SampleWorker
from features.recording_copies.worker import CopyWorker
from features.recording_pauses import queries as pauses
from features.reports.worker import ReportWorker
from features.ticket_clocks.house import house
from features.ticket_clocks.worker import ClockWorker
from features.webhooks.worker import WebhookWorker
from ledger.importer import JournalImporter
from ledger.journal import Journals
from ledger.mail_room import MailRoom
from ledger.recording_intake import AT_ONCE, RecordingIntake
from ledger.retention import Retention
from ledger.silent_agents import SilentAgentCheck
from process_priority import NICENESS_OF_LEDGER, give_priority, priority_of
from settings import Settings

LOOK_EVERY_S: Final = 0.1
"""How long a line may lie in a journal before it is seen, when there is little to do."""
GATHER_S: Final = 2.0
"""How long lines are gathered for one transaction at most, when there is much to do."""
SHARE: Final = 0.04
"""Part of the time that a loop's turns may take: the busier it is, the more shares a turn."""
ARCHIVE_EVERY_S: Final = 0.5
LISTEN_EVERY_S: Final = 1.0
TIDY_EVERY_S: Final = 5.0
REPORT_EVERY_S: Final = 1.0
CLOCKS_EVERY_S: Final = 1.0
DAYS_EVERY_S: Final = 60.0
TURN_LIMIT_S: Final = 20.0
"""A turn that takes longer is given up: the database has stopped answering."""
DRAW_LIMIT_S: Final = 120.0
"""The same of the draw: a day of ten thousand calls is read and put on the list at once."""
JUDGE_LIMIT_S: Final = 900.0
"""The same of judging: some calls at once, and a recording of hours is listened to for a while."""
REPORT_LIMIT_S: Final = 400.0
"""A mail server may look for viruses for minutes before it takes a report."""
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 5.0
LAST_TURN_S: Final = 2.0

Turn = Callable[[float], Awaitable[float]]
"""One turn of a loop at a time (seconds since 1970); returns the seconds to rest after it."""

_log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Keep the ledger until SIGTERM or SIGINT."""
    engine = database.engine(settings.database)
    ledger = Ledger(settings, engine)
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, ledger.stop)
    own = os.getpid()
    give_priority(own, beside=priority_of(own), by=NICENESS_OF_LEDGER)
    _log.info("ledger started")
    try:
        await ledger.run()
    finally:
        await engine.dispose()


class Ledger:
    """The loops of the ledger, and how they are doing."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        paths = settings.paths
        self._database = settings.database
        self._run = paths.run
        self._report_to = paths.run / "ledger.json"
        self._journals = Journals(paths.journals, {}, nodes=[settings.node])
        self._intake = RecordingIntake(
            engine,
            calls=paths.spool_calls,
            messages=paths.spool_messages,
            whispers=paths.spool_whispers,
            store=paths.store,
            zone=settings.zone,
            house=house(settings),
            node=settings.node,
        )
        self._clocks = ClockWorker(engine, settings)
        self._retention = Retention(
            engine,
            paths.store,
            keep=settings,
            node=settings.node,
            logs=paths.log,
            region=settings.region,
        )
        self._erasing = Erasing(
            engine,
            settings.database,
            paths,
            region=settings.region,
            complaints_days=settings.keep_complaints,
        )
        self._silent_agents = SilentAgentCheck(paths.spool_calls)
        self._engine = engine
        self._samples = SampleWorker(engine, settings)
        self._mail = MailRoom(settings, engine)
        self._webhooks = WebhookWorker(engine, settings)
        self._copies = CopyWorker(engine, settings)
        archive, limits = self._copies.archive, limits_of(settings)
        self._judging = JudgementWorker(engine, archive=archive, node=settings.node, limits=limits)
        self._reports = ReportWorker(engine, settings)
        self._importer = JournalImporter(
            engine, self._journals, settings.number_plan, kept=self._look_at
        )
        self._caught_up_at = time.time()
        self._failures = 0
        self._stop = asyncio.Event()
        self._migrated = False

    def stop(self) -> None:
        """Let `run` return after the turns that are going on."""
        self._stop.set()

    async def run(self) -> None:
        """Keep the ledger until `stop`."""
        async with asyncio.TaskGroup() as tasks:
            for turn in self._turns():
                tasks.create_task(self._loop(turn))
            tasks.create_task(self._mail.run(self._stop))
            tasks.create_task(self._webhooks.run(self._stop, ready=lambda: self._migrated))
            tasks.create_task(self._copies.run(self._stop, ready=lambda: self._migrated))
        await self._last_words()
        self._intake.close()
        self._judging.close()

    def _turns(self) -> tuple[Turn, ...]:
        return (
            self._report,
            self._keep,
            self._take_in,
            self._listen,
            self._tidy,
            self._remove_old,
            self._act_on_clocks,
            self._judge,
            self._make_reports,
            self._send_reports,
            self._erase,
            self._close_days,
            self._draw_samples,
        )

    async def _loop(self, turn: Turn) -> None:
        failed = 0
        while not self._stop.is_set():
            try:
                wait_s = await turn(time.time())
                if failed:
                    _log.info("works again", turn=turn.__name__, failed=failed)
                failed = 0
            except Exception as error:  # noqa: BLE001 (one turn of a loop: counted, said, tried again)
                wait_s = min(FIRST_PAUSE_S * 2**failed, LONGEST_PAUSE_S)
                failed += 1
                self._failures += 1
                if failed == 1:  # an outage is one line at its beginning and one at its end
                    _log.warning("fails, trying on", turn=turn.__name__, error=repr(error)[:500])
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), wait_s)

    async def _keep(self, now: float) -> float:
        if not self._migrated:
            await asyncio.to_thread(upgrade, self._database)
            self._migrated = True
        async with asyncio.timeout(TURN_LIMIT_S):
            more = await self._importer.turn(now)
        if more:
            return 0.0
        self._caught_up_at = time.time()
        return _rest(self._caught_up_at - now, at_least=LOOK_EVERY_S)

    async def _take_in(self, now: float) -> float:
        if not self._migrated:
            return ARCHIVE_EVERY_S
        with hold.moving(self._run) as may_move:  # not while a backup notes what is there
            taken = await self._intake.turn(now) if may_move else 0
        if taken == AT_ONCE:
            return 0.0
        return _rest(time.time() - now, at_least=ARCHIVE_EVERY_S)

    def _look_at(self, call: CallRecord) -> None:
        self._intake.look_at(call)
        self._silent_agents.look_at(call)

    async def _listen(self, now: float) -> float:
        paused: Collection[str] = ()
        if due := self._silent_agents.due(now):
            async with asyncio.timeout(TURN_LIMIT_S), self._engine.connect() as connection:
                paused = await pauses.of_calls(connection, due)
        if found := self._silent_agents.turn(now, paused):
            writing = self._engine.execution_options(writing=True)
            async with asyncio.timeout(TURN_LIMIT_S), writing.begin() as connection:
                await writes.add_events(connection, found)
        return LISTEN_EVERY_S

    async def _tidy(self, now: float) -> float:
        self._importer.tidy(now)
        return TIDY_EVERY_S

    async def _remove_old(self, now: float) -> float:
        if not self._migrated:
            return ARCHIVE_EVERY_S
        return await self._retention.turn(now)

    async def _act_on_clocks(self, _now: float) -> float:
        """Have tickets' clocks warn and act: nobody waits for it, so a busy ledger may be late."""
        if not self._migrated:
            return CLOCKS_EVERY_S
        async with asyncio.timeout(TURN_LIMIT_S):
            more = await self._clocks.turn(datetime.now(UTC))
        return 0.0 if more else CLOCKS_EVERY_S

    async def _judge(self, _now: float) -> float:
        """Have ended calls listened to and judged: nobody waits for it."""
        if not self._migrated:
            return CLOCKS_EVERY_S
        async with asyncio.timeout(JUDGE_LIMIT_S):
            return await self._judging.turn()

    async def _make_reports(self, _now: float) -> float:
        """Count marked days, and make reports on their dates: nobody waits for it either."""
        if not self._migrated:
            return CLOCKS_EVERY_S
        async with asyncio.timeout(TURN_LIMIT_S):
            return await self._reports.turn(datetime.now(UTC))

    async def _send_reports(self, _now: float) -> float:
        if not self._migrated:
            return CLOCKS_EVERY_S
        async with asyncio.timeout(REPORT_LIMIT_S):
            return await self._reports.send(datetime.now(UTC))

    async def _erase(self, now: float) -> float:
        if not self._migrated:
            return ARCHIVE_EVERY_S
        with hold.moving(self._run) as may_move:  # nor while a backup copies the journals
            if not may_move:
                return ARCHIVE_EVERY_S
            return await self._erasing.turn(now, self._journals.read_up_to())

    async def _close_days(self, _now: float) -> float:
        """Close the days of recordings that are over, one after the other."""
        if not self._migrated:
            return CLOCKS_EVERY_S
        writing = self._engine.execution_options(writing=True)
        async with asyncio.timeout(TURN_LIMIT_S), writing.begin() as connection:
            closed = await days.close_next(connection, datetime.now(UTC))
        return 0.0 if closed else DAYS_EVERY_S

    async def _draw_samples(self, _now: float) -> float:
        """Draw the day before for inspection (QA-1), when all of its calls are rows."""
        if not self._migrated or time.time() - self._caught_up_at > SAMPLES_EVERY_S:
            return ARCHIVE_EVERY_S
        async with asyncio.timeout(DRAW_LIMIT_S):
            await self._samples.turn(datetime.now(UTC))
        return SAMPLES_EVERY_S

    async def _last_words(self) -> None:
        """Keep what was said while everything was taken down."""
        try:
            async with asyncio.timeout(LAST_TURN_S):
                while not await self._keep(time.time()):
                    pass
        except Exception as error:  # noqa: BLE001 (the next start reads on from here)
            _log.warning("last lines are left for the next start", error=repr(error)[:500])

    async def _report(self, now: float) -> float:
        full_disk.replace(self._report_to, json.dumps(self._figures(now)).encode())
        return REPORT_EVERY_S

    def _figures(self, now: float) -> Mapping[str, float | str]:
        """Return what the desk shows of us; `lag_s` is how far rows are behind what happened."""
        behind_s = now - self._caught_up_at
        return {
            "at": now,
            "lag_s": round(behind_s, 1) if behind_s > 1.0 else 0.0,
            "unread_bytes": self._journals.lag(),
            "open_calls": self._importer.open_calls,
            "waiting_recordings": self._intake.waiting,
            "events_total": self._importer.events_kept,
            "rejects_total": self._importer.rejects_kept,
            "calls_total": self._importer.calls_kept,
            "calls_failed_total": self._importer.calls_failed,
            "silent_talks_total": self._silent_agents.silent_talks,
            "recordings_total": self._intake.recordings_kept,
            "recordings_removed_total": self._retention.removed,
            "people_erased_total": self._erasing.done,
            "tickets_total": self._intake.tickets_opened + self._mail.tickets_opened,
            "ticket_clocks_total": self._clocks.acted,
            "judgements_total": self._judging.judged,
            "judgements_failed_total": self._judging.failures,
            "quality_draws_total": self._samples.draws,
            "failures_total": self._failures,
            **self._copies.figures(),
            **self._mail.figures(),
            **self._webhooks.figures(),
            **self._reports.figures(),
        }


def _rest(took_s: float, *, at_least: float) -> float:
    return min(GATHER_S, max(at_least, took_s / SHARE))
