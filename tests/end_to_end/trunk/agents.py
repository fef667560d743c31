"""Agents at phones that send audio, and their talks with callers of the trunk."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.end_to_end.house import House
from tests.end_to_end.peer import Dialog, Peer
from tests.end_to_end.sip_message import Message
from tests.end_to_end.trunk.stage import rings_in
from tests.end_to_end.trunk_audio import Audio
from tests.end_to_end.trunk_offer import HOST, Offer
from tests.end_to_end.trunk_side import TrunkCall, TrunkSide

RINGS_WITHIN: Final = 25.0


class AgentsPhone(Peer):
    """A phone with audio of its own, which a test can cut off."""

    audio: Audio

    def sdp(self, request: Message) -> str:
        self.audio.towards(request.body)
        return Offer().text(self.audio.port)

    async def holds(self, leg: Dialog) -> int:
        """Put the caller on hold; return the status."""
        more = [f"Contact: <sip:x@{self.address}>", "Content-Type: application/sdp"]
        offer = Offer().held("sendonly").text(self.audio.port)
        said = await self._answer_to(leg, "INVITE", more, offer)
        self._sends(leg, "ACK", int(said["cseq"].split()[0]), [], "")
        return said.status


@asynccontextmanager
async def agents(house: House, *numbers: str) -> AsyncIterator[Sequence[AgentsPhone]]:
    """Give phones that are registered, free, and answer; afterwards they are gone."""
    async with AsyncExitStack() as stack:
        phones = []
        for number in numbers:
            phone = AgentsPhone(
                house.settings.sip_port, number=number, password=house.password(number)
            )
            phone.audio = await Audio.opened(HOST)
            stack.callback(phone.audio.close)
            phone.audio.begins()
            phones.append(await stack.enter_async_context(phone))
            assert await phone.register() == 200
            ready = await phone.dials("*1")  # who missed a call of another test is paused
            assert isinstance(ready, Dialog)
            async with asyncio.timeout(10):
                await ready.over.wait()
        yield phones
        for phone in phones:
            await phone.register(expires=0)


@dataclass(frozen=True, slots=True)
class Leg:
    """A call at an agent's phone."""

    phone: AgentsPhone
    leg: Dialog


@dataclass(frozen=True, slots=True)
class Talk:
    """A caller and an agent."""

    ref: str
    call: TrunkCall
    phone: AgentsPhone
    leg: Dialog


@dataclass
class Talks:
    """Callers who come one after the other, so that it is known who got whom."""

    house: House
    side: TrunkSide
    phones: Sequence[AgentsPhone]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begins(self, ref: str) -> Talk:
        """Ring up, choose the first matter, and be connected."""
        async with self._turn:
            call = await rings_in(self.side, ref)
            await call.audio.presses("1", call.events)
            found = await self._next()
            await asyncio.sleep(0.5)
            return Talk(ref, call, found.phone, found.leg)

    async def next_leg(self) -> Leg:
        """Return the next call that rings at one of the phones."""
        async with self._turn:
            return await self._next()

    async def _next(self) -> Leg:
        waits = {
            asyncio.create_task(phone.rings(within=RINGS_WITHIN)): phone for phone in self.phones
        }
        done, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        (first,) = done
        return Leg(waits[first], first.result())
