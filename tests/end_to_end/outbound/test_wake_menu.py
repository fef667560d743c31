"""A guest registers a wake-up from the room's own telephone, and is woken (WAK-1, WAK-2)."""

import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from caller.leg import Leg
from caller.phone import NEVER, AgentPhone, Answering, Phone
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.end_to_end.matters import woken_at, write
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE
MENU = "8500"


async def _types(leg: Leg, keys: str) -> None:
    """Press keys as a person does, one after the other."""
    for key in keys:
        await leg.presses(key)
        await leg.waits(0.3)


async def _dials(room: AgentPhone) -> Leg:
    leg = await room.dials(MENU)
    await leg.answered(within=5)
    await leg.hears_words(within=5)
    return leg


async def _registers(room: AgentPhone, wall: str) -> Leg:
    """Ask for a time, hear it said back, confirm it, and hear the end."""
    leg = await _dials(room)
    await leg.waits(1.0)
    await _types(leg, wall)
    await leg.hears_words(within=5)
    await leg.waits(2.0)
    await leg.presses("1")
    confirmed = leg.now
    await leg.ended(within=30)
    assert [one for one in leg.words() if one.end > confirmed], "nothing was said to the key"
    return leg


async def _lines(client: httpx.AsyncClient, room: str) -> list[dict[str, Any]]:
    return list((await client.get("/api/v1/wake-registrations", params={"room": room})).json())


async def _call_with(house: House, room: str, disposition: str) -> Mapping[str, Any]:
    """Wait for the row of the last call from a room that ended so."""

    async def found() -> list[Mapping[str, Any]]:
        return await house.rows(
            "SELECT * FROM calls WHERE number = :room AND disposition = :how AND direction = 'in' "
            "ORDER BY ring_started DESC",
            room=room,
            how=disposition,
        )

    rows = await until(found, within=20, what=f"{room} ended by {disposition}", every=0.3)
    return dict(rows[0])


@pytest.mark.timeout(300)
async def test_a_guest_sets_a_wake_up_is_woken_and_takes_another_off(
    house: House, phone: Phone
) -> None:
    async with signed_in(house, "7001", "switchboard") as clerk:
        room = await phone.register("8001", house.password("8001"), Answering(after=0.5))
        now = datetime.now(house.settings.zone)
        minute = (now + timedelta(minutes=30)).replace(second=0, microsecond=0)
        await _registers(room, f"{minute:%H%M}")
        [line] = await _lines(clerk.client, "8001")
        assert (line["made_through"], line["made_by"], line["wall"]) == (
            "guest",
            None,
            f"{minute:%H:%M}",
        )
        assert datetime.fromisoformat(line["next_due"]) == minute
        call = await _call_with(house, "8001", "farewell")
        assert line["call_id"] == call["id"], "the recording of the wish is evidence"

        later = minute + timedelta(hours=3)
        await _registers(room, f"{later:%H%M}")
        soon = (datetime.now(UTC) + timedelta(seconds=4)).replace(microsecond=0)
        await write(house, woken_at("8001", minute, soon))
        woken = await room.rings(within=20)
        assert 0 <= (datetime.now(UTC) - soon).total_seconds() < 3
        await woken.answered(within=10)
        await woken.hears_words(within=5)
        await woken.waits(1.0)
        await woken.presses("1")
        await woken.ended(within=25)

        async def only_the_later() -> bool:
            lines = await _lines(clerk.client, "8001")
            return [one["wall"] for one in lines] == [f"{later:%H:%M}"]

        await until(only_the_later, within=15, what="the guest is known to be awake", every=0.3)
        leg = await _dials(room)
        await leg.waits(0.5)
        await leg.presses("3")
        await leg.ended(within=60)
        assert await _lines(clerk.client, "8001") == []
    await house.recording_of({"id": call["id"]})


@pytest.mark.timeout(120)
async def test_three_wrong_answers_and_an_agent_helps(house: House, phone: Phone) -> None:
    room = await phone.register("8001", house.password("8001"), NEVER)
    agent = await phone.register("8002", house.password("8002"), Answering(after=0.5))
    await until(house.idle, within=10, what="an agent is idle")
    before = await house.rows("SELECT id FROM wake_registrations")
    leg = await _dials(room)
    for _ in range(3):
        await _types(leg, "9999")
    helped = await agent.rings(within=60)
    await helped.answered(within=10)
    await leg.hangs_up()
    call = await _call_with(house, "8001", "agent")
    assert call["agent"] == "8002"
    assert await house.rows("SELECT id FROM wake_registrations") == before


@pytest.mark.timeout(120)
async def test_without_our_service_the_guest_hears_words_and_reaches_an_agent(
    house: House, phone: Phone
) -> None:
    room = await phone.register("8003", house.password("8003"), NEVER)
    agent = await phone.register("8002", house.password("8002"), Answering(after=0.5))
    await until(house.idle, within=10, what="an agent is idle")
    house.signal("calls", signal.SIGSTOP)
    try:
        leg = await room.dials(MENU)
        await leg.answered(within=5)
        await leg.hears_words(within=10)
        helped = await agent.rings(within=40)
        await helped.answered(within=10)
        await leg.hangs_up()
    finally:
        house.signal("calls", signal.SIGCONT)
    call = await _call_with(house, "8003", "agent")
    assert call["fallback"], "the fallback dialplan took it"
