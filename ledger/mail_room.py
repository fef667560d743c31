"""The mail room: fetches letters into tickets, and sends ours (TKT-10).

It has tasks of its own in the ledger: nobody on the telephone waits for the ledger, and nothing in
the ledger waits for a mail server (ADR 27). A server that hangs is given up and tried again.

In: the letter's files go into the store, then one transaction keeps letter, ticket and the place in
the mailbox. Who dies in between does it again, and the letter's key says that it is there already.
Out: what may have been sent is committed before the first byte (`mail/outlet.py`).
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from backup import hold
from features.department_links.house import can_send
from features.department_links.worker import LinkWorker
from features.ticket_clocks.house import house as clocks_of
from features.ticket_mail import incoming
from features.ticket_mail.incoming import Arrived, House, Paper
from features.ticket_mail.rules import may_be_opened
from ledger.mail_sending import Sender
from mail.accounts import MailServerError
from mail.aside import HEAD_BYTES, nothing_read, read_aside, read_head
from mail.files import clear_incoming, file_id, filed, is_program, letter_key, secret_key, settle
from mail.inbox import Inbox, Opened, Position
from mail.letters import Letter
from settings import Settings

ASK_S: Final = 60.0
"""Seconds for one question to the mailbox."""
FETCH_S: Final = 300.0
"""For a whole letter."""
DATABASE_LIMIT_S: Final = 20.0
LOOK_BACK: Final = timedelta(days=2)
"""When the numbers of a mailbox have got another meaning, so much is looked through again."""
MOST_FAILURES: Final = 5
"""A letter that cannot be kept so often is kept as what nobody can read; the next ones go on."""
LEAVE_S: Final = 3.0
"""Seconds that a letter on its way has when we are told to stop."""

_log = structlog.get_logger(__name__)


class MailRoom:
    """Both ways of the mail, and how they are."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        self._settings = settings
        self._engine = engine
        self._store = settings.paths.store
        self._fault = ""
        self._looked_at = 0.0
        self._failed: dict[tuple[int, int], int] = {}
        self._sender: Sender | None = None
        self.letters_kept = 0
        self.tickets_opened = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch and send until `stop`; returns at once where there is no mail."""
        settings = self._settings
        if settings.mail_in is None and settings.mail_out is None:
            return
        key = await asyncio.to_thread(secret_key, settings.paths.mail_key)
        clear_incoming(self._store)
        tasks = []
        if settings.mail_in is not None:
            tasks.append(asyncio.create_task(self._each(stop, partial(self.look, key))))
        if settings.mail_out is not None:
            self._sender = Sender(settings, self._engine, key)
            tasks.append(asyncio.create_task(self._each(stop, self._sender.turn)))
        if can_send(settings):
            links = LinkWorker(settings, self._engine)
            tasks.append(asyncio.create_task(self._each(stop, links.turn)))
        await stop.wait()
        _, late = await asyncio.wait(tasks, timeout=LEAVE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def figures(self) -> Mapping[str, float | str]:
        """Return what the desk shows of the mail; empty where there is none."""
        found: dict[str, float | str] = {}
        if self._settings.mail_in is not None:
            found |= {
                "mail_in": self._fault,
                "mail_looked_at": self._looked_at,
                "mail_letters_total": self.letters_kept,
                "mail_in_reached": float(not self._fault),
            }
        if self._sender is not None:
            found |= self._sender.figures()
        return found

    async def _each(self, stop: asyncio.Event, turn: Callable[[], Awaitable[float]]) -> None:
        """Take turns; each returns the seconds to rest after it, and none ends the ledger."""
        failed = False
        while not stop.is_set():
            try:
                wait_s = await turn()
                if failed:
                    _log.info("the mail works again")
                failed = False
            except Exception as error:  # noqa: BLE001 (one turn: said once, tried again)
                wait_s = 10.0
                if not failed:
                    _log.warning("the mail fails, trying on", error=repr(error)[:500])
                failed = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait_s)

    async def look(self, key: bytes) -> float:
        """Look into the mailbox once; return the seconds to rest."""
        settings = self._settings
        server = settings.mail_in
        assert server is not None
        inbox = Inbox(server, settings.mail_folder)
        try:
            opened = await inbox.open(within=ASK_S)
            await self._take_new(inbox, opened, self._house(key))
        except MailServerError as error:
            if not self._fault:
                _log.warning("the mailbox cannot be read", error=str(error))
            self._fault = str(error)
        else:
            self._fault, self._looked_at = "", time.time()
        finally:
            await inbox.close()
        return float(settings.mail_poll_every)

    async def _take_new(self, inbox: Inbox, opened: Opened, house: House) -> None:
        name = self._name()
        async with asyncio.timeout(DATABASE_LIMIT_S), self._engine.connect() as connection:
            known = await incoming.position(connection, name)
        if known is not None and known[0].uidvalidity == opened.uidvalidity:
            for uid in await inbox.uids_after(known[0].last_uid, within=ASK_S):
                await self._take(inbox, uid, opened, house, moves_to=uid)
            return
        # A mailbox that we see for the first time: what nobody has read. One whose numbers have got
        # another meaning: what came lately; what of it we have is known by its key.
        if known is None:
            uids = await inbox.unseen(within=ASK_S)
        else:
            since = max(known[1], datetime.now(UTC) - LOOK_BACK)
            uids = await inbox.since(since, within=ASK_S)
        for uid in uids:
            await self._take(inbox, uid, opened, house, moves_to=None)
        await self._moved(Position(opened.uidvalidity, max([opened.last_uid, *uids])))

    async def _take(
        self, inbox: Inbox, uid: int, opened: Opened, house: House, *, moves_to: int | None
    ) -> None:
        place = None if moves_to is None else Position(opened.uidvalidity, moves_to)
        raw, letter, contents = await self._fetched(inbox, uid)
        if raw is None:  # somebody has removed it meanwhile
            if place is not None:
                await self._moved(place)
            return
        once = (opened.uidvalidity, uid)
        if self._failed.get(once, 0) >= MOST_FAILURES:
            letter, contents = nothing_read(), ()
        try:
            await self._keep(raw, letter, contents, place, house)
        except DBAPIError as error:
            if not error.connection_invalidated:
                self._failed[once] = self._failed.get(once, 0) + 1
            raise
        self._failed.pop(once, None)
        with contextlib.suppress(MailServerError):
            await inbox.mark_seen([uid], within=ASK_S)

    async def _fetched(
        self, inbox: Inbox, uid: int
    ) -> tuple[bytes | None, Letter, tuple[bytes, ...]]:
        most = self._settings.mail_most_mb * 2**20
        size = await inbox.size(uid, within=ASK_S)
        too_large = size is not None and size > most
        part = HEAD_BYTES if too_large else most
        raw = None if size is None else await inbox.fetch(uid, most=part, within=FETCH_S)
        if raw is None:
            return None, nothing_read(), ()
        letter, contents = await read_head(raw, "too_large") if too_large else await read_aside(raw)
        return raw, letter, contents

    async def _keep(
        self,
        raw: bytes,
        letter: Letter,
        contents: tuple[bytes, ...],
        place: Position | None,
        house: House,
    ) -> None:
        now = datetime.now(UTC)
        while True:  # while a backup notes what is there, nothing moves into the store
            with hold.moving(self._settings.paths.run) as may_move:
                if may_move:
                    arrived = await asyncio.to_thread(self._filed, raw, letter, contents, now)
                    break
            await asyncio.sleep(0.5)
        writing = self._engine.execution_options(writing=True)
        async with asyncio.timeout(DATABASE_LIMIT_S), writing.begin() as connection:
            kept = await incoming.keep(connection, arrived, house)
            if place is not None:
                await incoming.set_position(connection, self._name(), place, now=now)
        if kept is not None:
            self.letters_kept += 1
            self.tickets_opened += kept.is_new
            _log.info("letter kept", ticket=kept.number, new=kept.is_new)

    def _filed(
        self, raw: bytes, letter: Letter, contents: tuple[bytes, ...], now: datetime
    ) -> Arrived:
        """Put a letter and its attachments into the store, on the disk."""
        key = letter_key(raw)
        original = filed(self._store, file_id(key, "letter"), raw, at=now)
        papers = []
        for position, (piece, content) in enumerate(zip(letter.pieces, contents, strict=True), 1):
            why = self._closed(piece.name, content)
            identity = file_id(key, str(position))
            file = filed(self._store, identity, b"" if why else content, at=now)
            papers.append(Paper(name=piece.name, media_type=piece.media_type, file=file, why=why))
        settle(self._store, [original, *(paper.file for paper in papers)])
        return Arrived(
            letter=letter,
            key=key,
            original=original,
            papers=papers,
            at=now,
            node=self._settings.node,
        )

    def _closed(self, name: str, content: bytes) -> str:
        """Return why an attachment stays closed, empty for one that people may download."""
        if is_program(content):
            return "program"
        if not content:
            return "empty"
        return "" if may_be_opened(name, self._settings.mail_endings) else "kind"

    async def _moved(self, place: Position) -> None:
        writing = self._engine.execution_options(writing=True)
        async with asyncio.timeout(DATABASE_LIMIT_S), writing.begin() as connection:
            await incoming.set_position(connection, self._name(), place, now=datetime.now(UTC))

    def _name(self) -> str:
        server = self._settings.mail_in
        assert server is not None
        return f"{server.user}@{server.host}/{self._settings.mail_folder}"[:250]

    def _house(self, key: bytes) -> House:
        settings = self._settings
        return House(
            key=key,
            address=settings.mail_address,
            host=settings.mail_host,
            company=settings.company,
            language=settings.language,
            acknowledge=settings.mail_acknowledge and settings.mail_out is not None,
            zone=settings.zone,
            clocks=clocks_of(settings),
        )
