"""The same telephone and minute twice is known on every way, and rings once (WAK-1)."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from callflow.call import Language
from callservice.guest_wake_ups import GuestWakeUps
from db.engine import engine
from features.wake_ups.tables import WakeUpRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, Room

REGISTER = "/api/v1/wake-registrations"
DAY = (datetime.now(UTC) + timedelta(days=1)).date()
CALL = "0f0e0d0c-0b0a-4908-8706-050403020100"


async def _posts(desk: Room, **more: Any) -> Any:
    wanted = {"room": "8001", "wall": "07:00", "first_day": f"{DAY}", **more}
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        return await clerk.post(REGISTER, json=wanted)


async def _brings(desk: Room, line: str) -> list[list[str]]:
    text = f"房间,时间,日期,重复\n{line}\n"
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        answer = await clerk.post(
            f"{REGISTER}/import",
            content=text.encode(),
            params={"keep": "good"},
            headers={"Content-Type": "text/csv"},
        )
    found = answer.json()
    return [row["faults"] for row in found.get("read", found)["rows"]]


async def _types(desk: Room) -> int:
    form = {"csrf": CSRF, "room": "8001", "wall": "07:00", "first_day": f"{DAY}"}
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        answer = await clerk.post("/wake-ups", data=form)
    if answer.status_code == 409:
        assert "已经登记过" in answer.text
    return answer.status_code


async def _dials(desk: Room) -> None:
    made = engine(desk.settings.database)
    zone = desk.settings.zone
    guests = GuestWakeUps.over(
        made, zone=zone, language=Language.CHINESE, now=lambda: datetime.now(zone)
    )
    register = guests.of("8001", CALL).register
    await register.put(datetime.combine(DAY, time(7), zone), time(7))
    await made.dispose()


async def _rows(desk: Room) -> list[tuple[str, datetime]]:
    """Return every ring there will be: number and moment."""
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        found = await connection.execute(
            select(WakeUpRow.number, WakeUpRow.due).where(WakeUpRow.state == "waiting")
        )
        rows = sorted((number, due) for number, due in found)
    await made.dispose()
    return rows


@pytest.fixture
def desk(desk: Room) -> Room:
    desk.app.state.assets.path = lambda name: f"/static/{name}"
    return desk


@pytest.mark.parametrize("first", ["api", "page", "file", "telephone"])
async def test_whoever_comes_second_is_told_that_it_is_known(desk: Room, first: str) -> None:
    match first:
        case "api":
            assert (await _posts(desk)).status_code == 201
        case "page":
            assert await _types(desk) == 303
        case "file":
            assert await _brings(desk, f"8001,07:00,{DAY},一次") == [[]]
        case "telephone":
            await _dials(desk)
    again = await _posts(desk)
    assert (again.status_code, again.json()["current"]["room"]) == (409, "8001")
    assert await _types(desk) == 409
    assert await _brings(desk, f"8001,07:00,{DAY},一次") == [["known"]]
    await _dials(desk)
    assert len(await _rows(desk)) == 1
    assert len((await desk.get(REGISTER)).json()) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"wall": "08:00", "zone": "Asia/Tokyo"},
        {"wall": "07:00", "zone": "Asia/Singapore"},
        {"room": "8-1", "number": "8001"},
        {"repeat": "daily", "last_day": f"{DAY}"},
        {"guest": "another"},
    ],
    ids=["another zone's wall", "another name of it", "another room's name", "one day", "a name"],
)
async def test_the_same_minute_however_it_is_said(desk: Room, other: dict[str, Any]) -> None:
    assert (await _posts(desk)).status_code == 201
    assert (await _posts(desk, **other)).status_code == 409
    assert len(await _rows(desk)) == 1


async def test_what_repeats_covers_single_days_and_the_other_way_round_only_the_day(
    desk: Room,
) -> None:
    assert (await _posts(desk, repeat="daily")).status_code == 201
    far = {"first_day": f"{DAY + timedelta(days=40)}"}
    assert (await _posts(desk, **far)).status_code == 409, "no row yet, but it will ring"
    assert (await _posts(desk, repeat="weekdays")).status_code == 409
    assert (await _posts(desk, wall="07:01")).status_code == 201


async def test_a_daily_line_beside_a_single_one_rings_once_and_again_when_that_is_taken_off(
    desk: Room,
) -> None:
    once = (await _posts(desk)).json()
    assert (await _posts(desk, repeat="daily")).status_code == 201
    before = await _rows(desk)
    assert len(before) == len(set(before))
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        await clerk.delete(f"{REGISTER}/{once['id']}")
    assert await _rows(desk) == before, "the daily line has the day now"


@pytest.mark.parametrize("repeat", ["once", "daily"])
async def test_many_at_once_are_one(desk: Room, repeat: str) -> None:
    asked = [_posts(desk, guest=f"{n}", repeat=repeat) for n in range(8)]
    answers = await asyncio.gather(*asked)
    assert sorted(one.status_code for one in answers) == [201] + [409] * 7
    made = engine(desk.settings.database)
    async with made.connect() as connection:
        found = await connection.execute(select(WakeUpRow.due))
        moments = found.scalars().all()
        assert len(moments) == len(set(moments))
    await made.dispose()
    assert len((await desk.get(REGISTER)).json()) == 1


async def test_who_was_taken_off_can_be_put_on_again(desk: Room) -> None:
    once = (await _posts(desk)).json()
    async with desk.seated(Role.SWITCHBOARD) as clerk:
        await clerk.delete(f"{REGISTER}/{once['id']}")
    assert (await _posts(desk)).status_code == 201
    assert len(await _rows(desk)) == 1
