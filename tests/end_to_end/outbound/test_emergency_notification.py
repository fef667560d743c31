"""Households are told of an emergency on real telephones, and the three lists are right (CBK-5)."""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from caller import audio
from caller.leg import Leg
from caller.listen import Samples
from caller.phone import NEVER, AgentPhone, Answering, Phone
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE
API = "/api/v1/incidents"
MESSAGE_S = 3.0
"""Seconds of the recording that is the message."""
REPORTED = {
    "what": "燃气泄漏",
    "place": "滨江花园1栋",
    "happened_at": "2026-11-22T08:30:00+08:00",
    "reporter": "物业",
    "message": "请马上关闭阀门。",
}


def _message(keep: Path, words: Callable[[float], Samples]) -> bytes:
    """Return a person's recording as it is uploaded."""
    path = keep / "message.wav"
    audio.write(path, words(MESSAGE_S))
    return path.read_bytes()


async def _reports(client: httpx.AsyncClient, recording: bytes, households: str) -> str:
    """Record an incident with a person's recording and its households; return its address."""
    made = await client.post(API, json=REPORTED)
    assert made.status_code == 201, made.text
    key = made.json()["id"]
    files = {"recording": ("message.wav", recording)}
    upon = {"take": str(made.json()["take"])}
    kept = await client.post(f"/emergency-notifications/{key}/recording", data=upon, files=files)
    assert kept.status_code == 303, kept.text
    chosen = await client.post(f"{API}/{key}/list", json={"text": households})
    assert chosen.json()["bad"] == [], chosen.text

    async def voiced() -> bool:
        found = (await client.get(f"{API}/{key}")).json()
        assert found["voice"] in {"wanted", "ready"}
        return bool(found["voice"] == "ready")

    await until(voiced, within=30, what="the message can be heard", every=0.2)
    return f"{API}/{key}"


async def _begins(client: httpx.AsyncClient, at: str) -> None:
    counted = sum((await client.get(at)).json()["households"].values())
    begun = await client.post(f"{at}/start", json={"count": counted})
    assert begun.status_code == 200, begun.text


async def _closes(client: httpx.AsyncClient, at: str, *, within: float) -> dict[str, Any]:
    """Wait until nobody is left to ring; return the households by name."""

    async def closed() -> bool:
        return bool((await client.get(at)).json()["stage"] == "closed")

    await until(closed, within=within, what="the notification is closed", every=0.3)
    return {row["name"]: row for row in (await client.get(f"{at}/households")).json()}


async def _hears_it(leg: Leg) -> None:
    """Lift the receiver, hear who calls and the message, and the question."""
    await leg.answered(within=10)
    await leg.hears_words(within=5)
    await leg.hears_pause(1.5, within=30)


async def _acknowledges(phone: AgentPhone, *, within: float) -> None:
    leg = await phone.rings(within=within)
    await _hears_it(leg)
    await leg.presses("1")
    pressed = leg.now
    await leg.ended(within=15)
    assert [one for one in leg.words() if one.end > pressed], "nobody thanked for the key"
    heard = sum(one.end - one.start for one in leg.words() if one.start < pressed)
    assert heard > MESSAGE_S, "the message was not heard whole"


async def _listens_and_presses_nothing(phone: AgentPhone) -> None:
    leg = await phone.rings(within=20)
    await _hears_it(leg)
    await leg.hangs_up()


@pytest.mark.timeout(300)
async def test_the_three_lists_are_right(
    house: House, phone: Phone, words: Callable[[float], Samples], keep: Path
) -> None:
    message = _message(keep, words)
    soon = Answering(after=0.3)
    at_once, listener = [
        await phone.register(room, house.password(room), soon) for room in ("8001", "8002")
    ]
    never, deaf, second = [
        await phone.register(room, house.seat_password(room), answering)
        for room, answering in (("8101", NEVER), ("8102", NEVER), ("8103", soon))
    ]
    households = "王,1栋,8001\n李,2栋,8101;8103\n张,3栋,8102\n赵,4栋,8002\n孙,5栋,"
    async with signed_in(house, "7101", "team-leader") as leader:
        at = await _reports(leader.client, message, households)
        assert not at_once.calls, "rung before the number of households was confirmed"
        async with leader.page("notices-1"):
            await _begins(leader.client, at)
            async with asyncio.TaskGroup() as people:
                people.create_task(_acknowledges(at_once, within=20))
                people.create_task(_acknowledges(second, within=30))
                people.create_task(_listens_and_presses_nothing(listener))
            after = time.monotonic()
            found = await _closes(leader.client, at, within=60)
            await leader.hears("incidents", after=after - 60)
    states = {name: row["state"] for name, row in found.items()}
    assert states == {
        "王": "told",
        "李": "told",
        "张": "not_told",
        "赵": "not_told",
        "孙": "no_number",
    }
    assert (found["王"]["told_on"], found["李"]["told_on"]) == ("8001", "8103")
    assert (found["张"]["reason"], found["张"]["tries"]) == ("no_answer", 2)
    assert (found["赵"]["reason"], found["赵"]["tries"]) == ("answered", 2)
    assert len(at_once.calls) == len(second.calls) == 1, "rung after the acknowledgement"
    assert (len(never.calls), len(deaf.calls)) == (1, 2)
    await _is_recorded(house, found["王"]["id"])


async def _is_recorded(house: House, household: int) -> None:
    """ANS-5: what was said and acknowledged is a call with a recording."""
    [attempt] = await house.rows(
        "SELECT id, said, result FROM attempts WHERE purpose = 'emergency' AND subject_id = :key",
        key=household,
    )
    assert (attempt["said"], attempt["result"]) == ("acknowledged", "answered")
    recording = await house.recording_of({"id": attempt["id"]})
    assert recording["state"] == "stored"


@pytest.mark.timeout(180)
async def test_stopped_the_phone_falls_silent_and_who_listens_hears_it_to_the_end(
    house: House, phone: Phone, words: Callable[[float], Samples], keep: Path
) -> None:
    message = _message(keep, words)
    listener = await phone.register("8001", house.password("8001"), Answering(after=0.2))
    rings = await phone.register("8102", house.seat_password("8102"), NEVER)
    async with signed_in(house, "7102", "manager") as manager:
        at = await _reports(manager.client, message, "王,1栋,8001\n张,3栋,8102")
        await _begins(manager.client, at)
        listening, ringing = await listener.rings(), await rings.rings()
        await listening.answered(within=10)
        await listening.hears_words(within=5)
        stopped_at = time.monotonic()
        await manager.client.post(f"{at}/stop")
        await ringing.ended(within=5)
        assert time.monotonic() - stopped_at < 1.0, "rang on after the stop"
        await listening.hears_pause(1.5, within=30)
        assert not listening.is_over, "cut off in the middle"
        await listening.presses("1")
        await listening.ended(within=15)
        found = await _closes(manager.client, at, within=20)
    assert {name: row["state"] for name, row in found.items()} == {"王": "told", "张": "not_told"}
    assert found["张"]["reason"] == "stopped"
    assert len(rings.calls) == 1


@pytest.mark.timeout(180)
async def test_our_call_service_may_be_dead_and_people_are_told_all_the_same(
    house: House, phone: Phone, words: Callable[[float], Samples], keep: Path
) -> None:
    message = _message(keep, words)
    person = await phone.register("8001", house.password("8001"), Answering(after=0.2))
    async with signed_in(house, "7103", "team-leader") as leader:
        at = await _reports(leader.client, message, "王,1栋,8001")
        await _begins(leader.client, at)
        leg = await person.rings(within=20)
        await leg.answered(within=10)
        await leg.hears_words(within=5)
        house.signal("calls", signal.SIGKILL)
        await leg.hears_words(within=8)
        await leg.hears_pause(1.5, within=30)
        await leg.presses("1")
        await leg.ended(within=15)
        found = await _closes(leader.client, at, within=20)
    assert found["王"]["state"] == "told"
    assert len(person.calls) == 1
