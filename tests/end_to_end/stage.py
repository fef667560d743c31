"""The stage for ways out of the house: a trunk, phones and a stranger, each a SIP peer.

Nothing here speaks: the call service is away, and the dialplan alone leads calls. All INVITEs that
come of something are seen, wherever they come: at the trunk, at a phone, at the stranger's.
"""

import asyncio
import itertools
import re
import uuid
import wave
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ami.actions import Actions
from ami.link import Link
from dispatch.asterisk_dialler import Lines
from dispatch.attempts import Attempt
from dispatch.ways import Way, written
from supervisor import ports, secrets
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House
from tests.end_to_end.peer import ANSWERS, HOST, Dialog, Peer, Reply
from tests.end_to_end.work import the_desks_hand
from tests.waiting import until
from trunks import reading as trunks
from trunks.trunk import OLD

PHONES: Final = ("8001", "8002")
SEATS: Final = ("8101", "8102")
SETTLES_S: Final = 0.1
"""What follows from a message on loopback has followed by then."""
CUSTOMER: Final = "13800138000"
CONTEXTS: Final = (
    "wake-guest",
    "wake-attendant",
    "notify-household",
    "campaign-person",
    "department-call",
)
AGENT: Final = "callback-agent"
_NUMBERS: Final = itertools.count(4001)


@dataclass
class Stage:
    """Who is there. `socket` counts connections at a port that only AudioSocket would open."""

    house: House
    trunk: Peer
    phones: Mapping[str, Peer]
    evil: Peer
    lines: Lines
    hand: Actions
    caller: Peer
    socket: list[int] = field(default_factory=list)
    socket_port: int = 0
    agent: Agent | None = None
    """Who works at the first of the seats."""

    @property
    def everybody(self) -> Mapping[str, Peer]:
        return {"trunk": self.trunk, "stranger": self.evil, **self.phones}

    @property
    def invites(self) -> int:
        """How many calls everybody who can be rung has got until now."""
        return sum(len(peer.invites) for peer in self.everybody.values())

    async def rang(self, doing: Awaitable[Any], *, own: Sequence[str] = ()) -> tuple[str, ...]:
        """Return who was rung while something was done, but for what was to ring: `trunk:110`."""
        before = {name: len(peer.invites) for name, peer in self.everybody.items()}
        sockets = len(self.socket)
        await doing
        await asyncio.sleep(SETTLES_S)
        found = [
            f"{name}:{user}"
            for name, peer in self.everybody.items()
            for user in peer.invites[before[name] :]
        ]
        found += ["socket"] * (len(self.socket) - sockets)
        for one in own:
            if one in found:
                found.remove(one)
        return tuple(found)

    async def rings(self, number: str, context: str, **told: str) -> Attempt:
        """Have the dispatcher's own hand ring somebody."""
        attempt = _attempt(number, who="agent" if context == AGENT else "guest")
        assert await self.lines.ring(attempt, context=context, told=told, ring_for=20)
        return attempt

    async def only(self, agent: str) -> None:
        """Have callers offered to nobody else."""
        for phone in PHONES:
            done = await self.phones[phone].dials("*1" if phone == agent else "*0")
            assert isinstance(done, Dialog)
            async with asyncio.timeout(10):
                await done.over.wait()  # it beeps and hangs up
        if self.agent:
            said = await self.agent.is_now("ready" if agent == SEATS[0] else "paused", "stage")
            assert said.is_success, said.text

    async def talk(self, agent: str) -> tuple[Dialog, Dialog]:
        """Have a caller and a phone or seat talk; return the caller's leg and the agent's."""
        await self.only(agent)
        for peer in self.phones.values():
            peer.reply = _always(ANSWERS)
        self.phones[agent].forgets()
        call = await self.caller.dials(self.house.settings.hotline_number)
        assert isinstance(call, Dialog)
        leg = await self.phones[agent].rings(within=60)
        await self.is_bridged()
        return call, leg

    async def is_bridged(self, *, legs: int = 2) -> None:
        """Wait until so many legs talk: before that Asterisk takes no transfer."""

        async def so() -> bool:
            bridges = await self.house.asterisk("bridge show all")
            return re.search(rf"(?m)^\S+ +\S+ +{legs} ", bridges) is not None

        await until(so, within=10, what=f"{legs} legs talk", every=0.05)

    async def promised(self, customer: str) -> tuple[Dialog, Dialog]:
        """Have the agent at 8101 and a customer talk; return both legs, the agent's first."""
        for peer in (self.trunk, *self.phones.values()):
            peer.reply = _always(ANSWERS)
        await self.rings("8101", AGENT, **callback_to(customer))
        agent = await self.phones["8101"].rings()
        person = await self.phones.get(customer, self.trunk).rings()
        await self.is_bridged()
        return agent, person

    def answers(self, *, name: str, contact: str = "") -> None:
        """Say how one peer treats calls from now on: sends them to a contact, or answers."""
        self.everybody[name].reply = _always(Reply(302, contact) if contact else ANSWERS)

    async def is_quiet(self) -> None:
        """Hang up everything; forget calls that came meanwhile."""
        for peer in (self.caller, *self.everybody.values()):
            for dialog in peer.calls:
                if dialog.answered:
                    await peer.hangs_up(dialog)
        await self.house.asterisk("channel request hangup all")
        await until(
            lambda: self.house.shows("core show channels count", "0 active channels"),
            within=10,
            what="no channel is left",
            every=0.05,
        )
        for peer in self.everybody.values():
            peer.forgets()
            peer.reply = _always(ANSWERS)


def callback_to(customer: str) -> Mapping[str, str]:
    """Return what the dispatcher tells of a callback."""
    ways = written([Way(OLD, customer)])
    whom = {"CALLBACK_NUMBER": customer, "CALLBACK_DIALS": customer, "CALLBACK_WAYS": ways}
    return {**whom, "CALLBACK_BY": "4001", "CALLBACK_WHY": "callback"}


def _always(reply: Reply) -> Any:
    return lambda _: reply


def _attempt(number: str, *, who: str) -> Attempt:
    key = str(uuid.uuid4())
    return Attempt(
        id=key,
        purpose="wake",
        subject_id=1,
        seq=1,
        who=who,
        number=number,
        dialled=number,
        channel=f"stage-{uuid.UUID(key).hex}",
        planned_at=datetime.now(UTC),
    )


@asynccontextmanager
async def staged(house: House, port: int) -> AsyncIterator[Stage]:
    """Set the stage in a house whose trunk is at `port`."""
    _hush(house)
    sip, sockets = house.settings.sip_port, list[int]()

    async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sockets.append(1)
        writer.close()

    async with AsyncExitStack() as stack:
        trunk = await stack.enter_async_context(Peer(sip, port=port))
        caller = await stack.enter_async_context(Peer(sip))
        evil = await stack.enter_async_context(Peer(sip, host="127.0.0.7"))
        phones = {
            number: await stack.enter_async_context(Peer(sip, number=number, password=password))
            for number, password in _passwords(house).items()
        }
        for phone in phones.values():
            assert await phone.register() == 200
        server = await asyncio.start_server(connected, HOST, 0)
        stack.callback(server.close)
        hand = await stack.enter_async_context(the_desks_hand(house))
        link = await stack.enter_async_context(dispatchers_link(house))
        lines = Lines(
            link,
            phones=frozenset(PHONES),
            trunks=trunks.in_force(house.settings).out,
            agents_seats=frozenset(SEATS),
        )
        stage = Stage(house, trunk, phones, evil, lines, hand, caller, sockets)
        stage.socket_port = int(server.sockets[0].getsockname()[1])
        stage.agent = await stack.enter_async_context(_at_work(house))
        yield stage
        await stage.is_quiet()
        for phone in phones.values():
            await phone.register(expires=0)


@asynccontextmanager
async def _at_work(house: House) -> AsyncIterator[Agent]:
    async with signed_in(house, str(next(_NUMBERS))) as agent, agent.page():
        await agent.begins("phone", SEATS[0])
        yield agent


def _hush(house: House) -> None:
    """Make the words short that stand between a call and the next ringing: nobody hears them."""
    for name in ("connecting", "fallback_hello", "beep", "callback_offer"):
        for path in house.settings.paths.sounds.rglob(f"{name}.wav"):
            path.unlink()  # it may be a link to what other houses play
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes(bytes(800))


def _passwords(house: House) -> dict[str, str]:
    return {number: house.password(number) for number in PHONES} | {
        seat: house.seat_password(seat) for seat in SEATS
    }


@asynccontextmanager
async def dispatchers_link(house: House) -> AsyncIterator[Link]:
    """Give a link of the dispatcher's AMI user."""
    paths = house.settings.paths
    link = Link(
        host=HOST,
        port=ports.load(paths.ports).ami,
        username="dispatch",
        secret=secrets.load(paths.secrets).ami_dispatch,
        boot=(paths.run / "boot").read_text,
        contexts=frozenset({*CONTEXTS, AGENT}),
    )
    running = asyncio.create_task(link.run())
    await until(lambda: link.connected, within=5, what="the dispatcher's link is up")
    yield link
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
