"""Callbacks are kept: the agent's phone rings, then the customer's, and both talk (CBK-1)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from caller.leg import Leg
from caller.listen import Samples
from caller.phone import BUSY, AgentPhone, Answering, Phone
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE
CUSTOMER = "8001"
SEAT = "8101"


async def _callbacks(agent: Agent, **more: Any) -> dict[str, Any]:
    wanted = {"number": CUSTOMER, "note": "查账单", **more}
    answer = await agent.client.post("/api/v1/callbacks", json=wanted)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def _is_now(agent: Agent, key: int, state: str, *, within: float = 15) -> dict[str, Any]:
    async def so() -> list[dict[str, Any]]:
        rows = (await agent.client.get("/api/v1/callbacks", params={"number": CUSTOMER})).json()
        return [row for row in rows["items"] if (row["id"], row["state"]) == (key, state)]

    found = await until(so, within=within, what=f"callback {key} is {state}", every=0.2)
    return dict(found[0])


async def _is_settled(agent: Agent) -> None:
    """Take back what was promised again: the next test begins anew."""
    rows = await agent.client.get("/api/v1/callbacks", params={"state": "open"})
    for row in rows.json()["items"]:
        path = f"/api/v1/callbacks/{row['id']}"
        assert (await agent.client.patch(path, json={"state": "cancelled"})).status_code == 200


def _has_heard(leg: Leg, since: float) -> bool:
    return any(one.end > since + 0.5 for one in leg.words())


async def talk(desk: Leg, customer: AgentPhone, words: Callable[[float], Samples]) -> Leg:
    """Both hear each other; return the customer's leg."""
    customers = await customer.rings(within=15)
    await customers.answered(within=10)
    connected, lifted = desk.now, customers.now
    await desk.says(words(3.0))
    for who, leg, since in (("customer", customers, lifted), ("agent", desk, connected)):
        heard = partial(_has_heard, leg, since)
        await until(heard, within=10, what=f"the {who} hears the other", every=0.1)
    return customers


@pytest.mark.timeout(150)
async def test_a_promised_call_is_made_in_time_and_without_an_answer_promised_again(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    seat = await phone.register(SEAT, house.seat_password(SEAT), Answering(after=0.5))
    says = Answering(after=1.0, says=words(6.0))
    customer = await phone.register(CUSTOMER, house.password(CUSTOMER), says)
    async with signed_in(house, "1001") as agent:
        await agent.begins("phone", SEAT)
        async with agent.page():
            made = await _callbacks(agent, minutes=1)  # due so soon that it is called at once
            offer = await agent.hears("offer", within=15)
            desk = await seat.rings(within=10)
            assert offer.at < desk.began, "the phone rang before the page showed who is called"
            _shows_why(offer.data, said="您刚才咨询的问题现在还没有结果")
            customers = await talk(desk, customer, words)
            talking = await agent.hears("talking", within=5)
            assert talking.data["call"] == offer.data["call"]
            await customers.hangs_up()
            await desk.ended(within=5)
            kept = await _is_now(agent, made["id"], "completed")
            await agent.hears("call_ended", within=10)
            rows = (await agent.client.get("/api/v1/callbacks", params={"state": "open"})).json()
            [again] = rows["items"]
            assert (again["number"], again["by"], again["kind"]) == (CUSTOMER, "1001", "agent")
            await _is_settled(agent)
    assert kept["completed_at"] < kept["due_at"]
    call = await call_of(house, offer.data["call"])
    assert (call["direction"], call["disposition"], call["agent"]) == ("out", "outbound", "1001")
    assert (call["number"], call["hung_up_by"]) == (CUSTOMER, "caller")
    assert (await house.recording_of(call))["state"] == "stored"


@pytest.mark.timeout(150)
async def test_a_customer_who_is_busy_is_called_again_and_hears_words_to_the_end(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    seat = await phone.register(SEAT, house.seat_password(SEAT), Answering(after=0.5))
    customer = await phone.register(CUSTOMER, house.password(CUSTOMER), BUSY)
    async with signed_in(house, "1002") as agent:
        await agent.begins("phone", SEAT)
        async with agent.page():
            made = await _callbacks(agent, minutes=30)
            path = f"/api/v1/callbacks/{made['id']}/call"
            assert (await agent.client.post(path)).json()["found"]
            first = await seat.rings(within=15)
            await first.ended(within=20)
            waits = await _is_now(agent, made["id"], "open")
            assert (waits["tries"], waits["asked"]) == (1, 1)
            customer.answering = Answering(after=0.5, says=words(4.0))
            desk = await seat.rings(within=20)
            offer = [one for one in agent.events if one.name == "offer"][-1]
            _shows_why(offer.data, said="感谢您的来电")
            customers = await talk(desk, customer, words)
            await desk.hangs_up()
            left = customers.now
            await customers.ended(within=15)
            said = [one for one in customers.words() if one.end > left + 1.0]
            assert said, "a dead line for a customer whose agent hung up first (SIL-6)"
            kept = await _is_now(agent, made["id"], "completed")
            rows = await agent.client.get("/api/v1/callbacks", params={"state": "open"})
            assert rows.json()["items"] == [], "promised again though the answer was there"
    assert (kept["tries"], kept["asked"]) == (2, 2)
    call = await call_of(house, offer.data["call"])
    assert (call["hung_up_by"], call["agent"]) == ("agent", "1002")


def _shows_why(pop: dict[str, Any], *, said: str) -> None:
    assert pop["number"] == CUSTOMER
    assert pop["reasons"][0].startswith("CBK-1:")
    assert any(said in line for line in pop["script"])
    assert "客服中心" in pop["script"][0], "the opening of a call out (GRT-3)"
    assert [one["note"] for one in pop["callbacks"]] == ["查账单"]


async def call_of(house: House, key: str) -> Any:
    async def ended() -> list[Any]:
        return list(
            await house.rows("SELECT * FROM calls WHERE id = :id AND state = 'ended'", id=key)
        )

    return (await until(ended, within=10, what=f"the call {key} has ended", every=0.2))[0]
