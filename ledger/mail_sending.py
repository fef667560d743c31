"""Sends the letters that are queued: each once, later, or not until a person says so (TKT-10)."""

import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from features.department_links.sending import with_links
from features.ticket_mail import outgoing, queries
from features.ticket_mail.letters import Mail
from features.ticket_mail.lifecycle import MailEvent, MailKind
from features.ticket_mail.rules import address_with, subject_with
from features.tickets import queries as tickets
from mail import outlet
from mail.accounts import MailServerError
from mail.composing import Draft, composed
from mail.outlet import Envelope, NotOursError, RefusedError, TryLaterError, UnclearError
from settings import Settings

LOOK_EVERY_S: Final = 2.0
REACH_EVERY_S: Final = 300.0
"""Where there is nothing to send, the server is asked so seldom whether it lets us in."""
AT_ONCE: Final = 10

_WITHOUT_A_PERSON: Final = frozenset({MailKind.ACKNOWLEDGEMENT, MailKind.NOTICE})

_log = structlog.get_logger(__name__)


class Sender:
    """The way out, and how it is."""

    def __init__(self, settings: Settings, engine: AsyncEngine, key: bytes) -> None:
        server = settings.mail_out
        assert server is not None
        self._server = server
        self._settings = settings
        self._engine = engine
        self._key = key
        self._fault = ""
        self._reached_at = 0.0
        self._began = False
        self._unwritten: list[tuple[int, MailEvent, str]] = []
        """What became of letters, where the database did not take it yet."""
        self._waiting = 0
        self.sent = 0

    async def turn(self) -> float:
        """Send what is due; return the seconds to rest. Raises what the database raises."""
        await self._catch_up()
        now = datetime.now(UTC)
        async with self._engine.connect() as connection:
            due = await outgoing.due(connection, now=now, most=AT_ONCE)
            self._waiting = await queries.count_for_people(connection, now)
        for mail in due:
            if not await self._send(mail):
                return LOOK_EVERY_S
        if not due and time.time() - self._reached_at > REACH_EVERY_S:
            await self._reach()
        return LOOK_EVERY_S if len(due) < AT_ONCE else 0.0

    def figures(self) -> Mapping[str, float | str]:
        """Return what the desk shows."""
        return {
            "mail_out": self._fault,
            "mail_sent_total": self.sent,
            "mail_waiting": self._waiting,
            "mail_out_reached": float(not self._fault),
        }

    async def _catch_up(self) -> None:
        """Write what became of letters; at the first turn: what a sender before us left."""
        now = datetime.now(UTC)
        async with self._writing() as connection:
            if not self._began:
                node = self._settings.node
                if count := await outgoing.interrupted(connection, node=node, now=now):
                    _log.warning("letters that may have been sent", count=count)
            for mail_id, event, said in self._unwritten:
                await outgoing.apply(connection, mail_id, event, now=now, said=said, quiet=True)
        self._began = True
        self._unwritten.clear()

    async def _reach(self) -> None:
        self._reached_at = time.time()
        try:
            await outlet.reach(self._server, host=self._settings.mail_host)
        except MailServerError as error:
            self._fault = str(error)
        else:
            self._fault = ""

    async def _send(self, mail: Mail) -> bool:
        """Send one letter; False: the server cannot be used now."""
        event, said, usable = await self._outcome(mail)
        if event is None:
            return usable
        self._unwritten.append((mail.id, event, said))
        now = datetime.now(UTC)
        give_up_after = timedelta(hours=self._settings.mail_give_up_after)
        async with self._writing() as connection:
            await outgoing.apply(
                connection,
                mail.id,
                event,
                now=now,
                said=said,
                give_up_after=give_up_after,
                quiet=True,
            )
        self._unwritten.pop()
        self.sent += event is MailEvent.TAKEN
        _log.info("letter of ours", mail=mail.id, became=event.value)
        return usable

    async def _outcome(self, mail: Mail) -> tuple[MailEvent | None, str, bool]:
        """Return what became of a letter, what the server said, and whether it can be used."""
        claim = partial(self._claim, mail.id)
        try:
            envelope = await self._envelope(mail)
            said = await outlet.send(
                self._server, envelope, host=self._settings.mail_host, may_send=claim
            )
        except NotOursError:
            return None, "", True
        except (RefusedError, TryLaterError, UnclearError, ValueError) as error:
            return _became(error), str(error), True
        except MailServerError as error:
            if not self._fault:
                _log.warning("letters cannot be sent", error=str(error))
            self._fault = str(error)
            return MailEvent.LATER, str(error), False
        self._fault, self._reached_at = "", time.time()
        return MailEvent.TAKEN, said, True

    async def _claim(self, mail_id: int) -> bool:
        async with self._writing() as connection:
            return await outgoing.claim(connection, mail_id, node=self._settings.node)

    async def _envelope(self, mail: Mail) -> Envelope:
        """Return a letter as it is sent. Raises ValueError for one that cannot be."""
        settings = self._settings
        number = ""
        if mail.ticket_id is not None:
            async with self._engine.connect() as connection:
                known = await tickets.numbers_by_id(connection, [mail.ticket_id])
            number = known.get(mail.ticket_id, "")
        automatic = mail.kind in _WITHOUT_A_PERSON
        answer_to = ""
        if number and settings.mail_token_in_address:
            answer_to = address_with(self._key, number, settings.mail_address)
        draft = Draft(
            message_id=mail.message_id,
            from_name=settings.company,
            from_address=settings.mail_address,
            to=mail.address,
            subject=subject_with(self._key, number, mail.subject) if number else mail.subject,
            body=await self._body(mail),
            at=mail.at,
            answers=mail.refers_to,
            answer_to=answer_to,
            automatic=automatic,
        )
        return Envelope(
            # RFC 3834: nobody is to answer, and no server to complain of, an acknowledgement
            sender="" if mail.kind is MailKind.ACKNOWLEDGEMENT else settings.mail_address,
            recipient=mail.address,
            content=composed(draft),
        )

    async def _body(self, mail: Mail) -> str:
        """Return a letter's text, the links in it signed. Raises ValueError for a void one."""
        if mail.kind is not MailKind.NOTICE:
            return mail.body
        async with self._engine.connect() as connection:
            return await with_links(
                connection,
                mail.body,
                key=self._key,
                site=self._settings.department_link_site,
                now=datetime.now(UTC),
            )

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._engine.execution_options(writing=True).begin()


def _became(error: Exception) -> MailEvent:
    match error:
        case TryLaterError():
            return MailEvent.LATER
        case UnclearError():
            return MailEvent.BROKEN
        case _:  # refused there, or cannot be made at all
            return MailEvent.REFUSED
