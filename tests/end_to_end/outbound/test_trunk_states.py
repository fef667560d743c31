"""A trunk that is gone, refuses or does not register is told within 30 s, and when it is back."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any, Final

import httpx
import pytest

from caller.phone import Phone
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House
from tests.end_to_end.outbound.carriers import Carrier
from tests.end_to_end.outbound.trunk_house import (
    apart,
    at,
    ended,
    says,
    two_trunks,
    wakes,
    with_trunks,
)
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real
TOLD_WITHIN_S: Final = 30.0


async def _health(house: House) -> dict[str, Any]:
    async with httpx.AsyncClient() as client:
        found = (await client.get(f"{house.desk}/health")).json()
    return dict(found["parts"]["trunk"])


async def _is(house: House, state: str, words: str = "") -> float:
    """Wait until `/health` tells a state of the trunks; return after how many seconds it did."""
    began = time.monotonic()

    async def told() -> bool:
        found = await _health(house)
        return found["state"] == state and words in found["says"]

    await until(told, within=TOLD_WITHIN_S, what=f"the trunks are {state} {words}", every=0.3)
    return time.monotonic() - began


async def _is_told_everywhere(house: House, name: str, state: str, shown: str) -> None:
    await apart(_is_on_the_page(house, name, state))
    assert state in await asyncio.to_thread(house.thirdring, "trunks")
    up = f'thirdring_trunk_up{{trunk="{name}"}} {0.0 if state != "ok" else 1.0}'
    figures = house.settings.paths.run / "dispatch.prom"
    await until(lambda: up in figures.read_text(), within=5, what=up)
    assert shown in await asyncio.to_thread(_doctor, house)


async def _is_on_the_page(house: House, name: str, state: str) -> None:
    async with signed_in(house, "7201", "team-leader") as leader:
        rows = (await leader.client.get("/api/v1/trunks")).json()
        page = (await leader.client.get("/trunks", headers={"Accept-Language": "en"})).text
    [found] = [row for row in rows if row["name"] == name]
    assert (found["state"], bool(found["since"])) == (state, True)
    assert name in page


def _doctor(house: House) -> str:
    try:
        return house.thirdring("doctor")
    except AssertionError as fault:  # it ends with 1 for a fault
        return str(fault)


@pytest.mark.timeout(240)
async def test_a_trunk_that_is_gone_is_told_and_calls_go_out_on_the_other_until_it_is_back() -> (
    None
):
    async with two_trunks(sip_answers_within=2) as two:
        await _is(two.house, "ok")
        two.second.reply = says(486)
        two.first.is_deaf = True
        await _is(two.house, "ill", "first does not answer")
        await _is_told_everywhere(two.house, "first", "silent", "first is ill (silent) since")
        [attempt] = await ended(await wakes(two.house, "13800138001"))
        assert attempt["trunk_said"] == "second 486 Said", "the silent one is not tried first"
        two.first.is_deaf = False
        await _is(two.house, "ok")
        await _is_told_everywhere(two.house, "first", "ok", "The trunk first is well")
        two.first.reply = says(486)
        [attempt] = await ended(await wakes(two.house, "13800138002"))
        assert attempt["trunk_said"] == "first 486 Said"


@pytest.mark.timeout(150)
async def test_a_registration_that_is_refused_is_told_and_when_it_stands() -> None:
    port, sip = free_port(), free_port()
    account = {"user": "u1", "password": "p1", "registers": True}
    async with AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(Carrier(sip, user="u1", secret="p1", port=port))
        carrier.refuses = 403
        text = at("account", port, **account)
        house = await asyncio.to_thread(stack.enter_context, with_trunks(text, sip_port=sip))
        await _is(house, "ill", "account does not let us register")
        carrier.refuses = 0
        await _is(house, "ok")
        assert carrier.registered


@pytest.mark.timeout(150)
async def test_an_emergency_call_goes_to_the_next_trunk_and_is_a_row_with_its_recording() -> None:
    async with two_trunks(second={"outside": "9", "emergency_outside": True}) as two:
        house = two.house
        two.first.reply = says(503)
        async with Phone(port=house.settings.sip_port) as phone:
            desk = await phone.register("8001", house.password("8001"))
            leg = await desk.dials("110")
            await leg.answered(within=10)
            assert (two.first.invites, two.second.invites) == (["110"], ["9110"])
            await leg.waits(2.0)
            await leg.hangs_up()
        assert two.second.requests[-1]["from"].startswith("<sip:10050@"), two.second.requests[-1]

        async def rows() -> list[Any]:
            return await house.rows("SELECT * FROM calls WHERE number = '110' AND state = 'ended'")

        [row] = await until(rows, within=15, what="the call is a row", every=0.3)
        assert (row["direction"], row["agent"]) == ("out", "8001")
        await house.recording_of(row)
