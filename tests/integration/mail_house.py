"""A house with a mailbox for tests: a database, a store, and a real mail server."""

import asyncio
import itertools
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from ledger.mail_room import MailRoom
from ledger.mail_sending import Sender
from mail.files import secret_key
from settings import Settings
from tests.integration.ledger_room import Row
from tests.mail_server import HOST, PASSWORD, Mailbox, MailServer

_NUMBERS = itertools.count(1)


@dataclass
class House:
    """The mail of one house, its turns taken by the test."""

    settings: Settings
    engine: AsyncEngine
    server: MailServer
    box: str
    """The name of its mailbox."""
    customer: str
    """The name of a customer's mailbox."""
    room: MailRoom = field(init=False)
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin as a new process would."""
        self.room = MailRoom(self.settings, self.engine)
        self.sender = Sender(self.settings, self.engine, self.key)

    @property
    def key(self) -> bytes:
        return secret_key(self.settings.paths.mail_key)

    @property
    def address(self) -> str:
        return f"{self.box}@{HOST}"

    @property
    def from_customer(self) -> str:
        return f"{self.customer}@{HOST}"

    def write(self, *, subject: str = "宽带断了", body: str = "请尽快修", **more: str) -> bytes:
        """Return a customer's letter; `more` are head lines, `_` for `-`."""
        message = EmailMessage()
        message["From"] = more.pop("sender", f"张三 <{self.from_customer}>")
        message["To"] = self.address
        message["Subject"] = subject
        message["Message-ID"] = more.pop("message_id", "") or make_msgid(domain="customer.test")
        message["Date"] = "Mon, 30 Nov 2026 09:00:00 +0800"
        for name, value in more.items():
            message[name.replace("_", "-")] = value
        message.set_content(body)
        return message.as_bytes()

    def arrive(self, *letters: bytes) -> None:
        for each in letters:
            self.server.deliver(each, to=self.box)

    async def look(self) -> None:
        """Look into the mailbox once; a fault is an error of the test."""
        await self.room.look(self.key)
        assert not self.room.figures()["mail_in"], self.room.figures()

    async def send(self) -> None:
        await self.sender.turn()

    async def mails(self, which: str = "true") -> list[Row]:
        return await self.rows(f"SELECT * FROM ticket_mails WHERE {which} ORDER BY id")

    async def tickets(self) -> list[Row]:
        return await self.rows("SELECT * FROM tickets ORDER BY id")

    async def rows(self, query: str, **values: object) -> list[Row]:
        async with self.engine.connect() as connection:
            found = await connection.execute(text(query), values)
            return [dict(row) for row in found.mappings()]

    async def change(self, statement: str, **values: object) -> None:
        async with self.engine.execution_options(writing=True).begin() as connection:
            await connection.execute(text(statement), values)

    def of_customer(self) -> list[bytes]:
        """Return what lies in the customer's mailbox."""
        return Mailbox(self.customer, self.server.imap).letters()


def settled(home: Path, url: str, server: MailServer, **more: Any) -> Settings:
    """Return the settings of a house whose mailbox is at a server."""
    box = more.pop("box")
    return Settings.model_validate(
        {
            "home": home,
            "database_url": url,
            "mail_address": f"{box}@{HOST}",
            "mail_imap": f"127.0.0.1:{server.imap}",
            "mail_imap_security": "none",
            "mail_imap_user": box,
            "mail_imap_password": PASSWORD,
            "mail_smtp": f"127.0.0.1:{server.smtp}",
            "mail_smtp_security": "none",
            "mail_poll_every": 1,
            **more,
        }
    )


def names() -> tuple[str, str]:
    """Return names for a house's mailbox and a customer's, which no other test has."""
    number = f"{os.getpid()}x{next(_NUMBERS)}"
    return f"hotline{number}", f"zhang{number}"


async def until(told: Callable[[], Awaitable[Any]], *, within: float = 20.0) -> Any:
    """Return what is told as soon as it is something."""
    deadline = time.monotonic() + within
    while True:
        if found := await told():
            return found
        assert time.monotonic() < deadline, "it did not come"
        await asyncio.sleep(0.05)
