"""Where agents talk, an agent lifts first: whoever answers has somebody to talk to (CBK-3)."""

from collections.abc import Callable
from typing import Any

import pytest

from caller.listen import Samples
from caller.phone import BUSY, NEVER, Answering, Phone
from callflow.rules.questions import Result
from features.campaigns.contact import ContactState
from features.campaigns.lifecycle import Mode
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House, Row
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.end_to_end.outbound.test_callbacks import call_of, talk
from tests.end_to_end.outbound.test_campaigns import has, runs
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE
CUSTOMER = "8001"
SEAT = "8101"
PREVIEW_S = 2


async def _talk_of(agent: Agent, call: str) -> dict[str, Any]:
    answer = await agent.client.get(f"/api/v1/calls/{call}/campaign")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.timeout(180)
async def test_an_agent_reads_lifts_and_then_the_customer_is_rung_again_when_busy_first(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    seat = await phone.register(SEAT, house.seat_password(SEAT), Answering(after=0.5))
    customer = await phone.register(CUSTOMER, house.password(CUSTOMER), BUSY)
    by_agents: dict[str, Any] = {
        "mode": Mode.AGENT,
        "preview_for": PREVIEW_S,
        "spacing": {Result.BUSY: 4.0},
    }
    async with signed_in(house, "1001") as agent:
        await agent.begins("phone", SEAT)
        async with agent.page(), runs(house, [CUSTOMER], **by_agents) as key:
            offer = await agent.hears("offer", within=15)
            assert (offer.data["number"], offer.data["calls_back"]) == (CUSTOMER, "campaign")
            assert (offer.data["rings_in_s"], offer.data["reasons"]) == (
                PREVIEW_S,
                ["CBK-3:campaign"],
            )
            assert "客服中心" in offer.data["script"][0], "the opening of a call out (GRT-3)"
            seen = await _talk_of(agent, offer.data["call"])
            assert (seen["campaign"], seen["state"]) == ("回访", "asking")
            first = await seat.rings(within=10)
            assert first.began - offer.at >= PREVIEW_S - 0.5, "rung before the agent could read"
            await first.ended(within=20)
            was_busy = await has(house, key, CUSTOMER, Result.BUSY, within=10)
            assert (was_busy.contact.state, was_busy.contact.tries) == (ContactState.WAITING, 1)
            customer.answering = Answering(after=0.5, says=words(6.0))
            desk = await seat.rings(within=30)
            customers = await talk(desk, customer, words)
            talking = await agent.hears("talking", within=5)
            given = {"result": "completed", "answers": {"satisfaction": "5", "solved": "1"}}
            path = f"/api/v1/calls/{talking.data['call']}/campaign"
            kept = await agent.client.put(path, json=given)
            assert kept.status_code == 200, kept.text
            await customers.hangs_up()
            await desk.ended(within=5)
            done = await has(house, key, CUSTOMER, Result.COMPLETED, within=10)
    assert (done.contact.state, done.contact.tries) == (ContactState.DONE, 2)
    assert dict(done.contact.answers) == given["answers"]
    call = await call_of(house, talking.data["call"])
    assert (call["direction"], call["agent"], call["number"]) == ("out", "1001", CUSTOMER)
    assert (await house.recording_of(call))["state"] == "stored"


@pytest.mark.timeout(120)
async def test_while_no_agent_lifts_the_customers_phone_is_still(
    house: House, phone: Phone
) -> None:
    seat = await phone.register(SEAT, house.seat_password(SEAT), NEVER)
    customer = await phone.register(CUSTOMER, house.password(CUSTOMER), Answering(after=0.5))
    async with signed_in(house, "1002") as agent:
        await agent.begins("phone", SEAT)
        async with agent.page(), runs(house, [CUSTOMER], mode=Mode.AGENT) as key:
            rang = await seat.rings(within=15)
            await rang.ended(within=15)
            waits = await has(house, key, CUSTOMER, Result.NONE, within=5)
            left = await agent.hears("offer_gone", within=10)

            async def kept() -> list[Row]:
                return await house.rows(
                    "SELECT result, said FROM attempts WHERE id = :id AND result <> ''",
                    id=left.data["call"],
                )

            attempts = await until(kept, within=10, what="the attempt's end is kept")
    assert waits.contact.tries == 0
    assert [(row["result"], row["said"]) for row in attempts] == [("no_answer", "")]
    assert not customer.calls
