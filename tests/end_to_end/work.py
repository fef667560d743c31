"""Agents at work with a desk phone: signed in, page open, phone registered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from ami.actions import Actions
from ami.link import Link
from caller.leg import Leg
from caller.listen import Samples
from caller.phone import AgentPhone, Answering, Phone
from floor.control import CONTEXTS, VARIABLES
from supervisor import ports, secrets
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House
from tests.end_to_end.people import answers_the_greeting
from tests.waiting import until


@dataclass(frozen=True)
class Worker:
    """An agent and the phone on the desk."""

    agent: Agent
    phone: AgentPhone

    @property
    def number(self) -> str:
        return self.agent.number

    async def talks(self, *, within: float = 20.0) -> Leg:
        """Wait for the next call that rings here and is answered; return the leg."""
        leg = await self.phone.rings(within=within)
        await leg.answered(within=10)
        return leg

    async def presses_script(self, call: str, name: str) -> None:
        """Press a script key in the page."""
        answer = await self.agent.asks(f"/api/v1/calls/{call}/script", name=name)
        assert answer.is_success, answer.text


@asynccontextmanager
async def at_work(
    house: House,
    phone: Phone,
    number: str,
    seat: str,
    *,
    role: str = "junior-agent",
    answering: Answering | None = None,
) -> AsyncIterator[Worker]:
    """Give an agent who is ready for callers at a desk phone."""
    registered = await phone.register(
        seat, house.seat_password(seat), answering or Answering(after=0.3)
    )
    async with signed_in(house, number, role) as agent, agent.page():
        await agent.begins("phone", seat)
        await until(
            lambda: house.idle(f"own-{seat}"), within=10, what=f"{seat} is ready", every=0.2
        )
        yield Worker(agent, registered)
    await registered.signs_off()


async def asks_for_an_agent(
    house: House, phone: Phone, speech: Samples, ref: str, *, caller: str = "13800138000"
) -> Leg:
    """Ring the hotline, greet, and choose a consultation: the call is queued."""
    call = await phone.call(house.settings.hotline_number, ref=ref, caller=caller)
    await answers_the_greeting(call, speech)
    await call.presses("3")
    return call


async def call_id(house: House, ref: str) -> str:
    """Return our own id of a call that goes on."""

    async def found() -> str:
        rows = await house.rows("SELECT id FROM calls WHERE ref = :ref", ref=ref)
        return str(rows[0]["id"]) if rows else ""

    return await until(found, within=10, what=f"the call {ref} has a row", every=0.1)


@asynccontextmanager
async def the_desks_hand(house: House) -> AsyncIterator[Actions]:
    """Give what the desk has Asterisk do, on a link of the test's own as the desk's AMI user."""
    paths = house.settings.paths
    link = Link(
        host="127.0.0.1",
        port=ports.load(paths.ports).ami,
        username="floor",
        secret=secrets.load(paths.secrets).ami_floor,
        boot=(paths.run / "boot").read_text,
        contexts=CONTEXTS,
    )
    running = asyncio.create_task(link.run())
    await until(lambda: link.connected, within=5, what="the link is up")
    yield Actions(link, contexts=CONTEXTS, variables=VARIABLES)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
