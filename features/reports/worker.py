"""Counts marked days, makes reports on their dates and sends them. Runs in the ledger's process.

A report is made once, whatever dies: its row and its letters are one transaction, and the database
refuses a second one of the same days. One that could not be made on its date is made later.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from features.report_figures import rollup
from features.report_figures.rollup import RollUp
from features.reports import content, keeping
from features.reports.mailing import Mailing
from features.reports.rules import PERIODS, Period, Sort, periods_due
from settings import Settings

LOOK_EVERY_S = 2.0

_log = structlog.get_logger(__name__)


class ReportWorker:
    """The figures and the reports of one house."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._rollup = RollUp(engine, zone=settings.zone, within_s=settings.report_within)
        self._mailing = Mailing(engine, settings)
        self._made: set[tuple[Sort, Period]] = set()
        """Reports that are known to be there."""
        self.made = 0

    async def turn(self, now: datetime) -> float:
        """Do what is next; return the seconds to rest. Raises what the database raises."""
        if await self._rollup.turn():
            return 0.0
        return 0.0 if await self._make_next(now) else LOOK_EVERY_S

    async def send(self, now: datetime) -> float:
        """Send some reports; return the seconds to rest. Raises what the database raises."""
        return 0.0 if await self._mailing.turn(now) else LOOK_EVERY_S

    def figures(self) -> Mapping[str, float]:
        """Return what the desk shows."""
        return {
            "reports_total": self.made,
            "report_days_counted_total": self._rollup.counted,
            "report_letters_sent_total": self._mailing.sent,
        }

    async def _make_next(self, now: datetime) -> bool:
        """Make one report that is due and whose figures are settled; False: there is none."""
        async with self._engine.connect() as connection:
            since = await rollup.first_day(connection)
            if since is None:
                return False
            zone = self._settings.zone
            for sort, period in self._due(since, now):
                if await keeping.is_made(connection, sort, period):
                    self._made.add((sort, period))
                elif await rollup.is_settled(connection, period.before.first, period.last, zone):
                    counted = await content.gathered(connection, sort, period, zone)
                    break
            else:
                return False
        return await self._make(sort, period, content.text_of(counted), now)

    def _due(self, since: date, now: datetime) -> list[tuple[Sort, Period]]:
        """Return what is due by now and not known to be there, the oldest first."""
        due = {
            (sort, period)
            for sort in Sort
            for kind in PERIODS[sort]
            for period in periods_due(kind, since=since, now=now, zone=self._settings.zone)
        }
        return sorted(due - self._made, key=lambda one: (one[1].due, one[1].kind, one[0]))

    async def _make(self, sort: Sort, period: Period, figures: str, now: datetime) -> bool:
        settings = self._settings
        async with self._writing() as connection:
            made = await keeping.keep(connection, sort, period, figures, now=now)
            if made is not None and settings.mail_out is not None:
                await keeping.queue_letters(
                    connection,
                    made.id,
                    settings.report_addresses,
                    host=settings.mail_host,
                    node=settings.node,
                    now=now,
                )
        self._made.add((sort, period))
        if made is not None:
            self.made += 1
            _log.info("report made", report=made.id, sort=sort.value, period=period.kind.value)
        return True

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.execution_options(writing=True).begin()
