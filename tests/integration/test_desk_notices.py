"""Emergency notices in the API and on their pages (CBK-5), on both databases."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.roles import Role
from desk import notice_watch
from tests.integration.desk_room import CSRF, NUMBERS, Room, opened
from tickets import customers, incidents, notice_households
from tickets.customers import Customer, CustomerSort
from tickets.database import engine
from tickets.incidents import Voice
from tickets.people_models import AuditRow

LEADER = Role.TEAM_LEADER
REPORTED = {
    "what": "燃气泄漏",
    "place": "滨江花园1栋",
    "happened_at": "2026-11-22T08:30:00+08:00",
    "reporter": "物业 02787654321",
    "message": "请马上关闭阀门。",
}
LIST = "王小明,滨江花园1栋201,8001;8002\n李梅,滨江花园1栋202,\n=HYPERLINK(1),老街,8003"
API = "/api/v1/incidents"


@pytest_asyncio.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Room]:
    async with opened(*filled) as found:
        yield found


@pytest.fixture
def built_pages(desk: Room) -> None:
    """Pages name their scripts without looking whether they were built."""
    desk.app.state.assets.path = lambda name: f"/static/{name}"


async def _changes(desk: Room, change: Callable[[AsyncConnection], Awaitable[object]]) -> Any:
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        done = await change(connection)
    await made.dispose()
    return done


async def _is_voiced(desk: Room, key: int, voice: Voice = Voice.READY) -> None:
    """Do the dispatcher's part: the message can be heard."""

    async def change(connection: AsyncConnection) -> None:
        incident = await incidents.one(connection, key)
        assert incident is not None
        await incidents.made(connection, incident, voice)

    await _changes(desk, change)


async def _reports(client: httpx.AsyncClient, **more: Any) -> int:
    answer = await client.post(API, json=REPORTED | more)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def test_an_incident_is_recorded_in_detail_and_nobody_is_rung(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader, details="三楼\n有味道", language="en")
        found = (await leader.get(f"{API}/{key}")).json()
    assert (found["voice"], found["stage"]) == ("wanted", "draft")
    assert found["happened_at"] == "2026-11-22T00:30:00Z"
    assert found["made_by"] == NUMBERS[LEADER]
    assert (found["details"], found["language"]) == ("三楼\n有味道", "en")
    assert (await desk.get(API)).json() == [found]
    assert (await desk.get(f"{API}/999999")).status_code == 404


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
        key = await _reports(leader)
        at = f"{API}/{key}"
        assert (await leader.post(f"{at}/start", json={"count": 3})).status_code == 409
        chosen = (await leader.post(f"{at}/list", json={"text": LIST})).json()
        assert chosen == {"added": 3, "already": 0, "bad": []}
        assert (await leader.get(at)).json()["households"] == {"waiting": 2, "no_number": 1}
        early = await leader.post(f"{at}/start", json={"count": 3})
        assert (early.status_code, "cannot be heard yet" in early.text) == (409, True)
        await _is_voiced(desk, key)
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
        assert (await leader.put(f"{at}/message", json={"message": "x"})).status_code == 409
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
        at = f"{API}/{await _reports(leader)}"
        kept_out = (await leader.post(f"{at}/list", json={"text": text})).json()
        assert kept_out["added"] == 0
        assert [(each["line"], each["wrong"]) for each in kept_out["bad"]] == [
            (2, "unreachable"),
            (3, "twice"),
        ]
        left_out = await leader.post(f"{at}/list", json={"text": text, "without_bad": True})
        assert left_out.json()["added"] == 1
        again = (await leader.post(f"{at}/list", json={"text": "王小明,滨江,8001"})).json()
        assert (again["added"], again["bad"][0]["wrong"]) == (0, "twice")
        assert (await leader.delete(f"{at}/households")).json()["households"] == {}


async def _customers(connection: AsyncConnection) -> None:
    rows = [
        ("8001", "王小明", "滨江花园1栋", CustomerSort.NORMAL),
        ("8002", "李梅", "滨江花园2栋", CustomerSort.LARGE),
        ("8003", "", "老街", CustomerSort.LARGE),
        ("13900000000", "赵六", "滨江花园3栋", CustomerSort.NORMAL),
    ]
    for number, name, area, sort in rows:
        await customers.keep(
            connection,
            Customer(
                number=number,
                name=name,
                sort=sort,
                note="",
                first_agent=None,
                updated_at=datetime.now(UTC),
                updated_by="1001",
                area=area,
            ),
        )


async def test_customers_are_chosen_by_area_and_sort_each_once(desk: Room) -> None:
    await _changes(desk, _customers)
    async with desk.seated(LEADER) as leader:
        at = f"{API}/{await _reports(leader)}"
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
        await leader.put("/api/v1/customers/8001", json={"name": "王小明", "area": "老街"})
        kept = (await leader.put("/api/v1/customers/8001", json={"name": "王明"})).json()
        assert (kept["name"], kept["area"]) == ("王明", "老街")
        gone = (await leader.put("/api/v1/customers/8001", json={"area": ""})).json()
    assert gone["area"] == ""


async def test_who_was_told_at_the_door_is_ticked_off(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader)
        await leader.post(f"{API}/{key}/list", json={"text": "李梅,老街,\n张三,老街,"})
        await _is_voiced(desk, key)
        await leader.post(f"{API}/{key}/start", json={"count": 2})
        [one, _] = (await leader.get(f"{API}/{key}/households")).json()
        door = f"{API}/{key}/households/{one['id']}/door"
        told = (await leader.post(door)).json()
        assert told["households"] == {"at_the_door": 1, "no_number": 1}
        assert (await leader.post(door.replace(f"/{key}/", "/999/"))).status_code == 404
        [row] = (await leader.get(f"{API}/{key}/households?state=at_the_door")).json()
    assert (row["name"], row["door_by"]) == ("李梅", NUMBERS[LEADER])


async def _sends(client: httpx.AsyncClient, path: str, **typed: str) -> httpx.Response:
    return await client.post(path, data={"csrf": CSRF, **typed})


async def test_the_pages_lead_from_the_incident_to_the_three_lists(
    desk: Room, built_pages: None
) -> None:
    form = REPORTED | {"happened_at": "2026-11-22T08:30", "language": "zh", "details": ""}
    async with desk.seated(LEADER) as leader:
        assert "还没有紧急通知" in (await leader.get("/notices")).text
        answer = await _sends(leader, "/notices", **form)
        at = answer.headers["location"]
        key = int(at.rpartition("/")[2])
        assert "正在合成语音" in (await leader.get(at)).text
        chosen = await _sends(leader, f"{at}/list", list=LIST)
        shown = (await leader.get(chosen.headers["location"])).text
        assert "已加入 3 户" in shown
        assert "共 3 户：有电话 2 户，无电话 1 户。" in shown
        assert f'action="{at}/start"' not in shown, "begun before the message can be heard"
        await _is_voiced(desk, key)
        assert 'name="count" value="3"' in (await leader.get(at)).text
        assert (await _sends(leader, f"{at}/start", count="2")).status_code == 409
        assert (await _sends(leader, f"{at}/start", count="3")).status_code == 303
        assert "等待 2" in (await leader.get(at)).text
        assert (await _sends(leader, f"{at}/stop")).status_code == 303
        shown = (await leader.get(at)).text
        assert "已结束" in shown
        assert "通知被停止" in shown
        door = (await leader.get(f"{at}/door")).text
        assert door.count("☐") == 3
        assert (await leader.get("/notices")).text.count("已结束") == 1


async def test_what_was_typed_wrongly_is_said_beside_the_field_and_nothing_is_lost(
    desk: Room, built_pages: None
) -> None:
    async with desk.seated(LEADER) as leader:
        answer = await _sends(leader, "/notices", what="", message="请注意", happened_at="早上")
        assert answer.status_code == 422
        for sentence in ("请填写发生了什么事", "请填写报告人", "请填写发生时间", "请注意"):
            assert sentence in answer.text
        key = await _reports(leader)
        wrong = "王小明,滨江,8001\n李梅,老街,<b>1"
        answer = await _sends(leader, f"/notices/{key}/list", list=wrong)
        assert answer.status_code == 422
        assert "第 2 行：“&lt;b&gt;1”不是电话号码。" in answer.text
        assert "王小明,滨江,8001" in answer.text
        assert "略去有错的行" in answer.text
        taken = await _sends(leader, f"/notices/{key}/list", list=wrong, without_bad="1")
        assert taken.headers["location"].endswith("told=1-0-1")
        assert (await _sends(leader, f"/notices/{key}/list", list=" ")).status_code == 422
        assert (await _sends(leader, f"/notices/{key}/customers", sort="")).status_code == 422
        assert (await _sends(leader, f"/notices/{key}/message", message="")).status_code == 422


@pytest.mark.parametrize("coding", ["utf-8-sig", "gb18030"])
async def test_a_list_in_a_file_is_read_as_spreadsheets_write_it(
    desk: Room, built_pages: None, coding: str
) -> None:
    many = "\n".join(f"户{n},老街," for n in range(6000))
    content = f"姓名,地址,电话\n王小明,滨江,8001\n{many}".encode(coding)
    assert len(content) > 64 * 1024
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader)
        answer = await leader.post(
            f"/notices/{key}/list", data={"csrf": CSRF}, files={"file": ("list.csv", content)}
        )
        assert answer.headers["location"].endswith("told=6001-0-0")
        [first, *_] = (await leader.get(f"{API}/{key}/households")).json()
    assert (first["name"], first["area"]) == ("王小明", "滨江")


async def test_a_recording_is_kept_for_the_next_take_and_what_is_none_refused(
    desk: Room, built_pages: None
) -> None:
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader)
        at = f"/notices/{key}"

        async def uploads(content: bytes) -> httpx.Response:
            files = {"recording": ("a.wav", content)}
            return await leader.post(f"{at}/recording", data={"csrf": CSRF}, files=files)

        assert (await uploads(b"ID3 a song")).status_code == 422
        assert (await uploads(b"")).status_code == 422
        sound = b"RIFF" + bytes(1_000_000)
        assert (await uploads(sound)).status_code == 303
        found = (await leader.get(f"{API}/{key}")).json()
        assert (found["recorded"], found["voice"]) == (True, "wanted")
        kept = desk.settings.paths.spoken / f"{key}_2.upload"
        assert kept.read_bytes() == sound
        assert (await leader.get(f"{at}/message.wav")).status_code == 404
        (desk.settings.paths.spoken / f"{key}_2.wav").write_bytes(b"RIFF made")
        heard = await leader.get(f"{at}/message.wav")
        assert (heard.headers["content-type"], heard.content) == ("audio/wav", b"RIFF made")
        assert (await _sends(leader, f"{at}/message", message="另一句")).status_code == 303
        assert (await leader.get(f"{API}/{key}")).json()["recorded"] is False
        assert (await uploads(bytes(9_500_000))).status_code == 413


async def test_the_table_has_no_formula_and_its_download_is_on_record(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader)
        await leader.post(f"{API}/{key}/list", json={"text": LIST})
        answer = await leader.get(f"/notices/{key}/results.csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="notice-{key}.csv"'
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[0] == "户名"
    assert [row[0] for row in rows] == ["王小明", "李梅", "'=HYPERLINK(1)"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]

    async def looked(connection: AsyncConnection) -> list[tuple[str, str, str]]:
        query = select(AuditRow.action, AuditRow.subject, AuditRow.detail)
        found = await connection.execute(query.where(AuditRow.action == "notice.export"))
        return [(row.action, row.subject, row.detail) for row in found]

    assert await _changes(desk, looked) == [("notice.export", str(key), "3")]


async def test_open_pages_are_told_when_a_notice_changes(desk: Room) -> None:
    floor = desk.app.state.floor
    stream = floor.open(account_id=None, role=LEADER, page="notices-1")
    other = floor.open(account_id=None, role=Role.SENIOR_AGENT, page="work-1")
    for each in (stream, other):
        while not each.waiting.empty():
            each.waiting.get_nowait()
    watching = asyncio.create_task(notice_watch.watch(desk.app.state.archive, floor))
    assert (await asyncio.wait_for(stream.waiting.get(), 10)).event == "incidents"
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader)
        assert (await asyncio.wait_for(stream.waiting.get(), 10)).event == "incidents"
        await leader.post(f"{API}/{key}/list", json={"text": LIST})
        assert (await asyncio.wait_for(stream.waiting.get(), 10)).event == "incidents"
    await asyncio.sleep(2.5)
    assert stream.waiting.empty(), "told though nothing has changed"
    assert other.waiting.empty()
    watching.cancel()


async def test_only_who_leads_may_begin_a_notice(desk: Room) -> None:
    for role in Role:
        answer = await desk.get(API, role)
        leads = role in {Role.TEAM_LEADER, Role.MANAGER, Role.ADMINISTRATOR}
        assert answer.status_code == (200 if leads else 403), role


async def test_households_are_listed_two_hundred_at_a_time(desk: Room) -> None:
    text = "\n".join(f"户{n},老街," for n in range(450))
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader)
        await leader.post(f"{API}/{key}/list", json={"text": text})
        names, after = [], 0
        while rows := (await leader.get(f"{API}/{key}/households?after={after}")).json():
            assert len(rows) <= 200
            names += [row["name"] for row in rows]
            after = rows[-1]["id"]
    assert names == [f"户{n}" for n in range(450)]


async def test_a_household_is_chosen_once_whoever_chooses_at_the_same_time(desk: Room) -> None:
    async with desk.seated(LEADER) as leader:
        key = await _reports(leader)
        texts = ["王小明,滨江,8001", "小明,滨江,8001;8002"]
        await asyncio.gather(
            *(leader.post(f"{API}/{key}/list", json={"text": text}) for text in texts)
        )
        rows = (await leader.get(f"{API}/{key}/households")).json()
    assert len([row for row in rows if "8001" in row["numbers"]]) == 1

    async def numbers(connection: AsyncConnection) -> object:
        return await notice_households.numbers(connection, key)

    assert "8001" in await _changes(desk, numbers)
