"""A floor over a fake Asterisk and a real database, for tests that disturb either."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ami.actions import Actions
from ami.link import Link
from callflow.events import DEFAULT_NODE
from db.bounded import Database, DatabaseTimeoutError
from db.engine import engine
from features.accounts import queries as accounts
from features.duties import queries as duties
from features.duties.queries import DutyKind
from floor import seat_passwords as keys
from floor.control import CONTEXTS, VARIABLES
from floor.database_access import Answer, Question
from floor.floor import Floor
from floor.lease import Lease
from floor.people import Agent
from floor.seat_passwords import SeatPasswords
from floor.streams import Stream
from permissions.roles import Role
from tests.fakes.ami_floor import FakeFloor
from tests.fakes.ami_switch import HOST, SECRET
from tests.numbers import CHINA
from tests.waiting import until

LINKED = "trk-1.0"
SEATS = ["w01", "w02"]
INTERFACE = "PJSIP/w01"
MEMBERS = {("hotline", INTERFACE), ("own-w01", INTERFACE)}


class Stalling:
    """The database, which can be made to stall."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.stalled = asyncio.Event()
        self.stalls = False

    async def ask(self, question: Question[Answer], *, within: float) -> Answer:
        if self.stalls:
            await self.stalled.wait()
        return await self._database.ask(question, within=within)

    async def write(self, change: Question[Answer], *, within: float) -> Answer:
        if self.stalls:
            raise DatabaseTimeoutError
        return await self._database.write(change, within=within)


@dataclass
class Room:
    """A floor over a fake Asterisk and a real database with two people."""

    fake: FakeFloor
    floor: Floor
    records: Stalling
    people: list[int]
    let_go: list[tuple[str, str]]
    """Seats whose phones were taken off the switch, with their passwords."""
    task: asyncio.Task[None]
    goes: bool = True
    """Whether that succeeds."""

    async def signs_in(self, which: int = 0) -> Agent:
        return await self.floor.attendance.sign_in(
            self.people[which], DutyKind.BROWSER, "", now=self.floor.now()
        )

    async def stops(self) -> None:
        """End the floor, as a desk that is stopped does."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task

    async def at_work(self) -> list[duties.Duty]:
        return list(await self.records.ask(duties.at_work, within=5))

    def page(self, which: int = 0) -> Stream:
        return self.floor.open(account_id=self.people[which], role=Role.JUNIOR_AGENT, page="work-a")

    async def is_linked(self) -> None:
        await until(lambda: self.floor.connected, within=5, every=0)

    def members(self) -> set[tuple[str, str]]:
        return {key for key in self.fake.members if "Local/" not in key[1]}


@asynccontextmanager
async def running(
    fake: FakeFloor, url: str, *, node: str = DEFAULT_NODE, desk: str = ""
) -> AsyncIterator[Room]:
    database = Database(engine(url))
    records = Stalling(database)
    up = Link(
        host=HOST,
        port=fake.ami_port,
        username="floor",
        secret=SECRET,
        contexts=CONTEXTS | {keys.CONTEXT},
    )
    gone: list[tuple[str, str]] = []
    made: list[Room] = []

    async def let_go(seat: str, password: str) -> bool:
        gone.append((seat, password))
        return made[0].goes if made else True

    floor = Floor(
        link=up,
        actions=Actions(up, contexts=CONTEXTS, variables=VARIABLES),
        records=records,
        keys=SeatPasswords(up, secrets=lambda: dict.fromkeys(SEATS, SECRET), let_go=let_go),
        browsers=SEATS,
        phones=["8101"],
        company="三环通信",
        plan=CHINA,
        wrap_up_for=0,
        zone=UTC,
        leaders=frozenset({Role.TEAM_LEADER}),
        node=node,
        lease=Lease(records, node=node, holder=desk) if desk else None,
    )
    people = [await _person(database, number) for number in ("1001", "1002")]
    task = asyncio.create_task(floor.run())
    try:
        async with asyncio.timeout(30):
            room = Room(fake, floor, records, people, gone, task)
            made.append(room)
            await room.is_linked()
            # Events pass once the heartbeat has proved the name of this run of Asterisk.
            await until(lambda: up.lateness is not None and floor.settled, within=5, every=0)
            yield room
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await database.close(within=2)


async def _person(database: Database, number: str) -> int:
    async def known(database: Any) -> int:
        found = await accounts.by_number(database, number)
        made = found or await accounts.add(
            database,
            number=number,
            name="李梅",
            role=Role.JUNIOR_AGENT,
            password="",
            must_change=False,
            now=datetime.now(UTC),
        )
        return made.id

    return await database.write(known, within=5)


async def next_of(stream: Stream, event: str) -> dict[str, Any]:
    """Return the data of the next event of a name."""
    while True:
        told = await stream.waiting.get()
        assert told is not None
        if told.event == event:
            return dict(json.loads(told.data))


async def talking(room: Room) -> str:
    """Have the agent at w01 talk; return the call."""
    call = str(uuid.uuid4())
    room.fake.offers(call, "w01", LINKED)
    room.fake.connects("w01", LINKED)
    await until(lambda: "w01" in room.floor.live_state.talks, within=5, every=0)
    return call
