"""A house that sends departments links by a real mail server, and the desk that they lead to."""

import asyncio
import email
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Final

import httpx
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from features.department_links import rules, sending
from features.department_links.rules import Link
from features.department_links.worker import LinkWorker
from features.departments import queries as departments
from features.departments.queries import Department
from features.ticket_clocks.house import house as clocks_of
from features.ticket_life.verbs import NOTHING_GIVEN, Given, Verb
from features.tickets import acts, history, queries, writes
from features.tickets.history import Author, Entry
from features.tickets.lifecycle import Ticket, TicketSource, opened
from mail.files import secret_key
from permissions.roles import Role
from permissions.scopes import EVERYTHING
from tests.integration.desk_room import ticket_number
from tests.integration.mail_house import House, until
from tests.integration.page_room import NamedAssets, Pages, Seen
from web.app import facing_the_network, furnished, wired

LINES: Final = "线路班"
CALLER: Final = "13812345678"
SITE: Final = "http://127.0.0.1"
SENIOR: Final = Author(role=Role.SENIOR_AGENT, signature="1002", number="1002")
_LINK: Final = re.compile(rf"{SITE}(/department-links/[A-Za-z0-9_-]+)")


@dataclass
class LinkHouse:
    """The mail, the desk, and a department whose mailbox is a customer's of the mail house."""

    mail: House
    app: FastAPI

    async def has_a_department(self, name: str = LINES, email: str | None = None) -> None:
        now = datetime.now(UTC)
        address = self.mail.from_customer if email is None else email
        given = Department(name=name, email=address, updated_at=now, updated_by="test")
        async with self._writing() as connection:
            known = await departments.department(connection, name)
            seen = known.updated_at if known else None
            assert await departments.save(connection, given, seen=seen)

    async def is_dispatched(self, topic: str = "complaint", author: Author = SENIOR) -> str:
        """Open a ticket and dispatch it; return its number."""
        now = datetime.now(UTC)
        fresh = opened(
            source=TicketSource.CALL,
            topic=topic,
            customer_number=CALLER,
            customer_name="王建国",
            created_at=now,
        )
        clocks = clocks_of(self.mail.settings)
        async with self._writing() as connection:
            number = await writes.open_ticket(
                connection, fresh, author=SENIOR, house=clocks, day=now.date()
            )
        assert number is not None
        note = f"来电 {CALLER} 说宽带断了"
        await self.does(number, Verb.DISPATCH, Given(department=LINES, note=note), author)
        return number

    async def does(
        self, number: str, verb: Verb, given: Given = NOTHING_GIVEN, author: Author = SENIOR
    ) -> None:
        async with self._writing() as connection:
            await acts.act(
                connection,
                number,
                verb,
                given,
                version=None,
                author=author,
                house=clocks_of(self.mail.settings),
                now=datetime.now(UTC),
            )

    async def ticket(self, number: str) -> Ticket:
        async with self.mail.engine.connect() as connection:
            found = await queries.ticket(connection, number, reach=EVERYTHING)
        assert found is not None
        return found

    async def entries(self, number: str) -> Sequence[Entry]:
        async with self.mail.engine.connect() as connection:
            return await history.of_ticket(connection, number, reach=EVERYTHING)

    async def writes_to_departments(self) -> int:
        """Take a turn of the worker and of the sender; return how many links were made."""
        worker = LinkWorker(self.mail.settings, self.mail.engine)
        await worker.turn()
        await self.mail.send()
        return worker.sent

    async def letters(self, count: int = 1) -> list[EmailMessage]:
        """Return the letters in the department's mailbox as soon as there are so many."""

        async def arrived() -> list[bytes]:
            found = await asyncio.to_thread(self.mail.of_customer)
            return found if len(found) >= count else []

        raw = await until(arrived)
        assert len(raw) == count
        return [email.message_from_bytes(one, policy=default) for one in raw]

    async def link(self, count: int = 1) -> str:
        """Return the path of the link in the newest letter."""
        newest = (await self.letters(count))[-1]
        [path] = _LINK.findall(newest.get_content())
        return str(path)

    def somebody(self, address: str = "10.9.8.7") -> httpx.AsyncClient:
        """Return the browser of somebody without an account."""
        transport = httpx.ASGITransport(
            facing_the_network(self.app), raise_app_exceptions=True, client=(address, 40000)
        )
        headers = {"Accept": "text/html", "Origin": SITE}
        return httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers, timeout=20)

    async def sees(self, path: str, *, status: int = 200, language: str = "zh") -> Seen:
        async with self.somebody() as client:
            client.cookies.set("language", language)
            answer = await client.get(path)
        assert answer.status_code == status, answer.text
        return Seen(answer.text)

    async def answers(self, path: str, verb: str, **typed: str) -> httpx.Response:
        """Send a form of the page, upon the version that the page shows."""
        if "version" not in typed:
            page = await self.sees(path)
            typed["version"] = version_on(page)
        async with self.somebody() as client:
            return await client.post(f"{path}/verbs/{verb}", data=typed)

    def _writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self.mail.engine.execution_options(writing=True).begin()


def version_on(page: Seen) -> str:
    """Return the version that a page's forms carry."""
    return next(str(one["value"]) for one in page.all("input") if one.get("name") == "version")


def in_hours(hours: float) -> dict[str, str]:
    """Return a deadline as the form sends it, on the house's clock."""
    at = datetime.now(UTC) + timedelta(hours=hours + 8)
    return {"deadline_day": f"{at:%Y-%m-%d}", "deadline_time": f"{at:%H:%M}"}


@asynccontextmanager
async def linked(mail: House) -> AsyncIterator[LinkHouse]:
    """Give a house with a department; its desk is asked as `somebody` does."""
    mail.settings = mail.settings.model_copy(update={"department_link_site": SITE})
    mail.restart()
    app = furnished(wired(), mail.settings)
    app.state.assets = NamedAssets(mail.settings.home)
    found = LinkHouse(mail, app)
    await found.has_a_department()
    try:
        yield found
    finally:
        await app.state.database.close(within=5)


async def a_link(desk: Pages) -> str:
    """Send a link to the department of the first ticket of a filled desk; return its path."""
    settings = desk.room.settings.model_copy(
        update={"department_link_site": SITE, "mail_smtp": "smtp.hotline.test"}
    )
    made: list[Link] = []

    async def sent(connection: AsyncConnection) -> None:
        found = await acts.locked(connection, ticket_number(1))
        assert found is not None
        now = datetime.now(UTC)
        name = found.ticket.department
        known = await departments.department(connection, name)
        given = Department(name=name, email="lines@hotline.test", updated_at=now, updated_by="test")
        seen = known.updated_at if known else None
        assert await departments.save(connection, given, seen=seen)
        link = await sending.send(connection, found, settings, author=SENIOR, now=now)
        assert link is not None
        made.append(link)

    await desk.write(sent)
    key = secret_key(settings.paths.mail_key)
    return f"/department-links/{rules.token(key, made[0].id)}"
