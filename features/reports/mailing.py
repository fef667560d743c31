"""Sends reports to whom they concern: each to each address once, later, or not (RPT-1).

Before the first byte of a letter goes, it is committed that it may have been sent: whoever dies in
between sends it to nobody twice.
"""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callflow.call import Language
from features.reports import queries
from features.reports.lifecycle import LetterState, next_try
from features.reports.printing import letter_text, paper
from features.reports.queries import Letter, Report, letter_in
from features.reports.tables import ReportLetterRow
from mail import outlet
from mail.accounts import MailServerError
from mail.composing import Attached, Draft, composed
from mail.outlet import Envelope, NotOursError, RefusedError, TryLaterError, UnclearError
from settings import Settings

AT_ONCE: Final = 5

_log = structlog.get_logger(__name__)


class Mailing:
    """The way of reports to their readers."""

    def __init__(self, engine: AsyncEngine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings
        self._began = False
        self.sent = 0

    async def turn(self, now: datetime) -> bool:
        """Send what is due; tell whether there may be more. Raises what the database raises."""
        server = self._settings.mail_out
        if server is None:
            return False
        if not self._began:
            await self._break_off()
        due = await self._due(now)
        for letter in due:
            await self._send(letter, now)
        return len(due) == AT_ONCE

    async def _break_off(self) -> None:
        """Mark what was being handed over when the ledger of this node died."""
        row = ReportLetterRow
        async with self._writing() as connection:
            await connection.execute(
                update(row)
                .where(row.state == LetterState.SENDING.value, row.node == self._settings.node)
                .values(state=LetterState.UNCLEAR.value)
            )
        self._began = True

    async def _due(self, now: datetime) -> list[Letter]:
        row = ReportLetterRow
        query = (
            select(row.__table__)
            .where(row.state == LetterState.QUEUED.value, row.next_at <= now)
            .order_by(row.next_at)
            .limit(AT_ONCE)
        )
        async with self._engine.connect() as connection:
            return [letter_in(each) for each in (await connection.execute(query)).mappings()]

    async def _send(self, letter: Letter, now: datetime) -> None:
        async with self._engine.connect() as connection:
            report = await queries.report(connection, letter.report_id)
        assert report is not None, "a letter is of a report"
        server, settings = self._settings.mail_out, self._settings
        assert server is not None
        try:
            envelope = self._envelope(letter, report)
            claim = partial(self._claim, letter.id)
            said = await outlet.send(server, envelope, host=settings.mail_host, may_send=claim)
        except NotOursError:
            return
        except (TryLaterError, MailServerError) as error:
            await self._later(letter, now, f"{error}")
        except UnclearError as error:
            await self._became(letter, LetterState.UNCLEAR, f"{error}")
        except (RefusedError, ValueError) as error:
            await self._became(letter, LetterState.FAILED, f"{error}")
        else:
            self.sent += 1
            await self._became(letter, LetterState.SENT, said)

    def _envelope(self, letter: Letter, report: Report) -> Envelope:
        settings = self._settings
        language = Language(settings.language)
        name, subject, body = letter_text(report, language, settings.company)
        printed = paper(report, language, settings, printed_at=datetime.now(UTC), printed_by="")
        draft = Draft(
            message_id=letter.message_id,
            from_name=settings.company,
            from_address=settings.mail_address,
            to=letter.address,
            subject=subject,
            body=body,
            at=letter.since,
            automatic=True,
            attached=(Attached(f"{name}.pdf", "application/pdf", printed),),
        )
        return Envelope(
            sender=settings.mail_address, recipient=letter.address, content=composed(draft)
        )

    async def _claim(self, letter_id: int) -> bool:
        row = ReportLetterRow
        async with self._writing() as connection:
            done = await connection.execute(
                update(row)
                .where(row.id == letter_id, row.state == LetterState.QUEUED.value)
                .values(
                    state=LetterState.SENDING.value,
                    attempts=row.attempts + 1,
                    node=self._settings.node,
                )
                .returning(row.id)
            )
            return done.first() is not None

    async def _later(self, letter: Letter, now: datetime, said: str) -> None:
        again = next_try(
            attempts=letter.attempts,
            since=letter.since,
            now=now,
            give_up_after=timedelta(hours=self._settings.mail_give_up_after),
        )
        state = LetterState.FAILED if again is None else LetterState.QUEUED
        await self._became(letter, state, said, next_at=again, attempts=letter.attempts + 1)

    async def _became(self, letter: Letter, state: LetterState, said: str, **more: object) -> None:
        row = ReportLetterRow
        async with self._writing() as connection:
            await connection.execute(
                update(row)
                .where(row.id == letter.id)
                .values(state=state.value, said=said[:300], **{"next_at": None, **more})
            )
        _log.info("letter of a report", report=letter.report_id, became=state.value)

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.execution_options(writing=True).begin()
