"""A customer who was called back and is handed on: every voice is recorded, nobody is left alone.

The agent who was rung first may go, by any way: the customer's own leg is the one that is recorded
(ANS-5). A phone that is lost is no good-bye: the customer is told, and called again (CBK-1, SIL-6).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest

from caller.leg import Leg
from caller.phone import Answering, Phone
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.end_to_end.outbound.test_callbacks import call_of
from tests.end_to_end.people import longest_dead_air
from tests.end_to_end.trunk.agents import AgentsPhone
from tests.end_to_end.trunk_audio import Audio
from tests.end_to_end.trunk_offer import HOST
from tests.end_to_end.voices import (
    CALLER_HZ,
    FIRST_HZ,
    SECOND_HZ,
    differences,
    says,
    seconds_of,
    sides,
)
from tests.end_to_end.work import Worker, at_work
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE
CUSTOMER: Final = "8001"
FIRST, SECOND = "8101", "8102"
TONES: Final[Mapping[str, float]] = {"the first agent": FIRST_HZ, "the second agent": SECOND_HZ}
TALK_S: Final = 3.0


@dataclass(frozen=True)
class Talk:
    """A callback in which both talk."""

    call: str
    callback: int
    first: Worker
    agents: Leg
    customers: Leg


@asynccontextmanager
async def called_back(house: House, phone: Phone, stack: AsyncExitStack) -> AsyncIterator[Talk]:
    """Give a callback in which both have talked for a while, each with a tone."""
    answering = Answering(after=0.3, says=says(FIRST_HZ))
    first = await stack.enter_async_context(
        at_work(house, phone, "1001", FIRST, answering=answering)
    )
    says_so = Answering(after=0.5, says=says(CALLER_HZ))
    customer = await phone.register(CUSTOMER, house.password(CUSTOMER), says_so)
    made = await first.agent.asks("/api/v1/callbacks", number=CUSTOMER, note="", minutes=1)
    assert made.status_code == 201, made.text
    offer = await first.agent.hears("offer", within=15)
    agents = await first.talks(within=15)
    customers = await customer.rings(within=15)
    await customers.answered(within=10)
    await customers.waits(TALK_S)
    key = int(made.json()["id"])
    yield Talk(str(offer.data["call"]), key, first, agents, customers)
    await customer.signs_off()
    path = "/api/v1/callbacks"
    for row in (await first.agent.client.get(path, params={"state": "open"})).json()["items"]:
        await first.agent.client.patch(f"{path}/{row['id']}", json={"state": "cancelled"})


async def by_the_page(talk: Talk) -> None:
    answer = await talk.first.agent.asks(f"/api/v1/calls/{talk.call}/transfer", to=SECOND)
    assert answer.is_success, answer.text


async def by_the_phone(talk: Talk) -> None:
    await talk.agents.transfers(SECOND)


async def by_a_conference(talk: Talk) -> None:
    path = f"/api/v1/calls/{talk.call}/conference"
    answer = await talk.first.agent.asks(path, **{"with": "1002"})
    assert answer.is_success, answer.text


@pytest.mark.timeout(150)
@pytest.mark.parametrize("way", [by_the_page, by_the_phone, by_a_conference])
async def test_who_takes_a_called_customer_over_is_in_the_recording(
    house: House, phone: Phone, way: Callable[[Talk], Any]
) -> None:
    async with AsyncExitStack() as stack, called_back(house, phone, stack) as talk:
        answering = Answering(after=0.3, says=says(SECOND_HZ))
        second = await stack.enter_async_context(
            at_work(house, phone, "1002", SECOND, answering=answering)
        )
        await way(talk)
        await second.talks()
        await talk.customers.waits(TALK_S)
        if way is by_a_conference:
            await talk.agents.hangs_up()
            await talk.customers.waits(TALK_S)
        await talk.customers.hangs_up()
        row = await call_of(house, talk.call)
        assert not await differences(house, row, talk.customers, TONES)
        left, right = await sides(house, row)
        for name, hertz in TONES.items():
            assert seconds_of(hertz, right) > 2.0, f"{name} is not recorded"
        assert seconds_of(CALLER_HZ, left) > seconds_of(SECOND_HZ, right)
        assert longest_dead_air(talk.customers) < 5.0
        assert [one["why"] for one in await house.rows("SELECT why FROM recording_gaps")] == []


@pytest.mark.timeout(150)
async def test_a_called_customer_waits_for_an_agent_whose_phone_is_gone_and_is_recorded(
    house: House, phone: Phone
) -> None:
    async with AsyncExitStack() as stack, called_back(house, phone, stack) as talk:
        answer = await talk.first.agent.asks(f"/api/v1/calls/{talk.call}/lost")
        assert answer.is_success, answer.text
        await talk.first.talks()
        await talk.customers.waits(TALK_S)
        query = "SELECT * FROM calls WHERE id = :id"
        [row] = await house.rows(query, id=talk.call)
        assert (row["state"], row["ended"]) == ("talking", None)
        await talk.customers.hangs_up()
        row = await call_of(house, talk.call)
        assert not await differences(house, row, talk.customers, TONES)
        assert seconds_of(FIRST_HZ, talk.customers.heard()) > 2 * TALK_S - 1.0
        assert longest_dead_air(talk.customers) < 5.0


@asynccontextmanager
async def phone_with_a_plug(house: House, seat: str) -> AsyncIterator[AgentsPhone]:
    """Give a phone that answers, and whose audio a test can cut off."""
    audio = await Audio.opened(HOST)
    plug = AgentsPhone(house.settings.sip_port, number=seat, password=house.seat_password(seat))
    plug.audio = audio
    audio.begins()
    try:
        async with plug:
            assert await plug.register() == 200
            yield plug
            await plug.register(expires=0)
    finally:
        audio.close()
        await asyncio.sleep(0)


@dataclass(frozen=True)
class Plugged:
    """A callback whose agent's phone can be lost."""

    agent: Agent
    plug: AgentsPhone
    customers: Leg
    callback: int
    call: str

    async def seen(self) -> dict[str, Any]:
        """Return the callback as the API shows it."""
        found = await self.agent.client.get("/api/v1/callbacks", params={"number": CUSTOMER})
        return next(one for one in found.json()["items"] if one["id"] == self.callback)


@asynccontextmanager
async def plugged(house: House, phone: Phone) -> AsyncIterator[Plugged]:
    """Give a callback in which both talk; the agent's phone has a plug."""
    says_so = Answering(after=0.5, says=says(CALLER_HZ))
    customer = await phone.register(CUSTOMER, house.password(CUSTOMER), says_so)
    async with (
        phone_with_a_plug(house, FIRST) as plug,
        signed_in(house, "1001") as agent,
        agent.page(),
    ):
        await agent.begins("phone", FIRST)
        wanted = {"number": CUSTOMER, "note": "", "minutes": 1}
        made = (await agent.client.post("/api/v1/callbacks", json=wanted)).json()
        offer = await agent.hears("offer", within=15)
        customers = await customer.rings(within=20)
        await customers.answered(within=10)
        await customers.waits(TALK_S)
        yield Plugged(agent, plug, customers, int(made["id"]), str(offer.data["call"]))
    await customer.signs_off()


@pytest.mark.timeout(150)
async def test_a_customer_whose_agents_phone_is_lost_is_told_and_called_again(
    house: House, phone: Phone
) -> None:
    async with plugged(house, phone) as talk:
        talk.plug.audio.silent = True
        lost = talk.customers.now
        await talk.customers.ended(within=40)
        assert [one for one in talk.customers.words() if one.end > lost + 5.0], "a dead line"
        row = await call_of(house, talk.call)

        async def is_open() -> bool:
            return bool((await talk.seen())["state"] == "open")

        await until(is_open, within=15, what="it is to be called again", every=0.3)
        again = await talk.seen()
        path = f"/api/v1/callbacks/{talk.callback}"
        assert (await talk.agent.client.patch(path, json={"state": "cancelled"})).is_success
    assert again["tries"] == 1
    query = "SELECT 1 FROM call_events WHERE name = 'TR_AGENT_LOST' AND about = :id"
    assert await house.rows(query, id=row["linkedid"])
    assert (await house.recording_of(row))["state"] == "stored"


@pytest.mark.timeout(150)
async def test_a_customer_with_whom_a_colleague_stays_is_not_called_again(
    house: House, phone: Phone
) -> None:
    async with plugged(house, phone) as talk, AsyncExitStack() as stack:
        answering = Answering(after=0.3, says=says(SECOND_HZ))
        second = await stack.enter_async_context(
            at_work(house, phone, "1002", SECOND, answering=answering)
        )
        path = f"/api/v1/calls/{talk.call}/conference"
        answer = await talk.agent.asks(path, **{"with": "1002"})
        assert answer.is_success, answer.text
        await second.talks()
        talk.plug.audio.silent = True
        await talk.agent.hears("call_ended", within=40)
        await talk.customers.waits(TALK_S)
        assert not talk.customers.is_over
        await talk.customers.hangs_up()
        row = await call_of(house, talk.call)

        async def is_done() -> bool:
            return bool((await talk.seen())["state"] == "completed")

        await until(is_done, within=15, what="it is done", every=0.3)
    query = "SELECT 1 FROM call_events WHERE name = 'TR_AGENT_LOST' AND about = :id"
    assert not await house.rows(query, id=row["linkedid"])
