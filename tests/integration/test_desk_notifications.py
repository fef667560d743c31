"""Emergency notifications in the API and on their pages (CBK-5), on both databases."""

import asyncio
import csv
import io
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit.tables import AuditRow
from features.emergency_notifications import households as notification_households
from permissions.roles import Role
from tests.integration.desk_room import NUMBERS, Room
from tests.integration.notification_desk import (
    API,
    LEADER,
    LIST,
    REPORTED,
    changes,
    four_customers,
    is_voiced,
    reports,
)
from web import change_feed
from web.registration import features


async def test_an_incident_is_recorded_in_detail_and_nobody_is_rung(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await reports(leader, details="三楼\n有味道", language="en")
        found = (await leader.get(f"{API}/{key}")).json()
    assert (found["voice"], found["stage"]) == ("wanted", "draft")
    assert found["happened_at"] == "2026-11-22T00:30:00Z"
    assert found["made_by"] == NUMBERS[LEADER]
    assert (found["details"], found["language"]) == ("三楼\n有味道", "en")
    assert (await desk.get(API)).json() == [found]
    assert (await desk.get(f"{API}/999999")).status_code == 404


@pytest.mark.sqlite_first
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"what": ""}, "what"),
        ({"happened_at": "yesterday"}, "happened_at"),
        ({"happened_at": "2026-11-22T08:30:00"}, "happened_at"),
        ({"language": "fr"}, "language"),
        ({"message": "x" * 501}, "message"),
        ({"mesage": "x"}, "mesage"),
    ],
)
async def test_what_is_wrong_is_one_clear_sentence(
    desk: Room, wrong: dict[str, Any], says: str
) -> None:
    async with desk.seated(LEADER) as leader:
        answer = await leader.post(API, json=REPORTED | wrong)
    assert answer.status_code == 422
    assert says in answer.text
    assert (await desk.get(API)).json() == []


async def test_a_list_is_chosen_counted_confirmed_begun_and_stopped(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        at = f"{API}/{key}"
        assert (await leader.post(f"{at}/start", json={"count": 3})).status_code == 409
        chosen = (await leader.post(f"{at}/list", json={"text": LIST})).json()
        assert chosen == {"added": 3, "already": 0, "bad": [], "remarks": []}
        assert (await leader.get(at)).json()["households"] == {"waiting": 2, "no_number": 1}
        early = await leader.post(f"{at}/start", json={"count": 3})
        assert (early.status_code, "cannot be heard yet" in early.text) == (409, True)
        await is_voiced(desk, key)
        other = await leader.post(f"{at}/start", json={"count": 2})
        assert (other.status_code, "Others are chosen" in other.text) == (409, True)
        begun = (await leader.post(f"{at}/start", json={"count": 3})).json()
        assert (begun["stage"], begun["started_by"]) == ("running", NUMBERS[LEADER])
        for path, given in (
            ("list", {"text": "x,y,8101"}),
            ("customers", {"area": "x"}),
            ("start", {"count": 3}),
        ):
            assert (await leader.post(f"{at}/{path}", json=given)).status_code == 409
        assert (
            await leader.put(f"{at}/message", json={"message": "x", "take": 1})
        ).status_code == 409
        assert (await leader.delete(f"{at}/households")).status_code == 409
        for _ in range(2):  # stopping twice is no error
            stopped = (await leader.post(f"{at}/stop")).json()
        assert (stopped["stage"], stopped["stopped_by"]) == ("closed", NUMBERS[LEADER])
        rows = (await leader.get(f"{at}/households?state=not_told")).json()
    assert [(row["name"], row["reason"]) for row in rows] == [
        ("王小明", "stopped"),
        ("=HYPERLINK(1)", "stopped"),
    ]


async def test_a_bad_line_keeps_the_list_out_unless_it_may_be_left_out(desk: Room) -> None:
    text = "王小明,滨江,8001\n李梅,老街,9321\n张三,老街,8001"
    async with desk.seated(LEADER) as leader:
        at = f"{API}/{await reports(leader)}"
        refused = await leader.post(f"{at}/list", json={"text": text})
        assert refused.status_code == 422
        kept_out = refused.json()["read"]
        assert kept_out["added"] == 0
        assert [(each["line"], each["wrong"]) for each in kept_out["bad"]] == [
            (2, "unreachable"),
            (3, "twice"),
        ]
        left_out = await leader.post(f"{at}/list", json={"text": text, "without_bad": True})
        assert left_out.json()["added"] == 1
        again = (await leader.post(f"{at}/list", json={"text": "王小明,滨江,8001"})).json()["read"]
        assert (again["added"], again["bad"][0]["wrong"]) == (0, "twice")
        assert (await leader.delete(f"{at}/households")).json()["households"] == {}


async def test_customers_are_chosen_by_area_and_sort_each_once(desk: Room) -> None:
    await changes(desk, four_customers)
    async with desk.seated(LEADER) as leader:
        at = f"{API}/{await reports(leader)}"
        found = (await leader.post(f"{at}/customers", json={"area": "滨江花园"})).json()
        assert (found["added"], found["already"]) == (3, 0)
        more = (await leader.post(f"{at}/customers", json={"sort": "large"})).json()
        assert (more["added"], more["already"]) == (1, 1)
        assert (await leader.post(f"{at}/customers", json={})).status_code == 422
        wild = (await leader.post(f"{at}/customers", json={"area": "%"})).json()
        assert wild["added"] == 0
        rows = (await leader.get(f"{at}/households")).json()
    assert [(row["name"], row["numbers"]) for row in rows] == [
        ("王小明", ["8001"]),
        ("李梅", ["8002"]),
        ("赵六", []),  # no line leads there: told at the door
        ("8003", ["8003"]),
    ]


async def test_who_saves_a_customer_without_an_area_keeps_it(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        path = "/api/v1/customers/8001"
        made = (await leader.put(path, json={"name": "王小明", "area": "老街"})).json()
        kept = {"name": "王明", "seen": made["updated_at"]}
        kept = (await leader.put(path, json=kept)).json()
        assert (kept["name"], kept["area"]) == ("王明", "老街")
        gone = (await leader.put(path, json={"area": "", "seen": kept["updated_at"]})).json()
    assert gone["area"] == ""


async def test_who_was_told_at_the_door_is_ticked_off(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        await leader.post(f"{API}/{key}/list", json={"text": "李梅,老街,\n张三,老街,"})
        await is_voiced(desk, key)
        await leader.post(f"{API}/{key}/start", json={"count": 2})
        [one, _] = (await leader.get(f"{API}/{key}/households")).json()
        door = f"{API}/{key}/households/{one['id']}/door"
        told = (await leader.post(door)).json()
        assert told["households"] == {"at_the_door": 1, "no_number": 1}
        assert (await leader.post(door.replace(f"/{key}/", "/999/"))).status_code == 404
        [row] = (await leader.get(f"{API}/{key}/households?state=at_the_door")).json()
    assert (row["name"], row["door_by"]) == ("李梅", NUMBERS[LEADER])


async def test_the_table_has_no_formula_and_its_download_is_on_record(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        await leader.post(f"{API}/{key}/list", json={"text": LIST})
        answer = await leader.get(f"/emergency-notifications/{key}/results.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="notification-{key}.csv"'
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[0] == "户名"
    assert [row[0] for row in rows] == ["王小明", "李梅", "'=HYPERLINK(1)"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]

    async def looked(connection: AsyncConnection) -> list[tuple[str, str, str]]:
        query = select(AuditRow.action, AuditRow.subject, AuditRow.detail)
        found = await connection.execute(query.where(AuditRow.action == "emergency.export"))
        return [(row.action, row.subject, row.detail) for row in found]

    assert await changes(desk, looked) == [("emergency.export", str(key), "3")]


@pytest.mark.sqlite_first
async def test_open_pages_are_told_when_a_notice_changes(desk: Room) -> None:
    floor = desk.app.state.floor
    stream = floor.open(account_id=None, role=LEADER, page="notices-1")
    other = floor.open(account_id=None, role=Role.SENIOR_AGENT, page="work-1")
    for each in (stream, other):
        while not each.waiting.empty():
            each.waiting.get_nowait()
    page_events = asyncio.create_task(
        change_feed.watch(
            features()["emergency_notifications"].change_feeds[0], desk.app.state.database, floor
        )
    )
    assert (await asyncio.wait_for(stream.waiting.get(), 10)).event == "incidents"
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        assert (await asyncio.wait_for(stream.waiting.get(), 10)).event == "incidents"
        await leader.post(f"{API}/{key}/list", json={"text": LIST})
        assert (await asyncio.wait_for(stream.waiting.get(), 10)).event == "incidents"
    await asyncio.sleep(2.5)
    assert stream.waiting.empty(), "told though nothing has changed"
    assert other.waiting.empty()
    page_events.cancel()


async def test_only_who_leads_may_begin_a_notification(desk: Room) -> None:
    for role in Role:
        answer = await desk.get(API, role)
        leads = role in {Role.TEAM_LEADER, Role.MANAGER, Role.ADMINISTRATOR}
        assert answer.status_code == (200 if leads else 403), role


async def test_households_are_listed_two_hundred_at_a_time(desk: Room) -> None:
    text = "\n".join(f"户{n},老街," for n in range(450))
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        await leader.post(f"{API}/{key}/list", json={"text": text})
        names, after = [], 0
        while rows := (await leader.get(f"{API}/{key}/households?after={after}")).json():
            assert len(rows) <= 200
            names += [row["name"] for row in rows]
            after = rows[-1]["id"]
    assert names == [f"户{n}" for n in range(450)]


async def test_a_household_is_chosen_once_whoever_chooses_at_the_same_time(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await reports(leader)
        texts = ["王小明,滨江,8001", "小明,滨江,8001;8002"]
        await asyncio.gather(
            *(leader.post(f"{API}/{key}/list", json={"text": text}) for text in texts)
        )
        rows = (await leader.get(f"{API}/{key}/households")).json()
    assert len([row for row in rows if "8001" in row["numbers"]]) == 1

    async def numbers(connection: AsyncConnection) -> object:
        return await notification_households.numbers(connection, key)

    assert "8001" in await changes(desk, numbers)
