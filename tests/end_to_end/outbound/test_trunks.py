"""Two trunks: a wake-up goes out on the second when the first refuses, is silent or gone."""

import asyncio
from typing import Final

import httpx
import pytest

from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House, Row
from tests.end_to_end.outbound.trunk_house import always, apart, ended, says, two_trunks, wakes
from tests.end_to_end.peer import Peer, Reply
from tests.waiting import until

pytestmark = pytest.mark.real

SEAT: Final = "8101"
UNASKED: Final = {"look_every": 0}
"""Nobody asks whether it lives: the order of trunks is by what calls have shown."""
REFUSALS: Final = (401, 403, 407, 488, 500, 503)
RESULTS: Final = {
    "not known there": (Reply(404), "unknown_number"),
    "gone": (Reply(410), "unknown_number"),
    "off": (Reply(480), "unreachable"),
    "off, after an announcement": (Reply(480, first=(100, 183)), "unreachable"),
    "busy": (Reply(486, first=(100, 180)), "busy"),
    "busy everywhere": (Reply(600), "busy"),
    "declines": (Reply(603, first=(180,)), "refused"),
    "leads elsewhere": (Reply(302, "sip:110@127.0.0.7:5999"), "diverted"),
    "rings for ever": (Reply(0, first=(100, 180)), "no_answer"),
    "an announcement for ever": (Reply(0, first=(100, 183)), "no_answer"),
}


async def _health(house: House) -> dict[str, str]:
    async with httpx.AsyncClient() as client:
        found = (await client.get(f"{house.desk}/health")).json()
    return dict(found["parts"]["trunk"])


@pytest.mark.timeout(200)
async def test_a_wake_up_goes_out_on_the_other_trunk_when_one_refuses_or_is_silent() -> None:
    async with two_trunks(UNASKED, UNASKED, sip_answers_within=2, wake_ring_for=10) as two:
        asked, other = two.first, two.second
        for count, status in enumerate((*REFUSALS, 0)):
            number = f"1380013{8000 + count}"
            asked.reply, other.reply = says(status), says(486)
            [attempt] = await ended(await wakes(two.house, number))
            assert asked.invites[-1:] == other.invites[-1:] == [number], status
            assert attempt["result"] == "busy", status
            said = attempt["trunk_said"].split("; ")
            assert len(said) == 2, said
            assert str(status or "no answer") in said[0]
            assert "486" in said[1]
            asked, other = other, asked  # who has refused comes last for a while

        async def told() -> bool:
            return (await _health(two.house))["state"] == "ill"

        await until(told, within=30, what="/health tells of the trunk", every=0.5)


@pytest.mark.timeout(200)
async def test_what_came_of_a_call_is_named_for_what_it_was() -> None:
    async with two_trunks(UNASKED, UNASKED, wake_ring_for=5) as two:
        for count, (what, (reply, result)) in enumerate(RESULTS.items()):
            number = f"1380013{9000 + count}"
            two.first.reply = always(reply)
            [attempt] = await ended(await wakes(two.house, number))
            assert attempt["result"] == result, what
        assert not two.second.invites
        assert not await two.house.rows("SELECT id FROM calls"), "somebody spoke into early media"


@pytest.mark.timeout(120)
async def test_the_customer_of_a_callback_is_rung_on_the_second_trunk_and_sees_its_number() -> None:
    shown = {**UNASKED, "caller_id.callback": "10051", "outside": "9"}
    async with two_trunks(UNASKED, shown, wrap_up_for=0) as two:
        house = two.house
        await _comes_in_whatever_it_is_from(two.first, house.settings.hotline_number)
        two.first.reply, two.second.reply = says(503), says(486)
        password = house.seat_password(SEAT)
        async with Peer(house.settings.sip_port, number=SEAT, password=password) as seat:
            assert await seat.register() == 200
            await apart(_promises_a_call(house))
            await until(lambda: two.second.invites, within=15, what="the customer is rung")
            assert (two.first.invites, two.second.invites) == (["13800138000"], ["913800138000"])
            assert two.first.requests[-1]["from"].startswith("<sip:10050@")
            assert two.second.requests[-1]["from"].startswith("<sip:10051@")

            async def attempts() -> list[Row]:
                rows = await house.rows("SELECT * FROM attempts WHERE purpose = 'callback'")
                return [row for row in rows if row["ended_at"]]

            [attempt] = await until(attempts, within=10, what="the attempt is over", every=0.2)
    assert attempt["trunk_said"] == "first 503 Said; second 486 Said"
    assert attempt["said"] == "customer_busy"


async def _comes_in_whatever_it_is_from(peer: Peer, called: str) -> None:
    """A call from a trunk's address is the trunk's, also when its From names a phone of ours."""
    for sender in ("13800138000", "8001", "8101", "w01"):
        call = await peer.dials(called, sender=sender)
        assert not isinstance(call, int), (sender, call)
        await peer.hangs_up(call)


async def _promises_a_call(house: House) -> None:
    async with signed_in(house, "1001") as agent:
        await agent.begins("phone", SEAT)
        async with agent.page():
            asked = {"number": "13800138000", "minutes": 1}
            assert (await agent.client.post("/api/v1/callbacks", json=asked)).is_success
            await agent.hears("offer", within=20)
            await asyncio.sleep(3)  # at work until the customer was rung
