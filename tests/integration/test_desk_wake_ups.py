"""The register of wake-ups in the API and on its page (WAK-1, WAK-5), on both databases."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from db.engine import engine
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.tables import WakeUpRow
from floor.streams import Stream, StreamEvent
from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBERS, Room
from web import change_feed
from web.registration import features

TOMORROW = (datetime.now(UTC) + timedelta(days=2)).date()


def _wanted(**more: Any) -> dict[str, Any]:
    return {"room": "8001", "wall": "07:00", "first_day": f"{TOMORROW}", **more}


async def _registers(desk: Room, **more: Any) -> Any:
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        return await clerk.post("/api/v1/wake-registrations", json=_wanted(**more))


async def _stands(desk: Room, state: WakeState) -> None:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(update(WakeUpRow).values(state=state.value))
    await made.dispose()


async def test_a_guest_is_put_on_the_register_and_both_shifts_see_it(desk: Room) -> None:  # WAK-1
    made = (await _registers(desk, guest="王小明")).json()
    assert made["next_due"] == f"{TOMORROW - timedelta(days=1)}T23:00:00Z"  # 07:00 in Shanghai
    assert made["made_by"] == NUMBERS[Role.SWITCHBOARD]
    lines = (await desk.get("/api/v1/wake-registrations", Role.JUNIOR_AGENT)).json()
    assert [(line["room"], line["number"]) for line in lines] == [("8001", "8001")]
    assert (await desk.get("/api/v1/wake-registrations?room=9999")).json() == []


async def test_one_that_repeats_has_a_wake_up_for_each_of_the_next_days(desk: Room) -> None:
    first = datetime.now(UTC).date()
    await _registers(desk, repeat="daily", first_day=f"{first}")
    until = (datetime.now(UTC) + timedelta(days=4)).isoformat()
    rows = (await desk.get("/api/v1/wake-ups", params={"until": until})).json()
    days = [row["day"] for row in rows]
    assert len(days) == len(set(days)) == 2


async def test_who_is_taken_off_is_off_and_taking_off_twice_is_no_error(desk: Room) -> None:
    made = (await _registers(desk)).json()
    path = f"/api/v1/wake-registrations/{made['id']}"
    async with desk.seated(Role.TEAM_LEADER) as leader:
        for _ in range(2):
            gone = (await leader.delete(path)).json()
            assert gone["cancelled_by"] == NUMBERS[Role.TEAM_LEADER]
            assert gone["next_due"] is None
    assert (await desk.get("/api/v1/wake-registrations")).json() == []


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"first_day": "2020-01-01"}, "still to come"),
        ({"wall": "7 o'clock"}, "wall"),
        ({"wall": "24:00"}, "wall"),
        ({"zone": "Mars/Olympus"}, "IANA"),
        ({"zone": "../../etc/passwd"}, "IANA"),
        ({"room": "9321"}, "No line leads to 9321"),
        ({"room": "8001;Dial"}, "room"),
        ({"number": "8001@evil"}, "number"),
        ({"repeat": "daily", "last_day": "2020-01-01"}, "before the first"),
        ({"wal": "07:00"}, "wal"),
    ],
)
@pytest.mark.sqlite_first
async def test_what_is_wrong_is_one_clear_sentence(
    desk: Room, wrong: dict[str, Any], says: str
) -> None:
    answer = await _registers(desk, **wrong)
    assert answer.status_code == 422
    assert says in answer.text
    assert (await desk.get("/api/v1/wake-registrations")).json() == []


async def test_the_forecast_tells_what_the_clock_does_and_when_the_last_one_rings(
    desk: Room,
) -> None:
    asked = {"day": "2027-03-14", "wall": "02:30", "zone": "America/New_York"}
    found = (await desk.get("/api/v1/wake-forecast", params=asked)).json()
    assert (found["at"], found["leap"]) == ("2027-03-14T07:00:00Z", "left_out")
    assert (found["asked"], found["lines"]) == (0, 60)
    assert found["last_at"] == found["at"]


async def test_the_desk_says_that_a_guest_is_awake_and_that_is_evidence(
    desk: Room, built_pages: None
) -> None:  # WAK-5
    await _registers(desk)
    until = (datetime.now(UTC) + timedelta(days=4)).isoformat()
    [row] = (await desk.get("/api/v1/wake-ups", params={"until": until})).json()
    await _stands(desk, WakeState.KNOCKING)
    async with desk.seated(Role.FLOOR_ATTENDANT) as attendant:
        found = (await attendant.post(f"/api/v1/wake-ups/{row['id']}/awake")).json()
    assert (found["state"], found["proof"], found["attempts"]) == ("awake", "desk", [])
    assert found["said_by"].startswith(NUMBERS[Role.FLOOR_ATTENDANT])
    async with desk.seated(Role.TEAM_LEADER) as leader:
        again = (await leader.post(f"/api/v1/wake-ups/{row['id']}/awake")).json()
        assert again["said_by"] == found["said_by"], "who said it first is who said it"
        assert found["said_by"] in (await leader.get(f"/wake-ups/{row['id']}")).text
    assert (await desk.get("/api/v1/wake-ups/999999")).status_code == 404


async def test_the_page_registers_shows_and_takes_off(desk: Room, built_pages: None) -> None:
    form = _wanted(guest="<b>王</b>", repeat="weekdays", language="en", csrf=CSRF)
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        answer = await clerk.post("/wake-ups", data=form)
        shown = (await clerk.get(answer.headers["location"])).text
        assert "共叫醒 1 位，外线 60 条" in shown
        assert "&lt;b&gt;王&lt;/b&gt;" in shown
        [line] = (await clerk.get("/api/v1/wake-registrations")).json()
        off = f"/wake-ups/registrations/{line['id']}/cancel"
        assert (await clerk.post(off, data={"csrf": CSRF})).status_code == 303
        assert "&lt;b&gt;" not in (await clerk.get("/wake-ups")).text.split("<form")[0]


async def test_what_was_typed_wrongly_is_said_beside_the_field_and_nothing_is_lost(
    desk: Room, built_pages: None
) -> None:
    form = _wanted(room="9321", note="带早餐", repeat="once", language="zh", csrf=CSRF)
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        answer = await clerk.post("/wake-ups", data=form)
    assert answer.status_code == 422
    assert "这个号码打不通" in answer.text
    assert "带早餐" in answer.text


@pytest.mark.sqlite_first
async def test_open_pages_are_told_when_a_guest_was_not_woken(desk: Room) -> None:
    await _registers(desk)
    floor = desk.app.state.floor
    stream = floor.open(account_id=None, role=Role.SWITCHBOARD, page="wake-ups-1")
    other = floor.open(account_id=None, role=Role.INSPECTOR, page="calls-1")
    told = {one.event for one in _read(stream) + _read(other)}
    assert told == {"state"}
    page_events = asyncio.create_task(
        change_feed.watch(features()["wake_ups"].change_feeds[0], desk.app.state.database, floor)
    )
    first = await asyncio.wait_for(stream.waiting.get(), 10)
    assert (first.event, json.loads(first.data)) == ("wake_ups", {"alarms": 0})
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(update(WakeUpRow).values(state="alarm", next_at=None))
    await made.dispose()
    second = await asyncio.wait_for(stream.waiting.get(), 10)
    assert json.loads(second.data) == {"alarms": 1}
    assert other.waiting.empty()
    page_events.cancel()


def _read(stream: Stream) -> list[StreamEvent]:
    """Return what waits to be sent to a page."""
    found = []
    while not stream.waiting.empty():
        if told := stream.waiting.get_nowait():
            found.append(told)
    return found
