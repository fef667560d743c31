"""Guests are rung on their minute until somebody is known to be awake (WAK-1…5)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from caller.leg import Leg
from caller.listen import Samples
from caller.phone import NEVER, AgentPhone, Answering, Phone
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.end_to_end.matters import woken_at, write
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE


async def _registers(client: httpx.AsyncClient, house: House, rooms: list[str]) -> datetime:
    """Put rooms on the register for a minute that is not too near; return it."""
    now = datetime.now(house.settings.zone)
    minute = (now + timedelta(minutes=30)).replace(second=0, microsecond=0)
    for room in rooms:
        wanted = {"room": room, "wall": f"{minute:%H:%M}", "first_day": f"{minute:%Y-%m-%d}"}
        answer = await client.post("/api/v1/wake-registrations", json=wanted)
        assert answer.status_code == 201, answer.text
        assert datetime.fromisoformat(answer.json()["next_due"]) == minute
    return minute


async def _is_nearly(house: House, minute: datetime, rooms: list[str]) -> datetime:
    """Move wake-ups to a moment that is not far off; return it."""
    soon = (datetime.now(UTC) + timedelta(seconds=4)).replace(microsecond=0)
    for room in rooms:
        await write(house, woken_at(room, minute, soon))
    return soon


async def _is_taken_off(client: httpx.AsyncClient, room: str) -> None:
    """Take a room off the register again."""
    [line] = (await client.get("/api/v1/wake-registrations", params={"room": room})).json()
    gone = await client.delete(f"/api/v1/wake-registrations/{line['id']}")
    assert gone.json()["cancelled_by"] == "7001"


async def _is_over(
    client: httpx.AsyncClient, room: str, due: datetime, *, within: float
) -> dict[str, Any]:
    """Wait until a room's guest is awake; return the evidence."""

    async def awake() -> list[dict[str, Any]]:
        rows = (await client.get("/api/v1/wake-ups")).json()
        mine = [row for row in rows if (row["room"], row["state"]) == (room, "awake")]
        return [row for row in mine if datetime.fromisoformat(row["due"]) == due]

    [row] = await until(awake, within=within, what=f"the guest of {room} is awake", every=0.3)
    return dict((await client.get(f"/api/v1/wake-ups/{row['id']}")).json())


async def _presses(leg: Leg, key: str) -> None:
    """Listen to what is said, press a key, hear the thanks out."""
    await leg.answered(within=10)
    await leg.hears_words(within=5)
    await leg.waits(1.0)
    await leg.presses(key)
    with_thanks = leg.now
    await leg.ended(within=25)
    assert [one for one in leg.words() if one.end > with_thanks], "nothing was said to the key"


async def _gets_up_at_once(room: AgentPhone) -> None:
    await _presses(await room.rings(within=20), "1")


async def _lifts_the_receiver_and_sleeps_on(room: AgentPhone) -> None:
    leg = await room.rings(within=20)
    await leg.answered(within=10)
    await leg.waits(2.0)
    await leg.hangs_up()
    await _presses(await room.rings(within=20), "2")
    await _presses(await room.rings(within=25), "1")


async def _goes_and_knocks(first: AgentPhone, second: AgentPhone) -> None:
    """The first attendant does not hear it; the second goes, and reports when asked again."""
    missed = await first.rings(within=50)
    await _presses(await second.rings(within=20), "1")
    assert missed.is_over
    first.answering = Answering(after=0.3)
    await _presses(await first.rings(within=20), "2")


@pytest.mark.timeout(300)
async def test_guests_are_rung_on_their_minute_until_somebody_is_known_to_be_awake(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with signed_in(house, "7001", "switchboard") as clerk:
        at_once = Answering(after=0.5)
        early, late, deaf = [
            await phone.register(room, house.password(room), answering)
            for room, answering in (("8001", at_once), ("8002", at_once), ("8003", NEVER))
        ]
        first, second = [
            await phone.register(seat, house.seat_password(seat), answering)
            for seat, answering in (("8101", NEVER), ("8102", at_once))
        ]
        left_alone = await phone.register("8103", house.seat_password("8103"), NEVER)
        minute = await _registers(clerk.client, house, ["8001", "8002", "8003", "8103"])
        await _is_taken_off(clerk.client, "8103")
        moment = await _is_nearly(house, minute, ["8001", "8002", "8003"])
        async with asyncio.TaskGroup() as people:
            people.create_task(_gets_up_at_once(early))
            people.create_task(_lifts_the_receiver_and_sleeps_on(late))
            people.create_task(_goes_and_knocks(first, second))
        rooms = ("8001", "8002", "8003")
        evidence = {room: await _is_over(clerk.client, room, moment, within=15) for room in rooms}
    assert [evidence[room]["proof"] for room in evidence] == ["key", "key", "attendant"]
    assert [evidence[room]["snoozes"] for room in evidence] == [0, 1, 0]
    for found in evidence.values():
        rung = datetime.fromisoformat(found["attempts"][0]["rung_at"])
        after = (rung - moment).total_seconds()
        assert 0 <= after < 1.0, "not on the second"  # `bench.wake` judges the milliseconds
    said = [[one["said"] for one in evidence[room]["attempts"]] for room in evidence]
    assert said[:2] == [["awake"], ["", "snoozed", "awake"]]
    assert said[2][-3:] == ["", "accepted", "reported"]
    assert {one["who"] for one in evidence["8003"]["attempts"][-3:]} == {"attendant"}
    assert evidence["8002"]["late_s"] > 10, "late counts from the minute that was asked for"
    await asyncio.gather(*(_are_recorded(house, found) for found in evidence.values()))
    assert not [leg for leg in deaf.calls if leg.moment("answered")]
    assert not left_alone.calls, "rung though taken off the register"


async def _are_recorded(house: House, found: dict[str, Any]) -> None:
    """ANS-5: each attempt that was answered is a call with a recording."""
    for attempt in found["attempts"]:
        if attempt["answered_at"]:
            recording = await house.recording_of({"id": attempt["id"]})
            assert recording["state"] == "stored"
