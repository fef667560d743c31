"""A house with webhooks for tests: a database, tickets, and a real receiver over HTTP.

Run as a program it is a worker that a test may kill: `python -m … HOME DATABASE_URL`.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from authentication.sealing import Seals
from db.engine import engine
from features.ticket_clocks.house import house
from features.tickets import feed, writes
from features.tickets.history import Author
from features.tickets.lifecycle import TicketSource, opened
from features.webhooks import queries, sealed
from features.webhooks.lifecycle import Progress, WebhookState
from features.webhooks.queries import Answer, Webhook
from features.webhooks.rules import secret_of
from features.webhooks.worker import WebhookWorker
from permissions.roles import Role
from settings import Settings

SENIOR = Author(role=Role.SENIOR_AGENT, signature="1002", number="1002")
SECRET = secret_of(bytes(range(32)))
HERE = "127.0.0.0/8"


@dataclass
class Got:
    """One delivery, as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return json.loads(self.body)

    @property
    def place(self) -> int:
        return int(self.told["data"]["place"])


@dataclass
class Receiver:
    """A real receiver; `answers` says by the path what it does."""

    port: int = 0
    got: list[Got] = field(default_factory=list)
    answers: dict[str, Callable[[Got], int]] = field(default_factory=dict)
    """By path the status; 0: no answer, the connection stays open until the end."""
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/ok", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def of(self, path: str) -> list[Got]:
        return [each for each in self.got if each.path == path]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Give a receiver that takes whatever nobody has an answer for."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            names = {name.lower(): value for name, value in self.headers.items()}
            got = Got(self.path, names, self.rfile.read(length))
            found.got.append(got)
            answer = found.answers.get(self.path)
            status = answer(got) if answer else 204
            if not status:
                found.ended.wait(30)
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", found.url("/elsewhere"))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True  # who asked is dead

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield found
    finally:
        found.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class House:
    """The webhooks of one house, its turns taken by the test."""

    settings: Settings
    engine: AsyncEngine
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    worker: WebhookWorker = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, **more: Any) -> None:
        """Begin as a new process would, `more`: with other settings."""
        self.settings = self.settings.model_copy(update=more)
        self.worker = WebhookWorker(self.engine, self.settings, now=lambda: self.now)

    async def write(self, change: Callable[[AsyncConnection], Any]) -> Any:
        async with self.engine.execution_options(writing=True).begin() as connection:
            return await change(connection)

    async def ask(self, question: Callable[[AsyncConnection], Any]) -> Any:
        async with self.engine.connect() as connection:
            return await question(connection)

    async def open_tickets(self, how_many: int) -> None:
        for _ in range(how_many):
            await self.write(open_ticket)

    async def hook(self, url: str, *kinds: str) -> str:
        """Make a webhook for what happens from now on; return its id."""
        seals, key = Seals(self.settings.paths.sealing_key), str(uuid.uuid4())
        made = Webhook(
            id=key,
            name=url[-20:],
            url=url,
            secret=sealed.sealed(seals, key, SECRET),
            kinds=kinds,
            progress=Progress(state=WebhookState.ACTIVE, position=await self.ask(feed.last_place)),
            made_at=self.now,
            made_by="1009",
        )
        await self.write(lambda one: queries.add(one, made))
        return key

    async def deliver(self) -> None:
        """Deliver until nothing can be delivered now."""
        await self.worker.turn()
        await self.worker.settled()

    async def of(self, key: str) -> Webhook:
        found: Webhook = await self.ask(lambda one: queries.webhook(one, key))
        return found

    async def answers(self, key: str) -> Sequence[Answer]:
        """Return what came of each try, oldest first."""
        found: Sequence[Answer] = await self.ask(lambda one: queries.answers(one, key))
        return found[::-1]


async def open_ticket(connection: AsyncConnection) -> str | None:
    """Open a ticket of a customer; return its number."""
    now = datetime.now(UTC)
    fresh = opened(
        source=TicketSource.CALL,
        topic="complaint",
        customer_number="13812345678",
        created_at=now,
    )
    return await writes.open_ticket(
        connection, fresh, author=SENIOR, house=house(Settings()), day=now.date()
    )


def settled(home: Path, url: str, **more: Any) -> Settings:
    """Return the settings of a house whose receivers are on this machine."""
    given = {"webhook_networks": HERE, "webhook_timeout": 5, "webhook_first_pause": 10}
    return Settings.model_validate({"home": home, "database_url": url, **given, **more})


def is_signed(secret: str, got: Got, *, now: float, tolerance_s: float = 300) -> bool:
    """Tell whether a delivery is ours, as the documentation has receivers do it."""
    stamp = got.headers["webhook-timestamp"]
    if abs(now - int(stamp)) > tolerance_s:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{got.headers['webhook-id']}.{stamp}.".encode() + got.body
    right = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    given = got.headers["webhook-signature"].split(" ")
    return any(hmac.compare_digest(each, f"v1,{right}") for each in given)


async def _work(home: str, url: str) -> None:
    settings = settled(Path(home), url, webhook_first_pause=1, webhook_longest_pause=1)
    made = engine(settings.database)
    worker = WebhookWorker(made, settings)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        await worker.turn()
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(_work(*sys.argv[1:]))
